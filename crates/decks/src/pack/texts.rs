//! Every text of a pack, with the place where it stands.

use crate::{
    Language, Topic,
    pack::format::{DeckFile, LotFile, Pack, Texts},
};

/// A text of a pack.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Text<'a> {
    pub(crate) file: &'a str,
    /// Absent for what `deck.toml` says.
    pub(crate) lot: Option<u32>,
    pub(crate) place: Place<'a>,
    pub(crate) language: Language,
    pub(crate) text: &'a str,
}

/// Where a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place<'a> {
    /// A key of `deck.toml`.
    Deck(&'static str),
    /// A line, counted from one.
    Verse(usize),
    Commentary(&'a str),
    Allusion,
    AllusionTitle,
    Topic(Topic),
}

impl Text<'_> {
    /// The key, as a fault names it.
    pub(crate) fn field(&self) -> String {
        let language = self.language;
        match self.place {
            Place::Deck(key) => format!("{key}.{language}"),
            Place::Verse(_) => "verse".to_owned(),
            Place::Commentary(kind) => format!("commentary.{kind}.{language}"),
            Place::Allusion => format!("allusion.{language}"),
            Place::AllusionTitle => format!("allusion.title.{language}"),
            Place::Topic(topic) => format!("topics.{}.{language}", topic.code()),
        }
    }
}

/// All texts: those of the deck, then those of each file.
pub(crate) fn texts(pack: &Pack) -> impl Iterator<Item = Text<'_>> {
    let of_lots = pack
        .lots
        .iter()
        .flat_map(|(file, lot)| of_lot(&pack.deck, file, lot));
    of_deck(&pack.deck).chain(of_lots)
}

fn of_deck(deck: &DeckFile) -> impl Iterator<Item = Text<'_>> {
    let named = [
        ("deity_name", &deck.deity_name),
        ("name", &deck.name),
        ("temple", &deck.temple),
        ("disclaimer", &deck.disclaimer),
    ];
    let deities = deck.deities.iter().map(|one| ("deities", &one.name));
    let resources = deck.resources.iter().map(|one| ("resources", &one.text));
    named
        .into_iter()
        .chain(deities)
        .chain(resources)
        .flat_map(|(key, texts)| {
            texts
                .iter()
                .map(move |(language, text)| (key, language, text))
        })
        .map(|(key, language, text)| Text {
            file: "deck.toml",
            lot: None,
            place: Place::Deck(key),
            language,
            text,
        })
}

fn of_lot<'a>(deck: &DeckFile, file: &'a str, lot: &'a LotFile) -> impl Iterator<Item = Text<'a>> {
    let number = lot.number;
    let verse_language = deck.language;
    let verse = (1..)
        .zip(&lot.verse)
        .map(move |(line, text)| (Place::Verse(line), verse_language, text.as_str()));
    let commentary = lot.commentary.iter().flat_map(|entry| {
        let place = Place::Commentary(&entry.kind);
        entry
            .texts()
            .map(move |(language, text)| (place, language, text))
    });
    let allusions = lot.allusion.iter().flat_map(|entry| {
        let of = |place| move |(language, text)| (place, language, text);
        let titles = entry.title.iter().map(of(Place::AllusionTitle));
        entry.texts().map(of(Place::Allusion)).chain(titles)
    });
    let topics = lot.topics.iter().flat_map(|(topic, texts)| {
        Texts::iter(texts).map(move |(language, text)| (Place::Topic(*topic), language, text))
    });
    verse
        .chain(commentary)
        .chain(allusions)
        .chain(topics)
        .map(move |(place, language, text)| Text {
            file,
            lot: Some(number),
            place,
            language,
            text,
        })
}
