//! The stages of a reading, as whoever traces it sees them: when each began and ended, and nothing
//! that was asked or written.

use tracing::{Span, field::Empty, info_span};

use crate::store::{log::Claim, row::TaskRow};

/// A question on its way in, until it is stored; its task is known once it has a number.
pub(crate) fn accept() -> Span {
    info_span!(target: "stage", "accept", task.id = Empty, outcome = Empty)
}

/// The wait for a worker, which is over. After an interruption nobody knows how long it was.
pub(crate) fn tell_queue(row: &TaskRow) {
    if row.claim().epoch == 1 {
        let since_ms = row.created_ms;
        drop(info_span!(target: "stage", "queue", task.id = %row.task_id, since_ms));
    }
}

/// A worker's time with a task.
pub(crate) fn attempt(claim: Claim) -> Span {
    let Claim {
        task_id,
        epoch: _,
        attempt,
    } = claim;
    info_span!(target: "stage", "attempt", task.id = %task_id, attempt, outcome = Empty)
}

/// One call to a model.
pub(crate) fn model_call(model: &str, retry: bool) -> Span {
    info_span!(target: "stage", "model call", model, retry, tokens = Empty, failure = Empty)
}

/// The commit of so many events.
pub(crate) fn commit(events: usize) -> Span {
    info_span!(target: "stage", "commit", events)
}
