//! What is not kept: old readings, old idempotency keys, and traces of what was erased.

use std::time::Duration;

use tokio::{sync::oneshot, time::sleep};

use super::{
    Engine, Store, StoreError,
    connection::Row,
    submit::IDEMPOTENCY_MS,
    writer::{Job, Writer},
};
use crate::TaskId;

/// Tasks that are deleted in one transaction, so that nobody waits long for it.
const BATCH: u32 = 100;

/// How often an erasure tries to empty the log before it leaves that to later.
const EMPTYINGS: u32 = 20;

/// How long to wait for a reader to leave the log.
const BETWEEN_EMPTYINGS: Duration = Duration::from_millis(100);

impl Store {
    /// Deletes some of the tasks that finished before a moment, each with the question that follows
    /// it, however young that is; while it is unfinished, both stay. Returns what was deleted. When
    /// there are none any more, it returns none.
    pub(crate) async fn delete_finished(&self, before_ms: i64) -> Result<Vec<TaskId>, StoreError> {
        self.write(move |connection| {
            let sql = format!(
                "SELECT tasks.task_id, follow_up.task_id
                 FROM tasks LEFT JOIN tasks AS follow_up ON follow_up.follows = tasks.task_id
                 WHERE tasks.finished_ms < ?1 AND NOT EXISTS (SELECT 1 FROM tasks AS running
                    WHERE running.follows = tasks.task_id AND running.finished_ms IS NULL)
                 ORDER BY tasks.finished_ms LIMIT ?2{}",
                connection.either("", " FOR UPDATE OF tasks SKIP LOCKED")
            );
            let values = [before_ms.into(), BATCH.into()];
            let pair = |row: &Row<'_>| Ok((row.text(0)?, row.maybe_text(1)?));
            let mut gone = Vec::new();
            for (old, follow_up) in connection.rows(&sql, &values, pair)? {
                connection.execute("DELETE FROM tasks WHERE task_id = ?1", &[(&old).into()])?;
                gone.extend([Some(old), follow_up].into_iter().flatten());
            }
            Ok(gone.iter().filter_map(|id| id.parse().ok()).collect())
        })
        .await
    }

    /// Deletes idempotency keys that stand for nothing any more.
    pub(crate) async fn delete_idempotency(&self, now_ms: i64) -> Result<usize, StoreError> {
        self.write(move |connection| {
            connection.execute(
                "DELETE FROM idempotency WHERE created_ms <= ?1",
                &[(now_ms - IDEMPOTENCY_MS).into()],
            )
        })
        .await
    }

    /// Empties the write-ahead log, which would keep what was erased until it is written over.
    /// Says whether it could; somebody who reads for long, such as a backup, can be in the way. The
    /// log of a server is its operator's.
    pub(crate) async fn empty_log(&self) -> Result<bool, StoreError> {
        let Engine::Embedded(embedded) = &self.engine else {
            return Ok(true);
        };
        if embedded.is_in_memory() {
            return Ok(true);
        }
        for _ in 0..EMPTYINGS {
            let (answer, answered) = oneshot::channel();
            let job = Job::Empty(Box::new(|outcome| {
                // The caller may have gone; then nobody wants to know.
                let _ = answer.send(outcome);
            }));
            embedded.writer.hand_over(job).await?;
            if answered.await.map_err(|_| StoreError::Closed)?? {
                return Ok(true);
            }
            if let Writer::Inline { .. } = embedded.writer {
                // On one thread nobody leaves while we wait.
                break;
            }
            sleep(BETWEEN_EMPTYINGS).await;
        }
        Ok(false)
    }
}
