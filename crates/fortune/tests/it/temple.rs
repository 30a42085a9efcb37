//! What a deck says about readings of its lots: who writes them, and what stands below.

use std::{fs, sync::Arc};

use kaucim_decks::Library;
use kaucim_fortune::{
    FortuneSystem, Language, Origin, Prepared, Question, Readings, Resume, Settings,
};
use tempfile::TempDir;

use crate::model::{Scripted, ask, result, shown, steps};

const DECK: &str = r#"
format = 1
id = "lamps"
deity = "lamp_god"
edition = "first"
source = "made for a test"
licence = "CC0-1.0"
count = 1
language = "zh"
blocks = "none"
redraw = "always"
READINGS
[deity_name]
zh = "燈公"
[name]
zh = "燈籤"
[disclaimer]
zh = "本廟籤文僅供參閱。"
en = "Our temple's lots are for reflection."
"#;

const LOT: &str = r#"
number = 1
title = "守燈"
grade = "吉"
verse = ["雨來先護火", "雨過再登程"]
[[commentary]]
kind = "meaning"
provenance = "classic"
zh = "先守住手中所有。"
[topics.love]
zh = "慢慢說，說清楚。"
"#;

/// A system with one model that would refuse, and a deck that says who writes.
fn system(readings: &str, settings: Settings) -> (FortuneSystem, Arc<Scripted>) {
    let packs = TempDir::new().unwrap();
    let pack = packs.path().join("lamps");
    fs::create_dir_all(pack.join("lots")).unwrap();
    fs::write(pack.join("deck.toml"), DECK.replace("READINGS", readings)).unwrap();
    fs::write(pack.join("lots/1.toml"), LOT).unwrap();
    let (library, faults) = Library::open(packs.path());
    assert_eq!(faults, []);
    let model = Scripted::new("never", []);
    let models = vec![Arc::clone(&model) as Arc<dyn kaucim_llm::Model>];
    (FortuneSystem::new(library, models, settings), model)
}

fn question(language: Language) -> kaucim_fortune::Ask {
    let mut ask = ask("他愛我嗎？");
    ask.deity_id = "lamp_god".to_owned();
    ask.language = Some(language);
    ask
}

#[tokio::test]
async fn no_model_is_asked_where_the_temple_offers_the_traditional_text() {
    for readings in ["classic", "verse"] {
        // Classic text is what this deck is, and no way out when models fail.
        let settings = Settings {
            classic: false,
            ..Settings::default()
        };
        let (system, model) = system(&format!("readings = \"{readings}\""), settings);
        let steps = steps(&system, question(Language::Zh)).await.unwrap();
        assert!(model.requests().is_empty(), "{readings}: a model was asked");
        assert_eq!(shown(&steps)[2], "notice traditional_text", "{readings}");
        let result = result(&steps);
        assert_eq!((result.origin, result.usage.calls), (Origin::Classic, 0));
        assert!(result.text.contains("雨來先護火"), "{}", result.text);
        let has_commentary = result.text.contains("先守住手中所有");
        assert_eq!(has_commentary, readings == "classic", "{}", result.text);
        if readings == "verse" {
            let given = serde_json::to_string(&(&result.lot, &result.sources)).unwrap();
            assert!(!given.contains("慢慢說"), "{given}");
        }
    }
}

#[tokio::test]
async fn the_words_of_the_temple_stand_below_those_of_the_program() {
    let (system, _) = system("", Settings::default());
    for (language, words) in [
        (Language::Zh, "本廟籤文僅供參閱。"),
        (Language::ZhHans, "本庙签文仅供参阅。"),
        (Language::En, "Our temple's lots are for reflection."),
        (Language::Ja, "本廟籤文僅供參閱。"),
    ] {
        let result = system.ask_fortune(question(language)).await.unwrap();
        let (of_program, of_temple) = result.disclaimer.split_once('\n').unwrap();
        assert_eq!(of_temple, words, "{language}");
        assert!(!of_program.is_empty());
    }
}

#[tokio::test]
async fn a_resumed_reading_keeps_what_the_deck_said_then() {
    let (system, model) = system("readings = \"classic\"", Settings::default());
    let prepared = system.prepare(&question(Language::Zh)).unwrap();
    assert_eq!(prepared.readings, Readings::Classic);
    assert_eq!(prepared.lot.version.len(), 16, "the version is on record");
    // The deck is gone meanwhile.
    system.library().replace(&Library::starter());
    let mut again = question(Language::Zh);
    again.resume = Some(Resume {
        prepared,
        sources: None,
        sealed: Vec::new(),
        versions: Vec::new(),
        budget_left: kaucim_fortune::Budget {
            calls: 8,
            tokens: 9000,
        },
    });
    let result = system.ask_fortune(again).await.unwrap();
    assert!(model.requests().is_empty());
    assert_eq!(result.origin, Origin::Classic);
    assert!(result.disclaimer.ends_with("本廟籤文僅供參閱。"));
}

#[test]
fn what_was_prepared_before_decks_said_so_is_still_read() {
    let (system, _) = system("", Settings::default());
    let prepared = system.prepare(&question(Language::Zh)).unwrap();
    let mut stored = serde_json::to_value(&prepared).unwrap();
    let fields = stored.as_object_mut().unwrap();
    fields.remove("readings").unwrap();
    fields.remove("deck_disclaimer").unwrap();
    let read: Prepared = serde_json::from_value(stored).unwrap();
    assert_eq!(
        (read.readings, read.deck_disclaimer),
        (Readings::Model, None)
    );
    assert_eq!(read.question, Question::new("他愛我嗎？").unwrap());
}
