//! What is looked for, and all that is understood of it before any deck is opened.

use std::sync::Arc;

use crate::{
    Deck, Language, Topic,
    search::{
        lookup::{self, Lookup},
        terms::{self, Term},
        topical,
        vectors::Vector,
    },
};

/// What is looked for: words, and what they mean where somebody has made a vector of them.
#[derive(Debug, Clone, Copy)]
pub struct Query<'a> {
    pub text: &'a str,
    /// The text as the model sees it that has made the vectors of the passages. Absent: passages
    /// are found by their words alone.
    pub vector: Option<&'a Vector>,
    /// Decks that may lend related passages to a lot of another one.
    pub linked: &'a [Arc<Deck>],
}

impl<'a> From<&'a str> for Query<'a> {
    fn from(text: &'a str) -> Self {
        Self {
            text,
            vector: None,
            linked: &[],
        }
    }
}

impl<'a> From<&'a String> for Query<'a> {
    fn from(text: &'a String) -> Self {
        text.as_str().into()
    }
}

/// A query, understood.
pub(super) struct Asked<'a> {
    pub(super) terms: Vec<Term>,
    pub(super) lookup: Lookup,
    pub(super) topic: Topic,
    /// Whether it is a word or two.
    pub(super) is_short: bool,
    /// The language that its script speaks for.
    pub(super) language: Language,
    pub(super) vector: Option<&'a Vector>,
}

impl<'a> Asked<'a> {
    pub(super) fn new(query: &Query<'a>) -> Self {
        Self {
            terms: terms::of_query(query.text),
            lookup: lookup::of_query(query.text),
            topic: Topic::of(query.text),
            is_short: terms::is_short(query.text),
            language: topical::language_of(query.text),
            vector: query.vector,
        }
    }
}
