//! The row of a task, as it is read from the database.

use kaucim_fortune::Language;
use rusqlite::Row;

use super::log::Claim;
use crate::{AccountId, Status, TaskId};

/// The row of a task: everything about it that is not in its events.
#[derive(Debug, Clone)]
pub(crate) struct TaskRow {
    pub task_id: TaskId,
    pub account_id: AccountId,
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
}

pub(super) const COLUMNS: &str =
    "task_id, account_id, status, epoch, attempts, calls, input_tokens,
    output_tokens, last_sequence, deity_id, fortune_number, question, language, context,
    created_ms, started_ms, first_token_ms, finished_ms, tokens, called_ms";

pub(super) fn task_row(row: &Row<'_>) -> Result<TaskRow, rusqlite::Error> {
    Ok(TaskRow {
        task_id: parsed(row, 0, |text| text.parse().ok())?,
        account_id: parsed(row, 1, |text| text.parse().ok())?,
        status: parsed(row, 2, Status::from_name)?,
        epoch: row.get(3)?,
        attempts: row.get(4)?,
        calls: row.get(5)?,
        input_tokens: row.get(6)?,
        output_tokens: row.get(7)?,
        last_sequence: row.get(8)?,
        deity_id: row.get(9)?,
        fortune_number: row.get(10)?,
        question: row.get(11)?,
        language: parsed(row, 12, |text| text.parse().ok())?,
        context: row.get(13)?,
        created_ms: row.get(14)?,
        started_ms: row.get(15)?,
        first_token_ms: row.get(16)?,
        finished_ms: row.get(17)?,
        tokens: row.get(18)?,
        called_ms: row.get(19)?,
    })
}

pub(super) fn parsed<T>(
    row: &Row<'_>,
    column: usize,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T, rusqlite::Error> {
    let text = row.get_ref(column)?.as_str()?;
    parse(text).ok_or(rusqlite::Error::InvalidColumnType(
        column,
        "a known value".to_owned(),
        rusqlite::types::Type::Text,
    ))
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
