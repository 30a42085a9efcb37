//! What is imported, taken out and imported again is the same: the six real sets and the starter.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use kaucim_decks::{
    Deck, Library,
    export::{self, Form},
    import::{self, Imported, Options},
};
use serde_json::Value;
use tempfile::TempDir;

use crate::{corpora::divine_whispers, crawl::SETS, lamps::Packs};

const FILES: [Form; 3] = [Form::Json, Form::JsonLines, Form::Csv];

/// The verse of a source as the documentation says it is kept: cut at white space and at
/// 、，。；,.;﹐﹑ which are left out, and behind ？ and ！, which stay; after no word they begin the
/// next line.
fn documented(poem: &str) -> Vec<String> {
    let kept = poem.replace('？', "？ ").replace('！', "！ ");
    let mut lines = Vec::new();
    let mut before = String::new();
    for part in kept.split(|c: char| c.is_whitespace() || "、，。；,.;﹐﹑".contains(c)) {
        before.push_str(part);
        if before.contains(char::is_alphanumeric) {
            lines.push(std::mem::take(&mut before));
        }
    }
    assert_eq!(before, "", "a verse ends with a word: {poem}");
    lines
}

fn deck(packs: &Path, id: &str) -> Arc<Deck> {
    let (library, faults) = Library::open(packs);
    let told: Vec<_> = faults.iter().map(ToString::to_string).collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
    let deities = library.deities();
    let decks = deities.iter().flat_map(|deity| &deity.decks);
    let found = decks.into_iter().find(|deck| deck.id == id);
    Arc::clone(found.unwrap_or_else(|| panic!("no deck {id}")))
}

/// Takes a deck out in a form, and imports that under the map beside it.
fn there_and_back(packs: &Path, deck: &Deck, form: Form) -> Imported {
    let elsewhere = TempDir::new().unwrap();
    let exported = export::export(packs, &deck.id, form).unwrap();
    assert_eq!(exported.lots, deck.lots().len());
    let extension = form.extension().unwrap();
    let file = elsewhere.path().join(format!("lots.{extension}"));
    let paths = exported.write(&file).unwrap();
    let map = elsewhere.path().join(format!("lots.{extension}.map.toml"));
    assert_eq!(paths, [file.clone(), map.clone()]);
    // The starter's id is taken in every folder of packs, so its copies have another.
    let starter = deck.id == "kaucim_yue_lao";
    let options = Options {
        map: Some(map),
        deck_id: starter.then(|| "again".to_owned()),
        ..Options::default()
    };
    let imported = import::import(&file, &options).unwrap();
    let faults: Vec<_> = imported
        .report
        .faults
        .iter()
        .map(ToString::to_string)
        .collect();
    assert!(faults.is_empty(), "{form:?}: {}", faults.join("\n"));
    let left_out = imported
        .report
        .columns
        .iter()
        .find(|one| one.taken_as.is_none());
    assert_eq!(left_out, None, "{form:?}");
    imported
}

fn loaded(imported: &Imported) -> (TempDir, Arc<Deck>) {
    let packs = TempDir::new().unwrap();
    imported.write(packs.path()).unwrap();
    let deck = deck(packs.path(), &imported.deck_id);
    (packs, deck)
}

/// The lots without what a deck's id and version make of them.
fn lots(deck: &Deck) -> Vec<Value> {
    let lot = |lot: &Arc<kaucim_decks::Lot>| {
        let mut value = serde_json::to_value(&**lot).unwrap();
        let fields = value.as_object_mut().unwrap();
        fields.remove("deck_id");
        fields.remove("version");
        value
    };
    deck.lots().map(lot).collect()
}

fn poem(folder: &Path, number: u32) -> String {
    let file = folder.join(format!("chuck_{number}.json"));
    let source: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    match &source["poem"] {
        Value::String(poem) => poem.clone(),
        Value::Array(lines) => {
            let lines: Vec<_> = lines.iter().map(|line| line.as_str().unwrap()).collect();
            lines.join("\n")
        }
        other => panic!("{number}: {other}"),
    }
}

