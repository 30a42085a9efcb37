//! A report as tables in Markdown, which read well on a terminal too.

use crate::{
    Outcome, Report, Violation,
    report::{Judged, Sums},
};

/// At most so many violations are told one by one.
const TOLD: usize = 40;

const OUTCOMES: [Outcome; 6] = [
    Outcome::Passed,
    Outcome::Repaired,
    Outcome::Marked,
    Outcome::Mixed,
    Outcome::Classic,
    Outcome::Failed,
];

/// The tables of a report; grouped by behaviour, or by language and kind of question.
pub fn table(report: &Report, by_behaviour: bool) -> String {
    let mut parts = if by_behaviour {
        vec![groups(
            "behaviour",
            &report.by(|one: &Judged| one.behaviour.clone()),
        )]
    } else {
        vec![
            groups("language", &report.by(|one: &Judged| one.language.clone())),
            groups("question", &report.by(|one: &Judged| one.kind.clone())),
        ]
    };
    let checks: Vec<String> = report
        .checks()
        .iter()
        .map(|(check, (passed, failed))| format!("| `{check}` | {passed} | {failed} |\n"))
        .collect();
    let head = "| check | passed | failed |\n|---|---:|---:|\n";
    parts.push(format!("{head}{}", checks.concat()));
    let told: Vec<String> = report
        .violations()
        .take(TOLD)
        .map(|(reading, violation)| line(reading, violation))
        .collect();
    parts.push(match report.violations().count() {
        0 => "Nothing reached a reader that must not.\n".to_owned(),
        count => format!("Violations: {count}.\n\n{}", told.concat()),
    });
    parts.join("\n")
}

fn line(reading: &Judged, violation: &Violation) -> String {
    let section = violation.section.as_deref().unwrap_or("the reading");
    let detail: String = violation.detail.chars().take(160).collect();
    format!(
        "- **{}** in {section}, case `{}`, {}: {}\n",
        violation.rule,
        reading.case,
        reading.behaviour,
        detail.replace('\n', " ")
    )
}

fn groups(name: &str, groups: &[(String, Sums)]) -> String {
    let rows: Vec<String> = groups
        .iter()
        .map(|(name, sums)| {
            let outcomes: Vec<String> = OUTCOMES
                .iter()
                .map(|outcome| match sums.outcomes.get(outcome) {
                    Some(count) => count.to_string(),
                    None => "·".to_owned(),
                })
                .collect();
            format!(
                "| {name} | {} | {} | {} | {} | {} |\n",
                sums.readings,
                outcomes.join(" | "),
                sums.violations,
                seconds(&sums.first_text_ms, 50),
                seconds(&sums.end_ms, 95),
            )
        })
        .collect();
    format!(
        "| {name} | readings | passed | repaired | marked | mixed | classic | failed | with violations | first text, median s | end, p95 s |\n\
         |---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n{}",
        rows.concat()
    )
}

/// A percentile of milliseconds, in seconds.
fn seconds(milliseconds: &[u64], percent: usize) -> String {
    let mut sorted = milliseconds.to_vec();
    sorted.sort_unstable();
    let place = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(place).map_or_else(
        || "·".to_owned(),
        |ms| format!("{:.2}", *ms as f64 / 1000.0),
    )
}
