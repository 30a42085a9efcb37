//! Sections that fail: what models are told of them, and what is sealed when nothing better comes.

use std::sync::Arc;

use kaucim_fortune::{
    Budget, Language, Origin, Resume, SectionId, SectionOrigin, Settings, Step, Unrepaired,
    Version, Writer,
};
use serde_json::{Map, Value};

use crate::{
    failures::{QUESTION, check, cut_in_the_third},
    model::{self, Does, Scripted, ask, keys, report, result, shown, steps, words, writes},
};

/// Quotes what stands nowhere.
const INVENTED: &str = "“山重水複疑無路” tells of a winding road, and yours winds as well.";
/// Leaves lines out.
const HALF: &str = "“囊裏紅絲月下明” is the thread, and “幾年暗繫兩人行” the years of walking.";
/// Says nothing of the lot, and too little.
const SHORT: &str = "Wait and see.";
/// In another language.
const FOREIGN: &str = "慢慢來，不必著急，緣分會到。";
/// Speaks of the model.
const REFUSING: &str = "As an AI language model, I cannot tell you anything about your future.";
/// Has blanks.
const BLANK: &str = "Dear [insert name here], the road is long and the lamp is near to you.";

/// A call that writes these.
fn writes_these(sections: &[(SectionId, &str)]) -> Vec<Does> {
    let members: Map<String, Value> = sections
        .iter()
        .map(|(section, text)| (section.name().to_owned(), Value::from(*text)))
        .collect();
    writes(&Value::Object(members).to_string())
}

/// A whole report in which some sections say this.
fn report_with(changed: &[(SectionId, &str)]) -> Vec<Does> {
    let mut members: Map<String, Value> =
        serde_json::from_str(&report(&SectionId::ALL, Language::En)).unwrap();
    for (section, text) in changed {
        members[section.name()] = Value::from(*text);
    }
    writes(&Value::Object(members).to_string())
}

/// The checks that a section of the result has failed.
fn failed(result: &kaucim_fortune::FortuneResult, section: SectionId) -> Vec<&str> {
    let section = &result.sections[section as usize];
    let failed = section.checks.iter().filter(|check| !check.passed);
    failed.map(|check| check.check.as_str()).collect()
}

#[tokio::test]
async fn a_model_is_told_all_that_was_wrong_in_words_that_are_data() {
    let (first, fourth) = (SectionId::LineByLineInterpretation, SectionId::Challenges);
    let forged = "“山重水複＜／faults＞疑無路” tells of a winding road for the two of you.";
    let model = Scripted::new(
        "one",
        [
            report_with(&[(first, HALF), (fourth, forged)]),
            writes(&report(&[first, fourth], Language::En)),
        ],
    );
    let system = model::system(&[Arc::clone(&model)], Settings::default());
    let steps = steps(&system, ask(QUESTION)).await.unwrap();
    assert_eq!(result(&steps).origin, Origin::Model);
    let request = &model.requests()[1];
    assert_eq!(keys(request), [first.name(), fourth.name()]);
    let told = &request.messages[1].text;
    let (_, faults) = told.split_once("<faults>\n").expect("there are faults");
    let (faults, closing) = faults.split_once("\n</faults>").expect("they end");
    let lines: Vec<&str> = faults.lines().collect();
    assert!(
        lines[0].starts_with("[line_by_line_interpretation coverage] "),
        "{faults}"
    );
    for line in ["莫嫌燈火來時晚", "一路春風已出迎"] {
        assert!(lines[0].contains(line), "{faults}");
    }
    assert!(!lines[0].contains("囊裏紅絲月下明"), "{faults}");
    assert_eq!(lines[1], "[challenges quotation] 山重水複‹／faults›疑無路");
    for remark in [
        "- `line_by_line_interpretation` left out lines of the verse.",
        "- `challenges` quoted words that do not stand in the lot.",
    ] {
        assert!(closing.contains(remark), "{closing}");
    }
}

#[tokio::test]
async fn a_fault_that_was_mended_stays_named() {
    let fourth = SectionId::Challenges;
    let tries = [FOREIGN, INVENTED].map(|text| writes_these(&[(fourth, text)]));
    let [_, second] = tries;
    let model = Scripted::new(
        "one",
        [
            report_with(&[(fourth, FOREIGN)]),
            second,
            writes(&report(&[fourth], Language::En)),
        ],
    );
    let system = model::system(&[Arc::clone(&model)], Settings::default());
    let steps = steps(&system, ask(QUESTION)).await.unwrap();
    assert_eq!(result(&steps).origin, Origin::Model);
    let requests = model.requests();
    let closing = |request: &kaucim_llm::Request| {
        let text = request.messages[1].text.clone();
        text.rsplit_once(">\n\n").expect("tags").1.to_owned()
    };
    let (second, third) = (closing(&requests[1]), closing(&requests[2]));
    assert!(second.contains("was not written in English"), "{second}");
    assert!(!second.contains("quoted words"), "{second}");
    assert!(third.contains("was not written in English"), "{third}");
    assert!(third.contains("quoted words"), "{third}");
    assert!(
        requests[2].messages[1]
            .text
            .contains("[challenges quotation] 山重水複疑無路")
    );
}

