//! The words of all matters, looked for in one pass.
//!
//! They stand in `safety/`, a file for each matter and language. A line there is
//! - `word`: found wherever it stands if it is Chinese or Japanese, as a whole word or phrase if it
//!   is Latin or begins or ends in katakana;
//! - `one … other`: the other after the one, a little later and in the same sentence;
//! - `- phrase`: a phrase that holds one of the words and means something else;
//! - `# remark`, or empty.
//!
//! Chinese may be written in either script. A Japanese word without kana counts only in a text
//! that has kana, as many are Chinese words too and mean something else there.

use std::{collections::BTreeSet, ops::Range, sync::LazyLock};

use aho_corasick::AhoCorasick;
use kaucim_decks::Matter;

use super::fold::{folded, is_kana, is_katakana, is_latin, joined};

/// How far apart the parts of one entry may stand, in characters.
const REACH: usize = 12;
/// Latin script takes more for the same.
const REACH_IN_LATIN: usize = 30;

/// Files by matter; the Japanese ones are last.
const FILES: [(Matter, [&str; 3]); 6] = [
    (
        Matter::SelfHarm,
        [
            include_str!("../../safety/self_harm.zh.txt"),
            include_str!("../../safety/self_harm.en.txt"),
            include_str!("../../safety/self_harm.ja.txt"),
        ],
    ),
    (
        Matter::Violence,
        [
            include_str!("../../safety/violence.zh.txt"),
            include_str!("../../safety/violence.en.txt"),
            include_str!("../../safety/violence.ja.txt"),
        ],
    ),
    (
        Matter::Illness,
        [
            include_str!("../../safety/illness.zh.txt"),
            include_str!("../../safety/illness.en.txt"),
            include_str!("../../safety/illness.ja.txt"),
        ],
    ),
    (
        Matter::Pregnancy,
        [
            include_str!("../../safety/pregnancy.zh.txt"),
            include_str!("../../safety/pregnancy.en.txt"),
            include_str!("../../safety/pregnancy.ja.txt"),
        ],
    ),
    (
        Matter::Law,
        [
            include_str!("../../safety/law.zh.txt"),
            include_str!("../../safety/law.en.txt"),
            include_str!("../../safety/law.ja.txt"),
        ],
    ),
    (
        Matter::Money,
        [
            include_str!("../../safety/money.zh.txt"),
            include_str!("../../safety/money.en.txt"),
            include_str!("../../safety/money.ja.txt"),
        ],
    ),
];

static LEXICON: LazyLock<Lexicon> = LazyLock::new(Lexicon::read);

/// The matters that a text touches.
pub(super) fn matters(text: &str) -> BTreeSet<Matter> {
    let text = folded(text);
    let mut found = LEXICON.matters(&text);
    if let Some(text) = joined(&text) {
        found.extend(LEXICON.matters(&text));
    }
    found
}

/// A line of a file.
struct Entry {
    matter: Matter,
    parts: Vec<String>,
    /// Whether it is a phrase that means something else.
    is_decoy: bool,
    needs_kana: bool,
}

impl Entry {
    /// What a line says, if it is none for people.
    fn read(matter: Matter, is_japanese: bool, line: &str) -> Option<Self> {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return None;
        }
        let (is_decoy, words) = match line.strip_prefix("- ") {
            Some(words) => (true, words),
            None => (false, line),
        };
        let parts: Vec<String> = words.split('…').map(|part| folded(part.trim())).collect();
        let has_own_script = words.chars().any(|c| is_kana(c) || is_latin(c));
        Some(Self {
            matter,
            parts,
            is_decoy,
            needs_kana: is_japanese && !has_own_script,
        })
    }
}

struct Lexicon {
    entries: Vec<Entry>,
    automaton: AhoCorasick,
    /// Which part of which entry a pattern of the automaton is.
    patterns: Vec<(usize, usize)>,
}

impl Lexicon {
    fn read() -> Self {
        let mut entries = Vec::new();
        for (matter, files) in FILES {
            for (place, file) in files.into_iter().enumerate() {
                let is_japanese = place == 2;
                let lines = file.lines();
                entries.extend(lines.filter_map(|line| Entry::read(matter, is_japanese, line)));
            }
        }
        let mut patterns = Vec::new();
        let mut words = Vec::new();
        for (entry, Entry { parts, .. }) in entries.iter().enumerate() {
            for (part, word) in parts.iter().enumerate() {
                patterns.push((entry, part));
                words.push(word.as_str());
            }
        }
        let automaton = AhoCorasick::new(words).expect("a few thousand words fit an automaton");
        Self {
            automaton,
            patterns,
            entries,
        }
    }

