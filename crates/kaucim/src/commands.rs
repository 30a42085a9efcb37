//! The commands, one file each, and what several of them need.

use std::{fs::DirBuilder, os::unix::fs::DirBuilderExt, path::Path};

use kaucim_decks::{Library, PackFault};
use kaucim_tasks::Store;

use crate::{
    arguments::{Arguments, Command, Serve},
    configuration::Configuration,
    environment::Environment,
    exit::Failed,
};

mod ask;
mod deck;
mod doctor;
mod key;
mod serve;

/// Runs the command that was typed.
pub(crate) async fn run(arguments: Arguments, environment: &Environment) -> Result<(), Failed> {
    let Arguments { common, command } = arguments;
    let settle = |serve: &Serve| Configuration::settle(&common, serve, environment);
    match command {
        Command::Serve(serve) => serve::run(settle(&serve)?).await,
        Command::Ask(ask) => ask::run(ask, settle(&Serve::default())?, environment).await,
        Command::Key(key) => key::run(key, &settle(&Serve::default())?).await,
        Command::Deck(deck) => deck::run(deck, &settle(&Serve::default())?),
        Command::Doctor => doctor::run(settle(&Serve::default())?).await,
    }
}

/// Opens the database of the data folder; the folder is made when it is not there.
fn open_store(folder: &Path) -> Result<Store, Failed> {
    let storage = |error: String| Failed::Storage {
        message: format!(
            "could not use the data folder {}: {error}",
            folder.display()
        ),
        hint: Some("choose a folder that can be written with --data-dir".to_owned()),
    };
    // Questions are nobody else's business: a folder that is made here is its owner's alone.
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|error| storage(error.to_string()))?;
    Store::open(folder).map_err(|error| storage(format!("{:#}", anyhow::Error::from(error))))
}

/// The starter deck and the decks of the data folder; those with faults stay out.
fn open_library(configuration: &Configuration) -> (Library, Vec<PackFault>) {
    Library::open(&configuration.data_dir.join("decks"))
}
