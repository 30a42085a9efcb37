//! Measures the real program on real connections, and the simulated model without it, in one run.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use clap::Parser;

mod burst;
mod cancel;
mod clock;
mod connection;
mod cpu;
mod delivery;
mod direct;
mod events;
mod fanout;
mod idle;
mod late;
mod load;
mod machine;
mod measured;
mod nodes;
mod poem;
mod postgres;
mod process;
mod programs;
mod question;
mod reader;
mod reading;
mod record;
mod report;
mod rows;
mod saturation;
mod search;
mod slow;
mod start;
mod statistics;
mod stored;
mod table;
mod task;

use crate::{programs::Programs, report::Report, rows::Row};

/// Where the tables are kept, from the root of the repository.
const DOCUMENT: &str = "docs/benchmarks.md";

/// Measures what the server adds to the model it reads from, and prints it as a table.
#[derive(Debug, Parser)]
#[command(name = "kaucim-bench", version)]
pub(crate) struct Arguments {
    /// Rows of the table, separated by commas.
    #[arg(long, value_delimiter = ',', default_values_t = Row::DEFAULT)]
    pub rows: Vec<Row>,
    /// How often each load is measured; the table shows medians.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=99))]
    pub runs: u32,
    /// About how many tokens a reading has; less is not possible than the verse needs.
    #[arg(long, default_value_t = 100)]
    pub length: u32,
    /// The program to measure [default: kaucim beside this one]
    #[arg(long)]
    pub server: Option<PathBuf>,
    /// The simulated model [default: llmsim beside this one]
    #[arg(long)]
    pub sim: Option<PathBuf>,
    /// A PostgreSQL that rows of several nodes may make schemas in, with a question mark in its
    /// address: that which `scripts/with-postgresql` starts, say.
    #[arg(long)]
    pub database: Option<String>,
    /// Write the tables into docs/benchmarks.md, seen from the root of the repository.
    #[arg(long)]
    pub write: bool,
}

/// One thread: the client shares the machine with what it measures.
#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    process::open_many_files()?;
    let programs = Programs::find(arguments.server.as_deref(), arguments.sim.as_deref())?;
    let mut report = Report::new(&arguments).await;
    for row in &arguments.rows {
        report::tell(&format!("measuring {row} …"));
        let lines = rows::measure(*row, &programs, &arguments).await;
        report.add(lines.with_context(|| format!("failed to measure {row}"))?);
    }
    let document = report.document();
    report::print(&document);
    if arguments.write {
        write(&document).with_context(|| format!("failed to write {DOCUMENT}"))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn write(document: &str) -> std::io::Result<()> {
    if let Some(folder) = Path::new(DOCUMENT).parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(DOCUMENT, document)
}
