//! What stands for somebody once, and not for long: tickets for a stream, links to a second device.

use std::time::Duration;

use jiff::Timestamp;

use super::{
    Accounts, GUEST_PREFIX, GUEST_SCOPES, Principal, Scope, scope,
    secret::{hash, new_secret},
};
use crate::{
    AccountId, StoreError, TaskId,
    clock::millis,
    store::{
        accounts::NewKey,
        passes::{NewPass, UsedPass},
    },
    tasks::timestamp,
};

/// How long a ticket waits to be used.
const TICKET: Duration = Duration::from_secs(60);

/// How long a second device has.
const HANDOFF: Duration = Duration::from_mins(5);

const TICKET_PREFIX: &str = "kt_";
const HANDOFF_PREFIX: &str = "kh_";

/// A secret that is good once, until then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pass {
    pub secret: String,
    pub expires_at: Timestamp,
}

impl Accounts {
    /// Makes a ticket for one stream of a task of theirs; none, where the task is not theirs. It
    /// is worth no more than what they have proven with who they are.
    pub async fn ticket(
        &self,
        who: &Principal,
        task_id: TaskId,
    ) -> Result<Option<Pass>, StoreError> {
        self.pass(who, Some(task_id), (TICKET_PREFIX, TICKET)).await
    }

    /// Uses a ticket for a stream of this task: who may read it. There is no second time.
    pub async fn use_ticket(
        &self,
        ticket: &str,
        task_id: TaskId,
    ) -> Result<Option<Principal>, StoreError> {
        let now_ms = self.clock.now_ms();
        let used = self.store.use_pass(hash(ticket), task_id, now_ms).await?;
        let reader = |UsedPass {
                          account_id,
                          is_guest,
                          credential,
                      }| Principal {
            account_id,
            is_guest,
            scopes: vec![Scope::Read],
            credential,
        };
        Ok(used.map(reader))
    }

    /// Makes what takes a guest to a second device; none, for whoever is no guest.
    pub async fn handoff(&self, who: &Principal) -> Result<Option<Pass>, StoreError> {
        if !who.is_guest {
            return Ok(None);
        }
        self.pass(who, None, (HANDOFF_PREFIX, HANDOFF)).await
    }

    /// Uses it on the second device; returns whose session it is and the secret for its cookie.
    pub async fn use_handoff(
        &self,
        handoff: &str,
    ) -> Result<Option<(AccountId, String)>, StoreError> {
        let secret = new_secret(GUEST_PREFIX);
        let key = NewKey {
            hash: hash(&secret),
            label: String::new(),
            // That of the first device.
            budget_id: String::new(),
            name: "second device".to_owned(),
            scopes: scope::names(GUEST_SCOPES),
            now_ms: self.clock.now_ms(),
            expires_ms: None,
        };
        let used = self.store.use_handoff(hash(handoff), key).await?;
        Ok(used.map(|pass| (pass.account_id, secret)))
    }

    async fn pass(
        &self,
        who: &Principal,
        task_id: Option<TaskId>,
        (prefix, lifetime): (&str, Duration),
    ) -> Result<Option<Pass>, StoreError> {
        let secret = new_secret(prefix);
        let expires_ms = self.clock.now_ms() + millis(lifetime);
        let pass = NewPass {
            hash: hash(&secret),
            account_id: who.account_id,
            task_id,
            credential: who.credential.clone(),
            expires_ms,
        };
        let stored = self.store.add_pass(pass).await?;
        Ok(stored.then(|| Pass {
            secret,
            expires_at: timestamp(expires_ms),
        }))
    }
}
