//! The same again.

use super::*;

const ZH: &str = "壁上的字還沒有乾，可是花園已經不是原來的花園了；先承認不捨，再慢慢鬆手，前面的水面很寬，日子並沒有停在這面牆前。";
const EN: &str = "The ink on the wall is still wet, but the garden is not what it was; admit the sorrow first, then loosen your hand, for the water ahead is wide.";
const JA: &str = "壁の墨はまだ乾きませんが、園はもう昔の園ではありません。まず名残を認め、それから少しずつ手を放しましょう。行く手の水は広いのです。";

#[track_caller]
fn check(language: Language, sealed: &str, text: &str, passes: bool) {
    let reading =
        Reading::of(WARNING, language, question(language)).seals(SectionId::Challenges, sealed);
    let fault = reading.fault(REPETITION, text);
    assert_eq!(fault.is_none(), passes, "{text}: {fault:?}");
}

#[test]
fn another_section_is_not_said_again() {
    for (language, sealed) in [
        (Language::Zh, ZH.to_owned()),
        (Language::ZhHans, to_simplified(ZH)),
        (Language::En, EN.to_owned()),
        (Language::Ja, JA.to_owned()),
    ] {
        check(language, &sealed, &sealed, false);
        check(
            language,
            &sealed,
            &sealed.replace(['，', '、', ',', ';', '；'], " "),
            false,
        );
        check(language, &sealed, &format!("{sealed} 1"), false);
        let half: String = sealed
            .chars()
            .take(sealed.chars().count() * 3 / 4)
            .collect();
        check(language, &sealed, &half, false);
    }
    check(Language::Zh, &to_simplified(ZH), ZH, false);
    check(Language::Zh, ZH, &format!("總之，{ZH}"), false);
    check(Language::En, EN, &EN.to_uppercase(), false);
    check(Language::Ja, JA, &format!("つまり、{JA}"), false);
}

#[test]
fn the_verse_may_be_quoted_anywhere() {
    let verse = "「小園重到酒杯寒，壁上題痕墨未乾，莫倚東風追落絮，放舟前去水雲寬」";
    check(
        Language::Zh,
        &format!("{verse}：先看舊地。"),
        &format!("{verse}：再看前路。"),
        true,
    );
    check(
        Language::Zh,
        ZH,
        "要留意的是心急。旁人的話聽得太多，也會變成負擔；先睡一覺，隔天再看，輕重自然分明。",
        true,
    );
    check(
        Language::Zh,
        ZH,
        "壁上的字還沒有乾，這是提醒。旁人的話聽得太多，也會變成負擔；先睡一覺，隔天再看，輕重自然分明，不必急著決定。",
        true,
    );
    check(
        Language::En,
        EN,
        "The ink on the wall is still wet, as was said; now write down what you know for certain, and what you only guess, and look at both lists tomorrow.",
        true,
    );
    check(
        Language::Ja,
        JA,
        "壁の墨のことは先に述べました。次は、確かなことと推し量っていることを書き分けて、明日もう一度見比べてみてください。",
        true,
    );
    check(Language::En, EN, "Rest first.", true);
}

#[test]
fn a_loop_is_a_loop() {
    for (language, sentence) in [
        (Language::Zh, "慢慢來，不要急。"),
        (Language::ZhHans, "慢慢来，不要急。"),
        (Language::En, "Take your time, and do not hurry. "),
        (Language::Ja, "ゆっくり進みましょう。"),
    ] {
        check(language, "", &sentence.repeat(12), false);
        check(
            language,
            "",
            &format!("{} {}", "先說別的，再說這個。", sentence.repeat(8)),
            false,
        );
        check(language, "", &sentence.repeat(2), true);
    }
    check(
        Language::Zh,
        "",
        "等等等等，慢慢慢慢，一步一步一步一步走。",
        true,
    );
    check(
        Language::En,
        "",
        "Slowly, slowly, very very slowly; step by step by step by step it comes.",
        true,
    );
    check(
        Language::Ja,
        "",
        "少しずつ、少しずつ、少しずつ進みます。",
        true,
    );
}
