//! One numbered slip, and what belongs to it, in the shape the public contract shows it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Language, search};

/// One lot (籤) of a deck. Names, title and grade are in the deck's own language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Lot {
    pub deity_id: String,
    /// The deity's name, by language.
    pub deity: BTreeMap<Language, String>,
    pub deck_id: String,
    /// The deck's name, by language.
    pub deck: BTreeMap<Language, String>,
    pub edition: String,
    /// Hash of the pack's content that this lot was read from.
    pub version: String,
    pub number: u32,
    pub title: String,
    /// The deck's own word, such as 上上; some decks have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tone: Option<Tone>,
    /// The lines of the poem, quoted and never altered.
    pub verse: Vec<String>,
    /// How each line is spoken, in whatever letters the pack has it: romanised, in kana, in bopomofo.
    /// With as many parts, divided by spaces, as the line has characters, each is that of one. Empty
    /// where the pack does not say it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pronunciation: Vec<String>,
    pub commentary: Vec<Commentary>,
    pub allusions: Vec<Allusion>,
    /// Verdicts by topic, by language.
    pub topics: BTreeMap<Topic, BTreeMap<Language, String>>,
}

impl Lot {
    /// What belongs to a question about this lot where its deck is not at hand, or no more the one
    /// that it was read from: passages of the lot itself, as [`Deck::retrieve`] scores them.
    ///
    /// [`Deck::retrieve`]: crate::Deck::retrieve
    pub fn retrieve(&self, question: &str, language: Language, limit: usize) -> Vec<Source> {
        search::retrieve_from(self, question, language, limit)
    }
}

/// What a grade comes to, comparable between decks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    Good,
    Mixed,
    Warning,
}

/// Where a text comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Provenance {
    /// Handed down with the deck.
    Classic,
    /// Translated from the classic text.
    Translated,
    /// Written anew for the pack.
    Written,
}

/// One commentary in one language. `kind` is the pack's own: `meaning`, `translation` (of the
/// verse), `sage` (聖意), `explanation` (解曰) and so on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Commentary {
    pub kind: String,
    pub language: Language,
    pub provenance: Provenance,
    pub text: String,
}

/// The story (典故) that a lot alludes to, in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Allusion {
    pub language: Language,
    pub provenance: Provenance,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    pub text: String,
}

/// What people ask about.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    Love,
    Career,
    Study,
    Wealth,
    Health,
    Family,
    Travel,
    LostThings,
    Lawsuits,
    Childbirth,
    Moving,
    General,
}

impl Topic {
    pub const ALL: [Self; 12] = [
        Self::Love,
        Self::Career,
        Self::Study,
        Self::Wealth,
        Self::Health,
        Self::Family,
        Self::Travel,
        Self::LostThings,
        Self::Lawsuits,
        Self::Childbirth,
        Self::Moving,
        Self::General,
    ];

    /// The public name, as in `topics` of a lot.
    pub fn code(self) -> &'static str {
        match self {
            Self::Love => "love",
            Self::Career => "career",
            Self::Study => "study",
            Self::Wealth => "wealth",
            Self::Health => "health",
            Self::Family => "family",
            Self::Travel => "travel",
            Self::LostThings => "lost_things",
            Self::Lawsuits => "lawsuits",
            Self::Childbirth => "childbirth",
            Self::Moving => "moving",
            Self::General => "general",
        }
    }
}

/// A passage that was retrieved for a question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Source {
    /// Stable within a version of a deck, such as `kaucim_yue_lao/7/allusion/zh/0`.
    pub id: String,
    /// `verse`, `allusion`, `topic`, or the kind of a commentary.
    pub kind: String,
    pub title: String,
    pub excerpt: String,
    /// To three decimals, so that it reads the same wherever it was written.
    pub score: f64,
}
