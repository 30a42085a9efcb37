//! Classic readings as their readers see them.

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

#[test]
fn a_grave_verdict_is_not_quoted_to_the_sick() {
    let mut prepared = sample::prepared("媽媽的病會好嗎？", Language::Zh);
    prepared.lot.tone = Some(Tone::Warning);
    let verdict = BTreeMap::from([(Language::Zh, "風進雲散，病者必亡。".to_owned())]);
    prepared.lot.topics.insert(Topic::Health, verdict);
    let reading = reading(&prepared);
    assert!(
        !reading.contains("必亡") && reading.contains("請諮詢醫師"),
        "{reading}"
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
