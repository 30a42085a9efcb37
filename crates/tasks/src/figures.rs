//! What this process has counted since its start: how readings ended, and how long they took.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use kaucim_fortune::{NoticeKind, Writer};
use schemars::JsonSchema;
use serde::Serialize;
use tokio::time::Instant;

pub(crate) use self::model::{OpenCall, name as model_name};
pub use self::{
    histogram::Histogram,
    model::{Latency, ModelFailure, ModelHealth, ModelState},
};
use crate::{Event, Status, overview::reset_name};

mod histogram;
mod model;

/// Counted in memory, in this process alone; a restart begins at nothing.
pub(crate) struct Figures {
    started: Instant,
    started_ms: i64,
    counts: Mutex<Counts>,
    /// Apart, as it is counted for every piece of text.
    pieces: AtomicU64,
    /// In the order that they are asked in.
    models: Mutex<Vec<model::Model>>,
}

/// What was counted since the start of the process.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Counts {
    /// Questions that were accepted.
    pub accepted: u64,
    /// Tasks that ended, by status.
    pub ended: BTreeMap<String, u64>,
    /// Readings by who wrote them: `model`, `mixed`, `classic`.
    pub origins: BTreeMap<String, u64>,
    /// Tasks that failed, by the code of the error.
    pub failures: BTreeMap<String, u64>,
    /// Why text was dropped, by reason.
    pub resets: BTreeMap<String, u64>,
    /// Checks that a section has failed, each time that it did.
    pub failed_checks: BTreeMap<String, u64>,
    /// Readings in which another model or the deck had to go on, by code.
    pub fallbacks: BTreeMap<String, u64>,
    /// Readings in which a section was written again or stayed wrong, by code.
    pub repairs: BTreeMap<String, u64>,
    /// Pieces of text that models wrote, as readers got them: a token each, more or less.
    pub pieces: u64,
    /// From a question to the first text of a model.
    #[serde(skip)]
    pub first_token: Histogram,
    /// From a question to its whole reading.
    #[serde(skip)]
    pub total: Histogram,
    /// What was kept of readings that are being made.
    #[serde(skip)]
    pub commits: Commits,
}

/// Boundaries of readings on their way to the disk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Commits {
    /// Those that were stored.
    pub count: u64,
    /// How long they took together, waiting for others included.
    pub took: Duration,
    /// Tries that failed; each is made again until it is stored.
    pub failed: u64,
}

impl Figures {
    pub(crate) fn new(started_ms: i64, writers: &[Writer]) -> Self {
        Self {
            started: Instant::now(),
            started_ms,
            counts: Mutex::default(),
            pieces: AtomicU64::new(0),
            models: Mutex::new(writers.iter().map(model::Model::of).collect()),
        }
    }

    /// When the process began: by the wall clock, and how many seconds ago.
    pub(crate) fn since(&self) -> (i64, u64) {
        (self.started_ms, self.started.elapsed().as_secs())
    }

    /// A question was accepted.
    pub(crate) fn accept(&self) {
        lock(&self.counts).accepted += 1;
    }

    /// A piece of text was written.
    pub(crate) fn piece(&self) {
        self.pieces.fetch_add(1, Ordering::Relaxed);
    }

    /// Something was stored, so long after it was handed over.
    pub(crate) fn commit(&self, took: Duration) {
        let commits = &mut lock(&self.counts).commits;
        commits.count += 1;
        commits.took += took;
    }

    /// Something could not be stored, and will be tried again.
    pub(crate) fn fail_commit(&self) {
        lock(&self.counts).commits.failed += 1;
    }

    /// A section has failed this check.
    pub(crate) fn fail_check(&self, check: &str) {
        add(&mut lock(&self.counts).failed_checks, check);
    }

    /// An event was stored.
    pub(crate) fn count(&self, event: &Event) {
        let mut counts = lock(&self.counts);
        if let Some(status) = event.final_status() {
            add(&mut counts.ended, status.name());
        }
        match event {
            Event::Complete { result } => {
                add(
                    &mut counts.origins,
                    crate::overview::origin_name(result.origin),
                );
                if let Some(first_token_ms) = result.timings.first_token_ms {
                    counts.first_token.add(first_token_ms);
                }
                counts.total.add(result.timings.total_ms);
            }
            Event::Error { code, .. } => add(&mut counts.failures, code),
            Event::SectionReset { reason, .. } => add(&mut counts.resets, reset_name(*reason)),
            Event::Notice { kind, code, .. } => match kind {
                NoticeKind::Fallback => add(&mut counts.fallbacks, code),
                NoticeKind::Repair => add(&mut counts.repairs, code),
                NoticeKind::Safety | NoticeKind::Rite => {}
            },
            Event::Status { .. }
            | Event::Lot { .. }
            | Event::Sources { .. }
            | Event::SectionCompleted { .. }
            | Event::Cancelled {} => {}
        }
    }

    pub(crate) fn counts(&self) -> Counts {
        let mut counts = lock(&self.counts).clone();
        counts.pieces = self.pieces.load(Ordering::Relaxed);
        counts
    }

    /// A call to a model is made now.
    pub(crate) fn call(self: &Arc<Self>, writer: &Writer) -> OpenCall {
        OpenCall::begin(self, writer)
    }

    /// How the models do, in the order that they are asked in.
    pub(crate) fn models(&self) -> Vec<ModelHealth> {
        lock(&self.models)
            .iter()
            .map(model::Model::health)
            .collect()
    }

    /// Does something to what is known of a model.
    fn with_model(&self, name: &str, change: impl FnOnce(&mut model::Model)) {
        if let Some(model) = lock(&self.models).iter_mut().find(|model| model.is(name)) {
            change(model);
        }
    }
}

impl Counts {
    /// How many tasks ended so.
    pub fn ended_as(&self, status: Status) -> u64 {
        self.ended.get(status.name()).copied().unwrap_or_default()
    }
}

fn add(counts: &mut BTreeMap<String, u64>, name: &str) {
    if let Some(count) = counts.get_mut(name) {
        *count += 1;
    } else {
        counts.insert(name.to_owned(), 1);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is held here is consistent between statements, so a panic elsewhere spoils nothing.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
