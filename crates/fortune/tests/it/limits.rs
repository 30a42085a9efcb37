//! What a reading may spend, and what is never worth a call.

use std::sync::Arc;

use futures::{FutureExt as _, StreamExt as _};
use kaucim_fortune::{Error, Language, SectionId, Settings, Step};

use crate::{
    failures::{QUESTION, check, cut_in_the_third, rest},
    model::{self, Does, Scripted, ask, report, result, shown, steps, writes},
};

#[tokio::test]
async fn repairs_have_an_end() {
    let never_right = || writes("{\"challenges\":\"慢慢來，不必著急，緣分會到。\"}");
    let model = Scripted::new("one", (0..9).map(|_| never_right()));
    let classic: Vec<String> = (1..=7).map(|number| format!("+{number} Classic")).collect();
    let failed = ["calling one", "failed 4 language", "reset 4 CheckFailed"];
    let mut expected = failed.to_vec();
    expected.push("notice section_rewritten");
    expected.extend(failed.repeat(2));
    expected.push("notice classic_filled");
    expected.extend(classic.iter().map(String::as_str));
    expected.push("complete Classic");
    check(&[model], Settings::default(), &expected).await;
}

#[tokio::test]
async fn what_is_no_report_is_asked_for_once_more() {
    let chat = || writes("I cannot do that. {sorry} [1, 2]");
    let first = Scripted::new("one", [chat(), chat(), chat()]);
    let second = Scripted::new("two", [writes(&report(&SectionId::ALL, Language::En))]);
    let expected = [
        "calling one",
        "calling one",
        "notice model_switched",
        "calling two",
        "+1",
        "+2",
        "+3",
        "+4",
        "+5",
        "+6",
        "+7",
        "complete",
    ];
    check(
        &[Arc::clone(&first), second],
        Settings::default(),
        &expected,
    )
    .await;
    assert!(
        first.requests()[1].messages[1]
            .text
            .contains("not the JSON object")
    );
}

#[tokio::test]
async fn the_budget_is_hard() {
    // The model means to call three times within one answer; the third call is never made.
    let script = vec![
        Does::Calls,
        Does::Calls,
        Does::Calls,
        Does::Writes(report(&SectionId::ALL, Language::En)),
    ];
    let model = Scripted::new("one", [script]);
    let settings = Settings {
        calls_per_reading: 2,
        ..Settings::default()
    };
    let mut expected = vec!["calling one", "calling one", "notice classic_filled"];
    let classic: Vec<String> = (1..=7).map(|number| format!("+{number} Classic")).collect();
    expected.extend(classic.iter().map(String::as_str));
    expected.push("complete Classic");
    let result = check(&[model], settings, &expected).await;
    assert_eq!(result.usage.calls, 2);
}

#[tokio::test]
async fn the_budget_of_tokens_is_hard() {
    // Each call says that it wrote 10 tokens, and brings nothing that can be kept.
    let never_right = || writes("{\"challenges\":\"慢慢來，不必著急，緣分會到。\"}");
    let model = Scripted::new("one", (0..9).map(|_| never_right()));
    let settings = Settings {
        max_tokens: 400,
        tokens_per_reading: 275,
        ..Settings::default()
    };
    let system = model::system(&[Arc::clone(&model)], settings);
    let steps = steps(&system, ask(QUESTION)).await.unwrap();
    let spent = |step: &Step| match step {
        Step::Calling { tokens, .. } => Some(("at most", *tokens)),
        Step::Called { tokens, .. } => Some(("was", *tokens)),
        _ => None,
    };
    let spent: Vec<_> = steps.iter().filter_map(spent).collect();
    assert_eq!(
        spent,
        [("at most", 275), ("was", 10), ("at most", 265), ("was", 10)],
        "what is left then is too little for a section"
    );
    let asked_for: Vec<u32> = model.requests().iter().map(|one| one.max_tokens).collect();
    assert_eq!(asked_for, [275, 265]);
    assert_eq!(shown(&steps).last().unwrap(), "complete Classic");
}

