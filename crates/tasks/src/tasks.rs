//! The handle for readings: accept, follow, cancel, list, erase.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::Timestamp;
use kaucim_fortune::{Ask, AskError, FortuneSystem, Lot, Prepared, Question, Resume};
use tokio::sync::Notify;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    AccountId, Event, Follow, FollowOptions, OpenText, Status, Store, StoreError, Summary,
    TaskDocument, TaskId,
    document::{Progress, last_event_id},
    follow::follow,
    store::{
        log::{Stored, TaskRow, decoded},
        submit::{Allowed, Idempotency, NewTask, Refusal},
    },
    tail::Tail,
    worker,
};

/// All readings of one installation. A cheap handle on the workers and the log.
#[derive(Clone)]
pub struct Tasks {
    pub(crate) shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub store: Store,
    pub tail: Arc<Tail>,
    pub fortune: FortuneSystem,
    pub settings: Settings,
    /// Tells workers that something was queued.
    pub queued: Notify,
    /// Cancels the tasks that run here.
    pub running: Mutex<HashMap<TaskId, CancellationToken>>,
    stopping: CancellationToken,
    workers: TaskTracker,
}

/// How readings are run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Readings at once.
    pub workers: usize,
    pub limits: Limits,
}

/// What may be unfinished at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    pub per_guest: u32,
    pub per_account: u32,
    pub per_end_user: u32,
    pub queued: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            per_guest: 1,
            per_account: 16,
            per_end_user: 1,
            queued: 10_000,
        }
    }
}

/// A question on its way in.
#[derive(Debug, Clone)]
pub struct Submission {
    pub account_id: AccountId,
    pub is_guest: bool,
    /// An app's own customer.
    pub end_user: Option<String>,
    pub ask: Ask,
    /// The client's key and a hash of its request.
    pub idempotency: Option<(String, [u8; 32])>,
}

/// A question that was accepted; it will reach exactly one terminal event.
#[derive(Debug, Clone, PartialEq)]
pub struct Accepted {
    pub task_id: TaskId,
    pub status: Status,
    pub lot: Lot,
    /// Whether the server drew the lot.
    pub drawn: bool,
}

