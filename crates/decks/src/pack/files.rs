//! Collects the files of packs, from folders and from the program itself.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use rust_embed::RustEmbed;

use crate::pack::{Fault, PackFault};

/// A deck of more lots is refused.
pub(crate) const MAX_LOTS: u32 = 10_000;

/// A file of more bytes is refused.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// The files of one pack, not yet understood.
pub(crate) struct Files {
    /// Name of the pack's folder.
    pub(crate) name: String,
    pub(crate) deck: Vec<u8>,
    /// Path inside the pack and content, in the order of the paths.
    pub(crate) lots: Vec<(String, Vec<u8>)>,
}

#[derive(RustEmbed)]
#[folder = "packs/"]
struct Starter;

/// The packs inside the program.
pub(crate) fn embedded() -> Vec<Result<Files, PackFault>> {
    let mut packs: BTreeMap<String, Files> = BTreeMap::new();
    for path in Starter::iter() {
        let Some((name, inside)) = path.split_once('/') else {
            continue;
        };
        if inside.split('/').any(|part| part.starts_with('.')) {
            continue;
        }
        let Some(file) = Starter::get(&path) else {
            continue;
        };
        let pack = packs.entry(name.to_owned()).or_insert_with(|| Files {
            name: name.to_owned(),
            deck: Vec::new(),
            lots: Vec::new(),
        });
        if inside == "deck.toml" {
            pack.deck = file.data.into_owned();
        } else if inside.starts_with("lots/") {
            pack.lots.push((inside.to_owned(), file.data.into_owned()));
        }
    }
    for pack in packs.values_mut() {
        pack.lots.sort();
    }
    packs.into_values().map(Ok).collect()
}

/// The packs in the sub-folders of a folder, in the order of their names.
pub(crate) fn folders(root: &Path) -> Vec<Result<Files, PackFault>> {
    let outer_fault = |error: &io::Error| PackFault {
        pack: root.display().to_string(),
        faults: vec![Fault::of_file(
            ".",
            format!("the folder of packs cannot be read: {error}"),
        )],
    };
    let names = match sorted_names(root) {
        Ok(names) => names,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Vec::new(),
        Err(error) => return vec![Err(outer_fault(&error))],
    };
    let root = match root.canonicalize() {
        Ok(root) => root,
        Err(error) => return vec![Err(outer_fault(&error))],
    };
    names
        .into_iter()
        .filter(|name| root.join(name).is_dir())
        .map(|name| {
            folder(&root, &name).map_err(|fault| PackFault {
                pack: name,
                faults: vec![fault],
            })
        })
        .collect()
}

fn folder(root: &Path, name: &str) -> Result<Files, Fault> {
    let pack = resolved(root, Path::new(name), ".")?;
    let deck = read(&pack, "deck.toml")?;
    let folder_of_lots = resolved(&pack, Path::new("lots"), "lots")?;
    let names = sorted_names(&folder_of_lots)
        .map_err(|error| Fault::of_file("lots", unreadable(&error)))?;
    if names.len() > MAX_LOTS as usize {
        return Err(Fault::of_file(
            "lots",
            format!("more than {MAX_LOTS} files"),
        ));
    }
    let lots = names
        .into_iter()
        .map(|name| {
            let file = format!("lots/{name}");
            read(&pack, &file).map(|content| (file, content))
        })
        .collect::<Result<_, _>>()?;
    Ok(Files {
        name: name.to_owned(),
        deck,
        lots,
    })
}

fn read(pack: &Path, file: &str) -> Result<Vec<u8>, Fault> {
    let path = resolved(pack, Path::new(file), file)?;
    let fault = |error: &io::Error| Fault::of_file(file, unreadable(error));
    // Asked before opening: to open a pipe would wait for somebody to write.
    let metadata = path.metadata().map_err(|error| fault(&error))?;
    if !metadata.is_file() {
        return Err(Fault::of_file(file, "not a file"));
    }
    let mut content = Vec::new();
    File::open(&path)
        .and_then(|file| file.take(MAX_FILE_BYTES + 1).read_to_end(&mut content))
        .map_err(|error| fault(&error))?;
    if content.len() as u64 > MAX_FILE_BYTES {
        return Err(Fault::of_file(file, "larger than 1 MiB"));
    }
    Ok(content)
}

/// The real path of something inside a folder, refused if a link leads out of it.
fn resolved(folder: &Path, inside: &Path, shown: &str) -> Result<PathBuf, Fault> {
    let path = folder
        .join(inside)
        .canonicalize()
        .map_err(|error| Fault::of_file(shown, unreadable(&error)))?;
    if !path.starts_with(folder) {
        return Err(Fault::of_file(shown, "a link that leads out of the folder"));
    }
    Ok(path)
}

/// Names in a folder, without hidden ones.
fn sorted_names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = folder
        .read_dir()?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<io::Result<Vec<_>>>()?;
    names.retain(|name| !name.starts_with('.'));
    names.sort();
    Ok(names)
}

fn unreadable(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "missing".to_owned(),
        _ => format!("cannot be read: {error}"),
    }
}
