//! Tables and documents of operators: what is understood, what is told, and what is refused.

use std::{fs, path::PathBuf};

use kaucim_decks::{
    Language, Library, Lot, Provenance, Topic,
    import::{self, Imported, Options},
};
use tempfile::TempDir;

/// A folder with sources, from which lots of the sea goddess are imported.
pub(crate) struct Sources {
    folder: TempDir,
}

impl Sources {
    pub(crate) fn new() -> Self {
        Self {
            folder: TempDir::new().unwrap(),
        }
    }

    pub(crate) fn with(name: &str, content: impl AsRef<[u8]>) -> Self {
        let sources = Self::new();
        sources.write(name, content);
        sources
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    pub(crate) fn import(&self, name: &str) -> Imported {
        let path = self.folder.path().join(name);
        import::import(&path, &Options::of("mazu")).unwrap_or_else(|error| panic!("{error}"))
    }

    pub(crate) fn mapped(&self, name: &str, map: &str) -> Result<Imported, String> {
        let options = Options {
            map: Some(self.write("map.toml", map)),
            ..Options::of("mazu")
        };
        let path = self.folder.path().join(name);
        import::import(&path, &options).map_err(|error| error.to_string())
    }

    pub(crate) fn refusal(&self, name: &str) -> String {
        let path = self.folder.path().join(name);
        let error = import::import(&path, &Options::of("mazu")).unwrap_err();
        assert!(!error.hint().is_empty());
        error.to_string()
    }

    pub(crate) fn starting_map(&self, name: &str) -> String {
        let path = self.folder.path().join(name);
        import::starting_map(&path, &Options::of("mazu")).unwrap()
    }
}

/// The lots, as a library shows them.
pub(crate) fn lots(imported: &Imported) -> Vec<Lot> {
    let faults: Vec<_> = imported
        .report
        .faults
        .iter()
        .map(ToString::to_string)
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let packs = TempDir::new().unwrap();
    imported.write(packs.path()).unwrap();
    let (library, faults) = Library::open(packs.path());
    assert_eq!(faults, []);
    let deck = library.deck("mazu", Some(&imported.deck_id)).unwrap();
    deck.lots().map(|lot| (**lot).clone()).collect()
}

const SPREADSHEET: &str = "\u{feff}籤號,籤題,吉凶,籤詩,聖意,解說,解說（英文）,典故,求財,婚姻,山墳,備註\r\n\
    第一籤,夜行得燈,上吉,\"燈照前途,風靜船歸。\",安。,\"船已近岸。\n不必急。\",The shore is near.,漁夫,平平,成,吉,甲\r\n\
    ,,,,,,,,,,,\r\n\
    第二籤,雨中守燈,下,雨急燈昏、且待天明,待。,時候未到。,--,,難,,凶,\r\n";

#[test]
fn a_spreadsheet_with_known_headings_needs_no_map() {
    let sources = Sources::with("lots.csv", SPREADSHEET);
    let imported = sources.import("lots.csv");
    assert_eq!(imported.deck_id, "imported_mazu");
    let lots = lots(&imported);
    assert_eq!(lots[0].verse, ["燈照前途", "風靜船歸"]);
    assert_eq!(
        (lots[0].title.as_str(), lots[0].grade.as_deref()),
        ("夜行得燈", Some("上吉"))
    );
    let said: Vec<_> = lots[0]
        .commentary
        .iter()
        .map(|one| {
            (
                one.kind.as_str(),
                one.language.code(),
                one.provenance,
                one.text.as_str(),
            )
        })
        .collect();
    let (classic, translated) = (Provenance::Classic, Provenance::Translated);
    assert_eq!(
        said,
        [
            ("sage", "zh", classic, "安。"),
            ("meaning", "zh", classic, "船已近岸。\n不必急。"),
            ("meaning", "en", translated, "The shore is near."),
            ("山墳", "zh", classic, "吉"),
        ]
    );
    assert_eq!(lots[0].allusions[0].text, "漁夫");
    assert_eq!(lots[0].topics[&Topic::Wealth][&Language::Zh], "平平");
    assert_eq!(lots[1].topics.len(), 1, "an empty cell is no verdict");
    assert_eq!(lots[1].commentary.len(), 3, "`--` is no text");
    let report = imported.report.to_string();
    for line in [
        "metre: 2 lines of 4 characters",
        "column `籤詩` is the verse: 2 values",
        "column `典故` is the allusion (zh): 1 values, 1 empty",
        "column `備註` is not understood and left out: 1 values, 1 empty",
        "1 blank rows passed over",
    ] {
        assert!(report.contains(line), "{line} is not in\n{report}");
    }
}

#[test]
fn tables_are_read_in_the_encodings_and_delimiters_that_spreadsheets_save() {
    let plain = "籤號;籤詩\n1;燈照前途，風靜船歸\n2;雨急燈昏，且待天明\n";
    let utf16 = |text: &str| -> Vec<u8> {
        let marked = format!("\u{feff}{text}");
        marked.encode_utf16().flat_map(u16::to_le_bytes).collect()
    };
    for (name, content) in [
        ("semicolons.csv", plain.as_bytes().to_vec()),
        ("commas.csv", plain.replace(';', ",").into_bytes()),
        ("tabs.tsv", plain.replace(';', "\t").into_bytes()),
        ("excel.csv", utf16(&plain.replace(';', "\t"))),
    ] {
        let lots = lots(&Sources::with(name, content).import(name));
        assert_eq!(lots[1].verse, ["雨急燈昏", "且待天明"], "{name}");
        assert_eq!(lots[1].title, "第2籤");
    }
    // 籤號,籤詩 / 1,燈明 in Big5.
    let big5 = b"\xc5\xd2\xb8\xb9,\xc5\xd2\xb8\xd6\n1,\xbfO\xa9\xfa\n";
    let sources = Sources::with("old.csv", big5);
    let refused = sources.refusal("old.csv");
    assert!(refused.contains("line 1 is not text in UTF-8"), "{refused}");
    assert!(
        refused.contains("big5 (which begins `籤號,籤詩1,燈明`)"),
        "{refused}"
    );
    let options = Options {
        encoding: Some("big5".to_owned()),
        ..Options::of("mazu")
    };
    let path = sources.write("old.csv", big5);
    let imported = import::import(&path, &options).unwrap();
    assert_eq!(lots(&imported)[0].verse, ["燈明"]);
}

const MAP: &str = r#"
number = "n"
title = "name"
verse = ["first", "second"]
verse_separator = "／"
empty = ["無"]
verdicts = false
ignore = ["internal"]

[[commentary]]
kind = "sage"
provenance = "written"
zh = "saying"
ja = "ja.saying"

[[allusion]]
provenance = "classic"
title = { zh = "story" }
zh = "text"

[topics.lost_things]
zh = "lost"

[deck]
id = "lamps"
deity = "lamp_god"
edition = "second"
source = "our own"
licence = "CC0-1.0"
language = "zh"
blocks = "three"
deity_name = { zh = "燈公" }
name = { zh = "燈公籤" }
"#;

#[test]
fn a_map_says_what_no_heading_says() {
    let header = "n,name,first,second,saying,ja.saying,story,text,lost,internal,other\n";
    let row = "1,得燈,燈，照／前途,風靜,安。,やすし。,漁夫,,無,x,y\n";
    let sources = Sources::with("lots.csv", format!("{header}{row}"));
    let map = sources.write("map.toml", MAP);
    let options = Options {
        map: Some(map),
        ..Options::default()
    };
    let path = sources.folder.path().join("lots.csv");
    let imported = import::import(&path, &options).unwrap();
    assert_eq!(imported.deck_id, "lamps");
    let deck = &imported.files["deck.toml"];
    for key in [
        "deity = \"lamp_god\"",
        "edition = \"second\"",
        "blocks = \"three\"",
    ] {
        assert!(deck.contains(key), "{key} is not in\n{deck}");
    }
    let lot = &imported.files["lots/001.toml"];
    assert!(
        lot.contains("燈，照"),
        "only its separator cuts a verse: {lot}"
    );
    assert!(
        lot.contains("provenance = \"written\"") && lot.contains("ja = \"やすし。\""),
        "{lot}"
    );
    assert!(
        lot.contains("zh = \"漁夫\""),
        "a story's name alone is its text: {lot}"
    );
    assert!(
        !lot.contains("lost_things"),
        "無 says that there is none: {lot}"
    );
    let left_out: Vec<_> = imported
        .report
        .columns
        .iter()
        .filter(|column| column.taken_as.is_none())
        .map(|column| column.name.as_str())
        .collect();
    assert_eq!(left_out, ["other"]);
}

#[test]
fn the_starting_map_is_what_would_be_used() {
    let sources = Sources::with("lots.csv", SPREADSHEET);
    let map = sources.starting_map("lots.csv");
    for part in [
        "verse = \"籤詩\"",
        "#   `備註`",
        "[topics.love]\nzh = \"婚姻\"",
        "# licence",
    ] {
        assert!(map.contains(part), "{part} is not in\n{map}");
    }
    let mapped = sources.mapped("lots.csv", &map).unwrap();
    assert_eq!(mapped.files, sources.import("lots.csv").files);
    let unknown = Sources::with("lots.csv", "a,b\n1,2\n").starting_map("lots.csv");
    assert!(unknown.contains("# not recognised: verse"), "{unknown}");
}

#[test]
fn nothing_is_guessed_about_a_verse_or_a_number() {
    let refused = |table: &str| Sources::with("lots.csv", table).refusal("lots.csv");
    let no_verse = refused("籤號,內文\n1,燈明\n");
    assert!(
        no_verse.contains("which column is the verse; there are 籤號, 內文"),
        "{no_verse}"
    );
    let both = refused("籤號,籤詩,籤文\n1,燈明,月缺\n");
    assert!(both.contains("which column is the verse"), "{both}");
    let no_number = refused("籤題,籤詩\n得燈,燈明\n");
    assert!(
        no_number.contains("which column is the number"),
        "{no_number}"
    );
    // An id that does not run from 1 is no number of a lot.
    let ids = refused("id,籤詩\n17,燈明\n18,月缺\n");
    assert!(ids.contains("which column is the number"), "{ids}");
    let ids = Sources::with("lots.csv", "id,籤詩\n2,燈明\n1,月缺\n").import("lots.csv");
    assert_eq!(lots(&ids)[0].verse, ["月缺"]);
    // A space ends no line where words stand between spaces.
    let english = "no,title,verse\n1,Lamp,\"The lamp is small\nand shows a step\"\n";
    let imported = Sources::with("lots.csv", english).import("lots.csv");
    assert_eq!(
        lots(&imported)[0].verse,
        ["The lamp is small", "and shows a step"]
    );
}

#[test]
fn all_rows_that_are_no_lots_are_told_at_once() {
    let table = "籤號,籤詩\n1,燈明\n一,月缺\n許多,夜半\n3,\n70000,風靜\n";
    let refused = Sources::with("lots.csv", table).refusal("lots.csv");
    let told = "4 rows are not understood\n  \
        lots.csv: line 3: column `籤號`: lot 1 is also at lots.csv: line 2\n  \
        lots.csv: line 4: column `籤號`: `許多` is no number of a lot\n  \
        lots.csv: line 5: column `籤詩`: no verse\n  \
        lots.csv: line 6: column `籤號`: 70000 is not between 1 and 10000";
    assert_eq!(refused, told);
}

#[test]
fn numbers_that_are_missing_are_told() {
    let table = "籤號,籤詩\n1,燈明\n4,月缺\n";
    let imported = Sources::with("lots.csv", table).import("lots.csv");
    assert_eq!(imported.report.missing_numbers, [2, 3]);
    let report = imported.report.to_string();
    assert!(report.contains("no lot has the number 2, 3\n"), "{report}");
    assert!(report.contains("to be mended"), "{report}");
}

#[test]
fn tables_that_are_broken_are_refused_with_their_line() {
    let check = |table: &str, told: &str| {
        let refused = Sources::with("lots.csv", table).refusal("lots.csv");
        assert!(refused.contains(told), "{told} is not in: {refused}");
    };
    check(
        "籤號,籤詩\n1,燈明,風靜\n",
        "lots.csv: line 2: 3 cells below 2 headings",
    );
    check(
        "籤號,籤詩\n1,\"燈明\n2,月缺\n",
        "lots.csv: line 2: a quotation mark may not be closed",
    );
    check(
        "籤號,籤詩,籤詩\n1,a,b\n",
        "lots.csv: line 1: two columns are called `籤詩`",
    );
    check(
        "籤號\n1\n",
        "no headings between commas, tabs or semicolons",
    );
    check("籤號,籤;詩\n1,燈明\n", "separated by more than one sign");
    check("籤號,籤詩\n", "holds no lots");
    check("", "no headings");
    let unknown = Sources::with("lots.txt", "").refusal("lots.txt");
    assert!(
        unknown.contains("cannot tell what kind of lots"),
        "{unknown}"
    );
}

#[test]
fn maps_that_cannot_be_used_say_why() {
    let sources = Sources::with("lots.csv", SPREADSHEET);
    let check = |map: &str, told: &str| {
        let refused = sources.mapped("lots.csv", map).unwrap_err();
        assert!(refused.contains(told), "{told} is not in: {refused}");
    };
    check(
        "number = \"籤號\"\nvers = \"籤詩\"\n",
        "line 2: unknown field `vers`",
    );
    check(
        "number = \"籤號\"\nverse = \"籤诗\"\n",
        "there is no column `籤诗`; the columns are 籤號",
    );
    check("number = \"籤號\"\n", "which column is the verse");
    check("verse = [", "the map cannot be used: line 1");
    let deck = "number = \"籤號\"\nverse = \"籤詩\"\n[deck]\nblocks = \"four\"\n";
    check(deck, "[deck]: unknown variant `four`");
    let deck = "number = \"籤號\"\nverse = \"籤詩\"\n[deck]\nmood = 1\n";
    check(deck, "[deck]: unknown field `mood`");
}
