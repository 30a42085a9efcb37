//! A question on its way in: prepared, held against the limits, and stored before it is answered.

use std::net::IpAddr;

use kaucim_decks::draw::Terms;
use kaucim_fortune::{Ask, AskError, Lot, Prepared};
use tracing::{Instrument, Span, field::display};

use crate::{
    AccountId, DrawId, Event, FollowUpRefusal, Status, StoreError, TaskId, Tasks,
    budget::{Purse, Whose, day, seconds_left},
    draws::{DrawRefusal, matter},
    stages,
    store::{
        draws::{Asker, DrawRow, Hash},
        log::decoded,
        submit::{Allowed, Idempotency, NewTask, Refusal, Stick},
    },
    turns::SharedTurn,
};

/// A question on its way in.
#[derive(Debug, Clone)]
pub struct Submission {
    pub account_id: AccountId,
    pub is_guest: bool,
    /// Where a guest asks from: the guests of one address take turns as one. Nothing is stored of it.
    pub address: Option<IpAddr>,
    /// Whose daily budget it is paid from; see [`crate::Credential::budget_id`].
    pub budget_id: String,
    /// An app's own customer.
    pub end_user: Option<String>,
    pub ask: Ask,
    /// The draw that the lot comes from; absent: the number of `ask`, or the server draws.
    pub draw_id: Option<DrawId>,
    /// The reading that is asked about once more; its lot stands in for deity, deck, number and
    /// draw, and its customer for one that is not named.
    pub follows: Option<TaskId>,
    /// The client's key and a hash of its request.
    pub idempotency: Option<(String, [u8; 32])>,
}

/// A question that was accepted; it will reach exactly one terminal event.
#[derive(Debug, Clone, PartialEq)]
pub struct Accepted {
    pub task_id: TaskId,
    pub status: Status,
    pub lot: Lot,
    /// Whether the lot was drawn here, rather than named by the asker.
    pub drawn: bool,
    /// Whether it is the lot that the same matter was given within the last day.
    pub already_drawn: bool,
}

