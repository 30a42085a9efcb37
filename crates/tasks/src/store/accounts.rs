//! Accounts and their keys: who may ask. Keys are stored as hashes only.

use rusqlite::{Connection, OptionalExtension, params};

use super::{Store, StoreError};
use crate::{AccountId, TaskId};

/// The row of a key that may be used now, with its account.
pub(crate) struct KeyRow {
    pub account_id: AccountId,
    pub is_guest: bool,
    pub scopes: String,
}

/// A key that is to be stored.
pub(crate) struct NewKey {
    pub hash: [u8; 32],
    /// For a new account, unless there is one of that name.
    pub account_id: AccountId,
    pub account_kind: &'static str,
    pub name: String,
    pub scopes: &'static str,
    pub now_ms: i64,
}

impl Store {
    /// Stores a key, and its account if there is none of that name. Guests have no name.
    pub(crate) async fn add_key(&self, key: NewKey) -> Result<(), StoreError> {
        self.write(move |connection| {
            let named: Option<String> = connection
                .prepare_cached(
                    "SELECT account_id FROM accounts WHERE kind = 'keyed' AND kind = ?1
                        AND name = ?2 ORDER BY account_id LIMIT 1",
                )?
                .query_row(params![key.account_kind, key.name], |row| row.get(0))
                .optional()?;
            let is_new = named.is_none();
            let account_id = named.unwrap_or_else(|| key.account_id.to_string());
            if is_new {
                connection.execute(
                    "INSERT INTO accounts (account_id, kind, name, created_ms)
                     VALUES (?1, ?2, ?3, ?4)",
                    params![account_id, key.account_kind, key.name, key.now_ms],
                )?;
            }
            connection.execute(
                "INSERT INTO keys (hash, account_id, name, scopes, created_ms)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
                params![
                    key.hash.as_slice(),
                    account_id,
                    key.name,
                    key.scopes,
                    key.now_ms
                ],
            )?;
            Ok(())
        })
        .await
    }

    /// The key of that hash, unless it is revoked or has expired.
    pub(crate) async fn key(
        &self,
        hash: [u8; 32],
        now_ms: i64,
    ) -> Result<Option<KeyRow>, StoreError> {
        self.read(move |connection| find(connection, hash, now_ms))
            .await
    }

    /// Whether any key was ever made.
    pub(crate) async fn has_keys(&self) -> Result<bool, StoreError> {
        self.read(|connection| {
            Ok(connection.query_row(
                "SELECT EXISTS (SELECT 1 FROM accounts WHERE kind = 'keyed')",
                [],
                |row| row.get(0),
            )?)
        })
        .await
    }

    /// The unfinished tasks of an account.
    pub(crate) async fn unfinished(
        &self,
        account_id: AccountId,
    ) -> Result<Vec<TaskId>, StoreError> {
        self.read(move |connection| {
            task_ids(
                connection,
                "SELECT task_id FROM tasks WHERE account_id = ?1 AND finished_ms IS NULL",
                account_id,
            )
        })
        .await
    }

    /// Erases an account with its keys, tasks and events; returns the tasks.
    pub(crate) async fn erase_account(
        &self,
        account_id: AccountId,
    ) -> Result<Vec<TaskId>, StoreError> {
        self.write(move |connection| {
            let tasks = task_ids(
                connection,
                "SELECT task_id FROM tasks WHERE account_id = ?1",
                account_id,
            )?;
            connection.execute(
                "DELETE FROM accounts WHERE account_id = ?1",
                [account_id.to_string()],
            )?;
            Ok(tasks)
        })
        .await
    }
}

fn task_ids(
    connection: &Connection,
    sql: &str,
    account_id: AccountId,
) -> Result<Vec<TaskId>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let ids = statement
        .query_map([account_id.to_string()], |row| row.get::<_, String>(0))?
        .collect::<Result<Vec<_>, _>>()?;
    Ok(ids.iter().filter_map(|id| id.parse().ok()).collect())
}

fn find(
    connection: &Connection,
    hash: [u8; 32],
    now_ms: i64,
) -> Result<Option<KeyRow>, StoreError> {
    let row: Option<(String, String, String)> = connection
        .prepare_cached(
            "SELECT account_id, kind, scopes FROM keys JOIN accounts USING (account_id)
             WHERE hash = ?1 AND revoked_ms IS NULL AND (expires_ms IS NULL OR expires_ms > ?2)",
        )?
        .query_row(params![hash.as_slice(), now_ms], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    let Some((account_id, kind, scopes)) = row else {
        return Ok(None);
    };
    let Ok(account_id) = account_id.parse() else {
        return Ok(None);
    };
    Ok(Some(KeyRow {
        account_id,
        is_guest: kind == "guest",
        scopes,
    }))
}
