//! Turns a pack, a folder of text files, into a deck, or says what is wrong with it.

mod build;
mod files;
pub(crate) mod format;
mod rules;

use std::fmt;

use crate::Deck;

pub(crate) use self::{
    files::{Files, MAX_LOTS, embedded, folders},
    format::Pack,
    rules::is_id,
};

/// A pack that was refused as a whole, with all that is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct PackFault {
    /// Name of the pack's folder.
    pub pack: String,
    pub faults: Vec<Fault>,
}

/// One thing that is wrong with a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The file inside the pack, such as `lots/007.toml`.
    pub file: String,
    pub lot: Option<u32>,
    /// The key at fault, where it is one.
    pub field: Option<String>,
    /// What is wrong, and what would be right.
    pub reason: String,
}

/// Reads, checks and indexes a deck.
pub(crate) fn load(files: &Files) -> Result<Deck, PackFault> {
    let pack = check(files)?;
    build::deck(pack).map_err(|error| PackFault {
        pack: files.name.clone(),
        faults: vec![Fault::of_deck(
            "id",
            format!("the deck cannot be indexed: {error}"),
        )],
    })
}

/// Reads and checks only.
pub(crate) fn check(files: &Files) -> Result<Pack, PackFault> {
    let refused = |faults| PackFault {
        pack: files.name.clone(),
        faults,
    };
    let pack = format::parse(files).map_err(refused)?;
    let faults = rules::broken(&pack);
    if faults.is_empty() {
        Ok(pack)
    } else {
        Err(refused(faults))
    }
}

impl Fault {
    pub(crate) fn of_file(file: &str, reason: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            lot: None,
            field: None,
            reason: reason.into(),
        }
    }

    pub(crate) fn of_deck(field: &str, reason: impl Into<String>) -> Self {
        Self {
            field: Some(field.to_owned()),
            ..Self::of_file("deck.toml", reason)
        }
    }
}

impl fmt::Display for PackFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pack `{}` is refused", self.pack)?;
        for fault in &self.faults {
            write!(f, "\n  {fault}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(lot) = self.lot {
            write!(f, ": lot {lot}")?;
        }
        if let Some(field) = &self.field {
            write!(f, ": `{field}`")?;
        }
        write!(f, ": {}", self.reason)
    }
}
