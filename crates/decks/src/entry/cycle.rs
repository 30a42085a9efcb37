//! Lots by stem and branch: 甲子 to 癸亥 where a deck's lots bear such names, and the two stems of
//! decks of a hundred, 甲甲 to 癸癸.
//!
//! Nothing is derived from a lot's number alone: decks order the sixty names in different ways.

use std::{collections::BTreeMap, sync::Arc};

use unicode_normalization::UnicodeNormalization;

use super::{Entry, How};
use crate::Lot;

const STEMS: [char; 10] = ['甲', '乙', '丙', '丁', '戊', '己', '庚', '辛', '壬', '癸'];
const BRANCHES: [char; 12] = [
    '子', '丑', '寅', '卯', '辰', '巳', '午', '未', '申', '酉', '戌', '亥',
];

/// A name stands at the beginning or the end of a text of so many characters at most.
const SHORT: usize = 40;

/// The names that a deck's lots bear.
#[derive(Debug, Default)]
pub(super) struct Cycle {
    lots: BTreeMap<[char; 2], Vec<u32>>,
}

impl Cycle {
    /// The names that at least half of the lots bear, as part of the title or of a short text of
    /// their own; or else the two stems that nine tenths of the lots bear, of all lots.
    pub(super) fn of(lots: &[Arc<Lot>]) -> Self {
        let mut named: BTreeMap<[char; 2], Vec<u32>> = BTreeMap::new();
        let mut numbered = 0;
        for lot in lots {
            if let Some(name) = texts(lot).find_map(stem_and_branch) {
                named.entry(name).or_default().push(lot.number);
            }
            if let Some(code) = two_stems(lot.number)
                && texts(lot).any(|text| ends_with(text, code))
            {
                numbered += 1;
            }
        }
        if named.values().flatten().count() * 2 >= lots.len() {
            return Self { lots: named };
        }
        if numbered * 10 < lots.len() * 9 {
            return Self::default();
        }
        let coded = lots.iter().filter_map(|lot| {
            let [one, two] = two_stems(lot.number)?;
            Some(([one, two], vec![lot.number]))
        });
        Self {
            lots: coded.collect(),
        }
    }

    /// The lots of a name, also of one that was written with a sign that is easily mistaken for
    /// another: 已 for 己, 戍 for 戌.
    pub(super) fn find(&self, bare: &str) -> Vec<Entry> {
        let signs: Vec<char> = bare.chars().collect();
        let &[one, two] = signs.as_slice() else {
            return Vec::new();
        };
        let meant = [as_stem(one), as_stem(two)];
        let (name, is_exact) = if self.lots.contains_key(&[one, two]) {
            ([one, two], true)
        } else if self.lots.contains_key(&meant) {
            (meant, false)
        } else {
            ([as_stem(one), as_branch(two)], false)
        };
        let lots = self.lots.get(&name).map_or(&[][..], Vec::as_slice);
        let score = if is_exact && lots.len() == 1 {
            1.0
        } else {
            0.9
        };
        let entry = |number: &u32| Entry::new(*number, How::StemBranch, score);
        lots.iter().map(entry).collect()
    }
}

/// The title and whatever else is short.
fn texts(lot: &Lot) -> impl Iterator<Item = &str> {
    let commentary = lot.commentary.iter().map(|one| one.text.as_str());
    [lot.title.as_str()]
        .into_iter()
        .chain(commentary)
        .filter(|text| text.chars().count() <= SHORT)
}

/// A name at the beginning of a text, with nothing but its frame behind it: 甲子, 甲子籤, 甲子 ○○●.
fn stem_and_branch(text: &str) -> Option<[char; 2]> {
    let mut signs = text.nfkc().filter(|c| !c.is_whitespace());
    let name = [signs.next()?, signs.next()?];
    let stem = STEMS.iter().position(|stem| *stem == name[0])?;
    let branch = BRANCHES.iter().position(|branch| *branch == name[1])?;
    // Of the 120 pairs only those of the same parity are in the cycle of sixty.
    let stands_alone = signs
        .next()
        .is_none_or(|c| !c.is_alphanumeric() || "籤签簽".contains(c));
    (stem % 2 == branch % 2 && stands_alone).then_some(name)
}

fn ends_with(text: &str, [one, two]: [char; 2]) -> bool {
    let mut backwards = text.trim_end().chars().rev();
    (backwards.next(), backwards.next()) == (Some(two), Some(one))
}

/// A lot's number written in two stems: 甲甲 for 1, 癸癸 for 100.
fn two_stems(number: u32) -> Option<[char; 2]> {
    let at = usize::try_from(number).ok()?.checked_sub(1)?;
    Some([*STEMS.get(at / 10)?, STEMS[at % 10]])
}

fn as_stem(c: char) -> char {
    match c {
        '已' | '巳' => '己',
        '戌' | '戍' => '戊',
        '千' => '壬',
        other => other,
    }
}

fn as_branch(c: char) -> char {
    match c {
        '已' | '己' => '巳',
        '戊' | '戍' => '戌',
        '末' => '未',
        '西' => '酉',
        other => other,
    }
}
