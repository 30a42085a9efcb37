//! What every handler shares: the handles below, the limits, and whether the server is ending.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use kaucim_fortune::FortuneSystem;
use kaucim_tasks::{AccountId, Accounts, Tasks};
use tokio_util::sync::CancellationToken;

use crate::limits::{Limiter, Rates};

/// The server's state; a cheap clone.
#[derive(Clone)]
pub struct App {
    pub(crate) tasks: Tasks,
    pub(crate) accounts: Accounts,
    pub(crate) fortune: FortuneSystem,
    pub(crate) settings: Arc<Settings>,
    pub(crate) limiter: Arc<Limiter>,
    pub(crate) streams: Arc<Streams>,
    /// Set when the server drains: streams end, readiness fails.
    pub(crate) draining: CancellationToken,
}

/// How the server behaves.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Whether people may ask without a key.
    pub guests: bool,
    /// Open streams per account.
    pub streams_per_account: usize,
    /// Absent: no limits on rates, for load tests.
    pub rates: Option<Rates>,
    /// How long `interpret` waits for the reading before it answers with the task.
    pub interpret_wait: Duration,
    /// How long a client may leave what it is sent unread before its connection is cut.
    pub write_timeout: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            guests: true,
            streams_per_account: 32,
            rates: Some(Rates::default()),
            interpret_wait: Duration::from_secs(60),
            write_timeout: Duration::from_secs(30),
        }
    }
}

impl App {
    pub fn new(
        tasks: Tasks,
        accounts: Accounts,
        fortune: FortuneSystem,
        settings: Settings,
    ) -> Self {
        Self {
            tasks,
            accounts,
            fortune,
            limiter: Arc::new(Limiter::new(settings.rates)),
            settings: Arc::new(settings),
            streams: Arc::new(Streams::default()),
            draining: CancellationToken::new(),
        }
    }
}

/// The open streams, by account.
#[derive(Default)]
pub(crate) struct Streams {
    open: Mutex<HashMap<AccountId, usize>>,
}

/// One open stream; it counts until it is dropped.
pub(crate) struct OpenStream {
    streams: Arc<Streams>,
    account_id: AccountId,
}

impl Streams {
    /// Counts one more stream, unless the account has its fill.
    pub(crate) fn open(self: &Arc<Self>, account_id: AccountId, cap: usize) -> Option<OpenStream> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(account_id).or_default();
        if *count >= cap {
            return None;
        }
        *count += 1;
        Some(OpenStream {
            streams: Arc::clone(self),
            account_id,
        })
    }

    pub(crate) fn count(&self) -> usize {
        self.open
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .values()
            .sum()
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        let mut open = self
            .streams
            .open
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.account_id) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.account_id);
            }
        }
    }
}
