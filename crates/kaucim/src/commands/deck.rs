//! `kaucim deck`: what decks there are, and making one from what an operator has.

use std::{fmt::Write, path::Path};

use kaucim_decks::{
    Language, Library,
    import::{self, Options},
};

use super::open_library;
use crate::{arguments::Deck, configuration::Configuration, exit::Failed, output};

pub(super) fn run(deck: Deck, configuration: &Configuration) -> Result<(), Failed> {
    match deck {
        Deck::List => list(configuration),
        Deck::Import {
            folder,
            deity,
            deck,
        } => {
            let options = Options {
                deck_id: deck,
                ..Options::of(&deity)
            };
            import_crawl(&folder, &options, configuration)
        }
    }
}

fn list(configuration: &Configuration) -> Result<(), Failed> {
    let (library, faults) = open_library(configuration);
    output::print(&table(&library))?;
    for fault in &faults {
        output::tell(&format!("refused: {fault}"));
    }
    if faults.is_empty() {
        return Ok(());
    }
    Err(Failed::Usage {
        message: format!("{} deck(s) are refused", faults.len()),
        hint: None,
    })
}

fn table(library: &Library) -> String {
    let mut text = String::new();
    for deity in library.deities() {
        let name = deity.name.get(&Language::Zh).map_or("", String::as_str);
        for (place, deck) in deity.decks.iter().enumerate() {
            let first = if place == 0 { "*" } else { " " };
            // Writing into a string cannot fail.
            let _ = writeln!(
                text,
                "{first} {:<14} {name:<6} {:<28} {:>4} lots  {}",
                deity.id,
                deck.id,
                deck.count(),
                deck.edition
            );
        }
    }
    text
}

fn import_crawl(
    folder: &Path,
    options: &Options,
    configuration: &Configuration,
) -> Result<(), Failed> {
    let imported = import::crawl(folder, options).map_err(|error| {
        Failed::usage(
            format!("{:#}", anyhow::Error::from(error)),
            "the folder holds one chuck_N.json for each lot",
        )
    })?;
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
            hint: None,
        });
    }
    output::print(&format!("{}\n", written.display())).map_err(anyhow::Error::from)?;
    output::tell("a running server sees the deck after its next start");
    Ok(())
}
