//! How many requests a connection has open, so that one with none can be ended: a client of HTTP/2
//! that answers pings and asks nothing would stay for ever.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::body::{Body, Bytes};
use hyper::body::{Frame, SizeHint};
use tokio::{sync::watch, time::timeout};

/// The open requests of one connection. A cheap handle.
#[derive(Clone)]
pub(super) struct Activity {
    open: watch::Sender<usize>,
}

/// One open request; it counts until it is dropped.
pub(super) struct Busy {
    open: watch::Sender<usize>,
}

/// The body of an answer, whose request is open until it has been sent or nobody wants it.
pub(super) struct Answering {
    body: Body,
    _busy: Busy,
}

impl Activity {
    pub(super) fn new() -> Self {
        Self {
            open: watch::Sender::new(0),
        }
    }

    /// Counts one more request.
    pub(super) fn begin(&self) -> Busy {
        self.open.send_modify(|open| *open += 1);
        Busy {
            open: self.open.clone(),
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
        Self { body, _busy: busy }
    }
}

impl hyper::body::Body for Answering {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
