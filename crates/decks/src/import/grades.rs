//! Tells grades from other remarks, and what tone a known word has.

use crate::Tone;

/// Known words, best first; a suffix 籤 does not count.
const KNOWN: &[(&str, Tone)] = &[
    ("上上大吉", Tone::Good),
    ("大吉", Tone::Good),
    ("上上", Tone::Good),
    ("上吉", Tone::Good),
    ("上", Tone::Good),
    ("吉", Tone::Good),
    ("上平", Tone::Good),
    ("上中", Tone::Good),
    ("半吉", Tone::Good),
    ("小吉", Tone::Good),
    ("中上", Tone::Mixed),
    ("中吉", Tone::Mixed),
    ("中", Tone::Mixed),
    ("中中", Tone::Mixed),
    ("中平", Tone::Mixed),
    ("平", Tone::Mixed),
    ("末吉", Tone::Mixed),
    ("末小吉", Tone::Mixed),
    ("中下", Tone::Mixed),
    ("下吉", Tone::Warning),
    ("下上", Tone::Warning),
    ("下中", Tone::Warning),
    ("下平", Tone::Warning),
    ("下", Tone::Warning),
    ("下下", Tone::Warning),
    ("小凶", Tone::Warning),
    ("凶", Tone::Warning),
    ("大凶", Tone::Warning),
];

/// What a crawl's `fortune` turns out to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fortune {
    Grade,
    /// A stem and a branch with the six lines of a hexagram, such as 甲子 ○○○　○○○.
    Hexagram,
    /// A sentence.
    Remark,
}

/// Tells what a `fortune` is that is not empty.
pub(super) fn fortune(text: &str) -> Fortune {
    if is_hexagram(text) {
        Fortune::Hexagram
    } else if text.chars().count() <= 4 && text.chars().all(char::is_alphabetic) {
        Fortune::Grade
    } else {
        Fortune::Remark
    }
}

/// The tone of a grade's word, if the word is known.
pub(super) fn tone(word: &str) -> Option<Tone> {
    known(word).map(|at| KNOWN[at].1)
}

/// Sorts grades from best to worst; unknown words come last.
pub(super) fn rank(word: &str) -> usize {
    known(word).unwrap_or(KNOWN.len())
}

fn known(word: &str) -> Option<usize> {
    let word = word.strip_suffix('籤').unwrap_or(word);
    KNOWN.iter().position(|(known, _)| *known == word)
}

fn is_hexagram(text: &str) -> bool {
    let mut characters = text.chars().filter(|c| !c.is_whitespace());
    let stem = characters
        .next()
        .is_some_and(|c| "甲乙丙丁戊己庚辛壬癸".contains(c));
    let branch = characters
        .next()
        .is_some_and(|c| "子丑寅卯辰巳午未申酉戌亥".contains(c));
    let lines: Vec<_> = characters.collect();
    stem && branch && lines.len() == 6 && lines.iter().all(|c| matches!(c, '○' | '●'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fortunes_are_told_apart() {
        assert_eq!(fortune("上上"), Fortune::Grade);
        assert_eq!(fortune("上籤"), Fortune::Grade);
        assert_eq!(fortune("甲寅●○●　○ ●●"), Fortune::Hexagram);
        assert_eq!(fortune("甲寅●○●"), Fortune::Remark);
        assert_eq!(fortune("名利兩全皆大吉、"), Fortune::Remark);
    }

    #[test]
    fn known_words_have_a_tone_and_a_rank() {
        assert_eq!(tone("上籤"), Some(Tone::Good));
        assert_eq!(tone("中平"), Some(Tone::Mixed));
        assert_eq!(tone("下下"), Some(Tone::Warning));
        assert_eq!(tone("奇"), None);
        assert!(rank("大吉") < rank("中平") && rank("凶") < rank("奇"));
    }
}
