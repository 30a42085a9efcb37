//! What time it is: shown and stored, never used to decide how long anything may take.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use jiff::Timestamp;
use tokio::time::Instant;

use crate::{AccountId, DrawId, TaskId};

/// The wall clock of an installation, and the source of its identifiers. A cheap handle.
///
/// Whatever has to wait or to expire uses the runtime's clock instead, which nobody can set.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    simulated: Option<Arc<Simulated>>,
}

/// A clock that goes with the runtime's, which a test may pause, and that can be set.
#[derive(Debug)]
struct Simulated {
    /// Milliseconds since 1970 at `origin`.
    origin_ms: AtomicI64,
    origin: Instant,
    life: u64,
    identifiers: AtomicU64,
}

impl Clock {
    /// The clock of the machine.
    pub fn of_machine() -> Self {
        Self::default()
    }

    /// For simulations: begins at `start`, goes with the runtime's clock, and makes the same
    /// identifiers each time, others in each life.
    pub fn simulated(start: Timestamp, life: u64) -> Self {
        Self {
            simulated: Some(Arc::new(Simulated {
                origin_ms: AtomicI64::new(start.as_millisecond()),
                origin: Instant::now(),
                life,
                identifiers: AtomicU64::new(0),
            })),
        }
    }

    /// Sets a simulated clock forward or, with a negative number, back.
    pub fn shift(&self, seconds: i64) {
        if let Some(simulated) = &self.simulated {
            let shift_ms = seconds.saturating_mul(1000);
            simulated.origin_ms.fetch_add(shift_ms, Ordering::Relaxed);
        }
    }

    /// Milliseconds since 1970.
    pub(crate) fn now_ms(&self) -> i64 {
        match &self.simulated {
            None => Timestamp::now().as_millisecond(),
            Some(simulated) => {
                let gone = millis(simulated.origin.elapsed());
                simulated.origin_ms.load(Ordering::Relaxed) + gone
            }
        }
    }

    pub(crate) fn task_id(&self) -> TaskId {
        match &self.simulated {
            None => TaskId::new(),
            Some(simulated) => TaskId::simulated(simulated.life, simulated.number()),
        }
    }

    pub(crate) fn draw_id(&self) -> DrawId {
        match &self.simulated {
            None => DrawId::new(),
            Some(simulated) => DrawId::simulated(simulated.life, simulated.number()),
        }
    }

    pub(crate) fn account_id(&self) -> AccountId {
        match &self.simulated {
            None => AccountId::new(),
            Some(simulated) => AccountId::simulated(simulated.life, simulated.number()),
        }
    }
}

impl Simulated {
    fn number(&self) -> u64 {
        self.identifiers.fetch_add(1, Ordering::Relaxed)
    }
}

/// Whole milliseconds.
pub(crate) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
