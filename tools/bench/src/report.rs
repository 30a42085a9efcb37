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

const METHOD: &str = "\
The simulated model (`tools/llmsim`), the server and the client run as three processes that share
the machine. The model notes when it sends each token; the client notes when it holds it, by the
same clock. *Direct* is the client reading the model's own stream, with the requests that the server
sent, until shortly after the last stream has begun; *kaucim* is the client reading the server's
events, each token matched by section and byte offset, and a merged event counted once for every
token in it. Both count only tokens that tell text. *Added* is the difference of the same percentile
in the same run. Values are medians of the runs, with the least and the most where there are
several; a goal is about what is added where something is, else about the value itself. Streams
begin over one second for every hundred, evenly also between two tokens. Readings are shorter than
in life, so the work of asking and sealing weighs more on each token. Processor time is all that the
server takes in a run, for each token that tells text. A stream is lossless when its events hold,
without gap or repetition, every byte that the model wrote, and end with `complete`. What other
programs took of the machine in the meantime stands beside: where it is over a tenth, times are
theirs as well, and verdicts are called disturbed.
";

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
