//! The course of things: events in the order of their time, until the time is over.

use std::{cmp::Reverse, collections::BinaryHeap};

use crate::{
    installation::{
        DURABLE_TRIPS, Hints, Installation, LONGEST, PUBLISH_TRIPS, PULL_TRIPS, SHARE, SHORTEST,
    },
    latencies::Latencies,
};

/// What came of it, a second.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// How much later tokens are shown at other nodes, in milliseconds: p50 and p99.
    pub token_ms: [f64; 2],
    /// From the beginning of a durable transaction to its end: p50 and p99.
    pub durable_ms: [f64; 2],
    /// Of the durable transactions that were begun, the part that had ended when time was over.
    pub kept_up: f64,
    pub batches: f64,
    pub pulls: f64,
    /// How busy the processors of the server and its lock for hints were, in percent.
    pub processors_percent: f64,
    pub lock_percent: f64,
}

/// Text of a node that was written in this time.
#[derive(Debug, Clone, Copy)]
struct Batch {
    from: f64,
    to: f64,
    pieces: f64,
}

/// What happens.
#[derive(Debug)]
enum Event {
    /// Something durable is to be written.
    Durable,
    /// The work of one that began then is done, but for its commit.
    DurableDone(f64),
    DurableCommitted(f64),
    /// A node gathers what was written since.
    Gather(usize),
    /// Its transaction began then.
    Published(usize, f64, Batch),
    Pull(usize),
    Pulled(usize, Vec<Batch>),
}

/// Whoever serves one after the other.
#[derive(Debug)]
struct Server {
    free_at: BinaryHeap<Reverse<u64>>,
    busy: f64,
}

impl Server {
    fn new(places: usize) -> Self {
        Self {
            free_at: vec![Reverse(0); places].into(),
            busy: 0.0,
        }
    }

    /// When it has served somebody who comes now.
    fn serve(&mut self, now: f64, time: f64) -> f64 {
        let free_at = self.free_at.pop().map_or(0, |Reverse(at)| at) as f64;
        let done = now.max(free_at) + time;
        self.free_at.push(Reverse(done as u64));
        self.busy += time;
        done
    }
}

struct World<'a> {
    of: &'a Installation,
    /// By time in microseconds, and then by when they were thought of.
    coming: BinaryHeap<Reverse<(u64, usize)>>,
    events: Vec<Option<Event>>,
    dice: fastrand::Rng,
    processors: Server,
    lock: Server,
    /// Of each node: up to when its text was gathered, what it has to pull, and whether it pulls.
    gathered: Vec<f64>,
    waiting: Vec<Vec<Batch>>,
    pulls: Vec<bool>,
    /// Durable events that no batch of hints has told yet.
    untold: f64,
    tokens: Latencies,
    durable: Latencies,
    begun: usize,
    batches: usize,
    pulled: usize,
}

/// Simulates so many seconds.
pub(crate) fn simulate(of: &Installation, seconds: f64, seed: u64) -> Outcome {
    let mut world = World {
        of,
        coming: BinaryHeap::new(),
        events: Vec::new(),
        dice: fastrand::Rng::with_seed(seed),
        processors: Server::new(of.costs.processors),
        lock: Server::new(1),
        gathered: vec![0.0; of.nodes],
        waiting: vec![Vec::new(); of.nodes],
        pulls: vec![false; of.nodes],
        untold: 0.0,
        tokens: Latencies::default(),
        durable: Latencies::default(),
        begun: 0,
        batches: 0,
        pulled: 0,
    };
    world.come(0.0, Event::Durable);
    for node in 0..of.nodes {
        let at = world.dice.f64() * SHORTEST;
        world.come(at, Event::Gather(node));
    }
    world.run(seconds * 1_000_000.0);
    world.outcome(seconds)
}

