//! Classic readings as their readers see them.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use kaucim_decks::Tone;

use super::*;
use crate::{plain_text, sample};

fn reading(prepared: &Prepared) -> String {
    let sections = SectionId::ALL.map(|id| section(id, prepared));
    plain_text(
        sections
            .iter()
            .map(|section| (section.title.as_str(), section.text.as_str())),
    )
}

#[test]
fn a_good_lot_in_every_language() {
    assert_snapshot!("zh", reading(&sample::prepared("他愛我嗎？", Language::Zh)));
    assert_snapshot!(
        "zh-Hans",
        reading(&sample::prepared("他爱我吗？", Language::ZhHans))
    );
    assert_snapshot!(
        "en",
        reading(&sample::prepared("Will I find love?", Language::En))
    );
    assert_snapshot!(
        "ja",
        reading(&sample::prepared("恋は実りますか？", Language::Ja))
    );
}

#[test]
fn a_bare_lot_says_what_it_has_not() {
    let mut prepared = sample::prepared("Will I find love?", Language::En);
    prepared.lot.commentary.clear();
    prepared.lot.allusions.clear();
    prepared.lot.topics.clear();
    prepared.lot.grade = None;
    prepared.lot.tone = None;
    assert_snapshot!(reading(&prepared));
}

/// A lot with harsh words in the verdict on health and in its meaning.
fn harsh(question: &str, language: Language) -> Prepared {
    let mut prepared = sample::prepared(question, language);
    prepared.lot.tone = Some(Tone::Warning);
    prepared.lot.grade = Some("下下".to_owned());
    let verdict = BTreeMap::from([(Language::Zh, "風進雲散，病者必亡。宜早求醫。".to_owned())]);
    prepared.lot.topics.insert(Topic::Health, verdict);
    prepared.lot.commentary[0].text = "月光照見紅絲。問疾病，難治。守舊為宜。".to_owned();
    let helpers = safety::Helpers {
        care: &crate::Care::default(),
        of_deck: &[],
    };
    prepared.notices = safety::notices(question, &BTreeMap::new(), language, &helpers);
    prepared
}

#[test]
fn harsh_words_are_quoted_apart_and_never_as_an_answer() {
    let prepared = harsh("媽媽的病會好嗎？", Language::Zh);
    assert_snapshot!("harsh", reading(&prepared));
    let answer = section(SectionId::OverallDevelopment, &prepared).text;
    // Not what is left of the verdict either: it would say more than the deck does.
    assert!(
        !answer.contains("求醫") && !answer.contains("必亡"),
        "{answer}"
    );
    let notes = section(SectionId::SupplementaryNotes, &prepared).text;
    assert!(
        notes.contains("「風進雲散，病者必亡。宜早求醫。」") && notes.contains("難治"),
        "{notes}"
    );
}

#[test]
fn somebody_in_danger_is_told_where_help_is_and_no_verdict() {
    for (language, question) in [
        (Language::Zh, "我不想活了"),
        (Language::ZhHans, "我不想活了"),
        (Language::En, "I want to die"),
        (Language::Ja, "死にたい"),
    ] {
        let text = reading(&harsh(question, language));
        assert_snapshot!(format!("danger_{language}"), text);
        assert!(!text.contains("下下") && !text.contains("紅絲。"), "{text}");
    }
}

#[test]
fn a_verse_of_any_form_and_a_deck_of_another_language_read_well() {
    let mut prepared = sample::prepared("今年の運勢", Language::Ja);
    prepared.lot.verse = vec!["斯是陋室".to_owned(), "惟我德馨".to_owned()];
    prepared.lot.grade = None;
    prepared.lot.tone = None;
    assert_snapshot!("two_lines", reading(&prepared));
    prepared.lot.verse = (0..9).map(|line| format!("句{line}")).collect();
    let conclusion = section(SectionId::Conclusion, &prepared).text;
    assert!(conclusion.contains("「句8」"), "{conclusion}");
}

#[test]
fn what_is_quoted_keeps_its_own_marks() {
    let mut prepared = sample::prepared("緣分", Language::Zh);
    prepared.lot.commentary[0].text = "他說：「等我。」便走了。".to_owned();
    let text = reading(&prepared);
    assert!(text.contains("『他說：「等我。」便走了。』"), "{text}");
}

#[test]
fn a_list_of_verdicts_is_not_repeated() {
    let mut prepared = sample::prepared("姻緣", Language::Zh);
    for (topic, text) in [
        (Topic::Love, "婚姻成"),
        (Topic::Wealth, "求財有"),
        (Topic::Travel, "出外吉"),
    ] {
        let text = BTreeMap::from([(Language::Zh, text.to_owned())]);
        prepared.lot.topics.insert(topic, text);
    }
    prepared.lot.commentary[0].text = "婚姻成求財有出外吉失物得".to_owned();
    let text = reading(&prepared);
    assert_eq!(text.matches("婚姻成").count(), 1, "{text}");
    assert!(
        !text.contains("失物得") && text.contains("全文附在籤上"),
        "{text}"
    );
}

#[test]
fn the_verse_is_never_altered() {
    for language in Language::ALL {
        let prepared = sample::prepared("他愛我嗎？", language);
        let lines = section(SectionId::LineByLineInterpretation, &prepared).text;
        for line in &prepared.lot.verse {
            assert!(
                lines.contains(line.as_str()),
                "{language}: {line} in {lines}"
            );
        }
    }
}
