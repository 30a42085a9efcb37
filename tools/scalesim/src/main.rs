//! Simulates nodes on one PostgreSQL, to see which limit is met first where no machines are at
//! hand to measure it. `docs/scale.md` carries its figures.

use std::process::ExitCode;

use clap::{Parser, ValueEnum};

use crate::{
    installation::{Costs, Hints, Installation},
    world::{Outcome, simulate},
};

mod installation;
mod latencies;
mod world;

#[derive(Debug, Parser)]
#[command(name = "scalesim", version)]
struct Arguments {
    /// Open streams, each of a reading of its own; several numbers make several rows.
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "1000,3000,10000,30000,100000"
    )]
    streams: Vec<usize>,
    /// Streams that one node has; there are as many nodes as that needs, and two at least.
    #[arg(long, default_value_t = 2000)]
    streams_per_node: usize,
    /// Of the streams, the part that is read at another node than it is written at.
    #[arg(long, default_value_t = 0.9)]
    elsewhere: f64,
    /// Processors of the database.
    #[arg(long, default_value_t = 16)]
    processors: usize,
    /// A flush of its log, in milliseconds.
    #[arg(long, default_value_t = 1.0)]
    flush_ms: f64,
    /// From a node to it and back, in milliseconds.
    #[arg(long, default_value_t = 0.3)]
    round_trip_ms: f64,
    /// When nodes are told of what is durable.
    #[arg(long, value_enum, default_value_t = When::Behind)]
    hints: When,
    /// Seconds that are simulated.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum When {
    /// In the transaction itself.
    Inside,
    /// In batches behind it.
    Behind,
}

impl Arguments {
    fn installation(&self, streams: usize) -> Installation {
        Installation {
            nodes: streams.div_ceil(self.streams_per_node.max(1)).max(2),
            streams,
            elsewhere: self.elsewhere,
            tokens_per_second: 20.0,
            transactions: 16.0,
            reading_seconds: 40.0,
            costs: Costs {
                processors: self.processors,
                round_trip: self.round_trip_ms * 1000.0,
                flush: self.flush_ms * 1000.0,
                ..SUPPOSED
            },
            hints: match self.hints {
                When::Inside => Hints::Inside,
                When::Behind => Hints::Behind,
            },
        }
    }
}

/// Supposed, not measured: the order of magnitude of a small transaction on a present machine. The
/// rows `s1` to `s3` of `kaucim-bench` measure it.
const SUPPOSED: Costs = Costs {
    processors: 16,
    round_trip: 300.0,
    durable: 500.0,
    flush: 1000.0,
    publish: 400.0,
    pull: 200.0,
    piece: 10.0,
    wake: 10.0,
};

const HEAD: &str = "\
| streams | nodes | a token elsewhere, p50 / p99, ms | sealing, p50 / p99, ms | kept up, % | batches a second | reads a second | processors, % | lock, % |
|--:|--:|--:|--:|--:|--:|--:|--:|--:|
";

#[expect(clippy::print_stdout, reason = "the table is what it is for")]
fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let rows = arguments.streams.iter().map(|streams| {
        let of = arguments.installation(*streams);
        row(&of, &simulate(&of, arguments.seconds, arguments.seed))
    });
    let rows: String = rows.collect();
    print!("{HEAD}{rows}");
    ExitCode::SUCCESS
}

fn row(of: &Installation, outcome: &Outcome) -> String {
    let [token_p50, token_p99] = outcome.token_ms;
    let [durable_p50, durable_p99] = outcome.durable_ms;
    format!(
        "| {} | {} | {token_p50:.0} / {token_p99:.0} | {durable_p50:.0} / {durable_p99:.0} | {:.0} | {:.0} | {:.0} | {:.0} | {:.0} |\n",
        of.streams,
        of.nodes,
        outcome.kept_up * 100.0,
        outcome.batches,
        outcome.pulls,
        outcome.processors_percent,
        outcome.lock_percent,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(arguments: &[&str], streams: usize) -> Outcome {
        let arguments = Arguments::parse_from(["scalesim"].iter().chain(arguments));
        let of = arguments.installation(streams);
        simulate(&of, 2.0, 1)
    }

    #[test]
    fn an_idle_server_shows_text_within_a_window_and_its_trips() {
        let quiet = outcome(&[], 20);
        let [p50, p99] = quiet.token_ms;
        assert!((5.0..30.0).contains(&p50), "{quiet:?}");
        assert!(p99 < 60.0, "{quiet:?}");
        assert!(quiet.kept_up > 0.9, "{quiet:?}");
    }

    #[test]
    fn hints_inside_of_durable_transactions_are_the_first_limit() {
        // 16 transactions of 40 seconds each: 4000 a second, and the log is flushed 1000 times.
        let inside = outcome(&["--hints", "inside"], 10_000);
        assert!(inside.kept_up < 0.5, "{inside:?}");
        assert!(inside.lock_percent > 99.0, "{inside:?}");
        let behind = outcome(&["--hints", "behind"], 10_000);
        assert!(behind.kept_up > 0.9, "{behind:?}");
    }

    #[test]
    fn the_same_seed_tells_the_same() {
        let twice = [(); 2].map(|()| format!("{:?}", outcome(&[], 1000)));
        assert_eq!(twice[0], twice[1]);
    }
}
