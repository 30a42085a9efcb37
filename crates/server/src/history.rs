//! How busy the server was in the last hour, kept in memory for the plots of the operator's page.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use kaucim_tasks::{Pulse, Status};
use schemars::JsonSchema;
use serde::Serialize;
use tokio::time::{MissedTickBehavior, interval};

use crate::App;

/// How far two looks are apart.
const EVERY: Duration = Duration::from_secs(10);

/// How many looks are remembered: an hour of them.
const REMEMBERED: usize = 360;

/// What was seen, the oldest first.
#[derive(Default)]
pub(crate) struct History {
    samples: Mutex<VecDeque<Sample>>,
}

/// One look. What is counted, is counted since the one before.
#[derive(Debug, Clone)]
struct Sample {
    at: Timestamp,
    running: u64,
    queued: u64,
    readers: u64,
    completed: u64,
    failed: u64,
    failed_checks: u64,
    refused: u64,
    pieces: u64,
    first_token_ms: Option<u64>,
}

/// The last hour, a list for each figure; all lists are as long, and the oldest stands first.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct LastHour {
    /// Seconds between two looks.
    every_seconds: u64,
    /// When it was looked the last time; absent before the first time.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    until: Option<Timestamp>,
    /// Readings that were being made.
    running: Vec<u64>,
    /// Questions that waited.
    queued: Vec<u64>,
    /// Open event streams.
    readers: Vec<u64>,
    /// Readings that were finished since the look before.
    completed: Vec<u64>,
    /// Likewise, that failed.
    failed: Vec<u64>,
    /// Checks that sections failed since the look before.
    failed_checks: Vec<u64>,
    /// Requests that were answered with a problem since the look before.
    refused: Vec<u64>,
    /// Pieces of text that models wrote in a second.
    pieces_per_second: Vec<f64>,
    /// From a question to its first text: the median of the readings that were finished since the
    /// look before, to the nearest of a dozen classes. Absent (`null`) where none was.
    first_token_ms: Vec<Option<u64>>,
}

impl History {
    /// Looks every ten seconds until the server ends.
    pub(crate) async fn remember(self: Arc<Self>, app: App) {
        let mut look = interval(EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut before: Option<(Pulse, u64)> = None;
        loop {
            tokio::select! {
                () = app.draining.cancelled() => return,
                _ = look.tick() => {}
            }
            let pulse = match app.tasks.pulse().await {
                Ok(pulse) => pulse,
                Err(error) => {
                    tracing::debug!(error = %error, "how busy the server is cannot be told");
                    continue;
                }
            };
            let refused = app.refusals.all().values().sum();
            let readers = app.streams.count() as u64;
            let now = (pulse, refused);
            self.add(Sample::of(&now, before.as_ref(), readers));
            before = Some(now);
        }
    }

    fn add(&self, sample: Sample) {
        let mut samples = self.samples.lock().unwrap_or_else(PoisonError::into_inner);
        if samples.len() == REMEMBERED {
            samples.pop_front();
        }
        samples.push_back(sample);
    }

    pub(crate) fn last_hour(&self) -> LastHour {
        let samples = self.samples.lock().unwrap_or_else(PoisonError::into_inner);
        let each = |figure: fn(&Sample) -> u64| samples.iter().map(figure).collect();
        LastHour {
            every_seconds: EVERY.as_secs(),
            until: samples.back().map(|sample| sample.at),
            running: each(|sample| sample.running),
            queued: each(|sample| sample.queued),
            readers: each(|sample| sample.readers),
            completed: each(|sample| sample.completed),
            failed: each(|sample| sample.failed),
            failed_checks: each(|sample| sample.failed_checks),
            refused: each(|sample| sample.refused),
            pieces_per_second: samples.iter().map(Sample::pieces_per_second).collect(),
            first_token_ms: samples.iter().map(|sample| sample.first_token_ms).collect(),
        }
    }
}

impl Sample {
    /// The first look has nothing before it, and counts nothing.
    fn of((now, refused): &(Pulse, u64), before: Option<&(Pulse, u64)>, readers: u64) -> Self {
        let counts = &now.since_start;
        let (earlier, refused_before) = match before {
            Some((earlier, refused)) => (&earlier.since_start, *refused),
            None => (counts, *refused),
        };
        let since = |status| counts.ended_as(status) - earlier.ended_as(status);
        let failed_checks =
            |counts: &kaucim_tasks::Counts| -> u64 { counts.failed_checks.values().sum() };
        Self {
            at: now.at,
            running: now.running,
            queued: now.queued,
            readers,
            completed: since(Status::Completed),
            failed: since(Status::Failed),
            failed_checks: failed_checks(counts) - failed_checks(earlier),
            refused: refused - refused_before,
            pieces: counts.pieces - earlier.pieces,
            first_token_ms: counts.first_token.median_since(&earlier.first_token),
        }
    }

    fn pieces_per_second(&self) -> f64 {
        let pieces = self.pieces as f64;
        (10.0 * pieces / EVERY.as_secs_f64()).round() / 10.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(running: u64) -> Sample {
        Sample {
            at: Timestamp::UNIX_EPOCH,
            running,
            queued: 0,
            readers: 0,
            completed: 0,
            failed: 0,
            failed_checks: 0,
            refused: 0,
            pieces: 0,
            first_token_ms: None,
        }
    }

    #[test]
    fn an_hour_is_remembered_and_no_more() {
        let history = History::default();
        assert_eq!(history.last_hour().until, None);
        for running in 0..1000 {
            history.add(sample(running));
        }
        let hour = history.last_hour();
        assert_eq!(hour.every_seconds * hour.running.len() as u64, 60 * 60);
        assert_eq!((hour.running[0], hour.running[359]), (640, 999));
        assert_eq!(hour.first_token_ms.len(), 360);
    }
}
