//! One reader's place in a task, and the frames that bring it further.

use std::sync::Arc;

use kaucim_fortune::{Language, SectionId, plain_text};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Frame, Phase};
use crate::{
    Cursor, Event, TaskId,
    estimate::Estimate,
    event::decode,
    store::{Store, StoreError, log::Stored, row::TaskRow},
    tail::{Live, Open},
    tasks::Shared,
};

/// The reader's offset is in the middle of a character: it cannot be true.
pub(super) struct InsideCharacter;

/// One reader: its place, and the little it needs to know of what it was sent.
pub(super) struct Reader {
    task_id: TaskId,
    created_ms: i64,
    language: Language,
    pub(super) place: Cursor,
    checks_sent: usize,
    /// Whether this connection was sent text of the open section.
    in_open: bool,
    /// Model deltas of the sealed sections, and how many those are.
    sealed_tokens: u64,
    sealed_sections: usize,
    /// Sealed titles and texts, by index, kept only for `partial_text`.
    sealed: Option<Vec<(u32, String, String)>>,
    pub(super) ended: bool,
    /// The last event, when the task was finished before it was followed.
    last: Option<u64>,
}

impl Reader {
    pub(super) fn new(row: &TaskRow, partial_text: bool) -> Self {
        Self {
            task_id: row.task_id,
            created_ms: row.created_ms,
            language: row.language,
            place: Cursor::default(),
            checks_sent: 0,
            in_open: false,
            sealed_tokens: 0,
            sealed_sections: 0,
            sealed: partial_text.then(Vec::new),
            ended: false,
            last: row.finished_ms.map(|_| row.last_sequence),
        }
    }

    /// Takes in what a reader at this cursor has read before.
    pub(super) fn start_at(&mut self, cursor: Cursor, log: &[Stored]) {
        for event in log
            .iter()
            .take_while(|event| event.sequence <= cursor.sequence)
        {
            self.durable(event, None);
        }
        self.place = cursor;
    }

    /// Back to the start.
    pub(super) fn reset(&mut self, reason: &str) -> Frame {
        self.place = Cursor::default();
        self.checks_sent = 0;
        self.in_open = false;
        self.sealed_tokens = 0;
        self.sealed_sections = 0;
        if let Some(sealed) = &mut self.sealed {
            sealed.clear();
        }
        let data = json!({ "type": "reset", "task_id": self.task_id, "reason": reason });
        Frame {
            cursor: Some(self.place),
            name: "reset",
            data: data.to_string(),
        }
    }

    pub(super) async fn catch_up(&self, store: &Store) -> Result<Vec<Arc<Stored>>, StoreError> {
        let events = store
            .events_after(self.task_id, self.place.sequence)
            .await?;
        Ok(events.into_iter().map(Arc::new).collect())
    }

    /// The frames of the next durable event.
    pub(super) fn durable(&mut self, stored: &Stored, live: Option<&Live>) -> Vec<Frame> {
        let mut frames = Vec::new();
        let Ok(event) = decode(&stored.data) else {
            // Only a newer version writes what this one cannot read; its readers can.
            tracing::error!(task.id = %self.task_id, event.sequence = stored.sequence,
                "a stored event cannot be read");
            self.place.sequence = stored.sequence;
            // Nothing follows it, whatever it was.
            self.ended = self.last == Some(stored.sequence);
            return frames;
        };
        let closed = live.and_then(|live| {
            live.with_closed(stored.sequence, |open| self.last_words(&event, open))
        });
        frames.extend(closed.into_iter().flatten());
        if let Event::SectionCompleted {
            section,
            index,
            title,
            text,
            total_tokens,
            ..
        } = &event
        {
            if !self.place.announced {
                self.place.announced = true;
                frames.push(self.section_started(*section, title, attempt_of(&stored.data)));
            }
            self.sealed_tokens = *total_tokens;
            self.sealed_sections += 1;
            if let Some(sealed) = &mut self.sealed {
                sealed.push((*index, title.clone(), text.clone()));
                sealed.sort_by_key(|(index, ..)| *index);
            }
        }
        self.place.sequence = stored.sequence;
        if event.is_boundary() {
            self.place.offset = 0;
            self.place.announced = false;
            self.checks_sent = 0;
            self.in_open = false;
        }
        self.ended = event.final_status().is_some();
        frames.push(Frame {
            cursor: Some(self.place),
            name: event.name(),
            data: stored.data.clone(),
        });
        frames
    }

    /// What the open section has beyond this reader's offset.
    pub(super) fn open_text(&mut self, open: &Open) -> Result<Vec<Frame>, InsideCharacter> {
        let mut frames = Vec::new();
        if open.text.is_empty() {
            return Ok(frames);
        }
        let offset = usize::try_from(self.place.offset).unwrap_or(usize::MAX);
        if !self.place.announced {
            self.place.announced = true;
            frames.push(self.section_started(open.section, open.title, open.attempt));
        }
        if offset < open.text.len() {
            let token = open.text.get(offset..).ok_or(InsideCharacter)?;
            self.place.offset = open.text.len() as u64;
            frames.push(self.llm_streaming(open, token));
        }
        self.in_open = true;
        frames.extend(self.validations(open));
        Ok(frames)
    }

