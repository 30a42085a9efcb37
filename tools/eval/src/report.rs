//! What became of every reading, and the sums of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serde::Serialize;
use serde_json::Value;

use crate::{Case, Reading, Violation};

/// What became of a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// A model wrote all of it, and nothing was dropped on the way.
    Passed,
    /// A model wrote all of it, some at a later try.
    Repaired,
    /// A model wrote all of it, and sections bear a failed check.
    Marked,
    /// A model wrote some of it, the deck the rest.
    Mixed,
    /// The deck alone speaks.
    Classic,
    /// It has no result.
    Failed,
}

/// One reading, judged.
#[derive(Debug, Clone, Serialize)]
pub struct Judged {
    pub case: String,
    pub language: String,
    pub kind: String,
    pub behaviour: String,
    pub outcome: Outcome,
    pub violations: Vec<Violation>,
    /// Checks that failed on the way, and the sections they failed for.
    pub caught: BTreeSet<(String, String)>,
    pub resets: usize,
    pub calls: u64,
    pub notices: Vec<String>,
    pub first_text_ms: Option<u64>,
    pub end_ms: u64,
    /// How often each check passed and failed.
    checks: BTreeMap<String, (usize, usize)>,
}

/// All readings of a run.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    pub readings: Vec<Judged>,
}

/// The sums of a group of readings.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sums {
    pub(crate) readings: usize,
    pub(crate) outcomes: BTreeMap<Outcome, usize>,
    pub(crate) violations: usize,
    pub(crate) first_text_ms: Vec<u64>,
    pub(crate) end_ms: Vec<u64>,
}

impl Judged {
    pub(crate) fn of(
        case: &Case,
        behaviour: String,
        reading: &Reading,
        violations: Vec<Violation>,
    ) -> Self {
        let mut checks: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        let mut caught = BTreeSet::new();
        for event in reading.all("validation") {
            let text = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
            let count = checks.entry(text("check")).or_default();
            if event["passed"] == true {
                count.0 += 1;
            } else {
                count.1 += 1;
                caught.insert((text("check"), text("section")));
            }
        }
        let result = reading.result().cloned().unwrap_or_default();
        let notices = result["notices"].as_array().into_iter().flatten();
        Self {
            case: case.id.clone(),
            language: case.language.clone(),
            kind: case.kind.to_string(),
            behaviour,
            outcome: outcome(reading, &result),
            violations,
            caught,
            resets: reading.all("section_reset").count(),
            calls: result["usage"]["calls"].as_u64().unwrap_or_default(),
            notices: notices
                .filter_map(|notice| notice["code"].as_str().map(str::to_owned))
                .collect(),
            first_text_ms: reading.first_text.map(milliseconds),
            end_ms: milliseconds(reading.end),
            checks,
        }
    }

    pub(crate) fn failed(case: &Case, behaviour: String, error: &str) -> Self {
        Self {
            case: case.id.clone(),
            language: case.language.clone(),
            kind: case.kind.to_string(),
            behaviour,
            outcome: Outcome::Failed,
            violations: vec![Violation {
                rule: "answer",
                section: None,
                detail: error.to_owned(),
            }],
            caught: BTreeSet::new(),
            resets: 0,
            calls: 0,
            notices: Vec::new(),
            first_text_ms: None,
            end_ms: 0,
            checks: BTreeMap::new(),
        }
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn outcome(reading: &Reading, result: &Value) -> Outcome {
    let sections = result["sections"].as_array().map_or(&[][..], Vec::as_slice);
    let is_marked = |section: &Value| {
        let checks = section["checks"].as_array();
        checks.is_some_and(|checks| checks.iter().any(|check| check["passed"] == false))
    };
    match result["origin"].as_str() {
        Some("classic") => Outcome::Classic,
        Some("mixed") => Outcome::Mixed,
        Some("model") if sections.iter().any(is_marked) => Outcome::Marked,
        Some("model") if reading.all("section_reset").next().is_some() => Outcome::Repaired,
        Some("model") if result["usage"]["calls"] != 1 => Outcome::Repaired,
        Some("model") => Outcome::Passed,
        Some(_) | None => Outcome::Failed,
    }
}

impl Report {
    /// Whether no reader got what must not reach one.
    pub fn is_clean(&self) -> bool {
        self.readings
            .iter()
            .all(|reading| reading.violations.is_empty())
    }

    /// The sums by what `name` says of a reading, in order of appearance.
    pub(crate) fn by(&self, name: impl Fn(&Judged) -> String) -> Vec<(String, Sums)> {
        let mut groups: Vec<(String, Sums)> = Vec::new();
        for reading in &self.readings {
            let name = name(reading);
            let known = groups.iter().position(|(known, _)| *known == name);
            let place = known.unwrap_or_else(|| {
                groups.push((name, Sums::default()));
                groups.len() - 1
            });
            groups[place].1.add(reading);
        }
        groups
    }

    /// How often each check passed and failed before its section was sealed or dropped.
    pub(crate) fn checks(&self) -> BTreeMap<&str, (usize, usize)> {
        let mut sums: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for (check, (passed, failed)) in self.readings.iter().flat_map(|one| &one.checks) {
            let sum = sums.entry(check).or_default();
            sum.0 += passed;
            sum.1 += failed;
        }
        sums
    }

    /// Every violation with the behaviour, the case and the rule.
    pub fn violations(&self) -> impl Iterator<Item = (&Judged, &Violation)> {
        self.readings.iter().flat_map(|reading| {
            let violations = reading.violations.iter();
            violations.map(move |violation| (reading, violation))
        })
    }
}

impl Sums {
    fn add(&mut self, reading: &Judged) {
        self.readings += 1;
        *self.outcomes.entry(reading.outcome).or_default() += 1;
        self.violations += usize::from(!reading.violations.is_empty());
        self.first_text_ms.extend(reading.first_text_ms);
        self.end_ms.push(reading.end_ms);
    }
}
