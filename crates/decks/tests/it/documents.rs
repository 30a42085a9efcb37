//! JSON, JSON lines and YAML of operators.

use kaucim_decks::{
    Language, Topic,
    import::{self, Options},
};

use crate::tables::{Sources, lots};

const LOTS: &str = r#"[
    {"number": 1, "title": "得燈", "grade": "上吉", "poem": ["燈照前途，", "風靜船歸。"],
     "analysis": {"zh": "船已近岸。", "jp": "岸は近い。", "note": "x"}, "topics": {"love": {"zh": "成"}}},
    {"number": 2, "title": "守燈", "grade": "下", "poem": "雨急燈昏，且待天明", "analysis": {"zh": ""}}
]"#;

#[test]
fn json_is_read_as_a_list_by_number_or_inside_an_object() {
    let by_number = r#"{"1": {"poem": "燈照前途"}, "02": {"poem": "雨急燈昏"}}"#;
    let inside = format!(r#"{{"temple": "ours", "lots": {LOTS}}}"#);
    for (json, first) in [
        (LOTS, &["燈照前途", "風靜船歸"][..]),
        (by_number, &["燈照前途"]),
        (&inside, &["燈照前途", "風靜船歸"]),
    ] {
        let imported = Sources::with("lots.json", json).import("lots.json");
        assert_eq!(lots(&imported)[0].verse, first);
    }
    let imported = Sources::with("lots.json", inside).import("lots.json");
    assert_eq!(imported.report.ignored_files, ["temple"]);
    let lots = lots(&imported);
    assert_eq!(lots[0].topics[&Topic::Love][&Language::Zh], "成");
    let languages: Vec<_> = lots[0].commentary.iter().map(|one| one.language).collect();
    assert_eq!(languages, [Language::Zh, Language::Ja]);
    let report = imported.report.to_string();
    let line = "column `analysis.note` is not understood and left out: 1 values, 1 empty";
    assert!(report.contains(line), "{report}");
}

#[test]
fn a_map_reaches_into_documents() {
    let json =
        r#"{"data": {"sets": [{"no": "第一籤", "poem": {"lines": ["燈，明", "風靜"]}}]}, "x": []}"#;
    let sources = Sources::with("lots.json", json);
    let map =
        "list = \"data.sets\"\nnumber = \"no\"\nverse = \"poem.lines\"\nverse_separator = \"|\"\n";
    let imported = sources.mapped("lots.json", map).unwrap();
    assert_eq!(lots(&imported)[0].verse, ["燈，明", "風靜"]);
    let refused = sources
        .mapped("lots.json", "list = \"data\"\nverse = \"a\"\n")
        .unwrap_err();
    assert!(
        refused.contains("`data` holds no list of lots"),
        "{refused}"
    );
}

#[test]
fn json_lines_are_read_and_told_by_line() {
    let lines = "{\"number\": 1, \"poem\": \"燈明\"}\n\n{\"number\": 2, \"poem\": \"月缺\"}\n";
    let imported = Sources::with("lots.jsonl", lines).import("lots.jsonl");
    assert_eq!(lots(&imported).len(), 2);
    let check = |lines: &str, told: &str| {
        assert_eq!(
            Sources::with("lots.jsonl", lines).refusal("lots.jsonl"),
            told
        );
    };
    check(
        "{\"number\": 1, \"poem\": \"燈明\"}\n{\"number\": 2, \"number\": 3}\n",
        "lots.jsonl: line 2: `number` stands twice in one object",
    );
    check("7\n", "lots.jsonl: line 1: not an object with named values");
    check(
        "{\"number\": 1, \"poem\": true}\n",
        "1 row is not understood\n  lots.jsonl: line 1: column `poem`: holds true or false; \
         put it in quotation marks",
    );
}

#[test]
fn yaml_is_one_list_or_one_file_for_each_lot() {
    let list = "- number: 1\n  title: no\n  poem: |\n    燈照前途，\n    風靜船歸。\n- number: 2\n  title: 007\n  poem: 雨急燈昏\n";
    let imported = Sources::with("lots.yaml", list).import("lots.yaml");
    let lots_of_list = lots(&imported);
    assert_eq!(lots_of_list[0].verse, ["燈照前途", "風靜船歸"]);
    assert_eq!(
        (
            lots_of_list[0].title.as_str(),
            lots_of_list[1].title.as_str()
        ),
        ("no", "007")
    );

    let sources = Sources::with("lots/lot_01.yaml", "poem: 燈照前途\nmeaning: 安。\n");
    sources.write("lots/2.yml", "poem: 雨急燈昏\nmeaning: 待。\n");
    sources.write("lots/README.md", "");
    let imported = sources.import("lots");
    assert_eq!(lots(&imported)[1].verse, ["雨急燈昏"]);
    assert_eq!(imported.report.ignored_files, ["README.md"]);

    let refused = Sources::with("lots.yaml", "- poem: 燈\n poem: [\n").refusal("lots.yaml");
    assert!(refused.starts_with("lots.yaml: line 2"), "{refused}");
    let several = "---\nnumber: 1\n---\nnumber: 2\n";
    let refused = Sources::with("lots.yaml", several).refusal("lots.yaml");
    assert!(refused.contains("holds several documents"), "{refused}");
}

#[test]
fn parts_in_the_form_of_a_pack_are_taken_as_they_are() {
    let lot = r#"{"number": 1, "title": "得燈", "verse": ["燈明"],
        "commentary": [{"kind": "sage", "provenance": "written", "zh": "家宅　安。求財　平。婚姻　成。", "en": "Safe."}],
        "allusion": [{"provenance": "classic", "zh": "漁夫。", "title": {"zh": "歸"}}],
        "topics": {"love": {"zh": "待"}}}"#;
    let imported = Sources::with("lots.json", format!("[{lot}]")).import("lots.json");
    let lot = &lots(&imported)[0];
    assert_eq!(
        (lot.commentary.len(), lot.allusions[0].title.as_str()),
        (2, "歸")
    );
    assert_eq!(
        lot.topics.len(),
        1,
        "what was written for the pack is not searched for verdicts"
    );
}

