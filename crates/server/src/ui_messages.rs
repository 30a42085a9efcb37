//! A reading as a message of the AI SDK: its UI message stream protocol, version 1.
//!
//! Source: `ui-message-stream/ui-message-chunks.ts` and `ui/process-ui-message-stream.ts` of the npm
//! package `ai`, 6.0 and 7.0. Pure: frames in, chunks out; memory for a reader is constant.

use kaucim_fortune::{Check, SectionId};
use kaucim_tasks::{Event, Frame, TaskId, TaskResult};
use serde_json::{Value, json};

use crate::told::{Live, Told};

/// What one reader was told so far, as far as the next chunk depends on it.
pub(crate) struct UiMessages {
    task_id: TaskId,
    resets: Resets,
    open: Option<OpenPart>,
    /// Whether the terminal event was told.
    ended: bool,
}

/// How a client is told that text does not count any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Resets {
    /// The part is marked, and stays: clients before 7.0 know nothing else, and end a stream at a
    /// chunk that they do not know.
    Marked,
    /// Its step is taken back (`reset-step`, since 7.0).
    Removed,
}

/// The text part that is being written, in a step of its own.
struct OpenPart {
    section: SectionId,
    index: u32,
    title: String,
    /// Bytes of its text that were sent.
    sent: usize,
    /// How the checks went that have run on it.
    checks: Vec<Value>,
    /// Parts of no section that came meanwhile, and would go with the step.
    others: Vec<Value>,
}

impl UiMessages {
    pub(crate) fn new(task_id: TaskId, resets: Resets) -> Self {
        Self {
            task_id,
            resets,
            open: None,
            ended: false,
        }
    }

    pub(crate) fn task_id(&self) -> TaskId {
        self.task_id
    }

    /// The message has the id of its task, so that it is the same one however often it is told.
    pub(crate) fn opening(&self) -> Vec<Value> {
        let metadata = json!({ "task_id": self.task_id, "status": "queued" });
        vec![json!({ "type": "start", "messageId": self.task_id, "messageMetadata": metadata })]
    }

    pub(crate) fn frame(&mut self, frame: &Frame) -> Vec<Value> {
        match Told::of(frame) {
            None => Vec::new(),
            Some(Told::Live(live)) => self.live(live),
            Some(Told::Kept(event)) => self.kept(event),
        }
    }

    /// What is said when nothing follows. The protocol has no way to say "come back": without an
    /// error, a message that broke off would pass for a whole one.
    pub(crate) fn ending(&self) -> Vec<Value> {
        if self.ended {
            return Vec::new();
        }
        vec![json!({ "type": "error", "errorText": "interrupted: resume the stream to go on" })]
    }

    fn live(&mut self, live: Live) -> Vec<Value> {
        match live {
            Live::SectionStarted {
                section,
                title,
                index,
                of,
            } => self.section_started(section, title, index, of),
            Live::LlmStreaming { section, token } => match &mut self.open {
                Some(open) if open.section == section => {
                    open.sent += token.len();
                    vec![delta(section, &token)]
                }
                Some(_) | None => Vec::new(),
            },
            Live::Validation {
                section,
                check,
                passed,
            } => match &mut self.open {
                Some(open) if open.section == section => {
                    open.checks
                        .push(json!({ "check": check, "passed": passed }));
                    vec![validation(section, &open.checks)]
                }
                Some(_) | None => Vec::new(),
            },
            Live::Heartbeat(beat) => {
                vec![json!({ "type": "data-heartbeat", "data": beat, "transient": true })]
            }
            Live::Reset {} => self.dropped("reset"),
        }
    }

    fn kept(&mut self, event: Event) -> Vec<Value> {
        match event {
            Event::Status { status, progress } => {
                let data = json!({ "status": status, "progress": progress });
                self.of_no_section(part("status", "status", data))
            }
            Event::Notice {
                kind,
                code,
                message,
            } => {
                let data = json!({ "kind": kind, "code": code, "message": message });
                self.of_no_section(part("notice", &code, data))
            }
            Event::Lot {
                lot,
                drawn,
                readings,
                deck_disclaimer,
            } => {
                let mut data = json!({ "lot": lot, "drawn": drawn, "readings": readings });
                if let Some(disclaimer) = deck_disclaimer {
                    data["deck_disclaimer"] = disclaimer.into();
                }
                self.of_no_section(part("lot", "lot", data))
            }
            Event::Sources { sources } => {
                let data = json!({ "sources": sources });
                self.of_no_section(part("sources", "sources", data))
            }
            sealed @ Event::SectionCompleted { .. } => self.section_completed(sealed),
            Event::SectionReset { section, reason } => match (&self.open, section) {
                // One that this reader was never in has nothing to drop.
                (Some(open), Some(section)) if open.section != section => Vec::new(),
                (Some(_) | None, _) => {
                    let reason = serde_json::to_value(reason).unwrap_or_default();
                    self.dropped(reason.as_str().unwrap_or_default())
                }
            },
            Event::Complete { result } => self.complete(*result),
            Event::Error {
                code,
                message,
                retry_allowed,
            } => {
                let error = json!({
                    "code": code, "message": message, "retry_allowed": retry_allowed,
                });
                let mut chunks = self.ended_as(json!({ "status": "failed", "error": error }));
                chunks.push(json!({ "type": "error", "errorText": message }));
                chunks
            }
            Event::Cancelled {} => {
                let mut chunks = self.ended_as(json!({ "status": "cancelled" }));
                chunks.push(json!({ "type": "abort", "reason": "cancelled" }));
                chunks
            }
        }
    }

