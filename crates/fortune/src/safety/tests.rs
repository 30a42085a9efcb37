//! What is said to whom.

use super::*;
use crate::{Resource, sample};

fn told(question: &str, context: &[(&str, &str)]) -> Vec<Notice> {
    let context = context
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let helpers = Helpers {
        care: &Care::default(),
        of_deck: &[],
    };
    notices(question, &context.collect(), Language::Zh, &helpers)
}

fn check(question: &str, expected: &[&str]) {
    let told = told(question, &[]);
    let codes: Vec<&str> = told.iter().map(|notice| notice.code.as_str()).collect();
    assert_eq!(codes, expected, "{question}");
}

#[test]
fn the_gravest_is_said_first() {
    check(
        "欠債太多，老公又打我，不想活了",
        &["self_harm", "violence", "money"],
    );
    check(
        "I am ill and being sued over a loan",
        &["illness", "law", "money"],
    );
}

#[test]
fn words_are_found_however_they_are_written() {
    for question in [
        "我想自殺",
        "我想自杀",
        "我想自 殺",
        "我想自\u{200b}殺",
        "我 想 自 殺",
        "自・殺",
        "Ｓｕｉｃｉｄｅ",
        "S-U-I-C-I-D-E",
        "I don’t want to live anymore",
        "ﾘｽﾄｶｯﾄ",
    ] {
        check(question, &["self_harm"]);
    }
}

#[test]
fn a_phrase_that_means_something_else_takes_nothing_from_the_rest() {
    check("我想死你了", &[]);
    check("我想死你了，你不回來我就去死", &["self_harm"]);
    check("I'm not suicidal", &[]);
    check(
        "I'm not suicidal, I just want to end it all",
        &["self_harm"],
    );
}

#[test]
fn characters_that_two_languages_share_mean_what_they_mean_there() {
    check("這場比賽的裁判公平嗎", &[]);
    check("裁判に勝てますか", &["law"]);
}

#[test]
fn parts_of_a_phrase_belong_to_one_sentence() {
    check("活著到底有什麼意義", &["self_harm"]);
    check("我活著回來了！這本書有什麼意義", &[]);
}

#[test]
fn what_is_told_beside_the_question_counts() {
    let told = told("會好嗎", &[("about", "I feel suicidal")]);
    assert_eq!(told[0].code, "self_harm");
}

#[test]
fn who_can_help_is_named_below_what_is_said() {
    let care = Care {
        region: Some("TW".to_owned()),
        resources: vec![Resource {
            region: "TW".to_owned(),
            matter: Matter::SelfHarm,
            text: BTreeMap::from([(Language::Zh, "安心專線 1925".to_owned())]),
        }],
    };
    let helpers = Helpers {
        care: &care,
        of_deck: &[],
    };
    let told = notices("好想死", &BTreeMap::new(), Language::ZhHans, &helpers);
    let lines: Vec<&str> = told[0].message.lines().collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert_eq!(lines[1], "安心专线 1925");
}

#[test]
fn a_lot_with_harsh_words_says_whom_they_are_not_about() {
    let mut lot = sample::lot();
    assert_eq!(of_lot(&lot, Language::En), None);
    lot.commentary[0].text = "疾病難愈，凡事忍耐。".to_owned();
    let notice = of_lot(&lot, Language::En).expect("a notice");
    assert_eq!(notice.code, "harsh_words");
    assert!(notice.message.is_ascii());
}

#[test]
fn every_language_says_it_in_its_own_script() {
    for matter in MATTERS {
        for [zh, zh_hans, en, ja] in [messages::notice(matter), messages::guidance(matter)] {
            assert!(!zh.is_empty() && !zh_hans.is_empty());
            assert_eq!(crate::script::to_simplified(zh_hans), zh_hans);
            assert!(en.is_ascii(), "{en}");
            assert!(ja != zh && !ja.is_ascii());
        }
    }
}

#[test]
fn a_model_is_told_what_is_delicate_and_nothing_otherwise() {
    let notices = told("媽媽的癌症會好嗎", &[]);
    let guidance = guidance(&notices, Language::En);
    assert!(guidance.starts_with("illness: "), "{guidance}");
    assert_eq!(super::guidance(&[], Language::En), "");
}
