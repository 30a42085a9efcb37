//! The passages of the drawn lot itself, by what they are to a question about it.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::{
    Deck, Language, Lot, Topic,
    search::{
        MEANING, Query,
        passage::{Passage, Place},
        rank::Hit,
        terms,
    },
};

/// How well a passage fits at most, so that no role overtakes the next.
const MOST_FIT: f32 = 0.999;

/// What is asked about the lot.
pub(super) struct About<'a> {
    pub(super) question: &'a Query<'a>,
    pub(super) topic: Topic,
    /// All, in the order in which the asker reads them.
    pub(super) languages: Vec<Language>,
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
    position: usize,
    passage: &'a Passage,
    kind: &'a str,
    role: Role,
    /// Place of its language among those of the asker.
    language: usize,
    /// How much of the question it shares, below 1.
    fit: f32,
}

/// The lot's own passages: of each role the one that fits best, then the rest.
pub(super) fn passages<'a>(deck: &'a Deck, number: u32, about: &About<'_>) -> Vec<Hit<'a>> {
    let Some(lot) = deck.lot_at(number) else {
        return Vec::new();
    };
    let mut candidates = candidates(deck, lot, about);
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
    let hit = |one: Candidate<'a>, role: Role| Hit {
        deck,
        position: one.position,
        score: role.weight() + one.fit,
    };
    let first = first.into_iter().map(|one| {
        let role = one.role;
        hit(one, role)
    });
    let rest = rest.into_iter().map(|one| hit(one, Role::Other));
    first.chain(rest).collect()
}

fn candidates<'a>(deck: &'a Deck, lot: &'a Lot, about: &About<'_>) -> Vec<Candidate<'a>> {
    let topic = verdict_topic(lot, about.topic);
    let vectors = about.question.vector.zip(deck.vectors());
    let asked: HashSet<_> = terms::of_query(about.question.text)
        .into_iter()
        .map(|term| term.text)
        .collect();
    deck.index
        .positions_of(lot.number)
        .filter_map(|position| {
            let passage = deck.index.passage(position);
            let kind = passage.kind(lot);
            let role = Role::of(passage, kind, topic)?;
            let language = about
                .languages
                .iter()
                .position(|one| *one == passage.language)?;
            let found: HashSet<_> = terms::of_text(&passage.text(lot)).into_iter().collect();
            let shared = asked.intersection(&found).count();
            let shared = shared as f32 / (asked.len() + 1) as f32;
            let near = vectors
                .as_ref()
                .and_then(|(to, vectors)| vectors.nearness(position, to));
            let fit = near.map_or(shared, |near| near.clamp(0.0, MOST_FIT));
            Some(Candidate {
                position,
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
