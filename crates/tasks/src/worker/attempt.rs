//! One attempt at a reading: steps of the reading become stored events and open text.

use std::{sync::Arc, time::Duration};

use futures::{StreamExt, stream::BoxStream};
use jiff::Timestamp;
use kaucim_fortune::{
    Ask, Budget, Error, FortuneResult, Language, Question, ResetReason, Resume, Step, Usage,
};
use tokio::sync::{mpsc, oneshot};

use crate::{
    Event, Phase, Status, TaskResult, Timings,
    document::Progress,
    store::{
        StoreError,
        log::{Append, Claim, Spent, Stored, WriteError, decoded},
        row::TaskRow,
    },
    tail::Live,
    tasks::{Shared, resume_from},
};

/// Attempts that a task may have; the next one ends it.
const ATTEMPTS: u32 = 5;

/// Steps that may wait for the storage. An answer has fewer, so the model's reader never waits.
const STEPS_AHEAD: usize = 16_384;

/// How long to wait before the storage is asked again after it failed.
const STORE_RETRY: Duration = Duration::from_millis(250);

/// Somebody else holds the task now, or it is finished: it is not this attempt's any more.
#[derive(Debug)]
pub(super) struct Fenced;

/// Makes one attempt; returns when the task has its terminal event or is somebody else's.
pub(super) async fn make(shared: &Arc<Shared>, row: TaskRow) -> Result<(), Fenced> {
    let live = shared.tail.live(row.task_id);
    live.hold(row.epoch);
    live.know(row.last_sequence);
    live.set_phase(first_phase(shared));
    let mut attempt = Attempt {
        shared,
        live,
        claim: row.claim(),
        language: row.language,
        last_sequence: row.last_sequence,
        percent: 0,
        sealed_tokens: 0,
        open_deltas: 0,
        spent: Spent::default(),
        calls: row.calls,
        asked: false,
        row: &row,
    };
    if row.attempts > ATTEMPTS {
        return attempt
            .fail("attempts_exhausted", "the reading failed too often", true)
            .await;
    }
    let events = match decoded(&attempt.log().await) {
        Ok(events) => events,
        Err(error) => {
            tracing::error!(task.id = %row.task_id, error = %error, "a log cannot be read");
            return attempt
                .fail("internal", "what was written cannot be read", false)
                .await;
        }
    };
    let mut progress = Progress::default();
    for event in events {
        progress.apply(event);
    }
    attempt.sealed_tokens = progress.total_tokens;
    attempt.percent = progress.percent;
    attempt.begin().await?;
    let calls = shared.fortune.settings().calls_per_reading;
    let budget_left = Budget {
        calls: calls.saturating_sub(row.calls),
    };
    let Some(resume) = resume_from(&row, &progress, budget_left) else {
        return attempt
            .fail("internal", "the reading cannot be continued", false)
            .await;
    };
    let steps = shared.fortune.ask_fortune_streaming(continued(resume));
    attempt.keep_all(steps).await
}

/// Without a model there is nothing to wait for.
fn first_phase(shared: &Shared) -> Phase {
    if shared.fortune.has_models() {
        Phase::WaitingForModel
    } else {
        Phase::Writing
    }
}

/// An ask that goes on from a log; only what is resumed counts.
fn continued(resume: Resume) -> Ask {
    Ask {
        deity_id: resume.prepared.lot.deity_id.clone(),
        deck_id: Some(resume.prepared.lot.deck_id.clone()),
        number: Some(resume.prepared.lot.number),
        question: Question::clone(&resume.prepared.question),
        language: Some(resume.prepared.language),
        context: resume.prepared.context.clone(),
        resume: Some(resume),
    }
}

/// What the reader of the model hands to the writer of the log.
enum Handed {
    Step(Result<Step, Error>),
    /// A model is about to be called; it waits until that is counted.
    Calling(oneshot::Sender<()>),
}

