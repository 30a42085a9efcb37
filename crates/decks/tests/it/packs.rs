//! Packs in folders: what loads, what is refused, and what is said about it.

use std::fs;

use kaucim_decks::{Blocks, Language, Library, LookupError, Redraw, Tone, Topic};
use proptest::prelude::*;

use crate::lamps::{FIRST, Packs, SECOND};

/// A pack in which `from` became `to` is refused, and the fault is told so.
fn check(from: &str, to: &str, expected: &str) {
    let packs = Packs::new();
    packs.add("lamps", &[(from, to)]);
    let faults = packs.faults();
    assert_eq!(
        faults,
        [format!("pack `lamps` is refused\n  {expected}")],
        "{from} -> {to}"
    );
}

#[test]
fn a_good_pack_becomes_a_deck() {
    let packs = Packs::new();
    packs.add("lamps", &[]);
    let (library, faults) = Library::open(packs.path());
    assert_eq!(faults, []);
    let deity = library.deity("mazu").unwrap();
    assert_eq!(deity.name[&Language::En], "Mazu");
    let deck = library.deck("mazu", Some("lamps")).unwrap();
    assert_eq!(
        (deck.count(), deck.blocks, deck.redraw),
        (2, Blocks::Three, Redraw::Always)
    );
    let grades: Vec<_> = deck
        .grades()
        .iter()
        .map(|grade| (grade.word.as_str(), grade.tone, grade.count))
        .collect();
    assert_eq!(grades, [("上", Some(Tone::Good), 1), ("下", None, 1)]);
    assert_eq!(
        deck.topics().into_iter().collect::<Vec<_>>(),
        [Topic::Travel]
    );
    let lot = deck.lot(1).unwrap();
    assert_eq!(lot.verse, ["燈照前途", "風靜船歸"]);
    assert_eq!((lot.tone, lot.commentary.len()), (Some(Tone::Good), 2));
    assert_eq!(lot.allusions[0].title, "漁夫");
    assert_eq!(lot.version, deck.version);
    for _ in 0..20 {
        assert!((1..=2).contains(&deck.draw()));
    }
}

#[test]
fn lookups_say_what_is_not_there() {
    let packs = Packs::new();
    packs.add("lamps", &[]);
    let (library, _) = Library::open(packs.path());
    let unknown = library.deity("nobody").unwrap_err();
    assert_eq!(unknown.to_string(), "unknown deity `nobody`");
    let unknown = library.deck("mazu", Some("other")).unwrap_err();
    assert_eq!(unknown.to_string(), "deity `mazu` has no deck `other`");
    let deck = library.deck("mazu", None).unwrap();
    for number in [0, 3, u32::MAX] {
        let unknown = deck.lot(number).unwrap_err();
        assert_eq!(
            unknown,
            LookupError::UnknownLot {
                deck: "lamps".to_owned(),
                count: 2,
                number
            }
        );
        assert!(deck.retrieve(number, "燈", Language::Zh, 5).len() <= 5);
    }
}

#[test]
fn broken_rules_of_a_deck_are_told() {
    check(
        "format = 1",
        "format = 2",
        "deck.toml: `format`: only format 1 is known",
    );
    check(
        "id = \"lamps\"",
        "id = \"La mps\"",
        "deck.toml: `id`: 1 to 64 of a-z, 0-9, `_` and `-` are wanted",
    );
    check(
        "edition = \"first\"",
        "",
        "deck.toml: `edition`: missing; say which edition this is, such as `First edition, 2026`",
    );
    check(
        "licence = \"CC0-1.0\"",
        "licence = \" \"",
        "deck.toml: `licence`: missing; say who may use the texts, and how",
    );
    check(
        "count = 2\nl",
        "count = 3\nl",
        "deck.toml: `count`: lot 3 is missing",
    );
    check(
        "number = 2",
        "number = 1",
        "lots/002.toml: lot 1: `number`: differs from the file's name\n  \
         lots/002.toml: lot 1: `number`: another file has it too\n  \
         deck.toml: `count`: lot 2 is missing",
    );
}

