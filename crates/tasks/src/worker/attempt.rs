//! One attempt at a reading: steps of the reading become stored events and open text.

use std::{collections::BTreeMap, pin::pin, sync::Arc, time::Duration};

use futures::stream::BoxStream;
use kaucim_fortune::{
    Ask, Budget, Error, First, FortuneResult, Language, Question, ResetReason, Resume, SectionId,
    Step, Version, Writer,
};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until},
};
use tracing::Instrument;

use self::{
    hand::{Handed, STEPS_AHEAD, hand_over},
    ledger::Ledger,
};
use crate::{
    Event, Phase, Status, TaskId, TaskResult, Timings,
    document::Progress,
    estimate::Took,
    figures::OpenCall,
    follow_up, stages,
    store::{
        StoreError,
        log::{Append, Claim, WriteError, decoded},
        row::TaskRow,
    },
    tail::Live,
    tasks::{Shared, resume_from},
};

mod hand;
mod ledger;
mod step;

/// Attempts that a task may have; the next one ends it.
const ATTEMPTS: u32 = 5;

/// How long to wait before the storage is asked again after it failed.
const STORE_RETRY: Duration = Duration::from_millis(250);

/// Somebody else holds the task now, or it is finished: it is not this attempt's any more.
#[derive(Debug)]
pub(super) struct Fenced;

/// How an attempt ended that was its own to the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// The task has its terminal event.
    Finished,
    /// The workers stop, and no section is open.
    Stopped,
}

/// How far a stream of steps was kept.
enum Kept {
    Ended(Ended),
    /// The time that models may take is up.
    OutOfTime,
}

/// Makes one attempt; returns when the task has its terminal event, or is not to be worked on here
/// any more.
pub(super) async fn make(shared: &Arc<Shared>, row: TaskRow) -> Result<Ended, Fenced> {
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
        sealed: 0,
        versions: BTreeMap::new(),
        expected: None,
        open: None,
        open_deltas: 0,
        ledger: Ledger::of(&row),
        call: None,
        first_token_ms: row.first_token_ms,
        asked: false,
        row: &row,
    };
    if row.attempts > ATTEMPTS {
        return attempt
            .fail("attempts_exhausted", "the reading failed too often", true)
            .await;
    }
    let Some(progress) = attempt.progress().await else {
        return attempt
            .fail("internal", "what was written cannot be read", false)
            .await;
    };
    attempt.sealed_tokens = progress.total_tokens;
    attempt.sealed = progress.sections.len();
    attempt.percent = progress.percent;
    attempt.begin().await?;
    let mut budget_left = attempt
        .ledger
        .budget_left(shared.fortune.settings(), shared.settings.reading_time);
    loop {
        let Some(resume) = attempt.resume(budget_left).await else {
            return attempt
                .fail("internal", "the reading cannot be continued", false)
                .await;
        };
        let steps = shared.fortune.ask_fortune_streaming(continued(resume));
        match attempt.keep_all(steps).await? {
            Kept::Ended(ended) => return Ok(ended),
            Kept::OutOfTime => {
                tracing::warn!(task.id = %row.task_id, "the time for a reading is up");
                attempt.ledger.abandon_call();
                attempt.call = None;
                attempt.drop_open(ResetReason::OutOfTime).await?;
                // What is missing is filled in without a model.
                budget_left = Budget {
                    calls: 0,
                    tokens: 0,
                };
            }
        }
    }
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
    /// How many sections are sealed.
    sealed: usize,
    /// The best failed versions of sections, for the end of a reading whose time is up.
    versions: BTreeMap<SectionId, Version>,
    /// The model whose pace readers were told to expect.
    expected: Option<Writer>,
    open: Option<SectionId>,
    open_deltas: u64,
    ledger: Ledger,
    /// The call that is being answered, as the operator's figures have it.
    call: Option<OpenCall>,
    /// Milliseconds from the question to the first text of a model.
    first_token_ms: Option<i64>,
    /// Whether the task is shown as generating.
    asked: bool,
    row: &'a TaskRow,
}

