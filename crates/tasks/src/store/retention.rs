//! What is not kept: old readings, old idempotency keys, and traces of what was erased.

use std::time::Duration;

use tokio::{sync::oneshot, time::sleep};

use super::{
    Engine, Store, StoreError,
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
    /// Deletes some of the tasks that finished before a moment; returns them. When there are none
    /// any more, it returns none.
    pub(crate) async fn delete_finished(&self, before_ms: i64) -> Result<Vec<TaskId>, StoreError> {
        self.write(move |connection| {
            let sql = format!(
                "DELETE FROM tasks WHERE task_id IN (SELECT task_id FROM tasks
                    WHERE finished_ms < ?1 ORDER BY finished_ms LIMIT ?2{})
                 RETURNING task_id",
                connection.skip_locked()
            );
            let values = [before_ms.into(), BATCH.into()];
            let ids = connection.rows(&sql, &values, |row| row.text(0))?;
            Ok(ids.iter().filter_map(|id| id.parse().ok()).collect())
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
