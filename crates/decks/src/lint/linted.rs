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

/// Lints one pack, beside the starter deck alone: what else it will lie beside is not known.
pub fn pack(folder: &Path) -> Result<Linted, LintError> {
    let read = Folder::of(folder).map_err(|source| LintError {
        path: folder.to_owned(),
        source,
    })?;
    let mut linted = beside_the_starter(vec![read.read()]);
    let one = linted.pop().expect("as many as were given");
    Ok(Linted {
        warnings: one
            .warnings
            .into_iter()
            .filter(|fault| fault.code != Code::LinkMissing)
            .collect(),
        ..one
    })
}

/// Lints the packs in the sub-folders of a folder, each by itself and beside the ones before it
/// and the starter deck. None where there is no such folder.
pub fn folder(folder_of_packs: &Path) -> Result<Vec<Linted>, LintError> {
    let folders = pack::folders(folder_of_packs).map_err(|fault| LintError {
        path: folder_of_packs.to_owned(),
        source: io::Error::other(fault),
    })?;
    Ok(beside_the_starter(
        folders.iter().map(Folder::read).collect(),
    ))
}

/// Lints the packs inside the program.
pub fn starter() -> Vec<Linted> {
    beside_each_other(pack::embedded().into_iter().map(Ok).collect())
}

fn beside_the_starter(packs: Vec<Result<Files, PackFault>>) -> Vec<Linted> {
    let starter = pack::embedded().into_iter().map(Ok);
    let own = pack::embedded().len();
    beside_each_other(starter.chain(packs).collect()).split_off(own)
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
    linted
        .into_iter()
        .map(|(mut one, place)| {
            if let Some(place) = place {
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
    (linted, Some(Verses::of(files, &pack)))
}

fn refused(pack: String, errors: Vec<Fault>) -> Linted {
    Linted {
        pack,
        errors,
        warnings: Vec::new(),
        summary: None,
    }
}
