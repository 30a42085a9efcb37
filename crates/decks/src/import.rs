//! Brings decks in from elsewhere: a crawl, a table or documents become a pack.

mod columns;
mod crawl;
mod document;
mod encoding;
mod error;
mod fill;
mod folded;
mod grades;
mod headings;
mod labels;
mod map;
mod metadata;
pub(crate) mod names;
mod number;
mod pack_files;
mod recognise;
mod record;
mod reference;
mod report;
mod script;
mod source;
mod starting;
mod table;
mod tree;
mod verdicts;
mod verse;

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use crate::Language;

pub(crate) use self::map::{Delimiter, Map, PackForm, word};
use self::record::Records;
pub use self::{
    crawl::crawl,
    error::{ImportError, RowFault},
    report::{Column, Report},
    source::{Kind, UnknownKind},
};

/// Columns that an error names one by one.
const MOST_LISTED: usize = 50;

/// Whose lots are imported, and how their source is to be read.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Such as `yue_lao`; absent: the map says it.
    pub deity: Option<String>,
    /// The deity's name, which only a deity that is not known here needs.
    pub deity_name: BTreeMap<Language, String>,
    /// Absent: the map says it, or it is `imported_` and the deity.
    pub deck_id: Option<String>,
    /// Absent: told by the path.
    pub kind: Option<Kind>,
    /// A file that says which column holds what; absent: known headings are recognised.
    pub map: Option<PathBuf>,
    /// Label of the text's encoding, such as `big5`; absent: told by a byte order mark, else UTF-8.
    pub encoding: Option<String>,
}

impl Options {
    /// For a deity whose names are known here.
    pub fn of(deity: &str) -> Self {
        Self {
            deity: Some(deity.to_owned()),
            ..Self::default()
        }
    }
}

/// A pack that was made from something else, not yet written.
#[derive(Debug)]
pub struct Imported {
    pub deck_id: String,
    pub report: Report,
    /// Path inside the pack and content.
    pub files: BTreeMap<String, String>,
}

/// Makes a pack of what an operator has: a folder of a crawl, a table, or documents.
///
/// Texts are taken as they are, and a verse is cut as the map says or at its marks. What the
/// report calls faults keeps the pack from being loaded until someone mends it.
pub fn import(path: &Path, options: &Options) -> Result<Imported, ImportError> {
    let kind = source::kind(path, options.kind)?;
    if kind == Kind::Crawl {
        return crawl(path, options);
    }
    let (records, map) = mapped(path, kind, options)?;
    sufficient(&records, &map)?;
    pack_files::owner(options, &map.deck)?;
    let mut report = Report::default();
    columns::report(&records, &map, &mut report)?;
    let language = language(&records, &map);
    let lots = fill::lots(&records, &map, language, &mut report)?;
    let from = path.file_name().unwrap_or(path.as_os_str());
    let parts = pack_files::Parts {
        options,
        said: &map.deck,
        description: metadata::Description::of_file(&from.to_string_lossy(), language),
        lots,
    };
    pack_files::made(parts, report)
}

/// The map that [`import`] would use, as a file to start from.
///
/// Without a map of the caller's it is what was recognised; its comments name what is missing, and
/// the columns that were not understood.
pub fn starting_map(path: &Path, options: &Options) -> Result<String, ImportError> {
    let kind = source::kind(path, options.kind)?;
    if kind == Kind::Crawl {
        return Err(ImportError::MapOfCrawl);
    }
    let (records, map) = mapped(path, kind, options)?;
    Ok(starting::file(&records, &map))
}

fn mapped(path: &Path, kind: Kind, options: &Options) -> Result<(Records, Map), ImportError> {
    let map = options.map.as_deref().map(map::read).transpose()?;
    let records = source::records(path, kind, map.as_ref(), options)?;
    let map = map.unwrap_or_else(|| recognise::known(&records));
    Ok((records, map))
}

/// Lots need a verse and a number; nothing is guessed for either.
fn sufficient(records: &Records, map: &Map) -> Result<(), ImportError> {
    let numbered = records.list.iter().all(|record| record.number.is_some());
    let missing = match (map.number.is_some() || numbered, map.verse.is_empty()) {
        (true, false) => return Ok(()),
        (false, _) => "number",
        (true, true) => "verse",
    };
    let columns = recognise::columns(records);
    let columns: Vec<_> = columns
        .iter()
        .take(MOST_LISTED)
        .map(String::as_str)
        .collect();
    Err(ImportError::Map(format!(
        "nothing says which column is the {missing}; there are {}",
        columns.join(", ")
    )))
}

/// The language of the verses: what the map says, or what their script tells.
fn language(records: &Records, map: &Map) -> Language {
    let said = map.deck.get("language").and_then(toml::Value::as_str);
    said.and_then(|code| code.parse().ok())
        .unwrap_or_else(|| recognise::language(records, &map.verse))
}

impl Imported {
    /// Writes the pack as a new sub-folder of a folder of packs and returns its path.
    ///
    /// Fails if the sub-folder exists: what an operator changed by hand is never overwritten.
    pub fn write(&self, folder_of_packs: &Path) -> io::Result<PathBuf> {
        let folder = folder_of_packs.join(&self.deck_id);
        fs::create_dir_all(folder_of_packs)?;
        fs::create_dir(&folder)?;
        fs::create_dir(folder.join("lots"))?;
        for (path, content) in &self.files {
            fs::write(folder.join(path), content)?;
        }
        Ok(folder)
    }
}
