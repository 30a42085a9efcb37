//! The six real sets import, load, and keep every character of their verses.

use std::{fs, path::Path};

use kaucim_decks::{
    Deck, Library, Tone, Topic,
    import::{self, ImportError, Options},
};
use serde_json::Value;
use tempfile::TempDir;

use crate::corpora::divine_whispers;

/// Deity, folder, lots.
pub(crate) const SETS: [(&str, &str, u32); 6] = [
    ("guan_yin", "GuanYin100", 100),
    ("guan_yu", "GuanYu", 100),
    ("mazu", "Mazu", 63),
    ("tianhou", "Tianhou", 100),
    ("yue_lao", "YueLao", 100),
    ("zhu_sheng", "Zhusheng", 30),
];

pub(crate) fn imported(
    deity: &str,
    folder: &Path,
) -> (TempDir, std::sync::Arc<Deck>, import::Report) {
    let imported = import::crawl(folder, &Options::of(deity)).unwrap();
    let told: Vec<_> = imported
        .report
        .faults
        .iter()
        .map(ToString::to_string)
        .collect();
    assert!(told.is_empty(), "{deity}: {}", told.join("\n"));
    let packs = TempDir::new().unwrap();
    imported.write(packs.path()).unwrap();
    let (library, faults) = Library::open(packs.path());
    let told: Vec<_> = faults.iter().map(ToString::to_string).collect();
    assert!(told.is_empty(), "{deity}: {}", told.join("\n"));
    let deck = library.deck(deity, Some(&imported.deck_id)).unwrap();
    (packs, deck, imported.report)
}

fn source(folder: &Path, number: u32) -> Value {
    let file = folder.join(format!("chuck_{number}.json"));
    serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()
}

/// The characters of a verse without separators and white space.
fn bare(verse: &str) -> String {
    let separates = |c: &char| c.is_whitespace() || "、，。,；".contains(*c);
    verse.chars().filter(|c| !separates(c)).collect()
}

#[test]
fn all_sets_keep_every_verse() {
    let Some(corpora) = divine_whispers() else {
        return;
    };
    let mut verses = 0;
    for (deity, name, count) in SETS {
        let folder = corpora.join(name);
        let (_packs, deck, report) = imported(deity, &folder);
        assert_eq!((deck.count(), report.lots), (count, count), "{name}");
        for lot in deck.lots() {
            let poem = match &source(&folder, lot.number)["poem"] {
                Value::String(poem) => poem.clone(),
                Value::Array(lines) => lines
                    .iter()
                    .map(|line| line.as_str().unwrap())
                    .collect::<String>(),
                other => panic!("{name} {}: {other}", lot.number),
            };
            assert_eq!(lot.verse.concat(), bare(&poem), "{name} {}", lot.number);
            verses += 1;
        }
    }
    assert_eq!(verses, 493);
}

#[test]
fn yue_lao_37_shows_its_own_verse_and_commentary() {
    let Some(corpora) = divine_whispers() else {
        return;
    };
    let folder = corpora.join("YueLao");
    let (_packs, deck, report) = imported("yue_lao", &folder);
    let lot = deck.lot(37).unwrap();
    assert_eq!(lot.verse.len(), 2);
    assert_eq!(
        lot.verse.concat(),
        bare(source(&folder, 37)["poem"].as_str().unwrap())
    );
    let analysis = &source(&folder, 37)["analysis"];
    for (kind, key) in [("meaning", "zh"), ("reference", "reference")] {
        let commentary = lot.commentary.iter().find(|one| one.kind == kind).unwrap();
        assert_eq!(commentary.text, analysis[key].as_str().unwrap().trim());
    }
    assert_eq!(
        (lot.grade.as_deref(), lot.tone),
        (Some("上吉"), Some(Tone::Good))
    );
    assert_eq!(report.without_grade, 1, "lot 54 has `--`");
    assert_eq!(report.metre, None);
    assert_eq!(deck.grades()[0].word, "上上大吉");
}

#[test]
fn each_set_is_understood_in_its_own_way() {
    let Some(corpora) = divine_whispers() else {
        return;
    };
    let set = |deity, name| imported(deity, &corpora.join(name));

    let (_packs, deck, report) = set("mazu", "Mazu");
    assert_eq!(report.special_lots, [61, 62, 63]);
    assert_eq!((report.metre, report.without_grade), (Some((4, 7)), 63));
    let kinds = |number| -> Vec<String> {
        deck.lot(number)
            .unwrap()
            .commentary
            .iter()
            .map(|one| one.kind.clone())
            .collect()
    };
    assert_eq!(kinds(1)[..2], ["subtitle", "hexagram"]);
    assert_eq!(kinds(63), ["subtitle", "remark"]);
    assert_eq!(
        deck.lot(1).unwrap().topics[&Topic::Health].values().count(),
        1
    );
    assert_eq!(deck.topics().len(), 12);

    let (_packs, deck, report) = set("guan_yin", "GuanYin100");
    assert!(report.allusions > 100 && report.verdicts > 900, "{report}");
    let grades: Vec<_> = deck
        .grades()
        .iter()
        .map(|grade| (grade.word.as_str(), grade.count))
        .collect();
    assert_eq!(grades, [("上籤", 24), ("中籤", 58), ("下籤", 18)]);

    let (_packs, deck, _) = set("guan_yu", "GuanYu");
    assert_eq!(
        deck.grades().iter().map(|grade| grade.count).sum::<u32>(),
        100
    );
    assert_eq!(deck.languages().len(), 3);
    assert!(deck.lots().filter(|lot| !lot.allusions.is_empty()).count() > 90);

    let (_packs, deck, report) = set("tianhou", "Tianhou");
    assert!(
        report.verdicts > 1000 && deck.topics().len() >= 9,
        "{report}"
    );

    let (_packs, deck, report) = set("zhu_sheng", "Zhusheng");
    assert!(
        report.verdicts > 150 && deck.topics().contains(&Topic::Childbirth),
        "{report}"
    );
    assert_eq!(report.metre, Some((4, 5)));
}

