//! Sources that are broken, endless or meant to harm: refused in words, with bounded work.

use std::{
    ffi::OsStr,
    fs::{self, File},
    path::Path,
};

use kaucim_decks::{
    Library,
    import::{self, ImportError, Options},
};
use proptest::{prelude::*, sample};
use tempfile::TempDir;

use crate::{corpora::divine_whispers, lamps::FIRST, tables::Sources};

fn check(name: &str, content: impl AsRef<[u8]>, told: &str) {
    let refused = Sources::with(name, content).refusal(name);
    assert!(
        refused.contains(told),
        "{name}: {told} is not in: {}",
        &refused[..200.min(refused.len())]
    );
}

#[test]
fn what_is_too_large_is_not_read() {
    let folder = TempDir::new().unwrap();
    for name in [
        "lots.csv",
        "lots.json",
        "lots.jsonl",
        "lots.yaml",
        "chuck_1.json",
    ] {
        let path = folder.path().join(name);
        File::create(&path).unwrap().set_len(1 << 30).unwrap();
        let error = import::import(&path, &Options::of("mazu")).unwrap_err();
        assert!(
            matches!(error, ImportError::Unreadable { .. }),
            "{name}: {error}"
        );
    }
    let crawl = import::crawl(folder.path(), &Options::of("mazu")).unwrap_err();
    assert!(matches!(crawl, ImportError::Unreadable { .. }), "{crawl}");
    let map = Options {
        map: Some(folder.path().join("lots.csv")),
        ..Options::of("mazu")
    };
    let small = folder.path().join("small.csv");
    fs::write(&small, "籤號,籤詩\n1,燈明\n").unwrap();
    let error = import::import(&small, &map).unwrap_err();
    assert!(matches!(error, ImportError::Unreadable { .. }), "{error}");

    // Each file of a folder is small enough, all together are not.
    let crawl = TempDir::new().unwrap();
    for number in 1..=40 {
        let path = crawl.path().join(format!("chuck_{number}.json"));
        fs::write(
            path,
            format!(
                "{{\"poem\": \"燈{number}\", \"x\": \"{}\"}}",
                "x".repeat(1_000_000)
            ),
        )
        .unwrap();
    }
    let error = import::import(crawl.path(), &Options::of("mazu")).unwrap_err();
    assert!(matches!(error, ImportError::Unreadable { .. }), "{error}");
}

#[test]
fn what_is_nested_too_deep_is_refused() {
    for depth in [33, 100_000] {
        let json = format!(
            "[{{\"number\": 1, \"poem\": {}1{}}}]",
            "[".repeat(depth),
            "]".repeat(depth)
        );
        check("lots.json", &json, "deep");
        check("lots.yaml", &json, "");
        let lines = json[1..json.len() - 1].to_owned();
        check("lots.jsonl", lines, "deep");
    }
    let indented: String = (0..3000)
        .map(|depth| format!("{}a:\n", " ".repeat(depth)))
        .collect();
    check("lots.yaml", indented, "lots.yaml");
    let map = format!("verse = {}{}", "[".repeat(100_000), "]".repeat(100_000));
    let sources = Sources::with("lots.csv", "籤號,籤詩\n1,燈明\n");
    assert!(sources.mapped("lots.csv", &map).is_err());
}

#[test]
fn aliases_cannot_multiply_a_document() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let before = format!("*a{}, ", level - 1).repeat(10);
        let before = before.trim_end_matches(", ");
        bomb = format!("{bomb}a{level}: &a{level} [{before}]\n");
    }
    check("lots.yaml", bomb, "lots.yaml");
    // One long text that is repeated many times.
    let text = "x".repeat(1 << 20);
    let repeated = "- poem: *a\n".repeat(5000);
    check(
        "lots.yaml",
        format!("- poem: &a {text}\n{repeated}"),
        "more text, values or depth",
    );
    check("lots.yaml", "&a [*a]\n", "lots.yaml");
}

#[test]
fn what_is_too_many_is_refused() {
    check(
        "lots.csv",
        "a,".repeat(1_000_000),
        "1000001 columns; at most 1000",
    );
    check(
        "lots.csv",
        "籤號,籤詩\n".to_owned() + &",".repeat(1_000_000),
        "holds no lots",
    );
    let cell = format!("籤號,籤詩\n1,{}\n", "燈".repeat(400_000));
    check("lots.csv", cell, "cell 2 is larger than 1 MiB");
    let wide: String = (0..900).map(|column| format!("c{column},")).collect();
    let row = "1,".repeat(900);
    check(
        "lots.csv",
        format!("{wide}\n{}", format!("{row}\n").repeat(600)),
        "more than 500000 cells",
    );
    let empty = "[],".repeat(600_000);
    check(
        "lots.json",
        format!("[{empty}[]]"),
        "more than 500000 values",
    );
    check("lots.yaml", format!("[{empty}[]]"), "lots.yaml");
    let lots: String = (1..=10_001)
        .map(|number| format!("{number},燈{number}\n"))
        .collect();
    check(
        "lots.csv",
        format!("籤號,籤詩\n{lots}"),
        "more than 10000 lots",
    );
    let faults = "x,\n".repeat(10_000);
    let refused = Sources::with("lots.csv", format!("籤號,籤詩\n{faults}")).refusal("lots.csv");
    assert!(refused.lines().count() < 30, "an error stays readable");
}