/// Why a question is not accepted. Nothing was stored.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    #[error(transparent)]
    Ask(#[from] AskError),
    #[error("too many unfinished readings; task {0} is one of them")]
    TaskRunning(TaskId),
    #[error("the queue is full")]
    QueueFull,
    #[error("the idempotency key was used for another request")]
    IdempotencyMismatch,
    #[error("the storage does not answer")]
    Store(#[from] StoreError),
}

/// Why a task is not shown.
#[derive(Debug, thiserror::Error)]
pub enum LookupError {
    #[error("no such task")]
    NotFound,
    #[error("the storage does not answer")]
    Store(#[from] StoreError),
}

/// Why a task is not cancelled.
pub type CancelError = LookupError;

/// Why a task is not erased.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    #[error("no such task")]
    NotFound,
    #[error("task {0} is unfinished")]
    Running(TaskId),
    #[error("the storage does not answer")]
    Store(#[from] StoreError),
}

impl Tasks {
    /// Gives what an earlier process left running back to the queue, and starts the workers.
    pub async fn start(
        store: Store,
        fortune: FortuneSystem,
        settings: Settings,
    ) -> Result<Self, StoreError> {
        let reclaimed = store.reclaim().await?;
        if reclaimed > 0 {
            tracing::info!(
                tasks.reclaimed = reclaimed,
                "took up unfinished tasks again"
            );
        }
        let workers = settings.workers;
        let tasks = Self {
            shared: Arc::new(Shared {
                store,
                tail: Arc::new(Tail::default()),
                fortune,
                settings,
                queued: Notify::new(),
                running: Mutex::default(),
                stopping: CancellationToken::new(),
                workers: TaskTracker::new(),
            }),
        };
        for _ in 0..workers {
            let shared = Arc::clone(&tasks.shared);
            let stopping = tasks.shared.stopping.clone();
            tasks.shared.workers.spawn(worker::work(shared, stopping));
        }
        tasks.shared.workers.close();
        Ok(tasks)
    }

    /// Stops the workers; what they were writing goes back to the queue for the next start.
    pub async fn stop(&self) {
        self.shared.stopping.cancel();
        self.shared.workers.wait().await;
    }

    /// Accepts a question: once this returns, it survives anything.
    pub async fn submit(&self, submission: Submission) -> Result<Accepted, SubmitError> {
        let now_ms = Timestamp::now().as_millisecond();
        let Submission {
            account_id,
            is_guest,
            end_user,
            ask,
            idempotency,
        } = submission;
        let idempotency = idempotency.map(|(key, body_hash)| Idempotency { key, body_hash });
        if let Some(idempotency) = idempotency.clone()
            && let Some(first) = self
                .shared
                .store
                .answered_before(account_id, idempotency, now_ms)
                .await?
        {
            return self.accepted_before(first).await;
        }
        let prepared = self.shared.fortune.prepare(&ask)?;
        let drawn = ask.number.is_none();
        let limits = &self.shared.settings.limits;
        let task = NewTask {
            task_id: TaskId::new(),
            account_id,
            end_user,
            deity_id: prepared.lot.deity_id.clone(),
            fortune_number: prepared.lot.number,
            question: prepared.question.as_str().to_owned(),
            language: prepared.language.code().to_owned(),
            context: serde_json::to_string(&prepared.context).map_err(StoreError::from)?,
            idempotency,
            now_ms,
            events: first_events(&prepared, drawn),
            allowed: Allowed {
                per_account: if is_guest {
                    limits.per_guest
                } else {
                    limits.per_account
                },
                per_end_user: limits.per_end_user,
                queued: limits.queued,
            },
        };
        let task_id = task.task_id;
        let stored = self.shared.store.submit(task).await?;
        if stored != task_id {
            return self.accepted_before(stored).await;
        }
        self.shared.queued.notify_one();
        Ok(Accepted {
            task_id,
            status: Status::Queued,
            lot: prepared.lot,
            drawn,
        })
    }

    async fn accepted_before(&self, task_id: TaskId) -> Result<Accepted, SubmitError> {
        let found = self.shared.store.task_and_events(task_id).await?;
        let (row, log) = found.ok_or(StoreError::Closed)?;
        decoded(&log)?
            .into_iter()
            .find_map(|event| match event {
                Event::Lot { lot, drawn } => Some(Accepted {
                    task_id,
                    status: row.status,
                    lot: *lot,
                    drawn,
                }),
                _ => None,
            })
            .ok_or_else(|| StoreError::Closed.into())
    }

    /// Whether the storage answers.
    pub async fn check(&self) -> Result<(), StoreError> {
        self.shared.store.check().await
    }

    /// How many tasks there are, by status.
    pub async fn counts(&self) -> Result<Vec<(Status, u64)>, StoreError> {
        self.shared.store.counts().await
    }

    /// Follows a task of this account from a cursor on.
    pub async fn follow(
        &self,
        account_id: AccountId,
        task_id: TaskId,
        options: FollowOptions,
    ) -> Result<Follow, LookupError> {
        // Held before the log is read, so that nothing published in between is missed.
        let live = self.shared.tail.live(task_id);
        let found = self.owned(account_id, task_id).await?;
        Ok(follow(self.shared.store.clone(), live, found, options))
    }

    /// The task as one document.
    pub async fn task(
        &self,
        account_id: AccountId,
        task_id: TaskId,
    ) -> Result<TaskDocument, LookupError> {
        let (row, log) = self.owned(account_id, task_id).await?;
        let mut progress = Progress::default();
        for event in decoded(&log)? {
            progress.apply(event);
        }
        let live = self.shared.tail.existing(task_id);
        let open = live.and_then(|live| {
            live.with_open(row.last_sequence, |open| OpenText {
                section: open.section,
                text: open.text.clone(),
            })
        });
        let lot = *progress.lot.ok_or(StoreError::Closed)?;
        Ok(TaskDocument {
            task_id,
            status: row.status,
            progress: progress.percent,
            created_at: timestamp(row.created_ms),
            started_at: row.started_ms.map(timestamp),
            finished_at: row.finished_ms.map(timestamp),
            deity_id: row.deity_id,
            fortune_number: row.fortune_number,
            question: row.question,
            language: row.language,
            lot,
            sources: progress.sources.unwrap_or_default(),
            notices: progress.notices,
            sections: progress.sections,
            open: open.filter(|open| !open.text.is_empty()),
            result: progress.result.map(|result| *result),
            error: progress.failure,
            last_event_id: last_event_id(row.last_sequence),
        })
    }

    /// Ends a task as cancelled, queued or running; the first terminal event wins. Returns the
    /// status that the task has for good.
    pub async fn cancel(
        &self,
        account_id: AccountId,
        task_id: TaskId,
    ) -> Result<Status, CancelError> {
        let now_ms = Timestamp::now().as_millisecond();
        let outcome = self
            .shared
            .store
            .cancel(account_id, task_id, now_ms)
            .await?;
        let (status, written) = outcome.ok_or(LookupError::NotFound)?;
        if let Some(event) = written {
            if let Some(live) = self.shared.tail.existing(task_id) {
                live.publish(vec![event], true);
            }
            let running = self
                .shared
                .running
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            if let Some(worker) = running.get(&task_id) {
                worker.cancel();
            }
        }
        Ok(status)
    }

    /// The account's tasks, newest first, older than `before`.
    pub async fn history(
        &self,
        account_id: AccountId,
        before: Option<TaskId>,
        limit: u32,
    ) -> Result<Vec<Summary>, StoreError> {
        let rows = self.shared.store.history(account_id, before, limit).await?;
        Ok(rows.into_iter().map(summary).collect())
    }

    /// Erases a finished task, its text and its traces.
    pub async fn erase(&self, account_id: AccountId, task_id: TaskId) -> Result<(), EraseError> {
        match self.shared.store.erase(account_id, task_id).await? {
            None => Err(EraseError::NotFound),
            Some(false) => Err(EraseError::Running(task_id)),
            Some(true) => {
                if let Some(live) = self.shared.tail.existing(task_id) {
                    live.erase();
                }
                Ok(())
            }
        }
    }

    /// Cancels what the account has unfinished and erases it with all its tasks and keys.
    pub async fn erase_account(&self, account_id: AccountId) -> Result<(), StoreError> {
        for task_id in self.shared.store.unfinished(account_id).await? {
            match self.cancel(account_id, task_id).await {
                // It was erased in the meantime.
                Ok(_) | Err(LookupError::NotFound) => {}
                Err(LookupError::Store(error)) => return Err(error),
            }
        }
        self.shared.store.erase_account(account_id).await
    }

    async fn owned(
        &self,
        account_id: AccountId,
        task_id: TaskId,
    ) -> Result<(TaskRow, Vec<Stored>), LookupError> {
        let found = self.shared.store.task_and_events(task_id).await?;
        found
            .filter(|(row, _)| row.account_id == account_id)
            .ok_or(LookupError::NotFound)
    }
}

impl From<Refusal> for SubmitError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::TaskRunning(task_id) => Self::TaskRunning(task_id),
            Refusal::QueueFull => Self::QueueFull,
            Refusal::IdempotencyMismatch => Self::IdempotencyMismatch,
            Refusal::Store(error) => Self::Store(error),
        }
    }
}

