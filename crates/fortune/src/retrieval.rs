//! Finds what belongs to a question in the decks: by words, and by meaning where a model can be
//! asked for it in time.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use kaucim_decks::{Library, Query, Vector};
use kaucim_llm::{Embedder, Error, Purpose};

use crate::{Prepared, Source};

/// How many passages are retrieved for a question.
const SOURCES: usize = 6;

/// How long what a question means is waited for; then its words alone count.
const PATIENCE: Duration = Duration::from_millis(1500);

/// The decks, and who makes vectors of questions. A cheap handle.
#[derive(Clone)]
pub(crate) struct Retrieval {
    library: Library,
    embedder: Option<Arc<Embedder>>,
    /// Whether the last vector that was asked for did not come, which is logged once.
    is_without: Arc<AtomicBool>,
}

impl Retrieval {
    pub(crate) fn new(library: Library) -> Self {
        Self {
            library,
            embedder: None,
            is_without: Arc::default(),
        }
    }

    pub(crate) fn with_embedder(self, embedder: Arc<Embedder>) -> Self {
        Self {
            embedder: Some(embedder),
            ..self
        }
    }

    pub(crate) fn library(&self) -> &Library {
        &self.library
    }

    /// See [`FortuneSystem::search`](crate::FortuneSystem::search).
    pub(crate) async fn search(
        &self,
        text: &str,
        deity_id: Option<&str>,
        limit: usize,
    ) -> Vec<Source> {
        let vector = self.vector(text).await;
        let query = Query {
            vector: vector.as_ref(),
            ..Query::from(text)
        };
        self.library.search(query, deity_id, limit)
    }

    /// What belongs to a question. Where its deck is not the one any more that the lot was read
    /// from, the lot speaks for itself alone.
    pub(crate) async fn sources(&self, prepared: &Prepared) -> Vec<Source> {
        let (lot, question) = (&prepared.lot, prepared.question.as_str());
        let deck = self.library.deck(&lot.deity_id, Some(&lot.deck_id)).ok();
        let Some(deck) = deck.filter(|deck| deck.version == lot.version) else {
            return lot.retrieve(question, prepared.language, SOURCES);
        };
        let vector = self.vector(question).await;
        let linked = self.library.linked(&deck);
        let query = Query {
            text: question,
            vector: vector.as_ref(),
            linked: &linked,
        };
        deck.retrieve(lot.number, query, prepared.language, SOURCES)
    }

    /// What a text means; `None` where nobody can say it in time, or nothing could be compared.
    async fn vector(&self, text: &str) -> Option<Vector> {
        let embedder = self.embedder.as_ref()?;
        let is_comparable = |deck: &Arc<kaucim_decks::Deck>| deck.embedded().0 > 0;
        if !self.library.decks().iter().any(is_comparable) {
            return None;
        }
        let texts = [text.to_owned()];
        let embedded = embedder.embed(Purpose::Question, &texts, PATIENCE).await;
        self.tell(embedder, embedded.as_ref().err());
        let vectors = embedded.ok()?;
        Vector::new(vectors.first()?)
    }

    /// Logs that vectors do not come any more, or come again; not each of them.
    fn tell(&self, embedder: &Embedder, error: Option<&Error>) {
        let was_without = self.is_without.swap(error.is_some(), Ordering::Relaxed);
        match error {
            Some(error) if !was_without => tracing::warn!(
                model.name = %embedder.name(),
                error = error.in_our_words(),
                "{} makes no vectors of questions; passages are found by their words alone",
                embedder.name(),
            ),
            None if was_without => tracing::info!(
                model.name = %embedder.name(),
                "{} makes vectors of questions again",
                embedder.name(),
            ),
            Some(_) | None => {}
        }
    }
}
