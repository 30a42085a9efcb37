//! The passages of the drawn lot itself, by what they are to a question about it.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::{
    Language, Lot, Topic,
    search::{
        MEANING,
        passage::{Passage, Place},
        terms,
    },
};

/// How well a passage fits at most, so that no role overtakes the next.
const MOST_FIT: f32 = 0.999;

/// What is asked about the lot.
pub(super) struct About<'a> {
    pub(super) question: &'a str,
    pub(super) topic: Topic,
    /// All, in the order in which the asker reads them.
    pub(super) languages: Vec<Language>,
    /// How near to the question each of the lot's passages is, as far as that is known.
    pub(super) nearness: Vec<Option<f32>>,
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

/// Chooses among a lot's own passages: of each role the one that fits best, then the rest; where
/// they stand among all, with their scores.
pub(super) fn passages(lot: &Lot, passages: &[Passage], about: &About<'_>) -> Vec<(usize, f32)> {
    let mut candidates = candidates(lot, passages, about);
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
    let scored = |one: &Candidate<'_>, role: Role| (one.position, role.weight() + one.fit);
    let first = first.iter().map(|one| scored(one, one.role));
    let rest = rest.iter().map(|one| scored(one, Role::Other));
    first.chain(rest).collect()
}

fn candidates<'a>(lot: &'a Lot, passages: &'a [Passage], about: &About<'_>) -> Vec<Candidate<'a>> {
    let topic = verdict_topic(lot, about.topic);
    let asked: HashSet<_> = terms::of_query(about.question)
        .into_iter()
        .map(|term| term.text)
        .collect();
    let candidate = |(position, passage): (usize, &'a Passage)| {
        let kind = passage.kind(lot);
        let role = Role::of(passage, kind, topic)?;
        let mut languages = about.languages.iter();
        let language = languages.position(|one| *one == passage.language)?;
        let found: HashSet<_> = terms::of_text(&passage.text(lot)).into_iter().collect();
        let shared = asked.intersection(&found).count() as f32 / (asked.len() + 1) as f32;
        let near = about.nearness.get(position).copied().flatten();
        Some(Candidate {
            position,
            passage,
            kind,
            role,
            language,
            fit: near.map_or(shared, |near| near.clamp(0.0, MOST_FIT)),
        })
    };
    passages.iter().enumerate().filter_map(candidate).collect()
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
