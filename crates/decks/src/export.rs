//! Takes a deck out again: as its pack, or as a file with the map that imports it without a loss.

mod table;

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    str::FromStr,
};

use crate::{
    PackFault,
    import::{Map, PackForm},
    pack::{
        self, Files, Folder,
        format::{LotFile, Pack},
    },
};

/// The form that a deck is taken out in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The folder itself, byte for byte.
    Pack,
    /// A list of lots, each as in its own file.
    Json,
    /// As [`Form::Json`], one lot on each line.
    JsonLines,
    /// A table with a row for each lot.
    Csv,
}

/// A deck that was taken out, not yet written.
#[derive(Debug)]
pub struct Exported {
    pub deck_id: String,
    pub lots: usize,
    content: Content,
}

#[derive(Debug)]
enum Content {
    /// Path inside the pack and content.
    Pack(Vec<(String, Vec<u8>)>),
    File {
        file: Vec<u8>,
        map: String,
    },
}

/// The text is none of the forms.
#[derive(Debug, thiserror::Error)]
#[error("unknown form `{0}`; choose pack, json, jsonl or csv")]
pub struct UnknownForm(String);

/// Why a deck could not be taken out.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error("there is no deck `{deck}`; there are {}", .known.join(", "))]
    UnknownDeck { deck: String, known: Vec<String> },
    #[error(transparent)]
    Refused(PackFault),
    #[error("deck `{deck}` would need {columns} columns; a table has {most} at most", most = table::MAX_COLUMNS)]
    TooWide { deck: String, columns: usize },
}

/// A file or folder could not be written, perhaps because it is there already.
#[derive(Debug, thiserror::Error)]
#[error("could not write {}", .path.display())]
pub struct WriteError {
    pub path: PathBuf,
    pub source: io::Error,
}

impl Form {
    /// The form that a file of that name has.
    pub fn of_file(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        extension.parse().ok().filter(|form| *form != Self::Pack)
    }

    /// What names of such files end with, as in `lots.json`.
    pub fn extension(self) -> Option<&'static str> {
        match self {
            Self::Pack => None,
            Self::Json => Some("json"),
            Self::JsonLines => Some("jsonl"),
            Self::Csv => Some("csv"),
        }
    }
}

impl FromStr for Form {
    type Err = UnknownForm;

    fn from_str(name: &str) -> Result<Self, UnknownForm> {
        match name {
            "pack" => Ok(Self::Pack),
            "json" => Ok(Self::Json),
            "jsonl" => Ok(Self::JsonLines),
            "csv" => Ok(Self::Csv),
            _ => Err(UnknownForm(name.to_owned())),
        }
    }
}

/// Takes out a deck of a folder of packs, or the starter deck: of several with one id that which
/// would be served.
pub fn export(folder_of_packs: &Path, deck_id: &str, form: Form) -> Result<Exported, ExportError> {
    let (files, pack) = found(folder_of_packs, deck_id)?;
    let lots = pack.lots.len();
    let content = match form {
        Form::Pack => Content::Pack(
            std::iter::once(("deck.toml".to_owned(), files.deck))
                .chain(files.lots)
                .collect(),
        ),
        Form::Json | Form::JsonLines => documents(&pack, form),
        Form::Csv => {
            let (file, map) = table::written(&pack)?;
            Content::File {
                file,
                map: map_file(&map),
            }
        }
    };
    Ok(Exported {
        deck_id: deck_id.to_owned(),
        lots,
        content,
    })
}

impl Exported {
    /// Writes a new folder, or a new file and beside it its map (`lots.csv`, `lots.csv.map.toml`),
    /// and returns the paths.
    ///
    /// Fails if one of them exists: nothing is overwritten.
    pub fn write(&self, to: &Path) -> Result<Vec<PathBuf>, WriteError> {
        match &self.content {
            Content::Pack(files) => {
                made(to, fs::create_dir(to))?;
                let lots = to.join("lots");
                made(&lots, fs::create_dir(&lots))?;
                for (path, content) in files {
                    let path = to.join(path);
                    made(&path, fs::write(&path, content))?;
                }
                Ok(vec![to.to_owned()])
            }
            Content::File { file, map } => {
                // After the whole name, so that `lots.csv` and `lots.json` have one each.
                let mut beside = to.as_os_str().to_owned();
                beside.push(".map.toml");
                let beside = PathBuf::from(beside);
                let mut opened = made(&beside, File::create_new(&beside))?;
                let written = File::create_new(to).and_then(|mut to| to.write_all(file));
                let written = made(to, written)
                    .and_then(|()| made(&beside, opened.write_all(map.as_bytes())));
                if written.is_err() {
                    // It is this call's own, and of no use without the other.
                    let _ = fs::remove_file(&beside);
                }
                written.map(|()| vec![to.to_owned(), beside])
            }
        }
    }
}