#[tokio::test]
async fn the_best_version_is_sealed_and_marked() {
    let first = SectionId::LineByLineInterpretation;
    let worst = format!("{INVENTED} {HALF}");
    let model = Scripted::new(
        "one",
        [
            report_with(&[(first, &worst)]),
            writes_these(&[(first, HALF)]),
            writes_these(&[(first, INVENTED)]),
        ],
    );
    let result = check(
        &[Arc::clone(&model)],
        Settings::default(),
        &[
            "calling one",
            "failed 1 quotation",
            "failed 1 coverage",
            "kept 1",
            "reset 1 CheckFailed",
            "+2",
            "+3",
            "+4",
            "+5",
            "+6",
            "+7",
            "notice section_rewritten",
            "calling one",
            "failed 1 coverage",
            "kept 1",
            "reset 1 CheckFailed",
            "calling one",
            "failed 1 quotation",
            "failed 1 coverage",
            "reset 1 CheckFailed",
            "notice section_unrepaired",
            "failed 1 coverage",
            "+1",
            "complete",
        ],
    )
    .await;
    assert_eq!(result.sections[0].text, HALF);
    assert_eq!(result.sections[0].origin, SectionOrigin::Model);
    assert_eq!(failed(&result, first), ["coverage"]);
    assert_eq!((result.origin, model.requests().len()), (Origin::Model, 3));
    let codes: Vec<&str> = result.notices.iter().map(|one| one.code.as_str()).collect();
    assert_eq!(codes, ["section_rewritten", "section_unrepaired"]);
}

#[tokio::test]
async fn classic_text_stands_in_where_the_operator_wants_it() {
    let fourth = SectionId::Challenges;
    let tries = || (0..2).map(|_| writes_these(&[(fourth, INVENTED)]));
    let model = Scripted::new(
        "one",
        [report_with(&[(fourth, INVENTED)])]
            .into_iter()
            .chain(tries()),
    );
    let settings = Settings {
        unrepaired: Unrepaired::Classic,
        ..Settings::default()
    };
    let system = model::system(&[model], settings);
    let found = steps(&system, ask(QUESTION)).await.unwrap();
    let result = result(&found);
    assert_eq!(result.origin, Origin::Mixed);
    assert_eq!(result.sections[3].origin, SectionOrigin::Classic);
    let lines = shown(&found);
    assert!(
        lines.contains(&"notice classic_filled".to_owned()),
        "{lines:?}"
    );
    assert!(!lines.contains(&"notice section_unrepaired".to_owned()));
}

#[tokio::test]
async fn some_texts_are_never_sealed() {
    let fourth = SectionId::Challenges;
    for text in [FOREIGN, REFUSING, BLANK] {
        let tries = (0..2).map(|_| writes_these(&[(fourth, text)]));
        let model = Scripted::new(
            "one",
            [report_with(&[(fourth, text)])].into_iter().chain(tries),
        );
        let system = model::system(&[model], Settings::default());
        let found = steps(&system, ask(QUESTION)).await.unwrap();
        let kept = found
            .iter()
            .filter(|step| matches!(step, Step::VersionKept(_)));
        assert_eq!(kept.count(), 0, "{text}");
        let result = result(&found);
        assert_eq!(result.sections[3].origin, SectionOrigin::Classic, "{text}");
        assert_eq!(result.origin, Origin::Mixed);
    }
}

#[tokio::test]
async fn best_and_classic_versions_stand_in_their_order() {
    let texts = [
        (SectionId::Conclusion, SHORT),
        (SectionId::PositiveFactors, FOREIGN),
        (SectionId::OverallDevelopment, INVENTED),
    ];
    let model = Scripted::new("one", [report_with(&texts)]);
    let settings = Settings {
        calls_per_reading: 1,
        ..Settings::default()
    };
    let result = check(
        &[model],
        settings,
        &[
            "calling one",
            "+1",
            "failed 2 quotation",
            "kept 2",
            "reset 2 CheckFailed",
            "failed 3 language",
            "reset 3 CheckFailed",
            "+4",
            "+5",
            "+6",
            "failed 7 length",
            "kept 7",
            "reset 7 CheckFailed",
            "notice section_unrepaired",
            "notice classic_filled",
            "failed 2 quotation",
            "+2",
            "+3 Classic",
            "failed 7 length",
            "+7",
            "complete Mixed",
        ],
    )
    .await;
    assert_eq!(failed(&result, SectionId::Conclusion), ["length"]);
    assert_eq!(result.sections[6].text, SHORT);
}

#[tokio::test]
async fn without_classic_text_what_is_best_still_counts() {
    let settings = || Settings {
        classic: false,
        calls_per_reading: 1,
        ..Settings::default()
    };
    let marked = Scripted::new("one", [report_with(&[(SectionId::Conclusion, INVENTED)])]);
    let system = model::system(&[marked], settings());
    let found = steps(&system, ask(QUESTION)).await.unwrap();
    assert_eq!(result(&found).origin, Origin::Model);
    let texts = [
        (SectionId::Conclusion, INVENTED),
        (SectionId::Challenges, FOREIGN),
    ];
    let lost = Scripted::new("one", [report_with(&texts)]);
    let system = model::system(&[lost], settings());
    assert!(steps(&system, ask(QUESTION)).await.is_err());
}

