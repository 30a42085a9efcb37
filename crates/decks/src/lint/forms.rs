//! The form of verses: what all share and nobody has declared, what one lot alone lacks.

use std::collections::BTreeMap;

use crate::{
    lint::Code,
    pack::{Fault, Pack, format::LotFile, letters},
};

/// Characters of each line of a verse.
pub(super) fn form(lot: &LotFile) -> Vec<usize> {
    lot.verse.iter().map(|line| letters(line).count()).collect()
}

/// The form that most ordinary lots have, and how many have it.
pub(super) fn most_common(pack: &Pack) -> Option<(Vec<usize>, usize)> {
    let mut counts: BTreeMap<Vec<usize>, usize> = BTreeMap::new();
    for lot in ordinary(pack) {
        *counts.entry(form(lot)).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(_, count)| *count)
}

/// Lots beside the special ones.
pub(super) fn ordinary(pack: &Pack) -> impl Iterator<Item = &LotFile> {
    pack.lots
        .iter()
        .map(|(_, lot)| lot)
        .filter(|lot| !pack.deck.special_lots.contains(&lot.number))
}

pub(super) fn check(pack: &Pack, faults: &mut Vec<Fault>) {
    translations(pack, faults);
    if pack.deck.metre.is_some() {
        return;
    }
    let all = ordinary(pack).count();
    let Some((usual, count)) = most_common(pack) else {
        return;
    };
    // Nothing is written yet: that is another finding.
    if usual.is_empty() {
        return;
    }
    let told = told(&usual);
    if count == all && all > 1 && is_even(&usual) {
        let reason = format!(
            "every verse has {told}; `metre = {{ lines = {}, characters = {} }}` would keep it so",
            usual.len(),
            usual.first().unwrap_or(&0)
        );
        faults.push(Fault::of_deck(Code::MetreUndeclared, "metre", reason));
        return;
    }
    if count * 10 < all * 9 {
        return;
    }
    for (file, lot) in &pack.lots {
        let is_special = pack.deck.special_lots.contains(&lot.number);
        let own = form(lot);
        if !is_special && own != usual {
            let reason = format!("has {}; most verses have {told}", self::told(&own));
            let place = (file.as_str(), lot.number);
            faults.push(Fault::of_lot(Code::VerseForm, place, "verse", reason));
        }
    }
}

fn is_even(form: &[usize]) -> bool {
    form.windows(2).all(|pair| pair[0] == pair[1])
}

/// A form in words.
pub(super) fn told(form: &[usize]) -> String {
    let lines = form.len();
    match form {
        [] => "no verse".to_owned(),
        [one] => format!("one line of {one} characters"),
        [first, ..] if is_even(form) => format!("{lines} lines of {first} characters"),
        _ => {
            let lengths: Vec<_> = form.iter().map(usize::to_string).collect();
            format!("{lines} lines of {} characters", lengths.join(", "))
        }
    }
}

/// A translation of the verse is one line for each line of it.
fn translations(pack: &Pack, faults: &mut Vec<Fault>) {
    for (file, lot) in &pack.lots {
        let translated = lot
            .commentary
            .iter()
            .filter(|entry| entry.kind == "translation");
        for (language, text) in translated.flat_map(|entry| entry.texts()) {
            let lines = text.lines().filter(|line| !line.trim().is_empty()).count();
            if lines != lot.verse.len() {
                let reason = format!("has {lines} lines, and the verse {}", lot.verse.len());
                let place = (file.as_str(), lot.number);
                let field = format!("commentary.translation.{language}");
                faults.push(Fault::of_lot(Code::TranslationLines, place, &field, reason));
            }
        }
    }
}
