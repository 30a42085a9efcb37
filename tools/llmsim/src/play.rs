//! Streams an answer in time: every token is due at a moment fixed when the answer began.

use std::{io, ops::Range, pin::pin, sync::Arc, time::Duration};

use bytes::Bytes;
use futures::{Stream, StreamExt};
use tokio::time::{self, Instant};
use tokio_util::sync::CancellationToken;

use crate::{
    calls::Ongoing,
    listener::Peer,
    plan::{Act, Manner},
    reading::Language,
    script::Script,
    wire::Wire,
};

/// When tokens are due.
#[derive(Debug, Clone)]
pub(crate) struct Pace {
    pub(crate) start: Instant,
    pub(crate) ttft: Duration,
    /// Tokens per second; 0 is as fast as possible.
    pub(crate) rate: f64,
    /// These are due together with the last of them.
    pub(crate) held: Range<usize>,
}

/// All that is needed to stream one answer.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) script: Arc<Script>,
    pub(crate) wire: Wire,
    pub(crate) pace: Pace,
    pub(crate) ping: Duration,
    pub(crate) language: Language,
    pub(crate) call: Ongoing,
    pub(crate) peer: Peer,
    pub(crate) stop: CancellationToken,
}

impl Pace {
    /// When the token of this number, counted with reasoning from 0, is due.
    pub(crate) fn due(&self, token: usize) -> Instant {
        let token = if self.held.contains(&token) {
            self.held.end - 1
        } else {
            token
        };
        // Nobody waits for longer than a week, and `Instant` must not overflow.
        let seconds = if self.rate > 0.0 {
            token as f64 / self.rate
        } else {
            0.0
        };
        self.start + self.ttft + Duration::from_secs_f64(seconds.min(604_800.0))
    }
}

/// The body of a streamed answer; an error in it closes the connection.
pub(crate) fn play(
    stage: Stage,
    acts: impl Iterator<Item = Act> + Send,
) -> impl Stream<Item = io::Result<Bytes>> + Send {
    let stopped = stage.stop.clone().cancelled_owned();
    let body = async_stream::stream! {
        let mut sleep = pin!(time::sleep_until(stage.pace.start));
        let mut told = 0;
        for act in acts {
            if let Act::Thought(_) | Act::Token(..) = act {
                let due = stage.pace.due(told);
                if due > Instant::now() {
                    sleep.as_mut().reset(due);
                    sleep.as_mut().await;
                }
                told += 1;
            }
            match act {
                Act::Send(bytes) => yield Ok(bytes),
                Act::Thought(index) => {
                    yield Ok(stage.wire.thought(stage.language.thought(index)));
                }
                Act::Token(token, manner) => {
                    stage.call.sent(&stage.script, token);
                    let (first, second) = stage.write(token, manner);
                    yield Ok(first);
                    if let Some(second) = second {
                        // While the body has nothing ready, what it gave is written out.
                        tokio::task::yield_now().await;
                        yield Ok(second);
                    }
                }
                Act::Ended(ended) => stage.call.end(ended),
                Act::Pings => for index in 0.. {
                    time::sleep(stage.ping).await;
                    yield Ok(stage.wire.ping(index));
                },
                Act::Silence => std::future::pending().await,
                Act::Cut => {
                    moment().await;
                    yield Err(io::Error::other("the simulated server cuts the connection"));
                }
                Act::Reset => {
                    stage.peer.reset_on_close();
                    moment().await;
                    yield Err(io::Error::other("the simulated server resets the connection"));
                }
            }
        }
    };
    body.take_until(stopped)
}

impl Stage {
    /// The bytes of a token, in two parts where it is to be split.
    fn write(&self, token: usize, manner: Manner) -> (Bytes, Option<Bytes>) {
        let text = self.script.token(token).as_bytes();
        match manner {
            Manner::Whole => (self.wire.text(text), None),
            Manner::TwoWrites => {
                let mut first = self.wire.text(text);
                let second = first.split_off(inside_character(&first));
                (first, Some(second))
            }
            Manner::TwoEvents => {
                let (first, second) = text.split_at(inside_character(text));
                (self.wire.text(first), Some(self.wire.text(second)))
            }
        }
    }
}

/// The place behind the first byte of the first character that has several.
fn inside_character(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .position(|byte| !byte.is_ascii())
        .map_or(0, |at| at + 1)
}

/// Lets what was written leave the process, before what comes next.
async fn moment() {
    time::sleep(Duration::from_millis(2)).await;
}
