//! What a frame tells, read back for the encodings that do not pass it on as it is stored.

use kaucim_fortune::SectionId;
use kaucim_tasks::{Event, Frame, Phase};
use serde::{Deserialize, Serialize};

/// An event of a task: one that is kept, or one that is not.
pub(crate) enum Told {
    Kept(Event),
    Live(Live),
}

/// What is sent and not kept.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Live {
    SectionStarted {
        section: SectionId,
        title: String,
        index: u32,
        of: u32,
    },
    LlmStreaming {
        section: SectionId,
        token: String,
    },
    Validation {
        section: SectionId,
        check: String,
        passed: bool,
    },
    Heartbeat(Beat),
    Reset {},
}

/// What a task is doing while its reader waits.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Beat {
    phase: Phase,
    elapsed_ms: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    position: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    estimate_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    estimate_first_token_ms: Option<u64>,
}

impl Told {
    /// Reads a frame. One that cannot be read is passed over, as by every other reader.
    pub(crate) fn of(frame: &Frame) -> Option<Self> {
        let told = match frame.name {
            "section_started" | "llm_streaming" | "validation" | "heartbeat" | "reset" => {
                serde_json::from_str(&frame.data).map(Self::Live)
            }
            _ => serde_json::from_str(&frame.data).map(Self::Kept),
        };
        told.inspect_err(|error| {
            tracing::error!(error = %error, event.name = frame.name, "an event cannot be read");
        })
        .ok()
    }
}
