//! How readings are run, and what there may be at once.

use std::time::Duration;

use crate::{Clock, DailyBudgets};

/// How readings are run.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Readings at once.
    pub workers: usize,
    pub limits: Limits,
    pub budgets: DailyBudgets,
    /// The time that models may take for one reading, in all its calls; waiting for a model that
    /// is busy with others does not count.
    pub reading_time: Duration,
    /// How long finished readings are kept; absent: until they are erased.
    pub keep_finished: Option<Duration>,
    /// How long a task stays with a worker that gives no sign of life.
    pub lease: Duration,
    /// Whether nobody else works on this store, so that the start takes everything up at once. One
    /// on a server is never alone.
    pub is_alone: bool,
    pub clock: Clock,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            workers: 16,
            limits: Limits::default(),
            budgets: DailyBudgets::default(),
            reading_time: Duration::from_mins(10),
            keep_finished: None,
            // With what it takes until somebody looks, 10 seconds at most.
            lease: Duration::from_secs(8),
            is_alone: true,
            clock: Clock::of_machine(),
        }
    }
}

/// What there may be at once, of what is unfinished and of draws.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    pub per_guest: u32,
    pub per_account: u32,
    pub per_end_user: u32,
    pub queued: u32,
    /// Draws that can be verified, of the last hour where they were not revealed, else of the
    /// last day.
    pub draws_per_guest: u32,
    pub draws_per_account: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            per_guest: 1,
            per_account: 16,
            per_end_user: 1,
            queued: 10_000,
            draws_per_guest: 64,
            draws_per_account: 10_000,
        }
    }
}
