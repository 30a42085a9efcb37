//! Accepting a task: limits, idempotency and the first events, in one transaction.

use super::{
    Store, StoreError,
    accounts::hold,
    connection::Connection,
    draws::{self, DrawRow, Hash},
    follow_up, log, spending,
    value::Value,
};
use crate::{
    AccountId, DrawId, Event, FollowUpRefusal, Status, TaskId,
    budget::{Purse, Whose},
    turns::SharedTurn,
};

/// A day: how long the same idempotency key returns the first answer.
pub(super) const IDEMPOTENCY_MS: i64 = 24 * 60 * 60 * 1000;

/// A task that is to be accepted.
pub(crate) struct NewTask {
    pub task_id: TaskId,
    pub account_id: AccountId,
    pub end_user: Option<String>,
    pub deity_id: String,
    pub fortune_number: u32,
    pub question: String,
    pub language: String,
    /// JSON object.
    pub context: String,
    pub idempotency: Option<Idempotency>,
    pub now_ms: i64,
    pub events: Vec<Event>,
    pub allowed: Allowed,
    pub purse: Purse,
    pub stick: Stick,
    /// Absent: the account has turns of its own.
    pub shared_turn: Option<SharedTurn>,
    /// The reading that the question follows.
    pub follows: Option<TaskId>,
}

/// What is remembered of where the lot comes from.
pub(crate) enum Stick {
    /// Nothing: the asker holds it, or each question has a lot of its own.
    Free,
    /// This draw is asked with, and from now on is its matter's.
    Of(DrawId, Option<Hash>),
    /// The draw that the matter has had.
    Again(DrawId),
    /// The server drew it now.
    Drawn(Box<DrawRow>),
}

/// A key of the client, and what the request was that it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Idempotency {
    pub key: String,
    pub body_hash: [u8; 32],
}

/// What may be unfinished at once, this task included.
pub(crate) struct Allowed {
    pub per_account: u32,
    pub per_end_user: u32,
    pub queued: u32,
}

/// Why a task is not accepted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error(transparent)]
    FollowUp(#[from] FollowUpRefusal),
    #[error("task {0} is unfinished")]
    TaskRunning(TaskId),
    #[error("the queue is full")]
    QueueFull,
    #[error("the daily budget is spent")]
    BudgetSpent(Whose),
    #[error("the key was used for another request")]
    IdempotencyMismatch,
    /// The lot was asked with, or the matter given another one, in this moment: choose again.
    #[error("somebody else was first")]
    Overtaken,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// The task that the same key was answered with before, if any.
    pub(crate) async fn answered_before(
        &self,
        account_id: AccountId,
        idempotency: Idempotency,
        now_ms: i64,
    ) -> Result<Option<TaskId>, Refusal> {
        self.read(move |connection| earlier(connection, account_id, &idempotency, now_ms))
            .await
    }

    /// Stores the task with its first events, or returns the one that the same key made before.
    pub(crate) async fn submit(&self, task: NewTask) -> Result<TaskId, Refusal> {
        self.write(move |connection| {
            hold(connection, task.account_id)?;
            if let Some(idempotency) = &task.idempotency
                && let Some(first) = earlier(connection, task.account_id, idempotency, task.now_ms)?
            {
                return Ok(first);
            }
            if let Some(first) = task.follows {
                follow_up::refuse(connection, task.account_id, first)??;
            }
            refuse_beyond(connection, &task)?;
            spending::pay(connection, &task.purse)?;
            insert(connection, &task)?;
            let task_id = task.task_id;
            if take_stick(connection, task)? {
                Ok(task_id)
            } else {
                Err(Refusal::Overtaken)
            }
        })
        .await
    }
}

fn earlier(
    connection: &Connection<'_>,
    account_id: AccountId,
    idempotency: &Idempotency,
    now_ms: i64,
) -> Result<Option<TaskId>, Refusal> {
    let row: Option<([u8; 32], String)> = connection.row(
        "SELECT body_hash, task_id FROM idempotency
         WHERE account_id = ?1 AND key = ?2 AND created_ms > ?3",
        &[
            account_id.into(),
            (&idempotency.key).into(),
            (now_ms - IDEMPOTENCY_MS).into(),
        ],
        |row| Ok((row.hash(0)?, row.text(1)?)),
    )?;
    let Some((body_hash, task_id)) = row else {
        return Ok(None);
    };
    if body_hash != idempotency.body_hash {
        return Err(Refusal::IdempotencyMismatch);
    }
    Ok(task_id.parse().ok())
}

