//! What is found for a question: the lot's own passages first, in the asker's language.

use std::fs;

use kaucim_decks::{Language, Library, Source};
use tempfile::TempDir;

/// Four lots about lamps, boats, a well and a bridge.
fn library() -> (TempDir, Library) {
    let folder = TempDir::new().unwrap();
    let pack = folder.path().join("lamps");
    fs::create_dir_all(pack.join("lots")).unwrap();
    let deck = r#"
        format = 1
        id = "lamps"
        deity = "mazu"
        edition = "first"
        source = "made for a test"
        licence = "CC0-1.0"
        count = 4
        language = "zh"
        blocks = "one"
        redraw = "same_matter_same_lot"
        deity_name = { zh = "媽祖" }
        name = { zh = "燈籤" }
    "#;
    fs::write(pack.join("deck.toml"), deck).unwrap();
    for (number, thing, english) in [
        (1, "燈籠", "lantern"),
        (2, "漁船", "boat"),
        (3, "古井", "well"),
        (4, "石橋", "bridge"),
    ] {
        let long = format!("{thing}很舊了，村人仍然天天看見它。").repeat(20);
        let lot = format!(
            r#"
            number = {number}
            title = "第{number}籤"
            verse = ["{thing}在村口", "夜夜有人來"]
            [[commentary]]
            kind = "meaning"
            provenance = "written"
            zh = "{thing}說的是守候與財運。"
            en = "The {english} stands for waiting."
            [[commentary]]
            kind = "advice"
            provenance = "written"
            zh = "守著{thing}，轉職不急。"
            [[allusion]]
            provenance = "written"
            title = {{ zh = "{thing}記" }}
            zh = "{long}"
            [topics.career]
            zh = "{thing}勸你晚些轉職。"
            en = "The {english} says: change jobs later."
            [topics.general]
            zh = "{thing}平穩。"
            "#
        );
        fs::write(pack.join(format!("lots/{number}.toml")), lot).unwrap();
    }
    let (library, faults) = Library::open(folder.path());
    assert_eq!(faults, []);
    (folder, library)
}

fn ids(sources: &[Source]) -> Vec<&str> {
    sources.iter().map(|source| source.id.as_str()).collect()
}

#[test]
fn the_drawn_lot_comes_first_then_related_ones() {
    let (_folder, library) = library();
    let deck = library.deck("mazu", None).unwrap();
    let sources = deck.retrieve(2, "我想轉職，漁船或石橋？", Language::Zh, 6);
    assert_eq!(
        ids(&sources)[..4],
        [
            "lamps/2/topic/zh/0",
            "lamps/2/allusion/zh/0",
            "lamps/2/meaning/zh/0",
            "lamps/2/advice/zh/0"
        ]
    );
    assert!(sources[4].id.starts_with("lamps/4/"), "{:?}", ids(&sources));
    assert_eq!(sources.len(), 6);
    assert!(sources.is_sorted_by(|one, other| one.score >= other.score));
    assert_eq!(sources[1].title, "第2籤 · 漁船記");
    for limit in 0..4 {
        assert_eq!(deck.retrieve(2, "轉職", Language::Zh, limit).len(), limit);
    }
}

#[test]
fn the_asker_gets_their_language_where_there_is_one() {
    let (_folder, library) = library();
    let deck = library.deck("mazu", None).unwrap();
    let sources = deck.retrieve(1, "Should I change my jobs?", Language::En, 3);
    assert_eq!(
        ids(&sources),
        [
            "lamps/1/topic/en/0",
            "lamps/1/allusion/zh/0",
            "lamps/1/meaning/en/0"
        ]
    );
    let sources = deck.retrieve(1, "宝くじ", Language::Ja, 3);
    assert_eq!(
        ids(&sources)[0],
        "lamps/1/topic/zh/1",
        "the general verdict, in the verse's"
    );
    assert_eq!(sources[0].excerpt, "燈籠平穩。");
}

#[test]
fn excerpts_are_short_and_end_with_a_sentence() {
    let (_folder, library) = library();
    let deck = library.deck("mazu", None).unwrap();
    let sources = deck.retrieve(3, "古井", Language::Zh, 20);
    assert!(
        sources
            .iter()
            .any(|source| source.id == "lamps/3/allusion/zh/1"),
        "{sources:?}"
    );
    for source in sources {
        assert!(source.excerpt.chars().count() <= 240, "{}", source.id);
        assert!(
            source.kind == "verse" || source.excerpt.ends_with(['。', '.']),
            "{}",
            source.excerpt
        );
    }
}

#[test]
fn searches_find_words_of_every_language_and_script() {
    let (_folder, library) = library();
    for (query, id) in [
        ("古井", "lamps/3/"),
        ("石桥", "lamps/4/"),
        ("bridges", "lamps/4/"),
        ("Ｌantern", "lamps/1/"),
        ("井", "lamps/3/"),
    ] {
        let found = library.search(query, Some("mazu"), 2);
        assert!(found[0].id.starts_with(id), "{query}: {found:?}");
        assert!(
            found
                .iter()
                .all(|source| (0.0..1.0).contains(&source.score))
        );
    }
    assert_eq!(library.search("古井", Some("nobody"), 5), []);
    assert!(!library.search("古井", None, 5).is_empty());
    for query in ["", "。", "🏮", "xyzzy"] {
        assert_eq!(library.search(query, Some("mazu"), 5), [], "{query}");
    }
    assert_eq!(library.search("古井", None, 0), []);
    assert!(library.search(&"守候".repeat(5000), None, 5).len() <= 5);
}
