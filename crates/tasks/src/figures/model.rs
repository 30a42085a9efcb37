//! How each model does: whether its last call went well, how fast it answers, why it failed.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;
use kaucim_fortune::{CallFailure, Writer};
use schemars::JsonSchema;
use serde::Serialize;
use tokio::time::Instant;
use tracing::Span;

use super::{Figures, Histogram, add};
use crate::{stages, tasks::timestamp};

/// How many of a model's last calls say how fast it is.
const LATELY: usize = 50;

/// How a model does in this process, since its start. It holds nothing of what was asked or
/// written.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ModelHealth {
    /// Provider and name, such as `ollama:qwen3:8b`.
    pub model: String,
    pub state: ModelState,
    /// Calls that are being answered now.
    pub open_calls: u64,
    /// Calls that were made, those that were made again included.
    pub calls: u64,
    /// Calls that were made again, as they had failed before any text.
    pub retries: u64,
    /// Calls that we broke off: cancelled, out of time, or stopped with the server.
    pub broken_off: u64,
    /// Calls that failed for good, by kind.
    pub failures: BTreeMap<String, u64>,
    /// Tokens that it wrote.
    pub tokens: u64,
    /// From a call to its first text, of the last 50 calls that ended well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_token: Option<Latency>,
    /// From a call to its end, likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub whole: Option<Latency>,
    /// While it writes, likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens_per_second: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_failure: Option<ModelFailure>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub last_success_at: Option<Timestamp>,
    #[serde(skip)]
    pub first_token_all: Histogram,
    #[serde(skip)]
    pub whole_all: Histogram,
}

/// Whether a model can be relied on just now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ModelState {
    /// No call to it has ended yet.
    #[default]
    Unasked,
    /// Its last call ended well.
    Working,
    /// Its last call failed.
    Failing,
}

/// Why a model failed the last time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ModelFailure {
    /// `connect`, `timed_out`, `unavailable`, `refused`, `failed`, `cut_off`, `empty`, `malformed`
    /// or `given_up`.
    pub kind: String,
    /// The status of HTTP that the model's server answered with, where it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    #[schemars(with = "String")]
    pub at: Timestamp,
}

/// How long something took lately, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Latency {
    pub median_ms: u64,
    /// Nineteen of twenty were no slower.
    pub p95_ms: u64,
}

/// What is known of one model.
pub(super) struct Model {
    name: String,
    state: ModelState,
    open_calls: u64,
    calls: u64,
    retries: u64,
    broken_off: u64,
    failures: BTreeMap<String, u64>,
    tokens: u64,
    /// The last calls that ended well, the last one at the end.
    lately: VecDeque<Answered>,
    last_failure: Option<ModelFailure>,
    last_success_at: Option<Timestamp>,
    first_token: Histogram,
    whole: Histogram,
}

/// A call that ended well.
#[derive(Clone, Copy)]
struct Answered {
    /// Absent when it wrote nothing that is shown.
    first_token: Option<Duration>,
    whole: Duration,
    tokens: u64,
}

/// A call that is being answered; dropped before its end, it was broken off.
pub(crate) struct OpenCall {
    figures: Arc<Figures>,
    model: String,
    since: Instant,
    first_token: Option<Duration>,
    is_ended: bool,
    stage: Span,
}

impl OpenCall {
    pub(super) fn begin(figures: &Arc<Figures>, writer: &Writer) -> Self {
        let model = name(writer);
        figures.with_model(&model, |model| {
            model.calls += 1;
            model.open_calls += 1;
        });
        Self {
            figures: Arc::clone(figures),
            stage: stages::model_call(&model, false),
            model,
            since: Instant::now(),
            first_token: None,
            is_ended: false,
        }
    }

    /// The same call is made again, as it had failed before any text.
    pub(crate) fn again(&mut self) {
        self.figures.with_model(&self.model, |model| {
            model.calls += 1;
            model.retries += 1;
        });
        (self.since, self.first_token) = (Instant::now(), None);
        self.stage.record("failure", "made_again");
        self.stage = stages::model_call(&self.model, true);
    }

    /// A piece of text has come.
    pub(crate) fn text(&mut self) {
        self.first_token.get_or_insert_with(|| self.since.elapsed());
    }

