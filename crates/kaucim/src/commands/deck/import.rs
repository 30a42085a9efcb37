//! `kaucim deck import`: makes a deck from what an operator has.

use std::path::Path;

use kaucim_decks::import::{self, ImportError, Options};

use super::open_library;
use crate::{arguments::Import, configuration::Configuration, exit::Failed, output};

pub(super) fn run(import: Import, configuration: &Configuration) -> Result<(), Failed> {
    let options = Options {
        deity: import.deity,
        deck_id: import.deck,
        kind: import.kind,
        map: import.map,
        encoding: import.encoding,
        ..Options::default()
    };
    if import.show_map {
        let map = import::starting_map(&import.path, &options).map_err(refused)?;
        return Ok(output::print(&map)?);
    }
    imported(&import.path, &options, configuration)
}

fn imported(path: &Path, options: &Options, configuration: &Configuration) -> Result<(), Failed> {
    let imported = import::import(path, options).map_err(refused)?;
    let packs = configuration.data_dir.join("decks");
    let written = imported.write(&packs).map_err(|error| Failed::Storage {
        message: format!(
            "could not write the deck {} into {}: {error}",
            imported.deck_id,
            packs.display()
        ),
        hint: Some("remove the deck there, or name another with --deck".to_owned()),
    })?;
    output::tell(&imported.report.to_string());
    let (_, faults) = open_library(configuration);
    if let Some(fault) = faults
        .iter()
        .find(|fault| fault.pack.contains(&imported.deck_id))
    {
        return Err(Failed::Usage {
            message: format!("the deck is refused: {fault}"),
            hint: Some(format!(
                "it was written to {}: mend it there, or remove it and import again",
                written.display()
            )),
        });
    }
    output::print(&format!("{}\n", written.display())).map_err(anyhow::Error::from)?;
    output::tell("a running server sees the deck within seconds");
    Ok(())
}

fn refused(error: ImportError) -> Failed {
    let hint = error.hint();
    Failed::usage(format!("{:#}", anyhow::Error::from(error)), hint)
}
