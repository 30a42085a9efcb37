//! What is known of all tasks together: counts, the queue, histories, and what the operator sees.

use std::{fs, path::Path};

use schemars::JsonSchema;
use serde::Serialize;

use super::{
    Store, StoreError,
    audit::record,
    connection::{Connection, Row},
    log::{self, Stored},
    row::{COLUMNS, TaskRow, task_row},
};
use crate::{
    AccountId, Act, Asker, Event, Status, TaskId,
    estimate::{REMEMBERED, Took},
    event::decode,
};

/// How many finished tasks are looked through for those that failed.
const LOOKED_THROUGH: u32 = 1000;

/// The questions that wait for a worker.
pub(crate) struct Waiting {
    pub queued: u64,
    pub oldest_created_ms: Option<i64>,
}

/// What the database takes of its disk, in bytes; what cannot be told is absent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Storage {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database_bytes: Option<u64>,
    /// The write-ahead log, which is a part of the database.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_bytes: Option<u64>,
    /// What is left on the disk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub free_bytes: Option<u64>,
}

/// A task that is not finished, without what it says.
pub(crate) struct UnfinishedRow {
    pub task_id: TaskId,
    pub asker: Asker,
    pub status: Status,
    pub attempts: u32,
    pub calls: u32,
    pub sections: u32,
    pub created_ms: i64,
    pub started_ms: Option<i64>,
}

/// A task that failed, without what it says.
pub(crate) struct FailedRow {
    pub task_id: TaskId,
    pub asker: Asker,
    pub code: String,
    pub attempts: u32,
    pub finished_ms: i64,
}

impl Store {
    /// Whether the database answers.
    pub(crate) async fn check(&self) -> Result<(), StoreError> {
        self.read(|connection| connection.one("SELECT 1", &[], |_| Ok(())))
            .await
    }

    /// How many tasks there are, by status.
    pub(crate) async fn counts(&self) -> Result<Vec<(Status, u64)>, StoreError> {
        self.read(|connection| {
            let sql = "SELECT status, count(*) FROM tasks GROUP BY status";
            connection.rows(sql, &[], |row| {
                Ok((row.parsed(0, Status::from_name)?, row.number(1)?))
            })
        })
        .await
    }

    /// What the last readings took that one worker made without a break, the last one first.
    pub(crate) async fn took_lately(&self) -> Result<Vec<Took>, StoreError> {
        self.read(|connection| {
            let ends = connection.rows(
                "SELECT events.data FROM tasks JOIN events
                    ON events.task_id = tasks.task_id AND events.sequence = tasks.last_sequence
                 WHERE finished_ms IS NOT NULL AND status = ?1 AND epoch = 1
                 ORDER BY finished_ms DESC LIMIT ?2",
                &[Status::Completed.name().into(), REMEMBERED.into()],
                |row| row.text(0),
            )?;
            let took = ends.iter().filter_map(|data| match decode(data) {
                Ok(Event::Complete { result }) => Took::of(&result),
                // What cannot be read says nothing here; whoever reads that task is told.
                Ok(_) | Err(_) => None,
            });
            Ok(took.collect())
        })
        .await
    }

    /// The events of the tasks that finished last, and how many these are. What cannot be read is
    /// left out; whoever reads that task is told.
    pub(crate) async fn last_events(&self, tasks: u32) -> Result<(u64, Vec<Event>), StoreError> {
        self.read(move |connection| {
            let ids = connection.rows(
                "SELECT task_id FROM tasks WHERE finished_ms IS NOT NULL
                 ORDER BY finished_ms DESC LIMIT ?1",
                &[tasks.into()],
                |row| row.text(0),
            )?;
            let mut events = Vec::new();
            for id in &ids {
                let data = connection.rows(
                    "SELECT data FROM events WHERE task_id = ?1
                        AND data NOT LIKE '{\"type\":\"lot\"%'",
                    &[id.into()],
                    |row| row.text(0),
                )?;
                events.extend(data.iter().filter_map(|data| decode(data).ok()));
            }
            Ok((ids.len() as u64, events))
        })
        .await
    }

    /// An account's tasks, newest first, older than `before`.
    pub(crate) async fn history(
        &self,
        account_id: AccountId,
        before: Option<TaskId>,
        limit: u32,
    ) -> Result<Vec<TaskRow>, StoreError> {
        self.read(move |connection| {
            let sql = format!(
                "SELECT {COLUMNS} FROM tasks WHERE account_id = ?1 AND task_id < ?2
                 ORDER BY task_id DESC LIMIT ?3"
            );
            // Every identifier comes before this.
            let before = before.map_or_else(|| "z".to_owned(), |task_id| task_id.to_string());
            connection.rows(
                &sql,
                &[account_id.into(), before.into(), limit.into()],
                task_row,
            )
        })
        .await
    }

    /// How many questions wait, and since when the first of them.
    pub(crate) async fn waiting(&self) -> Result<Waiting, StoreError> {
        self.read(|connection| {
            let length = connection.either("(SELECT length FROM queue)", "count(*)");
            let sql =
                format!("SELECT {length}, min(created_ms) FROM tasks WHERE status = 'queued'");
            connection.one(&sql, &[], |row| {
                Ok(Waiting {
                    queued: row.number(0)?,
                    oldest_created_ms: row.maybe_number(1)?,
                })
            })
        })
        .await
    }

