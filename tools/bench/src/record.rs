//! Records a body with the moment at which each piece of it came; it is read afterwards, so that
//! the client takes as little of the machine as it can.

use reqwest::Response;
use tokio::time::{Instant, timeout_at};

use crate::clock::wall_us;

/// A body, and when its pieces came.
#[derive(Debug, Default)]
pub(crate) struct Recording {
    pub(crate) bytes: Vec<u8>,
    /// How many bytes were there at which microsecond since 1970, rising.
    pub(crate) came: Vec<(usize, u64)>,
}

/// When enough is recorded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Enough {
    /// No longer than this, whatever comes.
    pub(crate) by: Instant,
    /// As soon as the event of this name has come whole.
    pub(crate) event: Option<&'static str>,
}

/// Records a body to its end, or until it is enough.
pub(crate) async fn record(response: &mut Response, enough: Enough) -> Recording {
    let mut recording = Recording::default();
    while let Ok(Ok(Some(piece))) = timeout_at(enough.by, response.chunk()).await {
        let now = wall_us();
        recording.bytes.extend_from_slice(&piece);
        recording.came.push((recording.bytes.len(), now));
        if enough.event.is_some_and(|name| recording.has(name)) {
            break;
        }
    }
    recording
}

impl Recording {
    /// When the first `end` bytes were there.
    pub(crate) fn came_us(&self, end: usize) -> Option<u64> {
        let piece = self.came.partition_point(|(bytes, _)| *bytes < end);
        self.came.get(piece).map(|(_, us)| *us)
    }

    fn has(&self, name: &str) -> bool {
        crate::events::parse(self)
            .iter()
            .any(|event| event.name == name)
    }
}
