//! Brings decks in from elsewhere: a crawl of `chuck_N.json` files becomes a pack.

mod crawl;
mod grades;
mod metadata;
pub(crate) mod names;
mod reference;
mod verdicts;
mod verse;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, fs, io,
    path::{Path, PathBuf},
};

use crate::{Fault, Language, pack};

pub use self::crawl::crawl;

/// Lots that a report names one by one.
const MOST_LISTED: usize = 10;

/// Whose lots are imported, and under which names.
#[derive(Debug, Clone)]
pub struct Options {
    /// Such as `yue_lao`.
    pub deity: String,
    /// The deity's name, which only a deity that is not known here needs.
    pub deity_name: BTreeMap<Language, String>,
    /// Absent: `imported_` and the deity.
    pub deck_id: Option<String>,
}

impl Options {
    /// For a deity whose names are known here.
    pub fn of(deity: &str) -> Self {
        Self {
            deity: deity.to_owned(),
            deity_name: BTreeMap::new(),
            deck_id: None,
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

/// What became of the texts, and what was not understood.
#[derive(Debug, Default)]
pub struct Report {
    pub lots: u32,
    /// Lines and characters of every verse, where all agree.
    pub metre: Option<(usize, usize)>,
    /// Lots beside the numbered ones, as their titles tell.
    pub special_lots: Vec<u32>,
    /// Lots without a grade.
    pub without_grade: u32,
    /// Words that stand as grades although no tone is known for them, and how often.
    pub unknown_grades: BTreeMap<String, u32>,
    /// Verdicts that were found inside free text.
    pub verdicts: u32,
    /// Labels of verdicts that belong to no topic, and how often; they stay in the free text.
    pub verdicts_without_topic: BTreeMap<String, u32>,
    /// Labels whose verdict is empty, doubled or too long to be one; likewise.
    pub verdicts_not_understood: u32,
    /// Lots with such labels.
    pub lots_not_understood: BTreeSet<u32>,
    /// Stories that were found inside free text.
    pub allusions: u32,
    /// Keys of the source that mean nothing here, and how often.
    pub unknown_keys: BTreeMap<String, u32>,
    /// Files of the source that are no lots.
    pub ignored_files: Vec<String>,
    /// What the loader will refuse the pack for; to be mended by hand.
    pub faults: Vec<Fault>,
}

/// Why nothing could be imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("cannot read `{path}`")]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("`{0}` holds no file like chuck_1.json")]
    NoLots(PathBuf),
    #[error("`{folder}` holds more than {most} lots", most = pack::MAX_LOTS)]
    TooManyLots { folder: PathBuf },
    #[error("`{file}` is not JSON")]
    NotJson {
        file: String,
        source: serde_json::Error,
    },
    #[error("`{file}` is not a lot: {reason}")]
    NotALot { file: String, reason: String },
    #[error("the name of deity `{0}` is not known; give it")]
    UnknownDeity(String),
    #[error("`{0}` is not an id; 1 to 64 of a-z, 0-9, `_` and `-` are wanted")]
    BadId(String),
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

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} lots, {} without a grade",
            self.lots, self.without_grade
        )?;
        match self.metre {
            Some((lines, characters)) => {
                writeln!(f, "metre: {lines} lines of {characters} characters")?;
            }
            None => writeln!(f, "no common metre")?,
        }
        writeln!(
            f,
            "{} verdicts and {} stories found",
            self.verdicts, self.allusions
        )?;
        if self.verdicts_not_understood > 0 {
            writeln!(
                f,
                "{} verdicts not understood, in lots {}",
                self.verdicts_not_understood,
                listed(&self.lots_not_understood)
            )?;
        }
        for (what, counts) in [
            ("verdict without a topic", &self.verdicts_without_topic),
            ("grade without a known tone", &self.unknown_grades),
            ("unknown key", &self.unknown_keys),
        ] {
            for (name, count) in counts {
                writeln!(f, "{what}: {name}, {count} times")?;
            }
        }
        for number in &self.special_lots {
            writeln!(f, "special lot: {number}")?;
        }
        for file in &self.ignored_files {
            writeln!(f, "ignored: {file}")?;
        }
        for fault in &self.faults {
            writeln!(f, "to be mended: {fault}")?;
        }
        Ok(())
    }
}

/// The first ten numbers, and how many more there are.
fn listed(numbers: &BTreeSet<u32>) -> String {
    let first: Vec<_> = numbers
        .iter()
        .take(MOST_LISTED)
        .map(u32::to_string)
        .collect();
    let first = first.join(", ");
    match numbers.len().saturating_sub(MOST_LISTED) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}
