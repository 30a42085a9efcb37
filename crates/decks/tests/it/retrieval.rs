//! What is found for a question: the lot's own passages first, in the asker's language.

use std::fs;

use kaucim_decks::{Language, Library, Query, Source, Vector};
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

#[test]
fn a_lot_is_found_by_its_number_and_by_its_name() {
    let (_folder, library) = library();
    for (query, id) in [
        ("第三籤", "lamps/3/verse/zh/0"),
        ("第 3 签怎么说", "lamps/3/verse/zh/0"),
        ("lot 3", "lamps/3/verse/zh/0"),
        ("三番", "lamps/3/verse/zh/0"),
        ("石橋在村口", "lamps/4/verse/zh/0"),
        ("石桥记", "lamps/4/allusion/zh/0"),
    ] {
        let found = library.search(query, Some("mazu"), 3);
        assert_eq!(found[0].id, id, "{query}: {:?}", ids(&found));
    }
    let found = library.search("第三籤", Some("mazu"), 3);
    let of_lot = |source: &Source| source.id.starts_with("lamps/3/");
    assert!(
        found.iter().all(of_lot),
        "the lot stays together: {found:?}"
    );
    let found = library.search("第九籤", Some("mazu"), 3);
    assert!(found.is_empty(), "there is no ninth: {found:?}");
}

#[test]
fn an_answer_stands_once_in_the_language_of_the_query() {
    let (_folder, library) = library();
    let found = library.search("lantern waiting", Some("mazu"), 20);
    let meanings = found
        .iter()
        .filter(|one| one.id.starts_with("lamps/1/meaning/"));
    let meanings: Vec<_> = meanings.map(|one| one.id.as_str()).collect();
    assert_eq!(meanings, ["lamps/1/meaning/en/0"]);
}

#[test]
fn other_decks_lend_passages_only_where_they_are_linked() {
    let (_folder, library) = library();
    let lamps = library.deck("mazu", None).unwrap();
    let starter = library.deck("yue_lao", None).unwrap();
    let question = "尾生抱柱，石橋下的約定";
    let of_starter = |sources: &[Source]| {
        let mut all = sources.iter();
        all.any(|source| source.id.starts_with("kaucim_yue_lao/"))
    };
    let alone = lamps.retrieve(2, question, Language::Zh, 6);
    assert!(!of_starter(&alone), "{:?}", ids(&alone));
    let linked = [starter];
    let query = Query {
        linked: &linked,
        ..Query::from(question)
    };
    let with = lamps.retrieve(2, query, Language::Zh, 6);
    assert!(of_starter(&with), "{:?}", ids(&with));
    let own = |source: &&Source| source.id.starts_with("lamps/2/");
    assert_eq!(with.iter().take_while(own).count(), 4, "{:?}", ids(&with));
}

#[test]
fn a_lot_speaks_for_itself_where_its_deck_is_gone() {
    let (_folder, library) = library();
    let deck = library.deck("mazu", None).unwrap();
    let lot = deck.lot(2).unwrap();
    let alone = lot.retrieve("我想轉職", Language::Zh, 4);
    assert_eq!(
        ids(&alone),
        ids(&deck.retrieve(2, "我想轉職", Language::Zh, 6)[..4])
    );
    let all = lot.retrieve("我想轉職", Language::Zh, 100);
    assert!(all.iter().all(|source| source.id.starts_with("lamps/2/")));
    assert!(lot.retrieve("x", Language::En, 0).is_empty());
}

/// A vector that points along one of four axes, mostly.
fn along(axis: usize) -> Vector {
    let mut values = [0.1; 4];
    values[axis] = 1.0;
    Vector::new(&values).unwrap()
}

#[test]
fn passages_are_found_by_what_they_mean() {
    let (_folder, library) = library();
    let deck = library.deck("mazu", None).unwrap();
    let lot_of = |source: &Source| {
        source
            .id
            .split('/')
            .nth(1)
            .unwrap()
            .parse::<usize>()
            .unwrap()
    };
    let vectors = deck
        .passages()
        .map(|source| Some(along(lot_of(&source) - 1)));
    deck.embed(vectors.collect());
    let (embedded, all) = deck.embedded();
    assert_eq!(
        (embedded, all),
        (deck.passages().count(), deck.texts_to_embed().count())
    );

    let vector = along(2);
    let asked = |text| Query {
        vector: Some(&vector),
        ..Query::from(text)
    };
    let found = library.search(asked("xyzzy"), Some("mazu"), 4);
    assert!(
        found.iter().all(|one| lot_of(one) == 3),
        "{:?}",
        ids(&found)
    );
    assert!(found.iter().all(|one| (0.0..1.0).contains(&one.score)));
    let related = deck.retrieve(1, asked("xyzzy"), Language::Zh, 6);
    let other = related.iter().find(|one| lot_of(one) != 1).unwrap();
    assert_eq!(lot_of(other), 3, "{:?}", ids(&related));
    // What is named stays first, whatever something else means.
    let found = library.search(asked("石橋記"), Some("mazu"), 4);
    assert_eq!(found[0].id, "lamps/4/allusion/zh/0");
    // A vector of another model compares with nothing.
    let other = Vector::new(&[1.0, 2.0]).unwrap();
    let query = Query {
        vector: Some(&other),
        ..Query::from("古井")
    };
    assert_eq!(
        library.search(query, None, 5),
        library.search("古井", None, 5)
    );
}

#[test]
fn what_has_no_direction_is_no_vector() {
    for values in [
        &[][..],
        &[0.0, 0.0],
        &[f32::NAN, 1.0],
        &[f32::INFINITY, 1.0],
    ] {
        assert!(Vector::new(values).is_none(), "{values:?}");
    }
    let vector = Vector::new(&[3.0, -4.0]).unwrap();
    let again = Vector::from_parts(vector.scale(), vector.values().to_vec()).unwrap();
    assert_eq!(again, vector);
    let values: Vec<_> = vector
        .values()
        .iter()
        .map(|value| f32::from(*value) * vector.scale())
        .collect();
    assert!(
        (values[0] - 0.6).abs() < 0.01 && (values[1] + 0.8).abs() < 0.01,
        "{values:?}"
    );
    assert!(Vector::from_parts(0.0, vec![1]).is_none());
    assert!(Vector::from_parts(f32::NAN, vec![1]).is_none());
}
