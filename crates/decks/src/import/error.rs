//! Why nothing could be imported, each with a hint on what to do.

use std::{collections::BTreeSet, fmt, io, path::PathBuf};

use crate::pack;

/// Rows that an error names one by one.
const MOST_LISTED: usize = 20;

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
    #[error("the name of deity `{0}` is not known")]
    UnknownDeity(String),
    #[error("`{0}` is not an id; 1 to 64 of a-z, 0-9, `_` and `-` are wanted")]
    BadId(String),
    #[error("cannot tell what kind of lots `{0}` holds")]
    UnknownKind(PathBuf),
    #[error("`{0}` is a file of a spreadsheet program, which only such a program reads")]
    Spreadsheet(PathBuf),
    /// A text in an unknown encoding, or in another one than was said.
    #[error("{file}: {reason}")]
    Encoding { file: String, reason: String },
    #[error("a crawl has no columns to be mapped")]
    MapOfCrawl,
    /// The map of columns cannot be used.
    #[error("the map cannot be used: {0}")]
    Map(String),
    /// The source does not have the form that its kind has, or is too large.
    #[error("{place}: {reason}")]
    Malformed { place: String, reason: String },
    /// Rows that are no lots; all of them are told, since all are to be mended.
    #[error("{}", told(.0))]
    Rows(Vec<RowFault>),
}

/// What is wrong with one row of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFault {
    /// File and line, such as `lots.csv: line 12`.
    pub place: String,
    /// The column at fault, where it is one.
    pub column: Option<String>,
    pub reason: String,
}

impl ImportError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "see that the path is right and may be read",
            Self::NoLots(_) => "the folder holds one chuck_N.json for each lot",
            Self::TooManyLots { .. } => "a deck has 10,000 lots at most",
            Self::NotJson { .. } => "see the line; a file saved as JSON in UTF-8 is wanted",
            Self::NotALot { .. } => "mend the file, or take it out of the folder",
            Self::UnknownDeity(_) => {
                "give its name in a map: [deck] with deity_name = { zh = \"…\", en = \"…\" }"
            }
            Self::BadId(_) => "choose another with --deity or --deck",
            Self::UnknownKind(_) => "say --kind crawl, csv, json, jsonl or yaml",
            Self::Spreadsheet(_) => {
                "open it there, save the sheet as `CSV UTF-8`, and import that file"
            }
            Self::Encoding { .. } => {
                "say --encoding utf-8, utf-16le, big5, gbk or shift_jis, or save the file as UTF-8"
            }
            Self::MapOfCrawl => "leave --show-map out; a map for a crawl holds [deck] alone",
            Self::Map(_) => "see docs/packs.md, or start from what --show-map prints",
            Self::Malformed { .. } => "mend the source at that place; nothing was written",
            Self::Rows(_) => "mend these rows in the source; nothing was written",
        }
    }
}

impl fmt::Display for RowFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.place)?;
        if let Some(column) = &self.column {
            write!(f, ": column `{column}`")?;
        }
        write!(f, ": {}", self.reason)
    }
}

fn told(faults: &[RowFault]) -> String {
    let places: BTreeSet<_> = faults.iter().map(|fault| &fault.place).collect();
    let mut text = match places.len() {
        1 => "1 row is not understood".to_owned(),
        rows => format!("{rows} rows are not understood"),
    };
    for fault in faults.iter().take(MOST_LISTED) {
        text.push_str("\n  ");
        text.push_str(&fault.to_string());
    }
    if faults.len() > MOST_LISTED {
        let more = faults.len() - MOST_LISTED;
        text.push_str("\n  and ");
        text.push_str(&more.to_string());
        text.push_str(" more");
    }
    text
}