#[tokio::test]
async fn thoughts_without_end_are_cut_off() {
    let settings = Settings {
        max_tokens: 40,
        ..Settings::default()
    };
    let mut endless = vec![Does::Calls];
    endless.extend(vec![Does::Thinks; 500]);
    endless.push(Does::Hangs);
    let whole = Does::Writes(report(&SectionId::ALL, Language::En));
    let whole = vec![Does::Calls, whole, Does::Finishes];
    let model = Scripted::new("one", [endless, whole]);
    let system = model::system(&[model], settings);
    let steps = steps(&system, ask(QUESTION))
        .now_or_never()
        .expect("it never waits");
    assert_eq!(shown(&steps.unwrap()).last().unwrap(), "complete Model");
}

#[tokio::test]
async fn the_budget_ends_repairs() {
    let model = Scripted::new(
        "one",
        [cut_in_the_third(Does::IsCutByLength), writes(&rest())],
    );
    let settings = Settings {
        calls_per_reading: 1,
        ..Settings::default()
    };
    let expected = [
        "calling one",
        "+1",
        "+2",
        "reset 3 ModelFailed",
        "notice classic_filled",
        "+3 Classic",
        "+4 Classic",
        "+5 Classic",
        "+6 Classic",
        "+7 Classic",
        "complete Mixed",
    ];
    check(&[model], settings, &expected).await;
}

#[tokio::test]
async fn a_server_that_ignores_the_token_limit_is_cut_off() {
    let settings = Settings {
        max_tokens: 40,
        ..Settings::default()
    };
    let mut endless = vec![Does::Calls, Does::Writes("{\"challenges\":\"".to_owned())];
    endless.extend(vec![Does::Writes("and on ".to_owned()); 500]);
    endless.push(Does::Hangs);
    let whole = Does::Writes(report(&SectionId::ALL, Language::En));
    let whole = vec![Does::Calls, whole, Does::Finishes];
    let model = Scripted::new("one", [endless, whole]);
    let system = model::system(&[Arc::clone(&model)], settings);
    let mut stream = system.ask_fortune_streaming(ask(QUESTION));
    let mut found = Vec::new();
    // What hangs is never waited for.
    while let Some(step) = stream.next().now_or_never().expect("a step is ready") {
        found.push(step.unwrap());
    }
    let open_text = found
        .iter()
        .take_while(|step| !matches!(step, Step::SectionReset { .. }))
        .filter(|step| matches!(step, Step::Text(_)));
    assert_eq!(open_text.count(), 50, "the first of 51 deltas has no text");
    let lines = shown(&found);
    assert_eq!(
        lines[2..8],
        [
            "calling one",
            "started challenges",
            "text",
            "reset challenges ModelFailed",
            "notice section_rewritten",
            "calling one",
        ]
    );
    assert_eq!(lines.last().unwrap(), "complete Model");
    let told = &model.requests()[1].messages[1].text;
    assert!(told.contains("`challenges` was not finished"), "{told}");
    assert_eq!(model.open_streams(), 0);
}

#[tokio::test]
async fn a_section_without_end_fails_its_checks_and_stops_the_call() {
    for (language, word, longest) in [
        (Language::Zh, "慢慢來。", 6000),
        (Language::ZhHans, "慢慢来。", 6000),
        (Language::Ja, "ゆっくり", 6000),
        (Language::En, "slow", 12_000),
    ] {
        let begun = |times: usize| format!("{{\"challenges\":\"{}", word.repeat(times));
        let others = report(&SectionId::ALL, language);
        let endless = vec![
            Does::Calls,
            Does::Writes(begun(longest / 8)),
            Does::Writes(word.repeat(longest / 8)),
            Does::Writes(word.to_owned()),
            Does::Hangs,
        ];
        let at_once = vec![Does::Calls, Does::Writes(begun(longest)), Does::Hangs];
        for script in [endless, at_once] {
            let model = Scripted::new("one", [script, writes(&others)]);
            let system = model::system(&[Arc::clone(&model)], Settings::default());
            let mut asked = ask(QUESTION);
            asked.language = Some(language);
            let found = steps(&system, asked)
                .now_or_never()
                .expect("it never waits");
            let lines = shown(&found.unwrap());
            let failed = lines
                .iter()
                .position(|line| line == "failed challenges length");
            let after = failed.expect("it fails") + 1;
            assert_eq!(
                lines[after..after + 3],
                [
                    "reset challenges CheckFailed",
                    "notice section_rewritten",
                    "calling one"
                ]
            );
            assert_eq!(lines.last().unwrap(), "complete Model", "{language}");
            let told = &model.requests()[1].messages[1].text;
            assert_eq!(told.matches("`challenges`").count(), 2, "{told}");
        }
        let longest = writes(&format!("{{\"challenges\":\"{}\"}}", long(language)));
        let model = Scripted::new("one", [longest, writes(&others)]);
        let system = model::system(&[model], Settings::default());
        let mut asked = ask(QUESTION);
        asked.language = Some(language);
        let lines = shown(&steps(&system, asked).await.unwrap());
        assert!(lines.contains(&"sealed challenges Model".to_owned()));
        assert!(
            lines.iter().all(|line| !line.starts_with("failed")),
            "{lines:?}"
        );
    }
}

