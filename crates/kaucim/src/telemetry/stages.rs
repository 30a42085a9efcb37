//! Takes the stages of readings out of what is traced: which, when and for how long, and nothing
//! that was asked, written or proven.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use tokio::sync::mpsc::{Receiver, Sender, channel};
use tracing::{
    Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};
use tracing_subscriber::{Layer, filter::FilterFn, layer::Context, registry::LookupSpan};
use uuid::Uuid;

/// The target of spans that are stages.
const TARGET: &str = "stage";

/// The name of a task's first stage, which all others hang on.
const FIRST: &str = "accept";

/// Spans that may wait for the collector; there are about thirty in a reading.
const WAITING: usize = 8192;

/// What may be told of a stage. A field that is not here is left out, whoever adds it.
const TOLD: [&str; 9] = [
    "attempt", "model", "retry", "tokens", "failure", "section", "passed", "events", "outcome",
];

/// One stage that has ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stage {
    pub name: &'static str,
    /// The task; all its stages are one trace, over restarts and processes.
    pub task_id: Uuid,
    pub span_id: u64,
    /// Absent: it is the first.
    pub parent_id: Option<u64>,
    /// Nanoseconds since 1970.
    pub start: u64,
    pub end: u64,
    pub told: Vec<(&'static str, Told)>,
}

/// What is told of a stage.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Told {
    Number(i64),
    Yes(bool),
    Text(String),
}

/// The stages that have ended, for whoever sends them.
#[derive(Debug)]
pub(crate) struct Spans {
    pub waiting: Receiver<Stage>,
    /// How many did not fit.
    pub dropped: Arc<AtomicU64>,
}

/// Collects stages as they end. Nobody waits for the collector.
#[derive(Debug)]
pub(crate) struct Stages {
    sender: Sender<Stage>,
    dropped: Arc<AtomicU64>,
}

/// The collecting side, which sees nothing but stages; and the stages.
pub(crate) fn collect<S>() -> (impl Layer<S>, Spans)
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let (sender, waiting) = channel(WAITING);
    let dropped = Arc::new(AtomicU64::new(0));
    let spans = Spans {
        waiting,
        dropped: Arc::clone(&dropped),
    };
    let is_stage = |metadata: &Metadata<'_>| metadata.is_span() && metadata.target() == TARGET;
    let layer = Stages { sender, dropped }.with_filter(FilterFn::new(is_stage));
    (layer, spans)
}

impl<S> Layer<S> for Stages
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let parent = span.parent().and_then(|parent| {
            let extensions = parent.extensions();
            extensions
                .get::<Open>()
                .map(|open| (open.task_id, open.span_id))
        });
        let mut open = Open::default();
        attributes.record(&mut open);
        open.start.get_or_insert_with(now);
        if let Some((task_id, span_id)) = parent {
            open.task_id = open.task_id.or(task_id);
            open.parent_id = Some(span_id);
        }
        open.settle(span.name());
        span.extensions_mut().insert(open);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(open) = span.extensions_mut().get_mut::<Open>() {
            values.record(open);
            open.settle(span.name());
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(span) = context.span(&id) else {
            return;
        };
        let Some(open) = span.extensions_mut().remove::<Open>() else {
            return;
        };
        // What belongs to no task is of no use: a question that was refused, for one.
        let Some(stage) = open.ended(span.name()) else {
            return;
        };
        if self.sender.try_send(stage).is_err() {
            self.dropped.fetch_add(1, Relaxed);
        }
    }
}

/// A stage that goes on.
#[derive(Debug, Default)]
struct Open {
    task_id: Option<Uuid>,
    span_id: u64,
    parent_id: Option<u64>,
    start: Option<u64>,
    told: Vec<(&'static str, Told)>,
}

impl Open {
    /// Gives it its place in the trace, once it is known whose it is: the first stage of a task has
    /// a number that follows from the task, so that later ones find it after a restart as well.
    fn settle(&mut self, name: &str) {
        if self.span_id == 0 {
            self.span_id = Uuid::now_v7().as_u64_pair().1;
        }
        let Some(task_id) = self.task_id else { return };
        let first = task_id.as_u64_pair().1;
        if name == FIRST {
            self.span_id = first;
        } else {
            self.parent_id.get_or_insert(first);
        }
    }

