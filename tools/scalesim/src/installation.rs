//! What is simulated: how many nodes and streams, and what each step costs.

/// Nodes, their readers, and the PostgreSQL that they share. Times are microseconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Installation {
    pub nodes: usize,
    /// Readings that are being written, each with one open stream.
    pub streams: usize,
    /// Of these, the part whose reader is at another node than the writer.
    pub elsewhere: f64,
    pub tokens_per_second: f64,
    /// Durable transactions of a reading, and over how many seconds it has them.
    pub transactions: f64,
    pub reading_seconds: f64,
    pub costs: Costs,
    pub hints: Hints,
}

/// What the database does for one step.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Costs {
    pub processors: usize,
    /// From a node to the server and back.
    pub round_trip: f64,
    /// A durable transaction: its processor time, and the flush of the log at its end, which
    /// many can share.
    pub durable: f64,
    pub flush: f64,
    /// A batch of open text: written, read at another node, and what each piece adds to either.
    pub publish: f64,
    pub pull: f64,
    pub piece: f64,
    /// Waking one node that listens.
    pub wake: f64,
}

/// When nodes are told of what is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hints {
    /// In the transaction itself. A transaction that tells holds a lock of the whole server until
    /// its log is flushed, so that no two of them share a flush.
    Inside,
    /// In batches behind it, which need no flush.
    Behind,
}

/// Statements of each kind of transaction, each of which waits for the one before.
pub(crate) const DURABLE_TRIPS: f64 = 5.0;
pub(crate) const PUBLISH_TRIPS: f64 = 6.0;
pub(crate) const PULL_TRIPS: f64 = 3.0;

/// How long text is gathered at least and at most, and which part of the time the server is to be
/// busy with it, as `cluster::text` has it.
pub(crate) const SHORTEST: f64 = 10_000.0;
pub(crate) const LONGEST: f64 = 500_000.0;
pub(crate) const SHARE: f64 = 4.0;
