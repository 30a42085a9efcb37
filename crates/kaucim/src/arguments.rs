//! What was typed: commands, flags and the help that explains them.

use std::{num::NonZeroU32, path::PathBuf};

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use kaucim_decks::{export::Form, import::Kind};
use kaucim_fortune::Language;

mod config;
mod journal;
mod keys;

pub(crate) use self::{
    config::Config,
    journal::{Journal, JournalCommand, ListReadings},
    keys::{Account, CreateKey, Key, RotateKey},
};

/// Ask a temple deity, draw a lot, and watch the reading being written.
#[derive(Debug, Parser)]
#[command(name = "kaucim", version, max_term_width = 100, after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Command,
}

const AFTER_HELP: &str = "\
Without a model configured, a local Ollama is used if it answers; otherwise readings are composed
from the deck's own commentary, and say so. `kaucim doctor` tells what was found.

Exit codes: 0 done · 1 the question failed or was cancelled · 2 wrong usage or configuration ·
3 storage · 4 address in use · 5 no model, and classic readings switched off";

const AFTER_LINT: &str = "\
Exit codes: 0 nothing is wrong · 2 a pack is refused, or has warnings with --strict · 3 a folder
cannot be read";

/// The reading that is meant where a question follows none that is named.
pub(crate) const NEWEST: &str = "newest";

const AFTER_ASK: &str = "\
Without a server the reading is made in this process, and nothing is stored but with --keep. With
KAUCIM_SERVER and KAUCIM_KEY set, that server is asked, and keeps the reading. `kaucim journal`
shows what was kept.";

const AFTER_DRAW: &str = "\
A secret is chosen and its commitment printed; then comes your nonce; then secret and number, which
follows from both. So neither side can have chosen the lot.";

const AFTER_IMPORT: &str = "\
Known headings of columns are recognised, and what is not understood is told; nothing about a verse
is guessed. A map says what is what: start from what --show-map prints.";

const AFTER_JOURNAL: &str = "\
It holds what `kaucim ask --keep` kept in the data folder. With KAUCIM_SERVER and KAUCIM_KEY set, it
is the journal of that server instead: all that the account of the key has asked there.";

const AFTER_COMPLETIONS: &str = "\
Bash: kaucim completions bash > ~/.local/share/bash-completion/completions/kaucim
Zsh:  kaucim completions zsh > FOLDER/_kaucim, with FOLDER in $fpath before compinit
Fish: kaucim completions fish > ~/.config/fish/completions/kaucim.fish";

const AFTER_MAN: &str = "\
To read it: kaucim man | man -l -
To keep it: kaucim man --out ~/.local/share/man/man1, then man kaucim, man kaucim-ask";

/// Flags of every command.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct Common {
    /// Configuration file (TOML) [env: KAUCIM_CONFIG]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Folder of the database and the decks [env: KAUCIM_DATA_DIR]
    #[arg(long, global = true, value_name = "FOLDER")]
    pub data_dir: Option<PathBuf>,
    /// Models, the first one first: `openai:NAME`, `ollama:NAME` or `classic`, separated by commas
    /// [env: KAUCIM_MODEL]
    #[arg(long, global = true, value_name = "MODELS")]
    pub model: Option<String>,
    /// Base URL of the first model's server [env: KAUCIM_MODEL_URL]
    #[arg(long, global = true, value_name = "URL")]
    pub model_url: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the page and the API
    Serve(Serve),
    /// Ask a question and watch the reading in this terminal
    #[command(after_help = AFTER_ASK)]
    Ask(Ask),
    /// Draw a lot in this terminal so that anyone can verify it, or verify a draw
    #[command(after_help = AFTER_DRAW)]
    Draw(Draw),
    /// Look up, search, mark, take out and erase the readings that were kept
    #[command(after_help = AFTER_JOURNAL)]
    Journal(Journal),
    /// Manage the accounts that keys and readings belong to
    #[command(subcommand)]
    Account(Account),
    /// Manage the keys of those who call the API
    #[command(subcommand)]
    Key(Key),
    /// Manage the decks of lots
    #[command(subcommand)]
    Deck(Deck),
    /// Copy all that is stored into a new file, also of a running server
    Backup { file: PathBuf },
    /// Put a backup in place, where no server runs; what was there is kept beside it
    Restore { file: PathBuf },
    /// Bring a PostgreSQL to the present version, or move what SQLite holds into it
    Migrate(Migrate),
    /// Show what the configuration comes to and where each value is from, or check a file
    #[command(subcommand)]
    Config(Config),
    /// Say which models, decks and storage were found, and what to do
    Doctor,
    /// Print what makes a shell complete commands and flags
    #[command(after_help = AFTER_COMPLETIONS)]
    Completions {
        /// The shell that it is for
        shell: Shell,
    },
    /// Print the manual page, or write the pages of all commands into a folder
    #[command(after_help = AFTER_MAN)]
    Man {
        /// Folder for the pages, such as ~/.local/share/man/man1; made where it is not there
        #[arg(long, value_name = "FOLDER")]
        out: Option<PathBuf>,
    },
}

#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Serve {
    /// Address to listen on [env: KAUCIM_LISTEN] [default: 127.0.0.1:8000]
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,
    /// Readings at once [env: KAUCIM_WORKERS] [default: 16]
    #[arg(long, value_name = "NUMBER")]
    pub workers: Option<usize>,
    /// PostgreSQL that several nodes share; absent: SQLite in the data folder
    /// [env: KAUCIM_DATABASE]
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
}

