//! Follows a task: the stored events, then the text being written, as one stream of frames.
//!
//! A reader is a cursor, not a queue: whatever lies beyond its place is sent as one piece, never
//! across a durable event. Memory per reader is constant, and nobody waits for a slow one.

use std::{sync::Arc, time::Duration};

use async_stream::stream;
use futures::{Stream, stream::BoxStream};
use jiff::Timestamp;
use kaucim_fortune::{SectionId, plain_text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

use crate::{
    Cursor, CursorError, Event, TaskId,
    event::decode,
    store::{Store, StoreError, log::Stored, row::TaskRow},
    tail::{Live, Look, Open},
};

/// How a task is followed.
#[derive(Debug, Clone)]
pub struct FollowOptions {
    /// Where the reader stands; absent: at the start.
    pub cursor: Option<Result<Cursor, CursorError>>,
    /// Whether each piece of text comes with the whole answer so far.
    pub partial_text: bool,
}

/// A task being followed.
pub enum Follow {
    Frames(BoxStream<'static, Frame>),
    /// The reader has read it to its end; nothing will ever follow.
    Ended,
}

/// One event as a reader gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The reader's place after this event; heartbeats have none.
    pub cursor: Option<Cursor>,
    pub name: &'static str,
    /// JSON on one line.
    pub data: String,
}

/// What a task is doing while its reader waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    Queued,
    WaitingForModel,
    Thinking,
    Writing,
    StorageUnavailable,
}

/// The longest silence; contract: 15 seconds.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// How long to wait before the store is asked again after it failed.
const STORE_RETRY: Duration = Duration::from_secs(1);

/// Starts to follow a task whose row and log were read just now.
pub(crate) fn follow(
    store: Store,
    live: Arc<Live>,
    (row, log): (TaskRow, Vec<Stored>),
    options: FollowOptions,
) -> Follow {
    let cursor = match options.cursor {
        None => Some(Cursor::default()),
        Some(Ok(cursor)) if cursor.sequence <= row.last_sequence => Some(cursor),
        Some(Ok(_) | Err(CursorError)) => None,
    };
    let ended = cursor.is_some_and(|cursor| cursor.sequence == row.last_sequence);
    if ended && row.finished_ms.is_some() {
        return Follow::Ended;
    }
    live.know(row.last_sequence);
    let reader = Reader::new(&row, options.partial_text);
    Follow::Frames(Box::pin(frames(store, live, reader, cursor, log)))
}

fn frames(
    store: Store,
    live: Arc<Live>,
    mut reader: Reader,
    cursor: Option<Cursor>,
    log: Vec<Stored>,
) -> impl Stream<Item = Frame> + Send + 'static {
    stream! {
        let mut changed = live.subscribe();
        let mut phase = None;
        match cursor {
            Some(cursor) => reader.start_at(cursor, &log),
            None => yield reader.reset("bad_cursor"),
        }
        loop {
            changed.mark_unchanged();
            // Everything durable first.
            loop {
                let events = match live.look(reader.place.sequence) {
                    Look::Erased => return,
                    Look::Current => break,
                    Look::Next(events) => events,
                    Look::Behind => match reader.catch_up(&store).await {
                        Ok(events) => events,
                        Err(_) => {
                            yield reader.heartbeat(Phase::StorageUnavailable, None);
                            sleep_until(Instant::now() + STORE_RETRY).await;
                            continue;
                        }
                    },
                };
                // A gap that the store does not fill: the task was erased.
                if events.is_empty() {
                    return;
                }
                for event in events {
                    for frame in reader.durable(&event) {
                        yield frame;
                    }
                    if reader.ended {
                        return;
                    }
                }
            }
            // Then the text being written.
            match live.with_open(reader.place.sequence, |open| reader.open_text(open)) {
                Some(Ok(frames)) => {
                    for frame in frames {
                        yield frame;
                    }
                }
                Some(Err(InsideCharacter)) => {
                    yield reader.reset("bad_cursor");
                    continue;
                }
                None => {}
            }
            let silent = phase == Some(live.phase());
            if !silent {
                phase = Some(live.phase());
                yield reader.heartbeat_now(&store, live.phase()).await;
            }
            if !news(&mut changed, HEARTBEAT).await {
                phase = None;
            }
        }
    }
}

