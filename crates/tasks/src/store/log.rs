//! The log of a task: claimed by a worker, written under its epoch, read by everyone.

use kaucim_fortune::Language;
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};

use super::{Store, StoreError};
use crate::{
    AccountId, Event, Status, TaskId,
    event::{decode, encode},
};

/// The row of a task: everything about it that is not in its events.
#[derive(Debug, Clone)]
pub(crate) struct TaskRow {
    pub task_id: TaskId,
    pub account_id: AccountId,
    pub status: Status,
    pub epoch: u64,
    pub attempts: u32,
    pub calls: u32,
    pub input_tokens: u64,
    pub output_tokens: u64,
    pub last_sequence: u64,
    pub deity_id: String,
    pub fortune_number: u32,
    pub question: String,
    pub language: Language,
    pub context: String,
    pub created_ms: i64,
    pub started_ms: Option<i64>,
    pub first_token_ms: Option<i64>,
    pub finished_ms: Option<i64>,
}

const COLUMNS: &str = "task_id, account_id, status, epoch, attempts, calls, input_tokens,
    output_tokens, last_sequence, deity_id, fortune_number, question, language, context,
    created_ms, started_ms, first_token_ms, finished_ms";

/// A durable event as it is stored and sent.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub sequence: u64,
    pub data: String,
}

/// Who writes: a worker that claimed the task under this epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Claim {
    pub task_id: TaskId,
    pub epoch: u64,
    pub attempt: u32,
}

/// Why a worker's write is refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WriteError {
    /// Somebody else holds the task now, or it is finished. Nothing was written.
    #[error("the task is no longer held by this worker")]
    Fenced,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for WriteError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// What a worker has counted, written along with its events.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Spent {
    pub calls: u32,
    pub first_token_ms: Option<i64>,
    pub input_tokens: u64,
    pub output_tokens: u64,
}

impl Store {
    /// Gives everything that was running back to the queue. For the start of the only server.
    pub(crate) async fn reclaim(&self) -> Result<usize, StoreError> {
        self.write(|connection| {
            Ok(connection.execute(
                "UPDATE tasks SET status = 'queued'
                 WHERE finished_ms IS NULL AND status <> 'queued'",
                [],
            )?)
        })
        .await
    }

    /// Takes the oldest queued task: raises its epoch and counts the attempt before it is made.
    pub(crate) async fn claim(&self, now_ms: i64) -> Result<Option<TaskRow>, StoreError> {
        self.write(move |connection| {
            let sql = format!(
                "UPDATE tasks SET status = 'retrieving', epoch = epoch + 1,
                    attempts = attempts + 1, started_ms = coalesce(started_ms, ?1)
                 WHERE task_id = (SELECT task_id FROM tasks
                    WHERE status = 'queued' AND finished_ms IS NULL ORDER BY task_id LIMIT 1)
                 RETURNING {COLUMNS}"
            );
            Ok(connection
                .prepare_cached(&sql)?
                .query_row([now_ms], task_row)
                .optional()?)
        })
        .await
    }

    /// Puts a claimed task back, uncounted, for the next start.
    pub(crate) async fn release(&self, claim: Claim) -> Result<(), StoreError> {
        self.write(move |connection| {
            connection.execute(
                "UPDATE tasks SET status = 'queued', attempts = attempts - 1, epoch = epoch + 1
                 WHERE task_id = ?1 AND epoch = ?2 AND finished_ms IS NULL",
                params![claim.task_id.to_string(), claim.epoch],
            )?;
            Ok(())
        })
        .await
    }

    /// Puts a claimed task back after an attempt that counts.
    pub(crate) async fn requeue(&self, claim: Claim) -> Result<(), StoreError> {
        self.write(move |connection| {
            connection.execute(
                "UPDATE tasks SET status = 'queued', epoch = epoch + 1
                 WHERE task_id = ?1 AND epoch = ?2 AND finished_ms IS NULL",
                params![claim.task_id.to_string(), claim.epoch],
            )?;
            Ok(())
        })
        .await
    }

