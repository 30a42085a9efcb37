//! The commands, one file each, and what several of them need.

use std::{fs::DirBuilder, os::unix::fs::DirBuilderExt, path::Path};

use kaucim_decks::{Library, LookupError, PackFault};
use kaucim_tasks::{DatabaseUrl, Store, StoreError};

use crate::{
    arguments::{Arguments, Command, Common, Config, Migrate, Serve},
    configuration::{Configuration, Sources, Telemetry},
    environment::Environment,
    exit::Failed,
    telemetry::Spans,
};

mod ask;
mod backup;
mod config;
mod deck;
mod doctor;
mod draw;
mod journal;
mod key;
mod manual;
mod migrate;
mod serve;
mod server;

/// What the program tells of itself while it runs this command. Only the server sends traces; what
/// is wrong with the configuration is said by whoever settles it next.
pub(crate) fn telemetry(arguments: &Arguments, environment: &Environment) -> Telemetry {
    let mut serve = None;
    if let Command::Serve(typed) = &arguments.command {
        serve = Some(typed.clone());
    }
    let sends = serve.is_some();
    let serve = serve.unwrap_or_default();
    let settled = Configuration::settle(&arguments.common, &serve, environment);
    let telemetry = settled.map(|configuration| configuration.telemetry);
    let mut telemetry = telemetry.unwrap_or_else(|_| Telemetry::by_default(environment));
    telemetry.traces = telemetry.traces.filter(|_| sends);
    telemetry
}

/// Runs the command that was typed.
pub(crate) async fn run(
    arguments: Arguments,
    environment: &Environment,
    spans: Option<Spans>,
) -> Result<(), Failed> {
    let Arguments { common, command } = arguments;
    let settle = |serve: &Serve| Configuration::settle(&common, serve, environment);
    match command {
        Command::Serve(serve) => {
            serve::run(Sources::new(&common, &serve, environment), spans).await
        }
        Command::Ask(ask) => ask::run(ask, settle(&Serve::default())?, environment).await,
        Command::Draw(draw) => draw::run(draw, &settle(&Serve::default())?, environment),
        Command::Journal(typed) => {
            journal::run(typed, &settle(&Serve::default())?, environment).await
        }
        Command::Account(account) => key::run_account(account, &settle(&Serve::default())?).await,
        Command::Key(key) => key::run(key, &settle(&Serve::default())?).await,
        Command::Deck(deck) => deck::run(deck, &settle(&Serve::default())?, environment),
        Command::Backup { file } => backup::back_up(file, &settle(&Serve::default())?).await,
        Command::Restore { file } => backup::restore(file, &settle(&Serve::default())?).await,
        Command::Completions { shell } => manual::completions(shell),
        Command::Man { out } => manual::pages(out.as_deref()),
        Command::Migrate(Migrate { from, database }) => {
            let serve = Serve {
                database,
                ..Serve::default()
            };
            migrate::run(from, &settle(&serve)?).await
        }
        Command::Config(typed) => configured(&typed, common, environment),
        Command::Doctor => doctor::run(settle(&Serve::default())?).await,
    }
}

/// `kaucim config`, with the flags of `kaucim serve` as they would count there.
fn configured(typed: &Config, mut common: Common, environment: &Environment) -> Result<(), Failed> {
    let serve = match typed {
        Config::Show { serve, .. } => serve.clone(),
        Config::Check { serve, file, .. } => {
            common.config = file.clone().or(common.config);
            serve.clone()
        }
        Config::Defaults => Serve::default(),
    };
    config::run(typed, &Sources::new(&common, &serve, environment))
}

/// Opens the database that is configured.
async fn open_store(configuration: &Configuration) -> Result<Store, Failed> {
    match &configuration.database {
        Some(url) => connect_store(url).await,
        None => open_folder(&configuration.data_dir),
    }
}

/// Connects to a server, and brings what is there to the present version.
async fn connect_store(url: &DatabaseUrl) -> Result<Store, Failed> {
    Store::connect(url).await.map_err(|error| {
        let hint = match &error {
            StoreError::TooNew(_) => "run the version that has migrated it, or a newer one",
            StoreError::Foreign => "name an empty database, or one that is Kaucim's",
            StoreError::Database(_)
            | StoreError::Server(_)
            | StoreError::Busy
            | StoreError::Address(_)
            | StoreError::Unreadable(_)
            | StoreError::Misread(_)
            | StoreError::Missing
            | StoreError::AccountGone
            | StoreError::Undone
            | StoreError::Closed => {
                "see whether the server runs, and whether address, name and password are right"
            }
        };
        let context = format!("could not use the database {url}");
        storage_failed(anyhow::Error::from(error).context(context), hint)
    })
}

/// Opens the database of the data folder; the folder is made when it is not there.
fn open_folder(folder: &Path) -> Result<Store, Failed> {
    make_folder(folder)?;
    Store::open(folder).map_err(|error| {
        let hint = if error.is_damage() {
            "it was left as it is; restore a backup with `kaucim restore FILE`"
        } else {
            "choose a folder that can be written with --data-dir"
        };
        let database = folder.join("kaucim.db");
        let context = format!("could not use the database {}", database.display());
        storage_failed(anyhow::Error::from(error).context(context), hint)
    })
}

/// Makes the data folder where there is none.
fn make_folder(folder: &Path) -> Result<(), Failed> {
    // Questions are nobody else's business: a folder that is made here is its owner's alone.
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|error| {
        let context = format!("could not use the data folder {}", folder.display());
        let hint = "choose a folder that can be written with --data-dir";
        storage_failed(anyhow::Error::from(error).context(context), hint)
    })
}

fn storage_failed(error: anyhow::Error, hint: &str) -> Failed {
    Failed::Storage {
        message: format!("{error:#}"),
        hint: Some(hint.to_owned()),
    }
}

/// A deity, deck or lot that is not there.
fn unknown(error: LookupError) -> Failed {
    Failed::usage(error, "`kaucim deck list` shows deities and decks")
}

/// The starter deck and the decks of the data folder; those with faults stay out.
fn open_library(configuration: &Configuration) -> (Library, Vec<PackFault>) {
    Library::open(&configuration.data_dir.join("decks"))
}
