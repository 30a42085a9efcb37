//! The document that the tables stand in.

use crate::{
    Arguments, machine,
    table::{self, Line},
};

/// What is measured so far, and how the document begins.
#[derive(Debug)]
pub(crate) struct Report {
    head: String,
    lines: Vec<Line>,
}

/// How all of it is measured.
const METHOD: &str = include_str!("method.md");

impl Report {
    /// An empty report of what is about to be measured.
    pub(crate) async fn new(arguments: &Arguments) -> Self {
        let place = machine::place_and_time().await;
        let rows: Vec<String> = arguments.rows.iter().map(ToString::to_string).collect();
        let command = format!(
            "kaucim-bench --rows {} --runs {} --length {}",
            rows.join(","),
            arguments.runs,
            arguments.length
        );
        Self {
            head: format!(
                "# Benchmarks\n\nWritten by `make bench`: do not edit. {place}\n`{command}`\n\n"
            ),
            lines: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, lines: Vec<Line>) {
        self.lines.extend(lines);
    }

    pub(crate) fn document(&self) -> String {
        let Self { head, lines } = self;
        format!("{head}{}\n{METHOD}", table::markdown(lines))
    }
}

/// Shows the document.
#[expect(clippy::print_stdout, reason = "the table is what was asked for")]
pub(crate) fn print(document: &str) {
    print!("{document}");
}

/// Tells how it goes, apart from the table.
#[expect(clippy::print_stderr, reason = "whoever waits wants to know why")]
pub(crate) fn tell(message: &str) {
    eprintln!("{message}");
}
