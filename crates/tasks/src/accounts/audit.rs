//! What was done in the name of the operator.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::Accounts;
use crate::{StoreError, tasks::timestamp};

/// An administrative act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    AccountCreated,
    AccountErased,
    KeyCreated,
    KeyRotated,
    KeyRevoked,
    DecksReloaded,
    SettingsReloaded,
    TaskCancelled,
}

/// One act, by whom and on what. It never holds a secret or anything that was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AuditEntry {
    /// Rises with each act.
    pub id: i64,
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// The label of a key, or what else acted, such as `command line`.
    pub actor: String,
    pub act: String,
    /// A key's label, an account's name or id, a task's id, or what else it was done to.
    pub object: String,
}

impl Act {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::AccountCreated => "account_created",
            Self::AccountErased => "account_erased",
            Self::KeyCreated => "key_created",
            Self::KeyRotated => "key_rotated",
            Self::KeyRevoked => "key_revoked",
            Self::DecksReloaded => "decks_reloaded",
            Self::SettingsReloaded => "settings_reloaded",
            Self::TaskCancelled => "task_cancelled",
        }
    }
}

impl Accounts {
    /// Records an act that no other method records by itself.
    pub async fn record(&self, act: Act, actor: &str, object: &str) -> Result<(), StoreError> {
        let (actor, object) = (actor.to_owned(), object.to_owned());
        let now_ms = self.clock.now_ms();
        self.store.record(now_ms, act, actor, object).await
    }

    /// The acts before one, the newest first.
    pub async fn audit(
        &self,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        let rows = self.store.audit(before, limit).await?;
        let entry = |row: crate::store::audit::AuditRow| AuditEntry {
            id: row.audit_id,
            at: timestamp(row.at_ms),
            actor: row.actor,
            act: row.act,
            object: row.object,
        };
        Ok(rows.into_iter().map(entry).collect())
    }
}
