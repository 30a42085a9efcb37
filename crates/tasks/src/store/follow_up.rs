//! One more question about a reading: which it follows, and that it is one.

use super::{Store, StoreError, connection::Connection, log};
use crate::{AccountId, Event, FollowUpRefusal, Status, TaskId, TaskResult};

impl Store {
    /// The question that follows a reading, not counting those that came to none.
    pub(crate) async fn follow_up_of(&self, task_id: TaskId) -> Result<Option<TaskId>, StoreError> {
        self.read(move |connection| counted(connection, task_id))
            .await
    }

    /// Stores a completed reading with the events that it adds up to. It has no turn, costs nothing
    /// and counts as nobody's.
    pub(crate) async fn bring_back(
        &self,
        account_id: AccountId,
        reading: TaskResult,
        events: Vec<Event>,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        self.write(move |connection| {
            connection.execute(
                "INSERT INTO tasks (task_id, account_id, status, last_sequence, deity_id,
                    fortune_number, question, language, context, created_ms, finished_ms, turn,
                    arrival, follows)
                 VALUES (?1, ?2, 'completed', ?3, ?4, ?5, ?6, ?7, '{}', ?8, ?8, 0, 0, ?9)",
                &[
                    reading.task_id.into(),
                    account_id.into(),
                    events.len().into(),
                    (&reading.lot.deity_id).into(),
                    reading.lot.number.into(),
                    (&reading.question).into(),
                    reading.language.code().into(),
                    now_ms.into(),
                    reading.follows.into(),
                ],
            )?;
            log::insert(connection, reading.task_id, 1, reading.attempts, &events)?;
            Ok(())
        })
        .await
    }
}

/// Refuses to let a question follow this task, unless it is a completed reading of the account that
/// has been followed by none and follows none. Nobody changes that before the transaction ends.
pub(super) fn refuse(
    connection: &Connection<'_>,
    account_id: AccountId,
    first: TaskId,
) -> Result<Result<(), FollowUpRefusal>, StoreError> {
    let Some(row) = log::owned(connection, account_id, first)? else {
        return Ok(Err(FollowUpRefusal::NotFound));
    };
    if row.follows.is_some() {
        return Ok(Err(FollowUpRefusal::Asked(first)));
    }
    Ok(match row.status {
        Status::Queued | Status::Retrieving | Status::Generating => {
            Err(FollowUpRefusal::Running(first))
        }
        Status::Failed | Status::Cancelled => Err(FollowUpRefusal::NoReading(first)),
        Status::Completed => match counted(connection, first)? {
            Some(asked) => Err(FollowUpRefusal::Asked(asked)),
            None => Ok(()),
        },
    })
}

/// The words are those of the unique index that sees to it that there is one.
fn counted(connection: &Connection<'_>, first: TaskId) -> Result<Option<TaskId>, StoreError> {
    connection.row(
        "SELECT task_id FROM tasks WHERE follows = ?1 AND status NOT IN ('cancelled', 'failed')",
        &[first.into()],
        |row| row.id(0),
    )
}

/// All that follow a reading, and whether they have ended. Nobody changes them before the
/// transaction ends.
pub(super) fn all(
    connection: &Connection<'_>,
    first: TaskId,
) -> Result<Vec<(TaskId, bool)>, StoreError> {
    let sql = format!(
        "SELECT task_id, finished_ms IS NOT NULL FROM tasks WHERE follows = ?1{}",
        connection.for_update()
    );
    connection.rows(&sql, &[first.into()], |row| Ok((row.id(0)?, row.flag(1)?)))
}