    fn matters(&self, text: &str) -> BTreeSet<Matter> {
        let has_kana = text.chars().any(is_kana);
        let mut decoys: Vec<(Matter, Range<usize>)> = Vec::new();
        // By entry and part.
        let mut hits: Vec<(usize, usize, Range<usize>)> = Vec::new();
        for hit in self.automaton.find_overlapping_iter(text) {
            let (number, part) = self.patterns[hit.pattern().as_usize()];
            let entry = &self.entries[number];
            if !stands_alone(text, &hit.range()) || (entry.needs_kana && !has_kana) {
                continue;
            }
            if entry.is_decoy {
                decoys.push((entry.matter, hit.range()));
            } else {
                hits.push((number, part, hit.range()));
            }
        }
        hits.retain(|(entry, _, range)| {
            let matter = self.entries[*entry].matter;
            !decoys.iter().any(|(of, decoy)| {
                *of == matter && decoy.start <= range.start && range.end <= decoy.end
            })
        });
        let is_whole = |&(entry, part, ref range): &(usize, usize, Range<usize>)| {
            part == 0 && self.goes_on(text, &hits, (entry, 1), range.end)
        };
        let whole = hits.iter().filter(|hit| is_whole(hit));
        whole.map(|hit| self.entries[hit.0].matter).collect()
    }

    /// Whether the other parts of an entry follow, each within reach.
    fn goes_on(
        &self,
        text: &str,
        hits: &[(usize, usize, Range<usize>)],
        (entry, part): (usize, usize),
        end: usize,
    ) -> bool {
        if part == self.entries[entry].parts.len() {
            return true;
        }
        hits.iter().any(|(other, place, range)| {
            (*other, *place) == (entry, part)
                && range.start >= end
                && is_within_reach(&text[end..range.start])
                && self.goes_on(text, hits, (entry, part + 1), range.end)
        })
    }
}

fn is_within_reach(between: &str) -> bool {
    let reach = if between.is_ascii() {
        REACH_IN_LATIN
    } else {
        REACH
    };
    let is_end = |c: char| matches!(c, '.' | '!' | '?' | '。' | '\n' | ';');
    between.chars().count() <= reach && !between.contains(is_end)
}

/// Whether no letter of its own kind touches what stands there.
fn stands_alone(text: &str, range: &Range<usize>) -> bool {
    let touching = |edge: Option<char>, beside: Option<char>| match (edge, beside) {
        (Some(edge), Some(beside)) => {
            (is_latin(edge) && is_latin(beside)) || (is_katakana(edge) && is_katakana(beside))
        }
        (None, _) | (_, None) => false,
    };
    let word = &text[range.clone()];
    let before = text[..range.start].chars().next_back();
    let after = text[range.end..].chars().next();
    !touching(word.chars().next(), before) && !touching(word.chars().next_back(), after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_every_file_can_count() {
        let is_idle = |entry: &&Entry| {
            let is_empty = entry.parts.iter().any(String::is_empty);
            let holds_word = |other: &Entry| {
                let mut parts = other.parts.iter();
                other.matter == entry.matter
                    && !other.is_decoy
                    && parts.any(|part| entry.parts[0].contains(part.as_str()))
            };
            let is_needless = entry.is_decoy && !LEXICON.entries.iter().any(holds_word);
            is_empty || is_needless || (entry.is_decoy && entry.parts.len() > 1)
        };
        let idle = LEXICON.entries.iter().filter(is_idle);
        let idle: Vec<_> = idle.map(|entry| (entry.matter, &entry.parts)).collect();
        assert!(idle.is_empty(), "nothing comes of {idle:?}");
    }

    #[test]
    fn no_line_stands_twice_for_a_matter() {
        let mut seen = BTreeSet::new();
        let key = |entry: &Entry| (entry.matter, entry.parts.clone(), entry.is_decoy);
        let again: Vec<_> = LEXICON
            .entries
            .iter()
            .map(key)
            .filter(|key| !seen.insert(key.clone()))
            .collect();
        assert!(again.is_empty(), "{again:?}");
    }
}
