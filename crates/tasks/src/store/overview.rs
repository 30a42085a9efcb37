//! What is known of all tasks together: counts, the queue, histories.

use rusqlite::params;

use super::{
    Store, StoreError,
    row::{COLUMNS, TaskRow, parsed, task_row},
};
use crate::{
    AccountId, Event, Status, TaskId,
    estimate::{REMEMBERED, Took},
    event::decode,
};

impl Store {
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

    /// What the last readings took that one worker made without a break, the last one first.
    pub(crate) async fn took_lately(&self) -> Result<Vec<Took>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT events.data FROM tasks JOIN events
                    ON events.task_id = tasks.task_id AND events.sequence = tasks.last_sequence
                 WHERE finished_ms IS NOT NULL AND status = ?1 AND epoch = 1
                 ORDER BY finished_ms DESC LIMIT ?2",
            )?;
            let ends = statement
                .query_map(params![Status::Completed.name(), REMEMBERED], |row| {
                    row.get(0)
                })?;
            let ends = ends.collect::<Result<Vec<String>, _>>()?;
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
            let mut statement = connection.prepare_cached(
                "SELECT task_id FROM tasks WHERE finished_ms IS NOT NULL
                 ORDER BY finished_ms DESC LIMIT ?1",
            )?;
            let ids = statement.query_map([tasks], |row| row.get(0))?;
            let ids = ids.collect::<Result<Vec<String>, _>>()?;
            let mut of_task = connection.prepare_cached(
                "SELECT data FROM events WHERE task_id = ?1
                    AND data NOT LIKE '{\"type\":\"lot\"%'",
            )?;
            let mut events = Vec::new();
            for id in &ids {
                let data = of_task.query_map([id], |row| row.get(0))?;
                let data = data.collect::<Result<Vec<String>, _>>()?;
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
}
