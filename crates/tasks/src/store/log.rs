//! The log of a task: claimed by a worker, written under its epoch, read by everyone.

use super::{
    Store, StoreError,
    connection::{Connection, Lock},
    follow_up,
    row::{COLUMNS, TaskRow, task_row},
};
use crate::{
    AccountId, Event, Status, TaskId,
    event::{decode, encode},
};

/// A durable event as it is stored and sent.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub sequence: u64,
    pub data: String,
}

/// What a worker appends to the log of its task.
#[derive(Debug, Clone)]
pub(crate) struct Append {
    pub claim: Claim,
    /// The last event that this worker knows of.
    pub after: u64,
    pub events: Vec<Event>,
    pub spent: Spent,
    pub now_ms: i64,
}

/// Who writes: a worker that claimed the task under this epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Claim {
    pub task_id: TaskId,
    pub epoch: u64,
    pub attempt: u32,
}

/// What an erasure came to.
pub(crate) enum Erased {
    /// The task, and what followed it.
    All(Vec<TaskId>),
    /// The task, or what follows it, is unfinished; nothing was erased.
    Running(TaskId),
    NotFound,
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

/// What a worker has counted, written along with its events.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Spent {
    pub calls: u32,
    /// More tokens than were counted before; fewer, when a call wrote less than it was let.
    pub tokens: i64,
    /// Time in calls.
    pub called_ms: u64,
    pub first_token_ms: Option<i64>,
    pub input_tokens: u64,
    pub output_tokens: u64,
}

