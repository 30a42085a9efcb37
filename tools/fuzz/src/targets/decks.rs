//! What an operator brings: packs, and tables to make packs of.

use std::{fs, path::Path};

use kaucim_decks::{
    Library,
    import::{self, Options},
    lint,
};
use tempfile::TempDir;

/// A line that begins so names the file that follows.
const FILE: &str = "=== ";
const MOST_FILES: usize = 20;

/// A pack: its files one after the other, each behind a line with its name. It is linted, and read
/// and searched as a server would.
pub fn pack(data: &[u8]) {
    let folder = TempDir::new().expect("a temporary folder");
    let pack = folder.path().join("fuzzed");
    fs::create_dir(&pack).expect("a folder");
    let text = String::from_utf8_lossy(data);
    for file in text.split(FILE).skip(1).take(MOST_FILES) {
        let (name, content) = file.split_once('\n').unwrap_or((file, ""));
        write(&pack, name.trim(), content);
    }
    let linted = lint::pack(&pack).expect("the folder can be read");
    let is_refused = !linted.errors.is_empty();
    let (library, faults) = Library::open(folder.path());
    assert_eq!(
        is_refused,
        !faults.is_empty(),
        "the linter and the server disagree: {faults:?}"
    );
    for deck in library.decks() {
        deck.find(&text.chars().take(100).collect::<String>());
    }
}

/// Writes where a pack has files, and nowhere else.
fn write(pack: &Path, name: &str, content: &str) {
    let is_plain = |part: &str| {
        part.chars()
            .all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
    };
    let path = match name.split_once('/') {
        None if is_plain(name) => pack.join(name),
        Some(("lots", file)) if is_plain(file) => pack.join("lots").join(file),
        _ => return,
    };
    // A name such as `..` or one that is taken by a folder is no file.
    let _ = path.parent().map(fs::create_dir_all);
    let _ = fs::write(path, content);
}

/// A file to import: the first line says its name, which says what kind it is.
pub fn import(data: &[u8]) {
    let end = data.iter().position(|byte| *byte == b'\n');
    let (name, content) = data.split_at(end.unwrap_or(data.len()));
    let content = content.get(1..).unwrap_or_default();
    let name = match name {
        b"json" => "chuck_1.json",
        b"jsonl" => "lots.jsonl",
        b"yaml" => "lots.yaml",
        b"tsv" => "lots.tsv",
        b"crawl" => "",
        _ => "lots.csv",
    };
    let folder = TempDir::new().expect("a temporary folder");
    let source = folder.path().join("source");
    fs::create_dir(&source).expect("a folder");
    let file = if name.is_empty() {
        "chuck_1.json"
    } else {
        name
    };
    fs::write(source.join(file), content).expect("a file");
    let source = source.join(name);
    let options = Options::of("mazu");
    let _ = import::starting_map(&source, &options);
    let Ok(imported) = import::import(&source, &options) else {
        return;
    };
    let decks = folder.path().join("decks");
    fs::create_dir(&decks).expect("a folder");
    let has_faults = !imported.report.faults.is_empty();
    imported.write(&decks).expect("the pack is written");
    let (_, faults) = Library::open(&decks);
    assert_eq!(
        has_faults,
        !faults.is_empty(),
        "the report and the server disagree: {faults:?}"
    );
}
