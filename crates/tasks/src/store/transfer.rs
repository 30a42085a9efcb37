//! From SQLite into a server: all of an installation, in one transaction.

use std::{
    io,
    path::{Path, PathBuf},
};

use rusqlite::{Connection as Sqlite, OpenFlags};

use super::{FolderLock, Store, StoreError, connection::Connection, embedded::database_of};

/// Rows that are sent at once.
const TOGETHER: u32 = 500;

/// Why an installation was not moved. Nothing was, then.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    #[error("{0} holds no database")]
    NoDatabase(PathBuf),
    #[error("a server uses the data folder")]
    InUse,
    #[error("the database server holds an installation already")]
    NotEmpty,
    #[error("could not use {0}")]
    Folder(PathBuf, #[source] io::Error),
    #[error("the database does not answer")]
    Store(#[from] StoreError),
}

/// A table, with its columns; those that hold bytes apart.
struct Table {
    name: &'static str,
    plain: &'static [&'static str],
    bytes: &'static [&'static str],
}

/// All that is moved, whoever is referred to first. What only counts or names holders is made anew.
const TABLES: &[Table] = &[
    Table {
        name: "accounts",
        plain: &[
            "account_id",
            "kind",
            "name",
            "created_ms",
            "turn",
            "issuer",
            "subject",
        ],
        bytes: &[],
    },
    Table {
        name: "keys",
        plain: &[
            "account_id",
            "name",
            "scopes",
            "created_ms",
            "expires_ms",
            "revoked_ms",
            "label",
            "budget_id",
        ],
        bytes: &["hash"],
    },
    Table {
        name: "tasks",
        plain: &[
            "task_id",
            "account_id",
            "end_user",
            "status",
            "epoch",
            "attempts",
            "calls",
            "input_tokens",
            "output_tokens",
            "last_sequence",
            "deity_id",
            "fortune_number",
            "question",
            "language",
            "context",
            "created_ms",
            "started_ms",
            "first_token_ms",
            "finished_ms",
            "turn",
            "arrival",
            "tokens",
            "called_ms",
            "day",
            "budget_id",
            "paid_as",
            "follows",
        ],
        bytes: &[],
    },
    Table {
        name: "events",
        plain: &["task_id", "sequence", "data"],
        bytes: &[],
    },
    Table {
        name: "idempotency",
        plain: &["account_id", "key", "task_id", "created_ms"],
        bytes: &["body_hash"],
    },
    Table {
        name: "draws",
        plain: &[
            "draw_id",
            "account_id",
            "end_user",
            "deity_id",
            "deck_id",
            "version",
            "count",
            "nonce",
            "number",
            "asked",
            "expires_ms",
        ],
        bytes: &["secret", "matter"],
    },
    Table {
        name: "matter_key",
        plain: &["one"],
        bytes: &["key"],
    },
    Table {
        name: "person_key",
        plain: &["one"],
        bytes: &["key"],
    },
    Table {
        name: "queue",
        plain: &["one", "turn"],
        bytes: &[],
    },
    Table {
        name: "passes",
        plain: &[
            "account_id",
            "task_id",
            "label",
            "budget_id",
            "credential_expires_ms",
            "signed_with",
            "expires_ms",
        ],
        bytes: &["hash", "key_hash"],
    },
    Table {
        name: "reports",
        plain: &["task_id", "reason", "with_reading", "reported_ms"],
        bytes: &[],
    },
    Table {
        name: "audit",
        plain: &["at_ms", "actor", "act", "object"],
        bytes: &[],
    },
    Table {
        name: "spending",
        plain: &["day", "budget_id", "readings", "tokens"],
        bytes: &[],
    },
];

impl Store {
    /// Copies the installation of a data folder, which no server may use, into this one, which must
    /// be on an empty server. What was running is queued again. Returns how many readings there are.
    pub async fn take_in(&self, folder: &Path) -> Result<u64, TransferError> {
        let database = database_of(folder);
        if !database.is_file() {
            return Err(TransferError::NoDatabase(folder.to_owned()));
        }
        let _lock = FolderLock::take(folder)
            .map_err(|error| TransferError::Folder(folder.to_owned(), error))?
            .ok_or(TransferError::InUse)?;
        // Whatever version has written it, it is of the present one then.
        drop(Self::open(folder)?);
        let tasks = self
            .write(move |connection| copy(&database, connection))
            .await?;
        self.reclaim().await?;
        Ok(tasks)
    }
}

fn copy(database: &Path, into: &Connection<'_>) -> Result<u64, TransferError> {
    let held = "SELECT EXISTS (SELECT 1 FROM accounts)";
    if into.one(held, &[], |row| row.flag(0))? {
        return Err(TransferError::NotEmpty);
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let source = Sqlite::open_with_flags(database, flags).map_err(StoreError::from)?;
    for made in ["queue", "matter_key", "person_key"] {
        into.execute(&format!("DELETE FROM {made}"), &[])?;
    }
    for table in TABLES {
        table.copy(&source, into)?;
    }
    into.one(
        "SELECT setval('arrivals', greatest(1, (SELECT max(arrival) FROM tasks)))",
        &[],
        |_| Ok(()),
    )?;
    Ok(into.one("SELECT count(*) FROM tasks", &[], |row| row.number(0))?)
}

impl Table {
    fn copy(&self, source: &Sqlite, into: &Connection<'_>) -> Result<(), StoreError> {
        let plain = self.plain.iter();
        let plain = plain.map(|column| format!("'{column}', {column}"));
        let bytes = self.bytes.iter().map(|column| {
            format!(
                "'{column}', CASE WHEN {column} IS NULL THEN NULL ELSE '\\x' || hex({column}) END"
            )
        });
        let values: Vec<String> = plain.chain(bytes).collect();
        let columns: Vec<&str> = self.plain.iter().chain(self.bytes).copied().collect();
        let (name, values, columns) = (self.name, values.join(", "), columns.join(", "));
        // The sums of days are few, and have no place to go on from.
        let is_sums = name == "spending";
        let from = if is_sums {
            format!("SELECT 1 AS place, json_object({values}) AS one FROM {name} WHERE ?1 < 1")
        } else {
            format!(
                "SELECT rowid AS place, json_object({values}) AS one FROM {name}
                 WHERE rowid > ?1 ORDER BY rowid LIMIT {TOGETHER}"
            )
        };
        let sql = format!("SELECT max(place), json_group_array(json(one)) FROM ({from})");
        let mut read = source.prepare(&sql)?;
        // On a server each of them is kept in parts.
        let (part, zero) = if is_sums { (", part", ", 0") } else { ("", "") };
        let write = format!(
            "INSERT INTO {name} ({columns}{part}) SELECT {columns}{zero}
             FROM json_populate_recordset(CAST(NULL AS {name}), CAST(?1 AS json))"
        );
        let mut place = 0;
        loop {
            let next = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get::<_, String>(1)?));
            let (end, rows): (Option<i64>, _) = read.query_row([place], next)?;
            let Some(end) = end else { return Ok(()) };
            into.execute(&write, &[rows.into()])?;
            place = end;
        }
    }
}
