//! What is typed for `kaucim config`.

use std::path::PathBuf;

use clap::Subcommand;

use super::Serve;

const AFTER_SHOW: &str = "\
Flags count before the environment, the environment before the file. Of keys and passwords it only
says that they are set.";

const AFTER_CHECK: &str = "\
Flags and environment are looked at as well, since they count together. Nothing is started and
nothing is changed.

Exit codes: 0 nothing is wrong \u{b7} 2 something is, or the file cannot be read";

#[derive(Debug, Subcommand)]
pub(crate) enum Config {
    /// Print every key with its value, and where the value comes from
    #[command(after_help = AFTER_SHOW)]
    Show {
        /// Print it as one JSON object
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        serve: Serve,
    },
    /// Say all that is wrong with a configuration: file, line, key, why, and what to do
    #[command(after_help = AFTER_CHECK)]
    Check {
        /// The file [default: that of --config or KAUCIM_CONFIG]
        file: Option<PathBuf>,
        /// Print it as one JSON object
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        serve: Serve,
    },
    /// Print a file to start from: every key, explained, with its default
    Defaults,
}
