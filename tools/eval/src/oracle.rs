//! Judges what a reader got, independently of the program's own checks.

mod claims;
mod content;
mod contract;
mod language;
mod quotations;
mod strangers;
mod texts;

use serde::Serialize;

use self::texts::Lot;
pub(crate) use self::texts::fold;
use crate::{Case, Known, Reading};

/// The sections of a reading, in order.
pub(crate) const SECTIONS: [&str; 7] = [
    "line_by_line_interpretation",
    "overall_development",
    "positive_factors",
    "challenges",
    "suggested_actions",
    "supplementary_notes",
    "conclusion",
];

/// Something that must not reach a reader and has reached one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    pub rule: &'static str,
    /// Absent where the whole reading is meant.
    pub section: Option<String>,
    pub detail: String,
}

impl Violation {
    fn of_reading(rule: &'static str, detail: impl Into<String>) -> Self {
        Self {
            rule,
            section: None,
            detail: detail.into(),
        }
    }
}

/// All that is wrong with a reading.
///
/// What a section of a model says is wrong only where the section does not bear a failed check:
/// then its reader is told. Secrets, raw JSON and control characters are wrong in any case.
pub fn judge(reading: &Reading, case: &Case, known: &Known) -> Vec<Violation> {
    let mut violations: Vec<Violation> = reading
        .framing
        .iter()
        .map(|detail| Violation::of_reading("framing", detail))
        .collect();
    violations.extend(contract::violations(reading, case));
    let Some(result) = reading.result() else {
        return violations;
    };
    let lot = Lot::read(result, case);
    violations.extend(content::released(reading, &lot, known));
    for section in result["sections"].as_array().into_iter().flatten() {
        violations.extend(content::of_section(section, &lot, known));
    }
    violations.extend(content::of_all(result, &lot));
    violations
}
