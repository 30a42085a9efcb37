//! What is typed about the journal.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// A deed, or a list.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Journal {
    #[command(subcommand)]
    pub command: Option<JournalCommand>,
    #[command(flatten)]
    pub list: ListReadings,
}

#[derive(Debug, Subcommand)]
pub(crate) enum JournalCommand {
    /// List readings, the newest first; `kaucim journal` alone does the same
    List(ListReadings),
    /// Show a reading again
    Show {
        /// The id as `kaucim journal` shows it, or the whole id [default: the newest reading]
        id: Option<String>,
        /// Print it as one JSON object, in the form of the API
        #[arg(long)]
        json: bool,
    },
    /// List readings that have all of these words, in the question, the lot or the text
    Search {
        #[arg(required = true, value_name = "WORD")]
        words: Vec<String>,
        /// Print them as JSON lines
        #[arg(long)]
        json: bool,
    },
    /// Mark a reading as a favourite; the marks stay on this machine
    Favourite {
        /// The id as `kaucim journal` shows it, or the whole id
        id: String,
        /// Take the mark away
        #[arg(long)]
        remove: bool,
    },
    /// Write all readings as JSON, or as text
    Export {
        /// New file, for its owner alone [default: standard output]
        file: Option<PathBuf>,
        /// As text, to be read or printed
        #[arg(long)]
        text: bool,
    },
    /// Erase readings for good
    Erase {
        /// The ids as `kaucim journal` shows them, or whole ids
        #[arg(required_unless_present = "all", value_name = "ID")]
        ids: Vec<String>,
        /// Erase all that are finished
        #[arg(long, conflicts_with = "ids")]
        all: bool,
        /// Do not ask first
        #[arg(long)]
        yes: bool,
    },
}

/// Which readings are listed, and how.
#[derive(Debug, Args)]
pub(crate) struct ListReadings {
    /// Favourites only
    #[arg(long)]
    pub favourites: bool,
    /// How many at most
    #[arg(long, value_name = "NUMBER", default_value_t = 50)]
    pub limit: usize,
    /// Print them as JSON lines
    #[arg(long)]
    pub json: bool,
}