/// A node does the same when it starts; nodes of the version before go on meanwhile. With --from,
/// what SQLite holds is copied into a PostgreSQL that is still empty.
#[derive(Debug, Clone, Args)]
pub(crate) struct Migrate {
    /// Data folder whose database is copied into the PostgreSQL; no server may use it
    #[arg(long, value_name = "FOLDER")]
    pub from: Option<PathBuf>,
    /// PostgreSQL that several nodes share [env: KAUCIM_DATABASE]
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Ask {
    /// What you want to know: one matter, 1 to 1000 characters
    pub question: String,
    /// Whom to ask
    #[arg(long, value_name = "ID", default_value = "yue_lao")]
    pub deity: String,
    /// Which of the deity's decks [default: the first]
    #[arg(long, value_name = "ID")]
    pub deck: Option<String>,
    /// A lot already drawn, by its number in any script, 甲子, or words of its verse
    /// [default: drawn fairly]
    #[arg(long, value_name = "LOT")]
    pub lot: Option<String>,
    /// Language of the reading: zh, zh-Hans, en or ja [default: that of the question]
    #[arg(long, value_name = "CODE")]
    pub language: Option<Language>,
    /// Ask one more question about a reading, on its lot: the newest of the journal, or that of an id.
    /// It is kept where that one is
    #[arg(
        long,
        value_name = "ID",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = NEWEST,
        conflicts_with_all = ["deity", "deck", "lot"]
    )]
    pub follow_up: Option<String>,
    /// Keep the reading in the journal of the data folder [env: KAUCIM_KEEP]
    #[arg(long)]
    pub keep: bool,
    /// Print the events as JSON lines
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Draw {
    /// Whom to ask
    #[arg(long, value_name = "ID", default_value = "yue_lao")]
    pub deity: String,
    /// Which of the deity's decks [default: the first]
    #[arg(long, value_name = "ID")]
    pub deck: Option<String>,
    /// Your part of the draw, 1 to 128 bytes [default: what you type, or else chance]
    #[arg(long, value_name = "TEXT")]
    pub nonce: Option<String>,
    /// Print the draw as one JSON object
    #[arg(long, conflicts_with = "verify")]
    pub json: bool,
    /// Verify a draw: FILE holds what was revealed as JSON (standard input where it is absent), or
    /// --deck, --nonce and all of the following say it
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "-")]
    pub verify: Option<PathBuf>,
    #[command(flatten)]
    pub values: DrawValues,
}

/// What else a draw to be verified consists of.
#[derive(Debug, Args)]
#[command(next_help_heading = "Values of a draw to verify")]
pub(crate) struct DrawValues {
    /// What was promised
    #[arg(long, value_name = "HEX", requires = "verify")]
    pub commitment: Option<String>,
    /// What was shown afterwards
    #[arg(long, value_name = "HEX", requires = "verify")]
    pub secret: Option<String>,
    /// Version of the deck
    #[arg(long, value_name = "HASH", requires = "verify")]
    pub version: Option<String>,
    /// How many lots the deck has
    #[arg(long, value_name = "NUMBER", requires = "verify")]
    pub count: Option<NonZeroU32>,
    /// The number that was drawn
    #[arg(long, value_name = "NUMBER", requires = "verify")]
    pub number: Option<u32>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Deck {
    /// List the decks, and say what is wrong with those that are refused
    List,
    /// Write a small pack with comments, to be filled in
    New {
        /// Id of the deck, which is made in the data folder; or a folder to be made, whose name
        /// ends with the id
        #[arg(value_name = "ID|FOLDER")]
        pack: PathBuf,
    },
    /// Say what is wrong with packs and what to look at, and draw what they hold
    #[command(after_help = AFTER_LINT)]
    Lint {
        /// Packs, or folders of packs [default: the data folder's decks and the starter deck]
        #[arg(value_name = "PATH")]
        paths: Vec<PathBuf>,
        /// Print it all as JSON
        #[arg(long)]
        json: bool,
        /// Count warnings as errors
        #[arg(long)]
        strict: bool,
    },
    /// Make a deck from a table (CSV), JSON, JSON lines, YAML or a folder of crawled lots
    #[command(after_help = AFTER_IMPORT)]
    Import(Import),
    /// Take a deck out: as its pack, or as a file with the map that imports it again
    Export(Export),
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// A file, or a folder with a file for each lot
    pub path: PathBuf,
    /// The deity that the deck belongs to, such as yue_lao [default: what the map says]
    #[arg(long, value_name = "ID")]
    pub deity: Option<String>,
    /// Id of the deck [default: what the map says, or imported_DEITY]
    #[arg(long, value_name = "ID")]
    pub deck: Option<String>,
    /// File (TOML) that says which column is which part of a lot
    #[arg(long, value_name = "FILE")]
    pub map: Option<PathBuf>,
    /// crawl, csv, json, jsonl or yaml [default: told by the path]
    #[arg(long, value_name = "KIND")]
    pub kind: Option<Kind>,
    /// utf-8, utf-16le, utf-16be, big5, gbk, gb18030, shift_jis or euc-jp [default: utf-8, or what
    /// a byte order mark says]
    #[arg(long, value_name = "NAME")]
    pub encoding: Option<String>,
    /// Print the map that would be used, as a file to start from, and import nothing
    #[arg(long)]
    pub show_map: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    /// Id of the deck, as `kaucim deck list` shows it
    #[arg(value_name = "ID")]
    pub deck: String,
    /// New folder for a pack, or new file; its map is written beside it [default: named after the
    /// deck]
    #[arg(long, value_name = "PATH")]
    pub to: Option<PathBuf>,
    /// pack, json, jsonl or csv [default: told by --to, else pack]
    #[arg(long = "as", value_name = "FORM")]
    pub form: Option<Form>,
}
