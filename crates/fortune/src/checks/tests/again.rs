//! The first reading over again.

use super::*;
use crate::First;

const ZH: &str = "壁上的字還沒有乾，可是花園已經不是原來的花園了；先承認不捨，再慢慢鬆手，前面的水面很寬，日子並沒有停在這面牆前。";
const EN: &str = "The ink on the wall is still wet, but the garden is not what it was; admit the sorrow first, then loosen your hand, for the water ahead is wide.";
const JA: &str = "壁の墨はまだ乾きませんが、園はもう昔の園ではありません。まず名残を認め、それから少しずつ手を放しましょう。行く手の水は広いのです。";

fn following(language: Language, first: &str) -> Reading {
    let mut reading = Reading::of(WARNING, language, question(language));
    let other =
        Reading::of(WARNING, language, question(language)).seals(SectionId::Conclusion, first);
    reading.prepared.first = Some(First {
        question: Question::new(question(language)).unwrap(),
        sections: other.sealed.into_values().collect(),
    });
    reading
}

#[track_caller]
fn check(language: Language, first: &str, text: &str, passes: bool) {
    let fault = following(language, first).fault(AGAIN, text);
    assert_eq!(fault.is_none(), passes, "{text}: {fault:?}");
}

#[test]
fn no_section_of_the_first_reading_is_said_again() {
    for (language, first) in [
        (Language::Zh, ZH.to_owned()),
        (Language::ZhHans, to_simplified(ZH)),
        (Language::En, EN.to_owned()),
        (Language::Ja, JA.to_owned()),
    ] {
        check(language, &first, &first, false);
        check(
            language,
            &first,
            &first.replace(['，', '、', ',', ';', '；'], " "),
            false,
        );
        // Wherever it stands by now, and with a word before it.
        check(language, &first, &format!("1 {first}"), false);
        let most: String = first.chars().take(first.chars().count() * 4 / 5).collect();
        check(language, &first, &most, false);
    }
    check(Language::ZhHans, ZH, &to_simplified(ZH), false);
}

#[test]
fn what_the_lot_means_may_be_said_in_much_the_same_words() {
    check(
        Language::Zh,
        ZH,
        "壁上的字還沒有乾，可是花園已經不是原來的花園了；所以先別急著開口，寫下想說的三句話，等他有空時再說，說完就聽他怎麼回答。",
        true,
    );
    check(
        Language::En,
        EN,
        "The ink on the wall is still wet, but the garden is not what it was; so do not speak in haste, write three sentences down, and say them when he has time to listen.",
        true,
    );
    check(
        Language::Ja,
        JA,
        "壁の墨はまだ乾きませんが、園はもう昔の園ではありません。ですから急いで話さず、伝えたいことを三つ書き出して、相手に時間のあるときに話してみてください。",
        true,
    );
    check(Language::En, EN, "Rest first.", true);
}

#[test]
fn a_reading_that_follows_none_is_not_asked() {
    let reading = Reading::of(WARNING, Language::En, question(Language::En));
    let findings = reading.findings(EN);
    assert!(findings.iter().all(|finding| finding.check != AGAIN));
}

#[test]
fn the_first_question_may_be_quoted_and_the_first_reading_may_not() {
    let mut reading = following(Language::Zh, ZH);
    reading.prepared.question = Question::new("那我該先開口嗎？").unwrap();
    let asked = "你先前問「他還會回來嗎」，現在問的是要不要先開口；先想清楚要說什麼。";
    assert_eq!(reading.fault(QUOTATION, asked), None);
    let read = "先前說過「先承認不捨，再慢慢鬆手」，現在還是一樣；先想清楚要說什麼。";
    assert!(reading.fault(QUOTATION, read).is_some());
}
