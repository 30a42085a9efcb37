//! The table: one line for each thing measured, with its goal beside it.

use crate::statistics::median;

/// One thing measured, run by run.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    row: &'static str,
    measure: String,
    /// The same without the server; empty where there is nothing to compare with.
    direct: Vec<f64>,
    through: Vec<f64>,
    goal: Option<Goal>,
    disturbed: bool,
}

/// What the targets ask for; where there is a direct value, of what the server adds to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Goal {
    AtMost(f64),
    AtLeast(f64),
}

const HEAD: &str = "\
| row | measured | direct | kaucim | added (least to most) | × direct | goal | |
|---|---|--:|--:|--:|--:|--:|---|
";

impl Line {
    pub(crate) fn new(row: &'static str, measure: &str, through: Vec<f64>) -> Self {
        Self {
            row,
            measure: measure.to_owned(),
            direct: Vec::new(),
            through,
            goal: None,
            disturbed: false,
        }
    }

    pub(crate) fn goal(self, goal: Option<Goal>) -> Self {
        Self { goal, ..self }
    }

    /// Whether other programs took so much of the machine that the verdict is not the server's.
    pub(crate) fn disturbed(self, disturbed: bool) -> Self {
        Self { disturbed, ..self }
    }

    /// With what was measured without the server in the same runs.
    pub(crate) fn beside(self, direct: Vec<f64>) -> Self {
        Self { direct, ..self }
    }

    /// What the goal is about, run by run.
    fn judged(&self) -> Vec<f64> {
        let runs = self.through.iter().enumerate();
        runs.map(|(run, value)| value - self.direct.get(run).unwrap_or(&0.0))
            .collect()
    }

    fn markdown(&self) -> String {
        let judged = self.judged();
        let middle = median(&judged);
        let direct = median(&self.direct);
        let through = median(&self.through);
        let range = range(&judged);
        let (alone, added) = match (direct, middle) {
            (Some(_), Some(middle)) => (String::new(), format!("{}{range}", number(middle))),
            (None, _) | (_, None) => (range, String::new()),
        };
        let through_text = through.map_or_else(|| "–".to_owned(), number);
        let ratio = direct.zip(through).filter(|(direct, _)| *direct > 0.0);
        let cells = [
            self.row.to_owned(),
            self.measure.clone(),
            direct.map(number).unwrap_or_default(),
            format!("{through_text}{alone}"),
            added,
            ratio.map_or_else(String::new, |(direct, through)| number(through / direct)),
            self.goal.map_or_else(String::new, Goal::text),
            self.goal.map_or_else(String::new, |goal| {
                let disturbed = if self.disturbed { ", disturbed" } else { "" };
                format!("{}{disturbed}", goal.verdict(middle))
            }),
        ];
        format!("| {} |\n", cells.join(" | "))
    }
}

impl Goal {
    fn text(self) -> String {
        match self {
            Self::AtMost(limit) => format!("≤ {}", number(limit)),
            Self::AtLeast(limit) => format!("≥ {}", number(limit)),
        }
    }

    fn verdict(self, value: Option<f64>) -> &'static str {
        let met = match (self, value) {
            (_, None) => return "not measured",
            (Self::AtMost(limit), Some(value)) => value <= limit,
            (Self::AtLeast(limit), Some(value)) => value >= limit,
        };
        if met { "met" } else { "**missed**" }
    }
}

/// The lines as a table in Markdown.
pub(crate) fn markdown(lines: &[Line]) -> String {
    let lines: String = lines.iter().map(Line::markdown).collect();
    format!("{HEAD}{lines}")
}

/// The least and the most, where they differ.
fn range(values: &[f64]) -> String {
    let least = values.iter().copied().min_by(f64::total_cmp).map(number);
    let most = values.iter().copied().max_by(f64::total_cmp).map(number);
    match (least, most) {
        (Some(least), Some(most)) if least != most => format!(" ({least} to {most})"),
        _ => String::new(),
    }
}

/// As many digits as mean something.
fn number(value: f64) -> String {
    let digits = match value.abs() {
        ..1.0 => 2,
        ..100.0 => 1,
        _ => 0,
    };
    let text = format!("{value:.digits$}");
    if digits == 1 {
        text.trim_end_matches(".0").to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_goal_is_about_what_is_added() {
        let line = Line::new("L1", "a token, ms", vec![0.5, 0.4, 0.9])
            .beside(vec![0.2, 0.2, 0.3])
            .goal(Some(Goal::AtMost(0.3)));
        assert_eq!(
            line.clone().disturbed(true).markdown(),
            "| L1 | a token, ms | 0.20 | 0.50 | 0.30 (0.20 to 0.60) | 2.5 | ≤ 0.30 | met, disturbed |\n"
        );
        assert_eq!(
            line.markdown(),
            "| L1 | a token, ms | 0.20 | 0.50 | 0.30 (0.20 to 0.60) | 2.5 | ≤ 0.30 | met |\n"
        );
        let line = Line::new("L3", "lossless", vec![999.0]).goal(Some(Goal::AtLeast(1000.0)));
        assert_eq!(
            line.markdown(),
            "| L3 | lossless |  | 999 |  |  | ≥ 1000 | **missed** |\n"
        );
        let line = Line::new("L3", "a token", Vec::new()).goal(Some(Goal::AtMost(1.0)));
        assert_eq!(
            line.markdown(),
            "| L3 | a token |  | – |  |  | ≤ 1 | not measured |\n"
        );
    }
}
