//! Whether a section speaks of another lot or of another deity than those that were asked.

use std::sync::LazyLock;

use regex::Regex;

use super::texts::{Lot, fold};
use crate::Known;

/// Deities that everybody knows, by a word for all names of one.
const WELL_KNOWN: [(&str, &[&str]); 5] = [
    ("mazu", &["媽祖", "妈祖", "天上聖母", "Mazu"]),
    (
        "guan_yu",
        &["關聖帝君", "关圣帝君", "關帝", "关帝", "関帝", "Guan Yu"],
    ),
    ("guan_yin", &["觀音", "观音", "観音", "Guan Yin", "Guanyin"]),
    ("yue_lao", &["月老", "月下老人", "Yue Lao"]),
    ("zhu_sheng", &["註生娘娘", "注生娘娘", "Zhusheng"]),
];

static NUMBERS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        "第([0-9０-９]+|[一二三四五六七八九十百]+)[籤签首]",
        "第([0-9]+|[一二三四五六七八九十百]+)番",
        r"(?i)\blots? (?:no\.? ?|number |#)?([0-9]+)\b",
    ]
    .iter()
    .map(|pattern| Regex::new(pattern).expect("a pattern"))
    .collect()
});

/// A line of another lot, if one is there.
pub(super) fn line(text: &str, lot: &Lot, known: &Known) -> Option<String> {
    let folded = fold(text);
    known
        .lines
        .iter()
        .filter(|(line, ..)| line.chars().count() >= 5)
        .find(|(line, ..)| folded.contains(line.as_str()) && !lot.quotable.contains(line.as_str()))
        .map(|(line, deck, number)| format!("{line} is of lot {number} of {deck}"))
}

/// The number of another lot, if one is named.
pub(super) fn number(text: &str, lot: &Lot) -> Option<String> {
    NUMBERS
        .iter()
        .flat_map(|pattern| pattern.captures_iter(text))
        .find(|found| {
            let named = found.get(1).map_or("", |digits| digits.as_str());
            let whole = found.get(0).map_or("", |whole| whole.as_str());
            value(named) != Some(lot.number) && !lot.quotable.contains(&fold(whole))
        })
        .map(|found| format!("it names {}", &found[0]))
}

/// Another deity, if one is named that neither lot nor question name.
pub(super) fn deity(text: &str, lot: &Lot, known: &Known) -> Option<String> {
    let of_library = known
        .deities
        .iter()
        .map(|(name, id)| (id.as_str(), name.as_str()));
    let well_known = WELL_KNOWN
        .iter()
        .flat_map(|(id, names)| names.iter().map(|name| (*id, *name)));
    of_library
        .chain(well_known)
        .filter(|(id, name)| *id != lot.deity && !name.is_empty())
        .find(|(_, name)| text.contains(name) && !lot.quotable.contains(&fold(name)))
        .map(|(_, name)| format!("it names {name}"))
}

fn value(digits: &str) -> Option<u64> {
    let narrow = fold(digits);
    narrow.parse().ok().or_else(|| {
        let mut sum = 0;
        let mut ones = 0;
        for c in digits.chars() {
            match c {
                '百' => sum += 100 * std::mem::take(&mut ones).max(1),
                '十' => sum += 10 * std::mem::take(&mut ones).max(1),
                c => ones = 1 + "一二三四五六七八九".chars().position(|digit| digit == c)? as u64,
            }
        }
        Some(sum + ones)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_both_ways() {
        for (digits, number) in [
            ("二十三", 23),
            ("十", 10),
            ("一百零", 0),
            ("九十九", 99),
            ("２３", 23),
            ("100", 100),
        ] {
            assert_eq!(value(digits).unwrap_or(0), number, "{digits}");
        }
    }
}