    /// Appends events under a claim; a terminal one finishes the task with them. Returns them as
    /// stored.
    pub(crate) async fn append(
        &self,
        claim: Claim,
        events: Vec<Event>,
        spent: Spent,
        now_ms: i64,
    ) -> Result<Vec<Stored>, WriteError> {
        self.write(move |connection| {
            let last: Option<u64> = connection
                .prepare_cached(
                    "UPDATE tasks SET last_sequence = last_sequence + ?3, calls = calls + ?4,
                        first_token_ms = coalesce(first_token_ms, ?5),
                        input_tokens = input_tokens + ?6, output_tokens = output_tokens + ?7
                     WHERE task_id = ?1 AND epoch = ?2 AND finished_ms IS NULL
                     RETURNING last_sequence",
                )?
                .query_row(
                    params![
                        claim.task_id.to_string(),
                        claim.epoch,
                        events.len(),
                        spent.calls,
                        spent.first_token_ms,
                        spent.input_tokens,
                        spent.output_tokens,
                    ],
                    |row| row.get(0),
                )
                .optional()?;
            let Some(last) = last else {
                return Err(WriteError::Fenced);
            };
            let first = last + 1 - events.len() as u64;
            for event in &events {
                set_status(connection, claim.task_id, event, now_ms)?;
            }
            Ok(insert(
                connection,
                claim.task_id,
                first,
                claim.attempt,
                &events,
            )?)
        })
        .await
    }

    /// Ends an unfinished task as cancelled and raises its epoch, so that its worker is refused.
    /// Returns the status that the task has for good, and the event if this call wrote it.
    pub(crate) async fn cancel(
        &self,
        account_id: AccountId,
        task_id: TaskId,
        now_ms: i64,
    ) -> Result<Option<(Status, Option<Stored>)>, StoreError> {
        self.write(move |connection| {
            let Some(row) = owned(connection, account_id, task_id)? else {
                return Ok(None);
            };
            if row.finished_ms.is_some() {
                return Ok(Some((row.status, None)));
            }
            connection.execute(
                "UPDATE tasks SET epoch = epoch + 1, last_sequence = last_sequence + 1
                 WHERE task_id = ?1",
                [task_id.to_string()],
            )?;
            set_status(connection, task_id, &Event::Cancelled {}, now_ms)?;
            let sequence = row.last_sequence + 1;
            let written = insert(
                connection,
                task_id,
                sequence,
                row.attempts,
                &[Event::Cancelled {}],
            )?;
            Ok(Some((Status::Cancelled, written.into_iter().next())))
        })
        .await
    }

    /// The row and all events of a task as of one moment.
    pub(crate) async fn task_and_events(
        &self,
        task_id: TaskId,
    ) -> Result<Option<(TaskRow, Vec<Stored>)>, StoreError> {
        self.read(move |connection| {
            let sql = format!("SELECT {COLUMNS} FROM tasks WHERE task_id = ?1");
            let row = connection
                .prepare_cached(&sql)?
                .query_row([task_id.to_string()], task_row)
                .optional()?;
            let Some(row) = row else { return Ok(None) };
            let events = events_after(connection, task_id, 0)?;
            Ok(Some((row, events)))
        })
        .await
    }

    /// The events of a task after a sequence number, in order.
    pub(crate) async fn events_after(
        &self,
        task_id: TaskId,
        sequence: u64,
    ) -> Result<Vec<Stored>, StoreError> {
        self.read(move |connection| events_after(connection, task_id, sequence))
            .await
    }

    /// Whether the database answers.
    pub(crate) async fn check(&self) -> Result<(), StoreError> {
        self.read(|connection| Ok(connection.query_row("SELECT 1", [], |_| Ok(()))?))
            .await
    }

