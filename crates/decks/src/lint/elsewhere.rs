//! Commentary that speaks of another lot's verse: it was pasted under the wrong number.

use std::collections::BTreeMap;

use crate::{
    Language,
    lint::{Code, editions::folded_line, forms, repeats},
    pack::{Fault, Pack, format::LotFile},
};

/// So many of another verse's pairs of characters stand in the text …
const LEAST: usize = 5;
/// … in percent of all …
const THEIRS: usize = 20;
/// … and so many times as many as of its own. With these three, six real sets raise no false
/// alarm, and of verses moved by one number four in ten or more are noticed where the commentary
/// speaks of them at all.
const TIMES: usize = 4;

pub(super) fn texts(pack: &Pack, faults: &mut Vec<Fault>) {
    if !matches!(pack.deck.language, Language::Zh | Language::ZhHans) {
        return;
    }
    let lots: Vec<_> = forms::ordinary(pack).collect();
    let verses: Vec<_> = lots
        .iter()
        .map(|lot| repeats::pairs(&repeats::verse(lot)))
        .collect();
    let index = repeats::index(&verses);
    for (at, lot) in lots.iter().enumerate() {
        let text = repeats::pairs(&commentary(lot));
        let mut shared: BTreeMap<usize, usize> = BTreeMap::new();
        for pair in &text {
            for verse in index.get(pair).into_iter().flatten() {
                *shared.entry(*verse).or_default() += 1;
            }
        }
        let percent = |verse: usize| {
            let found = shared.get(&verse).copied().unwrap_or_default();
            found * 100 / verses[verse].len().max(1)
        };
        let best = (0..lots.len())
            .filter(|verse| *verse != at && shared.get(verse).is_some_and(|pairs| *pairs >= LEAST))
            .max_by_key(|verse| percent(*verse));
        let Some(best) = best else { continue };
        if percent(best) >= THEIRS && percent(best) >= TIMES * percent(at) {
            let number = lots[best].number;
            let reason = format!("speaks of lot {number}'s verse, and not of its own");
            let place = (file_of(pack, lot.number), lot.number);
            faults.push(Fault::of_lot(
                Code::TextElsewhere,
                place,
                "commentary",
                reason,
            ));
        }
    }
}

/// What the deck says in the script of the verse, but for texts that hold a story once more.
fn commentary(lot: &LotFile) -> String {
    let stories: Vec<&str> = lot
        .allusion
        .iter()
        .flat_map(|entry| entry.texts().map(|(_, text)| text))
        .collect();
    lot.commentary
        .iter()
        .flat_map(|entry| entry.texts())
        .filter(|(language, _)| matches!(language, Language::Zh | Language::ZhHans))
        .filter(|(_, text)| !stories.iter().any(|story| text.contains(story)))
        .map(|(_, text)| folded_line(text))
        .collect()
}

fn file_of(pack: &Pack, number: u32) -> &str {
    pack.lots
        .iter()
        .find(|(_, lot)| lot.number == number)
        .map_or("", |(file, _)| file)
}
