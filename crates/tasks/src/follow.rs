//! Follows a task: the stored events, then the text being written, as one stream of frames.
//!
//! A reader is a cursor, not a queue: whatever lies beyond its place is sent as one piece, never
//! across a durable event. Memory per reader is constant, and nobody waits for a slow one.

use std::{pin::pin, sync::Arc, time::Duration};

use async_stream::stream;
use futures::{Stream, stream::BoxStream};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep_until};

use self::reader::{InsideCharacter, Reader};
use crate::{
    Cursor, CursorError,
    store::{log::Stored, row::TaskRow},
    tail::{Live, Look},
    tasks::Shared,
};

mod reader;

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

/// How far heartbeats are apart, whatever comes between them; contract: 15 seconds.
const HEARTBEAT: Duration = Duration::from_secs(12);

/// How long to wait before the store is asked again after it failed.
const STORE_RETRY: Duration = Duration::from_secs(1);

/// Starts to follow a task whose row and log were read just now.
pub(crate) fn follow(
    shared: &Arc<Shared>,
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
    let shared = Arc::clone(shared);
    Follow::Frames(Box::pin(frames(shared, live, reader, cursor, log)))
}

fn frames(
    shared: Arc<Shared>,
    live: Arc<Live>,
    mut reader: Reader,
    cursor: Option<Cursor>,
    log: Vec<Stored>,
) -> impl Stream<Item = Frame> + Send + 'static {
    stream! {
        let mut changed = live.subscribe();
        let mut phase = None;
        // One timer for all heartbeats: text comes far more often than they do.
        let mut heartbeat = pin!(sleep_until(Instant::now()));
        match cursor {
            Some(cursor) => reader.start_at(cursor, &log),
            None => yield reader.reset("bad_cursor"),
        }
        // A reader who waits holds as little as it can.
        drop(log);
        loop {
            changed.mark_unchanged();
            // Everything durable first.
            loop {
                let events = match live.look(reader.place.sequence) {
                    Look::Erased => return,
                    Look::Current => break,
                    Look::Next(events) => events,
                    Look::Behind => match reader.catch_up(&shared.store).await {
                        Ok(events) => events,
                        Err(_) => {
                            yield reader.storage_unavailable(&shared);
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
                    if live.is_erased() {
                        return;
                    }
                    for frame in reader.durable(&event, Some(&live)) {
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
            if phase != Some(live.phase()) || heartbeat.deadline() <= Instant::now() {
                phase = Some(live.phase());
                heartbeat.as_mut().reset(Instant::now() + HEARTBEAT);
                yield reader.heartbeat(&shared, &live).await;
            }
            tokio::select! {
                biased;
                // The sender lives as long as `live`.
                _ = changed.changed() => {}
                () = &mut heartbeat => {}
            }
        }
    }
}
