//! Packs that were made to do harm: whatever their bytes are, they are refused or shown, never more.

use std::{fs, path::PathBuf};

use kaucim_decks::{
    Language, Library,
    import::{self, Options},
    lint,
};
use proptest::prelude::*;
use tempfile::TempDir;

use crate::{candles::Candles, corpora::divine_whispers, crawl::SETS, lamps::Packs};

/// Loads and lints the pack in a folder of packs, and looks at what stands if it stands.
fn load(packs: &TempDir) {
    let (library, faults) = Library::open(packs.path());
    let linted = lint::folder(packs.path()).expect("the folder can be read");
    let refused = linted.iter().filter(|one| !one.errors.is_empty()).count();
    assert_eq!(
        faults.len(),
        refused,
        "the linter refuses what the loader refuses"
    );
    for fault in &faults {
        assert!(!fault.to_string().is_empty());
    }
    for deck in library.deities().iter().flat_map(|deity| &deity.decks) {
        let lot = deck.lot(deck.draw()).expect("a number that was drawn");
        assert!(!lot.verse.is_empty());
        assert!(deck.retrieve(lot.number, "燈 boats", Language::En, 6).len() <= 6);
    }
}

fn pack_of(file: &str, content: &[u8]) -> TempDir {
    let packs = TempDir::new().unwrap();
    Candles::new().write(packs.path(), "candles");
    fs::write(packs.path().join("candles").join(file), content).unwrap();
    packs
}

const FILES: [&str; 3] = ["deck.toml", "lots/001.toml", "lots/012.toml"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_bytes(file in 0..FILES.len(), content in prop::collection::vec(any::<u8>(), 0..400)) {
        load(&pack_of(FILES[file], &content));
    }

    #[test]
    fn files_with_a_piece_exchanged(
        file in 0..FILES.len(),
        at in 0.0..1.0,
        cut in 0_usize..60,
        with in prop::sample::select(PIECES),
    ) {
        let mut content = Candles::new().0[FILES[file]].clone().into_bytes();
        let at = (content.len() as f64 * at) as usize;
        let end = (at + cut).min(content.len());
        content.splice(at..end, with.bytes());
        load(&pack_of(FILES[file], &content));
    }

    #[test]
    fn any_text_in_every_place(text in "\\PC{1,80}", place in 0..PLACES.len()) {
        let (file, from) = PLACES[place];
        let quoted = toml::Value::String(text).to_string();
        load(&pack_of(file, Candles::new().with(file, from, &quoted).0[file].as_bytes()));
    }
}

/// What tears a file: marks of the format, numbers of all sizes, characters of all kinds.
const PIECES: &[&str] = &[
    "",
    "\"",
    "\"\"\"",
    "'",
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    "=",
    ",",
    "\n",
    "\r",
    "#",
    "\\",
    "\\u0000",
    "\\uD800",
    "\\U00110000",
    "\u{feff}",
    "\u{202e}",
    "\u{fffd}",
    "99999999999999999999",
    "-1",
    "0x7fffffff",
    "1e999",
    "nan",
    "inf",
    "1979-05-27T07:32:00Z",
    "true",
    "[[lots]]",
    "[a.b.c.d.e.f]",
    "第",
    "第百百百百百百百",
    "第九九九九九九九九九九籤",
    "病死",
    "<",
    "&",
    "http://",
    "「",
    "（",
    "𠮷",
    "🜲",
    "\u{301}\u{301}\u{301}",
];

/// Texts of the pack, as they stand.
const PLACES: [(&str, &str); 6] = [
    ("deck.toml", "\"燭籤\""),
    ("deck.toml", "\"吉\""),
    ("deck.toml", "\"CC0-1.0\""),
    ("lots/001.toml", "\"燭籤第一籤\""),
    ("lots/001.toml", "\"早睡早起，不適就醫。\""),
    ("lots/001.toml", "\"meaning\""),
];

#[test]
fn deep_nesting_and_huge_numbers_are_refused() {
    for content in [
        format!("a = {}", "[".repeat(100_000)),
        format!("a = {}", "{ a = ".repeat(100_000)),
        format!("[{}]", "a.".repeat(100_000)),
        format!("number = {}", "9".repeat(100_000)),
        "[[a]]\n".repeat(100_000),
        format!("number = 1\ntitle = \"{}\"", "第".repeat(300_000)),
    ] {
        load(&pack_of("lots/001.toml", content.as_bytes()));
    }
    for count in [
        "0",
        "10001",
        "4294967295",
        "4294967296",
        "-1",
        "18446744073709551616",
    ] {
        let deck = Candles::new().with("deck.toml", "count = 12", &format!("count = {count}"));
        let packs = pack_of("deck.toml", deck.0["deck.toml"].as_bytes());
        load(&packs);
        assert_eq!(Library::open(packs.path()).1.len(), 1, "count = {count}");
    }
}

#[test]
fn a_pack_has_a_limit_to_its_bytes() {
    let packs = TempDir::new().unwrap();
    Candles::new().write(packs.path(), "candles");
    let filler = format!("#{}", " ".repeat((1 << 20) - 2));
    for number in 13..46 {
        fs::write(
            packs.path().join(format!("candles/lots/{number:03}.toml")),
            &filler,
        )
        .unwrap();
    }
    let faults = Library::open(packs.path()).1;
    assert_eq!(
        faults[0].to_string(),
        "pack `candles` is refused\n  lots/044.toml: the files of the pack are larger than 32 MiB together"
    );
}

#[test]
fn a_whole_file_of_one_kind_of_text_is_looked_at_in_its_time() {
    let packs = Packs::new();
    for word in ["病", "第", "燈", "a", "「", "Ã©", "&lt"] {
        let text = word.repeat(60_000 / word.len());
        packs.add("lamps", &[("出門平安。", &text)]);
        let _ = packs.faults();
    }
}

#[test]
fn real_files_with_pieces_exchanged() {
    let Some(corpora) = divine_whispers() else {
        return;
    };
    for (at, (deity, name, _)) in SETS.iter().enumerate() {
        let mut imported = import::crawl(&corpora.join(name), &Options::of(deity)).unwrap();
        let paths: Vec<String> = imported.files.keys().cloned().collect();
        for (place, piece) in PIECES.iter().enumerate() {
            let path = &paths[(place * 7 + at) % paths.len()];
            let content = imported.files.get_mut(path).unwrap();
            let middle: Vec<usize> = content.char_indices().map(|(at, _)| at).collect();
            let middle = middle[middle.len() * (place + 1) / (PIECES.len() + 2)];
            content.insert_str(middle, piece);
        }
        let packs = TempDir::new().unwrap();
        let folder: PathBuf = imported.write(packs.path()).unwrap();
        assert!(folder.is_dir());
        load(&packs);
    }
}
