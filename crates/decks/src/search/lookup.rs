//! Knows a lot by its number, its name or a line of its verse, as people name what they hold.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    Lot,
    search::{
        passage::{Passage, Place},
        terms::folded,
    },
};

/// Characters of a query that may be the name of something; longer ones are texts.
const MAX_CHARACTERS: usize = 120;

/// The shortest and longest names that are looked for inside a query, in characters.
const NAMES: (usize, usize) = (2, 24);

/// The shortest piece of a verse that is looked for as it stands, in characters.
const LEAST_OF_VERSE: usize = 4;

/// Counters of lots, in the folded form, after a number.
const AFTER: [&str; 9] = ["签", "番", "首", "支", "枝", "號", "号", "卦", "番目"];

/// What stands before the number of a lot; a space follows where another word may go on.
const BEFORE: [&str; 9] = [
    "签诗第",
    "签诗",
    "签第",
    "签文第",
    "签",
    "lot",
    "slip",
    "stick",
    "fortune",
];

/// What may be said between such a word and the number.
const BETWEEN: [&str; 4] = ["number", "no.", "no", "#"];

/// How a query names a lot, if it does.
#[derive(Debug, Default)]
pub(super) struct Lookup {
    pub(super) number: Option<u32>,
    /// Whether it says nothing but that number, with the words that lots are counted by: those
    /// stand on every lot and find none.
    pub(super) is_number_alone: bool,
    /// The text without anything but letters and digits; empty if it is too long to be a name.
    pub(super) compact: Vec<char>,
}

/// The names that lots of a deck and their stories have.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Positions of the passages that bear a name, by the name in its compact form.
    passages: BTreeMap<Vec<char>, Vec<u32>>,
}

pub(super) fn of_query(query: &str) -> Lookup {
    let text = folded(query);
    let compact: Vec<_> = compact(&text).collect();
    if compact.len() > MAX_CHARACTERS {
        return Lookup::default();
    }
    let number = number(&text);
    Lookup {
        number,
        is_number_alone: number.is_some() && is_counted_only(&text),
        compact,
    }
}

/// Whether a text, which holds a number, is made of digits and of the words around them alone.
fn is_counted_only(text: &str) -> bool {
    if whole_number(text.trim()).is_some() {
        // Bare digits may stand in a text, such as a year.
        return false;
    }
    let without_digits: String = text
        .chars()
        .map(|c| if is_digit(c) || c == '第' { ' ' } else { c })
        .collect();
    without_digits.split_whitespace().all(|word| {
        let is_one_of = |words: &[&str]| words.contains(&word);
        is_one_of(&AFTER) || is_one_of(&BEFORE) || is_one_of(&BETWEEN)
    })
}

impl Lookup {
    /// Whether a passage holds the whole query, or a verse a good piece of it.
    pub(super) fn stands_in(&self, passage: &Passage, text: &str) -> bool {
        let least = match passage.place {
            Place::Verse => LEAST_OF_VERSE,
            // What is asked for and not just named is seldom written so short.
            Place::Commentary(_) | Place::Allusion(_) | Place::Topic(_) => 2 * LEAST_OF_VERSE,
        };
        if self.compact.len() < least {
            return false;
        }
        let text: Vec<_> = compact(&folded(text)).collect();
        text.windows(self.compact.len())
            .any(|window| window == self.compact)
    }
}

impl Names {
    /// Notes what the passages of a lot are called.
    pub(super) fn add(&mut self, lot: &Lot, first: u32, passages: &[Passage]) {
        for (position, passage) in (first..).zip(passages) {
            let name = match passage.place {
                Place::Verse => &lot.title,
                Place::Allusion(index) => &lot.allusions[index].title,
                Place::Commentary(_) | Place::Topic(_) => continue,
            };
            let name: Vec<_> = compact(&folded(name)).collect();
            if name.len() >= NAMES.0 {
                self.passages.entry(name).or_default().push(position);
            }
            if passage.place == Place::Verse {
                self.add_lines(lot, position);
            }
        }
    }

    fn add_lines(&mut self, lot: &Lot, position: u32) {
        for line in &lot.verse {
            let line: Vec<_> = compact(&folded(line)).collect();
            if (LEAST_OF_VERSE..=NAMES.1).contains(&line.len()) {
                self.passages.entry(line).or_default().push(position);
            }
        }
    }

    /// The passages that a query names: positions, each perhaps several times.
    pub(super) fn named<'a>(&'a self, lookup: &'a Lookup) -> impl Iterator<Item = u32> + 'a {
        let text = &lookup.compact;
        let pieces = (0..text.len()).flat_map(move |start| {
            let longest = NAMES.1.min(text.len() - start);
            (NAMES.0..=longest).map(move |length| &text[start..start + length])
        });
        pieces
            .filter_map(|piece| self.passages.get(piece))
            .flatten()
            .copied()
    }
}

