//! Makes the public deck out of a pack that keeps the rules.

use std::{collections::BTreeMap, fmt::Write, sync::Arc};

use sha2::{Digest, Sha256};

use crate::{
    Allusion, Commentary, Deck, Grade, Language, Lot, Readings, Resource, Tone, entry,
    import::names,
    pack::format::{DeckFile, LotFile, Pack},
    search,
};

/// Builds and indexes the deck: once for each deity that it answers for, its own first.
pub(super) fn decks(mut pack: Pack) -> Vec<Arc<Deck>> {
    pack.lots.sort_by_key(|(_, lot)| lot.number);
    let version = version(&pack);
    let file = &pack.deck;
    let lots: Vec<_> = pack
        .lots
        .iter()
        .map(|(_, written)| Arc::new(lot(file, &version, written)))
        .collect();
    let grades = grades(file, &lots);
    let index = Arc::new(search::Index::of(lots.clone(), &grades, file.language));
    let own = deck(file, version, lots, (grades, index));
    let others: Vec<_> = file
        .also_for
        .iter()
        .map(|id| Arc::new(answering_for(&own, id, deity_name(file, id))))
        .collect();
    [Arc::new(own)].into_iter().chain(others).collect()
}

fn deck(
    file: &DeckFile,
    version: String,
    lots: Vec<Arc<Lot>>,
    (grades, index): (Vec<Grade>, Arc<search::Index>),
) -> Deck {
    let register = Arc::new(entry::Register::of(&lots));
    Deck {
        id: file.id.clone(),
        deity_id: file.deity.clone(),
        name: owned(file.name.iter()),
        temple: owned(file.temple.iter()),
        edition: file.edition.clone(),
        source: file.source.clone(),
        licence: file.licence.clone(),
        version,
        language: file.language,
        blocks: file.blocks,
        redraw: file.redraw,
        readings: file.readings,
        set: file.set.clone(),
        links: file.links.clone(),
        disclaimer: owned(file.disclaimer.iter()),
        resources: file
            .resources
            .iter()
            .map(|entry| Resource {
                region: entry.region.clone(),
                matter: entry.matter,
                text: owned(entry.text.iter()),
            })
            .collect(),
        deity_name: owned(file.deity_name.iter()),
        grades,
        lots,
        index,
        vectors: Arc::default(),
        register,
    }
}

/// The same deck for another deity: its lots name who is asked.
fn answering_for(deck: &Deck, deity: &str, name: BTreeMap<Language, String>) -> Deck {
    let lots = deck.lots.iter().map(|lot| {
        Arc::new(Lot {
            deity_id: deity.to_owned(),
            deity: name.clone(),
            ..Lot::clone(lot)
        })
    });
    Deck {
        deity_id: deity.to_owned(),
        lots: lots.collect(),
        deity_name: name,
        ..deck.clone()
    }
}

/// What the pack calls another deity, or what it is known as.
fn deity_name(file: &DeckFile, id: &str) -> BTreeMap<Language, String> {
    let written = file.deities.iter().find(|deity| deity.id == id);
    match written {
        Some(deity) => owned(deity.name.iter()),
        None => names::of_deity(id)
            .map(|name| owned(name.iter()))
            .unwrap_or_default(),
    }
}

/// The first 64 bits of a hash over what was understood, so that spaces, comments and line ends
/// do not count.
fn version(pack: &Pack) -> String {
    let lots: Vec<_> = pack.lots.iter().map(|(_, lot)| lot).collect();
    let content =
        serde_json::to_vec(&(&pack.deck, lots)).expect("texts, numbers and maps with named keys");
    Sha256::digest(content)
        .iter()
        .take(8)
        .fold(String::new(), |mut hex, byte| {
            write!(hex, "{byte:02x}").expect("a string takes all that is written");
            hex
        })
}

fn lot(deck: &DeckFile, version: &str, lot: &LotFile) -> Lot {
    let commentary = lot.commentary.iter().flat_map(|entry| {
        entry.texts().map(|(language, text)| Commentary {
            kind: entry.kind.clone(),
            language,
            provenance: entry.provenance,
            text: text.trim().to_owned(),
        })
    });
    let allusions = lot.allusion.iter().flat_map(|entry| {
        let titles: BTreeMap<_, _> = entry.title.iter().collect();
        entry.texts().map(move |(language, text)| Allusion {
            language,
            provenance: entry.provenance,
            title: titles
                .get(&language)
                .copied()
                .unwrap_or_default()
                .to_owned(),
            text: text.trim().to_owned(),
        })
    });
    let topics = lot
        .topics
        .iter()
        .map(|(&topic, texts)| (topic, owned(texts.iter())));
    let is_verse_alone = match deck.readings {
        Readings::Model | Readings::Classic => false,
        Readings::Verse => true,
    };
    Lot {
        deity_id: deck.deity.clone(),
        deity: owned(deck.deity_name.iter()),
        deck_id: deck.id.clone(),
        deck: owned(deck.name.iter()),
        edition: deck.edition.clone(),
        version: version.to_owned(),
        number: lot.number,
        title: lot.title.clone(),
        grade: lot.grade.clone(),
        tone: lot.grade.as_deref().and_then(|word| tone(deck, word)),
        verse: lot.verse.clone(),
        pronunciation: lot.pronunciation.clone(),
        commentary: commentary.filter(|_| !is_verse_alone).collect(),
        allusions: allusions.filter(|_| !is_verse_alone).collect(),
        topics: topics.filter(|_| !is_verse_alone).collect(),
    }
}

fn tone(deck: &DeckFile, word: &str) -> Option<Tone> {
    deck.grades.iter().find(|grade| grade.word == word)?.tone
}

/// In the declared order; words that are not declared follow as they appear.
fn grades(deck: &DeckFile, lots: &[Arc<Lot>]) -> Vec<Grade> {
    let mut grades: Vec<_> = deck
        .grades
        .iter()
        .map(|grade| Grade {
            word: grade.word.clone(),
            tone: grade.tone,
            names: owned(grade.names()),
            count: 0,
        })
        .collect();
    for word in lots.iter().filter_map(|lot| lot.grade.as_ref()) {
        match grades.iter_mut().find(|grade| grade.word == *word) {
            Some(grade) => grade.count += 1,
            None => grades.push(Grade {
                word: word.clone(),
                tone: None,
                names: BTreeMap::new(),
                count: 1,
            }),
        }
    }
    grades
}

fn owned<'a>(texts: impl Iterator<Item = (Language, &'a str)>) -> BTreeMap<Language, String> {
    texts
        .map(|(language, text)| (language, text.trim().to_owned()))
        .collect()
}
