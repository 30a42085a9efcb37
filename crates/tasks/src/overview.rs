//! How the service does, for its operator: counts and times, never what anybody asked or read.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use kaucim_fortune::{NoticeKind, Origin, ResetReason};
use schemars::JsonSchema;
use serde::Serialize;
use tokio::time::Instant;

use crate::{
    Counts, Event, ModelHealth, Spent, StoreError, TaskResult, Tasks,
    figures::model_name,
    store::overview::{Storage, Waiting},
    tasks::timestamp,
};

/// How many of the last finished tasks are looked at.
const LATELY: u32 = 200;

/// What is looked up for one operator serves all of them for so long at least.
const SEEN_FOR: Duration = Duration::from_secs(1);

/// Or for so many times as long as it took, where there is much to look at.
const SEEN_FOR_TIMES: u32 = 20;

/// How the service does now.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Overview {
    /// When this was so.
    #[schemars(with = "String")]
    pub at: Timestamp,
    #[schemars(with = "String")]
    pub started_at: Timestamp,
    /// Seconds since the start of the process.
    pub up_seconds: u64,
    /// Tasks in the store, by status; a second old, or older where there are very many.
    pub tasks: BTreeMap<String, u64>,
    /// Readings that may be made at once.
    pub workers: usize,
    /// Readings that are being made here.
    pub running: u64,
    /// Questions that wait for a worker.
    pub queued: u64,
    /// How long the one has waited that waits longest; absent when none does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub longest_wait_ms: Option<u64>,
    /// The models in the order that they are asked in.
    pub models: Vec<ModelHealth>,
    /// As old as `tasks`.
    pub lately: Lately,
    pub since_start: Counts,
    pub spent_today: Vec<Spent>,
    pub storage: Storage,
}

/// What the last finished tasks came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Lately {
    pub tasks: u64,
    /// Readings by who wrote them: `model`, `mixed`, `classic`.
    pub origins: BTreeMap<String, u64>,
    /// Models that wrote, by name.
    pub models: BTreeMap<String, ModelLately>,
    /// Tasks that failed, by the code of the error.
    pub failures: BTreeMap<String, u64>,
    /// Why text was dropped, by reason.
    pub resets: BTreeMap<String, u64>,
    /// Checks that sealed sections have failed all the same.
    pub failed_checks: BTreeMap<String, u64>,
    /// Readings in which another model or the deck had to go on, by code.
    pub fallbacks: BTreeMap<String, u64>,
}

/// What a model did lately. Times are medians, in milliseconds since the question.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ModelLately {
    pub readings: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_token_ms: Option<u64>,
    pub total_ms: u64,
    pub output_tokens: u64,
    pub calls: u64,
}

/// How busy the service is, for those who look often: it costs next to nothing.
#[derive(Debug, Clone)]
pub struct Pulse {
    pub at: Timestamp,
    pub running: u64,
    pub queued: u64,
    pub since_start: Counts,
}

/// What was looked up, when, and how long that took.
pub(crate) struct Seen {
    at: Instant,
    took: Duration,
    tasks: BTreeMap<String, u64>,
    lately: Lately,
}

/// The times of a model, before they are made medians.
#[derive(Default)]
struct Times {
    first_token_ms: Vec<u64>,
    total_ms: Vec<u64>,
}

impl Tasks {
    /// How the service does.
    pub async fn overview(&self) -> Result<Overview, StoreError> {
        let (tasks, lately) = self.seen().await?;
        let now_ms = self.shared.settings.clock.now_ms();
        let (started_ms, up_seconds) = self.shared.figures.since();
        let Waiting {
            queued,
            oldest_created_ms,
        } = self.shared.store.waiting().await?;
        Ok(Overview {
            at: timestamp(now_ms),
            started_at: timestamp(started_ms),
            up_seconds,
            tasks,
            workers: self.shared.settings.workers,
            running: self.shared.queue.running(),
            queued,
            longest_wait_ms: oldest_created_ms.map(|since_ms| gone_ms(since_ms, now_ms)),
            models: self.shared.figures.models(),
            lately,
            since_start: self.shared.figures.counts(),
            spent_today: self.spent().await?,
            storage: self.shared.store.storage().await?,
        })
    }