#[test]
fn the_six_sets_come_back_as_they_went() {
    let Some(corpora) = divine_whispers() else {
        return;
    };
    let mut verses = 0;
    for (deity, name, count) in SETS {
        let folder = corpora.join(name);
        let crawled = import::import(&folder, &Options::of(deity)).unwrap();
        let (packs, first) = loaded(&crawled);
        assert_eq!(first.count(), count, "{name}");
        let mut last = None;
        for form in FILES {
            let again = there_and_back(packs.path(), &first, form);
            // Not only what is shown of the lots: the files of the pack, to the byte.
            for (path, content) in &crawled.files {
                assert_eq!(
                    again.files.get(path),
                    Some(content),
                    "{name} as {form:?}: {path}"
                );
            }
            assert_eq!(again.files.len(), crawled.files.len(), "{name} as {form:?}");
            last = Some(again);
        }
        let (_packs, deck) = loaded(&last.unwrap());
        assert_eq!(deck.version, first.version, "{name}");
        assert_eq!(lots(&deck), lots(&first), "{name}");
        for lot in deck.lots() {
            let source = documented(&poem(&folder, lot.number));
            assert_eq!(lot.verse, source, "{name} {}", lot.number);
            verses += 1;
        }
        let exported = export::export(packs.path(), &first.id, Form::Pack).unwrap();
        let elsewhere = TempDir::new().unwrap();
        exported.write(&elsewhere.path().join("again")).unwrap();
        let deck = self::deck(elsewhere.path(), &first.id);
        assert_eq!(deck.version, first.version, "{name} as a pack");
    }
    assert_eq!(verses, 493);
}

#[test]
fn the_starter_comes_back_as_it_went() {
    let packs = TempDir::new().unwrap();
    let first = deck(packs.path(), "kaucim_yue_lao");
    for form in FILES {
        let (_packs, deck) = loaded(&there_and_back(packs.path(), &first, form));
        assert_eq!(lots(&deck), lots(&first), "{form:?}");
    }
    let exported = export::export(packs.path(), "kaucim_yue_lao", Form::Pack).unwrap();
    let folder = packs.path().join("starter");
    exported.write(&folder).unwrap();
    let original = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("packs/kaucim_yue_lao");
    for file in ["deck.toml", "lots/001.toml", "lots/012.toml"] {
        let content = |folder: &Path| fs::read(folder.join(file)).unwrap();
        assert_eq!(content(&folder), content(&original), "{file}");
    }
}

#[test]
fn what_cannot_be_taken_out_is_told() {
    let packs = TempDir::new().unwrap();
    let refused = |deck: &str| {
        export::export(packs.path(), deck, Form::Json)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        refused("other"),
        "there is no deck `other`; there are kaucim_yue_lao"
    );
    let broken = packs.path().join("broken");
    fs::create_dir_all(broken.join("lots")).unwrap();
    fs::write(broken.join("deck.toml"), "format = 1").unwrap();
    assert!(
        refused("broken").starts_with("pack `broken` is refused"),
        "{}",
        refused("broken")
    );
    let exported = export::export(packs.path(), "kaucim_yue_lao", Form::Csv).unwrap();
    let file = packs.path().join("lots.csv");
    fs::write(&file, "mine").unwrap();
    let error = exported.write(&file).unwrap_err();
    assert_eq!(error.path, file, "never overwrites");
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    assert!(
        !packs.path().join("lots.csv.map.toml").exists(),
        "nothing is left"
    );
    let map = packs.path().join("other.csv.map.toml");
    fs::write(&map, "mine").unwrap();
    let error = exported.write(&packs.path().join("other.csv")).unwrap_err();
    assert_eq!(error.path, map, "it says which of the two is there");
}

#[test]
fn the_deck_that_is_served_is_taken_out_and_not_a_refused_pack_of_its_id() {
    let packs = Packs::new();
    packs.add("taken", &[("id = \"lamps\"", "id = \"kaucim_yue_lao\"")]);
    let exported = export::export(packs.path(), "kaucim_yue_lao", Form::Json).unwrap();
    assert_eq!(exported.lots, 60);
}
