//! What a connection of HTTP/2 has open, so that it can be ended: one with nothing, whose client
//! answers pings and would stay for ever, and one whose client lets no byte of an answer come.

use std::{
    collections::HashMap,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use axum::body::{Body, Bytes};
use hyper::body::{Frame, SizeHint};
use tokio::{
    sync::watch,
    time::{Instant, sleep, timeout},
};

/// Of an answer so much is handed on at once, so that a slow client is seen to take part by part.
const PART: usize = 16 * 1024;

/// The open requests of one connection. A cheap handle.
#[derive(Clone)]
pub(super) struct Activity {
    open: watch::Sender<usize>,
    unread: Unread,
}

/// The answers that wait for their client, and since when.
#[derive(Clone, Default)]
struct Unread(Arc<Mutex<(u64, HashMap<u64, Instant>)>>);

/// One open request; it counts until it is dropped.
pub(super) struct Busy {
    open: watch::Sender<usize>,
    unread: Unread,
}

/// The body of an answer, whose request is open until it has been sent or nobody wants it.
pub(super) struct Answering {
    body: Body,
    /// What was said and not handed on.
    rest: Bytes,
    number: u64,
    busy: Busy,
}

impl Unread {
    fn add(&self) -> u64 {
        let mut all = self.lock();
        all.0 += 1;
        let number = all.0;
        all.1.insert(number, Instant::now());
        number
    }

    /// An answer waits for its client from now on, or for us.
    fn set(&self, number: u64, waits: bool) {
        let mut all = self.lock();
        if waits {
            all.1.insert(number, Instant::now());
        } else {
            all.1.remove(&number);
        }
    }

    /// Since when an answer waits that waits the longest.
    fn oldest(&self) -> Option<Instant> {
        self.lock().1.values().min().copied()
    }

    fn lock(&self) -> MutexGuard<'_, (u64, HashMap<u64, Instant>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Activity {
    pub(super) fn new() -> Self {
        Self {
            open: watch::Sender::new(0),
            unread: Unread::default(),
        }
    }

    /// Resolves when a client has taken no byte of an answer for so long.
    pub(super) async fn unread(&self, patience: Duration) {
        loop {
            let waits = self.unread.oldest().map(|since| since.elapsed());
            let left = patience.saturating_sub(waits.unwrap_or_default());
            if left.is_zero() {
                return;
            }
            sleep(left).await;
        }
    }

    /// Counts one more request.
    pub(super) fn begin(&self) -> Busy {
        self.open.send_modify(|open| *open += 1);
        Busy {
            open: self.open.clone(),
            unread: self.unread.clone(),
        }
    }

    /// Resolves when no request has been open for so long.
    pub(super) async fn idle(&self, patience: Duration) {
        let mut open = self.open.subscribe();
        loop {
            let is_idle = *open.borrow_and_update() == 0;
            // It changes with each request, however short. It is never closed: `self` holds it.
            let change = open.changed();
            if !is_idle {
                let _ = change.await;
            } else if timeout(patience, change).await.is_err() {
                return;
            }
        }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.open.send_modify(|open| *open -= 1);
    }
}

impl Answering {
    pub(super) fn new(body: Body, busy: Busy) -> Self {
        Self {
            body,
            rest: Bytes::new(),
            number: busy.unread.add(),
            busy,
        }
    }
}

impl hyper::body::Body for Answering {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.rest.is_empty() {
            match Pin::new(&mut self.body).poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                    Ok(data) => self.rest = data,
                    Err(frame) => return Poll::Ready(Some(Ok(frame))),
                },
                other => {
                    self.busy.unread.set(self.number, false);
                    return other;
                }
            }
        }
        self.busy.unread.set(self.number, true);
        let part = self.rest.len().min(PART);
        let part = self.rest.split_to(part);
        Poll::Ready(Some(Ok(Frame::data(part))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let rest = self.rest.len() as u64;
        let body = self.body.size_hint();
        let mut hint = SizeHint::new();
        hint.set_lower(body.lower() + rest);
        if let Some(upper) = body.upper() {
            hint.set_upper(upper + rest);
        }
        hint
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.busy.unread.set(self.number, false);
    }
}
