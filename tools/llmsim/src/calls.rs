//! Remembers what was asked and what became of it, for tests and benchmarks to look at.

use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Instant, SystemTime},
};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::script::Script;

/// How many calls are remembered; older ones are forgotten.
const KEPT_CALLS: usize = 4096;

/// How many tokens of one call are remembered; an endless answer must not fill the memory.
const KEPT_TOKENS: usize = 50_000;

/// One call, as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    pub id: u64,
    pub path: String,
    pub model: String,
    pub stream: bool,
    /// Milliseconds since 1970.
    pub started_ms: u64,
    /// Tokens of text that were sent, without reasoning.
    pub tokens_sent: u64,
    /// Absent while the call goes on.
    pub ended: Option<Ended>,
    /// When it ended, in microseconds since 1970, by the wall clock.
    pub ended_us: Option<u64>,
    /// The faults that befell it.
    pub faults: Vec<String>,
    /// The body of the request.
    pub request: Value,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// The answer was written to its end, or as far as its token limit.
    Complete,
    /// The client closed the connection first.
    ClientGone,
    /// A fault ended it.
    Fault,
    /// The simulator was stopped.
    Stopped,
}

/// When the tokens of one call were sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Times {
    pub id: u64,
    /// The sections in the order in which they are written.
    pub sections: Vec<String>,
    pub tokens: Vec<SentToken>,
}

/// When one token was sent, and how far the answer was told by then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentToken {
    /// Microseconds since the simulator was started, by the monotonic clock.
    pub mono_us: u64,
    /// Microseconds since 1970, by the wall clock.
    pub wall_us: u64,
    /// Index into [`Times::sections`]; absent before the first section's text.
    pub section: Option<usize>,
    /// Bytes (UTF-8) of that section's own text, unescaped, that have been sent.
    pub bytes: usize,
}

/// The log of calls; a cheap handle.
#[derive(Debug, Clone)]
pub(crate) struct Calls(Arc<Log>);

#[derive(Debug)]
struct Log {
    started: Instant,
    next_id: AtomicU64,
    kept: Mutex<VecDeque<Arc<Entry>>>,
    /// How often a fault has befallen a question.
    befallen: Mutex<HashMap<(u64, String), u32>>,
    changed: Notify,
    stop: CancellationToken,
}

#[derive(Debug)]
struct Entry {
    call: Call,
    tokens_sent: AtomicUsize,
    /// How and when it ended.
    end: Mutex<Option<(Ended, u64)>>,
    script: Mutex<Option<Arc<Script>>>,
    times: Mutex<Vec<SentToken>>,
}

/// One call as its answerer holds it; dropped without an end, the client has gone.
#[derive(Debug)]
pub(crate) struct Ongoing {
    entry: Arc<Entry>,
    log: Arc<Log>,
}

impl Calls {
    /// An empty log; once `stop` is cancelled, calls without an end were stopped.
    pub(crate) fn new(stop: CancellationToken) -> Self {
        Self(Arc::new(Log {
            started: Instant::now(),
            next_id: AtomicU64::new(1),
            kept: Mutex::default(),
            befallen: Mutex::default(),
            changed: Notify::new(),
            stop,
        }))
    }

    /// Notes a call; its `id`, `started_ms`, `tokens_sent`, `ended` and `ended_us` are filled in
    /// here.
    pub(crate) fn begin(&self, call: Call) -> Ongoing {
        let entry = Arc::new(Entry {
            call: Call {
                id: self.0.next_id.fetch_add(1, Ordering::Relaxed),
                started_ms: wall_us() / 1000,
                ..call
            },
            tokens_sent: AtomicUsize::new(0),
            end: Mutex::default(),
            script: Mutex::default(),
            times: Mutex::default(),
        });
        let mut kept = lock(&self.0.kept);
        if kept.len() >= KEPT_CALLS {
            kept.pop_front();
        }
        kept.push_back(Arc::clone(&entry));
        drop(kept);
        self.0.changed.notify_waiters();
        Ongoing {
            entry,
            log: Arc::clone(&self.0),
        }
    }

    /// Counts that a fault befalls a question, and says how often it did before.
    pub(crate) fn befall(&self, question: u64, fault: String) -> u32 {
        let mut befallen = lock(&self.0.befallen);
        let count = befallen.entry((question, fault)).or_insert(0);
        *count += 1;
        *count - 1
    }

    pub(crate) fn list(&self) -> Vec<Call> {
        lock(&self.0.kept)
            .iter()
            .map(|entry| entry.call())
            .collect()
    }

    pub(crate) fn times(&self, id: u64) -> Option<Times> {
        let entry = lock(&self.0.kept)
            .iter()
            .find(|entry| entry.call.id == id)
            .cloned()?;
        let script = lock(&entry.script).clone();
        Some(Times {
            id,
            sections: script
                .map(|script| script.sections.clone())
                .unwrap_or_default(),
            tokens: lock(&entry.times).clone(),
        })
    }

    /// Forgets all calls, and how often which fault has befallen which question.
    pub(crate) fn clear(&self) {
        lock(&self.0.kept).clear();
        lock(&self.0.befallen).clear();
        self.0.changed.notify_waiters();
    }

    /// Waits until the list of calls is as wished.
    pub(crate) async fn until(&self, wished: impl Fn(&[Call]) -> bool) -> Vec<Call> {
        loop {
            let mut changed = std::pin::pin!(self.0.changed.notified());
            changed.as_mut().enable();
            let list = self.list();
            if wished(&list) {
                return list;
            }
            changed.await;
        }
    }
}

impl Ongoing {
    pub(crate) fn id(&self) -> u64 {
        self.entry.call.id
    }

    /// Notes what is about to be told, so that tokens can be placed in it.
    pub(crate) fn tells(&self, script: &Arc<Script>) {
        *lock(&self.entry.script) = Some(Arc::clone(script));
        lock(&self.entry.times).reserve(script.tokens().min(KEPT_TOKENS));
    }

    /// Notes that a token is sent now.
    pub(crate) fn sent(&self, script: &Script, token: usize) {
        let told = script.told(token);
        let sent = SentToken {
            mono_us: self.log.started.elapsed().as_micros() as u64,
            wall_us: wall_us(),
            section: told.map(|(section, _)| section),
            bytes: told.map_or(0, |(_, bytes)| bytes),
        };
        self.entry.tokens_sent.fetch_add(1, Ordering::Relaxed);
        let mut times = lock(&self.entry.times);
        if times.len() < KEPT_TOKENS {
            times.push(sent);
        }
        drop(times);
        self.log.changed.notify_waiters();
    }

    /// Notes how the call ended; only the first end counts.
    pub(crate) fn end(&self, ended: Ended) {
        lock(&self.entry.end).get_or_insert_with(|| (ended, wall_us()));
        self.log.changed.notify_waiters();
    }
}

impl Drop for Ongoing {
    fn drop(&mut self) {
        self.end(if self.log.stop.is_cancelled() {
            Ended::Stopped
        } else {
            Ended::ClientGone
        });
    }
}

impl Entry {
    fn call(&self) -> Call {
        let end = *lock(&self.end);
        Call {
            tokens_sent: self.tokens_sent.load(Ordering::Relaxed) as u64,
            ended: end.map(|(ended, _)| ended),
            ended_us: end.map(|(_, us)| us),
            ..self.call.clone()
        }
    }
}

fn wall_us() -> u64 {
    SystemTime::UNIX_EPOCH
        .elapsed()
        .map_or(0, |elapsed| elapsed.as_micros() as u64)
}

/// A lock that outlives a panic: what it guards is a log, and half an entry harms nobody.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
