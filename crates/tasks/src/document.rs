//! A task as one document: for those who poll, for history, and as the result of `complete`.

use jiff::Timestamp;
use kaucim_fortune::{
    FortuneResult, Language, Lot, Notice, Origin, Readings, Section, SectionId, Source, Usage,
    Writer,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Cursor, Event, Report, Status, TaskId};

/// A finished reading with everything that belongs to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TaskResult {
    pub task_id: TaskId,
    pub question: String,
    pub language: Language,
    pub lot: Lot,
    pub sources: Vec<Source>,
    pub notices: Vec<Notice>,
    /// All seven, in order.
    pub sections: Vec<Section>,
    /// The whole reading as plain text.
    pub text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<Writer>,
    pub origin: Origin,
    pub usage: Usage,
    pub timings: Timings,
    pub attempts: u32,
    pub disclaimer: String,
    /// The reading that the question follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follows: Option<TaskId>,
}

impl TaskResult {
    pub(crate) fn new(
        task_id: TaskId,
        reading: FortuneResult,
        usage: Usage,
        timings: Timings,
        attempts: u32,
    ) -> Self {
        Self {
            task_id,
            question: reading.question,
            language: reading.language,
            lot: reading.lot,
            sources: reading.sources,
            notices: reading.notices,
            sections: reading.sections,
            text: reading.text,
            model: reading.model,
            origin: reading.origin,
            usage,
            timings,
            attempts,
            disclaimer: reading.disclaimer,
            follows: None,
        }
    }
}

/// How long a reading took, in milliseconds since it was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Timings {
    /// Until a worker took it up.
    pub queued_ms: u64,
    /// Until the first text of a model; absent when none wrote.
    pub first_token_ms: Option<u64>,
    pub total_ms: u64,
}

/// A task as it stands now.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct TaskDocument {
    pub task_id: TaskId,
    pub status: Status,
    pub progress: u8,
    #[schemars(with = "String")]
    pub created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub started_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub finished_at: Option<Timestamp>,
    pub deity_id: String,
    pub fortune_number: u32,
    pub question: String,
    pub language: Language,
    pub lot: Lot,
    pub sources: Vec<Source>,
    pub notices: Vec<Notice>,
    /// Sealed sections, in the order of the reading.
    pub sections: Vec<Section>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open: Option<OpenText>,
    /// How long the reading may be expected to take in all, in milliseconds since the question:
    /// while a model is at it, and once enough is known. Never a promise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimate_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<TaskResult>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Failure>,
    /// That it was reported to the operator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<Report>,
    /// The reading that the question follows: it is asked of the same lot, and knows that reading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub follows: Option<TaskId>,
    /// The question that follows this reading; there is one at most, and it has none itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub followed_by: Option<TaskId>,
    pub last_event_id: String,
}

/// The section being written, as far as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OpenText {
    pub section: SectionId,
    pub text: String,
}

/// Why a task failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Failure {
    pub code: String,
    pub message: String,
    pub retry_allowed: bool,
}

/// One line of a history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Summary {
    pub task_id: TaskId,
    pub status: Status,
    #[schemars(with = "String")]
    pub created_at: Timestamp,
    pub deity_id: String,
    pub fortune_number: u32,
    pub question: String,
    pub language: Language,
    /// The reading that the question follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub follows: Option<TaskId>,
}

/// What the durable events of a task add up to.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    pub lot: Option<Box<Lot>>,
    pub readings: Readings,
    pub deck_disclaimer: Option<String>,
    pub sources: Option<Vec<Source>>,
    pub notices: Vec<Notice>,
    pub sections: Vec<Section>,
    pub total_tokens: u64,
    pub percent: u8,
    pub result: Option<Box<TaskResult>>,
    pub failure: Option<Failure>,
}

impl Progress {
    /// Takes in the next event of the log.
    pub(crate) fn apply(&mut self, event: Event) {
        match event {
            Event::Status { progress, .. } => self.percent = progress,
            Event::Notice {
                kind,
                code,
                message,
            } => {
                self.notices.push(Notice {
                    kind,
                    code,
                    message,
                });
            }
            Event::Lot {
                lot,
                drawn: _,
                readings,
                deck_disclaimer,
            } => {
                self.lot = Some(lot);
                self.readings = readings;
                self.deck_disclaimer = deck_disclaimer;
            }
            Event::Sources { sources } => self.sources = Some(sources),
            Event::SectionCompleted {
                section,
                index,
                title,
                text,
                origin,
                checks,
                total_tokens,
            } => {
                self.total_tokens = total_tokens;
                self.sections.push(Section {
                    section,
                    index,
                    title,
                    text,
                    origin,
                    checks,
                });
                self.sections.sort_by_key(|section| section.index);
                self.percent = percent_sealed(self.sections.len());
            }
            Event::SectionReset { .. } | Event::Cancelled {} => {}
            Event::Complete { result } => {
                self.percent = 100;
                self.result = Some(result);
            }
            Event::Error {
                code,
                message,
                retry_allowed,
            } => {
                self.failure = Some(Failure {
                    code,
                    message,
                    retry_allowed,
                });
            }
        }
    }
}

/// Milestones: 5 when a worker has it, 10 when the model is asked, then a seventh a section.
fn percent_sealed(sections: usize) -> u8 {
    let sealed = u8::try_from(sections.min(SectionId::ALL.len())).unwrap_or(0);
    10 + sealed * 12
}

/// The last place of a log without open text, as `last_event_id`.
pub(crate) fn last_event_id(sequence: u64) -> String {
    Cursor {
        sequence,
        ..Cursor::default()
    }
    .to_string()
}
