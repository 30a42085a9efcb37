//! Numbers as people write them: any script's digits, Chinese numerals in all their forms,
//! Japanese in Kana, English words, Roman numerals.

use unicode_normalization::UnicodeNormalization;

use crate::numerals;

mod words;

pub use self::words::cardinal;

/// What is written before a number, longest first where one begins another.
const BEFORE: &[&str] = &[
    "おみくじ",
    "みくじ",
    "御神籤",
    "御籤",
    "籤號",
    "籤号",
    "签号",
    "番号",
    "抽到了",
    "抽到",
    "抽中",
    "求得",
    "我",
    "第",
    "籤",
    "签",
    "籖",
    "簽",
    "number",
    "fortune",
    "drew",
    "stick",
    "slip",
    "poem",
    "lot",
    "num",
    "the",
    "my",
    "no",
    "nr",
    "is",
    "i",
    "a",
];

/// What is written behind a number, likewise.
const BEHIND: &[&str] = &[
    "です", "番目", "番籤", "番", "ばん", "籤詩", "签诗", "籤", "签", "籖", "簽", "首", "號", "号",
    "支", "枝", "條", "条", "stick", "slip", "lot", "th", "st", "nd", "rd",
];

const ENDS_A_NUMBER: &str = "籤签籖簽番首號号";

/// A text without what is written around a number. Large letters stay large.
pub(super) fn bare(text: &str) -> String {
    let text: String = text.nfkc().collect();
    let mut rest = text.as_str();
    loop {
        let trimmed = rest.trim_matches(|c: char| !c.is_alphanumeric() && c != '○');
        let shorter = without_beginning(trimmed).or_else(|| without_end(trimmed));
        match shorter {
            Some(shorter) if !shorter.is_empty() => rest = shorter,
            Some(_) | None => return trimmed.to_owned(),
        }
    }
}

fn without_beginning(text: &str) -> Option<&str> {
    BEFORE.iter().find_map(|word| {
        let (begins, rest) = text.split_at_checked(word.len())?;
        let ends_here = !word.is_ascii() || !rest.starts_with(|c: char| c.is_ascii_alphabetic());
        (begins.eq_ignore_ascii_case(word) && ends_here).then_some(rest)
    })
}

fn without_end(text: &str) -> Option<&str> {
    BEHIND.iter().find_map(|word| {
        let (rest, ends) = text.split_at_checked(text.len().checked_sub(word.len())?)?;
        let begins_here = !word.is_ascii() || !rest.ends_with(|c: char| c.is_ascii_alphabetic());
        (ends.eq_ignore_ascii_case(word) && begins_here).then_some(rest)
    })
}

/// The number that a bare text says; several where it can be read in several ways.
pub(super) fn all(bare: &str) -> Vec<u32> {
    let one = numerals::digits(bare)
        .or_else(|| words::kana(bare))
        .or_else(|| words::english(bare))
        .or_else(|| words::roman(bare));
    match one {
        Some(number) => vec![number],
        None => numerals::chinese(bare),
    }
}

/// The number of a 第…籤 or 第…番 inside a longer text.
pub(super) fn within(text: &str) -> Option<u32> {
    let text: String = text.nfkc().collect();
    let (_, after) = text.rsplit_once('第')?;
    let (number, _) = after.split_once(|c| ENDS_A_NUMBER.contains(c))?;
    match all(&bare(number))[..] {
        [number] => Some(number),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
