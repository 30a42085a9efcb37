//! The rows of the table: what is loaded how, and which goals it has.

use std::fmt;

use clap::ValueEnum;

use crate::{
    Arguments, burst, cancel, fanout, idle, late,
    load::{self, Goals, Load},
    nodes, poem,
    programs::Programs,
    saturation, search, slow, start, stored,
    table::Line,
};

/// A row of the targets; the letter and number are theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Row {
    /// One stream at 100 tokens a second.
    L1,
    /// 100 streams at 20 tokens a second each.
    L2,
    /// The same with `partial_text`, as a client gets it that asks for nothing else.
    L2Partial,
    /// 1000 streams at 20 tokens a second each.
    L3,
    /// A few streams without pace.
    L4,
    /// One reading at 20 tokens a second, and 1000 readers.
    L5,
    /// 10,000 readers who wait.
    L6,
    /// 5,000 questions of 200 accounts at once, and whose turn it is then.
    L7,
    /// Readers who come late to a short and to a long reading.
    L8,
    /// From the start of the program until questions are taken, on an empty data folder.
    L9,
    /// The same with 100,000 stored tasks.
    L9Full,
    /// Searches among 100,000 passages.
    L10,
    /// From the question to the poem while every worker is busy.
    L11,
    /// Memory of the program before anybody has asked.
    L12,
    /// Cancels, one by one and a thousand at once.
    Cancel,
    /// 100 streams, and ten readers more that are slow or never read.
    Slow,
    /// 60 streams on SQLite, told as the next three rows tell theirs.
    S0,
    /// The same at one node on PostgreSQL; these rows need `--database`.
    S1,
    /// At two nodes, read at the one that writes and at the other.
    S2,
    /// At three nodes.
    S3,
    /// 60 readings at three nodes, one of which is killed.
    Takeover,
}

impl Row {
    /// What is measured when nothing is said: about ten minutes.
    pub(crate) const DEFAULT: [Self; 16] = [
        Self::L1,
        Self::L2,
        Self::L2Partial,
        Self::L3,
        Self::L4,
        Self::L5,
        Self::L6,
        Self::L7,
        Self::L8,
        Self::L9,
        Self::L9Full,
        Self::L10,
        Self::L11,
        Self::L12,
        Self::Cancel,
        Self::Slow,
    ];
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::L1 => "l1",
            Self::L2 => "l2",
            Self::L2Partial => "l2-partial",
            Self::L3 => "l3",
            Self::L4 => "l4",
            Self::L5 => "l5",
            Self::L6 => "l6",
            Self::L7 => "l7",
            Self::L8 => "l8",
            Self::L9 => "l9",
            Self::L9Full => "l9-full",
            Self::L10 => "l10",
            Self::L11 => "l11",
            Self::L12 => "l12",
            Self::Cancel => "cancel",
            Self::Slow => "slow",
            Self::S0 => "s0",
            Self::S1 => "s1",
            Self::S2 => "s2",
            Self::S3 => "s3",
            Self::Takeover => "takeover",
        })
    }
}

/// Measures one row.
pub(crate) async fn measure(
    row: Row,
    programs: &Programs,
    arguments: &Arguments,
) -> anyhow::Result<Vec<Line>> {
    let load = |streams, rate, goals| Load {
        streams,
        rate,
        length: arguments.length,
        runs: arguments.runs,
        partial_text: false,
        goals,
    };
    match row {
        Row::L1 => {
            let goals = Goals {
                token_ms: [Some(0.3), Some(3.0)],
                kept_percent: Some(99.0),
                ..Goals::default()
            };
            load::measure("L1", &load(1, 100, goals), programs).await
        }
        Row::L2 => load::measure("L2", &load(100, 20, HUNDRED), programs).await,
        Row::L2Partial => {
            let load = Load {
                partial_text: true,
                runs: 1,
                ..load(100, 20, Goals::default())
            };
            load::measure("L2 with `partial_text`", &load, programs).await
        }
        Row::L3 => {
            let goals = Goals {
                token_ms: [Some(3.0), Some(30.0)],
                ..Goals::default()
            };
            load::measure("L3", &load(1000, 20, goals), programs).await
        }
        Row::L4 => saturation::measure(programs, arguments.runs).await,
        Row::L5 => fanout::measure(programs, arguments.length, arguments.runs).await,
        Row::L6 => idle::measure(programs).await,
        Row::L7 => burst::measure(programs, arguments.runs).await,
        Row::L8 => late::measure(programs).await,
        Row::L9 => start::ready(programs).await,
        Row::L9Full => stored::ready(programs).await,
        Row::L10 => search::measure(programs).await,
        Row::L11 => poem::measure(programs).await,
        Row::L12 => start::idle(programs).await,
        Row::Cancel => cancel::measure(programs, arguments.runs).await,
        Row::Slow => slow::measure(programs, arguments.length, arguments.runs).await,
        Row::S0 => nodes::measure("S0", None, programs, arguments).await,
        Row::S1 => nodes::measure("S1", Some(1), programs, arguments).await,
        Row::S2 => nodes::measure("S2", Some(2), programs, arguments).await,
        Row::S3 => nodes::measure("S3", Some(3), programs, arguments).await,
        Row::Takeover => nodes::take_over(programs, arguments).await,
    }
}

const HUNDRED: Goals = Goals {
    token_ms: [Some(0.5), Some(8.0)],
    first_event_ms: [Some(3.0), Some(15.0)],
    cpu_us: Some(30.0),
    kept_percent: None,
};
