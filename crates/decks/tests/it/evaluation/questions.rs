//! Reads the questions of the evaluation, and what should be found for each.

use std::{str::FromStr, sync::Arc};

use kaucim_decks::{Deck, Language, Topic};

const SEARCH: &str = include_str!("../../evaluation/search.txt");
const DRAWN: &str = include_str!("../../evaluation/drawn.txt");

/// The deity whose first deck is the starter deck.
pub(super) const STARTER: &str = "yue_lao";

/// One question, and the passages that should be found.
#[derive(Debug, Clone)]
pub(super) struct Question {
    pub(super) language: Language,
    /// `name`, `verse` and so on; `drawn` where a lot was drawn.
    pub(super) sort: &'static str,
    pub(super) text: String,
    pub(super) place: Place,
    pub(super) wanted: Vec<Wanted>,
    /// Whether it may be looked at while something is tuned.
    pub(super) is_for_tuning: bool,
}

/// Where it is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    AllDecks,
    Deck(String),
    Drawn {
        deity: String,
        lot: u32,
        topic: Topic,
    },
}

/// Passages that are one answer, in whatever language.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Wanted {
    pub(super) deity: String,
    pub(super) lot: u32,
    pub(super) kind: Kind,
    pub(super) grade: u8,
}

/// The kind of a passage, with the topic of a verdict.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Verdict(Topic),
    Other(String),
}

/// All questions whose decks are at hand.
pub(super) fn questions(decks: &[Arc<Deck>]) -> Vec<Question> {
    let has = |deity: &str| match deity {
        "all" => decks.len() > 1,
        deity => decks.iter().any(|deck| deck.deity_id == deity),
    };
    let lines = |text: &'static str| {
        text.lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
    };
    let search = lines(SEARCH).map(|line| (line, false));
    let drawn = lines(DRAWN).map(|line| (line, true));
    search
        .chain(drawn)
        .enumerate()
        .filter_map(|(at, (line, is_drawn))| {
            let fields: Vec<_> = line.split('|').map(str::trim).collect();
            let [head, text, place, wanted] = fields[..] else {
                panic!("`{line}` has not four fields");
            };
            let deity = place.split(' ').next().unwrap_or_default();
            if !has(deity_of(deity)) {
                return None;
            }
            let (language, sort) = head.split_once(' ').expect("a language and a sort");
            let place = match is_drawn {
                true => drawn_place(place, sort),
                false if place == "all" => Place::AllDecks,
                false => Place::Deck(deity_of(place).to_owned()),
            };
            Some(Question {
                language: Language::from_str(language).expect("a language"),
                sort: if is_drawn { "drawn" } else { sort },
                text: filled(text, deity_of(deity), decks),
                place,
                wanted: wanted
                    .split_whitespace()
                    .flat_map(|one| self::wanted(one, deity_of(deity), decks))
                    .collect(),
                is_for_tuning: at % 2 == 0,
            })
        })
        .collect()
}

/// The deck of a deity among some.
pub(super) fn deck<'a>(decks: &'a [Arc<Deck>], deity: &str) -> &'a Arc<Deck> {
    let mut decks = decks.iter();
    decks
        .find(|deck| deck.deity_id == deity)
        .expect("the deck of a question")
}

fn deity_of(place: &str) -> &str {
    match place {
        "-" | "kaucim_yue_lao" => STARTER,
        other => other,
    }
}

fn drawn_place(place: &str, sort: &str) -> Place {
    let (deity, lot) = place.split_once(' ').expect("a deck and a lot");
    Place::Drawn {
        deity: deity_of(deity).to_owned(),
        lot: lot.parse().expect("a number"),
        topic: topic(sort).expect("a topic"),
    }
}

fn topic(name: &str) -> Option<Topic> {
    serde_json::from_value(name.into()).ok()
}

/// Replaces `{7.2:3}` by the first three characters of the second line of lot 7.
fn filled(text: &str, deity: &str, decks: &[Arc<Deck>]) -> String {
    let Some(inside) = text
        .strip_prefix('{')
        .and_then(|text| text.strip_suffix('}'))
    else {
        return text.to_owned();
    };
    let (lot, rest) = inside.split_once('.').expect("a lot and a line");
    let (line, part) = match rest.find([':', '-']) {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let line: usize = line.parse().expect("a number");
    let lot = lot.parse().expect("a number");
    let lot = deck(decks, deity).lot(lot).expect("a lot of the deck");
    let verse = &lot.verse[line - 1];
    let characters: Vec<_> = verse.chars().collect();
    match part.chars().next() {
        Some(':') => characters
            .iter()
            .take(part[1..].parse().expect("a number"))
            .collect(),
        Some(_) => characters[characters.len().saturating_sub(3)..]
            .iter()
            .collect(),
        None => verse.clone(),
    }
}

/// `7/allusion=3`, `mazu:7/verse=2` or `*/love=2`.
fn wanted(text: &str, deity: &str, decks: &[Arc<Deck>]) -> Vec<Wanted> {
    let (place, grade) = text.split_once('=').expect("a grade");
    let (deity, place) = match place.split_once(':') {
        Some((deity, place)) => (deity_of(deity), place),
        None => (deity, place),
    };
    let (lot, kind) = place.split_once('/').expect("a kind");
    let kind = topic(kind).map_or_else(|| Kind::Other(kind.to_owned()), Kind::Verdict);
    let numbers = match lot {
        "*" => 1..=deck(decks, deity).count(),
        lot => {
            let lot = lot.parse().expect("a number");
            lot..=lot
        }
    };
    numbers
        .map(|lot| Wanted {
            deity: deity.to_owned(),
            lot,
            kind: kind.clone(),
            grade: grade.parse().expect("a grade"),
        })
        .collect()
}
