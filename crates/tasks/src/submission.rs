//! A question on its way in: prepared, held against the limits, and stored before it is answered.

use kaucim_fortune::{Ask, AskError, Lot, Prepared};

use crate::{
    AccountId, Event, Status, StoreError, TaskId, Tasks,
    store::{
        log::decoded,
        submit::{Allowed, Idempotency, NewTask, Refusal},
    },
};

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

/// Why a question is not accepted. Nothing was stored, unless it was the storage that failed:
/// what it could not confirm may be found after all, by the idempotency key.
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

impl Tasks {
    /// Accepts a question: once this returns, it survives anything.
    pub async fn submit(&self, submission: Submission) -> Result<Accepted, SubmitError> {
        let now_ms = self.shared.settings.clock.now_ms();
        let Submission {
            account_id,
            is_guest,
            end_user,
            ask,
            idempotency,
        } = submission;
        if let Some(idempotency) = idempotency.clone()
            && let Some(first) = self.accepted_before(account_id, idempotency).await?
        {
            return Ok(first);
        }
        let idempotency = idempotency.map(|(key, body_hash)| Idempotency { key, body_hash });
        let prepared = self.shared.fortune.prepare(&ask)?;
        let drawn = ask.number.is_none();
        let limits = &self.shared.settings.limits;
        let task = NewTask {
            task_id: self.shared.settings.clock.task_id(),
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
            return self.first_answer(stored).await;
        }
        self.shared.queue.wake_one();
        Ok(Accepted {
            task_id,
            status: Status::Queued,
            lot: prepared.lot,
            drawn,
        })
    }

    /// What this account's earlier request with the same key was answered, if there was one. To
    /// be looked at before any limit.
    pub async fn accepted_before(
        &self,
        account_id: AccountId,
        (key, body_hash): (String, [u8; 32]),
    ) -> Result<Option<Accepted>, SubmitError> {
        let now_ms = self.shared.settings.clock.now_ms();
        let idempotency = Idempotency { key, body_hash };
        let store = &self.shared.store;
        match store
            .answered_before(account_id, idempotency, now_ms)
            .await?
        {
            Some(first) => self.first_answer(first).await.map(Some),
            None => Ok(None),
        }
    }

    async fn first_answer(&self, task_id: TaskId) -> Result<Accepted, SubmitError> {
        let found = self.shared.store.task_and_events(task_id).await?;
        let (_, log) = found.ok_or(StoreError::Closed)?;
        decoded(&log)?
            .into_iter()
            .find_map(|event| match event {
                Event::Lot { lot, drawn, .. } => Some(Accepted {
                    task_id,
                    // The first answer, whatever became of the task.
                    status: Status::Queued,
                    lot: *lot,
                    drawn,
                }),
                _ => None,
            })
            .ok_or_else(|| StoreError::Closed.into())
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
        readings: prepared.readings,
        deck_disclaimer: prepared.deck_disclaimer.clone(),
    });
    events
}
