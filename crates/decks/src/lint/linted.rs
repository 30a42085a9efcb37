//! Lints packs in a folder without serving them.

use std::{
    collections::BTreeSet,
    io,
    path::{Path, PathBuf},
};

use serde::Serialize;

use crate::{
    lint::{self, Code, Summary, Verses},
    pack::{self, Fault, Files, Folder, PackFault, format},
};

/// A pack and what was found in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Linted {
    /// Name of the pack's folder.
    pub pack: String,
    /// What refuses it.
    pub errors: Vec<Fault>,
    /// What somebody should look at.
    pub warnings: Vec<Fault>,
    /// Absent where the files could not be read.
    pub summary: Option<Summary>,
}

/// Why nothing could be linted.
#[derive(Debug, thiserror::Error)]
#[error("cannot read `{path}`")]
pub struct LintError {
    pub path: PathBuf,
    pub source: io::Error,
}

/// Lints one pack by itself.
pub fn pack(folder: &Path) -> Result<Linted, LintError> {
    let read = Folder::of(folder).map_err(|source| LintError {
        path: folder.to_owned(),
        source,
    })?;
    Ok(beside_each_other(vec![read.read()]).swap_remove(0))
}

/// Lints the packs in the sub-folders of a folder, each by itself and beside the ones before it
/// and the starter deck. None where there is no such folder.
pub fn folder(folder_of_packs: &Path) -> Result<Vec<Linted>, LintError> {
    let folders = pack::folders(folder_of_packs).map_err(|fault| LintError {
        path: folder_of_packs.to_owned(),
        source: io::Error::other(fault),
    })?;
    let starter = pack::embedded().into_iter().map(Ok);
    let packs = starter.chain(folders.iter().map(Folder::read)).collect();
    let own = pack::embedded().len();
    Ok(beside_each_other(packs).split_off(own))
}

/// Lints the packs inside the program.
pub fn starter() -> Vec<Linted> {
    beside_each_other(pack::embedded().into_iter().map(Ok).collect())
}

fn beside_each_other(packs: Vec<Result<Files, PackFault>>) -> Vec<Linted> {
    let mut verses: Vec<Verses> = Vec::new();
    let mut linted: Vec<(Linted, Option<usize>)> = Vec::new();
    for pack in packs {
        let (mut one, own) = match pack {
            Ok(files) => alone(&files),
            Err(fault) => (refused(fault.pack, fault.faults), None),
        };
        if let Some(own) = &own {
            let (fault, warnings) = lint::between(own, verses.iter());
            one.errors.extend(own.taken_by(verses.iter()));
            one.errors.extend(fault);
            one.warnings.extend(warnings);
        }
        let place = own.map(|own| {
            verses.push(own);
            verses.len() - 1
        });
        linted.push((one, place));
    }
    let ids: BTreeSet<&str> = verses.iter().map(Verses::deck_id).collect();
    let is_alone = linted.len() == 1;
    linted
        .into_iter()
        .map(|(mut one, place)| {
            // One pack by itself does not know what lies beside it in the end.
            if let Some(place) = place.filter(|_| !is_alone) {
                one.warnings
                    .extend(lint::missing_links(&verses[place], &ids));
            }
            one
        })
        .collect()
}

fn alone(files: &Files) -> (Linted, Option<Verses>) {
    let pack = match format::parse(files) {
        Ok(pack) => pack,
        Err(faults) => return (refused(files.name.clone(), faults), None),
    };
    let linted = Linted {
        pack: files.name.clone(),
        errors: pack::broken(&pack),
        warnings: lint::warnings(&pack),
        summary: Some(Summary::of(&pack)),
    };
    (linted, Some(Verses::of(&files.name, &pack)))
}

fn refused(pack: String, errors: Vec<Fault>) -> Linted {
    Linted {
        pack,
        errors,
        warnings: Vec::new(),
        summary: None,
    }
}

impl Verses {
    /// The fault of a deck whose id another one has.
    pub(crate) fn taken_by<'a>(&self, mut others: impl Iterator<Item = &'a Self>) -> Option<Fault> {
        let owner = others.find(|other| other.deck_id() == self.deck_id())?;
        let reason = format!(
            "`{}` is the id of pack `{}` already",
            self.deck_id(),
            owner.pack()
        );
        Some(Fault::of_deck(Code::IdTaken, "id", reason))
    }
}
