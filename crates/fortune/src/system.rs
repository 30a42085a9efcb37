//! The facade: prepares a question, and makes its reading in one piece or step by step.

use std::sync::Arc;

use futures::stream::{BoxStream, StreamExt};
use kaucim_decks::Library;
use kaucim_llm::{Embedder, Model, ModelName};
use serde::Deserialize;

use crate::{
    Ask, AskError, Care, FortuneResult, Prepared, Source, Step, Writer, checks, engine,
    neighbours::Neighbourhood,
    prepare::{prepare, prepare_follow_up},
    retrieval::Retrieval,
};

/// Makes readings from decks and models. A cheap handle.
#[derive(Clone)]
pub struct FortuneSystem {
    retrieval: Retrieval,
    neighbourhood: Neighbourhood,
    models: Arc<[Arc<dyn Model>]>,
    settings: Settings,
}

/// How readings are made.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Whether classic text fills in where no model could write.
    pub classic: bool,
    /// What becomes of a section that no model got right.
    pub unrepaired: Unrepaired,
    /// Calls to models that one reading may make, retries and repairs included.
    pub calls_per_reading: u32,
    /// Tokens that models may write for one reading, in all its calls.
    pub tokens_per_reading: u64,
    pub temperature: f32,
    /// The most tokens that one call may write.
    pub max_tokens: u32,
    /// Who is named to somebody in need.
    pub care: Care,
}

/// What becomes of a section that still fails its checks when nothing more may be spent on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unrepaired {
    /// Its best version is sealed, marked with the checks that it failed; but never one in another
    /// language, one with a promise or a prognosis, or one about the model itself.
    Best,
    /// Classic text stands in for it.
    Classic,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            classic: true,
            unrepaired: Unrepaired::Best,
            calls_per_reading: 8,
            // Six times what one call may write.
            tokens_per_reading: 24_576,
            temperature: 0.7,
            max_tokens: 4096,
            care: Care::default(),
        }
    }
}

/// Why a reading could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Ask(#[from] AskError),
    /// No model could write, and classic text is switched off.
    #[error("no model could write the reading")]
    ModelsFailed,
}

impl FortuneSystem {
    /// A system that asks the models in order, the first one first. Without any, readings are
    /// classic.
    pub fn new(library: Library, models: Vec<Arc<dyn Model>>, settings: Settings) -> Self {
        Self {
            neighbourhood: Neighbourhood::new(library.clone()),
            retrieval: Retrieval::new(library),
            models: models.into(),
            settings,
        }
    }

    /// Finds passages by what questions mean as well; the decks have to be given the vectors that
    /// the same model makes of their passages ([`kaucim_decks::Deck::embed`]).
    #[must_use]
    pub fn with_embedder(self, embedder: Arc<Embedder>) -> Self {
        Self {
            retrieval: self.retrieval.with_embedder(embedder),
            ..self
        }
    }

    /// The decks that questions are asked of.
    pub fn library(&self) -> &Library {
        self.retrieval.library()
    }

    /// Passages of all decks, or of one deity's, that match a query; best first. Where the model
    /// that makes vectors fails or is late, the query's words alone count.
    pub async fn search(&self, query: &str, deity_id: Option<&str>, limit: usize) -> Vec<Source> {
        self.retrieval.search(query, deity_id, limit).await
    }

    /// Whether any model is asked; without one, readings are classic.
    pub fn has_models(&self) -> bool {
        !self.models.is_empty()
    }

    /// The model that is asked first.
    pub fn first_writer(&self) -> Option<Writer> {
        let ModelName { provider, name } = self.models.first()?.name().clone();
        Some(Writer { provider, name })
    }

    /// The models in the order that they are asked in.
    pub fn writers(&self) -> Vec<Writer> {
        let writer = |ModelName { provider, name }| Writer { provider, name };
        let names = self.models.iter().map(|model| model.name().clone());
        names.map(writer).collect()
    }

    /// How readings are made.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Finds (or draws) the lot and settles the language; asks no model and spends nothing.
    pub fn prepare(&self, ask: &Ask) -> Result<Prepared, AskError> {
        prepare(self.library(), &self.settings.care, ask)
    }

    /// Makes a question ready that follows a reading: its lot is that of `first`, and draws none.
    /// Deity, deck and number of the ask do not count; without a language, that of `first` does.
    pub fn prepare_follow_up(&self, ask: &Ask, first: Prepared) -> Prepared {
        prepare_follow_up(self.library(), &self.settings.care, ask, first)
    }

    /// Makes ready what the first reading would wait for: the patterns of the checks, and what else
    /// stands in the library. Takes some tens of milliseconds of one processor.
    pub fn warm_up(&self) {
        checks::compile_claims();
        self.library().warm_up();
        self.neighbourhood.now();
    }

    /// Makes a reading and returns it in one piece.
    pub async fn ask_fortune(&self, ask: Ask) -> Result<FortuneResult, Error> {
        let mut steps = self.ask_fortune_streaming(ask);
        while let Some(step) = steps.next().await {
            if let Step::Complete(result) = step? {
                return Ok(*result);
            }
        }
        Err(Error::ModelsFailed)
    }

    /// Makes a reading and yields every step as it happens, [`Step::Complete`] last. Dropping the
    /// stream cancels the model's call.
    pub fn ask_fortune_streaming(&self, ask: Ask) -> BoxStream<'static, Result<Step, Error>> {
        engine::read(
            self.retrieval.clone(),
            self.neighbourhood.clone(),
            Arc::clone(&self.models),
            self.settings.clone(),
            ask,
        )
    }
}
