//! The tables, and the way from every earlier version to the present one.

use rusqlite::{Connection, TransactionBehavior};

use super::StoreError;

/// One step a version, forward only; a step that was released is never edited.
const MIGRATIONS: &[&str] = &["
    CREATE TABLE accounts (
        account_id TEXT PRIMARY KEY,
        kind TEXT NOT NULL CHECK (kind IN ('keyed', 'guest')),
        name TEXT NOT NULL,
        created_ms INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE keys (
        hash BLOB PRIMARY KEY,
        account_id TEXT NOT NULL REFERENCES accounts ON DELETE CASCADE,
        name TEXT NOT NULL,
        scopes TEXT NOT NULL,
        created_ms INTEGER NOT NULL,
        expires_ms INTEGER,
        revoked_ms INTEGER
    ) STRICT;
    CREATE INDEX keys_by_account ON keys (account_id);

    CREATE TABLE tasks (
        task_id TEXT PRIMARY KEY,
        account_id TEXT NOT NULL REFERENCES accounts ON DELETE CASCADE,
        end_user TEXT,
        status TEXT NOT NULL,
        epoch INTEGER NOT NULL DEFAULT 0,
        attempts INTEGER NOT NULL DEFAULT 0,
        calls INTEGER NOT NULL DEFAULT 0,
        input_tokens INTEGER NOT NULL DEFAULT 0,
        output_tokens INTEGER NOT NULL DEFAULT 0,
        last_sequence INTEGER NOT NULL DEFAULT 0,
        deity_id TEXT NOT NULL,
        fortune_number INTEGER NOT NULL,
        question TEXT NOT NULL,
        language TEXT NOT NULL,
        context TEXT NOT NULL,
        created_ms INTEGER NOT NULL,
        started_ms INTEGER,
        first_token_ms INTEGER,
        finished_ms INTEGER
    ) STRICT;
    CREATE INDEX tasks_by_account ON tasks (account_id, task_id);
    CREATE INDEX tasks_unfinished ON tasks (status, task_id) WHERE finished_ms IS NULL;
    CREATE INDEX tasks_unfinished_by_account ON tasks (account_id, end_user)
        WHERE finished_ms IS NULL;

    CREATE TABLE events (
        task_id TEXT NOT NULL REFERENCES tasks ON DELETE CASCADE,
        sequence INTEGER NOT NULL,
        data TEXT NOT NULL,
        PRIMARY KEY (task_id, sequence)
    ) STRICT;

    CREATE TABLE idempotency (
        account_id TEXT NOT NULL REFERENCES accounts ON DELETE CASCADE,
        key TEXT NOT NULL,
        body_hash BLOB NOT NULL,
        task_id TEXT NOT NULL REFERENCES tasks ON DELETE CASCADE,
        created_ms INTEGER NOT NULL,
        PRIMARY KEY (account_id, key)
    ) STRICT;
    CREATE INDEX idempotency_by_task ON idempotency (task_id);
"];

/// Brings the database to the present version, in one transaction a step.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    loop {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let version: i64 =
            transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
        let done = usize::try_from(version).unwrap_or(usize::MAX);
        if done == MIGRATIONS.len() {
            return Ok(());
        }
        let step = MIGRATIONS.get(done).ok_or(StoreError::TooNew(version))?;
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", version + 1)?;
        transaction.commit()?;
    }
}