struct Attempt<'a> {
    shared: &'a Shared,
    live: Arc<Live>,
    claim: Claim,
    language: Language,
    /// The last event of the log.
    last_sequence: u64,
    /// How far the task was shown to be; it never falls.
    percent: u8,
    /// Model deltas in sealed sections.
    sealed_tokens: u64,
    open_deltas: u64,
    /// Counted, not yet written.
    spent: Spent,
    calls: u32,
    /// Whether the task is shown as generating.
    asked: bool,
    row: &'a TaskRow,
}

impl Attempt<'_> {
    /// The log so far. Goes on trying while the storage is away.
    async fn log(&self) -> Vec<Stored> {
        loop {
            match self.shared.store.events_after(self.claim.task_id, 0).await {
                Ok(log) => {
                    self.live.set_phase(first_phase(self.shared));
                    return log;
                }
                Err(error) => self.storage_failed(&error).await,
            }
        }
    }

    /// Tells that the task was taken up. Text of an earlier claim, counted or not, may have been
    /// read and is void.
    async fn begin(&mut self) -> Result<(), Fenced> {
        let reset = Event::SectionReset {
            section: None,
            reason: ResetReason::Interrupted,
        };
        let is_first = self.claim.epoch == 1;
        let mut events = if is_first { vec![] } else { vec![reset] };
        events.push(self.status(Status::Retrieving, 5));
        self.write(events).await
    }

    fn status(&mut self, status: Status, progress: u8) -> Event {
        self.percent = self.percent.max(progress);
        Event::Status {
            status,
            progress: self.percent,
        }
    }

    /// Drives the reading to its end. The model's reader and the log's writer run side by side,
    /// so that the model never waits for the disk.
    async fn keep_all(
        &mut self,
        mut steps: BoxStream<'static, Result<Step, Error>>,
    ) -> Result<(), Fenced> {
        let (hand, mut handed) = mpsc::channel(STEPS_AHEAD);
        let read = async move {
            while let Some(step) = steps.next().await {
                let (message, counted) = match step {
                    Ok(Step::Calling(_)) => {
                        let (counted, wait) = oneshot::channel();
                        (Handed::Calling(counted), Some(wait))
                    }
                    step => (Handed::Step(step), None),
                };
                if hand.send(message).await.is_err() {
                    return;
                }
                if let Some(wait) = counted
                    && wait.await.is_err()
                {
                    return;
                }
            }
        };
        let write = async {
            while let Some(handed) = handed.recv().await {
                if self.keep(handed).await? {
                    return Ok(());
                }
            }
            self.fail("internal", "the reading ended without a result", true)
                .await
        };
        tokio::pin!(read, write);
        tokio::select! {
            outcome = &mut write => outcome,
            // The last steps are still to be written.
            () = &mut read => write.await,
        }
    }

    /// Keeps one step; true when it was the last.
    async fn keep(&mut self, handed: Handed) -> Result<bool, Fenced> {
        match handed {
            Handed::Calling(counted) => {
                self.spent.calls += 1;
                self.calls += 1;
                let events = if std::mem::replace(&mut self.asked, true) {
                    vec![]
                } else {
                    vec![self.status(Status::Generating, 10)]
                };
                self.live.set_phase(Phase::WaitingForModel);
                self.write(events).await?;
                // The reader may have been dropped; then there is no call either.
                let _ = counted.send(());
            }
            Handed::Step(Ok(step)) => return self.step(step).await,
            Handed::Step(Err(error)) => {
                tracing::warn!(task.id = %self.claim.task_id, error = %error, "a reading failed");
                let code = match error {
                    Error::ModelsFailed => "models_failed",
                    Error::Ask(_) => "internal",
                };
                self.fail(code, "the reading could not be written", true)
                    .await?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn step(&mut self, step: Step) -> Result<bool, Fenced> {
        match step {
            // Known since the submit, or handed over apart.
            Step::Lot(_) | Step::Calling(_) => {}
            Step::Notice(notice) => self.write(vec![Event::notice(notice)]).await?,
            Step::Sources(sources) => self.write(vec![Event::Sources { sources }]).await?,
            Step::Thinking => self.live.set_phase(Phase::Thinking),
            Step::SectionStarted(section) => {
                self.open_deltas = 0;
                let title = section.title(self.language);
                self.live
                    .open(self.claim.epoch, self.claim.attempt, section, title);
            }
            Step::Text(text) => {
                if self.row.first_token_ms.is_none() && self.spent.first_token_ms.is_none() {
                    self.spent.first_token_ms = Some(self.elapsed_ms());
                }
                self.open_deltas += 1;
                self.live.append(self.claim.epoch, &text);
            }
            Step::Checked { check, .. } => self.live.checked(self.claim.epoch, check),
            Step::SectionSealed(section) => {
                self.sealed_tokens += std::mem::take(&mut self.open_deltas);
                let event = Event::section_completed(section, self.sealed_tokens);
                self.write(vec![event]).await?;
            }
            Step::SectionReset { section, reason } => {
                self.open_deltas = 0;
                let event = Event::SectionReset {
                    section: Some(section),
                    reason,
                };
                self.write(vec![event]).await?;
            }
            Step::Complete(reading) => {
                let result = Box::new(self.result(*reading));
                let total_ms = result.timings.total_ms;
                self.write(vec![Event::Complete { result }]).await?;
                self.live.took(total_ms);
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn result(&mut self, reading: FortuneResult) -> TaskResult {
        let of_this_attempt = reading.usage;
        self.spent.input_tokens = of_this_attempt.input_tokens;
        self.spent.output_tokens = of_this_attempt.output_tokens;
        let usage = Usage {
            input_tokens: self.row.input_tokens + of_this_attempt.input_tokens,
            output_tokens: self.row.output_tokens + of_this_attempt.output_tokens,
            calls: self.calls,
        };
        let first_token_ms = self.row.first_token_ms.or(self.spent.first_token_ms);
        let started_ms = self.row.started_ms.unwrap_or(self.row.created_ms);
        let timings = Timings {
            queued_ms: millis(started_ms - self.row.created_ms),
            first_token_ms: first_token_ms.map(millis),
            total_ms: millis(self.elapsed_ms()),
        };
        TaskResult::new(
            self.claim.task_id,
            reading,
            usage,
            timings,
            self.claim.attempt,
        )
    }

    async fn fail(&mut self, code: &str, message: &str, retry_allowed: bool) -> Result<(), Fenced> {
        let (code, message) = (code.to_owned(), message.to_owned());
        self.write(vec![Event::Error {
            code,
            message,
            retry_allowed,
        }])
        .await
    }

    /// Stores events with what was counted, then shows them. Goes on trying while the storage is
    /// away; what is not stored is not shown.
    async fn write(&mut self, events: Vec<Event>) -> Result<(), Fenced> {
        let boundary = events.iter().any(Event::is_boundary);
        let before = self.live.phase();
        let stored = loop {
            let append = Append {
                claim: self.claim,
                after: self.last_sequence,
                events: events.clone(),
                spent: self.spent,
                now_ms: Timestamp::now().as_millisecond(),
            };
            match self.shared.store.append(append).await {
                Ok(stored) => break stored,
                Err(WriteError::Fenced) => return Err(Fenced),
                Err(WriteError::Store(error)) => self.storage_failed(&error).await,
            }
        };
        self.last_sequence += stored.len() as u64;
        self.spent = Spent {
            first_token_ms: self.spent.first_token_ms,
            ..Spent::default()
        };
        self.live.set_phase(before);
        self.live.publish(stored, boundary);
        Ok(())
    }

    /// Tells once that the storage is away, and waits a little.
    async fn storage_failed(&self, error: &StoreError) {
        if self.live.phase() != Phase::StorageUnavailable {
            tracing::warn!(task.id = %self.claim.task_id, error = %error,
                "a task waits for the storage");
            self.live.set_phase(Phase::StorageUnavailable);
        }
        tokio::time::sleep(STORE_RETRY).await;
    }

    fn elapsed_ms(&self) -> i64 {
        Timestamp::now().as_millisecond() - self.row.created_ms
    }
}

fn millis(ms: i64) -> u64 {
    u64::try_from(ms).unwrap_or(0)
}
