//! One edition of a set of lots: lookup, draw, and the entries to search.

use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZeroU32,
    sync::Arc,
};

use arc_swap::ArcSwapOption;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Entry, Language, Lot, Query, Source, Tone, Topic, Vector, draw, entry, search};

/// One edition of a set of lots.
///
/// A deck that answers for several deities is there once for each of them, with the same lots
/// under the deity's name.
#[derive(Debug, Clone)]
pub struct Deck {
    pub id: String,
    /// The deity that is asked.
    pub deity_id: String,
    pub name: BTreeMap<Language, String>,
    /// Name of the temple, where the pack has one.
    pub temple: BTreeMap<Language, String>,
    pub edition: String,
    pub source: String,
    pub licence: String,
    /// Hash of the pack's content.
    pub version: String,
    /// Language of the verse.
    pub language: Language,
    pub blocks: Blocks,
    pub redraw: Redraw,
    pub readings: Readings,
    /// The set that it is an edition of, where the pack names one.
    pub set: Option<String>,
    /// Ids of decks whose passages may be shown beside this one's; some may not be there.
    pub links: Vec<String>,
    /// What the temple says below every reading, beside what the program says itself.
    pub disclaimer: BTreeMap<Language, String>,
    pub resources: Vec<Resource>,
    pub(crate) deity_name: BTreeMap<Language, String>,
    pub(crate) grades: Vec<Grade>,
    /// In the order of their numbers, of which none is missing; never empty.
    pub(crate) lots: Vec<Arc<Lot>>,
    pub(crate) index: Arc<search::Index>,
    /// What its passages mean; absent until somebody says so.
    pub(crate) vectors: Arc<ArcSwapOption<search::Vectors>>,
    pub(crate) register: Arc<entry::Register>,
}

/// The house rule for moon blocks (擲筊) after a draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Blocks {
    None,
    One,
    Three,
}

/// What the same asker is shown who asks the same thing again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Redraw {
    /// One matter, one lot: for a day, the lot that was drawn.
    SameMatterSameLot,
    /// A new lot each time.
    Always,
}

/// Who writes the readings of a deck.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Readings {
    /// A model, where there is one.
    #[default]
    Model,
    /// Nobody: they are composed of the deck's own texts, and no model is asked.
    Classic,
    /// Likewise, of the verse, title and grade alone: the deck's lots have nothing else.
    Verse,
}

impl Readings {
    /// Whether a model may be asked.
    pub fn is_by_model(&self) -> bool {
        match self {
            Self::Model => true,
            Self::Classic | Self::Verse => false,
        }
    }
}

/// Where somebody in need is helped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Resource {
    /// Country, as two capital letters of ISO 3166-1.
    pub region: String,
    pub matter: Matter,
    /// Whom to turn to, by language.
    pub text: BTreeMap<Language, String>,
}

/// What somebody is in need about.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Matter {
    SelfHarm,
    Illness,
    Pregnancy,
    Law,
    Money,
    Violence,
}

/// A grade of a deck, in the deck's own word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Grade {
    pub word: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tone: Option<Tone>,
    /// The word in other languages, where the pack has them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub names: BTreeMap<Language, String>,
    /// How many lots bear it, as counted.
    pub count: u32,
}

/// Why a deity, a deck or a lot could not be found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LookupError {
    #[error("unknown deity `{0}`")]
    UnknownDeity(String),
    #[error("deity `{deity}` has no deck `{deck}`")]
    UnknownDeck { deity: String, deck: String },
    #[error("deck `{deck}` has lots 1 to {count}, not {number}")]
    UnknownLot {
        deck: String,
        count: u32,
        number: u32,
    },
}

impl Deck {
    /// Number of lots; they are numbered from 1 without a gap.
    pub fn count(&self) -> u32 {
        u32::try_from(self.lots.len()).expect("the loader refuses more than 10,000 lots")
    }

    /// The lot of that number.
    pub fn lot(&self, number: u32) -> Result<Arc<Lot>, LookupError> {
        self.lot_at(number)
            .cloned()
            .ok_or_else(|| LookupError::UnknownLot {
                deck: self.id.clone(),
                count: self.count(),
                number,
            })
    }