#[test]
fn broken_rules_of_a_lot_are_told_by_number() {
    check(
        "[\"雨急燈昏\", \"且待天明\"]",
        "[]",
        "lots/002.toml: lot 2: `verse`: missing",
    );
    check(
        "[\"雨急燈昏\", \"且待天明\"]",
        "[\"燈照前途\", \"風靜船歸\"]",
        "lots/002.toml: lot 2: `verse`: the same as lot 1's",
    );
    check(
        "雨急燈昏",
        "雨急燈",
        "lots/002.toml: lot 2: `verse`: line 1 has 3 characters; the metre asks for 4",
    );
    check(
        "\"第二籤\"",
        "\"\"",
        "lots/002.toml: lot 2: `title`: missing",
    );
    check(
        "zh = \"船已近岸。\"",
        "zh = \"\"",
        "lots/001.toml: lot 1: `commentary`: a text is empty; leave its language out",
    );
    check(
        "船已近岸",
        "船已\\u0000近岸",
        "lots/001.toml: lot 1: `commentary`: contains a control character",
    );
    check(
        "grade = \"下\"",
        "grade = \"凶\"",
        "lots/002.toml: lot 2: `grade`: `凶` is not among the deck's grades\n  \
         deck.toml: `grades`: `下` is declared 1 times, 0 found",
    );
    check(
        "[topics.travel]\nzh = \"出門平安。\"",
        "[topics.travel]",
        "lots/001.toml: lot 1: `topics`: a text in at least one language is wanted",
    );
}

#[test]
fn what_cannot_be_parsed_is_told_by_line() {
    let packs = Packs::new();
    packs.add("lamps", &[("title = \"第二籤\"", "titel = \"第二籤\"")]);
    let faults = packs.faults().join("\n");
    assert!(
        faults.contains("lots/002.toml: line 3: unknown field `titel`"),
        "{faults}"
    );

    let lots = packs.path().join("lamps/lots");
    fs::write(lots.join("002.toml"), b"number = \xff").unwrap();
    fs::write(lots.join("notes.md"), "notes").unwrap();
    let faults = packs.faults().join("\n");
    assert!(
        faults.contains("lots/002.toml: not text in UTF-8"),
        "{faults}"
    );
    assert!(faults.contains("lots/notes.md: not a lot"), "{faults}");

    fs::remove_file(packs.path().join("lamps/deck.toml")).unwrap();
    assert_eq!(
        packs.faults(),
        ["pack `lamps` is refused\n  deck.toml: missing"]
    );
}

#[test]
fn special_lots_may_repeat_a_verse_and_leave_the_metre() {
    let packs = Packs::new();
    let special = ("metre =", "special_lots = [2]\nmetre =");
    packs.add(
        "repeated",
        &[special, ("雨急燈昏", "燈照前途"), ("且待天明", "風靜船歸")],
    );
    assert_eq!(packs.faults(), Vec::<String>::new());
    packs.add("repeated", &[special, ("雨急燈昏", "雨急風急燈昏")]);
    assert_eq!(packs.faults(), Vec::<String>::new());
}

#[test]
fn too_large_files_and_links_out_are_refused() {
    let packs = Packs::new();
    packs.add("lamps", &[]);
    let lot = packs.path().join("lamps/lots/002.toml");
    fs::write(&lot, format!("#{}", " ".repeat(1 << 20))).unwrap();
    assert_eq!(
        packs.faults(),
        ["pack `lamps` is refused\n  lots/002.toml: larger than 1 MiB"]
    );
    fs::remove_file(&lot).unwrap();
    fs::create_dir(&lot).unwrap();
    assert_eq!(
        packs.faults(),
        ["pack `lamps` is refused\n  lots/002.toml: not a file"]
    );
}

#[cfg(unix)]
#[test]
fn links_may_not_lead_out() {
    use std::os::unix::fs::symlink;

    let outside = Packs::new();
    outside.add("lamps", &[]);
    let packs = Packs::new();
    packs.add("inside", &[]);
    symlink(outside.path().join("lamps"), packs.path().join("linked")).unwrap();
    let lot = packs.path().join("inside/lots/002.toml");
    fs::remove_file(&lot).unwrap();
    symlink(outside.path().join("lamps/lots/002.toml"), &lot).unwrap();
    assert_eq!(
        packs.faults(),
        [
            "pack `inside` is refused\n  lots/002.toml: a link that leads out of the folder",
            "pack `linked` is refused\n  .: a link that leads out of the folder",
        ]
    );
    fs::write(packs.path().join("inside/second.toml"), SECOND).unwrap();
    fs::remove_file(&lot).unwrap();
    symlink("../second.toml", &lot).unwrap();
    assert_eq!(
        packs.faults().len(),
        1,
        "a link inside the pack is followed"
    );
}

