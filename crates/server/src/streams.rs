//! The open event streams: how many an account has, and with which credential each was opened.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use kaucim_tasks::{AccountId, Accounts, Credential, Principal};
use tokio_util::sync::CancellationToken;

use crate::tokens::Issuer;

/// How often it is looked whether credentials of open streams were revoked or have expired.
const LOOK: Duration = Duration::from_secs(1);

/// The open streams.
#[derive(Default)]
pub(crate) struct Streams {
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    accounts: HashMap<AccountId, usize>,
    credentials: HashMap<Credential, Held>,
}

/// What hangs on one credential.
#[derive(Default)]
struct Held {
    streams: usize,
    /// Set when the credential is worth nothing any more.
    ended: CancellationToken,
}

/// One open stream; it counts until it is dropped.
pub(crate) struct OpenStream {
    streams: Arc<Streams>,
    account_id: AccountId,
    credential: Credential,
    /// Set when whoever reads may not any more.
    pub ended: CancellationToken,
}

impl Streams {
    /// Counts one more stream, unless the account has its fill.
    pub(crate) fn open(self: &Arc<Self>, who: &Principal, cap: usize) -> Option<OpenStream> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.accounts.entry(who.account_id).or_default();
        if *count >= cap {
            return None;
        }
        *count += 1;
        let held = open.credentials.entry(who.credential.clone()).or_default();
        held.streams += 1;
        Some(OpenStream {
            ended: held.ended.clone(),
            streams: Arc::clone(self),
            account_id: who.account_id,
            credential: who.credential.clone(),
        })
    }

    pub(crate) fn count(&self) -> usize {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.accounts.values().sum()
    }

    /// Ends the streams whose credentials are revoked or have expired, until the server ends.
    pub(crate) async fn end_with_credentials(
        self: Arc<Self>,
        accounts: Accounts,
        issuer: Option<Arc<Issuer>>,
        draining: CancellationToken,
    ) {
        let mut look = tokio::time::interval(LOOK);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let (mut changes, mut known) = (0, HashSet::new());
        loop {
            tokio::select! {
                () = draining.cancelled() => return,
                _ = look.tick() => {}
            }
            let held = self.credentials();
            // Who came between two looks may have been revoked between them.
            if held.is_empty() || held.iter().any(|credential| !known.contains(credential)) {
                changes = 0;
            }
            known = held.iter().cloned().collect();
            if let Some(issuer) = &issuer {
                let is_signed_by_none = |held: &&Credential| {
                    let key = held.signed_with();
                    key.is_some_and(|key| !issuer.keys.believes(key))
                };
                self.end(held.iter().filter(is_signed_by_none));
            }
            if held.is_empty() {
                continue;
            }
            match accounts.ended(held, changes).await {
                Ok((ended, now)) => {
                    changes = now;
                    self.end(&ended);
                }
                Err(error) => {
                    tracing::debug!(error = %error, "open streams could not be looked after");
                }
            }
        }
    }

    fn credentials(&self) -> Vec<Credential> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.credentials.keys().cloned().collect()
    }

    fn end<'a>(&self, credentials: impl IntoIterator<Item = &'a Credential>) {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        for credential in credentials {
            if let Some(held) = open.credentials.get(credential) {
                held.ended.cancel();
            }
        }
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        let mut open = self
            .streams
            .open
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.accounts.get_mut(&self.account_id) {
            *count -= 1;
            if *count == 0 {
                open.accounts.remove(&self.account_id);
            }
        }
        if let Some(held) = open.credentials.get_mut(&self.credential) {
            held.streams -= 1;
            if held.streams == 0 {
                open.credentials.remove(&self.credential);
            }
        }
    }
}