    /// How the checks of the open section went that this reader was not told of.
    fn validations(&mut self, open: &Open) -> Vec<Frame> {
        let untold = open.checks.iter().skip(self.checks_sent);
        let frames = untold.map(|check| {
            self.frame(
                "validation",
                json!({
                    "type": "validation", "task_id": self.task_id, "section": open.section,
                    "check": check.check, "passed": check.passed,
                }),
            )
        });
        let frames = frames.collect();
        self.checks_sent = open.checks.len();
        frames
    }

    /// What a section that has just ended had beyond this reader's offset, if the reader was in it
    /// until now: its last words, unless they are dropped, and its checks.
    fn last_words(&mut self, event: &Event, open: &Open) -> Vec<Frame> {
        let is_next = open.base <= self.place.sequence;
        match event {
            // An offset inside a character is void with the section.
            Event::SectionCompleted { .. } if self.in_open && is_next => {
                self.open_text(open).unwrap_or_default()
            }
            Event::SectionReset { .. } if self.in_open && is_next => self.validations(open),
            _ => Vec::new(),
        }
    }

    fn section_started(&self, section: SectionId, title: &str, attempt: u32) -> Frame {
        let data = json!({
            "type": "section_started", "task_id": self.task_id, "attempt": attempt,
            "section": section, "title": title, "index": section.index(),
            "of": SectionId::ALL.len(),
        });
        self.frame("section_started", data)
    }

    fn llm_streaming(&self, open: &Open, token: &str) -> Frame {
        #[derive(Serialize)]
        struct LlmStreaming<'a> {
            r#type: &'a str,
            task_id: TaskId,
            attempt: u32,
            section: SectionId,
            token: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            partial_text: Option<String>,
            total_tokens: u64,
        }
        let partial_text = self.sealed.as_ref().map(|sealed| {
            let sealed = sealed
                .iter()
                .map(|(_, title, text)| (title.as_str(), text.as_str()));
            plain_text(sealed.chain([(open.title, open.text.as_str())]))
        });
        let data = LlmStreaming {
            r#type: "llm_streaming",
            task_id: self.task_id,
            attempt: open.attempt,
            section: open.section,
            token,
            partial_text,
            total_tokens: self.sealed_tokens + open.deltas,
        };
        let data = serde_json::to_string(&data).unwrap_or_default();
        Frame {
            cursor: Some(self.place),
            name: "llm_streaming",
            data,
        }
    }

    fn frame(&self, name: &'static str, data: serde_json::Value) -> Frame {
        Frame {
            cursor: Some(self.place),
            name,
            data: data.to_string(),
        }
    }

    /// Tells what the task is doing. Whoever waits also sees to it that nobody waits for a worker
    /// that is gone.
    pub(super) async fn heartbeat(&self, shared: &Arc<Shared>, live: &Live) -> Frame {
        shared.look_after_leases();
        let mut beat = Beat::of(live.phase());
        match beat.phase {
            Phase::Queued => match shared.queue.position(self.task_id).await {
                Ok(position) => {
                    beat.position = position;
                    beat.estimate = position.and_then(|position| self.expects(shared, position));
                }
                Err(_) => beat.phase = Phase::StorageUnavailable,
            },
            Phase::WaitingForModel
            | Phase::Thinking
            | Phase::Writing
            | Phase::StorageUnavailable => beat.estimate = live.estimate(),
        }
        self.told(shared, beat)
    }

    pub(super) fn storage_unavailable(&self, shared: &Shared) -> Frame {
        self.told(shared, Beat::of(Phase::StorageUnavailable))
    }

    /// What a reading at this place of the queue may expect, if the first model writes it.
    fn expects(&self, shared: &Shared, position: u64) -> Option<Estimate> {
        let writer = shared.fortune.first_writer()?;
        let usual = shared.estimates.usual(&writer, self.language)?;
        let missing = SectionId::ALL.len().saturating_sub(self.sealed_sections);
        let busy = (position, shared.settings.workers);
        Some(usual.queued(self.elapsed_ms(shared), missing, busy))
    }

    fn elapsed_ms(&self, shared: &Shared) -> u64 {
        let now_ms = shared.settings.clock.now_ms();
        let elapsed_ms = now_ms.saturating_sub(self.created_ms);
        // The clock may have been set back in between.
        u64::try_from(elapsed_ms).unwrap_or(0)
    }

    fn told(&self, shared: &Shared, beat: Beat) -> Frame {
        let mut data = json!({
            "type": "heartbeat", "task_id": self.task_id, "phase": beat.phase,
            "elapsed_ms": self.elapsed_ms(shared),
        });
        let first_token_ms = beat.estimate.and_then(|expected| expected.first_token_ms);
        let total_ms = beat.estimate.map(|expected| expected.total_ms);
        for (name, value) in [
            ("position", beat.position),
            ("estimate_ms", total_ms),
            ("estimate_first_token_ms", first_token_ms),
        ] {
            if let Some(value) = value {
                data[name] = value.into();
            }
        }
        Frame {
            cursor: None,
            name: "heartbeat",
            data: data.to_string(),
        }
    }
}

/// What a heartbeat tells.
struct Beat {
    phase: Phase,
    position: Option<u64>,
    estimate: Option<Estimate>,
}

impl Beat {
    fn of(phase: Phase) -> Self {
        Self {
            phase,
            position: None,
            estimate: None,
        }
    }
}

fn attempt_of(data: &str) -> u32 {
    #[derive(Deserialize)]
    struct Attempt {
        attempt: u32,
    }
    serde_json::from_str::<Attempt>(data).map_or(1, |Attempt { attempt }| attempt)
}
