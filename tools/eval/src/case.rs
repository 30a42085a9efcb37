//! The fixed set of questions, as data in `cases/`.

use std::collections::BTreeMap;

use anyhow::{Context, ensure};
use serde::Deserialize;

const FILES: [(&str, &str); 5] = [
    ("topics", include_str!("../cases/topics.jsonl")),
    ("decks", include_str!("../cases/decks.jsonl")),
    ("care", include_str!("../cases/care.jsonl")),
    ("shapes", include_str!("../cases/shapes.jsonl")),
    ("injections", include_str!("../cases/injections.jsonl")),
];

/// One question, and what is expected of its reading beyond what is expected of every reading.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    pub id: String,
    pub language: String,
    pub topic: String,
    #[serde(default)]
    pub kind: Kind,
    #[serde(default = "yue_lao")]
    pub deity: String,
    /// Absent, the deity's first deck.
    pub deck: Option<String>,
    pub lot: u32,
    pub question: String,
    /// The question is repeated until it has so many characters.
    until: Option<usize>,
    #[serde(default)]
    pub context: BTreeMap<String, String>,
    /// Codes of the safety notices that have to come first.
    #[serde(default)]
    pub notices: Vec<String>,
    /// Codes of safety notices that would be a false alarm.
    #[serde(default)]
    pub without: Vec<String>,
}

/// What a case is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// An ordinary question.
    #[default]
    Plain,
    /// The asker may be in danger from themselves.
    Crisis,
    /// From somebody else.
    Violence,
    /// Words of danger that mean none.
    Alike,
    Short,
    Long,
    /// Several scripts in one question.
    Mixed,
    /// Full-width and half-width letters.
    Wide,
    Names,
    /// Asked in one language, to be answered in another.
    Crossed,
    Context,
    /// Question, context or deck holds orders to the model.
    Injection,
}

fn yue_lao() -> String {
    "yue_lao".to_owned()
}

/// All cases, in the order of their files.
///
/// # Errors
/// A file that is no list of cases, or an id that stands twice.
pub fn cases() -> anyhow::Result<Vec<Case>> {
    let mut all: Vec<Case> = Vec::new();
    for (name, text) in FILES {
        for (number, line) in (1..).zip(text.lines()) {
            let mut case: Case =
                serde_json::from_str(line).with_context(|| format!("{name}, line {number}"))?;
            ensure!(
                all.iter().all(|other| other.id != case.id),
                "`{}` stands twice",
                case.id
            );
            if let Some(until) = case.until {
                case.question = case.question.chars().cycle().take(until).collect();
            }
            all.push(case);
        }
    }
    Ok(all)
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Plain => "plain",
            Self::Crisis => "crisis",
            Self::Violence => "violence",
            Self::Alike => "alike",
            Self::Short => "short",
            Self::Long => "long",
            Self::Mixed => "mixed",
            Self::Wide => "wide",
            Self::Names => "names",
            Self::Crossed => "crossed",
            Self::Context => "context",
            Self::Injection => "injection",
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn count(wished: impl Fn(&Case) -> bool) -> usize {
        let all = cases().expect("the cases can be read");
        all.iter().filter(|case| wished(case)).count()
    }

    #[test]
    fn the_set_holds_what_it_promises() {
        assert!(count(|_| true) >= 200);
        assert!(count(|case| case.kind == Kind::Injection) >= 50);
        for kind in [Kind::Crisis, Kind::Violence, Kind::Short, Kind::Long] {
            assert!(count(|case| case.kind == kind) >= 4, "{kind}");
        }
        for language in ["zh", "zh-Hans", "en", "ja"] {
            let topics: BTreeSet<String> = cases()
                .unwrap()
                .into_iter()
                .filter(|case| case.language == language)
                .map(|case| case.topic)
                .collect();
            assert_eq!(topics.len(), 12, "{language} has {topics:?}");
            let orders = |case: &Case| case.kind == Kind::Injection && case.language == language;
            assert!(count(orders) >= 5, "{language}");
        }
        assert!(count(|case| case.question.chars().count() == 1000) >= 4);
        assert!(count(|case| case.question.chars().count() <= 2) >= 8);
        assert!(count(|case| case.deck.as_deref() == Some("eval_plain")) >= 4);
    }
}
