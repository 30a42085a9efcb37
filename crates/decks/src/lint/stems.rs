//! Names of lots by stems and branches (干支), where most lots of a deck bear one.

use std::collections::BTreeMap;

use crate::{
    lint::Code,
    pack::{Fault, Pack},
};

const STEMS: &str = "甲乙丙丁戊己庚辛壬癸";
const BRANCHES: &str = "子丑寅卯辰巳午未申酉戌亥";

/// Where a pair stands in a text.
#[derive(Debug, Clone, Copy)]
enum End {
    First,
    Last,
}

pub(super) fn check(pack: &Pack, faults: &mut Vec<Fault>) {
    for kind in kinds(pack) {
        for end in [End::First, End::Last] {
            check_kind(pack, kind, end, faults);
        }
    }
}

fn kinds(pack: &Pack) -> Vec<&str> {
    let mut kinds: Vec<&str> = pack
        .lots
        .iter()
        .flat_map(|(_, lot)| lot.commentary.iter().map(|entry| entry.kind.as_str()))
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

fn check_kind(pack: &Pack, kind: &str, end: End, faults: &mut Vec<Fault>) {
    let ordinary: Vec<_> = pack
        .lots
        .iter()
        .filter(|(_, lot)| !pack.deck.special_lots.contains(&lot.number))
        .collect();
    let texts: Vec<_> = ordinary
        .iter()
        .filter_map(|(file, lot)| {
            let entry = lot.commentary.iter().find(|entry| entry.kind == kind)?;
            let (_, text) = entry.texts().next()?;
            Some((file.as_str(), lot.number, two(text, end)?))
        })
        .collect();
    let paired = texts.iter().filter(|(_, _, pair)| is_pair(*pair)).count();
    if paired < 10 || paired * 10 < ordinary.len() * 8 {
        return;
    }
    let field = format!("commentary.{kind}");
    let mut seen: BTreeMap<[char; 2], u32> = BTreeMap::new();
    for (file, number, pair) in texts {
        let name: String = pair.iter().collect();
        let reason = if !is_pair(pair) {
            format!("`{name}` stands where most lots have a pair of stem and branch")
        } else if let Some(other) = seen.insert(pair, number) {
            format!("`{name}` is lot {other}'s already")
        } else {
            continue;
        };
        faults.push(Fault::of_lot(
            Code::StemBranch,
            (file, number),
            &field,
            reason,
        ));
    }
}

fn two(text: &str, end: End) -> Option<[char; 2]> {
    let text = text.trim();
    let mut characters = text.chars();
    let (one, other) = match end {
        End::First => (characters.next()?, characters.next()?),
        End::Last => {
            let last = characters.next_back()?;
            (characters.next_back()?, last)
        }
    };
    Some([one, other])
}

/// A stem with a branch, or with another stem as decks of a hundred lots are numbered.
fn is_pair([one, other]: [char; 2]) -> bool {
    STEMS.contains(one) && (STEMS.contains(other) || BRANCHES.contains(other))
}
