//! A lot and a question to test with.

use std::{collections::BTreeMap, env, path::PathBuf};

use kaucim_decks::{
    Allusion, Commentary, Library, Provenance, Readings, Tone, Topic,
    import::{self, Options},
};

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
        pronunciation: Vec::new(),
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
        first: None,
    }
}

/// The six real sets: deity and folder.
pub(crate) const REAL_SETS: [(&str, &str); 6] = [
    ("guan_yin", "GuanYin100"),
    ("guan_yu", "GuanYu"),
    ("mazu", "Mazu"),
    ("tianhou", "Tianhou"),
    ("yue_lao", "YueLao"),
    ("zhu_sheng", "Zhusheng"),
];

/// A library of the six real sets, beside the starter deck; `None`, with a note, where they are
/// not at hand.
pub(crate) fn real_sets() -> Option<Library> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = root.join("../shared/corpora/divine-whispers");
    if !folder.is_dir() {
        assert!(
            env::var_os("CI").is_none_or(|ci| ci != "true"),
            "{} is absent",
            folder.display()
        );
        println!("skipped: {} is absent", folder.display());
        return None;
    }
    let packs = tempfile::TempDir::new().unwrap();
    for (deity, name) in REAL_SETS {
        let imported = import::crawl(&folder.join(name), &Options::of(deity)).unwrap();
        imported.write(packs.path()).unwrap();
    }
    let (library, faults) = Library::open(packs.path());
    assert!(faults.is_empty(), "{faults:?}");
    Some(library)
}
