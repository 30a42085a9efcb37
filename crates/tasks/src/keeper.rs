//! Looks after what nobody waits for: leases, old readings, and traces of what was erased.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::{StoreError, tasks::Shared};

/// How often a lease is renewed before it would be over.
const RENEWALS: u32 = 4;

/// How often it is looked for readings that are too old.
const RETENTION: Duration = Duration::from_mins(10);

/// Keeps house until the workers stop.
pub(crate) async fn keep_house(shared: Arc<Shared>) {
    let mut tick = interval(shared.settings.lease / RENEWALS);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut retention_due = Instant::now();
    loop {
        tokio::select! {
            biased;
            () = shared.stopping.cancelled() => return,
            _ = tick.tick() => {}
        }
        if let Err(error) = shared.queue.tend().await {
            tracing::warn!(error = %error, "the leases could not be renewed; trying again");
            continue;
        }
        if shared.has_traces.swap(false, Ordering::Relaxed) {
            shared.empty_log().await;
        }
        if retention_due <= Instant::now() {
            retention_due = Instant::now() + RETENTION;
            if let Err(error) = delete_old(&shared).await {
                tracing::warn!(error = %error, "old readings could not be deleted; trying again");
            }
        }
    }
}

/// Deletes what is older than it is to be kept.
async fn delete_old(shared: &Shared) -> Result<(), StoreError> {
    let now_ms = shared.settings.clock.now_ms();
    shared.store.delete_idempotency(now_ms).await?;
    shared
        .store
        .delete_spending(crate::budget::day(now_ms))
        .await?;
    shared.store.delete_passes(now_ms).await?;
    if shared.store.is_shared() {
        shared.store.delete_open_text().await?;
    }
    if shared.store.delete_draws(now_ms).await? > 0 {
        // Nothing stays of who asked what.
        shared.has_traces.store(true, Ordering::Relaxed);
    }
    let Some(keep) = shared.settings.keep_finished else {
        return Ok(());
    };
    let before_ms = now_ms.saturating_sub(crate::clock::millis(keep));
    let mut deleted = 0;
    loop {
        let tasks = shared.store.delete_finished(before_ms).await?;
        if tasks.is_empty() {
            break;
        }
        deleted += tasks.len();
        // Should the next ones fail, what is deleted leaves no trace all the same.
        shared.has_traces.store(true, Ordering::Relaxed);
        for task_id in tasks {
            shared.erased(task_id);
        }
        if shared.stopping.is_cancelled() {
            break;
        }
        // Questions come first.
        tokio::task::yield_now().await;
    }
    if deleted > 0 {
        tracing::info!(tasks.deleted = deleted, "deleted old readings");
        shared.has_traces.store(false, Ordering::Relaxed);
        shared.empty_log().await;
    }
    Ok(())
}