fn refuse_beyond(connection: &Connection<'_>, task: &NewTask) -> Result<(), Refusal> {
    let oldest_and_count = |sql: &str, values: &[Value<'_>]| {
        connection.one(sql, values, |row| {
            Ok((row.maybe_text(0)?, row.number::<u32>(1)?))
        })
    };
    let (oldest, count) = oldest_and_count(
        "SELECT min(task_id), count(*) FROM tasks WHERE account_id = ?1 AND finished_ms IS NULL",
        &[task.account_id.into()],
    )?;
    refuse_if(count >= task.allowed.per_account, oldest)?;
    if let Some(end_user) = &task.end_user {
        let (oldest, count) = oldest_and_count(
            "SELECT min(task_id), count(*) FROM tasks
             WHERE account_id = ?1 AND end_user = ?2 AND finished_ms IS NULL",
            &[task.account_id.into(), end_user.into()],
        )?;
        refuse_if(count >= task.allowed.per_end_user, oldest)?;
    }
    // A counter that everybody changes would let one node at a time go on, so the server counts;
    // those who are accepted in the same moment do not see each other.
    let length = connection.either(
        "SELECT length FROM queue WHERE ?1 >= 0",
        "SELECT count(*) FROM (SELECT 1 FROM tasks WHERE status = 'queued' LIMIT ?1) AS waiting",
    );
    let most = task.allowed.queued;
    let queued: u32 = connection.one(length, &[most.into()], |row| row.number(0))?;
    if queued >= most {
        Err(Refusal::QueueFull)
    } else {
        Ok(())
    }
}

fn refuse_if(beyond: bool, oldest: Option<String>) -> Result<(), Refusal> {
    match oldest.and_then(|task_id| task_id.parse().ok()) {
        Some(task_id) if beyond => Err(Refusal::TaskRunning(task_id)),
        Some(_) | None => Ok(()),
    }
}

/// Says whether the lot is still the one to be asked with.
fn take_stick(connection: &Connection<'_>, task: NewTask) -> Result<bool, StoreError> {
    match task.stick {
        Stick::Free => Ok(true),
        Stick::Of(draw_id, matter) => {
            draws::ask_with(connection, draw_id, matter.as_ref(), task.now_ms)
        }
        Stick::Again(draw_id) => draws::ask_again(connection, draw_id, task.now_ms),
        Stick::Drawn(drawn) => draws::remember(connection, *drawn, task.now_ms),
    }
}

/// The next turn of the account, or of all guests of its address, at the earliest the one after that
/// which is being served: else those who come for the first time would overtake for ever those who
/// come again; and the place of this question among all that were ever accepted.
fn take_turn(connection: &Connection<'_>, task: &NewTask) -> Result<(u64, u64), StoreError> {
    let turn: u64 = match &task.shared_turn {
        Some(shared) => {
            let served = connection.one("SELECT turn FROM queue", &[], |row| row.number(0))?;
            shared.next(served)
        }
        None => connection.one(
            "UPDATE accounts SET turn = 1 + CASE WHEN accounts.turn > queue.turn
                THEN accounts.turn ELSE queue.turn END
             FROM queue WHERE account_id = ?1 RETURNING accounts.turn",
            &[task.account_id.into()],
            |row| row.number(0),
        )?,
    };
    let next = connection.either(
        "UPDATE queue SET arrivals = arrivals + 1 RETURNING arrivals",
        "SELECT nextval('arrivals')",
    );
    let arrival: u64 = connection.one(next, &[], |row| row.number(0))?;
    Ok((turn, arrival))
}

fn insert(connection: &Connection<'_>, task: &NewTask) -> Result<(), StoreError> {
    let (turn, arrival) = take_turn(connection, task)?;
    connection.execute(
        "INSERT INTO tasks (task_id, account_id, end_user, status, last_sequence, deity_id,
            fortune_number, question, language, context, created_ms, turn, arrival, day,
            budget_id, paid_as, follows)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
        &[
            task.task_id.into(),
            task.account_id.into(),
            task.end_user.as_ref().into(),
            Status::Queued.name().into(),
            task.events.len().into(),
            (&task.deity_id).into(),
            task.fortune_number.into(),
            (&task.question).into(),
            (&task.language).into(),
            (&task.context).into(),
            task.now_ms.into(),
            turn.into(),
            arrival.into(),
            task.purse.day.into(),
            (&task.purse.budget_id).into(),
            task.purse.paid_as().into(),
            task.follows.into(),
        ],
    )?;
    log::insert(connection, task.task_id, 1, 0, &task.events)?;
    if let Some(Idempotency { key, body_hash }) = &task.idempotency {
        connection.execute(
            "INSERT INTO idempotency (account_id, key, body_hash, task_id, created_ms)
             VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (account_id, key) DO UPDATE SET body_hash = excluded.body_hash,
                task_id = excluded.task_id, created_ms = excluded.created_ms",
            &[
                task.account_id.into(),
                key.into(),
                body_hash.into(),
                task.task_id.into(),
                task.now_ms.into(),
            ],
        )?;
    }
    Ok(())
}
