//! The row of a task, as it is read from the database.

use kaucim_fortune::Language;

use super::{StoreError, connection::Row, log::Claim};
use crate::{AccountId, Status, TaskId};

/// The row of a task: everything about it that is not in its events.
#[derive(Debug, Clone)]
pub(crate) struct TaskRow {
    pub task_id: TaskId,
    pub account_id: AccountId,
    pub end_user: Option<String>,
    pub status: Status,
    pub epoch: u64,
    pub attempts: u32,
    pub calls: u32,
    /// Tokens that models have written, or were let write in a call whose end is not known.
    pub tokens: u64,
    /// Milliseconds that calls have taken.
    pub called_ms: u64,
    pub input_tokens: u64,
    pub output_tokens: u64,
    pub last_sequence: u64,
    pub deity_id: String,
    pub fortune_number: u32,
    pub question: String,
    pub language: Language,
    pub context: String,
    pub created_ms: i64,
    pub started_ms: Option<i64>,
    pub first_token_ms: Option<i64>,
    pub finished_ms: Option<i64>,
    /// The reading that the question follows.
    pub follows: Option<TaskId>,
}

pub(super) const COLUMNS: &str =
    "task_id, account_id, status, epoch, attempts, calls, input_tokens,
    output_tokens, last_sequence, deity_id, fortune_number, question, language, context,
    created_ms, started_ms, first_token_ms, finished_ms, tokens, called_ms, end_user, follows";

pub(super) fn task_row(row: &Row<'_>) -> Result<TaskRow, StoreError> {
    Ok(TaskRow {
        task_id: row.id(0)?,
        account_id: row.id(1)?,
        end_user: row.maybe_text(20)?,
        status: row.parsed(2, Status::from_name)?,
        epoch: row.number(3)?,
        attempts: row.number(4)?,
        calls: row.number(5)?,
        input_tokens: row.number(6)?,
        output_tokens: row.number(7)?,
        last_sequence: row.number(8)?,
        deity_id: row.text(9)?,
        fortune_number: row.number(10)?,
        question: row.text(11)?,
        language: row.id(12)?,
        context: row.text(13)?,
        created_ms: row.number(14)?,
        started_ms: row.maybe_number(15)?,
        first_token_ms: row.maybe_number(16)?,
        finished_ms: row.maybe_number(17)?,
        tokens: row.number(18)?,
        called_ms: row.number(19)?,
        follows: row.maybe_id(21)?,
    })
}

impl TaskRow {
    /// The claim under which this row was taken.
    pub(crate) fn claim(&self) -> Claim {
        Claim {
            task_id: self.task_id,
            epoch: self.epoch,
            attempt: self.attempts,
        }
    }
}