impl World<'_> {
    fn come(&mut self, at: f64, event: Event) {
        self.coming.push(Reverse((at as u64, self.events.len())));
        self.events.push(Some(event));
    }

    fn run(&mut self, end: f64) {
        while let Some(Reverse((at, number))) = self.coming.pop() {
            let now = at as f64;
            if now > end {
                return;
            }
            if let Some(event) = self.events.get_mut(number).and_then(Option::take) {
                self.happen(now, event);
            }
        }
    }

    fn happen(&mut self, now: f64, event: Event) {
        let costs = self.of.costs;
        match event {
            Event::Durable => {
                let Installation { streams, .. } = *self.of;
                let rate = streams as f64 * self.of.transactions / self.of.reading_seconds;
                // They come whenever they come.
                let gap = -(1.0 - self.dice.f64()).ln() / rate * 1_000_000.0;
                self.come(now + gap, Event::Durable);
                self.begun += 1;
                let asked = now + costs.round_trip * DURABLE_TRIPS;
                let done = self.processors.serve(asked, costs.durable);
                self.come(done, Event::DurableDone(now));
            }
            Event::DurableDone(began) => {
                let end = match self.of.hints {
                    Hints::Inside => self.lock.serve(now, costs.flush),
                    Hints::Behind => now + costs.flush,
                };
                self.come(end, Event::DurableCommitted(began));
            }
            Event::DurableCommitted(began) => {
                self.durable.add(now - began, 1.0);
                match self.of.hints {
                    Hints::Inside => self.wake_all(now),
                    Hints::Behind => self.untold += 1.0,
                }
            }
            Event::Gather(node) => self.gather(now, node),
            Event::Published(node, began, batch) => self.published(now, (node, began), batch),
            Event::Pull(node) => self.pull(now, node),
            Event::Pulled(node, batches) => self.shown(now, node, &batches),
        }
    }

    fn wake_all(&mut self, now: f64) {
        for _ in 0..self.of.nodes {
            self.processors.serve(now, self.of.costs.wake);
        }
    }

    fn gather(&mut self, now: f64, node: usize) {
        let of = self.of;
        let batch = Batch {
            from: self.gathered[node],
            to: now,
            pieces: of.pieces(now - self.gathered[node]),
        };
        let told = std::mem::take(&mut self.untold);
        if batch.pieces + told < 1.0 {
            self.untold = told;
            return self.come(now + SHORTEST, Event::Gather(node));
        }
        self.gathered[node] = now;
        let asked = now + of.costs.round_trip * PUBLISH_TRIPS;
        let work = of.costs.publish + of.costs.piece * (batch.pieces + told);
        let done = self.processors.serve(asked, work);
        self.come(done, Event::Published(node, now, batch));
    }

    fn published(&mut self, now: f64, (node, began): (usize, f64), batch: Batch) {
        self.batches += 1;
        self.wake_all(now);
        let window = ((now - began) * SHARE).clamp(SHORTEST, LONGEST);
        self.come(now + window, Event::Gather(node));
        let others = self.of.nodes.saturating_sub(1).max(1) as f64;
        // Whoever reads none of it does not ask for it.
        let share = Batch {
            pieces: batch.pieces / others,
            ..batch
        };
        for other in (0..self.of.nodes).filter(|other| *other != node) {
            let concerns = share.pieces.min(1.0);
            if self.dice.f64() >= concerns {
                continue;
            }
            self.waiting[other].push(Batch {
                pieces: share.pieces.max(1.0),
                ..share
            });
            if !self.pulls[other] {
                self.pulls[other] = true;
                self.come(now, Event::Pull(other));
            }
        }
    }

    fn pull(&mut self, now: f64, node: usize) {
        let batches = std::mem::take(&mut self.waiting[node]);
        if batches.is_empty() {
            self.pulls[node] = false;
            return;
        }
        let costs = self.of.costs;
        let pieces: f64 = batches.iter().map(|batch| batch.pieces).sum();
        let asked = now + costs.round_trip * PULL_TRIPS;
        let done = self
            .processors
            .serve(asked, costs.pull + costs.piece * pieces);
        self.come(done, Event::Pulled(node, batches));
    }

    fn shown(&mut self, now: f64, node: usize, batches: &[Batch]) {
        self.pulled += 1;
        for batch in batches {
            // Its tokens came all along.
            for tenth in 0..10_u32 {
                let written =
                    batch.from + (batch.to - batch.from) * (f64::from(tenth) + 0.5) / 10.0;
                let tokens = batch.pieces * (batch.to - batch.from);
                self.tokens.add(now - written, tokens / 10.0);
            }
        }
        self.pull(now, node);
    }

    fn outcome(&self, seconds: f64) -> Outcome {
        let percent = |busy: f64, places: usize| {
            // What was begun and had no time is no work.
            (busy / (seconds * 1_000_000.0) / places as f64 * 100.0).min(100.0)
        };
        Outcome {
            token_ms: self.tokens.percentiles_ms(),
            durable_ms: self.durable.percentiles_ms(),
            kept_up: self.durable.count() / self.begun.max(1) as f64,
            batches: self.batches as f64 / seconds,
            pulls: self.pulled as f64 / seconds,
            processors_percent: percent(self.processors.busy, self.of.costs.processors),
            lock_percent: percent(self.lock.busy, 1),
        }
    }
}

impl Installation {
    /// Streams of a node that are followed elsewhere and have got a token within this time.
    fn pieces(&self, time: f64) -> f64 {
        let streams = self.streams as f64 / self.nodes as f64 * self.elsewhere;
        streams * (self.tokens_per_second * time / 1_000_000.0).min(1.0)
    }
}
