//! Lots that stand twice, texts under two lots, verses that are nearly another's.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    lint::{Code, editions::folded_line},
    pack::{Fault, Pack, Place, format::LotFile, texts as texts_of},
};

/// Shorter texts may be the same by chance.
const SHORTEST: usize = 12;

/// More lots than this share a text on purpose.
const MOST_LOTS: usize = 4;

/// A pair of characters in more lots than this tells nothing.
const COMMON: usize = 24;

/// Lots that differ in nothing but their numbers.
pub(super) fn same_lots(pack: &Pack, faults: &mut Vec<Fault>) {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for (file, lot) in &pack.lots {
        let content =
            serde_json::to_string(&(&lot.verse, &lot.commentary, &lot.allusion, &lot.topics))
                .expect("texts and maps with named keys");
        let is_filled_in = lot.verse.iter().any(|line| !line.trim().is_empty());
        let is_more_than_a_verse =
            is_filled_in && (!lot.commentary.is_empty() || !lot.topics.is_empty());
        if let Some(other) = seen
            .insert(content, lot.number)
            .filter(|_| is_more_than_a_verse)
        {
            let reason = format!("the file says the same as lot {other}'s");
            let place = (file.as_str(), lot.number);
            faults.push(Fault::of_lot(Code::SameLot, place, "verse", reason));
        }
    }
}

/// The same meaning or story under two lots.
pub(super) fn texts(pack: &Pack, faults: &mut Vec<Fault>) {
    let mut places: BTreeMap<(String, &str), Vec<_>> = BTreeMap::new();
    for text in texts_of(pack) {
        let counts = match text.place {
            Place::Commentary(_) | Place::Allusion => text.text.chars().count() >= SHORTEST,
            Place::Deck(_) | Place::Verse(_) | Place::AllusionTitle | Place::Topic(_) => false,
        };
        if counts {
            places
                .entry((text.field(), text.text.trim()))
                .or_default()
                .push(text);
        }
    }
    for texts in places.into_values() {
        let lots: BTreeSet<_> = texts.iter().filter_map(|text| text.lot).collect();
        if !(2..=MOST_LOTS).contains(&lots.len()) {
            continue;
        }
        let first = lots.first().copied().unwrap_or_default();
        for text in texts.iter().filter(|text| text.lot != Some(first)) {
            faults.push(text.fault(Code::TextRepeated, format!("the same as lot {first}'s")));
        }
    }
}

/// Verses that share most of their neighbouring characters.
pub(super) fn similar_verses(pack: &Pack, faults: &mut Vec<Fault>) {
    let lots: Vec<_> = pack
        .lots
        .iter()
        .filter(|(_, lot)| !pack.deck.special_lots.contains(&lot.number))
        .collect();
    let pairs: Vec<_> = lots.iter().map(|(_, lot)| pairs(&verse(lot))).collect();
    let index = index(&pairs);
    for (at, (file, lot)) in lots.iter().enumerate() {
        let mut shared: BTreeMap<usize, usize> = BTreeMap::new();
        for other in pairs[at].iter().flat_map(|pair| &index[pair]) {
            if *other < at {
                *shared.entry(*other).or_default() += 1;
            }
        }
        let alike = shared.into_iter().find(|(other, shared)| {
            let all = pairs[at].len() + pairs[*other].len() - shared;
            let is_other = verse(lot) != verse(&lots[*other].1);
            pairs[at].len() >= 6 && shared * 2 >= all && is_other
        });
        if let Some((other, _)) = alike {
            let reason = format!("is nearly lot {}'s", lots[other].1.number);
            let place = (file.as_str(), lot.number);
            faults.push(Fault::of_lot(Code::VerseSimilar, place, "verse", reason));
        }
    }
}

/// The characters of a verse, in one spelling.
pub(super) fn verse(lot: &LotFile) -> String {
    lot.verse.iter().map(|line| folded_line(line)).collect()
}

/// Neighbouring characters.
pub(super) fn pairs(text: &str) -> BTreeSet<[char; 2]> {
    let characters: Vec<_> = text.chars().collect();
    characters
        .windows(2)
        .map(|pair| [pair[0], pair[1]])
        .collect()
}

/// Which of the texts have a pair, for pairs that tell something; the others have none.
pub(super) fn index(texts: &[BTreeSet<[char; 2]>]) -> BTreeMap<[char; 2], Vec<usize>> {
    let mut index: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (at, pairs) in texts.iter().enumerate() {
        for pair in pairs {
            index.entry(*pair).or_default().push(at);
        }
    }
    for places in index.values_mut().filter(|places| places.len() > COMMON) {
        places.clear();
    }
    index
}
