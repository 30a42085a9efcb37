//! The examples in `docs/packs.md` are what they are said to be.

use std::{collections::BTreeSet, fs};

use kaucim_decks::{
    Library, Readings,
    lint::{self, Linted},
};
use serde_json::Value;
use tempfile::TempDir;

use crate::candles::told;

fn document() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/packs.md");
    fs::read_to_string(path).unwrap()
}

/// The blocks of one language, in their order.
fn blocks(language: &str) -> Vec<String> {
    let document = document();
    let begin = format!("```{language}\n");
    let mut blocks = Vec::new();
    let mut rest = document.as_str();
    while let Some((_, after)) = rest.split_once(&begin) {
        let (block, after) = after.split_once("```").unwrap();
        blocks.push(block.to_owned());
        rest = after;
    }
    blocks
}

/// The pack of the document, with more keys and tables in its `deck.toml`.
fn pack(more: &str) -> TempDir {
    let blocks = blocks("toml");
    let (keys, tables) = more.split_once("\n\n").unwrap_or_default();
    let (own_keys, own_tables) = blocks[0].split_once("\n\n").unwrap();
    let packs = TempDir::new().unwrap();
    let pack = packs.path().join("my_lamps");
    fs::create_dir_all(pack.join("lots")).unwrap();
    let deck = format!("{own_keys}\n{keys}\n\n{own_tables}\n{tables}");
    fs::write(pack.join("deck.toml"), deck).unwrap();
    fs::write(pack.join("lots/001.toml"), &blocks[1]).unwrap();
    fs::write(pack.join("lots/002.toml"), &blocks[2]).unwrap();
    packs
}

fn linted(packs: &TempDir) -> Linted {
    lint::pack(&packs.path().join("my_lamps")).unwrap()
}

#[test]
fn the_small_pack_is_complete() {
    let packs = pack("");
    assert_eq!(told(&linted(&packs)), "");
    let (library, faults) = Library::open(packs.path());
    assert_eq!(faults, []);
    let deck = library.deck("lamp_god", None).unwrap();
    assert_eq!((deck.id.as_str(), deck.count()), ("my_lamps", 2));
}

#[test]
fn what_a_temple_may_say_is_understood() {
    let more = blocks("toml")
        .into_iter()
        .find(|block| block.contains("also_for"))
        .unwrap()
        .replace("lamp_god", "tide_god");
    let packs = pack(&more);
    let codes = told(&linted(&packs));
    assert!(codes.starts_with("set_count"), "60 are promised: {codes}");
    assert_eq!(codes.lines().count(), 1, "{codes}");
    let (library, faults) = Library::open(packs.path());
    assert_eq!(faults, []);
    let deck = library.deck("tide_god", None).unwrap();
    assert_eq!(deck.readings, Readings::Classic);
    assert_eq!(deck.links, ["my_waves"]);
    assert_eq!(
        (
            deck.temple.len(),
            deck.disclaimer.len(),
            deck.resources.len()
        ),
        (2, 2, 1)
    );
}

#[test]
fn programs_are_told_what_the_document_promises() {
    let promised: Value = serde_json::from_str(&blocks("json")[0]).unwrap();
    let packs = pack("");
    let deck = packs.path().join("my_lamps/deck.toml");
    let text = fs::read_to_string(&deck).unwrap();
    fs::write(&deck, text.replacen("tone = \"good\"\n", "", 1)).unwrap();
    let said = serde_json::to_value(linted(&packs)).unwrap();
    assert_eq!(keys(&said), keys(&promised["packs"][0]));
}

/// Every key with the way to it; of lists, those of the first entry.
fn keys(value: &Value) -> BTreeSet<String> {
    let below = |name: &str, value: &Value| {
        let inner = keys(value).into_iter().map(|key| format!("{name}.{key}"));
        inner.chain([name.to_owned()]).collect::<Vec<_>>()
    };
    match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| below(name, value))
            .collect(),
        Value::Array(entries) => entries.first().map(keys).unwrap_or_default(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => BTreeSet::new(),
    }
}
