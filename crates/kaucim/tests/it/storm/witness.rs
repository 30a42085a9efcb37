//! What the crowd saw, together: for the oracle, and for the clock.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use tokio::sync::watch;

use super::{
    oracle::{Oracle, Task},
    reader::{Heard, Reader},
};

/// The eyes of all readers.
pub(super) struct Witness {
    pub oracle: Oracle,
    /// How many events were read; the storm waits for more.
    pub events: watch::Sender<u64>,
    /// Tasks that were running when the server was killed and were not seen to go on yet, with
    /// the attempt that was lost.
    lost: BTreeMap<String, u64>,
    started: Instant,
    pub lost_in_all: u64,
    pub reclaimed: u64,
    /// From the start of the process until a reader saw a task go on, at most.
    pub slowest: Duration,
}

impl Witness {
    pub(super) fn new() -> Self {
        Self {
            oracle: Oracle::default(),
            events: watch::Sender::new(0),
            lost: BTreeMap::new(),
            started: Instant::now(),
            lost_in_all: 0,
            reclaimed: 0,
            slowest: Duration::ZERO,
        }
    }

    /// A reader of this task was sent an event.
    pub(super) fn read(&mut self, task_id: &str, reader: &mut Reader, heard: &Heard) {
        self.oracle.read(task_id, reader, heard);
        self.events.send_modify(|events| *events += 1);
        let Some(lost) = self.lost.get(task_id) else {
            return;
        };
        let went_on = self.oracle.tasks()[task_id].attempt > *lost;
        if went_on || reader.ended.is_some() {
            self.lost.remove(task_id);
            self.reclaimed += u64::from(went_on);
            self.slowest = self.slowest.max(self.started.elapsed());
        }
    }

    /// The server was killed and is started again: whatever was running has lost its worker.
    pub(super) fn killed(&mut self) {
        let running = |(task_id, task): (&String, &Task)| {
            (task.attempt > 0 && !task.ended).then(|| (task_id.clone(), task.attempt))
        };
        self.lost = self.oracle.tasks().iter().filter_map(running).collect();
        self.lost_in_all += self.lost.len() as u64;
        self.started = Instant::now();
    }
}
