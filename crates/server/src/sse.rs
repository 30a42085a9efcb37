//! The one place that encodes server-sent events.

use std::{borrow::Cow, convert::Infallible, fmt::Write, pin::pin};

use async_stream::stream;
use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, header},
    response::Response,
};
use bytes::Bytes;
use futures::{Stream, StreamExt, stream::BoxStream};
use kaucim_tasks::{Cursor, Frame};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::{completions::CompletionChunks, streams::OpenStream, ui_messages::UiMessages};

/// How long a browser waits before it reconnects, in milliseconds.
const RETRY: &str = "retry: 2000\n";

/// What frames are written as.
pub(crate) enum Encoding {
    /// The events of the contract, from this cursor on.
    Events(Cursor),
    /// Chunks of a message of the AI SDK.
    UiMessages(UiMessages),
    /// Pieces of a chat completion of OpenAI's API.
    Completion(CompletionChunks),
}

impl Encoding {
    /// What comes before any frame.
    fn opening(&self) -> Bytes {
        match self {
            // An id without data: the browser holds a cursor before the first event.
            Self::Events(cursor) => Bytes::from(format!("{RETRY}id: {cursor}\n\n")),
            Self::UiMessages(message) => chunks(&message.opening()),
            Self::Completion(completion) => chunks(&completion.opening()),
        }
    }

    fn frame(&mut self, frame: &Frame) -> Bytes {
        match self {
            Self::Events(_) => encode(frame),
            Self::UiMessages(message) => chunks(&message.frame(frame)),
            // A comment, which no client shows: the connection is not dead.
            Self::Completion(_) if frame.name == "heartbeat" => Bytes::from_static(b": \n\n"),
            Self::Completion(completion) => chunks(&completion.frame(frame)),
        }
    }

    /// What comes after the last frame, whether the task has ended or its reader may read no more.
    fn ending(&self) -> Bytes {
        match self {
            Self::Events(_) => Bytes::new(),
            Self::UiMessages(message) => done(&message.ending()),
            Self::Completion(completion) => done(&completion.ending()),
        }
    }

    /// The version of the protocol, where a client asks for it.
    fn version(&self) -> Option<(HeaderName, HeaderValue)> {
        let name = HeaderName::from_static("x-vercel-ai-ui-message-stream");
        match self {
            Self::Events(_) | Self::Completion(_) => None,
            Self::UiMessages(_) => Some((name, HeaderValue::from_static("v1"))),
        }
    }
}

/// An event stream: its opening at once, then every frame until the task or the server ends, or
/// the reader's credential.
pub(crate) fn stream_of(
    mut encoding: Encoding,
    mut frames: BoxStream<'static, Frame>,
    ending: CancellationToken,
    open: OpenStream,
) -> Response {
    let version = encoding.version();
    let mut response = response(stream! {
        yield encoding.opening();
        {
            let mut ended = pin!(ending.cancelled());
            let mut revoked = pin!(open.ended.cancelled());
            loop {
                let frame = tokio::select! {
                    biased;
                    () = &mut ended => break,
                    () = &mut revoked => break,
                    frame = frames.next() => frame,
                };
                match frame {
                    Some(frame) => yield encoding.frame(&frame),
                    None => break,
                }
            }
        }
        yield encoding.ending();
    });
    response.headers_mut().extend(version);
    response
}

/// A stream that ends at once and cleanly: the reader shall come back.
pub(crate) fn come_back() -> Response {
    response(futures::stream::once(async {
        Bytes::from(format!("{RETRY}\n"))
    }))
}

fn response(bytes: impl Stream<Item = Bytes> + Send + 'static) -> Response {
    // Nothing is said where there is nothing to say.
    let bytes = bytes.filter(|bytes| std::future::ready(!bytes.is_empty()));
    let mut response = Response::new(Body::from_stream(bytes.map(Ok::<_, Infallible>)));
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/event-stream; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache, no-transform"),
        (HeaderName::from_static("x-accel-buffering"), "no"),
        (HeaderName::from_static("incremental"), "?1"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// One event. Its data is JSON on one line, so nothing can end it early.
fn encode(frame: &Frame) -> Bytes {
    let mut text = String::with_capacity(frame.data.len() + 64);
    if let Some(cursor) = frame.cursor {
        // Writing into a string cannot fail.
        let _ = writeln!(text, "id: {cursor}");
    }
    let data = one_line(&frame.data);
    let _ = write!(text, "event: {}\ndata: {data}\n\n", frame.name);
    Bytes::from(text)
}

/// Values, each as an event that has nothing but data.
fn chunks(values: &[Value]) -> Bytes {
    let mut text = String::new();
    for value in values {
        let _ = write!(text, "data: {}\n\n", one_line(&value.to_string()));
    }
    Bytes::from(text)
}

/// Likewise, and that they were the last.
fn done(values: &[Value]) -> Bytes {
    let mut text = chunks(values).to_vec();
    text.extend_from_slice(b"data: [DONE]\n\n");
    Bytes::from(text)
}

/// JSON escapes what the standard takes for a line break. Readers that split lines as Unicode does
/// take three more; those stand inside strings only and can be escaped as well.
fn one_line(json: &str) -> Cow<'_, str> {
    let breaks = [
        ('\u{85}', "\\u0085"),
        ('\u{2028}', "\\u2028"),
        ('\u{2029}', "\\u2029"),
    ];
    breaks
        .into_iter()
        .fold(Cow::Borrowed(json), |json, (line_break, escaped)| {
            if json.contains(line_break) {
                Cow::Owned(json.replace(line_break, escaped))
            } else {
                json
            }
        })
}
