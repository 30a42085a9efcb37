//! The tables, and the way from every earlier version to the present one.

use rusqlite::{Connection, TransactionBehavior};

use super::StoreError;

/// One step a version, forward only; a step that was released is never edited.
const MIGRATIONS: &[&str] = &[
    "
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
",
    "
    -- A question waits for its turn: accounts take turns, and in a turn the earlier question comes
    -- first. `arrival` counts accepted questions, whatever any clock says.
    ALTER TABLE accounts ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE tasks ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE tasks ADD COLUMN arrival INTEGER NOT NULL DEFAULT 0;
    -- Who works on it; a holder whose lease is over loses its tasks.
    ALTER TABLE tasks ADD COLUMN holder TEXT;
    -- What may be spent on a task besides calls: tokens, and milliseconds in calls.
    ALTER TABLE tasks ADD COLUMN tokens INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE tasks ADD COLUMN called_ms INTEGER NOT NULL DEFAULT 0;
    UPDATE tasks SET arrival = rowid;

    CREATE TABLE holders (
        holder TEXT PRIMARY KEY,
        lease_ms INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE queue (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        -- The turn that was served last.
        turn INTEGER NOT NULL,
        arrivals INTEGER NOT NULL,
        length INTEGER NOT NULL CHECK (length >= 0),
        -- How often the log was emptied; counting it makes that durable.
        emptied INTEGER NOT NULL
    ) STRICT;
    INSERT INTO queue SELECT 1, 0, coalesce(max(arrival), 0),
        count(*) FILTER (WHERE status = 'queued'), 0 FROM tasks;
    CREATE TRIGGER queue_joined AFTER INSERT ON tasks WHEN new.status = 'queued' BEGIN
        UPDATE queue SET length = length + 1;
    END;
    CREATE TRIGGER queue_changed AFTER UPDATE OF status ON tasks
        WHEN (old.status = 'queued') <> (new.status = 'queued') BEGIN
        UPDATE queue SET length = length + (new.status = 'queued') - (old.status = 'queued');
    END;
    CREATE TRIGGER queue_left AFTER DELETE ON tasks WHEN old.status = 'queued' BEGIN
        UPDATE queue SET length = length - 1;
    END;

    DROP INDEX tasks_unfinished;
    CREATE INDEX tasks_queued ON tasks (turn, arrival) WHERE status = 'queued';
    CREATE INDEX tasks_held ON tasks (holder) WHERE holder IS NOT NULL;
    CREATE INDEX tasks_finished ON tasks (finished_ms) WHERE finished_ms IS NOT NULL;
",
    "
    -- A lot that was drawn or is to be. A draw that can be verified has a secret, and a nonce and a
    -- number once it is revealed; one that the server made alone has a number only.
    CREATE TABLE draws (
        draw_id TEXT PRIMARY KEY,
        account_id TEXT NOT NULL REFERENCES accounts ON DELETE CASCADE,
        end_user TEXT,
        deity_id TEXT NOT NULL,
        deck_id TEXT NOT NULL,
        version TEXT NOT NULL,
        count INTEGER NOT NULL,
        secret BLOB,
        nonce TEXT,
        number INTEGER,
        -- A keyed hash of who asks what of which deck: it has one lot until this row expires.
        matter BLOB,
        -- Whether a question was asked with it.
        asked INTEGER NOT NULL DEFAULT 0,
        expires_ms INTEGER NOT NULL,
        CHECK ((number IS NULL) = (nonce IS NULL) OR secret IS NULL)
    ) STRICT;
    CREATE INDEX draws_by_account ON draws (account_id);
    CREATE UNIQUE INDEX draws_by_matter ON draws (matter) WHERE matter IS NOT NULL;
    CREATE INDEX draws_by_expiry ON draws (expires_ms);

    CREATE TABLE matter_key (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        key BLOB NOT NULL
    ) STRICT;
    INSERT INTO matter_key VALUES (1, randomblob(32));
",
    "
    -- What a key is called where keys are listed: the beginning of its secret. Of keys that were
    -- made before only the hash is known, so it is the beginning of that.
    ALTER TABLE keys ADD COLUMN label TEXT NOT NULL DEFAULT '';
    UPDATE keys SET label = '#' || lower(hex(substr(hash, 1, 4)));
    -- Whose daily budget it spends; a key that takes the place of another goes on with the same.
    ALTER TABLE keys ADD COLUMN budget_id TEXT NOT NULL DEFAULT '';
    UPDATE keys SET budget_id = lower(hex(substr(hash, 1, 8)));

    -- Counts what may have taken somebody's credential away, so that open streams look again.
    CREATE TABLE credentials (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        changes INTEGER NOT NULL
    ) STRICT;
    INSERT INTO credentials VALUES (1, 0);
    CREATE TRIGGER key_changed AFTER UPDATE OF scopes, expires_ms, revoked_ms ON keys BEGIN
        UPDATE credentials SET changes = changes + 1;
    END;
    CREATE TRIGGER key_deleted AFTER DELETE ON keys BEGIN
        UPDATE credentials SET changes = changes + 1;
    END;

    -- What was done in the name of the operator. Nothing in it says what anybody asked.
    CREATE TABLE audit (
        audit_id INTEGER PRIMARY KEY AUTOINCREMENT,
        at_ms INTEGER NOT NULL,
        actor TEXT NOT NULL,
        act TEXT NOT NULL,
        object TEXT NOT NULL
    ) STRICT;
",
    "
    -- What was spent on a day (UTC): by the holders of a key or a guest, whose `budget_id` it is; by
    -- all guests; by all. What was spent stays spent when its reading is erased.
    CREATE TABLE spending (
        day INTEGER NOT NULL,
        budget_id TEXT NOT NULL,
        readings INTEGER NOT NULL,
        tokens INTEGER NOT NULL,
        PRIMARY KEY (day, budget_id)
    ) STRICT, WITHOUT ROWID;
    -- Whose budget a reading is paid from; nobody's, where it is older than budgets.
    ALTER TABLE tasks ADD COLUMN day INTEGER;
    ALTER TABLE tasks ADD COLUMN budget_id TEXT;
    ALTER TABLE tasks ADD COLUMN paid_as TEXT;
    CREATE TRIGGER tokens_spent AFTER UPDATE OF tokens ON tasks
        WHEN new.tokens <> old.tokens AND new.day IS NOT NULL BEGIN
        UPDATE spending SET tokens = max(0, tokens + new.tokens - old.tokens)
            WHERE day = new.day AND budget_id IN (new.budget_id, new.paid_as, 'all');
    END;
",
    "
    -- A secret that is good once and soon over: for one stream of one task, or, where no task is
    -- named, for a second device of its account. It is worth what the key is that it was made with.
    CREATE TABLE passes (
        hash BLOB PRIMARY KEY,
        account_id TEXT NOT NULL REFERENCES accounts ON DELETE CASCADE,
        task_id TEXT REFERENCES tasks ON DELETE CASCADE,
        -- Absent where it was made with something that is not stored.
        key_hash BLOB REFERENCES keys ON DELETE CASCADE,
        label TEXT NOT NULL,
        budget_id TEXT NOT NULL,
        -- When that with which it was made ends.
        credential_expires_ms INTEGER,
        expires_ms INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX passes_by_account ON passes (account_id);
    CREATE INDEX passes_by_task ON passes (task_id);
    CREATE INDEX passes_by_key ON passes (key_hash);
    CREATE INDEX passes_by_expiry ON passes (expires_ms);
",
    "
    -- Somebody whom an identity provider vouches for, as it calls itself and them.
    ALTER TABLE accounts ADD COLUMN issuer TEXT;
    ALTER TABLE accounts ADD COLUMN subject TEXT;
    CREATE UNIQUE INDEX accounts_by_subject ON accounts (issuer, subject)
        WHERE subject IS NOT NULL;
",
    "
    -- The purse of somebody whom an identity provider vouches for was called by a plain hash of who
    -- they are, which whoever guessed that could make as well. It is keyed from here on; what was
    -- called so goes, and with it what such people have spent of this day.
    CREATE TABLE person_key (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        key BLOB NOT NULL
    ) STRICT;
    INSERT INTO person_key VALUES (1, randomblob(32));
    DELETE FROM spending WHERE budget_id LIKE 'person!_%' ESCAPE '!';
    UPDATE tasks SET budget_id = NULL WHERE budget_id LIKE 'person!_%' ESCAPE '!';
    DELETE FROM passes WHERE budget_id LIKE 'person!_%' ESCAPE '!';
    -- The provider's key that signed what a pass was made with.
    ALTER TABLE passes ADD COLUMN signed_with TEXT;
",
    "
    -- What a reader told the operator of a reading: that it was bad, with a word why, which may be
    -- empty; and whether the operator may read it.
    CREATE TABLE reports (
        report_id INTEGER PRIMARY KEY AUTOINCREMENT,
        task_id TEXT NOT NULL UNIQUE REFERENCES tasks ON DELETE CASCADE,
        reason TEXT NOT NULL,
        with_reading INTEGER NOT NULL,
        reported_ms INTEGER NOT NULL
    ) STRICT;
",
    "
    -- The reading that a question follows: it is asked of the same lot, knows that reading, and goes
    -- with it. A reading has one such question, not counting those that came to no reading.
    ALTER TABLE tasks ADD COLUMN follows TEXT REFERENCES tasks ON DELETE CASCADE;
    CREATE UNIQUE INDEX tasks_followed_once ON tasks (follows)
        WHERE follows IS NOT NULL AND status NOT IN ('cancelled', 'failed');
    CREATE INDEX tasks_by_followed ON tasks (follows) WHERE follows IS NOT NULL;
",
];

/// The version of a database; 0 for one that is empty or not ours.
pub(super) fn version(connection: &Connection) -> Result<i64, rusqlite::Error> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

fn has_tables(connection: &Connection) -> Result<bool, rusqlite::Error> {
    let sql = "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table')";
    connection.query_row(sql, [], |row| row.get(0))
}

/// Refuses what a newer version has written.
pub(super) fn check(version: i64) -> Result<(), StoreError> {
    match usize::try_from(version) {
        Ok(version) if version <= MIGRATIONS.len() => Ok(()),
        Ok(_) | Err(_) => Err(StoreError::TooNew(version)),
    }
}

/// Brings the database to the present version, in one transaction a step.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    loop {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let version = version(&transaction)?;
        let done = usize::try_from(version).unwrap_or(usize::MAX);
        if done == MIGRATIONS.len() {
            return Ok(());
        }
        if done == 0 && has_tables(&transaction)? {
            return Err(StoreError::Foreign);
        }
        let step = MIGRATIONS.get(done).ok_or(StoreError::TooNew(version))?;
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", version + 1)?;
        transaction.commit()?;
    }
}
