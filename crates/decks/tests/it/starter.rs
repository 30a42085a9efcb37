//! The starter deck loads without a fault and is complete.

use std::collections::BTreeSet;

use kaucim_decks::{Language, Library, Topic};
use tempfile::TempDir;

const WANTED: [Language; 3] = [Language::Zh, Language::En, Language::Ja];

#[test]
fn loads_and_is_complete() {
    let empty = TempDir::new().unwrap();
    let (library, faults) = Library::open(empty.path());
    let told: Vec<_> = faults.iter().map(ToString::to_string).collect();
    assert!(faults.is_empty(), "{}", told.join("\n"));

    let deck = library.deck("yue_lao", None).unwrap();
    assert_eq!(deck.id, "kaucim_yue_lao");
    assert_eq!(deck.count(), 60);
    assert_eq!(deck.topics().len(), 12);
    for language in WANTED {
        assert!(
            deck.name.contains_key(&language),
            "the deck has no name in {language}"
        );
    }
    for lot in deck.lots() {
        let number = lot.number;
        assert!(
            lot.grade.is_some() && lot.tone.is_some(),
            "lot {number} has no grade or tone"
        );
        for language in WANTED {
            let missing = |what: &str| format!("lot {number} has no {what} in {language}");
            let commentary = |kind: &str| {
                lot.commentary
                    .iter()
                    .any(|one| one.kind == kind && one.language == language)
            };
            assert!(commentary("meaning"), "{}", missing("meaning"));
            assert!(
                lot.allusions
                    .iter()
                    .any(|allusion| allusion.language == language),
                "{}",
                missing("allusion")
            );
            let covered: BTreeSet<_> = lot
                .topics
                .iter()
                .filter(|(_, texts)| texts.contains_key(&language))
                .map(|(topic, _)| *topic)
                .collect();
            assert_eq!(
                covered,
                all_topics(),
                "{}",
                missing("verdict on each topic")
            );
        }
    }
}

#[test]
fn answers_searches_and_questions_in_three_languages() {
    let library = Library::starter();
    let deck = library.deck("yue_lao", None).unwrap();
    for (language, question) in [
        (Language::Zh, "我該換工作嗎？"),
        (Language::ZhHans, "我该换工作吗？"),
        (Language::En, "Should I change my job?"),
        (Language::Ja, "転職したほうがいいですか？"),
    ] {
        let sources = deck.retrieve(7, question, language, 6);
        assert_eq!(sources[0].kind, "topic", "{question}");
        assert_eq!(sources[1].kind, "allusion", "{question}");
        let code = if language == Language::ZhHans {
            Language::Zh
        } else {
            language
        };
        assert_eq!(sources[1].id, format!("kaucim_yue_lao/7/allusion/{code}/0"));
        let lot = deck.lot(7).unwrap();
        assert_eq!(sources[0].excerpt, lot.topics[&Topic::Career][&code]);
    }
    let line = &deck.lot(3).unwrap().verse[0];
    assert_eq!(deck.search(line, 1)[0].id, "kaucim_yue_lao/3/verse/zh/0");
}

#[test]
fn the_commonest_words_find_the_verdicts_on_their_topic() {
    let library = Library::starter();
    let deck = library.deck("yue_lao", None).unwrap();
    for (query, topic, language) in [
        ("感情", Topic::Love, Language::Zh),
        ("工作", Topic::Career, Language::Zh),
        ("考試", Topic::Study, Language::Zh),
        ("发财", Topic::Wealth, Language::Zh),
        ("發財", Topic::Wealth, Language::Zh),
        ("結婚", Topic::Love, Language::Zh),
        ("結婚したい", Topic::Love, Language::Ja),
        ("恋愛", Topic::Love, Language::Ja),
        ("転職", Topic::Career, Language::Ja),
        ("旅行", Topic::Travel, Language::Zh),
        ("job", Topic::Career, Language::En),
        ("exam", Topic::Study, Language::En),
    ] {
        let found = deck.search(query, 100);
        let verdicts: Vec<_> = deck
            .lots()
            .map(|lot| lot.topics[&topic][&language].as_str())
            .collect();
        for verdict in &verdicts {
            let times = found.iter().filter(|one| one.excerpt == *verdict).count();
            assert_eq!(times, 1, "{query}: {verdict}");
        }
        assert!(found.is_sorted_by(|one, other| one.score >= other.score));
        assert!(found.iter().all(|one| one.score > 0.0), "{found:?}");
        let few = library.search(query, None, 5);
        assert_eq!(few, found[..5], "{query}");
    }
    let found = deck.search("job", 12);
    let grades: Vec<_> = found
        .iter()
        .map(|one| {
            let number = one.id.split('/').nth(1).unwrap().parse().unwrap();
            let grade = deck.lot(number).unwrap().grade.clone();
            let words = deck.grades().iter();
            (
                words
                    .map(|one| Some(one.word.clone()))
                    .position(|one| one == grade),
                number,
            )
        })
        .collect();
    assert!(grades.is_sorted(), "best grade first: {grades:?}");
}

#[test]
fn words_that_stand_in_a_text_come_before_the_topic() {
    let library = Library::starter();
    let deck = library.deck("yue_lao", None).unwrap();
    let line = &deck.lot(3).unwrap().verse[0];
    let found = deck.search(&format!("{line}，感情"), 100);
    assert_eq!(found[0].id, "kaucim_yue_lao/3/verse/zh/0");
    let last = found.last().unwrap();
    assert_eq!(last.kind, "topic");
    assert!(last.score < found[0].score);
    assert!(
        deck.search("運勢🙏xyzzy", 5)
            .iter()
            .all(|one| one.score > 0.001)
    );
}

fn all_topics() -> BTreeSet<Topic> {
    [
        Topic::Love,
        Topic::Career,
        Topic::Study,
        Topic::Wealth,
        Topic::Health,
        Topic::Family,
        Topic::Travel,
        Topic::LostThings,
        Topic::Lawsuits,
        Topic::Childbirth,
        Topic::Moving,
        Topic::General,
    ]
    .into()
}