/// Why a question is not accepted. Nothing was stored, unless it was the storage that failed:
/// what it could not confirm may be found after all, by the idempotency key.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    #[error(transparent)]
    Ask(#[from] AskError),
    #[error(transparent)]
    Draw(#[from] DrawRefusal),
    #[error(transparent)]
    FollowUp(#[from] FollowUpRefusal),
    #[error("too many unfinished readings; task {0} is one of them")]
    TaskRunning(TaskId),
    #[error("the queue is full")]
    QueueFull,
    #[error("the daily budget is spent")]
    BudgetSpent {
        whose: Whose,
        /// Until the next day.
        seconds_left: u64,
    },
    #[error("the idempotency key was used for another request")]
    IdempotencyMismatch,
    #[error("the storage does not answer")]
    Store(#[from] StoreError),
}

/// Where the lot of a question comes from.
enum Choice {
    /// From the asker, who holds it.
    Typed,
    /// From a draw that was revealed, and of which matter it is now.
    Draw(DrawRow, Option<Hash>),
    /// From the reading that the question follows.
    Followed,
    /// From the draw that the matter has had.
    Again(DrawId),
    /// From the server alone, for this matter.
    Server(Terms, Option<Hash>),
}

impl Tasks {
    /// Accepts a question: once this returns, it survives anything.
    pub async fn submit(&self, mut submission: Submission) -> Result<Accepted, SubmitError> {
        if let Some(idempotency) = submission.idempotency.clone()
            && let Some(first) = self
                .accepted_before(submission.account_id, idempotency)
                .await?
        {
            return Ok(first);
        }
        let first = match submission.follows {
            None => None,
            Some(first) => {
                let (first, end_user) = self.followed(&submission, first).await?;
                submission.end_user = end_user;
                Some(first)
            }
        };
        loop {
            // Somebody may have drawn for the same matter in between; then that lot counts.
            if let Some(accepted) = self
                .submit_unless_overtaken(&submission, first.as_ref())
                .instrument(stages::accept())
                .await?
            {
                return Ok(accepted);
            }
        }
    }

    async fn submit_unless_overtaken(
        &self,
        submission: &Submission,
        first: Option<&Prepared>,
    ) -> Result<Option<Accepted>, SubmitError> {
        let now_ms = self.shared.settings.clock.now_ms();
        let (mut prepared, choice) = self.prepare(submission, first, now_ms).await?;
        let already_drawn = matches!(choice, Choice::Again(_));
        if already_drawn {
            prepared = prepared.with_same_matter();
        }
        let drawn = match choice {
            Choice::Typed | Choice::Followed => false,
            Choice::Draw(..) | Choice::Again(_) | Choice::Server(..) => true,
        };
        let idempotency = submission.idempotency.clone();
        let task = NewTask {
            task_id: self.shared.settings.clock.task_id(),
            account_id: submission.account_id,
            end_user: submission.end_user.clone(),
            deity_id: prepared.lot.deity_id.clone(),
            fortune_number: prepared.lot.number,
            question: prepared.question.as_str().to_owned(),
            language: prepared.language.code().to_owned(),
            context: serde_json::to_string(&prepared.context).map_err(StoreError::from)?,
            idempotency: idempotency.map(|(key, body_hash)| Idempotency { key, body_hash }),
            now_ms,
            events: first_events(&prepared, drawn),
            allowed: self.allowed(submission.is_guest),
            purse: Purse {
                day: day(now_ms),
                budget_id: submission.budget_id.clone(),
                is_guest: submission.is_guest,
                budgets: self.shared.allowances.budgets(),
            },
            shared_turn: self.shared_turn(submission),
            stick: self.stick(choice, submission, &prepared.lot)?,
            follows: submission.follows,
        };
        let task_id = task.task_id;
        let stage = Span::current();
        stage.record("task.id", display(task_id));
        let commit = stages::commit(task.events.len());
        let submitted = self.shared.store.submit(task).instrument(commit).await;
        if submitted.is_err() {
            stage.record("outcome", "refused");
        }
        let stored = match submitted {
            Err(Refusal::Overtaken) => return Ok(None),
            Err(Refusal::BudgetSpent(whose)) => {
                return Err(SubmitError::BudgetSpent {
                    whose,
                    seconds_left: seconds_left(now_ms),
                });
            }
            other => other?,
        };
        if stored != task_id {
            return self.first_answer(stored).await.map(Some);
        }
        self.shared.queue.wake_one();
        self.shared.figures.accept();
        Ok(Some(Accepted {
            task_id,
            status: Status::Queued,
            lot: prepared.lot,
            drawn,
            already_drawn,
        }))
    }

    /// Settles everything that needs no model.
    async fn prepare(
        &self,
        submission: &Submission,
        first: Option<&Prepared>,
        now_ms: i64,
    ) -> Result<(Prepared, Choice), SubmitError> {
        let fortune = &self.shared.fortune;
        match first {
            Some(first) => {
                let prepared = fortune.prepare_follow_up(&submission.ask, first.clone());
                Ok((prepared, Choice::Followed))
            }
            None => {
                let (ask, choice) = self.choose(submission, now_ms).await?;
                Ok((fortune.prepare(&ask)?, choice))
            }
        }
    }

    fn shared_turn(&self, submission: &Submission) -> Option<SharedTurn> {
        let address = submission.address.filter(|_| submission.is_guest)?;
        Some(SharedTurn {
            turns: self.shared.turns.clone(),
            address,
        })
    }

    /// Settles where the lot comes from, and its number unless the server draws it now.
    async fn choose(
        &self,
        submission: &Submission,
        now_ms: i64,
    ) -> Result<(Ask, Choice), SubmitError> {
        let mut ask = submission.ask.clone();
        let draw = self.draw_of(submission, now_ms).await?;
        if draw.is_none() && ask.number.is_some() {
            return Ok((ask, Choice::Typed));
        }
        let library = self.shared.fortune.library();
        let deck = match &draw {
            None => library
                .deck(&ask.deity_id, ask.deck_id.as_deref())
                .map_err(AskError::from)?,
            Some(draw) => {
                ask.number = Some(number_of(draw, &ask)?);
                ask.deck_id = Some(draw.terms.deck_id.clone());
                let deck = library.deck(&draw.deity_id, Some(&draw.terms.deck_id));
                deck.ok()
                    .filter(|deck| deck.version == draw.terms.version)
                    .ok_or(DrawRefusal::DeckChanged)?
            }
        };
        let (matter, lot) = match matter(&deck, &ask.question) {
            None => (None, None),
            Some(matter) => {
                let asker = submission.asker();
                let (hash, lot) = self.shared.store.lot_of(asker, matter, now_ms).await?;
                (Some(hash), lot)
            }
        };
        match (draw, lot) {
            (Some(draw), _) if draw.matter.is_some() && draw.matter != matter => {
                Err(DrawRefusal::OtherMatter.into())
            }
            (Some(draw), _) => Ok((ask, Choice::Draw(draw, matter))),
            (None, Some((draw_id, number))) => {
                ask.number = Some(number);
                Ok((ask, Choice::Again(draw_id)))
            }
            (None, None) => Ok((ask, Choice::Server(deck.terms(), matter))),
        }
    }

    /// The asker's own draw that the submission names, if it names one.
    async fn draw_of(
        &self,
        submission: &Submission,
        now_ms: i64,
    ) -> Result<Option<DrawRow>, SubmitError> {
        let Some(draw_id) = submission.draw_id else {
            return Ok(None);
        };
        let store = &self.shared.store;
        let found = store.live_draw(submission.account_id, draw_id, now_ms);
        let own = found.await?.filter(|row| row.asker == submission.asker());
        let own = own.ok_or(DrawRefusal::NotFound)?;
        match submission.ask.number {
            None => Ok(Some(own)),
            Some(_) => Err(DrawRefusal::WithNumber.into()),
        }
    }

    /// What is to be stored of the choice, together with the question.
    fn stick(
        &self,
        choice: Choice,
        submission: &Submission,
        lot: &Lot,
    ) -> Result<Stick, SubmitError> {
        Ok(match choice {
            Choice::Typed | Choice::Followed => Stick::Free,
            Choice::Again(draw_id) => Stick::Again(draw_id),
            // The deck was swapped in this moment.
            Choice::Draw(draw, _) if draw.terms.version != lot.version => {
                return Err(DrawRefusal::DeckChanged.into());
            }
            Choice::Draw(draw, matter) => Stick::Of(draw.draw_id, matter),
            Choice::Server(_, None) => Stick::Free,
            Choice::Server(terms, matter) => Stick::Drawn(Box::new(DrawRow {
                draw_id: self.shared.settings.clock.draw_id(),
                asker: submission.asker(),
                deity_id: lot.deity_id.clone(),
                terms,
                secret: None,
                nonce: None,
                number: Some(lot.number),
                matter,
                asked: true,
                expires_ms: 0,
            })),
        })
    }

    fn allowed(&self, is_guest: bool) -> Allowed {
        let limits = self.shared.allowances.limits();
        Allowed {
            per_account: if is_guest {
                limits.per_guest
            } else {
                limits.per_account
            },
            per_end_user: limits.per_end_user,
            queued: limits.queued,
        }
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
        let mut already_drawn = false;
        for event in decoded(&log)? {
            match event {
                Event::Notice { code, .. } if code == Prepared::SAME_MATTER => {
                    already_drawn = true;
                }
                Event::Lot { lot, drawn, .. } => {
                    return Ok(Accepted {
                        task_id,
                        // The first answer, whatever became of the task.
                        status: Status::Queued,
                        lot: *lot,
                        drawn,
                        already_drawn,
                    });
                }
                _ => {}
            }
        }
        Err(StoreError::Closed.into())
    }
}

impl Submission {
    fn asker(&self) -> Asker {
        Asker {
            account_id: self.account_id,
            end_user: self.end_user.clone(),
        }
    }
}

/// The number that a draw has come to, if this question may be asked with it.
fn number_of(draw: &DrawRow, ask: &Ask) -> Result<u32, DrawRefusal> {
    let deck_id = ask.deck_id.as_ref();
    let is_of_deck = deck_id.is_none_or(|deck_id| *deck_id == draw.terms.deck_id);
    match draw.number {
        _ if draw.secret.is_none() => Err(DrawRefusal::NotFound),
        _ if draw.deity_id != ask.deity_id || !is_of_deck => Err(DrawRefusal::OtherDeck),
        None => Err(DrawRefusal::NotRevealed),
        Some(_) if draw.asked => Err(DrawRefusal::Asked),
        Some(number) => Ok(number),
    }
}

impl From<Refusal> for SubmitError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::FollowUp(refusal) => Self::FollowUp(refusal),
            Refusal::TaskRunning(task_id) => Self::TaskRunning(task_id),
            Refusal::QueueFull => Self::QueueFull,
            // Whoever knows what time it was has told more.
            Refusal::BudgetSpent(whose) => Self::BudgetSpent {
                whose,
                seconds_left: 0,
            },
            Refusal::IdempotencyMismatch => Self::IdempotencyMismatch,
            Refusal::Overtaken => Self::Store(StoreError::Undone),
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
