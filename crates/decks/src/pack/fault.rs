//! What is wrong with a pack, said so that its author finds the place.

use std::fmt;

use serde::Serialize;

use crate::lint::Code;

/// A pack that was refused as a whole, with all that is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct PackFault {
    /// Name of the pack's folder.
    pub pack: String,
    pub faults: Vec<Fault>,
}

/// One thing that is wrong with a pack, or that somebody should look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    pub code: Code,
    /// The file inside the pack, such as `lots/007.toml`.
    pub file: String,
    pub lot: Option<u32>,
    /// The key at fault, where it is one.
    pub field: Option<String>,
    /// What is wrong, and what would be right.
    pub reason: String,
}

impl Fault {
    pub(crate) fn of_file(code: Code, file: &str, reason: impl Into<String>) -> Self {
        Self {
            code,
            file: file.to_owned(),
            lot: None,
            field: None,
            reason: reason.into(),
        }
    }

    pub(crate) fn of_deck(code: Code, field: &str, reason: impl Into<String>) -> Self {
        Self {
            field: Some(field.to_owned()),
            ..Self::of_file(code, "deck.toml", reason)
        }
    }

    /// Of a lot, by its file and number.
    pub(crate) fn of_lot(
        code: Code,
        (file, lot): (&str, u32),
        field: &str,
        reason: impl Into<String>,
    ) -> Self {
        Self {
            lot: Some(lot),
            field: Some(field.to_owned()),
            ..Self::of_file(code, file, reason)
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
