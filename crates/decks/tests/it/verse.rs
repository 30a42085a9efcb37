//! The starter deck's verses keep the rules of recent-style quatrains, and are nobody else's.

use std::collections::{BTreeMap, BTreeSet};

use kaucim_decks::{Library, import};

use crate::corpora;

/// Characters of the verses with their readings: `平` and the rhyme, or `仄`.
const READINGS: &str = include_str!("verse/readings.txt");

/// The real sets: the deity, and the folder of the crawl.
const SETS: [(&str, &str); 6] = [
    ("guan_yin", "GuanYin100"),
    ("guan_yu", "GuanYu"),
    ("mazu", "Mazu"),
    ("tianhou", "Tianhou"),
    ("yue_lao", "YueLao"),
    ("zhu_sheng", "Zhusheng"),
];

/// Two lines that share so many characters in the same order are one line with variants.
const NEAR: usize = 5;

#[test]
fn every_verse_keeps_metre_and_rhyme() {
    let readings = readings();
    let library = Library::starter();
    let deck = library.deck("yue_lao", None).unwrap();
    let mut faults = Vec::new();
    for lot in deck.lots() {
        let verse: Vec<Vec<char>> = lot
            .verse
            .iter()
            .map(|line| line.chars().collect())
            .collect();
        faults.extend(
            faults_of(&verse, &readings)
                .into_iter()
                .map(|fault| format!("lot {}: {fault}", lot.number)),
        );
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_verse_out_of_metre_is_noticed() {
    let readings = readings();
    let library = Library::starter();
    let deck = library.deck("yue_lao", None).unwrap();
    let lot = deck.lot(1).unwrap();
    let verse: Vec<Vec<char>> = lot
        .verse
        .iter()
        .map(|line| line.chars().collect())
        .collect();
    assert_eq!(faults_of(&verse, &readings), [""; 0]);
    let mut swapped = verse.clone();
    swapped.swap(1, 2);
    let mut turned = verse.clone();
    turned[0].swap(1, 3);
    let mut rhymeless = verse.clone();
    rhymeless[3][6] = verse[0][3];
    let mut short = verse.clone();
    short[2].pop();
    for spoilt in [swapped, turned, rhymeless, short] {
        assert!(!faults_of(&spoilt, &readings).is_empty(), "{spoilt:?}");
    }
}

/// Level in the Guangyun, and spoken in a falling tone today.
const FALLEN: [char; 1] = ['跳'];

/// What was a level tone then is the first or the second of today's tones: so a syllable of the
/// wrong reading, `zhǎng` where `cháng` is meant, is mostly heard.
#[test]
fn every_character_is_spoken_as_its_verse_means_it() {
    let readings = readings();
    let library = Library::starter();
    let deck = library.deck("yue_lao", None).unwrap();
    for lot in deck.lots() {
        assert_eq!(lot.pronunciation.len(), lot.verse.len(), "{}", lot.number);
        for (at, (line, spoken)) in lot.verse.iter().zip(&lot.pronunciation).enumerate() {
            let syllables: Vec<&str> = spoken.split(' ').collect();
            assert_eq!(syllables.len(), line.chars().count(), "{line}: {spoken}");
            let wrong = line.chars().zip(&syllables).find(|(character, syllable)| {
                readings[character].is_only(true)
                    && !FALLEN.contains(character)
                    && !is_level(syllable)
            });
            assert_eq!(wrong, None, "{line}: {spoken}");
            let does_rhyme = at % 2 == 1;
            assert!(!does_rhyme || is_level(syllables[6]), "{line}: {spoken}");
        }
    }
}

/// Whether a syllable in Pinyin has the first or the second tone.
fn is_level(syllable: &str) -> bool {
    syllable
        .chars()
        .any(|letter| "āēīōūǖáéíóúǘ".contains(letter))
}

#[test]
fn no_verse_is_another_ones_in_the_deck() {
    let library = Library::starter();
    let deck = library.deck("yue_lao", None).unwrap();
    let lines: Vec<(u32, &String)> = deck
        .lots()
        .flat_map(|lot| lot.verse.iter().map(|line| (lot.number, line)))
        .collect();
    for (at, (number, line)) in lines.iter().enumerate() {
        for (other, like) in &lines[at + 1..] {
            let shared = shared_in_order(line, like);
            assert!(
                shared < NEAR,
                "lots {number} and {other}: {line} and {like}"
            );
        }
    }
}

#[test]
fn no_line_is_that_of_a_real_set() {
    let Some(folder) = corpora::divine_whispers() else {
        return;
    };
    let library = Library::starter();
    let deck = library.deck("yue_lao", None).unwrap();
    let mut compared = 0;
    for (deity, set) in SETS {
        let imported = import::crawl(&folder.join(set), &import::Options::of(deity)).unwrap();
        let packs = tempfile::TempDir::new().unwrap();
        imported.write(packs.path()).unwrap();
        let (real, faults) = Library::open(packs.path());
        assert!(faults.is_empty(), "{set}");
        let real = real.deck(deity, Some(&imported.deck_id)).unwrap();
        for theirs in real.lots().flat_map(|lot| &lot.verse) {
            for lot in deck.lots() {
                for line in &lot.verse {
                    compared += 1;
                    assert!(
                        shared_in_order(line, theirs) < NEAR,
                        "lot {}: `{line}` is near a line of {set}",
                        lot.number
                    );
                }
            }
        }
    }
    assert!(
        compared > 50_000,
        "only {compared} pairs of lines were compared"
    );
}

/// What one character may be in a verse.
#[derive(Debug, Default)]
struct Reading {
    /// Its rhymes, where it may be read level.
    level: BTreeSet<char>,
    oblique: bool,
}

impl Reading {
    fn may_be(&self, level: bool) -> bool {
        if level {
            !self.level.is_empty()
        } else {
            self.oblique
        }
    }

    fn is_only(&self, level: bool) -> bool {
        self.may_be(level) && !self.may_be(!level)
    }
}

fn readings() -> BTreeMap<char, Reading> {
    let mut readings: BTreeMap<char, Reading> = BTreeMap::new();
    for line in READINGS.lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.split_whitespace();
        let Some(character) = words.next().and_then(|word| word.chars().next()) else {
            continue;
        };
        let reading = readings.entry(character).or_default();
        for word in words {
            let mut tone = word.chars();
            match tone.next() {
                Some('平') => reading.level.extend(tone),
                Some('仄') => reading.oblique = true,
                other => panic!("{line}: {other:?} is no tone"),
            }
        }
    }
    readings
}

/// What breaks the rules of a seven-character quatrain, with the fewest faults of both ways that
/// it may begin.
fn faults_of(verse: &[Vec<char>], readings: &BTreeMap<char, Reading>) -> Vec<String> {
    if verse.len() != 4 || verse.iter().any(|line| line.len() != 7) {
        return vec!["not four lines of seven characters".to_owned()];
    }
    let unknown: Vec<String> = verse
        .iter()
        .flatten()
        .filter(|c| !readings.contains_key(c))
        .map(|c| format!("{c} is not in readings.txt: add it, by the Guangyun"))
        .collect();
    if !unknown.is_empty() {
        return unknown;
    }
    let lines: Vec<Vec<&Reading>> = verse
        .iter()
        .map(|line| line.iter().map(|c| &readings[c]).collect())
        .collect();
    let [level_first, oblique_first] = [true, false].map(|start| faults_of_tones(&lines, start));
    let mut faults = if level_first.len() <= oblique_first.len() {
        level_first
    } else {
        oblique_first
    };
    faults.extend(faults_of_rhyme(&lines));
    faults
}

/// The second, fourth and sixth characters alternate (二四六分明), the lines of a couplet are
/// opposed (對), the couplets joined (粘).
fn faults_of_tones(lines: &[Vec<&Reading>], start: bool) -> Vec<String> {
    let mut faults = Vec::new();
    for (at, (line, second)) in lines.iter().zip([start, !start, !start, start]).enumerate() {
        let number = at + 1;
        for (place, level) in [(1, second), (3, !second), (5, second)] {
            if !line[place].may_be(level) {
                let wanted = if level { "level" } else { "oblique" };
                faults.push(format!(
                    "line {number}: character {} is not {wanted}",
                    place + 1
                ));
            }
        }
        for level in [true, false] {
            if line[4..].iter().all(|reading| reading.is_only(level)) {
                faults.push(format!("line {number}: three of one tone at its end"));
            }
        }
        // 孤平: a level tone alone between oblique ones, in a rhyming line.
        let rhymes = at % 2 == 1;
        if rhymes && !second && line[2].is_only(false) && line[4].is_only(false) {
            faults.push(format!("line {number}: a level tone stands alone"));
        }
    }
    if !lines[2][6].may_be(false) {
        faults.push("line 3 does not end oblique".to_owned());
    }
    faults
}

/// The second and fourth lines rhyme, and the first with them if it ends level.
fn faults_of_rhyme(lines: &[Vec<&Reading>]) -> Vec<String> {
    let rhyme = &lines[1][6].level & &lines[3][6].level;
    if rhyme.is_empty() {
        return vec!["lines 2 and 4 do not rhyme".to_owned()];
    }
    let first = lines[0][6];
    if first.is_only(true) && first.level.is_disjoint(&rhyme) {
        return vec!["line 1 ends level and does not rhyme".to_owned()];
    }
    Vec::new()
}

/// Length of the longest common subsequence, where it may reach `NEAR` at all; else 0.
fn shared_in_order(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    if one.chars().filter(|c| other.contains(c)).count() < NEAR {
        return 0;
    }
    let mut lengths = vec![0; other.len() + 1];
    for a in one.chars() {
        let mut diagonal = 0;
        for (at, b) in other.iter().enumerate() {
            let above = lengths[at + 1];
            lengths[at + 1] = if a == *b {
                diagonal + 1
            } else {
                above.max(lengths[at])
            };
            diagonal = above;
        }
    }
    lengths[other.len()]
}
