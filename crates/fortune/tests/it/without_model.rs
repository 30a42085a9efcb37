//! Classic readings of the starter deck.

use kaucim_decks::Library;
use kaucim_fortune::{Language, Origin, SectionId, Settings, plain_text};

use crate::model::{self, ask, result, shown, steps};

#[tokio::test]
async fn every_section_is_composed_from_the_deck() {
    let system = model::system(&[], Settings::default());
    let steps = steps(&system, ask("他愛我嗎？")).await.unwrap();
    let mut expected = vec![
        "lot 1".to_owned(),
        "sources".to_owned(),
        "notice no_model".to_owned(),
    ];
    expected.extend(SectionId::ALL.map(|id| format!("sealed {id} Classic")));
    expected.push("complete Classic".to_owned());
    assert_eq!(shown(&steps), expected);
    let result = result(&steps);
    assert_eq!(
        (result.origin, result.model.as_ref(), result.usage.calls),
        (Origin::Classic, None, 0)
    );
    let sections = result.sections.iter();
    assert_eq!(
        result.text,
        plain_text(sections.map(|one| (one.title.as_str(), one.text.as_str())))
    );
    insta::assert_snapshot!(result.text);
    assert!(result.disclaimer.contains("沒有使用模型"));
}

#[tokio::test]
async fn every_lot_reads_well_in_every_language() {
    let system = model::system(&[], Settings::default());
    let deck = Library::starter().deck("yue_lao", None).unwrap();
    for number in 1..=deck.count() {
        for language in Language::ALL {
            let mut ask = ask("工作會順利嗎？");
            ask.number = Some(number);
            ask.language = Some(language);
            let result = system.ask_fortune(ask).await.unwrap();
            for line in &result.lot.verse {
                assert!(
                    result.sections[0].text.contains(line.as_str()),
                    "{language}: {line}"
                );
            }
            for section in &result.sections {
                let text = &section.text;
                assert!(text.chars().count() > 10, "{language} {number}: {text}");
                assert!(!text.contains("{{") && !text.contains("}}"), "{text}");
            }
            let untranslated = result.text.contains("only in its own language");
            assert!(language != Language::En || !untranslated, "{}", result.text);
        }
    }
}

#[tokio::test]
async fn without_a_number_the_lot_is_drawn() {
    let system = model::system(&[], Settings::default());
    let mut ask = ask("他愛我嗎？");
    ask.number = None;
    let mut drawn = std::collections::BTreeSet::new();
    while drawn.len() < 2 {
        drawn.insert(system.prepare(&ask).unwrap().lot.number);
    }
}