#[test]
fn one_bad_pack_does_not_hide_the_others() {
    let packs = Packs::new();
    packs.add(
        "bad",
        &[
            ("id = \"lamps\"", "id = \"bad\""),
            ("count = 2\nl", "count = 0\nl"),
        ],
    );
    packs.add("good", &[]);
    packs.add("twin", &[]);
    fs::write(packs.path().join("README.md"), "not a pack").unwrap();
    let (library, faults) = Library::open(packs.path());
    let names: Vec<_> = faults.iter().map(|fault| fault.pack.as_str()).collect();
    assert_eq!(names, ["bad", "twin"]);
    assert_eq!(
        faults[1].faults[0].to_string(),
        "deck.toml: `id`: the pack `good` has the id `lamps` already; choose another"
    );
    assert_eq!(library.deity("mazu").unwrap().decks.len(), 1);
}

#[test]
fn operators_come_before_the_starter_deck() {
    let packs = Packs::new();
    packs.add("lamps", &[("\"mazu\"", "\"yue_lao\"")]);
    let (library, faults) = Library::open(packs.path());
    assert_eq!(faults, []);
    let decks = &library.deity("yue_lao").unwrap().decks;
    let ids: Vec<_> = decks.iter().map(|deck| deck.id.as_str()).collect();
    assert_eq!(ids, ["lamps", "kaucim_yue_lao"]);
    let (library, faults) = Library::open(&packs.path().join("absent"));
    assert_eq!(faults, []);
    assert_eq!(library.deck("yue_lao", None).unwrap().id, "kaucim_yue_lao");
}

#[test]
fn every_handle_sees_a_swap() {
    let packs = Packs::new();
    let (library, _) = Library::open(packs.path());
    let clone = library.clone();
    assert!(clone.deity("mazu").is_err());
    packs.add("lamps", &[]);
    assert_eq!(library.reload(packs.path()).faults, []);
    let before = clone.deck("mazu", None).unwrap();
    packs.add("lamps", &[("且待天明", "靜待天明")]);
    clone.replace(&Library::open(packs.path()).0);
    let after = library.deck("mazu", None).unwrap();
    assert_ne!(before.version, after.version);
    assert_eq!(before.lot(2).unwrap().verse[1], "且待天明");
    assert_eq!(after.lot(2).unwrap().verse[1], "靜待天明");
}

#[test]
fn the_version_is_that_of_the_content() {
    let version = |replace: &[(&str, &str)]| {
        let packs = Packs::new();
        packs.add("lamps", replace);
        Library::open(packs.path())
            .0
            .deck("mazu", None)
            .unwrap()
            .version
            .clone()
    };
    let plain = version(&[]);
    assert_eq!(plain.len(), 16);
    assert_eq!(
        plain,
        version(&[("\n", "\r\n"), ("number", "# a comment\r\nnumber")])
    );
    assert_ne!(plain, version(&[("first", "second")]));
    assert_ne!(plain, version(&[("岸", "港")]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever a file says, it is refused or shown, never more.
    #[test]
    fn no_file_stops_the_program(at in 0..FIRST.len(), cut in 0_usize..40, with in "\\PC{0,6}") {
        let packs = Packs::new();
        packs.add("lamps", &[]);
        let mut content = FIRST.as_bytes().to_vec();
        let end = (at + cut).min(content.len());
        content.splice(at..end, with.into_bytes());
        fs::write(packs.path().join("lamps/lots/001.toml"), content).unwrap();
        let (library, faults) = Library::open(packs.path());
        prop_assert_eq!(library.deity("mazu").is_ok(), faults.is_empty());
        if let Ok(deck) = library.deck("mazu", None) {
            prop_assert!(deck.retrieve(1, "漁夫 boats", Language::En, 6).len() <= 6);
        }
    }
}