impl Store {
    /// Appends events under a claim; a terminal one finishes the task with them. Returns them as
    /// stored. Doing it again, because the answer was lost, appends them once.
    pub(crate) async fn append(&self, append: Append) -> Result<Vec<Stored>, WriteError> {
        self.write(move |connection| {
            let Append {
                claim,
                after,
                events,
                spent,
                now_ms,
            } = append;
            let held = connection.execute(
                "UPDATE tasks SET last_sequence = last_sequence + ?3, calls = calls + ?4,
                    first_token_ms = coalesce(first_token_ms, ?5),
                    input_tokens = input_tokens + ?6, output_tokens = output_tokens + ?7,
                    tokens = CASE WHEN tokens + ?9 < 0 THEN 0 ELSE tokens + ?9 END,
                    called_ms = called_ms + ?10
                 WHERE task_id = ?1 AND epoch = ?2 AND finished_ms IS NULL
                    AND last_sequence = ?8",
                &[
                    claim.task_id.into(),
                    claim.epoch.into(),
                    events.len().into(),
                    spent.calls.into(),
                    spent.first_token_ms.into(),
                    spent.input_tokens.into(),
                    spent.output_tokens.into(),
                    after.into(),
                    spent.tokens.into(),
                    spent.called_ms.into(),
                ],
            )?;
            if held == 0 {
                return appended_before(connection, claim, after, events.len());
            }
            for event in &events {
                set_status(connection, claim.task_id, event, now_ms)?;
            }
            Ok(insert(
                connection,
                claim.task_id,
                after + 1,
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
            Ok(Some(cancel(connection, &row, now_ms)?))
        })
        .await
    }

    /// The row and all events of a task as of one moment.
    pub(crate) async fn task_and_events(
        &self,
        task_id: TaskId,
    ) -> Result<Option<(TaskRow, Vec<Stored>)>, StoreError> {
        self.read(move |connection| {
            let Some(row) = anybodys_row(connection, task_id, "")? else {
                return Ok(None);
            };
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

    /// Erases a finished task with everything that belongs to it, the question that follows it
    /// included.
    pub(crate) async fn erase(
        &self,
        account_id: AccountId,
        task_id: TaskId,
    ) -> Result<Erased, StoreError> {
        self.write(move |connection| {
            // Who erases all of the account takes the two in any order.
            connection.lock(Lock::Account(account_id))?;
            let Some(row) = owned(connection, account_id, task_id)? else {
                return Ok(Erased::NotFound);
            };
            let mut all = vec![(task_id, row.finished_ms.is_some())];
            all.extend(follow_up::all(connection, task_id)?);
            if let Some((running, _)) = all.iter().find(|(_, has_ended)| !has_ended) {
                return Ok(Erased::Running(*running));
            }
            connection.execute("DELETE FROM tasks WHERE task_id = ?1", &[task_id.into()])?;
            Ok(Erased::All(all.into_iter().map(|(id, _)| id).collect()))
        })
        .await
    }
}

/// What the same append has stored already.
fn appended_before(
    connection: &Connection<'_>,
    claim: Claim,
    after: u64,
    events: usize,
) -> Result<Vec<Stored>, WriteError> {
    let is_stored = connection.one(
        "SELECT EXISTS (SELECT 1 FROM tasks
         WHERE task_id = ?1 AND epoch = ?2 AND last_sequence = ?3)",
        &[
            claim.task_id.into(),
            claim.epoch.into(),
            (after + events as u64).into(),
        ],
        |row| row.flag(0),
    )?;
    if events > 0 && is_stored {
        Ok(events_after(connection, claim.task_id, after)?)
    } else {
        Err(WriteError::Fenced)
    }
}

/// Ends a task as cancelled, unless it has ended. Returns its status, and the event if this ended it.
/// Nobody changes the row meanwhile.
pub(super) fn cancel(
    connection: &Connection<'_>,
    row: &TaskRow,
    now_ms: i64,
) -> Result<(Status, Option<Stored>), StoreError> {
    if row.finished_ms.is_some() {
        return Ok((row.status, None));
    }
    connection.execute(
        "UPDATE tasks SET epoch = epoch + 1, last_sequence = last_sequence + 1
         WHERE task_id = ?1",
        &[row.task_id.into()],
    )?;
    set_status(connection, row.task_id, &Event::Cancelled {}, now_ms)?;
    let sequence = row.last_sequence + 1;
    let events = [Event::Cancelled {}];
    let written = insert(connection, row.task_id, sequence, row.attempts, &events)?;
    Ok((Status::Cancelled, written.into_iter().next()))
}

/// Writes events from a sequence number on; the caller has raised `last_sequence`.
pub(super) fn insert(
    connection: &Connection<'_>,
    task_id: TaskId,
    first: u64,
    attempt: u32,
    events: &[Event],
) -> Result<Vec<Stored>, StoreError> {
    let mut stored = Vec::with_capacity(events.len());
    for (sequence, event) in (first..).zip(events) {
        let data = encode(event, task_id, attempt);
        connection.execute(
            "INSERT INTO events (task_id, sequence, data) VALUES (?1, ?2, ?3)",
            &[task_id.into(), sequence.into(), (&data).into()],
        )?;
        stored.push(Stored { sequence, data });
    }
    Ok(stored)
}

/// The status column follows the events, in the same transaction.
fn set_status(
    connection: &Connection<'_>,
    task_id: TaskId,
    event: &Event,
    now_ms: i64,
) -> Result<(), StoreError> {
    let (status, finished) = match (event, event.final_status()) {
        (_, Some(status)) => (status, Some(now_ms)),
        (Event::Status { status, .. }, None) => (*status, None),
        (_, None) => return Ok(()),
    };
    connection.execute(
        "UPDATE tasks SET status = ?2, finished_ms = ?3,
            holder = CASE WHEN CAST(?3 AS BIGINT) IS NULL THEN holder END
         WHERE task_id = ?1",
        &[task_id.into(), status.name().into(), finished.into()],
    )?;
    Ok(())
}

/// The row of a task, whoever it belongs to. `locked` is what keeps it as it is, or nothing.
pub(super) fn anybodys_row(
    connection: &Connection<'_>,
    task_id: TaskId,
    locked: &str,
) -> Result<Option<TaskRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM tasks WHERE task_id = ?1{locked}");
    connection.row(&sql, &[task_id.into()], task_row)
}

/// The row of a task of this account, which nobody changes before the transaction ends.
pub(super) fn owned(
    connection: &Connection<'_>,
    account_id: AccountId,
    task_id: TaskId,
) -> Result<Option<TaskRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM tasks WHERE task_id = ?1 AND account_id = ?2{}",
        connection.for_update()
    );
    connection.row(&sql, &[task_id.into(), account_id.into()], task_row)
}

fn events_after(
    connection: &Connection<'_>,
    task_id: TaskId,
    sequence: u64,
) -> Result<Vec<Stored>, StoreError> {
    connection.rows(
        "SELECT sequence, data FROM events WHERE task_id = ?1 AND sequence > ?2 ORDER BY sequence",
        &[task_id.into(), sequence.into()],
        |row| {
            Ok(Stored {
                sequence: row.number(0)?,
                data: row.text(1)?,
            })
        },
    )
}

/// Reads the events of a log.
pub(crate) fn decoded(events: &[Stored]) -> Result<Vec<Event>, StoreError> {
    events
        .iter()
        .map(|stored| Ok(decode(&stored.data)?))
        .collect()
}
