//! Secrets that are good once: each is deleted by whoever uses it, so there is no second time.

use rusqlite::{Connection, OptionalExtension, params};

use super::{
    Store, StoreError,
    accounts::{NewKey, insert_key},
    row::parsed,
};
use crate::{AccountId, Credential, TaskId};

/// A pass that is to be stored.
pub(crate) struct NewPass {
    pub hash: [u8; 32],
    pub account_id: AccountId,
    /// Absent: for a second device.
    pub task_id: Option<TaskId>,
    pub credential: Credential,
    pub expires_ms: i64,
}

/// A pass that was used just now.
pub(crate) struct UsedPass {
    pub account_id: AccountId,
    pub is_guest: bool,
    pub credential: Credential,
}

impl Store {
    /// Stores a pass; says whether the account has the task that it is for.
    pub(crate) async fn add_pass(&self, pass: NewPass) -> Result<bool, StoreError> {
        self.write(move |connection| {
            let NewPass {
                hash,
                account_id,
                task_id,
                credential,
                expires_ms,
            } = pass;
            let stored = connection
                .prepare_cached(
                    "INSERT INTO passes (hash, account_id, task_id, key_hash, label, budget_id,
                        credential_expires_ms, expires_ms, signed_with)
                     SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 WHERE ?3 IS NULL
                        OR EXISTS (SELECT 1 FROM tasks WHERE task_id = ?3 AND account_id = ?2)",
                )?
                .execute(params![
                    hash.as_slice(),
                    account_id.to_string(),
                    task_id.map(|task_id| task_id.to_string()),
                    credential.key.as_ref().map(<[u8; 32]>::as_slice),
                    credential.label,
                    credential.budget_id,
                    credential.expires_ms,
                    expires_ms,
                    credential.signed_with,
                ])?;
            Ok(stored > 0)
        })
        .await
    }

    /// Uses the pass of that hash for this task, if it is still good for it.
    pub(crate) async fn use_pass(
        &self,
        hash: [u8; 32],
        task_id: TaskId,
        now_ms: i64,
    ) -> Result<Option<UsedPass>, StoreError> {
        self.write(move |connection| Ok(used(connection, hash, Some(task_id.to_string()), now_ms)?))
            .await
    }

    /// Uses a pass for a second device, which gets this key.
    pub(crate) async fn use_handoff(
        &self,
        hash: [u8; 32],
        key: NewKey,
    ) -> Result<Option<UsedPass>, StoreError> {
        self.write(move |connection| {
            let Some(pass) = used(connection, hash, None, key.now_ms)? else {
                return Ok(None);
            };
            let account_id = pass.account_id.to_string();
            let key = NewKey {
                budget_id: pass.credential.budget_id.clone(),
                ..key
            };
            insert_key(connection, &account_id, &key)?;
            Ok(Some(pass))
        })
        .await
    }

    /// Deletes what nobody has used in time.
    pub(crate) async fn delete_passes(&self, now_ms: i64) -> Result<usize, StoreError> {
        self.write(move |connection| {
            Ok(connection
                .prepare_cached("DELETE FROM passes WHERE expires_ms <= ?1")?
                .execute([now_ms])?)
        })
        .await
    }
}

/// Takes a pass away, and says whose it was; nobody's, where it is over or its key is.
fn used(
    connection: &Connection,
    hash: [u8; 32],
    task_id: Option<String>,
    now_ms: i64,
) -> Result<Option<UsedPass>, rusqlite::Error> {
    let found = connection
        .prepare_cached(
            "SELECT passes.account_id, kind = 'guest', key_hash, passes.label, passes.budget_id,
                credential_expires_ms, signed_with
             FROM passes JOIN accounts USING (account_id)
                LEFT JOIN keys ON keys.hash = key_hash
             WHERE passes.hash = ?1 AND task_id IS ?2 AND passes.expires_ms > ?3
                AND keys.revoked_ms IS NULL
                AND coalesce(keys.expires_ms, credential_expires_ms, ?3 + 1) > ?3",
        )?
        .query_row(params![hash.as_slice(), task_id, now_ms], |row| {
            Ok(UsedPass {
                account_id: parsed(row, 0, |text| text.parse().ok())?,
                is_guest: row.get(1)?,
                credential: Credential {
                    key: row.get(2)?,
                    label: row.get(3)?,
                    budget_id: row.get(4)?,
                    expires_ms: row.get(5)?,
                    signed_with: row.get(6)?,
                },
            })
        })
        .optional()?;
    if found.is_some() {
        connection
            .prepare_cached("DELETE FROM passes WHERE hash = ?1")?
            .execute([hash.as_slice()])?;
    }
    Ok(found)
}
