//! Secrets that are good once: each is deleted by whoever uses it, so there is no second time.

use super::{
    Store, StoreError,
    accounts::{NewKey, hold, insert_key},
    connection::Connection,
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
            hold(connection, account_id)?;
            if let Some(task_id) = task_id {
                let has_task = connection.one(
                    "SELECT EXISTS (SELECT 1 FROM tasks WHERE task_id = ?1 AND account_id = ?2)",
                    &[task_id.into(), account_id.into()],
                    |row| row.flag(0),
                )?;
                if !has_task {
                    return Ok(false);
                }
            }
            connection.execute(
                "INSERT INTO passes (hash, account_id, task_id, key_hash, label, budget_id,
                    credential_expires_ms, expires_ms, signed_with)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                &[
                    (&hash).into(),
                    account_id.into(),
                    task_id.into(),
                    credential.key.as_ref().into(),
                    (&credential.label).into(),
                    (&credential.budget_id).into(),
                    credential.expires_ms.into(),
                    expires_ms.into(),
                    credential.signed_with.as_ref().into(),
                ],
            )?;
            Ok(true)
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
        self.write(move |connection| used(connection, &hash, Some(task_id), now_ms))
            .await
    }

    /// Uses a pass for a second device, which gets this key.
    pub(crate) async fn use_handoff(
        &self,
        hash: [u8; 32],
        key: NewKey,
    ) -> Result<Option<UsedPass>, StoreError> {
        self.write(move |connection| {
            let Some(pass) = used(connection, &hash, None, key.now_ms)? else {
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
            connection.execute(
                "DELETE FROM passes WHERE expires_ms <= ?1",
                &[now_ms.into()],
            )
        })
        .await
    }
}

/// Takes a pass away, and says whose it was; nobody's, where it is over or its key is.
fn used(
    connection: &Connection<'_>,
    hash: &[u8; 32],
    task_id: Option<TaskId>,
    now_ms: i64,
) -> Result<Option<UsedPass>, StoreError> {
    let found = connection.row(
        "SELECT passes.account_id, kind = 'guest', key_hash, passes.label, passes.budget_id,
            credential_expires_ms, signed_with
         FROM passes JOIN accounts USING (account_id)
            LEFT JOIN keys ON keys.hash = key_hash
         WHERE passes.hash = ?1 AND coalesce(task_id, '') = ?2 AND passes.expires_ms > ?3
            AND keys.revoked_ms IS NULL
            AND coalesce(keys.expires_ms, credential_expires_ms, ?3 + 1) > ?3",
        &[
            hash.into(),
            // No task is called so.
            task_id
                .map_or_else(String::new, |task_id| task_id.to_string())
                .into(),
            now_ms.into(),
        ],
        |row| {
            Ok(UsedPass {
                account_id: row.id(0)?,
                is_guest: row.flag(1)?,
                credential: Credential {
                    key: row.maybe_hash(2)?,
                    label: row.text(3)?,
                    budget_id: row.text(4)?,
                    expires_ms: row.maybe_number(5)?,
                    signed_with: row.maybe_text(6)?,
                },
            })
        },
    )?;
    let Some(found) = found else { return Ok(None) };
    // Whoever deletes it is the one who uses it.
    let deleted = connection.execute("DELETE FROM passes WHERE hash = ?1", &[hash.into()])?;
    Ok((deleted > 0).then_some(found))
}
