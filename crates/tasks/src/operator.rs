//! What an operator sees of single tasks, and does to them: whose, where, since when; no words.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    LookupError, Phase, Status, StoreError, TaskId, Tasks,
    overview::gone_ms,
    store::overview::{FailedRow, UnfinishedRow},
    tasks::timestamp,
};

/// How many tasks of a kind are listed.
const LISTED: u32 = 50;

/// The tasks of now, without anything that was asked or written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TasksNow {
    /// The longest-running first; 50 at most.
    pub running: Vec<UnfinishedTask>,
    /// The next one first; 50 at most.
    pub queued: Vec<UnfinishedTask>,
    /// Those of the last thousand finished ones that failed, the last one first; 50 at most.
    pub failed: Vec<FailedTask>,
}

/// A task that waits or is being worked on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct UnfinishedTask {
    pub task_id: TaskId,
    pub asker: Asker,
    pub status: Status,
    /// What its worker is at; absent when the worker is in another process.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<Phase>,
    /// How often a worker took it up.
    pub attempts: u32,
    /// Calls to models so far.
    pub calls: u32,
    /// Sections that are sealed, of seven.
    pub sections: u32,
    /// Since the question.
    pub waited_ms: u64,
    /// Since a worker took it up for the first time; absent while none has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub running_ms: Option<u64>,
}

/// A task that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FailedTask {
    pub task_id: TaskId,
    pub asker: Asker,
    /// Of the error, such as `models_failed`.
    pub code: String,
    pub attempts: u32,
    #[schemars(with = "String")]
    pub at: Timestamp,
}

/// Who asked, as far as an operator is to know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Asker {
    /// An account that the operator made, by its name.
    Account {
        name: String,
    },
    Guest,
    /// Somebody whom the identity provider vouches for; nobody is named here.
    Person,
}

impl Tasks {
    /// What waits, what is being worked on, and what failed lately.
    pub async fn now(&self) -> Result<TasksNow, StoreError> {
        let now_ms = self.shared.settings.clock.now_ms();
        let rows = self.shared.store.unfinished_rows(LISTED).await?;
        let (queued, running): (Vec<_>, Vec<_>) = rows
            .into_iter()
            .map(|row| self.unfinished(row, now_ms))
            .partition(|task| task.status == Status::Queued);
        let failed = self.shared.store.failed_rows(LISTED).await?;
        Ok(TasksNow {
            running,
            queued,
            failed: failed.into_iter().map(failed_task).collect(),
        })
    }

    /// Ends anybody's task as cancelled, and records who did it; the first terminal event wins.
    /// Returns the status that the task has for good.
    pub async fn cancel_for_operator(
        &self,
        task_id: TaskId,
        actor: &str,
    ) -> Result<Status, LookupError> {
        let (tasks, actor) = (self.clone(), actor.to_owned());
        self.see_through(async move {
            let shared = &tasks.shared;
            let now_ms = shared.settings.clock.now_ms();
            let outcome = shared.store.cancel_recorded(task_id, actor, now_ms).await?;
            let (status, written) = outcome.ok_or(LookupError::NotFound)?;
            if let Some(event) = written {
                shared.cancelled(task_id, event);
            }
            Ok(status)
        })
        .await
    }

    fn unfinished(&self, row: UnfinishedRow, now_ms: i64) -> UnfinishedTask {
        let live = self.shared.tail.existing(row.task_id);
        let is_ours = self.shared.queue.has(row.task_id);
        UnfinishedTask {
            task_id: row.task_id,
            asker: row.asker,
            status: row.status,
            phase: live.filter(|_| is_ours).map(|live| live.phase()),
            attempts: row.attempts,
            calls: row.calls,
            sections: row.sections,
            waited_ms: gone_ms(row.created_ms, now_ms),
            running_ms: row.started_ms.map(|since_ms| gone_ms(since_ms, now_ms)),
        }
    }
}

fn failed_task(row: FailedRow) -> FailedTask {
    FailedTask {
        task_id: row.task_id,
        asker: row.asker,
        code: row.code,
        attempts: row.attempts,
        at: timestamp(row.finished_ms),
    }
}
