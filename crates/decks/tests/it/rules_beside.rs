//! What the linter says of lots and decks beside each other, of a pack as a whole, and of itself.

use std::fs;

use kaucim_decks::{
    Language, Tone,
    lint::{self, Code, Severity},
};
use tempfile::TempDir;

use crate::candles::{Candles, found, told};

#[test]
fn special_lots_that_say_the_same_are_one_lot() {
    let mut candles = Candles::new().with("deck.toml", "redraw =", "special_lots = [12]\nredraw =");
    let twelfth = candles.0["lots/011.toml"].replace("number = 11", "number = 12");
    candles.0.insert("lots/012.toml".to_owned(), twelfth);
    let linted = candles.everywhere("count = 6\n", "").lint();
    let codes: Vec<_> = linted.errors.iter().map(|fault| fault.code).collect();
    assert_eq!(codes, [Code::SameLot], "{}", told(&linted));
}

/// What is found in the second of two packs beside each other.
fn beside(second: &Candles) -> Vec<Code> {
    let packs = TempDir::new().unwrap();
    Candles::new().write(packs.path(), "first");
    second.write(packs.path(), "second");
    let linted = lint::folder(packs.path()).unwrap();
    assert_eq!(linted.len(), 2);
    found(&linted[1]).iter().map(|fault| fault.code).collect()
}

#[test]
fn decks_that_share_their_verses_are_told() {
    let another = || Candles::new().with("deck.toml", "id = \"candles\"", "id = \"others\"");
    assert_eq!(beside(&Candles::new()), [Code::IdTaken, Code::SharedVerses]);
    assert_eq!(beside(&another()), [Code::SharedVerses]);
    // Other characters for the same words make no other verse.
    let variant = another().everywhere("雲", "云").everywhere("黃", "黄");
    assert!(beside(&variant).contains(&Code::SharedVerses));
    let mut few = another();
    for number in 4..=12 {
        let content = few.0.get_mut(&format!("lots/{number:03}.toml")).unwrap();
        *content = content
            .replace("verse = [\"", &format!("verse = [\"燭{number}"))
            .replace("\", \"", &format!("\", \"火{number}"));
    }
    let few = few.with("deck.toml", "metre = { lines = 2, characters = 4 }\n", "");
    assert!(
        beside(&few).contains(&Code::PartlyShared),
        "{:?}",
        beside(&few)
    );
    let linked = another().everywhere(
        "redraw =",
        "links = [\"nowhere\"]\nset = \"thousand\"\nredraw =",
    );
    assert!(beside(&linked).contains(&Code::LinkMissing));

    let packs = TempDir::new().unwrap();
    let of_a_set =
        |candles: Candles| candles.with("deck.toml", "redraw =", "set = \"thousand\"\nredraw =");
    of_a_set(Candles::new()).write(packs.path(), "first");
    of_a_set(another()).write(packs.path(), "second");
    let linted = lint::folder(packs.path()).unwrap();
    for one in &linted {
        assert_eq!(told(one), "");
    }
    of_a_set(few).write(packs.path(), "second");
    let linted = lint::folder(packs.path()).unwrap();
    let codes: Vec<_> = found(&linted[1]).iter().map(|fault| fault.code).collect();
    assert!(codes.contains(&Code::SetDiffers), "{codes:?}");
}

#[test]
fn every_code_is_in_the_documentation() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/packs.md");
    let text = fs::read_to_string(path).unwrap();
    let (errors, warnings) = text.split_once("### Warnings").expect("two tables");
    for code in Code::ALL {
        let row = format!("| `{}` |", code.name());
        let table = match code.severity() {
            Severity::Error => errors,
            Severity::Warning => warnings,
        };
        assert!(table.contains(&row), "docs/packs.md has no row {row}");
    }
}

#[test]
fn the_summary_counts_what_is_there() {
    let linted = Candles::new()
        .with("lots/006.toml", "grade = \"吉\"\n", "")
        .with("lots/007.toml", "ja =", "zh-Hans =")
        .everywhere("count = 6\n", "")
        .lint();
    let summary = linted.summary.unwrap();
    assert_eq!((summary.lots, summary.without_grade), (12, 1));
    let grades: Vec<_> = summary
        .grades
        .iter()
        .map(|grade| (grade.word.as_str(), grade.tone, grade.count))
        .collect();
    assert_eq!(
        grades,
        [("吉", Some(Tone::Good), 5), ("平", Some(Tone::Mixed), 6)]
    );
    assert_eq!(summary.form.most, "2 lines of 4 characters");
    let meaning = summary
        .coverage
        .iter()
        .find(|one| one.part == "commentary.meaning")
        .unwrap();
    let counts: Vec<_> = meaning
        .languages
        .iter()
        .map(|one| (one.language, one.lots))
        .collect();
    assert_eq!(
        counts,
        [
            (Language::Zh, 12),
            (Language::ZhHans, 1),
            (Language::En, 12),
            (Language::Ja, 11)
        ]
    );
}

#[test]
fn what_is_left_empty_says_what_is_wanted_there() {
    for (from, field, wanted) in [
        (
            "edition = \"first\"",
            "edition",
            "say which edition this is",
        ),
        (
            "source = \"made for a test\"",
            "source",
            "say where the texts come from",
        ),
        (
            "licence = \"CC0-1.0\"",
            "licence",
            "say who may use the texts, and how",
        ),
    ] {
        let empty = format!("{field} = \"\"");
        let errors = Candles::new().with("deck.toml", from, &empty).lint().errors;
        let [fault] = errors.as_slice() else {
            panic!("{errors:?}");
        };
        assert_eq!(fault.field.as_deref(), Some(field));
        assert!(fault.reason.contains(wanted), "{fault}");
    }
}
