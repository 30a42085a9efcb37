//! How the service does, for its operator: counts and times, never what anybody asked or read.

use std::collections::BTreeMap;

use kaucim_fortune::{NoticeKind, Origin, ResetReason};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{Event, Spent, StoreError, TaskResult, Tasks};

/// How many of the last finished tasks are looked at.
const LATELY: u32 = 200;

/// How the service does now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Overview {
    /// Tasks in the store, by status.
    pub tasks: BTreeMap<String, u64>,
    /// Readings that may be made at once.
    pub workers: usize,
    pub lately: Lately,
    pub spent_today: Vec<Spent>,
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

/// The times of a model, before they are made medians.
#[derive(Default)]
struct Times {
    first_token_ms: Vec<u64>,
    total_ms: Vec<u64>,
}

impl Tasks {
    /// How the service does.
    pub async fn overview(&self) -> Result<Overview, StoreError> {
        let counts = self.counts().await?.into_iter();
        let (tasks, events) = self.shared.store.last_events(LATELY).await?;
        Ok(Overview {
            tasks: counts
                .map(|(status, count)| (status.name().to_owned(), count))
                .collect(),
            workers: self.shared.settings.workers,
            lately: Lately::of(tasks, events),
            spent_today: self.spent().await?,
        })
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
        let origin = match result.origin {
            Origin::Model => "model",
            Origin::Mixed => "mixed",
            Origin::Classic => "classic",
        };
        count(&mut self.origins, origin);
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
        let name = format!("{}:{}", writer.provider, writer.name);
        let model = self.models.entry(name.clone()).or_default();
        model.readings += 1;
        model.output_tokens += result.usage.output_tokens;
        model.calls += u64::from(result.usage.calls);
        let times = times.entry(name).or_default();
        times.first_token_ms.extend(result.timings.first_token_ms);
        times.total_ms.push(result.timings.total_ms);
    }
}

fn count(counts: &mut BTreeMap<String, u64>, name: &str) {
    *counts.entry(name.to_owned()).or_default() += 1;
}

fn median(mut values: Vec<u64>) -> Option<u64> {
    values.sort_unstable();
    values.get(values.len() / 2).copied()
}

fn reset_name(reason: ResetReason) -> &'static str {
    match reason {
        ResetReason::CheckFailed => "check_failed",
        ResetReason::Withheld => "withheld",
        ResetReason::ModelFailed => "model_failed",
        ResetReason::Interrupted => "interrupted",
        ResetReason::OutOfTime => "out_of_time",
    }
}
