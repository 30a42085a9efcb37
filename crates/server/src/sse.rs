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
use tokio_util::sync::CancellationToken;

use crate::streams::OpenStream;

/// How long a browser waits before it reconnects, in milliseconds.
const RETRY: &str = "retry: 2000\n";

/// An event stream: the reader's own cursor at once, then every frame until the task or the
/// server ends, or the reader's credential.
pub(crate) fn stream_of(
    cursor: Cursor,
    mut frames: BoxStream<'static, Frame>,
    ending: CancellationToken,
    open: OpenStream,
) -> Response {
    response(stream! {
        // An id without data: the browser holds a cursor before the first event.
        yield Bytes::from(format!("{RETRY}id: {cursor}\n\n"));
        let mut ended = pin!(ending.cancelled());
        let mut revoked = pin!(open.ended.cancelled());
        loop {
            tokio::select! {
                biased;
                () = &mut ended => return,
                () = &mut revoked => return,
                frame = frames.next() => match frame {
                    Some(frame) => yield encode(&frame),
                    None => return,
                },
            }
        }
    })
}

/// A stream that ends at once and cleanly: the reader shall come back.
pub(crate) fn come_back() -> Response {
    response(futures::stream::once(async {
        Bytes::from(format!("{RETRY}\n"))
    }))
}

fn response(bytes: impl Stream<Item = Bytes> + Send + 'static) -> Response {
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