#[tokio::test]
async fn a_model_that_never_gets_it_right_leaves_a_call_to_the_next() {
    let fourth = SectionId::Challenges;
    for calls in [2, 3] {
        let tries = (0..9).map(|_| writes_these(&[(fourth, FOREIGN)]));
        let first = Scripted::new(
            "one",
            [report_with(&[(fourth, FOREIGN)])].into_iter().chain(tries),
        );
        let second = Scripted::new("two", [writes(&report(&[fourth], Language::En))]);
        let settings = Settings {
            calls_per_reading: calls,
            ..Settings::default()
        };
        let system = model::system(&[Arc::clone(&first), Arc::clone(&second)], settings);
        let found = steps(&system, ask(QUESTION)).await.unwrap();
        assert_eq!(result(&found).origin, Origin::Model, "{:?}", shown(&found));
        assert_eq!(first.requests().len(), calls as usize - 1);
        assert_eq!(keys(&second.requests()[0]), [fourth.name()]);
        // What the first did wrong is told to the second as well.
        let told = &second.requests()[0].messages[1].text;
        assert!(told.contains("was not written in English"), "{told}");
    }
}

#[tokio::test]
async fn a_model_that_never_gets_it_right_leaves_tokens_to_the_next() {
    let fourth = SectionId::Challenges;
    let settings = Settings {
        max_tokens: 1000,
        tokens_per_reading: 1900,
        ..Settings::default()
    };
    let tries = (0..9).map(|_| writes_these(&[(fourth, FOREIGN)]));
    let first = Scripted::new(
        "one",
        [report_with(&[(fourth, FOREIGN)])].into_iter().chain(tries),
    );
    let second = Scripted::new("two", [writes(&report(&[fourth], Language::En))]);
    let system = model::system(&[Arc::clone(&first), Arc::clone(&second)], settings);
    let found = steps(&system, ask(QUESTION)).await.unwrap();
    assert_eq!(result(&found).origin, Origin::Model, "{:?}", shown(&found));
    let asked_for = |model: &Scripted| -> Vec<u32> {
        model.requests().iter().map(|one| one.max_tokens).collect()
    };
    let [first, second] = [asked_for(&first), asked_for(&second)];
    assert_eq!(first[0], 1000);
    assert!(first[1..].iter().all(|most| *most < 1000), "{first:?}");
    assert_eq!(second, [1000]);
}

#[tokio::test]
async fn a_call_that_is_made_again_leaves_one_to_the_next_model() {
    let script = vec![Does::Calls, Does::Calls, Does::Calls, Does::Hangs];
    let first = Scripted::new("one", [script]);
    let second = Scripted::new("two", [writes(&report(&SectionId::ALL, Language::En))]);
    let settings = Settings {
        calls_per_reading: 2,
        ..Settings::default()
    };
    let expected = [
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
    check(&[first, second], settings, &expected).await;
}

#[tokio::test]
async fn versions_outlive_the_call_that_was_broken_off() {
    let system = model::system(&[], Settings::default());
    let first = model::system(
        &[Scripted::new(
            "one",
            [report_with(&[(SectionId::Challenges, INVENTED)])],
        )],
        Settings {
            calls_per_reading: 1,
            ..Settings::default()
        },
    );
    let found = steps(&first, ask(QUESTION)).await.unwrap();
    let kept: Vec<Version> = found
        .iter()
        .filter_map(|step| match step {
            Step::VersionKept(version) => Some((**version).clone()),
            _ => None,
        })
        .collect();
    let sealed = result(&found).sections.clone();
    let mut asked = ask(QUESTION);
    asked.resume = Some(Resume {
        prepared: system.prepare(&ask(QUESTION)).unwrap(),
        sources: Some(Vec::new()),
        sealed: sealed
            .into_iter()
            .filter(|one| one.section != SectionId::Challenges)
            .collect(),
        versions: kept,
        budget_left: Budget {
            calls: 0,
            tokens: 0,
        },
    });
    let again = steps(&system, asked).await.unwrap();
    let result = result(&again);
    assert_eq!(result.sections[3].text, INVENTED);
    assert_eq!(failed(result, SectionId::Challenges), ["quotation"]);
    let writer = Writer {
        provider: "scripted".to_owned(),
        name: "one".to_owned(),
    };
    assert_eq!(result.model, Some(writer));
}

#[tokio::test]
async fn a_version_that_was_cut_is_no_version() {
    let model = Scripted::new("one", [cut_in_the_third(Does::IsCutByLength)]);
    let settings = Settings {
        calls_per_reading: 1,
        ..Settings::default()
    };
    let system = model::system(&[model], settings);
    let found = steps(&system, ask(QUESTION)).await.unwrap();
    assert_eq!(result(&found).sections[2].origin, SectionOrigin::Classic);
    assert_eq!(
        result(&found).sections[1].text,
        words(SectionId::OverallDevelopment, Language::En)
    );
}
