//! Finds passages: for a question about one lot, and for a bare query.

mod fold;
mod index;
mod passage;
mod terms;
mod topical;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::{
    Deck, Language, Lot, Source, Topic,
    search::passage::{Passage, Place},
};

pub(crate) use self::{index::Index, terms::folded};

/// A BM25 score of this much counts as half a match.
const HALF_MATCH: f32 = 8.0;

/// The score of a verdict that shares the topic of a query, not its words.
const TOPIC_MATCH: f32 = 0.001;

/// The least score of a passage that shares a query's words, in whichever deck.
const LEAST_TEXT_MATCH: f32 = 0.002;

/// The kind of commentary that says what a lot means.
const MEANING: &str = "meaning";

/// See [`Deck::search`].
pub(crate) fn search(deck: &Deck, query: &str, limit: usize) -> Vec<Source> {
    let mut found: Vec<_> = deck
        .index
        .hits(query, limit)
        .into_iter()
        .map(|(passage, score)| (passage, saturated(score).max(LEAST_TEXT_MATCH)))
        .collect();
    if found.len() < limit {
        let mut verdicts = topical::verdicts(deck, query);
        verdicts.retain(|one| {
            !found
                .iter()
                .any(|(passage, _)| std::ptr::eq(*one, *passage))
        });
        verdicts.truncate(limit - found.len());
        found.extend(verdicts.into_iter().map(|passage| (passage, TOPIC_MATCH)));
    }
    found
        .into_iter()
        .map(|(passage, score)| source(deck, passage, score))
        .collect()
}

/// See [`Deck::passages`].
pub(crate) fn passages(deck: &Deck) -> impl Iterator<Item = Source> {
    let all = deck.index.passages();
    all.map(|passage| source(deck, passage, 0.0))
}

/// See [`Deck::retrieve`].
pub(crate) fn retrieve(
    deck: &Deck,
    number: u32,
    question: &str,
    language: Language,
    limit: usize,
) -> Vec<Source> {
    let languages = preferred(language, deck.language);
    let own = own_passages(deck, number, question, &languages);
    // Two thirds for the lot itself, unless others have nothing to say.
    let own_first = limit.min((limit - limit / 3).max(3));
    let related = related_passages(deck, number, question, &languages, limit - own_first);
    let mut sources: Vec<_> = own
        .into_iter()
        .take(limit - related.len())
        .map(|(passage, score)| source(deck, passage, score))
        .collect();
    sources.extend(
        related
            .into_iter()
            .map(|(passage, score)| source(deck, passage, saturated(score))),
    );
    sources
}

/// What a passage of the drawn lot is to a question about it, from least to most worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
    Other,
    Meaning,
    Allusion,
    Verdict,
}

impl Role {
    /// The verse is no source: every reading has it anyway.
    fn of(passage: &Passage, kind: &str, topic: Topic) -> Option<Self> {
        match passage.place {
            Place::Verse => None,
            Place::Topic(of) => (of == topic).then_some(Self::Verdict),
            Place::Allusion(_) => Some(Self::Allusion),
            Place::Commentary(_) if kind == MEANING => Some(Self::Meaning),
            Place::Commentary(_) => Some(Self::Other),
        }
    }

    fn weight(self) -> f32 {
        match self {
            Self::Other => 1.0,
            Self::Meaning => 2.0,
            Self::Allusion => 3.0,
            Self::Verdict => 4.0,
        }
    }
}

/// A passage of the drawn lot, and what speaks for showing it.
struct Candidate<'a> {
    passage: &'a Passage,
    kind: &'a str,
    role: Role,
    /// Place of its language among those of the asker.
    language: usize,
    /// How much of the question it shares, below 1.
    fit: f32,
}