#[test]
fn a_lot_too_large_for_a_pack_is_told() {
    let text = "燈".repeat(300_000);
    let table = format!("籤號,籤詩,聖意,解曰\n1,燈明,{text},{text}\n");
    let imported = Sources::with("lots.csv", table).import("lots.csv");
    let report = imported.report.to_string();
    assert!(
        report.contains("lots/001.toml: larger than 1 MiB"),
        "{report}"
    );
}

#[test]
fn control_characters_reach_no_deck() {
    for verse in ["燈\u{1}明", "燈\u{85}明", "燈\u{7f}明"] {
        let table = format!("籤號,籤詩\n1,{verse}\n");
        let imported = Sources::with("lots.csv", table).import("lots.csv");
        let report = imported.report.to_string();
        let cut = verse.contains('\u{85}');
        assert_eq!(
            report.contains("control character"),
            !cut,
            "{verse:?}: {report}"
        );
    }
    check("lots.csv", "籤號,籤詩\n1,燈\0明\n", "NUL");
}

/// How many cases each property is tried with; `KAUCIM_FUZZ_CASES` makes a run longer.
fn cases() -> ProptestConfig {
    let said = std::env::var_os("KAUCIM_FUZZ_CASES");
    let said = said.as_deref().and_then(OsStr::to_str);
    let cases = said.and_then(|cases| cases.parse().ok()).unwrap_or(48);
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(cases)
    }
}

const TABLE: &str = "籤號,籤題,吉凶,籤詩,解說,解說_en,典故,婚姻\n1,得燈,上吉,\"燈照前途，風靜船歸\",\"家宅　安。求財　平。婚姻　成。\",\"Marriage: soon. \
    Travel: wait. Family: well.\",漁夫,成\n二,守燈,下,雨急燈昏 且待天明,問婚姻，待時。,,,\n";
const JSON: &str = r#"[{"number": 1, "title": "得燈", "poem": ["燈照前途，", "風靜船歸。"], "analysis": {"zh": "求財平婚姻吉行人至。", "jp": "願望　叶う。"},
    "commentary": [{"kind": "sage", "provenance": "classic", "zh": "安"}], "topics": {"love": {"zh": "成"}}}, {"number": 2, "poem": "雨急"}]"#;
const LINES: &str = "{\"number\": 1, \"poem\": \"燈照前途\"}\n{\"number\": 2, \"poem\": \"雨急燈昏\", \"subtitle\": \"漁夫\"}\n";
const YAML: &str = "- number: 1\n  title: &t 得燈\n  poem: |\n    燈照前途\n    風靜船歸\n  meaning: {zh: 安, en: \"safe\"}\n- number: 2\n  title: *t\n  poem: 雨急燈昏\n";
const CRAWL: &str = r#"{"id": 1, "title": "第一籤", "subtitle": "漁夫甲甲", "fortune": "上吉", "poem": "燈照前途、風靜船歸。",
    "analysis": {"zh": "功名　晚成生意　平六甲　男", "en": [], "jp": "--", "reference": "1.漁夫2.船家宅　安。"}}"#;
const MAP: &str = "number = \"籤號\"\nverse = [\"籤詩\"]\nverse_separator = \"，\"\nempty = [\"--\"]\n[[commentary]]\nkind = \"meaning\"\n\
    provenance = \"classic\"\nzh = \"解說\"\n[topics.love]\nzh = \"婚姻\"\n[deck]\nblocks = \"three\"\nspecial_lots = [1]\n";

/// What breaks parsers.
const PIECES: &[&str] = &[
    "\"",
    "'",
    ",",
    ";",
    "\t",
    "\n",
    "\r",
    "\r\n",
    "{",
    "}",
    "[",
    "]",
    ":",
    "- ",
    "&a ",
    "*a ",
    "<<: ",
    "!!int ",
    "--- ",
    "...\n",
    "|",
    ">",
    "#",
    "\\u0000",
    "\\ud800",
    "\u{feff}",
    "\u{2028}",
    "\u{1}",
    "99999999999999999999",
    "-1",
    "1e999",
    "true",
    "null",
    "第",
    "籤",
    "問婚姻，",
    "婚姻　",
    "婚姻",
    "，",
    "。",
    "１",
    "一百零",
    ".",
    "\u{10ffff}",
    "e\u{301}",
    "number",
    "poem",
    "籤詩",
    "籤號",
    "format = 1\n",
    "[deck]\n",
];