#[test]
fn classic_texts_are_found_again_in_both_scripts() {
    let Some(corpora) = divine_whispers() else {
        return;
    };
    let (_packs, deck, _) = imported("yue_lao", &corpora.join("YueLao"));
    for lot in deck.lots().filter(|lot| lot.verse.len() > 1) {
        let found = deck.search(&lot.verse.concat(), 3);
        let verse = format!("{}/{}/verse/zh/0", deck.id, lot.number);
        assert!(
            found.iter().any(|source| source.id == verse),
            "{verse}: {found:?}"
        );
    }
    let sources = deck.retrieve(
        37,
        "我的姻缘什么时候来？",
        kaucim_decks::Language::ZhHans,
        6,
    );
    assert_eq!(sources[0].id, format!("{}/37/meaning/zh/0", deck.id));
    assert!(
        sources.iter().any(|source| !source.id.contains("/37/")),
        "{sources:?}"
    );
    assert!(sources.is_sorted_by(|one, other| one.score >= other.score));
}

#[test]
fn a_crawl_that_is_none_is_refused() {
    let folder = TempDir::new().unwrap();
    let refused = |deity: &str| import::crawl(folder.path(), &Options::of(deity)).unwrap_err();
    assert!(matches!(refused("mazu"), ImportError::NoLots(_)));
    assert!(matches!(refused("nobody"), ImportError::UnknownDeity(_)));
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("chuck_1.json", "{");
    assert!(matches!(refused("mazu"), ImportError::NotJson { .. }));
    write("chuck_1.json", "[]");
    assert!(matches!(refused("mazu"), ImportError::NotALot { .. }));
    write("chuck_1.json", r#"{"id": "1", "poem": []}"#);
    assert_eq!(
        refused("mazu").to_string(),
        "`chuck_1.json` is not a lot: it has no poem"
    );
    write("chuck_1.json", r#"{"id": 2, "poem": "燈明。"}"#);
    write("chuck_2.json", r#"{"id": 2, "poem": "月缺。"}"#);
    let refused = refused("mazu").to_string();
    assert_eq!(
        refused,
        "`chuck_2.json` is not a lot: another file has its id 2"
    );
}

#[test]
fn what_the_loader_would_refuse_is_reported() {
    let folder = TempDir::new().unwrap();
    for (number, poem) in [(1, "燈明，月缺。"), (3, "燈明,月缺")] {
        let text = format!(r#"{{"id": {number}, "poem": "{poem}", "fortune": "奇", "mood": 1}}"#);
        fs::write(folder.path().join(format!("chuck_{number}.json")), text).unwrap();
    }
    fs::write(folder.path().join("index.html"), "").unwrap();
    let imported = import::crawl(folder.path(), &Options::of("asakusa")).unwrap();
    let report = imported.report.to_string();
    for line in [
        "2 lots, 0 without a grade",
        "metre: 2 lines of 2 characters",
        "grade without a known tone: 奇, 2 times",
        "unknown key: mood, 2 times",
        "ignored: index.html",
        "to be mended: lots/003.toml: lot 3: `verse`: the same as lot 1's",
        "to be mended: deck.toml: `count`: lot 2 is missing",
    ] {
        assert!(report.contains(line), "{line} is not in\n{report}");
    }
    let packs = TempDir::new().unwrap();
    imported.write(packs.path()).unwrap();
    assert_eq!(Library::open(packs.path()).1.len(), 1);
    assert!(imported.write(packs.path()).is_err(), "never overwrites");
}

#[test]
fn verdicts_not_understood_name_their_lots() {
    let folder = TempDir::new().unwrap();
    for number in 1..=12 {
        let marriage = if number == 2 { "成。" } else { "" };
        let text = format!(
            r#"{{"id": {number}, "poem": "燈{number}，月缺。", "analysis": {{"zh":
            "家宅　不穩。求財　晚有。婚姻　{marriage}移徙　東。山墳　吉。"}}}}"#
        );
        fs::write(folder.path().join(format!("chuck_{number}.json")), text).unwrap();
    }
    let report = || {
        import::crawl(folder.path(), &Options::of("mazu"))
            .unwrap()
            .report
            .to_string()
    };
    let line = "11 verdicts not understood, in lots 1, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 1 more\n";
    assert!(report().contains(line), "{}", report());
    for number in (1..=12).filter(|number| *number != 7) {
        fs::remove_file(folder.path().join(format!("chuck_{number}.json"))).unwrap();
    }
    let line = "1 verdicts not understood, in lots 7\n";
    assert!(report().contains(line), "{}", report());
}
