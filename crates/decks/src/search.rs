//! Finds passages: for a question about one lot, and for a bare query.

mod fold;
mod index;
mod lookup;
mod own;
mod passage;
mod query;
mod rank;
mod stem;
mod terms;
mod topical;
mod vectors;
mod words;

use std::collections::BTreeSet;

use crate::{
    Deck, Language, Lot, Source, Topic,
    search::{
        passage::{Passage, Place},
        query::Asked,
        rank::Hit,
    },
};

pub use self::{fold::compared, query::Query, vectors::Vector};
pub(crate) use self::{index::Index, terms::folded, vectors::Vectors};

/// A score of this much counts as half a match.
const HALF_MATCH: f32 = 8.0;

/// The kind of commentary that says what a lot means.
const MEANING: &str = "meaning";

/// See [`Library::search`](crate::Library::search).
pub(crate) fn search(decks: &[&Deck], query: &Query<'_>, limit: usize) -> Vec<Source> {
    if limit == 0 {
        return Vec::new();
    }
    let asked = Asked::new(query);
    let mut hits = rank::ranked(decks, &asked, limit);
    hits.truncate(limit);
    hits.into_iter()
        .map(|hit| hit.in_nearest_language(&asked))
        .map(|hit| found_source(&hit, shown(hit.score)))
        .collect()
}

/// See [`Deck::passages`].
pub(crate) fn passages(deck: &Deck) -> impl Iterator<Item = Source> {
    (0..deck.index.count()).map(|position| {
        let hit = Hit {
            deck,
            position,
            score: 0.0,
        };
        found_source(&hit, 0.0)
    })
}

/// See [`Deck::texts_to_embed`].
pub(crate) fn texts_to_embed(deck: &Deck) -> impl Iterator<Item = String> {
    deck.index.passages().iter().map(|passage| {
        let lot = deck.lot_at(passage.lot).expect("its own lot");
        let name = match passage.place {
            Place::Topic(topic) => topic.name(passage.language),
            Place::Allusion(index) => &lot.allusions[index].title,
            Place::Verse | Place::Commentary(_) => &lot.title,
        };
        format!("{name}\n{}", passage.text(lot))
    })
}

/// See [`Deck::retrieve`].
pub(crate) fn retrieve(
    deck: &Deck,
    number: u32,
    question: &Query<'_>,
    language: Language,
    limit: usize,
) -> Vec<Source> {
    let Some(lot) = deck.lot_at(number) else {
        return Vec::new();
    };
    let asked = Asked::new(question);
    let decks: Vec<_> = [deck]
        .into_iter()
        .chain(question.linked.iter().map(AsRef::as_ref))
        .collect();
    let found = rank::ranked(&decks, &asked, limit.saturating_mul(8).saturating_add(64));
    let topic = match asked.topic {
        Topic::General => topical::voted(&found),
        topic => topic,
    };
    let positions = deck.index.positions_of(number);
    let vectors = question.vector.zip(deck.vectors());
    let near = |position| {
        let (to, vectors) = vectors.as_ref()?;
        vectors.nearness(position, to)
    };
    let about = own::About {
        question: question.text,
        topic,
        languages: preferred(language, deck.language),
        nearness: positions.clone().map(near).collect(),
    };
    let passages = &deck.index.passages()[positions];
    let own = own::passages(lot, passages, &about);
    // Two thirds for the lot itself, unless others have nothing to say.
    let own_first = limit.min((limit - limit / 3).max(3));
    let related = related(found, (deck, number), language, limit - own_first);
    let mut sources: Vec<_> = own
        .into_iter()
        .take(limit - related.len())
        .map(|(at, score)| source(lot, &passages[at], score))
        .collect();
    sources.extend(
        related
            .iter()
            .map(|hit| found_source(hit, shown(hit.score))),
    );
    sources
}

/// See [`Lot::retrieve`].
pub(crate) fn retrieve_from(
    lot: &Lot,
    question: &str,
    language: Language,
    limit: usize,
) -> Vec<Source> {
    // A lot does not say which language its verse is in, and the verse is no source.
    let passages = passage::passages(lot, Language::Zh);
    let about = own::About {
        question,
        topic: Topic::of(question),
        languages: preferred(language, Language::Zh),
        nearness: Vec::new(),
    };
    own::passages(lot, &passages, &about)
        .into_iter()
        .take(limit)
        .map(|(at, score)| source(lot, &passages[at], score))
        .collect()
}

/// Matches from other lots, one of each, in a language that the asker reads.
fn related<'a>(
    mut found: Vec<Hit<'a>>,
    (deck, number): (&'a Deck, u32),
    language: Language,
    limit: usize,
) -> Vec<Hit<'a>> {
    let mut lots = BTreeSet::from([(deck.id.as_str(), number)]);
    found.retain(|hit| {
        let passage = hit.passage();
        let is_fit = match passage.place {
            Place::Verse => true,
            // Another lot's verdict is another answer.
            Place::Topic(_) => false,
            Place::Allusion(_) | Place::Commentary(_) => reads(language, passage.language),
        };
        is_fit && lots.insert((hit.deck.id.as_str(), passage.lot))
    });
    found.truncate(limit);
    found
}

/// All languages, the asker's first, then its other script, then the verse's.
fn preferred(asker: Language, verse: Language) -> Vec<Language> {
    let mut languages = vec![asker];
    let others = match asker {
        Language::Zh => [Language::ZhHans, verse],
        Language::ZhHans => [Language::Zh, verse],
        Language::En | Language::Ja => [verse, Language::Zh],
    };
    for language in others.into_iter().chain(Language::ALL) {
        if !languages.contains(&language) {
            languages.push(language);
        }
    }
    languages
}

fn reads(asker: Language, text: Language) -> bool {
    let chinese = |language| matches!(language, Language::Zh | Language::ZhHans);
    asker == text || chinese(asker) && chinese(text)
}

/// A score of any size as a part of 1.
fn shown(score: f32) -> f32 {
    score / (score + HALF_MATCH)
}

fn found_source(hit: &Hit<'_>, score: f32) -> Source {
    let passage = hit.passage();
    let lot = hit
        .deck
        .lot_at(passage.lot)
        .expect("passages are made of the deck's own lots");
    source(lot, passage, score)
}

fn source(lot: &Lot, passage: &Passage, score: f32) -> Source {
    let kind = passage.kind(lot);
    let language = passage.language;
    let title = match passage.place {
        Place::Allusion(index) if !lot.allusions[index].title.is_empty() => {
            format!("{} · {}", lot.title, lot.allusions[index].title)
        }
        Place::Allusion(_) | Place::Verse | Place::Commentary(_) | Place::Topic(_) => {
            lot.title.clone()
        }
    };
    Source {
        id: format!(
            "{}/{}/{kind}/{language}/{}",
            lot.deck_id, passage.lot, passage.index
        ),
        kind: kind.to_owned(),
        title,
        excerpt: passage.text(lot).into_owned(),
        score: (f64::from(score) * 1000.0).round() / 1000.0,
    }
}
