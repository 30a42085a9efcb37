//! Gives the decks what their passages mean: from a file, or from the model, in the background.

mod cache;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use kaucim_decks::{Deck, Library, Vector};
use kaucim_llm::{Embedder, Error, Purpose};
use tokio::task::spawn_blocking;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use self::cache::{Cache, Hash};
use crate::{configuration::Embeddings, exit::Failed, models::name_of};

/// The file of vectors in the data folder.
const FILE: &str = "embeddings.bin";

/// How often is looked whether a deck has come that has no vectors yet.
const LOOK: Duration = Duration::from_secs(10);

/// The longest pause after a failure; the first is as long as a look, each next one twice that.
const LONGEST_PAUSE: Duration = Duration::from_mins(5);

/// How long the model may take for one request of passages. The first one may have to load it.
const PASSAGES_LIMIT: Duration = Duration::from_mins(2);

/// Passages after which what is there is kept, so that a stop loses little.
const PORTION: usize = 256;

/// The client for the model that makes vectors.
pub(crate) fn embedder(embeddings: &Embeddings) -> Result<Arc<Embedder>, Failed> {
    let embedder = Embedder::new(&embeddings.model, embeddings.prefixes.clone());
    embedder
        .map(Arc::new)
        .map_err(|error| Failed::usage(error, "a base URL looks like http://127.0.0.1:11434"))
}

/// Looks after the vectors of all decks until it is stopped.
pub(crate) struct Keeper {
    stop: CancellationToken,
    tracker: TaskTracker,
}

impl Keeper {
    pub(crate) fn start(library: Library, embedder: Arc<Embedder>, data_dir: &Path) -> Self {
        let (stop, tracker) = (CancellationToken::new(), TaskTracker::new());
        let keeping = Keeping {
            library,
            file: data_dir.join(FILE),
            identity: identity(&embedder),
            embedder,
        };
        tracker.spawn(stop.clone().run_until_cancelled_owned(keeping.keep()));
        tracker.close();
        Self { stop, tracker }
    }

    /// Stops, in the middle of a request if there is one.
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        self.tracker.wait().await;
    }
}

/// Gives the decks the vectors that an earlier run of a server has kept, and makes none.
pub(crate) async fn recall(library: &Library, embedder: &Embedder, data_dir: &Path) {
    let (file, identity) = (data_dir.join(FILE), identity(embedder));
    let read = spawn_blocking(move || Cache::read(&file, &identity)).await;
    let cache = read.unwrap_or_default();
    for deck in library.decks() {
        give(&deck, &cache);
    }
}

/// What vectors have to have in common to be compared.
fn identity(embedder: &Embedder) -> String {
    format!("{}\n{}", embedder.name(), embedder.prefixes().passage)
}

struct Keeping {
    library: Library,
    embedder: Arc<Embedder>,
    file: PathBuf,
    identity: String,
}

impl Keeping {
    async fn keep(self) {
        let mut pause = LOOK;
        loop {
            let is_needy = |deck: &Arc<Deck>| {
                let (embedded, all) = deck.embedded();
                embedded < all
            };
            if self.library.decks().iter().any(is_needy) {
                pause = match self.embed().await {
                    Ok(()) => LOOK,
                    Err(error) => {
                        self.tell(&error, pause);
                        (2 * pause).min(LONGEST_PAUSE)
                    }
                };
            }
            tokio::time::sleep(pause).await;
        }
    }

    /// Gives every deck all its vectors: those that are known at once, the others as they are
    /// made. What no deck needs any more is forgotten.
    async fn embed(&self) -> Result<(), Error> {
        let mut cache = self.read().await;
        let decks = self.library.decks();
        for deck in &decks {
            give(deck, &cache);
        }
        let before = cache.len();
        let made = self.make(&decks, &mut cache).await;
        let needed = decks.iter().flat_map(|deck| deck.texts_to_embed());
        cache.keep_only(needed.map(|text| Hash::of(&text)));
        if cache.len() != before || made.as_ref().is_ok_and(|made| *made > 0) {
            self.write(cache).await;
        }
        let made = made?;
        if made > 0 {
            tracing::info!(
                passages = made,
                "{} has made vectors of {made} passages",
                self.embedder.name()
            );
        }
        Ok(())
    }

    /// Makes the vectors that are missing, and says how many.
    async fn make(&self, decks: &[Arc<Deck>], cache: &mut Cache) -> Result<usize, Error> {
        let mut made = 0;
        for deck in decks {
            let missing: Vec<_> = deck
                .texts_to_embed()
                .filter(|text| !cache.has(&Hash::of(text)))
                .collect();
            for texts in missing.chunks(PORTION) {
                let embedder = &self.embedder;
                let vectors = embedder.embed(Purpose::Passage, texts, PASSAGES_LIMIT);
                for (text, values) in texts.iter().zip(vectors.await?) {
                    if let Some(vector) = Vector::new(&values) {
                        cache.put(Hash::of(text), vector);
                        made += 1;
                    }
                }
                give(deck, cache);
                if texts.len() == PORTION {
                    self.write(cache.clone()).await;
                }
            }
        }
        Ok(made)
    }

    async fn read(&self) -> Cache {
        let (file, identity) = (self.file.clone(), self.identity.clone());
        let read = spawn_blocking(move || Cache::read(&file, &identity)).await;
        read.unwrap_or_default()
    }

    async fn write(&self, cache: Cache) {
        let (file, identity) = (self.file.clone(), self.identity.clone());
        let written = spawn_blocking(move || cache.write(&file, &identity)).await;
        if let Ok(Err(error)) = written {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "could not keep the vectors of passages; they are made again at the next start"
            );
        }
    }

    fn tell(&self, error: &Error, pause: Duration) {
        // The first failure of a row; the others would say the same.
        if pause == LOOK {
            tracing::warn!(
                error = error as &dyn std::error::Error,
                "{} makes no vectors of passages; they are found by their words alone until it does",
                self.embedder.name()
            );
        }
    }
}

/// Gives a deck the vectors that are known.
fn give(deck: &Deck, cache: &Cache) {
    let known = |text: String| cache.vector(&Hash::of(&text)).cloned();
    let vectors: Vec<_> = deck.texts_to_embed().map(known).collect();
    if vectors.iter().any(Option::is_some) {
        deck.embed(vectors);
    }
}

/// What the doctor says of the model that makes vectors.
pub(crate) async fn examine(embeddings: &Embeddings) -> Result<String, Failed> {
    let name = name_of(&embeddings.model);
    let embedder = embedder(embeddings)?;
    let texts = ["姻緣 love 縁".to_owned()];
    let embedded = embedder
        .embed(Purpose::Question, &texts, Duration::from_secs(30))
        .await;
    Ok(match embedded {
        Ok(vectors) => {
            let dimensions = vectors.first().map_or(0, Vec::len);
            format!("{name}: makes vectors of {dimensions} dimensions")
        }
        Err(error) => format!(
            "{name}: makes no vectors, so passages are found by their words alone: {:#}",
            anyhow::Error::from(error)
        ),
    })
}