    /// The call is over; it wrote so many tokens.
    pub(crate) fn end(mut self, tokens: u64, failure: Option<CallFailure>, now_ms: i64) {
        self.is_ended = true;
        self.stage.record("tokens", tokens);
        if let Some(failure) = failure {
            self.stage.record("failure", failure.name());
        }
        let answered = Answered {
            first_token: self.first_token,
            whole: self.since.elapsed(),
            tokens,
        };
        self.figures.with_model(&self.model, |model| {
            model.open_calls -= 1;
            model.tokens += tokens;
            match failure {
                None => model.succeed(answered, timestamp(now_ms)),
                Some(failure) => model.fail(failure, timestamp(now_ms)),
            }
        });
    }
}

impl Drop for OpenCall {
    fn drop(&mut self) {
        if !self.is_ended {
            self.stage.record("failure", "broken_off");
            self.figures.with_model(&self.model, |model| {
                model.open_calls -= 1;
                model.broken_off += 1;
            });
        }
    }
}

impl Model {
    pub(super) fn of(writer: &Writer) -> Self {
        Self {
            name: name(writer),
            state: ModelState::default(),
            open_calls: 0,
            calls: 0,
            retries: 0,
            broken_off: 0,
            failures: BTreeMap::new(),
            tokens: 0,
            lately: VecDeque::new(),
            last_failure: None,
            last_success_at: None,
            first_token: Histogram::default(),
            whole: Histogram::default(),
        }
    }

    pub(super) fn is(&self, name: &str) -> bool {
        self.name == name
    }

    fn succeed(&mut self, answered: Answered, at: Timestamp) {
        self.state = ModelState::Working;
        self.last_success_at = Some(at);
        if let Some(first_token) = answered.first_token {
            self.first_token.add(millis(first_token));
        }
        self.whole.add(millis(answered.whole));
        if self.lately.len() == LATELY {
            self.lately.pop_front();
        }
        self.lately.push_back(answered);
    }

    fn fail(&mut self, failure: CallFailure, at: Timestamp) {
        self.state = ModelState::Failing;
        add(&mut self.failures, failure.name());
        self.last_failure = Some(ModelFailure {
            kind: failure.name().to_owned(),
            status: failure.status(),
            at,
        });
    }

    pub(super) fn health(&self) -> ModelHealth {
        let first = self
            .lately
            .iter()
            .filter_map(|answered| answered.first_token);
        ModelHealth {
            model: self.name.clone(),
            state: self.state,
            open_calls: self.open_calls,
            calls: self.calls,
            retries: self.retries,
            broken_off: self.broken_off,
            failures: self.failures.clone(),
            tokens: self.tokens,
            first_token: latency(first),
            whole: latency(self.lately.iter().map(|answered| answered.whole)),
            tokens_per_second: self.pace(),
            last_failure: self.last_failure.clone(),
            last_success_at: self.last_success_at,
            first_token_all: self.first_token.clone(),
            whole_all: self.whole.clone(),
        }
    }

    /// Tokens in each second of writing. A call that wrote all at once says nothing.
    fn pace(&self) -> Option<f64> {
        let (mut tokens, mut seconds) = (0.0, 0.0);
        for answered in &self.lately {
            let Some(first_token) = answered.first_token else {
                continue;
            };
            let wrote = answered.whole.saturating_sub(first_token).as_secs_f64();
            if wrote > 0.001 {
                // Exact: no call has 2^52 tokens.
                let written = answered.tokens as f64;
                (tokens, seconds) = (tokens + written, seconds + wrote);
            }
        }
        (seconds > 0.0).then(|| (10.0 * tokens / seconds).round() / 10.0)
    }
}

fn latency(values: impl Iterator<Item = Duration>) -> Option<Latency> {
    let mut values: Vec<u64> = values.map(millis).collect();
    values.sort_unstable();
    let last = values.len().checked_sub(1)?;
    Some(Latency {
        median_ms: values[last / 2],
        p95_ms: values[last * 95 / 100],
    })
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// What a model is called where models are listed.
pub(crate) fn name(Writer { provider, name }: &Writer) -> String {
    format!("{provider}:{name}")
}
