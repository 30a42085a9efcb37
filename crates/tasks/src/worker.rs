//! The workers: each takes the task whose turn it is, writes its reading, and looks again.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures::FutureExt;
use tracing::Instrument;

use crate::{
    Phase,
    queue::Held,
    stages,
    store::{log::Claim, row::TaskRow},
    tasks::Shared,
};

mod attempt;

use attempt::{Ended, Fenced};

/// How often a worker looks although nobody woke it.
const POLL: Duration = Duration::from_secs(1);

/// The same where other nodes have workers, too: there one is woken every second for all of its
/// node. If each of them looked, hardly any question would wait for its own node's.
const POLL_SHARED: Duration = Duration::from_secs(30);

/// How long an open section may go on once the workers are to stop.
const LAST_SECTION: Duration = Duration::from_secs(5);

/// One worker: register for the wake-up, then look, then wait.
pub(crate) async fn work(shared: Arc<Shared>) {
    let poll = if shared.store.is_shared() {
        POLL_SHARED
    } else {
        POLL
    };
    loop {
        let joined = shared.queue.joined();
        if shared.stopping.is_cancelled() {
            return;
        }
        match shared.queue.claim().await {
            Ok(Some((row, held))) => {
                // There may be more than one; the next worker looks too.
                shared.queue.wake_one();
                run(&shared, row, held).await;
            }
            Ok(None) => {
                tokio::select! {
                    biased;
                    () = shared.stopping.cancelled() => return,
                    () = joined => {}
                    () = tokio::time::sleep(poll) => {}
                }
            }
            Err(error) => {
                shared.queue.is_unreadable(&error);
                tokio::select! {
                    biased;
                    () = shared.stopping.cancelled() => return,
                    () = tokio::time::sleep(POLL) => {}
                }
            }
        }
    }
}

/// How a worker's time with a task came to its end.
enum Outcome {
    Attempted(Result<Ended, Fenced>),
    Halted,
    Stopping,
    Panicked,
}

impl Outcome {
    /// As traces have it.
    fn name(&self) -> &'static str {
        match self {
            Self::Attempted(Ok(Ended::Finished)) => "finished",
            Self::Attempted(Ok(Ended::Stopped)) | Self::Stopping => "stopped",
            Self::Attempted(Err(Fenced)) => "lost",
            Self::Halted => "cancelled",
            Self::Panicked => "panicked",
        }
    }
}

async fn run(shared: &Arc<Shared>, row: TaskRow, held: Held) {
    let claim = row.claim();
    stages::tell_queue(&row);
    let stage = stages::attempt(claim);
    let attempt = attempt::make(shared, row).instrument(stage.clone());
    let attempt = AssertUnwindSafe(attempt).catch_unwind();
    let outcome = tokio::select! {
        biased;
        outcome = attempt => outcome.map_or(Outcome::Panicked, Outcome::Attempted),
        () = held.halted() => Outcome::Halted,
        () = must_stop(shared, claim) => Outcome::Stopping,
    };
    stage.record("outcome", outcome.name());
    drop(stage);
    settle(shared, claim, outcome).await;
}

/// Resolves when the workers are to stop and no section is open, or has been open for too long.
/// In between, the attempt ends by itself where its section does.
async fn must_stop(shared: &Shared, claim: Claim) {
    shared.stopping.cancelled().await;
    let live = shared.tail.existing(claim.task_id);
    if live.is_some_and(|live| live.has_open()) {
        tokio::time::sleep(LAST_SECTION).await;
    }
}

/// Leaves no task behind that nobody works on.
async fn settle(shared: &Arc<Shared>, claim: Claim, outcome: Outcome) {
    let live = shared.tail.existing(claim.task_id);
    if let Some(live) = &live {
        live.fence(claim.epoch);
    }
    let given_back = match outcome {
        Outcome::Attempted(Ok(Ended::Finished)) | Outcome::Halted => return,
        Outcome::Attempted(Err(Fenced)) => {
            tracing::info!(task.id = %claim.task_id, "a worker lost its task");
            return;
        }
        Outcome::Attempted(Ok(Ended::Stopped)) | Outcome::Stopping => {
            shared.store.release(claim).await
        }
        Outcome::Panicked => {
            tracing::error!(task.id = %claim.task_id, "a worker panicked; the task is queued again");
            shared.store.requeue(claim).await
        }
    };
    if let Some(live) = &live {
        live.set_phase(Phase::Queued);
    }
    if let Err(error) = given_back {
        tracing::error!(task.id = %claim.task_id, error = %error,
            "a task could not be given back; it is queued again when the storage answers");
    }
}