    /// All lots, in the order of their numbers.
    pub fn lots(&self) -> impl ExactSizeIterator<Item = &Arc<Lot>> {
        self.lots.iter()
    }

    /// The deck's grades with real counts, best first as far as the pack says; empty where lots
    /// have none.
    pub fn grades(&self) -> &[Grade] {
        &self.grades
    }

    /// The topics that at least one lot has a verdict on.
    pub fn topics(&self) -> BTreeSet<Topic> {
        self.lots
            .iter()
            .flat_map(|lot| lot.topics.keys().copied())
            .collect()
    }

    /// The languages that commentary, allusions or verdicts are written in.
    pub fn languages(&self) -> BTreeSet<Language> {
        self.lots
            .iter()
            .flat_map(|lot| {
                let commentary = lot.commentary.iter().map(|commentary| commentary.language);
                let allusions = lot.allusions.iter().map(|allusion| allusion.language);
                let verdicts = lot.topics.values().flat_map(|texts| texts.keys().copied());
                commentary.chain(allusions).chain(verdicts)
            })
            .collect()
    }

    /// What a verifiable draw of this deck is made from.
    pub fn terms(&self) -> draw::Terms {
        draw::Terms {
            deck_id: self.id.clone(),
            version: self.version.clone(),
            count: self.numbers(),
        }
    }

    /// Draws a number fairly: uniform, from the operating system's randomness.
    pub fn draw(&self) -> u32 {
        self.draw_from(draw::system)
    }

    /// Draws a number from bytes of the caller's; fair if they are uniform.
    pub fn draw_from(&self, fill: impl FnMut(&mut [u8])) -> u32 {
        draw::uniform(self.numbers(), fill)
    }

    /// The lots that somebody may hold who types this: a number in any script, a stem and branch,
    /// a title, the name of a story, or words of the verse, a few of them wrong. The likeliest
    /// first, eight at most; several where it is not sure.
    pub fn find(&self, text: &str) -> Vec<Entry> {
        self.register.find(text)
    }

    /// What belongs to a question about one of the lots: passages of the lot itself first in
    /// worth, then related ones of the same deck; best first.
    ///
    /// A score is a weight for the passage's role, 4 for the verdict on the question's topic down
    /// to 0 for other lots, plus how well it matches the question, from 0 to 1.
    pub fn retrieve<'a>(
        &self,
        number: u32,
        question: impl Into<Query<'a>>,
        language: Language,
        limit: usize,
    ) -> Vec<Source> {
        search::retrieve(self, number, &question.into(), language, limit)
    }

    /// Passages of this deck that match a query in any of the languages, best first; after those
    /// that share its words, the verdicts on its topic. A score runs from 0 to 1.
    pub fn search<'a>(&self, query: impl Into<Query<'a>>, limit: usize) -> Vec<Source> {
        search::search(&[self], &query.into(), limit)
    }

    /// The texts of all passages, in their order, as they are to be made into vectors: each with
    /// what it is called, or is about.
    pub fn texts_to_embed(&self) -> impl Iterator<Item = String> {
        search::texts_to_embed(self)
    }

    /// Takes what the passages mean, in the order of [`texts_to_embed`](Self::texts_to_embed);
    /// from now on they are also found by it. Vectors of another dimension than the first one's
    /// are left out.
    pub fn embed(&self, vectors: Vec<Option<Vector>>) {
        self.vectors
            .store(Some(Arc::new(search::Vectors::new(vectors))));
    }

    /// How many of the passages have a vector, and how many there are.
    pub fn embedded(&self) -> (usize, usize) {
        let vectors = self.vectors.load();
        let embedded = vectors.as_ref().map_or(0, |vectors| vectors.count());
        (embedded, self.index.count())
    }

    /// All passages that can be found, lot by lot; their scores are 0.
    pub fn passages(&self) -> impl Iterator<Item = Source> {
        search::passages(self)
    }

    pub(crate) fn vectors(&self) -> Option<Arc<search::Vectors>> {
        self.vectors.load_full()
    }

    fn numbers(&self) -> NonZeroU32 {
        NonZeroU32::new(self.count()).expect("the loader refuses a deck without lots")
    }

    pub(crate) fn lot_at(&self, number: u32) -> Option<&Arc<Lot>> {
        self.lots.get(usize::try_from(number).ok()?.checked_sub(1)?)
    }
}