impl Attempt<'_> {
    /// What the log adds up to, unless it cannot be understood. Goes on trying while the storage
    /// is away.
    async fn progress(&self) -> Option<Progress> {
        let log = loop {
            match self.shared.store.events_after(self.claim.task_id, 0).await {
                Ok(log) => break log,
                Err(error) => self.storage_failed(&error).await,
            }
        };
        self.live.set_phase(first_phase(self.shared));
        let mut progress = Progress::default();
        match decoded(&log) {
            Ok(events) => {
                for event in events {
                    progress.apply(event);
                }
                Some(progress)
            }
            Err(error) => {
                tracing::error!(task.id = %self.claim.task_id, error = %error,
                    "a log cannot be read");
                None
            }
        }
    }

    /// What the reading goes on from, unless it cannot be understood.
    async fn resume(&self, budget_left: Budget) -> Option<Resume> {
        let first = match self.row.follows {
            None => None,
            Some(first) => Some(self.first(first).await?),
        };
        let progress = self.progress().await?;
        let versions = self.versions.values().cloned().collect();
        resume_from(self.row, &progress, first, versions, budget_left)
    }

    /// The reading that this one follows, from its own log: nothing of it is stored twice.
    async fn first(&self, task_id: TaskId) -> Option<First> {
        let found = loop {
            match self.shared.store.task_and_events(task_id).await {
                Ok(found) => break found,
                Err(error) => self.storage_failed(&error).await,
            }
        };
        // It cannot be gone unless this one is gone as well.
        let (row, log) = found?;
        match follow_up::told(&row, &log) {
            Ok(first) => Some(first),
            Err(error) => {
                tracing::error!(task.id = %task_id, error = %error, "a log cannot be read");
                None
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
        steps: BoxStream<'static, Result<Step, Error>>,
    ) -> Result<Kept, Fenced> {
        let (hand, mut handed) = mpsc::channel(STEPS_AHEAD);
        let read = hand_over(steps, hand);
        let write = async {
            // One timer for all steps: they come far more often than its moment changes.
            let mut out_of_time = pin!(sleep_until(Instant::now()));
            loop {
                let until = self
                    .ledger
                    .out_of_time_at(self.shared.settings.reading_time);
                if let Some(until) = until
                    && until != out_of_time.deadline()
                {
                    out_of_time.as_mut().reset(until);
                }
                let next = tokio::select! {
                    biased;
                    next = handed.recv() => next,
                    () = &mut out_of_time, if until.is_some() => return Ok(Kept::OutOfTime),
                };
                let Some(next) = next else { break };
                if let Some(ended) = self.keep(next).await? {
                    return Ok(Kept::Ended(ended));
                }
            }
            let ended = self
                .fail("internal", "the reading ended without a result", true)
                .await?;
            Ok(Kept::Ended(ended))
        };
        tokio::pin!(read, write);
        tokio::select! {
            biased;
            outcome = &mut write => outcome,
            // The last steps are still to be written.
            () = &mut read => write.await,
        }
    }

    /// Keeps one step; tells when nothing is to be kept after it.
    async fn keep(&mut self, handed: Handed) -> Result<Option<Ended>, Fenced> {
        match handed {
            Handed::Calling(writer, tokens, counted) => {
                self.ledger.begin_call(tokens);
                self.expect(&writer);
                let events = if std::mem::replace(&mut self.asked, true) {
                    vec![]
                } else {
                    vec![self.status(Status::Generating, 10)]
                };
                self.live.set_phase(Phase::WaitingForModel);
                self.write(events).await?;
                match &mut self.call {
                    Some(call) => call.again(),
                    None => self.call = Some(self.shared.figures.call(&writer)),
                }
                // The reader may have been dropped; then there is no call either.
                let _ = counted.send(());
                Ok(None)
            }
            Handed::Step(Ok(Step::Complete(reading))) => {
                let result = Box::new(self.result(*reading));
                // What a second claim has finished took a restart, a lease or a stop as well.
                let took = Took::of(&result).filter(|_| self.claim.epoch == 1);
                self.write(vec![Event::Complete { result }]).await?;
                if let Some(took) = took {
                    self.shared.estimates.learn(took);
                }
                Ok(Some(Ended::Finished))
            }
            Handed::Step(Ok(step)) => {
                let was_open = self.open.is_some();
                self.step(step).await?;
                // Where a section has ended, the work can be given to the next process.
                let may_stop = was_open && self.open.is_none();
                let stops = may_stop && self.shared.stopping.is_cancelled();
                Ok(stops.then_some(Ended::Stopped))
            }
            Handed::Step(Err(error)) => {
                tracing::warn!(task.id = %self.claim.task_id, error = %error, "a reading failed");
                let code = match error {
                    Error::ModelsFailed => "models_failed",
                    Error::Ask(_) => "internal",
                };
                self.fail(code, "the reading could not be written", true)
                    .await
                    .map(Some)
            }
        }
    }

    fn result(&self, reading: FortuneResult) -> TaskResult {
        let started_ms = self.row.started_ms.unwrap_or(self.row.created_ms);
        let timings = Timings {
            queued_ms: not_negative(started_ms - self.row.created_ms),
            first_token_ms: self.first_token_ms.map(not_negative),
            total_ms: not_negative(self.elapsed_ms()),
        };
        let result = TaskResult::new(
            self.claim.task_id,
            reading,
            self.ledger.usage(),
            timings,
            self.claim.attempt,
        );
        TaskResult {
            follows: self.row.follows,
            ..result
        }
    }

    async fn fail(
        &mut self,
        code: &str,
        message: &str,
        retry_allowed: bool,
    ) -> Result<Ended, Fenced> {
        let (code, message) = (code.to_owned(), message.to_owned());
        self.write(vec![Event::Error {
            code,
            message,
            retry_allowed,
        }])
        .await?;
        Ok(Ended::Finished)
    }

    /// Stores events with what was counted, then shows them. Goes on trying while the storage is
    /// away; what is not stored is not shown.
    async fn write(&mut self, events: Vec<Event>) -> Result<(), Fenced> {
        let boundary = events.iter().any(Event::is_boundary);
        let before = self.live.phase();
        let mut spent = self.ledger.take();
        spent.first_token_ms = self.first_token_ms;
        let stored = loop {
            let append = Append {
                claim: self.claim,
                after: self.last_sequence,
                events: events.clone(),
                spent,
                now_ms: self.shared.settings.clock.now_ms(),
            };
            let since = Instant::now();
            let stage = stages::commit(append.events.len());
            match self.shared.store.append(append).instrument(stage).await {
                Ok(stored) => {
                    self.shared.figures.commit(since.elapsed());
                    break stored;
                }
                Err(WriteError::Fenced) => return Err(Fenced),
                Err(WriteError::Store(error)) => self.storage_failed(&error).await,
            }
        };
        self.last_sequence += stored.len() as u64;
        for event in &events {
            self.shared.figures.count(event);
        }
        self.live.set_phase(before);
        self.live.publish(stored, boundary);
        Ok(())
    }

    /// Tells once that the storage is away, and waits a little.
    async fn storage_failed(&self, error: &StoreError) {
        self.shared.figures.fail_commit();
        if self.live.phase() != Phase::StorageUnavailable {
            tracing::warn!(task.id = %self.claim.task_id, error = %error,
                "a task waits for the storage");
            self.live.set_phase(Phase::StorageUnavailable);
        }
        tokio::time::sleep(STORE_RETRY).await;
    }

    fn elapsed_ms(&self) -> i64 {
        self.shared.settings.clock.now_ms() - self.row.created_ms
    }
}

/// Times are shown as 0 when a clock was set back in between.
fn not_negative(ms: i64) -> u64 {
    u64::try_from(ms).unwrap_or(0)
}