/// What a submit stores: the status, then the safety notices, then the lot.
fn first_events(prepared: &Prepared, drawn: bool) -> Vec<Event> {
    let mut events = vec![Event::Status {
        status: Status::Queued,
        progress: 0,
    }];
    events.extend(prepared.notices.iter().cloned().map(Event::notice));
    events.push(Event::Lot {
        lot: Box::new(prepared.lot.clone()),
        drawn,
    });
    events
}

/// What an attempt needs to go on, all of it from the log.
pub(crate) fn resume_from(
    row: &TaskRow,
    progress: &Progress,
    budget_left: kaucim_fortune::Budget,
) -> Option<Resume> {
    let lot = progress.lot.as_deref()?.clone();
    Some(Resume {
        prepared: Prepared {
            question: Question::new(&row.question).ok()?,
            language: row.language,
            context: serde_json::from_str(&row.context).ok()?,
            lot,
            notices: progress.notices.clone(),
        },
        sources: progress.sources.clone(),
        sealed: progress.sections.clone(),
        budget_left,
    })
}

fn summary(row: TaskRow) -> Summary {
    Summary {
        task_id: row.task_id,
        status: row.status,
        created_at: timestamp(row.created_ms),
        deity_id: row.deity_id,
        fortune_number: row.fortune_number,
        question: row.question,
        language: row.language,
    }
}

fn timestamp(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}