    /// What is being worked on, the longest first, and what waits, the next one first; so many of
    /// each at most. What cannot be read is left out.
    pub(crate) async fn unfinished_rows(
        &self,
        most: u32,
    ) -> Result<Vec<UnfinishedRow>, StoreError> {
        self.read(move |connection| {
            let mut rows = Vec::new();
            for which in [
                "holder IS NOT NULL ORDER BY started_ms",
                "status = 'queued' ORDER BY tasks.turn, arrival",
            ] {
                let sql = format!(
                    "SELECT task_id, status, attempts, calls, tasks.created_ms, started_ms,
                        (SELECT count(*) FROM events WHERE events.task_id = tasks.task_id
                            AND data LIKE '{{\"type\":\"section_completed\"%'),
                        kind, subject IS NOT NULL, name
                     FROM tasks JOIN accounts USING (account_id) WHERE {which} LIMIT ?1"
                );
                let found =
                    connection.rows(&sql, &[most.into()], |row| Ok(unfinished(row).ok()))?;
                rows.extend(found.into_iter().flatten());
            }
            Ok(rows)
        })
        .await
    }

    /// What failed lately, the last one first. What cannot be read is left out.
    pub(crate) async fn failed_rows(&self, most: u32) -> Result<Vec<FailedRow>, StoreError> {
        self.read(move |connection| {
            let found = connection.rows(
                "SELECT task_id, attempts, finished_ms, data, kind, subject IS NOT NULL, name
                 FROM (SELECT * FROM tasks WHERE finished_ms IS NOT NULL
                        ORDER BY finished_ms DESC LIMIT ?1) AS finished
                    JOIN accounts USING (account_id)
                    JOIN events USING (task_id)
                 WHERE status = 'failed' AND sequence = last_sequence
                 ORDER BY finished_ms DESC LIMIT ?2",
                &[LOOKED_THROUGH.into(), most.into()],
                |row| Ok(failed(row).ok()),
            )?;
            Ok(found.into_iter().flatten().collect())
        })
        .await
    }

    /// Ends anybody's task as cancelled, and records who did it. Returns its status, and the event
    /// if it was this that ended it.
    pub(crate) async fn cancel_recorded(
        &self,
        task_id: TaskId,
        actor: String,
        now_ms: i64,
    ) -> Result<Option<(Status, Option<Stored>)>, StoreError> {
        self.write(move |connection| {
            let locked = connection.for_update();
            let Some(row) = log::anybodys_row(connection, task_id, locked)? else {
                return Ok(None);
            };
            let ended = log::cancel(connection, &row, now_ms)?;
            if ended.1.is_some() {
                let words = (actor.as_str(), &*task_id.to_string());
                record(connection, now_ms, Act::TaskCancelled, words)?;
            }
            Ok(Some(ended))
        })
        .await
    }

    /// What the database takes of its disk; of a server only itself can be told.
    pub(crate) async fn storage(&self) -> Result<Storage, StoreError> {
        self.read(|connection| match connection {
            Connection::Embedded(embedded) => {
                Ok(embedded.path().map(storage_at).unwrap_or_default())
            }
            Connection::Postgres(_) => {
                let sql = "SELECT pg_database_size(current_database())";
                Ok(Storage {
                    database_bytes: connection.one(sql, &[], |row| row.maybe_number(0))?,
                    ..Storage::default()
                })
            }
        })
        .await
    }
}

fn unfinished(row: &Row<'_>) -> Result<UnfinishedRow, StoreError> {
    Ok(UnfinishedRow {
        task_id: row.id(0)?,
        status: row.parsed(1, Status::from_name)?,
        attempts: row.number(2)?,
        calls: row.number(3)?,
        created_ms: row.number(4)?,
        started_ms: row.maybe_number(5)?,
        sections: row.number(6)?,
        asker: asker(row, 7)?,
    })
}

fn failed(row: &Row<'_>) -> Result<FailedRow, StoreError> {
    let code = match decode(&row.text(3)?) {
        Ok(Event::Error { code, .. }) => code,
        Ok(_) | Err(_) => "internal".to_owned(),
    };
    Ok(FailedRow {
        task_id: row.id(0)?,
        attempts: row.number(1)?,
        finished_ms: row.number(2)?,
        code,
        asker: asker(row, 4)?,
    })
}

fn storage_at(path: &str) -> Storage {
    let bytes = |path: &str| Some(fs::metadata(path).ok()?.len());
    // A database in memory has an empty path, and no disk.
    let folder = Path::new(path).parent();
    let disk = folder.and_then(|folder| rustix::fs::statvfs(folder).ok());
    Storage {
        database_bytes: bytes(path),
        log_bytes: bytes(&format!("{path}-wal")),
        free_bytes: disk.map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize)),
    }
}

/// Who asked; three columns from this one on tell it.
fn asker(row: &Row<'_>, column: usize) -> Result<Asker, StoreError> {
    let kind = row.text(column)?;
    Ok(match (kind.as_str(), row.flag(column + 1)?) {
        ("guest", _) => Asker::Guest,
        (_, true) => Asker::Person,
        (_, false) => Asker::Account {
            name: row.text(column + 2)?,
        },
    })
}
