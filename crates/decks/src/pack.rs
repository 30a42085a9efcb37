//! Turns a pack, a folder of text files, into a deck, or says what is wrong with it.

mod build;
mod fault;
mod files;
pub(crate) mod format;
mod rules;
mod texts;

use std::sync::Arc;

use crate::{Deck, lint};

pub use self::fault::{Fault, PackFault};
pub(crate) use self::{
    files::{Files, Folder, MAX_FILE_BYTES, MAX_LOTS, embedded, folders},
    format::Pack,
    rules::{is_id, letters},
    texts::{Place, Text, texts},
};

/// A deck that was read: once for each deity that it answers for, its own first, with what
/// somebody should look at.
pub(crate) struct Loaded {
    pub(crate) decks: Vec<Arc<Deck>>,
    pub(crate) warnings: Vec<Fault>,
    pub(crate) verses: lint::Verses,
}

/// Reads, checks and indexes a deck. What is inside the program was checked when that was tested
/// ([`lint::starter`] finds nothing), and not anew by everybody who waits for it to start.
pub(crate) fn load(files: &Files) -> Result<Loaded, PackFault> {
    let (pack, warnings) = if files.is_starter {
        (parse(files)?, Vec::new())
    } else {
        let pack = check(files)?;
        let warnings = lint::warnings(&pack);
        (pack, warnings)
    };
    let verses = lint::Verses::of(files, &pack);
    Ok(Loaded {
        decks: build::decks(pack),
        warnings,
        verses,
    })
}

/// Reads and checks only.
pub(crate) fn check(files: &Files) -> Result<Pack, PackFault> {
    let pack = parse(files)?;
    let faults = broken(&pack);
    if faults.is_empty() {
        Ok(pack)
    } else {
        Err(files.refused(faults))
    }
}

fn parse(files: &Files) -> Result<Pack, PackFault> {
    format::parse(files).map_err(|faults| files.refused(faults))
}

/// Every rule that a pack breaks which could be parsed.
pub(crate) fn broken(pack: &Pack) -> Vec<Fault> {
    let mut faults = rules::broken(pack);
    faults.extend(lint::errors(pack));
    faults
}

impl Files {
    /// Refuses the pack as a whole.
    fn refused(&self, faults: Vec<Fault>) -> PackFault {
        PackFault {
            pack: self.name.clone(),
            faults,
        }
    }
}
