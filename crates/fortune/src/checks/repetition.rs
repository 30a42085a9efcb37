//! Checks that a section says something of its own: neither what another one says, nor what the
//! reading said that it follows, nor the same over and over.

use std::{
    collections::BTreeSet,
    hash::{DefaultHasher, Hash, Hasher},
};

use super::{Draft, Subject};
use crate::script::folded;

/// How many words, or characters of Chinese and Japanese, make a shingle.
const SHINGLE: usize = 6;
/// Fewer shingles of its own are too few to say that a section repeats another.
const LEAST_SHINGLES: usize = 12;
/// How often something comes in a row until it is a loop, and over how many words or characters.
const TIMES: usize = 4;
const LONGEST_PERIOD: usize = 160;
const LEAST_LOOP: usize = 24;

pub(super) fn fault(draft: &Draft<'_>, subject: &Subject<'_>) -> Option<String> {
    let written = words(draft.text);
    if let Some(period) = looped(&written) {
        return Some(format!(
            "it says {period} words or characters over and over"
        ));
    }
    let verse = words(&subject.lot.verse.concat());
    let own = own(&written, &verse)?;
    let others = subject
        .sealed
        .values()
        .filter(|other| other.section != draft.section);
    others
        .filter(|other| {
            let theirs = words(&other.text);
            own.intersection(&shingles(&theirs)).count() * 2 >= own.len()
        })
        .map(|other| format!("half of it stands in `{}`", other.section))
        .next()
}

/// Whether it is the first reading over again. What a line of the verse means stays the same, and
/// may be said in much the same words; what it has to do with the new question does not.
pub(super) fn again(draft: &Draft<'_>, subject: &Subject<'_>) -> Option<String> {
    let written = words(draft.text);
    let verse = words(&subject.lot.verse.concat());
    let own = own(&written, &verse)?;
    let sections = subject.first.iter().flat_map(|first| &first.sections);
    sections
        .filter(|section| {
            let theirs = words(&section.text);
            own.intersection(&shingles(&theirs)).count() * 4 >= own.len() * 3
        })
        .map(|section| {
            format!(
                "most of it stands in `{}` of the first reading",
                section.section
            )
        })
        .next()
}

/// The shingles that are not the verse's: whoever quotes that repeats nobody. Absent where too few
/// are left to judge by.
fn own<'a>(written: &'a [u64], verse: &'a [u64]) -> Option<BTreeSet<&'a [u64]>> {
    let verse = shingles(verse);
    let own: BTreeSet<&[u64]> = shingles(written).difference(&verse).copied().collect();
    (own.len() >= LEAST_SHINGLES).then_some(own)
}

/// Words in Latin script, and each other letter; hashed, as they are only compared.
fn words(text: &str) -> Vec<u64> {
    let mut words = Vec::new();
    let mut open: Option<DefaultHasher> = None;
    for c in text.chars() {
        match folded(c) {
            Some(letter) if letter < '\u{2000}' => {
                letter.hash(open.get_or_insert_default());
            }
            None if matches!(c, '\'' | '’') => {}
            other => {
                words.extend(open.take().map(|word| word.finish()));
                words.extend(other.map(u64::from));
            }
        }
    }
    words.extend(open.map(|word| word.finish()));
    words
}

fn shingles(words: &[u64]) -> BTreeSet<&[u64]> {
    words.windows(SHINGLE).collect()
}

/// After how many words the text comes again, if it does so several times in a row.
fn looped(words: &[u64]) -> Option<usize> {
    let longest = LONGEST_PERIOD.min(words.len() / TIMES);
    (1..=longest).find(|&period| {
        let least = (period * (TIMES - 1)).max(LEAST_LOOP);
        let mut run = 0;
        words.iter().zip(&words[period..]).any(|(one, other)| {
            run = if one == other { run + 1 } else { 0 };
            run >= least
        })
    })
}