    /// How many tasks there are, by status.
    pub(crate) async fn counts(&self) -> Result<Vec<(Status, u64)>, StoreError> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT status, count(*) FROM tasks GROUP BY status")?;
            let rows = statement.query_map([], |row| {
                Ok((parsed(row, 0, Status::from_name)?, row.get(1)?))
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// Queued tasks that are older than this one.
    pub(crate) async fn queued_before(&self, task_id: TaskId) -> Result<u64, StoreError> {
        self.read(move |connection| {
            Ok(connection
                .prepare_cached(
                    "SELECT count(*) FROM tasks
                     WHERE status = 'queued' AND finished_ms IS NULL AND task_id < ?1",
                )?
                .query_row([task_id.to_string()], |row| row.get(0))?)
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
                "SELECT {COLUMNS} FROM tasks WHERE account_id = ?1 AND (?2 IS NULL OR task_id < ?2)
                 ORDER BY task_id DESC LIMIT ?3"
            );
            let before = before.map(|task_id| task_id.to_string());
            let mut statement = connection.prepare_cached(&sql)?;
            let rows =
                statement.query_map(params![account_id.to_string(), before, limit], task_row)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// Erases a finished task with everything that belongs to it; says false when it is not
    /// finished, `None` when there is none.
    pub(crate) async fn erase(
        &self,
        account_id: AccountId,
        task_id: TaskId,
    ) -> Result<Option<bool>, StoreError> {
        self.write(move |connection| {
            let Some(row) = owned(connection, account_id, task_id)? else {
                return Ok(None);
            };
            if row.finished_ms.is_none() {
                return Ok(Some(false));
            }
            connection.execute(
                "DELETE FROM tasks WHERE task_id = ?1",
                [task_id.to_string()],
            )?;
            Ok(Some(true))
        })
        .await
    }
}

/// Writes events from a sequence number on; the caller has raised `last_sequence`.
pub(super) fn insert(
    connection: &Connection,
    task_id: TaskId,
    first: u64,
    attempt: u32,
    events: &[Event],
) -> Result<Vec<Stored>, rusqlite::Error> {
    let mut statement = connection
        .prepare_cached("INSERT INTO events (task_id, sequence, data) VALUES (?1, ?2, ?3)")?;
    let mut stored = Vec::with_capacity(events.len());
    for (sequence, event) in (first..).zip(events) {
        let data = encode(event, task_id, attempt);
        statement.execute(params![task_id.to_string(), sequence, data])?;
        stored.push(Stored { sequence, data });
    }
    Ok(stored)
}

/// The status column follows the events, in the same transaction.
fn set_status(
    connection: &Connection,
    task_id: TaskId,
    event: &Event,
    now_ms: i64,
) -> Result<(), rusqlite::Error> {
    let (status, finished) = match (event, event.final_status()) {
        (_, Some(status)) => (status, Some(now_ms)),
        (Event::Status { status, .. }, None) => (*status, None),
        (_, None) => return Ok(()),
    };
    connection
        .prepare_cached("UPDATE tasks SET status = ?2, finished_ms = ?3 WHERE task_id = ?1")?
        .execute(params![task_id.to_string(), status.name(), finished])?;
    Ok(())
}

fn owned(
    connection: &Connection,
    account_id: AccountId,
    task_id: TaskId,
) -> Result<Option<TaskRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM tasks WHERE task_id = ?1 AND account_id = ?2");
    let values: [&dyn ToSql; 2] = [&task_id.to_string(), &account_id.to_string()];
    Ok(connection
        .prepare_cached(&sql)?
        .query_row(values.as_slice(), task_row)
        .optional()?)
}

fn events_after(
    connection: &Connection,
    task_id: TaskId,
    sequence: u64,
) -> Result<Vec<Stored>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT sequence, data FROM events WHERE task_id = ?1 AND sequence > ?2 ORDER BY sequence",
    )?;
    let rows = statement.query_map(params![task_id.to_string(), sequence], |row| {
        Ok(Stored {
            sequence: row.get(0)?,
            data: row.get(1)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn task_row(row: &Row<'_>) -> Result<TaskRow, rusqlite::Error> {
    Ok(TaskRow {
        task_id: parsed(row, 0, |text| text.parse().ok())?,
        account_id: parsed(row, 1, |text| text.parse().ok())?,
        status: parsed(row, 2, Status::from_name)?,
        epoch: row.get(3)?,
        attempts: row.get(4)?,
        calls: row.get(5)?,
        input_tokens: row.get(6)?,
        output_tokens: row.get(7)?,
        last_sequence: row.get(8)?,
        deity_id: row.get(9)?,
        fortune_number: row.get(10)?,
        question: row.get(11)?,
        language: parsed(row, 12, |text| text.parse().ok())?,
        context: row.get(13)?,
        created_ms: row.get(14)?,
        started_ms: row.get(15)?,
        first_token_ms: row.get(16)?,
        finished_ms: row.get(17)?,
    })
}

fn parsed<T>(
    row: &Row<'_>,
    column: usize,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T, rusqlite::Error> {
    let text = row.get_ref(column)?.as_str()?;
    parse(text).ok_or(rusqlite::Error::InvalidColumnType(
        column,
        "a known value".to_owned(),
        rusqlite::types::Type::Text,
    ))
}

impl TaskRow {
    /// The claim under which this row was taken.
    pub(crate) fn claim(&self) -> Claim {
        Claim {
            task_id: self.task_id,
            epoch: self.epoch,
            attempt: self.attempts,
        }
    }
}

/// Reads the events of a log.
pub(crate) fn decoded(events: &[Stored]) -> Result<Vec<Event>, StoreError> {
    events
        .iter()
        .map(|stored| Ok(decode(&stored.data)?))
        .collect()
}