#[test]
fn verdicts_in_the_commentary_of_any_source_become_topics() {
    let table = "number,verse,love,meaning_ja,meaning_en\n\
        1,燈明,待つ,願望：叶う。失物：出ず。旅行：良し。,\"Marriage: soon. Travel: wait. Lost items: east.\"\n";
    let imported = Sources::with("lots.csv", table).import("lots.csv");
    let lot = &lots(&imported)[0];
    let of = |topic, language| lot.topics[&topic].get(&language).map(String::as_str);
    assert_eq!(of(Topic::Travel, Language::Ja), Some("旅行：良し。"));
    assert_eq!(of(Topic::Travel, Language::En), Some("Travel: wait."));
    assert_eq!(of(Topic::Love, Language::Ja), Some("待つ"));
    assert_eq!(of(Topic::Love, Language::En), Some("Marriage: soon."));
    assert_eq!(of(Topic::LostThings, Language::Zh), None);
}

#[test]
fn a_crawl_takes_the_deck_of_a_map() {
    let sources = Sources::with("set/chuck_1.json", r#"{"poem": "燈明。"}"#);
    let map = "[deck]\nlicence = \"CC0-1.0\"\ndeity_name = { zh = \"燈公\" }\n";
    let options = Options {
        map: Some(sources.write("map.toml", map)),
        ..Options::of("lamp_god")
    };
    let folder = sources.write("set/chuck_1.json", r#"{"poem": "燈明。"}"#);
    let imported = import::import(folder.parent().unwrap(), &options).unwrap();
    let deck = &imported.files["deck.toml"];
    assert!(
        deck.contains("licence = \"CC0-1.0\"") && deck.contains("燈公"),
        "{deck}"
    );
    let error = import::import(folder.parent().unwrap(), &Options::of("lamp_god")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the name of deity `lamp_god` is not known"
    );
}

#[test]
fn the_file_of_a_spreadsheet_program_is_named_as_such() {
    let sources = Sources::with("lots.XLSX", "PK\u{3}\u{4}...");
    let path = sources.write("lots.csv", "PK\u{3}\u{4}...");
    for name in ["lots.XLSX", "lots.csv"] {
        let refused = sources.refusal(name);
        assert!(
            refused.contains("a file of a spreadsheet program"),
            "{refused}"
        );
    }
    let error = import::import(&path, &Options::of("mazu")).unwrap_err();
    assert!(error.hint().contains("CSV UTF-8"), "{}", error.hint());
}
