//! The rules of form that a pack keeps, or is refused.

mod lot;
mod temple;

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Language,
    lint::Code,
    pack::{
        Fault, MAX_LOTS,
        format::{DeckFile, Metre, Pack},
    },
    search::compared,
};

/// Every rule that the pack breaks; empty for a good pack.
pub(super) fn broken(pack: &Pack) -> Vec<Fault> {
    let mut faults = Vec::new();
    deck(&pack.deck, &mut faults);
    temple::check(&pack.deck, &mut faults);
    for (file, written) in &pack.lots {
        lot::check(file, written, &pack.deck, &mut faults);
    }
    numbers(pack, &mut faults);
    repeated_verses(pack, &mut faults);
    grade_mix(pack, &mut faults);
    faults
}

fn deck(deck: &DeckFile, faults: &mut Vec<Fault>) {
    let mut fault =
        |code, field: &str, reason: &str| faults.push(Fault::of_deck(code, field, reason));
    if deck.format != 1 {
        fault(Code::Format, "format", "only format 1 is known");
    }
    for (field, id) in [("id", &deck.id), ("deity", &deck.deity)] {
        if !is_id(id) {
            fault(Code::Id, field, NO_ID);
        }
    }
    let edition = "missing; say which edition this is, such as `First edition, 2026`";
    let licence = "missing; say who may use the texts, and how";
    for (field, text, missing) in [
        ("edition", &deck.edition, edition),
        (
            "source",
            &deck.source,
            "missing; say where the texts come from",
        ),
        ("licence", &deck.licence, licence),
    ] {
        match text_fault(text) {
            Some(Unfit::Blank) => fault(Code::Required, field, missing),
            Some(Unfit::Control) => fault(Code::Control, field, CONTROL),
            None => {}
        }
    }
    if !(1..=MAX_LOTS).contains(&deck.count) {
        fault(Code::Count, "count", "a deck has 1 to 10000 lots");
    }
    if let Some(Metre { lines: 0, .. } | Metre { characters: 0, .. }) = deck.metre {
        fault(Code::Metre, "metre", "lines and characters are at least 1");
    }
    if deck
        .special_lots
        .iter()
        .any(|number| !(1..=deck.count).contains(number))
    {
        fault(Code::SpecialLot, "special_lots", "a number beyond the deck");
    }
    for (field, texts) in [("deity_name", &deck.deity_name), ("name", &deck.name)] {
        if let Some((code, reason)) = texts_fault(texts.iter()) {
            fault(code, field, reason);
        }
    }
    let mut words = BTreeSet::new();
    for grade in &deck.grades {
        if text_fault(&grade.word).is_some() {
            fault(Code::GradeEntry, "grades", "a grade without a word");
        } else if !words.insert(&grade.word) {
            let reason = format!("the word `{}` stands twice", grade.word);
            fault(Code::GradeEntry, "grades", &reason);
        }
    }
}

fn numbers(pack: &Pack, faults: &mut Vec<Fault>) {
    let count = pack.deck.count.min(MAX_LOTS);
    let mut seen = BTreeSet::new();
    for (file, lot) in &pack.lots {
        let place = (file.as_str(), lot.number);
        if !(1..=count).contains(&lot.number) {
            let reason = format!("the deck's lots are 1 to {count}");
            faults.push(Fault::of_lot(Code::Number, place, "number", reason));
        } else if !seen.insert(lot.number) {
            let reason = "another file has it too";
            faults.push(Fault::of_lot(Code::Number, place, "number", reason));
        }
    }
    let missing: Vec<_> = (1..=count)
        .filter(|number| !seen.contains(number))
        .collect();
    if let [first, ..] = missing[..] {
        let reason = match missing.len() {
            1 => format!("lot {first} is missing"),
            many => format!("{many} lots are missing, the first is {first}"),
        };
        faults.push(Fault::of_deck(Code::Count, "count", reason));
    }
}

fn repeated_verses(pack: &Pack, faults: &mut Vec<Fault>) {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for (file, lot) in &pack.lots {
        // Written in the other script it is the same verse.
        let signs = lot.verse.iter().flat_map(|line| letters(line));
        let verse: String = signs.map(compared).collect();
        if verse.is_empty() || pack.deck.special_lots.contains(&lot.number) {
            continue;
        }
        if let Some(other) = seen.insert(verse, lot.number) {
            let reason = format!("the same as lot {other}'s");
            let place = (file.as_str(), lot.number);
            faults.push(Fault::of_lot(Code::VerseRepeated, place, "verse", reason));
        }
    }
}

fn grade_mix(pack: &Pack, faults: &mut Vec<Fault>) {
    for grade in &pack.deck.grades {
        let Some(declared) = grade.count else {
            continue;
        };
        let counted = pack
            .lots
            .iter()
            .filter(|(_, lot)| lot.grade.as_ref() == Some(&grade.word))
            .count();
        if usize::try_from(declared) != Ok(counted) {
            let reason = format!(
                "`{}` is declared {declared} times, {counted} found",
                grade.word
            );
            faults.push(Fault::of_deck(Code::GradeCount, "grades", reason));
        }
    }
}

const NO_ID: &str = "1 to 64 of a-z, 0-9, `_` and `-` are wanted";
const CONTROL: &str = "contains a control character";

enum Unfit {
    Blank,
    Control,
}

fn text_fault(text: &str) -> Option<Unfit> {
    if text.trim().is_empty() {
        return Some(Unfit::Blank);
    }
    let unfit = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    text.contains(unfit).then_some(Unfit::Control)
}

/// As [`text_fault`], for what stands on one line.
fn line_fault(text: &str) -> Option<Unfit> {
    text_fault(text).or_else(|| text.contains(char::is_control).then_some(Unfit::Control))
}

/// What is wrong with a text that must be there in at least one language.
fn texts_fault<'a>(
    texts: impl Iterator<Item = (Language, &'a str)>,
) -> Option<(Code, &'static str)> {
    let mut none = true;
    for (_, text) in texts {
        none = false;
        match text_fault(text) {
            Some(Unfit::Blank) => {
                let reason = "a text is empty; leave its language out";
                return Some((Code::EmptyText, reason));
            }
            Some(Unfit::Control) => return Some((Code::Control, CONTROL)),
            None => {}
        }
    }
    none.then_some((Code::Required, "a text in at least one language is wanted"))
}

/// Whether a text may be the id of a deck or a deity.
pub(crate) fn is_id(id: &str) -> bool {
    let known = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-');
    (1..=64).contains(&id.len()) && id.bytes().all(known)
}

/// The characters of a line that are not punctuation.
pub(crate) fn letters(line: &str) -> impl Iterator<Item = char> {
    line.chars().filter(|c| c.is_alphanumeric())
}
