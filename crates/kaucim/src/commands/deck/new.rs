//! `kaucim deck new`: a pack to be filled in.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use kaucim_decks::Library;

use crate::{configuration::Configuration, exit::Failed, output};

const DECK: &str = include_str!("new.toml");
const LOT: &str = include_str!("new_lot.toml");
const LOTS: u32 = 2;

/// Writes the template into a new folder: one that is named, or, of an id alone, one among the
/// decks of the data folder.
pub(super) fn run(typed: &Path, configuration: &Configuration) -> Result<(), Failed> {
    let is_id_alone = typed.components().count() == 1 && !typed.starts_with(".");
    let folder = if is_id_alone {
        configuration.data_dir.join("decks").join(typed)
    } else {
        typed.to_owned()
    };
    let id = folder.file_name().and_then(|name| name.to_str());
    let id = id.filter(|id| is_id(id)).ok_or_else(|| {
        Failed::usage(
            format!("`{}` does not end with an id of a deck", typed.display()),
            "name it with 1 to 64 of a-z, 0-9, `_` and `-`, such as my_lamps",
        )
    })?;
    if Library::starter().decks().iter().any(|deck| deck.id == id) {
        return Err(Failed::usage(
            format!("the starter deck has the id `{id}`"),
            "choose another; `kaucim deck export` takes the starter deck out",
        ));
    }
    write(&folder, id).map_err(|error| Failed::Storage {
        message: format!("could not make the pack {}: {error}", folder.display()),
        hint: Some(match error.kind() {
            io::ErrorKind::AlreadyExists => "name another; what is there stays as it is".to_owned(),
            _ => "choose a folder that can be written".to_owned(),
        }),
    })?;
    output::print(&format!("{}\n", folder.display()))?;
    output::tell(&format!(
        "fill in what is empty, then: kaucim deck lint {}",
        shown(&folder)
    ));
    Ok(())
}

fn write(folder: &Path, id: &str) -> io::Result<()> {
    if let Some(parent) = folder.parent().filter(|parent| *parent != Path::new("")) {
        fs::create_dir_all(parent)?;
    }
    fs::create_dir(folder)?;
    fs::write(
        folder.join("deck.toml"),
        DECK.replace("\"ID\"", &format!("\"{id}\"")),
    )?;
    let lots: PathBuf = folder.join("lots");
    fs::create_dir(&lots)?;
    for number in 1..=LOTS {
        let lot = LOT.replace("NUMBER", &number.to_string());
        fs::write(lots.join(format!("{number:03}.toml")), lot)?;
    }
    Ok(())
}

fn is_id(name: &str) -> bool {
    let known = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-');
    (1..=64).contains(&name.len()) && name.bytes().all(known)
}

/// A path as a shell takes it.
fn shown(path: &Path) -> String {
    let path = path.display().to_string();
    if path.contains(|c: char| c.is_whitespace() || c == '\'') {
        format!("'{}'", path.replace('\'', "'\\''"))
    } else {
        path
    }
}