    /// How busy the service is.
    pub async fn pulse(&self) -> Result<Pulse, StoreError> {
        Ok(Pulse {
            at: timestamp(self.shared.settings.clock.now_ms()),
            running: self.shared.queue.running(),
            queued: self.shared.store.waiting().await?.queued,
            since_start: self.shared.figures.counts(),
        })
    }

    /// What takes a while to look up; several who ask at once get the same.
    async fn seen(&self) -> Result<(BTreeMap<String, u64>, Lately), StoreError> {
        let mut held = self.shared.seen.lock().await;
        if let Some(seen) = held.as_ref().filter(|seen| seen.is_fresh()) {
            return Ok((seen.tasks.clone(), seen.lately.clone()));
        }
        let asked = Instant::now();
        let counts = self.counts().await?.into_iter();
        let (count, events) = self.shared.store.last_events(LATELY).await?;
        let seen = Seen {
            at: Instant::now(),
            took: asked.elapsed(),
            tasks: counts
                .map(|(status, count)| (status.name().to_owned(), count))
                .collect(),
            lately: Lately::of(count, events),
        };
        let found = (seen.tasks.clone(), seen.lately.clone());
        *held = Some(seen);
        Ok(found)
    }
}

impl Seen {
    fn is_fresh(&self) -> bool {
        self.at.elapsed() < SEEN_FOR.max(self.took * SEEN_FOR_TIMES)
    }
}

impl Lately {
    fn of(tasks: u64, events: Vec<Event>) -> Self {
        let mut lately = Self {
            tasks,
            ..Self::default()
        };
        let mut times: BTreeMap<String, Times> = BTreeMap::new();
        for event in events {
            match event {
                Event::Complete { result } => lately.add(&result, &mut times),
                Event::Error { code, .. } => count(&mut lately.failures, &code),
                Event::SectionReset { reason, .. } => {
                    count(&mut lately.resets, reset_name(reason));
                }
                Event::Status { .. }
                | Event::Notice { .. }
                | Event::Lot { .. }
                | Event::Sources { .. }
                | Event::SectionCompleted { .. }
                | Event::Cancelled {} => {}
            }
        }
        for (name, times) in times {
            let model = lately.models.entry(name).or_default();
            model.first_token_ms = median(times.first_token_ms);
            model.total_ms = median(times.total_ms).unwrap_or_default();
        }
        lately
    }

    fn add(&mut self, result: &TaskResult, times: &mut BTreeMap<String, Times>) {
        count(&mut self.origins, origin_name(result.origin));
        let checks = result.sections.iter().flat_map(|section| &section.checks);
        for check in checks.filter(|check| !check.passed) {
            count(&mut self.failed_checks, &check.check);
        }
        for notice in &result.notices {
            if notice.kind == NoticeKind::Fallback {
                count(&mut self.fallbacks, &notice.code);
            }
        }
        let Some(writer) = &result.model else { return };
        let name = model_name(writer);
        let model = self.models.entry(name.clone()).or_default();
        model.readings += 1;
        model.output_tokens += result.usage.output_tokens;
        model.calls += u64::from(result.usage.calls);
        let times = times.entry(name).or_default();
        times.first_token_ms.extend(result.timings.first_token_ms);
        times.total_ms.push(result.timings.total_ms);
    }
}

/// Milliseconds that have gone by, 0 when a clock was set back in between.
pub(crate) fn gone_ms(since_ms: i64, now_ms: i64) -> u64 {
    u64::try_from(now_ms - since_ms).unwrap_or(0)
}

fn count(counts: &mut BTreeMap<String, u64>, name: &str) {
    *counts.entry(name.to_owned()).or_default() += 1;
}

fn median(mut values: Vec<u64>) -> Option<u64> {
    values.sort_unstable();
    values.get(values.len() / 2).copied()
}

pub(crate) fn origin_name(origin: Origin) -> &'static str {
    match origin {
        Origin::Model => "model",
        Origin::Mixed => "mixed",
        Origin::Classic => "classic",
    }
}

pub(crate) fn reset_name(reason: ResetReason) -> &'static str {
    match reason {
        ResetReason::CheckFailed => "check_failed",
        ResetReason::Withheld => "withheld",
        ResetReason::ModelFailed => "model_failed",
        ResetReason::Interrupted => "interrupted",
        ResetReason::OutOfTime => "out_of_time",
    }
}