/// Waits for something new; false when the time has passed without.
async fn news(changed: &mut watch::Receiver<()>, limit: Duration) -> bool {
    tokio::time::timeout(limit, changed.changed())
        .await
        .is_ok_and(|changed| changed.is_ok())
}

struct InsideCharacter;

/// One reader: its place, and the little it needs to know of what it was sent.
struct Reader {
    task_id: TaskId,
    created_ms: i64,
    place: Cursor,
    checks_sent: usize,
    /// Model deltas of the sealed sections.
    sealed_tokens: u64,
    /// Sealed titles and texts, by index, kept only for `partial_text`.
    sealed: Option<Vec<(u32, String, String)>>,
    ended: bool,
}

impl Reader {
    fn new(row: &TaskRow, partial_text: bool) -> Self {
        Self {
            task_id: row.task_id,
            created_ms: row.created_ms,
            place: Cursor::default(),
            checks_sent: 0,
            sealed_tokens: 0,
            sealed: partial_text.then(Vec::new),
            ended: false,
        }
    }

    /// Takes in what a reader at this cursor has read before.
    fn start_at(&mut self, cursor: Cursor, log: &[Stored]) {
        for event in log
            .iter()
            .take_while(|event| event.sequence <= cursor.sequence)
        {
            self.durable(event);
        }
        self.place = cursor;
    }

    /// Back to the start.
    fn reset(&mut self, reason: &str) -> Frame {
        self.place = Cursor::default();
        self.checks_sent = 0;
        self.sealed_tokens = 0;
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

    async fn catch_up(&self, store: &Store) -> Result<Vec<Arc<Stored>>, StoreError> {
        let events = store
            .events_after(self.task_id, self.place.sequence)
            .await?;
        Ok(events.into_iter().map(Arc::new).collect())
    }

    /// The frames of the next durable event.
    fn durable(&mut self, stored: &Stored) -> Vec<Frame> {
        let mut frames = Vec::new();
        let Ok(event) = decode(&stored.data) else {
            // Only a newer version writes what this one cannot read; its readers can.
            tracing::error!(task.id = %self.task_id, event.sequence = stored.sequence,
                "a stored event cannot be read");
            self.place.sequence = stored.sequence;
            return frames;
        };
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
    fn open_text(&mut self, open: &Open) -> Result<Vec<Frame>, InsideCharacter> {
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
        for check in open.checks.iter().skip(self.checks_sent) {
            frames.push(self.frame(
                "validation",
                json!({
                    "type": "validation", "task_id": self.task_id, "section": open.section,
                    "check": check.check, "passed": check.passed,
                }),
            ));
        }
        self.checks_sent = open.checks.len();
        Ok(frames)
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

    async fn heartbeat_now(&self, store: &Store, phase: Phase) -> Frame {
        match phase {
            Phase::Queued => match store.queued_before(self.task_id).await {
                Ok(before) => self.heartbeat(phase, Some(before + 1)),
                Err(_) => self.heartbeat(Phase::StorageUnavailable, None),
            },
            Phase::WaitingForModel
            | Phase::Thinking
            | Phase::Writing
            | Phase::StorageUnavailable => self.heartbeat(phase, None),
        }
    }

    fn heartbeat(&self, phase: Phase, position: Option<u64>) -> Frame {
        let elapsed_ms = Timestamp::now()
            .as_millisecond()
            .saturating_sub(self.created_ms)
            .max(0);
        let mut data = json!({
            "type": "heartbeat", "task_id": self.task_id, "phase": phase,
            "elapsed_ms": elapsed_ms,
        });
        if let Some(position) = position {
            data["position"] = position.into();
        }
        Frame {
            cursor: None,
            name: "heartbeat",
            data: data.to_string(),
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
