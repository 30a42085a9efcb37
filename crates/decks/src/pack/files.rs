//! Collects the files of packs, from folders and from the program itself.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

use crate::{
    lint::Code,
    pack::{Fault, PackFault},
};

/// A deck of more lots is refused.
pub(crate) const MAX_LOTS: u32 = 10_000;

/// A file of more bytes is refused.
pub(crate) const MAX_FILE_BYTES: u64 = 1 << 20;

/// A pack whose files have more bytes together is refused.
const MAX_PACK_BYTES: u64 = 32 << 20;

/// The files of one pack, not yet understood.
pub(crate) struct Files {
    /// Name of the pack's folder.
    pub(crate) name: String,
    /// Whether it is inside the program.
    pub(crate) is_starter: bool,
    pub(crate) deck: Vec<u8>,
    /// Path inside the pack and content, in the order of the paths.
    pub(crate) lots: Vec<(String, Vec<u8>)>,
}

#[derive(RustEmbed)]
#[folder = "packs/"]
struct Starter;

/// The packs inside the program.
pub(crate) fn embedded() -> Vec<Files> {
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
            is_starter: true,
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
    packs.into_values().collect()
}

/// The folder of one pack, not yet read.
pub(crate) struct Folder {
    root: PathBuf,
    /// Name of the pack's folder.
    pub(crate) name: String,
}

/// The packs in the sub-folders of a folder, in the order of their names; none where there is no
/// such folder.
pub(crate) fn folders(root: &Path) -> Result<Vec<Folder>, PackFault> {
    let outer_fault = |error: io::Error| PackFault {
        pack: root.display().to_string(),
        faults: vec![Fault::of_file(
            Code::Unreadable,
            ".",
            format!("the folder of packs cannot be read: {error}"),
        )],
    };
    let names = match sorted_names(root) {
        Ok(names) => names,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(outer_fault(error)),
    };
    let root = root.canonicalize().map_err(outer_fault)?;
    Ok(names
        .into_iter()
        .filter(|name| root.join(name).is_dir())
        .map(|name| Folder {
            root: root.clone(),
            name,
        })
        .collect())
}

impl Folder {
    /// The pack in this very folder.
    pub(crate) fn of(pack: &Path) -> io::Result<Self> {
        let pack = pack.canonicalize()?;
        let name = pack.file_name().unwrap_or_default();
        Ok(Self {
            root: pack.parent().unwrap_or(&pack).to_owned(),
            name: name.to_string_lossy().into_owned(),
        })
    }

    /// Reads all files.
    pub(crate) fn read(&self) -> Result<Files, PackFault> {
        self.files().map_err(|fault| PackFault {
            pack: self.name.clone(),
            faults: vec![fault],
        })
    }

    fn files(&self) -> Result<Files, Fault> {
        let pack = resolved(&self.root, Path::new(&self.name), ".")?;
        let deck = read(&pack, "deck.toml")?;
        let folder_of_lots = resolved(&pack, Path::new("lots"), "lots")?;
        let names = sorted_names(&folder_of_lots)
            .map_err(|error| Fault::of_file(Code::Unreadable, "lots", unreadable(&error)))?;
        if names.len() > MAX_LOTS as usize {
            let reason = format!("more than {MAX_LOTS} files");
            return Err(Fault::of_file(Code::TooLarge, "lots", reason));
        }
        let mut bytes = deck.len() as u64;
        let mut lots = Vec::with_capacity(names.len());
        for name in names {
            let file = format!("lots/{name}");
            let content = read(&pack, &file)?;
            bytes += content.len() as u64;
            if bytes > MAX_PACK_BYTES {
                let reason = "the files of the pack are larger than 32 MiB together";
                return Err(Fault::of_file(Code::TooLarge, &file, reason));
            }
            lots.push((file, content));
        }
        Ok(Files {
            name: self.name.clone(),
            is_starter: false,
            deck,
            lots,
        })
    }
}

impl Files {
    /// A hash of all that was read, by which a pack is known again.
    pub(crate) fn digest(&self) -> [u8; 32] {
        let mut digest = Sha256::new();
        let deck = ("deck.toml", &self.deck);
        let lots = self
            .lots
            .iter()
            .map(|(file, content)| (file.as_str(), content));
        for (file, content) in [deck].into_iter().chain(lots) {
            digest.update((file.len() as u64).to_be_bytes());
            digest.update(file);
            digest.update((content.len() as u64).to_be_bytes());
            digest.update(content);
        }
        digest.finalize().into()
    }
}

fn read(pack: &Path, file: &str) -> Result<Vec<u8>, Fault> {
    let path = resolved(pack, Path::new(file), file)?;
    let fault = |error: &io::Error| Fault::of_file(Code::Unreadable, file, unreadable(error));
    // Asked before opening: to open a pipe would wait for somebody to write.
    let metadata = path.metadata().map_err(|error| fault(&error))?;
    if !metadata.is_file() {
        return Err(Fault::of_file(Code::Unreadable, file, "not a file"));
    }
    let mut content = Vec::new();
    File::open(&path)
        .and_then(|file| file.take(MAX_FILE_BYTES + 1).read_to_end(&mut content))
        .map_err(|error| fault(&error))?;
    if content.len() as u64 > MAX_FILE_BYTES {
        return Err(Fault::of_file(Code::TooLarge, file, "larger than 1 MiB"));
    }
    Ok(content)
}

/// The real path of something inside a folder, refused if a link leads out of it.
fn resolved(folder: &Path, inside: &Path, shown: &str) -> Result<PathBuf, Fault> {
    let path = folder
        .join(inside)
        .canonicalize()
        .map_err(|error| Fault::of_file(Code::Unreadable, shown, unreadable(&error)))?;
    if !path.starts_with(folder) {
        let reason = "a link that leads out of the folder";
        return Err(Fault::of_file(Code::LinkOut, shown, reason));
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
