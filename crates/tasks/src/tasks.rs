//! The handle for readings: accept, follow, cancel, list, erase.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use jiff::Timestamp;
use kaucim_fortune::{First, FortuneSystem, Prepared, Question, Resume, Version};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    AccountId, Event, Follow, FollowOptions, OpenText, Spent, Status, Store, StoreError, Summary,
    TaskDocument, TaskId, Whose,
    allowances::Present,
    budget::{ALL, EMBEDDED_GUESTS, GUESTS, day},
    cluster,
    document::{Progress, last_event_id},
    estimate::Estimates,
    figures::Figures,
    follow::follow,
    keeper,
    overview::Seen,
    queue::Queue,
    store::{
        log::{Erased, Stored, decoded},
        row::TaskRow,
    },
    tail::Tail,
    turns::Turns,
    worker,
};

mod settings;

pub use self::settings::{Limits, Settings};

/// All readings of one installation. A cheap handle on the workers and the log.
#[derive(Clone)]
pub struct Tasks {
    pub(crate) shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub store: Store,
    pub tail: Arc<Tail>,
    /// What readers at other nodes follow of what runs here.
    pub followed: cluster::Followed,
    /// What is followed here since the last look at other nodes.
    pub follows: cluster::Follows,
    pub fortune: FortuneSystem,
    pub settings: Settings,
    /// What the settings say of them holds at the start.
    pub allowances: Present,
    pub queue: Arc<Queue>,
    /// Those that guests of one address share.
    pub turns: Turns,
    /// What readings took lately.
    pub estimates: Estimates,
    /// What happened since the start.
    pub figures: Arc<Figures>,
    /// What the last tasks came to, as it was looked up a moment ago.
    pub seen: tokio::sync::Mutex<Option<Seen>>,
    /// Whether the log still holds what was erased.
    pub has_traces: AtomicBool,
    /// No task is claimed any more, and those that are claimed end with their open section.
    pub stopping: CancellationToken,
    workers: TaskTracker,
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
        let hints = store.hints();
        let reclaimed = if settings.is_alone && !store.is_shared() {
            store.reclaim().await?
        } else {
            0
        };
        if reclaimed > 0 {
            tracing::info!(
                tasks.reclaimed = reclaimed,
                "took up unfinished tasks again"
            );
        }
        // Without it readings are as good; only nobody can say how long they take.
        let took = store.took_lately().await.unwrap_or_else(|error| {
            tracing::warn!(error = %error, "what readings took lately cannot be read");
            Vec::new()
        });
        let workers = settings.workers;
        let tail = Arc::new(Tail::default());
        let clock = settings.clock.clone();
        let figures = Arc::new(Figures::new(clock.now_ms(), &fortune.writers()));
        let queue = Queue::new(store.clone(), Arc::clone(&tail), clock, settings.lease);
        let queue = queue.counting(Arc::clone(&figures));
        let tasks = Self {
            shared: Arc::new(Shared {
                store,
                tail,
                followed: cluster::Followed::default(),
                follows: cluster::Follows::default(),
                fortune,
                allowances: Present::new(settings.limits.clone(), settings.budgets),
                settings,
                queue: Arc::new(queue),
                turns: Turns::default(),
                estimates: Estimates::new(took),
                figures,
                seen: tokio::sync::Mutex::default(),
                // An earlier process may have died between an erasure and the emptying.
                has_traces: AtomicBool::new(true),
                stopping: CancellationToken::new(),
                workers: TaskTracker::new(),
            }),
        };
        let shared = || Arc::clone(&tasks.shared);
        for _ in 0..workers {
            tasks.shared.workers.spawn(worker::work(shared()));
        }
        tasks.shared.workers.spawn(keeper::keep_house(shared()));
        if let Some(hints) = hints {
            tasks.shared.workers.spawn(cluster::watch(shared(), hints));
        }
        tasks.shared.workers.close();
        Ok(tasks)
    }

    /// Stops the workers: nothing is claimed any more, sections that are open are sealed if that
    /// takes less than 5 seconds, and the rest goes back to the queue for the next start.
    pub async fn stop(&self) {
        self.shared.stopping.cancel();
        self.shared.workers.wait().await;
    }

    /// Whether the storage answers.
    pub async fn check(&self) -> Result<(), StoreError> {
        self.shared.store.check().await
    }

    /// How many tasks there are, by status.
    pub async fn counts(&self) -> Result<Vec<(Status, u64)>, StoreError> {
        self.shared.store.counts().await
    }

    /// What was spent today of the budgets that many share.
    pub async fn spent(&self) -> Result<Vec<Spent>, StoreError> {
        let today = day(self.shared.settings.clock.now_ms());
        let budgets = self.shared.allowances.budgets();
        let mut all = Vec::new();
        for (whose, budget_id, most) in [
            (Whose::Guests, GUESTS, budgets.guests),
            (Whose::Service, ALL, budgets.service),
            (
                Whose::EmbeddedGuests,
                EMBEDDED_GUESTS,
                budgets.embedded_guests,
            ),
        ] {
            let (readings, tokens) = self.shared.store.spent(today, budget_id).await?;
            all.push(Spent {
                whose,
                readings,
                tokens,
                most_readings: most.readings,
                most_tokens: most.tokens,
            });
        }
        Ok(all)
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
        if self.shared.store.is_shared() {
            self.shared.follows.add(task_id);
        }
        Ok(follow(&self.shared, live, found, options))
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
        let open = live.as_ref().and_then(|live| {
            live.with_open(row.last_sequence, |open| OpenText {
                section: open.section,
                text: open.text.clone(),
            })
        });
        let estimate = live.and_then(|live| live.estimate());
        let report = match row.finished_ms {
            Some(_) => self.shared.store.report_of(task_id).await?,
            None => None,
        };
        let followed_by = match row.status {
            Status::Completed => self.shared.store.follow_up_of(task_id).await?,
            Status::Queued
            | Status::Retrieving
            | Status::Generating
            | Status::Failed
            | Status::Cancelled => None,
        };
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
            estimate_ms: estimate.map(|estimate| estimate.total_ms),
            result: progress.result.map(|result| *result),
            error: progress.failure,
            report: report.map(|report| report.seen()),
            follows: row.follows,
            followed_by,
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
        let shared = Arc::clone(&self.shared);
        self.see_through(async move { shared.cancel(account_id, task_id).await })
            .await
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

    /// Erases a finished task with the question that follows it, their text and their traces. Is
    /// refused while one of the two is unfinished.
    pub async fn erase(&self, account_id: AccountId, task_id: TaskId) -> Result<(), EraseError> {
        let shared = Arc::clone(&self.shared);
        self.see_through(async move {
            match shared.store.erase(account_id, task_id).await? {
                Erased::NotFound => Err(EraseError::NotFound),
                Erased::Running(running) => Err(EraseError::Running(running)),
                Erased::All(all) => {
                    for task_id in all {
                        shared.erased(task_id);
                    }
                    shared.empty_log().await;
                    Ok(())
                }
            }
        })
        .await
    }

    /// Cancels what the account has unfinished and erases it with all its tasks and keys.
    pub async fn erase_account(&self, account_id: AccountId) -> Result<(), StoreError> {
        let shared = Arc::clone(&self.shared);
        self.see_through(async move {
            for task_id in shared.store.unfinished(account_id).await? {
                match shared.cancel(account_id, task_id).await {
                    // It was erased in the meantime.
                    Ok(_) | Err(LookupError::NotFound) => {}
                    Err(LookupError::Store(error)) => return Err(error),
                }
            }
            // Questions that came in meanwhile are erased while they run.
            let now_ms = shared.settings.clock.now_ms();
            for task_id in shared.store.erase_account(account_id, now_ms).await? {
                shared.erased(task_id);
            }
            shared.empty_log().await;
            Ok(())
        })
        .await
    }

    /// Does the work to its end even when the caller goes away, so that whatever is stored is
    /// also shown.
    pub(crate) async fn see_through<T, E>(
        &self,
        work: impl Future<Output = Result<T, E>> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let done = self.shared.workers.spawn(work).await;
        done.unwrap_or_else(|_| Err(StoreError::Closed.into()))
    }

    pub(crate) async fn owned(
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

impl Shared {
    async fn cancel(&self, account_id: AccountId, task_id: TaskId) -> Result<Status, CancelError> {
        let now_ms = self.settings.clock.now_ms();
        let outcome = self.store.cancel(account_id, task_id, now_ms).await?;
        let (status, written) = outcome.ok_or(LookupError::NotFound)?;
        if let Some(event) = written {
            self.cancelled(task_id, event);
        }
        Ok(status)
    }

    /// Shows that a task was cancelled, and stops its worker.
    pub(crate) fn cancelled(&self, task_id: TaskId, event: Stored) {
        self.figures.count(&Event::Cancelled {});
        if let Some(live) = self.tail.existing(task_id) {
            live.retire();
            live.publish(vec![event], true);
        }
        self.queue.halt(task_id);
    }

    /// Ends what is still going on around a task that is no more.
    pub(crate) fn erased(&self, task_id: TaskId) {
        if let Some(live) = self.tail.existing(task_id) {
            live.erase();
        }
        self.queue.halt(task_id);
    }

    /// Sees to it that nobody waits for a worker that is gone. Whoever asks does not wait for it.
    pub(crate) fn look_after_leases(self: &Arc<Self>) {
        if !self.queue.may_look() {
            return;
        }
        let queue = Arc::clone(&self.queue);
        self.workers.spawn(async move {
            if let Err(error) = queue.free_expired().await {
                tracing::debug!(error = %error, "the leases could not be looked at");
            }
        });
    }

    /// Leaves nothing in the log of what was erased; where somebody is in the way, the keeper
    /// does it later.
    pub(crate) async fn empty_log(&self) {
        match self.store.empty_log().await {
            Ok(true) => return,
            Ok(false) => tracing::warn!(
                "the write-ahead log is being read and keeps what was erased for now"
            ),
            Err(error) => tracing::warn!(error = %error, "the write-ahead log was not emptied"),
        }
        self.has_traces.store(true, Ordering::Relaxed);
    }
}

/// What an attempt needs to go on, all of it from the log but the versions that it has kept itself,
/// and the reading that it follows.
pub(crate) fn resume_from(
    row: &TaskRow,
    progress: &Progress,
    first: Option<First>,
    versions: Vec<Version>,
    budget_left: kaucim_fortune::Budget,
) -> Option<Resume> {
    Some(Resume {
        prepared: Prepared {
            first,
            ..prepared_from(row, progress)?
        },
        sources: progress.sources.clone(),
        sealed: progress.sections.clone(),
        versions,
        budget_left,
    })
}

/// What was known of a question when it was accepted.
pub(crate) fn prepared_from(row: &TaskRow, progress: &Progress) -> Option<Prepared> {
    Some(Prepared {
        question: Question::new(&row.question).ok()?,
        language: row.language,
        context: serde_json::from_str(&row.context).ok()?,
        lot: progress.lot.as_deref()?.clone(),
        notices: progress.notices.clone(),
        readings: progress.readings,
        deck_disclaimer: progress.deck_disclaimer.clone(),
        first: None,
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
        follows: row.follows,
    }
}

pub(crate) fn timestamp(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}