    fn ended(self, name: &'static str) -> Option<Stage> {
        let end = now();
        let start = self.start.unwrap_or(end);
        Some(Stage {
            name,
            task_id: self.task_id?,
            span_id: self.span_id,
            parent_id: self.parent_id,
            start: start.min(end),
            end,
            told: self.told,
        })
    }

    fn tell(&mut self, field: &Field, told: Told) {
        if let Some(name) = TOLD.iter().find(|name| **name == field.name()) {
            self.told.push((name, told));
        }
    }
}

impl Visit for Open {
    fn record_i64(&mut self, field: &Field, value: i64) {
        match field.name() {
            // What began before anybody looked: milliseconds since 1970.
            "since_ms" => {
                let since = u64::try_from(value).unwrap_or_default();
                self.start = Some(since.saturating_mul(1_000_000));
            }
            _ => self.tell(field, Told::Number(value)),
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.tell(
            field,
            Told::Number(i64::try_from(value).unwrap_or(i64::MAX)),
        );
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.tell(field, Told::Yes(value));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.tell(field, Told::Text(value.to_owned()));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let text = format!("{value:?}");
        match field.name() {
            "task.id" => self.task_id = text.parse().ok(),
            _ => self.tell(field, Told::Text(text)),
        }
    }
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
    })
}

#[cfg(test)]
mod tests {
    use tracing::{info_span, subscriber::with_default};
    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    const TASK: &str = "01a20624-91b5-70c3-b4b8-3b0fad85530e";

    fn collected(run: impl FnOnce()) -> Vec<Stage> {
        let (layer, mut spans) = collect();
        with_default(tracing_subscriber::registry().with(layer), run);
        let mut stages = Vec::new();
        while let Ok(stage) = spans.waiting.try_recv() {
            stages.push(stage);
        }
        stages
    }

    #[test]
    fn stages_of_a_task_hang_together() {
        let task_id: Uuid = TASK.parse().unwrap();
        let stages = collected(|| {
            let accept = info_span!(target: "stage", "accept", task.id = tracing::field::Empty);
            accept.record("task.id", tracing::field::display(TASK));
            let commit = accept.in_scope(|| info_span!(target: "stage", "commit", events = 3));
            drop((commit, accept));
            // After a restart, say.
            let attempt = info_span!(target: "stage", "attempt", task.id = %TASK, attempt = 2);
            drop(attempt);
            drop(info_span!(target: "stage", "queue", task.id = %TASK, since_ms = 5));
        });
        let [commit, accept, attempt, queue] = &stages[..] else {
            panic!("{stages:?}");
        };
        assert!(
            stages
                .iter()
                .all(|stage| stage.task_id == task_id && stage.start <= stage.end)
        );
        assert_eq!(accept.parent_id, None);
        for stage in [commit, attempt, queue] {
            assert_eq!(stage.parent_id, Some(accept.span_id), "{stage:?}");
        }
        assert_eq!(commit.told, [("events", Told::Number(3))]);
        assert_eq!(queue.start, 5_000_000);
    }

    #[test]
    fn nothing_is_told_that_is_not_listed() {
        let stages = collected(|| {
            let question = "Will I find love?";
            drop(info_span!(target: "stage", "attempt", task.id = %TASK, question, attempt = 1));
            drop(info_span!(target: "elsewhere", "attempt", task.id = %TASK, attempt = 1));
            drop(info_span!(target: "stage", "attempt", attempt = 1));
            tracing::info!(target: "stage", question, "an event");
        });
        assert_eq!(stages.len(), 1, "{stages:?}");
        assert_eq!(stages[0].told, [("attempt", Told::Number(1))]);
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let (layer, spans) = collect();
        with_default(tracing_subscriber::registry().with(layer), || {
            for _ in 0..WAITING + 3 {
                drop(info_span!(target: "stage", "attempt", task.id = %TASK));
            }
        });
        assert_eq!(
            (spans.waiting.len(), spans.dropped.load(Relaxed)),
            (WAITING, 3)
        );
    }
}