/// The lot's own passages: of each role the one that fits best, then the rest.
fn own_passages<'a>(
    deck: &'a Deck,
    number: u32,
    question: &str,
    languages: &[Language],
) -> Vec<(&'a Passage, f32)> {
    let Some(lot) = deck.lot_at(number) else {
        return Vec::new();
    };
    let mut candidates = candidates(deck, lot, question, languages);
    // Of each kind, the asker's language if it is there, else the next best.
    let mut nearest: BTreeMap<(Role, &str), usize> = BTreeMap::new();
    for one in &candidates {
        let language = nearest.entry((one.role, one.kind)).or_insert(one.language);
        *language = one.language.min(*language);
    }
    candidates.retain(|one| nearest[&(one.role, one.kind)] == one.language);
    candidates.sort_by(|one, other| {
        other
            .role
            .cmp(&one.role)
            .then(other.fit.total_cmp(&one.fit))
    });

    let mut seen = BTreeSet::new();
    let (first, mut rest): (Vec<_>, Vec<_>) = candidates
        .into_iter()
        .partition(|one| one.role != Role::Other && seen.insert(one.role));
    // What is left of a long allusion or meaning is worth no more than other commentary.
    rest.sort_by(|one, other| other.fit.total_cmp(&one.fit));
    let shown: String = first.iter().map(|one| one.passage.text(lot)).collect();
    rest.retain(|one| {
        one.role != Role::Other || !shown.contains(beginning(&one.passage.text(lot)))
    });
    let first = first
        .into_iter()
        .map(|one| (one.passage, one.role.weight() + one.fit));
    let rest = rest
        .into_iter()
        .map(|one| (one.passage, Role::Other.weight() + one.fit));
    first.chain(rest).collect()
}

fn candidates<'a>(
    deck: &'a Deck,
    lot: &'a Lot,
    question: &str,
    languages: &[Language],
) -> Vec<Candidate<'a>> {
    let topic = verdict_topic(lot, Topic::of(question));
    let asked: HashSet<_> = terms::of_query(question).into_iter().collect();
    deck.index
        .passages_of(lot.number)
        .filter_map(|passage| {
            let kind = passage.kind(lot);
            let role = Role::of(passage, kind, topic)?;
            let language = languages.iter().position(|one| *one == passage.language)?;
            let found: HashSet<_> = terms::of_text(&passage.text(lot)).into_iter().collect();
            let shared = asked.intersection(&found).count();
            let fit = shared as f32 / (asked.len() + 1) as f32;
            Some(Candidate {
                passage,
                kind,
                role,
                language,
                fit,
            })
        })
        .collect()
}

/// Enough of a passage to know it again: a reference may hold its stories once more.
fn beginning(text: &str) -> &str {
    text.char_indices()
        .nth(20)
        .map_or(text, |(end, _)| &text[..end])
}

/// The verdict to give: on the question's topic, else the general one.
fn verdict_topic(lot: &Lot, asked: Topic) -> Topic {
    if lot.topics.contains_key(&asked) {
        asked
    } else {
        Topic::General
    }
}

/// Matches from other lots, one of each, in a language that the asker reads.
fn related_passages<'a>(
    deck: &'a Deck,
    number: u32,
    question: &str,
    languages: &[Language],
    limit: usize,
) -> Vec<(&'a Passage, f32)> {
    if limit == 0 {
        return Vec::new();
    }
    let mut lots = BTreeSet::from([number]);
    deck.index
        .hits(question, limit.saturating_mul(8).saturating_add(64))
        .into_iter()
        .filter(|(passage, _)| match passage.place {
            Place::Verse => true,
            // Every lot judges every topic in much the same words.
            Place::Topic(_) => false,
            Place::Allusion(_) | Place::Commentary(_) => reads(languages[0], passage.language),
        })
        .filter(|(passage, _)| lots.insert(passage.lot))
        .take(limit)
        .collect()
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

fn saturated(score: f32) -> f32 {
    score / (score + HALF_MATCH)
}

fn source(deck: &Deck, passage: &Passage, score: f32) -> Source {
    let lot = deck
        .lot_at(passage.lot)
        .expect("passages are made of the deck's own lots");
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
            deck.id, passage.lot, passage.index
        ),
        kind: kind.to_owned(),
        title,
        excerpt: passage.text(lot).into_owned(),
        score: (f64::from(score) * 1000.0).round() / 1000.0,
    }
}