fn compact(folded: &str) -> impl Iterator<Item = char> + '_ {
    folded.chars().filter(|c| c.is_alphanumeric())
}

/// The number of the lot that a query in the folded form speaks of.
fn number(text: &str) -> Option<u32> {
    if let Some(number) = whole_number(text.trim()) {
        return Some(number);
    }
    let characters: Vec<_> = text.char_indices().collect();
    let mut at = 0;
    while at < characters.len() {
        let digits = characters[at..]
            .iter()
            .take_while(|(_, c)| is_digit(*c))
            .count();
        if digits == 0 {
            at += 1;
            continue;
        }
        let start = characters[at].0;
        let end = characters
            .get(at + digits)
            .map_or(text.len(), |(end, _)| *end);
        if is_of_lot(&text[..start], &text[end..]) {
            return value(&text[start..end]);
        }
        at += digits;
    }
    None
}

/// A query that is nothing but a number of ASCII digits.
fn whole_number(text: &str) -> Option<u32> {
    let is_number = !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

fn is_of_lot(before: &str, after: &str) -> bool {
    let after = after.trim_start();
    let ordinal = before.ends_with('第');
    if AFTER.iter().any(|word| after.starts_with(word)) {
        return true;
    }
    let mut before = before.trim_end();
    if ordinal {
        before = before.trim_end_matches('第');
        return before.ends_with('签') || before.ends_with("签诗") || before.ends_with("签文");
    }
    for between in BETWEEN {
        before = before.strip_suffix(between).map_or(before, str::trim_end);
    }
    BEFORE.iter().any(|word| {
        let Some(rest) = before.strip_suffix(word) else {
            return false;
        };
        !word.is_ascii() || !rest.ends_with(|c: char| c.is_ascii_alphanumeric())
    })
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || chinese_digit(c).is_some() || matches!(c, '十' | '百')
}

fn chinese_digit(c: char) -> Option<u32> {
    let digits = "〇一二三四五六七八九";
    let place = digits.chars().position(|digit| digit == c);
    let place = place.or_else(|| (c == '零').then_some(0));
    place.and_then(|place| u32::try_from(place).ok())
}

/// 21, 二十一, 一百零三 or 二一.
fn value(digits: &str) -> Option<u32> {
    if digits.chars().all(|c| c.is_ascii_digit()) {
        return digits.parse().ok();
    }
    let mut whole: u32 = 0;
    let mut last: Option<u32> = None;
    for c in digits.chars() {
        let unit = match c {
            '十' => 10,
            '百' => 100,
            c => {
                let digit = c.to_digit(10).or_else(|| chinese_digit(c))?;
                // Digits that are read out one by one.
                last = Some(last.unwrap_or(0).checked_mul(10)?.checked_add(digit)?);
                continue;
            }
        };
        whole = whole.checked_add(last.take().unwrap_or(1).checked_mul(unit)?)?;
    }
    whole.checked_add(last.unwrap_or(0))
}

/// All names of a deck's passages.
pub(super) fn names(
    lots: &[Arc<Lot>],
    ranges: &[std::ops::Range<usize>],
    passages: &[Passage],
) -> Names {
    let mut names = Names::default();
    for (lot, range) in lots.iter().zip(ranges) {
        let first = u32::try_from(range.start).expect("fewer passages than four billion");
        names.add(lot, first, &passages[range.clone()]);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lots_are_known_by_their_numbers() {
        for (query, expected) in [
            ("7", Some(7)),
            ("第七籤", Some(7)),
            ("第 7 籤", Some(7)),
            ("第二十一签说什么", Some(21)),
            ("籤詩三十二", Some(32)),
            ("六十甲子籤第七籤", Some(7)),
            ("第一百零三籤", Some(103)),
            ("十二番のおみくじ", Some(12)),
            ("第八番", Some(8)),
            ("Lot 12", Some(12)),
            ("what does lot number 30 say", Some(30)),
            ("slip no. 5", Some(5)),
            ("fortune #9", Some(9)),
            ("第二一籤", Some(21)),
            ("第一志願", None),
            ("3月に結婚", None),
            ("a plot 3", None),
            ("三心二意", None),
            ("2026", Some(2026)),
            ("99999999999999", None),
            ("第九九九九九九九九九九九九籤", None),
        ] {
            assert_eq!(of_query(query).number, expected, "{query}");
        }
    }
}