    fn of_no_section(&mut self, part: Value) -> Vec<Value> {
        if let Some(open) = &mut self.open {
            open.others.push(part.clone());
        }
        vec![part]
    }

    fn section_started(
        &mut self,
        section: SectionId,
        title: String,
        index: u32,
        of: u32,
    ) -> Vec<Value> {
        let mut chunks = self.dropped("interrupted");
        let data = json!({
            "section": section, "index": index, "of": of, "title": title, "state": "open",
        });
        chunks.push(json!({ "type": "start-step" }));
        chunks.push(part("section", section.name(), data));
        let open = OpenPart {
            section,
            index,
            title,
            sent: 0,
            checks: Vec::new(),
            others: Vec::new(),
        };
        chunks.push(open.chunk("text-start", "open"));
        self.open = Some(open);
        chunks
    }

    /// A sealed section is what its text part holds, to the byte.
    fn section_completed(&mut self, event: Event) -> Vec<Value> {
        let Event::SectionCompleted {
            section,
            index,
            title,
            text,
            origin,
            checks,
            ..
        } = event
        else {
            return Vec::new();
        };
        let mut chunks = Vec::new();
        let has_beginning = self.open.as_ref().is_some_and(|open| {
            let is_whole = open.sent == 0 || origin == kaucim_fortune::SectionOrigin::Model;
            open.section == section && is_whole && text.is_char_boundary(open.sent)
        });
        if !has_beginning {
            let of = u32::try_from(SectionId::ALL.len()).unwrap_or_default();
            chunks.extend(self.section_started(section, title.clone(), index, of));
        }
        let Some(open) = self.open.take() else {
            return chunks;
        };
        let rest = text.get(open.sent..).unwrap_or_default();
        if !rest.is_empty() {
            chunks.push(delta(section, rest));
        }
        chunks.push(open.chunk("text-end", "sealed"));
        let checked: Vec<Value> = checks.iter().map(seen).collect();
        chunks.push(validation(section, &checked));
        let data = json!({
            "section": section, "index": index, "of": SectionId::ALL.len(), "title": title,
            "state": "sealed", "text": text, "origin": origin,
        });
        chunks.push(part("section", section.name(), data));
        chunks.push(json!({ "type": "finish-step" }));
        chunks
    }

    /// The open text does not count any more, and its step ends.
    fn dropped(&mut self, reason: &str) -> Vec<Value> {
        let Some(open) = self.open.take() else {
            return Vec::new();
        };
        let mut chunks = match self.resets {
            Resets::Marked => {
                let data = json!({
                    "section": open.section, "index": open.index, "of": SectionId::ALL.len(),
                    "title": open.title, "state": "dropped", "reason": reason,
                });
                vec![
                    open.chunk("text-end", "dropped"),
                    validation(open.section, &[]),
                    part("section", open.section.name(), data),
                ]
            }
            Resets::Removed => {
                let mut chunks = vec![json!({ "type": "reset-step" })];
                chunks.extend(open.others);
                chunks
            }
        };
        chunks.push(json!({ "type": "finish-step" }));
        chunks
    }

    fn complete(&mut self, result: TaskResult) -> Vec<Value> {
        self.ended = true;
        let mut metadata = json!({
            "task_id": result.task_id, "status": "completed", "language": result.language,
            "origin": result.origin, "usage": result.usage, "timings": result.timings,
            "disclaimer": result.disclaimer,
        });
        if let Some(model) = result.model {
            metadata["model"] = json!(model);
        }
        vec![json!({ "type": "finish", "finishReason": "stop", "messageMetadata": metadata })]
    }

    /// What was sealed stays, and what was not is dropped.
    fn ended_as(&mut self, metadata: Value) -> Vec<Value> {
        let mut chunks = self.dropped("ended");
        self.ended = true;
        chunks.push(json!({ "type": "message-metadata", "messageMetadata": metadata }));
        chunks
    }
}

impl OpenPart {
    /// The beginning or the end of its text part, which says what it is and whether it counts.
    fn chunk(&self, kind: &str, state: &str) -> Value {
        let about = json!({
            "section": self.section, "index": self.index, "title": self.title, "state": state,
        });
        json!({ "type": kind, "id": self.section, "providerMetadata": { "kaucim": about } })
    }
}

fn delta(section: SectionId, text: &str) -> Value {
    json!({ "type": "text-delta", "id": section, "delta": text })
}

/// A part that replaces the one of the same id.
fn part(name: &str, id: &str, data: Value) -> Value {
    json!({ "type": format!("data-{name}"), "id": id, "data": data })
}

fn validation(section: SectionId, checks: &[Value]) -> Value {
    let data = json!({ "section": section, "checks": checks });
    part("validation", section.name(), data)
}

fn seen(check: &Check) -> Value {
    json!({ "check": check.check, "passed": check.passed })
}

#[cfg(test)]
mod tests;