fn made<T>(path: &Path, result: io::Result<T>) -> Result<T, WriteError> {
    result.map_err(|source| WriteError {
        path: path.to_owned(),
        source,
    })
}

fn found(folder_of_packs: &Path, deck_id: &str) -> Result<(Files, Pack), ExportError> {
    let folders = pack::folders(folder_of_packs).map_err(ExportError::Refused)?;
    let read = folders.iter().map(Folder::read);
    // The starter's id is taken before any operator's: a pack of that id is not served.
    let embedded = pack::embedded().into_iter().map(Ok);
    let mut known = Vec::new();
    let mut refused = None;
    for files in embedded.chain(read) {
        let checked = files.and_then(|files| pack::check(&files).map(|pack| (files, pack)));
        match checked {
            Ok((files, pack)) if pack.deck.id == deck_id => return Ok((files, pack)),
            Ok((_, pack)) => known.push(pack.deck.id),
            Err(fault) if fault.pack == deck_id => refused = Some(fault),
            Err(_) => {}
        }
    }
    Err(match refused {
        Some(fault) => ExportError::Refused(fault),
        None => ExportError::UnknownDeck {
            deck: deck_id.to_owned(),
            known,
        },
    })
}

/// In the order of the numbers.
fn sorted(pack: &Pack) -> Vec<&LotFile> {
    let mut lots: Vec<_> = pack.lots.iter().map(|(_, lot)| lot).collect();
    lots.sort_by_key(|lot| lot.number);
    lots
}

fn documents(pack: &Pack, form: Form) -> Content {
    let lots = sorted(pack);
    let written = "texts, numbers and maps with named keys";
    let mut text = match form {
        Form::JsonLines => lots
            .iter()
            .map(|lot| serde_json::to_string(lot).expect(written) + "\n")
            .collect(),
        Form::Json | Form::Pack | Form::Csv => {
            serde_json::to_string_pretty(&lots).expect(written) + "\n"
        }
    };
    text.shrink_to_fit();
    let named = |name: &str, is_there: fn(&LotFile) -> bool| {
        lots.iter()
            .any(|lot| is_there(lot))
            .then(|| name.to_owned())
    };
    let map = Map {
        number: Some("number".to_owned()),
        title: Some("title".to_owned()),
        grade: named("grade", |lot| lot.grade.is_some()),
        verse: vec!["verse".to_owned()],
        pronunciation: Vec::from_iter(named("pronunciation", |lot| !lot.pronunciation.is_empty())),
        pack_form: PackForm {
            commentary: named("commentary", |lot| !lot.commentary.is_empty()),
            allusion: named("allusion", |lot| !lot.allusion.is_empty()),
            topics: named("topics", |lot| !lot.topics.is_empty()),
        },
        ..map_of(pack)
    };
    Content::File {
        file: text.into_bytes(),
        map: map_file(&map),
    }
}

/// A map under which every text stays as it is, and nothing is found out.
fn map_of(pack: &Pack) -> Map {
    Map {
        // No line of a verse holds one.
        verse_separator: Some("\n".to_owned()),
        empty: Vec::new(),
        trim: false,
        verdicts: false,
        deck: toml::Table::try_from(&pack.deck).expect("texts, numbers and tables"),
        ..Map::default()
    }
}

fn map_file(map: &Map) -> String {
    let text = toml::to_string_pretty(map).expect("texts, lists and tables");
    format!(
        "# Imports the file beside it without a loss: kaucim deck import FILE --map THIS\n{text}"
    )
}
