//! The workers: each takes the oldest queued task, writes its reading, and looks again.

use std::{
    panic::AssertUnwindSafe,
    sync::{Arc, PoisonError},
    time::Duration,
};

use futures::FutureExt;
use tokio_util::sync::CancellationToken;

use crate::{
    Phase,
    store::{log::Claim, row::TaskRow},
    tasks::Shared,
};

mod attempt;

use attempt::Fenced;

/// How often a worker looks although nobody woke it.
const POLL: Duration = Duration::from_secs(1);

/// One worker: register for the wake-up, then look, then wait.
pub(crate) async fn work(shared: Arc<Shared>, stopping: CancellationToken) {
    loop {
        let woken = shared.queued.notified();
        let now_ms = jiff::Timestamp::now().as_millisecond();
        let claimed = if stopping.is_cancelled() {
            return;
        } else {
            shared.store.claim(now_ms).await
        };
        match claimed {
            Ok(Some(row)) => {
                // There may be more than one; the next worker looks too.
                shared.queued.notify_one();
                run(&shared, row, &stopping).await;
            }
            Ok(None) => {
                tokio::select! {
                    () = woken => {}
                    () = tokio::time::sleep(POLL) => {}
                    () = stopping.cancelled() => return,
                }
            }
            Err(error) => {
                tracing::warn!(error = %error, "the queue cannot be read; trying again");
                tokio::select! {
                    () = tokio::time::sleep(POLL) => {}
                    () = stopping.cancelled() => return,
                }
            }
        }
    }
}

/// How an attempt came to its end.
enum Outcome {
    /// The task has its terminal event, by this attempt or by somebody else.
    Over(Result<(), Fenced>),
    Cancelled,
    Stopping,
    Panicked,
}

async fn run(shared: &Arc<Shared>, row: TaskRow, stopping: &CancellationToken) {
    let claim = row.claim();
    let cancelled = CancellationToken::new();
    running(shared).insert(claim.task_id, cancelled.clone());
    let attempt = AssertUnwindSafe(attempt::make(shared, row)).catch_unwind();
    let outcome = tokio::select! {
        outcome = attempt => outcome.map_or(Outcome::Panicked, Outcome::Over),
        () = cancelled.cancelled() => Outcome::Cancelled,
        () = stopping.cancelled() => Outcome::Stopping,
    };
    running(shared).remove(&claim.task_id);
    settle(shared, claim, outcome).await;
}

/// Leaves no task behind that nobody works on.
async fn settle(shared: &Arc<Shared>, claim: Claim, outcome: Outcome) {
    let live = shared.tail.existing(claim.task_id);
    if let Some(live) = &live {
        live.fence(claim.epoch);
    }
    let given_back = match outcome {
        Outcome::Over(Ok(())) | Outcome::Cancelled => return,
        Outcome::Over(Err(Fenced)) => {
            tracing::info!(task.id = %claim.task_id, "a worker lost its task");
            return;
        }
        Outcome::Stopping => shared.store.release(claim).await,
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
            "a task could not be given back; the next start takes it up");
    }
}

fn running(
    shared: &Shared,
) -> std::sync::MutexGuard<'_, std::collections::HashMap<crate::TaskId, CancellationToken>> {
    shared
        .running
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
}
