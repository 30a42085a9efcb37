//! The durable events of a task: one versioned contract, stored as it is sent.

use kaucim_fortune::{
    Check, Lot, Notice, NoticeKind, Readings, ResetReason, Section, SectionId, SectionOrigin,
    Source,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{TaskId, TaskResult};

/// What a task remembers for ever, in the shape its readers get it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// `progress` is 0 to 100, from real milestones only.
    Status {
        status: Status,
        progress: u8,
    },
    Notice {
        kind: NoticeKind,
        code: String,
        message: String,
    },
    /// `drawn`: the server drew the number, fairly. `readings` and `deck_disclaimer` are the
    /// deck's, as it was then.
    Lot {
        lot: Box<Lot>,
        drawn: bool,
        #[serde(default, skip_serializing_if = "Readings::is_by_model")]
        readings: Readings,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        deck_disclaimer: Option<String>,
    },
    Sources {
        sources: Vec<Source>,
    },
    SectionCompleted {
        section: SectionId,
        index: u32,
        title: String,
        text: String,
        origin: SectionOrigin,
        checks: Vec<Check>,
        /// Model deltas of all sealed sections so far.
        total_tokens: u64,
    },
    /// The open text is dropped. No section is named when the worker that wrote it is gone:
    /// whichever is open is meant.
    SectionReset {
        section: Option<SectionId>,
        reason: ResetReason,
    },
    Complete {
        result: Box<TaskResult>,
    },
    Error {
        code: String,
        message: String,
        retry_allowed: bool,
    },
    Cancelled {},
}

/// Where a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Queued,
    Retrieving,
    Generating,
    Completed,
    Failed,
    Cancelled,
}

impl Status {
    const ALL: [Self; 6] = [
        Self::Queued,
        Self::Retrieving,
        Self::Generating,
        Self::Completed,
        Self::Failed,
        Self::Cancelled,
    ];

    /// The public name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Retrieving => "retrieving",
            Self::Generating => "generating",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether nothing follows.
    pub fn is_final(self) -> bool {
        match self {
            Self::Queued | Self::Retrieving | Self::Generating => false,
            Self::Completed | Self::Failed | Self::Cancelled => true,
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

impl Event {
    /// The name of the event on the wire.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Status { .. } => "status",
            Self::Notice { .. } => "notice",
            Self::Lot { .. } => "lot",
            Self::Sources { .. } => "sources",
            Self::SectionCompleted { .. } => "section_completed",
            Self::SectionReset { .. } => "section_reset",
            Self::Complete { .. } => "complete",
            Self::Error { .. } => "error",
            Self::Cancelled {} => "cancelled",
        }
    }

    /// The status that the task has for good once this event is stored.
    pub fn final_status(&self) -> Option<Status> {
        match self {
            Self::Complete { .. } => Some(Status::Completed),
            Self::Error { .. } => Some(Status::Failed),
            Self::Cancelled {} => Some(Status::Cancelled),
            Self::Status { .. }
            | Self::Notice { .. }
            | Self::Lot { .. }
            | Self::Sources { .. }
            | Self::SectionCompleted { .. }
            | Self::SectionReset { .. } => None,
        }
    }

    /// Whether open text ends here.
    pub(crate) fn is_boundary(&self) -> bool {
        matches!(
            self,
            Self::SectionCompleted { .. } | Self::SectionReset { .. }
        ) || self.final_status().is_some()
    }

    pub(crate) fn notice(notice: Notice) -> Self {
        Self::Notice {
            kind: notice.kind,
            code: notice.code,
            message: notice.message,
        }
    }

    pub(crate) fn section_completed(section: Section, total_tokens: u64) -> Self {
        Self::SectionCompleted {
            section: section.section,
            index: section.index,
            title: section.title,
            text: section.text,
            origin: section.origin,
            checks: section.checks,
            total_tokens,
        }
    }
}

/// Writes an event as it is stored and sent: its fields after `type`, `task_id` and `attempt`.
pub(crate) fn encode(event: &Event, task_id: TaskId, attempt: u32) -> String {
    let mut data = Map::new();
    data.insert("type".to_owned(), Value::from(event.name()));
    data.insert("task_id".to_owned(), Value::from(task_id.to_string()));
    data.insert("attempt".to_owned(), Value::from(attempt));
    match serde_json::to_value(event) {
        Ok(Value::Object(fields)) => data.extend(fields),
        Ok(_) | Err(_) => unreachable!("an event is written as an object"),
    }
    Value::Object(data).to_string()
}

/// Reads a stored event.
pub(crate) fn decode(data: &str) -> Result<Event, serde_json::Error> {
    serde_json::from_str(data)
}

#[cfg(test)]
mod tests;
