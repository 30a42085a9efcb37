//! The shelf of decks: who may be asked, and with which lots.

use std::{collections::BTreeMap, sync::Arc};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Language, Lot, Source};

/// All decks of this process; a cheap handle whose content can be swapped as one.
#[derive(Clone)]
pub struct Library {}

/// Who is asked, and the decks that answer for them.
#[derive(Debug, Clone)]
pub struct Deity {
    pub id: String,
    pub name: BTreeMap<Language, String>,
    /// The first one is used when a question names none.
    pub decks: Vec<Arc<Deck>>,
}

/// One edition of a set of lots.
#[derive(Debug)]
pub struct Deck {
    pub id: String,
    pub deity_id: String,
    pub name: BTreeMap<Language, String>,
    pub edition: String,
    pub source: String,
    pub licence: String,
    /// Hash of the pack's content.
    pub version: String,
    /// Language of the verse.
    pub language: Language,
    pub blocks: Blocks,
}

/// The house rule for moon blocks (擲筊) after a draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Blocks {
    None,
    One,
    Three,
}

/// Why a deck could not be found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LookupError {
    #[error("unknown deity `{0}`")]
    UnknownDeity(String),
    #[error("deity `{deity}` has no deck `{deck}`")]
    UnknownDeck { deity: String, deck: String },
    #[error("deck `{deck}` has lots 1 to {count}, not {number}")]
    UnknownLot { deck: String, count: u32, number: u32 },
}

impl Library {
    /// Holds the starter deck alone.
    pub fn starter() -> Self {
        Self {}
    }

    /// All deities, in the order of their ids.
    pub fn deities(&self) -> Vec<Arc<Deity>> {
        Vec::new()
    }

    /// The deity of that id.
    pub fn deity(&self, id: &str) -> Result<Arc<Deity>, LookupError> {
        Err(LookupError::UnknownDeity(id.to_owned()))
    }

    /// The named deck of a deity, or its first one.
    pub fn deck(&self, deity: &str, _deck: Option<&str>) -> Result<Arc<Deck>, LookupError> {
        Err(LookupError::UnknownDeity(deity.to_owned()))
    }
}

impl Deck {
    /// Number of lots; they are numbered from 1 without a gap.
    pub fn count(&self) -> u32 {
        0
    }

    /// The lot of that number.
    pub fn lot(&self, number: u32) -> Result<Arc<Lot>, LookupError> {
        Err(LookupError::UnknownLot { deck: self.id.clone(), count: 0, number })
    }

    /// Draws a number fairly: uniform, from the operating system's randomness.
    pub fn draw(&self) -> u32 {
        0
    }

    /// What belongs to a question about one of the lots: passages of the lot itself first in
    /// worth, then related ones of the same deck; best first.
    pub fn retrieve(
        &self,
        _number: u32,
        _question: &str,
        _language: Language,
        _limit: usize,
    ) -> Vec<Source> {
        Vec::new()
    }

    /// Passages of this deck that match a query in any of the languages, best first.
    pub fn search(&self, _query: &str, _limit: usize) -> Vec<Source> {
        Vec::new()
    }
}

