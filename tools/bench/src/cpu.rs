//! Processor time of the programs that are measured, and of the others on the machine.

use crate::{
    machine::Processors,
    process::{Process, own_cpu_us},
    programs::{Server, Sim},
    statistics::median,
};

/// What others may take of the machine, in percent, before it is said beside every verdict.
const DISTURBED_PERCENT: f64 = 10.0;

/// Processor time so far.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cpu {
    server_us: f64,
    /// Of the server, the simulated model and this program.
    own_us: f64,
    processors: Processors,
}

impl Cpu {
    pub(crate) fn now(server: &Server, sim: &Sim) -> anyhow::Result<Self> {
        Self::of([server], sim, 0.0)
    }

    /// The same of several servers, and of what runs for them beside, which took so much so far.
    pub(crate) fn of<'a>(
        servers: impl IntoIterator<Item = &'a Server>,
        sim: &Sim,
        beside_us: f64,
    ) -> anyhow::Result<Self> {
        let of = |process: &Process| process.cpu_us();
        let mut server_us = 0.0;
        for server in servers {
            server_us += of(&server.process)?;
        }
        Ok(Self {
            server_us,
            own_us: server_us + beside_us + of(&sim.process)? + own_cpu_us()?,
            processors: Processors::now()?,
        })
    }

    /// What the server took since then, in microseconds.
    pub(crate) fn server_us(self, since: Self) -> f64 {
        self.server_us - since.server_us
    }

    /// How much of the machine others took since then, in percent.
    pub(crate) fn others_percent(self, since: Self) -> f64 {
        let own_us = self.own_us - since.own_us;
        self.processors.others_percent(since.processors, own_us)
    }
}

/// Whether others took so much, in most of the runs, that verdicts are not the server's.
pub(crate) fn disturbed(others_percent: &[f64]) -> bool {
    median(others_percent).is_some_and(|percent| percent > DISTURBED_PERCENT)
}
