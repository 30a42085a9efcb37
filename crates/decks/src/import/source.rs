//! What an operator has: told apart by its path, and read within limits.

use std::{
    ffi::OsStr,
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
    str::FromStr,
};

use crate::{
    import::{
        ImportError, Map, Options, document, encoding,
        record::{Record, Records},
        table,
    },
    pack::MAX_LOTS,
};

/// A file of more bytes is not read, nor is a folder whose files have more together.
pub(super) const MAX_BYTES: u64 = 32 << 20;

/// How the files of spreadsheet programs begin, whatever they are called: archives (ZIP) today,
/// compound files before.
const OF_SPREADSHEETS: [&[u8]; 2] = [b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"];

/// What kind of source lots are imported from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A folder of `chuck_N.json`, as the original system crawled them.
    Crawl,
    /// A table: rows of cells between commas, tabs or semicolons, the headings first.
    Csv,
    /// A list of lots, or lots by number, or a folder with a file for each lot.
    Json,
    /// One lot on each line.
    JsonLines,
    /// As [`Kind::Json`], in YAML.
    Yaml,
}

/// The text is none of the kinds.
#[derive(Debug, thiserror::Error)]
#[error("unknown kind `{0}`; choose crawl, csv, json, jsonl or yaml")]
pub struct UnknownKind(String);

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, UnknownKind> {
        match name {
            "crawl" => Ok(Self::Crawl),
            "csv" => Ok(Self::Csv),
            "json" => Ok(Self::Json),
            "jsonl" => Ok(Self::JsonLines),
            "yaml" => Ok(Self::Yaml),
            _ => Err(UnknownKind(name.to_owned())),
        }
    }
}

/// The kind of what lies at a path.
pub(super) fn kind(path: &Path, given: Option<Kind>) -> Result<Kind, ImportError> {
    if let Some(kind) = given {
        return Ok(kind);
    }
    let unknown = || ImportError::UnknownKind(path.to_owned());
    if !metadata(path)?.is_dir() {
        if is_spreadsheet(path) {
            return Err(ImportError::Spreadsheet(path.to_owned()));
        }
        return extension(path).ok_or_else(unknown);
    }
    let files = files(path)?;
    let crawled = |file: &PathBuf| {
        let name = file.file_stem().and_then(OsStr::to_str).unwrap_or_default();
        name.starts_with("chuck_") && extension(file) == Some(Kind::Json)
    };
    // A folder that holds nothing of another kind is taken for a crawl, and told to be none.
    if files.iter().any(crawled) || files.is_empty() {
        return Ok(Kind::Crawl);
    }
    let has = |kind| files.iter().any(|file| extension(file) == Some(kind));
    match (has(Kind::Json), has(Kind::Yaml)) {
        (true, false) => Ok(Kind::Json),
        (false, true) => Ok(Kind::Yaml),
        (true, true) | (false, false) => Err(unknown()),
    }
}

/// The lots of a source that is no crawl, as they stand in it.
pub(super) fn records(
    path: &Path,
    kind: Kind,
    map: Option<&Map>,
    options: &Options,
) -> Result<Records, ImportError> {
    let name = options.encoding.as_deref();
    let name = name.or_else(|| map.and_then(|map| map.encoding.as_deref()));
    let text = |path: &Path, most: &mut u64| {
        let bytes = bytes(path, most)?;
        if OF_SPREADSHEETS.iter().any(|begin| bytes.starts_with(begin)) {
            return Err(ImportError::Spreadsheet(path.to_owned()));
        }
        encoding::decode(&shown(path), &bytes, name)
    };
    let mut most = MAX_BYTES;
    if metadata(path)?.is_dir() {
        let mut records = Records::default();
        let files = files(path)?;
        for file in files.iter().filter(|file| extension(file) == Some(kind)) {
            records.list.push(one(file, kind, &text(file, &mut most)?)?);
            at_most(&records, path)?;
        }
        let others = files.iter().filter(|file| extension(file) != Some(kind));
        records.ignored = others.map(|file| shown(file)).collect();
        return some(records, path);
    }
    let text = text(path, &mut most)?;
    let file = shown(path);
    let records = match kind {
        Kind::Csv => table::read(&file, &text, map)?,
        Kind::Json => document::json(&file, &text, map)?,
        Kind::JsonLines => document::json_lines(&file, &text)?,
        Kind::Yaml => document::yaml(&file, &text, map)?,
        Kind::Crawl => return Err(ImportError::NoLots(path.to_owned())),
    };
    at_most(&records, path)?;
    some(records, path)
}