#[derive(Debug, Clone)]
struct Edit {
    at: sample::Index,
    cut: usize,
    with: Vec<u8>,
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let piece = prop_oneof![
        4 => sample::select(PIECES).prop_map(|piece| piece.as_bytes().to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 0..4),
        1 => (sample::select(PIECES), 1_usize..400).prop_map(|(piece, times)| piece.repeat(times).into_bytes()),
    ];
    let edit = (any::<sample::Index>(), 0_usize..12, piece);
    let edit = edit.prop_map(|(at, cut, with)| Edit { at, cut, with });
    proptest::collection::vec(edit, 0..6)
}

fn edited(content: &[u8], edits: &[Edit]) -> Vec<u8> {
    let mut content = content.to_vec();
    for edit in edits {
        let at = edit.at.index(content.len() + 1);
        let end = (at + edit.cut).min(content.len());
        content.splice(at..end, edit.with.iter().copied());
    }
    content
}

/// Whatever a source says, it is refused in words, or what it makes is loaded or has its faults
/// told.
fn survives(path: &Path, options: &Options) -> Result<(), TestCaseError> {
    let _ = import::starting_map(path, options);
    match import::import(path, options) {
        Err(error) => prop_assert!(!error.to_string().is_empty()),
        Ok(imported) => {
            prop_assert!(!imported.report.to_string().is_empty());
            let packs = TempDir::new().unwrap();
            imported.write(packs.path()).unwrap();
            let (_, faults) = Library::open(packs.path());
            let told = !imported.report.faults.is_empty();
            prop_assert_eq!(faults.is_empty(), !told, "{:?}", faults);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn no_source_stops_the_program(kind in 0_usize..5, edits in edits()) {
        let (name, content) = [
            ("lots.csv", TABLE), ("lots.json", JSON), ("lots.jsonl", LINES), ("lots.yaml", YAML), ("set/chuck_1.json", CRAWL),
        ][kind];
        let sources = Sources::with(name, edited(content.as_bytes(), &edits));
        let path = sources.write(name, edited(content.as_bytes(), &edits));
        let path = if kind == 4 { path.parent().unwrap() } else { &path };
        survives(path, &Options::of("mazu"))?;
    }

    #[test]
    fn no_map_stops_the_program(edits in edits(), more in edits()) {
        let sources = Sources::with("lots.csv", edited(TABLE.as_bytes(), &more));
        let options = Options {
            map: Some(sources.write("map.toml", edited(MAP.as_bytes(), &edits))),
            ..Options::of("mazu")
        };
        survives(&sources.write("lots.csv", edited(TABLE.as_bytes(), &more)), &options)?;
    }

    #[test]
    fn no_real_file_that_was_damaged_stops_the_program(set in 0_usize..6, number in 1_u32..=30, edits in edits()) {
        let Some(corpora) = divine_whispers() else { return Ok(()) };
        let (_, name, _) = crate::crawl::SETS[set];
        let file = corpora.join(name).join(format!("chuck_{number}.json"));
        let content = edited(&fs::read(file).unwrap(), &edits);
        let sources = Sources::with("set/chuck_1.json", &content);
        let path = sources.write("set/chuck_1.json", &content);
        survives(path.parent().unwrap(), &Options::of("mazu"))?;
        // The same lot as a list of one.
        let list = [b"[", &content[..], b"]"].concat();
        survives(&sources.write("lots.json", list), &Options::of("mazu"))?;
    }

    #[test]
    fn no_pack_that_was_damaged_stops_the_loader(edits in edits(), of_deck in any::<bool>()) {
        let packs = crate::lamps::Packs::new();
        packs.add("lamps", &[]);
        let path = packs.path().join(if of_deck { "lamps/deck.toml" } else { "lamps/lots/001.toml" });
        let content = if of_deck { fs::read(&path).unwrap() } else { FIRST.as_bytes().to_vec() };
        fs::write(&path, edited(&content, &edits)).unwrap();
        let (library, faults) = Library::open(packs.path());
        // Still the lamps of the sea goddess, unless an edit made them somebody else's.
        let loaded = library.deities().iter().flat_map(|deity| &deity.decks).count();
        prop_assert_eq!(loaded, if faults.is_empty() { 2 } else { 1 });
    }
}
