//! Which questions get a word of care, measured with written questions in three languages.
//!
//! In each file, those below the heading `Held out` were written before the words were settled and
//! measured afterwards; all others were there to tune the words.

use std::collections::{BTreeMap, BTreeSet};

use kaucim_fortune::{NoticeKind, Question, Settings};

use crate::model::{self, ask};

const FILES: [(&str, &str); 3] = [
    ("zh", include_str!("../safety/zh.txt")),
    ("en", include_str!("../safety/en.txt")),
    ("ja", include_str!("../safety/ja.txt")),
];

/// It tells people what is measured here.
const DOCUMENT: &str = include_str!("../../../../docs/safety.md");

/// In the order in which notices are shown.
const MATTERS: [&str; 6] = [
    "self_harm",
    "violence",
    "illness",
    "pregnancy",
    "law",
    "money",
];

struct Example {
    expected: BTreeSet<String>,
    question: &'static str,
    is_held_out: bool,
}

fn examples(file: &'static str) -> Vec<Example> {
    let mut is_held_out = false;
    file.lines()
        .filter_map(|line| {
            is_held_out |= line.starts_with("# Held out");
            if line.starts_with('#') {
                return None;
            }
            let (matters, question) = line.split_once('\t').expect("a tab in every line");
            let known = matters.split('+').filter(|matter| *matter != "-");
            Some(Example {
                expected: known.map(str::to_owned).collect(),
                question,
                is_held_out,
            })
        })
        .collect()
}

/// What was found of what there is.
#[derive(Default, Clone, Copy)]
struct Counts {
    found: usize,
    missed: usize,
    mistaken: usize,
}

impl Counts {
    fn count(&mut self, is_expected: bool, is_found: bool) {
        match (is_expected, is_found) {
            (true, true) => self.found += 1,
            (true, false) => self.missed += 1,
            (false, true) => self.mistaken += 1,
            (false, false) => {}
        }
    }

    fn with(self, other: Self) -> Self {
        Self {
            found: self.found + other.found,
            missed: self.missed + other.missed,
            mistaken: self.mistaken + other.mistaken,
        }
    }

    fn recall(self) -> f64 {
        share(self.found, self.missed)
    }

    fn precision(self) -> f64 {
        share(self.found, self.mistaken)
    }

    fn told(self) -> String {
        let Self {
            found,
            missed,
            mistaken,
        } = self;
        format!("{found}/{} · {found}/{}", found + missed, found + mistaken)
    }
}

fn share(part: usize, rest: usize) -> f64 {
    if part + rest == 0 {
        return 1.0;
    }
    part as f64 / (part + rest) as f64
}

#[test]
fn questions_get_the_care_they_call_for_and_no_other() {
    let system = model::system(&[], Settings::default());
    let mut counts: BTreeMap<(usize, &str, bool), Counts> = BTreeMap::new();
    for (language, file) in FILES {
        for example in examples(file) {
            let prepared = system.prepare(&ask(example.question)).unwrap();
            let notices = prepared.notices.into_iter();
            let found: BTreeSet<String> = notices
                .filter(|notice| notice.kind == NoticeKind::Safety)
                .map(|notice| notice.code)
                .collect();
            for (place, matter) in MATTERS.into_iter().enumerate() {
                let key = (place, language, example.is_held_out);
                let is_expected = example.expected.contains(matter);
                let counts = counts.entry(key).or_default();
                counts.count(is_expected, found.contains(matter));
            }
            if found != example.expected && !example.is_held_out {
                let expected = &example.expected;
                println!(
                    "{language}: {found:?}, not {expected:?}: {}",
                    example.question
                );
            }
        }
    }
    for (place, matter) in MATTERS.into_iter().enumerate() {
        let of = |is_held_out| {
            let of_language = |(language, _)| counts[&(place, language, is_held_out)];
            FILES
                .map(of_language)
                .into_iter()
                .fold(Counts::default(), Counts::with)
        };
        let (tuning, held_out) = (of(false), of(true));
        assert!(tuning.recall() >= 0.97, "{matter}: {}", tuning.told());
        assert!(held_out.recall() >= 0.9, "{matter}: {}", held_out.told());
        let all = tuning.with(held_out);
        assert!(all.precision() >= 0.85, "{matter}: {}", all.told());
    }
    for (language, _) in FILES {
        let tuning = counts[&(0, language, false)];
        let held_out = counts[&(0, language, true)];
        assert!(tuning.recall() >= 0.97, "{language}: {}", tuning.told());
        assert!(held_out.recall() >= 0.9, "{language}: {}", held_out.told());
    }
    let table = table(&counts);
    assert!(
        DOCUMENT.contains(&table),
        "docs/safety.md should say\n{table}"
    );
}

fn table(counts: &BTreeMap<(usize, &str, bool), Counts>) -> String {
    let mut lines = vec![
        "| matter | language | tuning | held out |".to_owned(),
        "|---|---|---|---|".to_owned(),
    ];
    for (place, matter) in MATTERS.into_iter().enumerate() {
        for (language, _) in FILES {
            let told = [false, true].map(|part| counts[&(place, language, part)].told());
            lines.push(format!(
                "| `{matter}` | {language} | {} |",
                told.join(" | ")
            ));
        }
    }
    lines.join("\n")
}

#[test]
fn there_are_enough_questions_of_either_kind() {
    for (language, file) in FILES {
        let examples = examples(file);
        let calling = examples
            .iter()
            .filter(|one| !one.expected.is_empty())
            .count();
        assert!(
            calling >= 50 && examples.len() - calling >= 50,
            "{language}"
        );
        for example in &examples {
            assert!(
                Question::new(example.question).is_ok(),
                "{}",
                example.question
            );
            let is_known = |matter: &String| MATTERS.contains(&matter.as_str());
            assert!(
                example.expected.iter().all(is_known),
                "{}",
                example.question
            );
        }
    }
}
