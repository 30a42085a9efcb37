//! Finds quotations without marks: what follows 詩云 and the like is said to be the lot's word by word.

use super::VERSE_LIKE;
use crate::{
    checks::{Subject, quotes::unquoted},
    script::{Scripts, fold, to_simplified},
};

/// Words that only a literal quotation follows. 詩說 is none: what it says in other words may follow.
const INTRODUCTIONS: [&str; 8] = [
    "诗云",
    "诗曰",
    "签云",
    "签曰",
    "签诗写道",
    "诗中写道",
    "诗里写道",
    "签文写道",
];
const INTRODUCTIONS_IN_ENGLISH: [&str; 4] = [
    "the commentary reads:",
    "commentary reads:",
    "the verse reads:",
    "the poem reads:",
];
/// Fewer words may be the name of a line.
const LEAST_WORDS: usize = 4;

/// The first clause that is quoted so and stands nowhere.
pub(super) fn quoted(text: &str, subject: &Subject<'_>) -> Option<String> {
    let text = unquoted(text);
    in_han(&text, subject).or_else(|| in_english(&text, subject))
}

fn in_han(text: &str, subject: &Subject<'_>) -> Option<String> {
    let plain = to_simplified(text);
    INTRODUCTIONS.iter().find_map(|introduction| {
        plain.match_indices(introduction).find_map(|(at, _)| {
            let rest = plain[at + introduction.len()..].trim_start_matches(['：', ':', '，', ',']);
            let clause = rest
                .split(['，', '。', '；', '！', '？', '\n', ','])
                .next()?;
            let is_verse = Scripts::of(clause).han >= VERSE_LIKE;
            let is_missing = is_verse && !subject.known.holds(&fold(clause));
            is_missing.then(|| clause.to_owned())
        })
    })
}

fn in_english(text: &str, subject: &Subject<'_>) -> Option<String> {
    let lower = text.to_lowercase();
    INTRODUCTIONS_IN_ENGLISH.iter().find_map(|introduction| {
        let (_, rest) = lower.split_once(introduction)?;
        let clause = rest.split(['.', '!', '?', ';', '\n']).next()?.trim();
        let is_long = clause.split_whitespace().count() >= LEAST_WORDS;
        let is_missing = is_long && !subject.known.holds(&fold(clause));
        is_missing.then(|| clause.to_owned())
    })
}
