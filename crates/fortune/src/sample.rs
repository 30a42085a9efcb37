//! A lot and a question to test with.

use std::collections::BTreeMap;

use kaucim_decks::{Allusion, Commentary, Provenance, Readings, Tone, Topic};

use crate::{Language, Lot, Prepared, Question};

pub(crate) fn lot() -> Lot {
    let commentary = |kind: &str, language, text: &str| Commentary {
        kind: kind.to_owned(),
        language,
        provenance: Provenance::Written,
        text: text.to_owned(),
    };
    let names = |zh: &str, en: &str| {
        BTreeMap::from([(Language::Zh, zh.to_owned()), (Language::En, en.to_owned())])
    };
    Lot {
        deity_id: "yue_lao".to_owned(),
        deity: names("月老", "Yue Lao"),
        deck_id: "sample".to_owned(),
        deck: names("紅線籤", "Red Thread Lots"),
        edition: "sample edition".to_owned(),
        version: "0".to_owned(),
        number: 1,
        title: "月下檢書".to_owned(),
        grade: Some("上上".to_owned()),
        tone: Some(Tone::Good),
        verse: [
            "囊裏紅絲月下明",
            "幾年暗繫兩人行",
            "莫嫌燈火來時晚",
            "一路春風已出迎",
        ]
        .map(str::to_owned)
        .to_vec(),
        commentary: vec![
            commentary("meaning", Language::Zh, "月光照見囊中紅絲，緣分深穩。"),
            commentary(
                "meaning",
                Language::En,
                "Moonlight shows the red thread; the tie is steady.",
            ),
            commentary(
                "translation",
                Language::En,
                "The thread shines;\nit joins two;\nlate is well;\nspring comes.",
            ),
        ],
        allusions: vec![Allusion {
            language: Language::Zh,
            provenance: Provenance::Written,
            title: "韋固遇月老".to_owned(),
            text: "韋固旅居宋城，見一老人倚著布囊。".to_owned(),
        }],
        topics: BTreeMap::from([
            (
                Topic::Love,
                names("緣分已近，真心相待便好。", "The tie is near. Be sincere."),
            ),
            (
                Topic::General,
                names("腳步放穩，靜候燈來。", "Walk steadily."),
            ),
        ]),
    }
}

pub(crate) fn prepared(question: &str, language: Language) -> Prepared {
    Prepared {
        question: Question::new(question).expect("a sample question is a question"),
        language,
        context: BTreeMap::new(),
        lot: lot(),
        notices: Vec::new(),
        readings: Readings::Model,
        deck_disclaimer: None,
    }
}