/// One file of a folder with a file for each lot; its name may say the number.
fn one(path: &Path, kind: Kind, text: &str) -> Result<Record, ImportError> {
    let mut record = document::one(&shown(path), kind, text)?;
    let stem = path.file_stem().and_then(OsStr::to_str).unwrap_or_default();
    let digits = stem.trim_start_matches(|c: char| !c.is_ascii_digit());
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        record.number = Some(digits.to_owned());
    }
    Ok(record)
}

fn some(records: Records, path: &Path) -> Result<Records, ImportError> {
    if records.list.is_empty() {
        return Err(ImportError::Malformed {
            place: shown(path),
            reason: "holds no lots".to_owned(),
        });
    }
    Ok(records)
}

fn at_most(records: &Records, path: &Path) -> Result<(), ImportError> {
    if records.list.len() > MAX_LOTS as usize {
        return Err(ImportError::TooManyLots {
            folder: path.to_owned(),
        });
    }
    Ok(())
}

/// The content of a file, if no more than `most` is left for it.
pub(super) fn bytes(path: &Path, most: &mut u64) -> Result<Vec<u8>, ImportError> {
    let unreadable = |source| ImportError::Unreadable {
        path: path.to_owned(),
        source,
    };
    // Asked before opening: to open a pipe would wait for somebody to write.
    if !metadata(path)?.is_file() {
        return Err(unreadable(io::Error::other("not a file")));
    }
    let mut content = Vec::new();
    File::open(path)
        .and_then(|file| file.take(*most + 1).read_to_end(&mut content))
        .map_err(unreadable)?;
    let length = content.len() as u64;
    *most = most
        .checked_sub(length)
        .ok_or_else(|| unreadable(io::Error::other("more than 32 MiB, all files together")))?;
    Ok(content)
}

fn metadata(path: &Path) -> Result<fs::Metadata, ImportError> {
    fs::metadata(path).map_err(|source| ImportError::Unreadable {
        path: path.to_owned(),
        source,
    })
}

/// What lies in a folder, in the order of the names, without what is hidden.
fn files(folder: &Path) -> Result<Vec<PathBuf>, ImportError> {
    let unreadable = |source| ImportError::Unreadable {
        path: folder.to_owned(),
        source,
    };
    let entries = folder.read_dir().map_err(unreadable)?;
    let mut files = Vec::new();
    // A folder of more has other things in it than lots.
    for entry in entries.take(2 * MAX_LOTS as usize) {
        let entry = entry.map_err(unreadable)?;
        if !entry.file_name().to_string_lossy().starts_with('.') {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}

fn extension(path: &Path) -> Option<Kind> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    match extension.as_str() {
        "csv" | "tsv" => Some(Kind::Csv),
        "json" => Some(Kind::Json),
        "jsonl" | "ndjson" => Some(Kind::JsonLines),
        "yaml" | "yml" => Some(Kind::Yaml),
        _ => None,
    }
}

fn is_spreadsheet(path: &Path) -> bool {
    let extension = path.extension().and_then(OsStr::to_str).unwrap_or_default();
    ["xlsx", "xls", "xlsm", "xlsb", "ods", "numbers"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(extension))
}

/// The name of a file as messages show it.
fn shown(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}
