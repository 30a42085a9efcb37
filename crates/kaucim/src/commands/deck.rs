//! `kaucim deck`: what decks there are, whether packs are sound, making one, bringing them in and
//! taking them out.

mod export;
mod import;
mod lint;
mod new;
mod picture;

use std::fmt::Write;

use kaucim_decks::{Language, Library};

use super::open_library;
use crate::{
    arguments::Deck, configuration::Configuration, environment::Environment, exit::Failed, output,
};

pub(super) fn run(
    deck: Deck,
    configuration: &Configuration,
    environment: &Environment,
) -> Result<(), Failed> {
    match deck {
        Deck::List => list(configuration),
        Deck::New { pack } => new::run(&pack, configuration),
        Deck::Lint {
            paths,
            json,
            strict,
        } => {
            let typed = lint::Typed {
                paths,
                json,
                strict,
                colour: output::is_terminal() && environment.no_color.is_none(),
            };
            lint::run(&typed, configuration)
        }
        Deck::Import(import) => import::run(import, configuration),
        Deck::Export(export) => export::run(export, configuration),
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