/// A section about as long as one may be, and no sentence of it twice.
fn long(language: Language) -> String {
    let sentence = |day: u32| match language {
        Language::Zh => format!("到了{day}日，再把事情想一遍；"),
        Language::ZhHans => format!("到了{day}日，再把事情想一遍；"),
        Language::Ja => format!("{day}日には、もう一度考えてみます。"),
        Language::En => format!("On day {day} you look at the matter again. "),
    };
    (1..=160).map(sentence).collect()
}

#[tokio::test]
async fn a_reading_that_no_model_wrote_says_so() {
    let system = model::system(&[Scripted::new("one", [])], Settings::default());
    for (language, whole) in [
        (Language::Zh, "全文由籤書原有的註解編成"),
        (Language::ZhHans, "全文由签书原有的注解编成"),
        (Language::En, "the whole reading is composed"),
        (Language::Ja, "全文をおみくじに付く注"),
    ] {
        let mut asked = ask(QUESTION);
        asked.language = Some(language);
        let steps = steps(&system, asked).await.unwrap();
        let [notice] = &result(&steps).notices[..] else {
            panic!("one notice")
        };
        assert_eq!(notice.code, "classic_filled");
        assert!(notice.message.contains(whole), "{}", notice.message);
    }
}

#[tokio::test]
async fn a_model_that_may_not_be_asked_is_not_blamed() {
    let settings = Settings {
        calls_per_reading: 0,
        ..Settings::default()
    };
    let model = Scripted::new("one", [writes(&report(&SectionId::ALL, Language::En))]);
    let system = model::system(&[Arc::clone(&model)], settings);
    let lines = shown(&steps(&system, ask(QUESTION)).await.unwrap());
    assert_eq!(lines[2], "notice no_model");
    assert_eq!(lines.last().unwrap(), "complete Classic");
    assert!(model.requests().is_empty());
}

#[tokio::test]
async fn without_classic_text_it_is_an_error() {
    let settings = Settings {
        classic: false,
        ..Settings::default()
    };
    for models in [vec![], vec![Scripted::new("one", [])]] {
        let system = model::system(&models, settings.clone());
        let error = steps(&system, ask(QUESTION)).await.unwrap_err();
        assert!(matches!(error, Error::ModelsFailed));
        assert!(matches!(
            system.ask_fortune(ask(QUESTION)).await,
            Err(Error::ModelsFailed)
        ));
    }
}

#[tokio::test]
async fn who_or_what_is_unknown_is_an_error() {
    let system = model::system(&[], Settings::default());
    for (deity, deck, number) in [
        ("nobody", None, 1),
        ("yue_lao", Some("none"), 1),
        ("yue_lao", None, 9999),
    ] {
        let mut ask = ask(QUESTION);
        ask.deity_id = deity.to_owned();
        ask.deck_id = deck.map(str::to_owned);
        ask.number = Some(number);
        assert!(system.prepare(&ask).is_err());
        assert!(matches!(steps(&system, ask).await, Err(Error::Ask(_))));
    }
}
