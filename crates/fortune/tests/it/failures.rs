//! Models that fail, and what becomes of the reading.

use std::sync::Arc;

use kaucim_fortune::{FortuneResult, Language, Origin, SectionId, SectionOrigin, Settings};

use crate::model::{
    self, Does, Failure, Scripted, ask, keys, names, pieces, report, result, shown, steps, words,
    writes,
};

pub(crate) const QUESTION: &str = "Will we meet?";

/// A call that writes the first two sections, begins the third, and ends as told.
pub(crate) fn cut_in_the_third(end: Does) -> Vec<Does> {
    let whole = report(&SectionId::ALL, Language::En);
    let cut = whole.find("Part 3").unwrap() + 10;
    let mut does = vec![Does::Calls];
    does.extend(pieces(&whole[..cut]));
    does.push(end);
    does
}

pub(crate) fn rest() -> String {
    report(&SectionId::ALL[2..], Language::En)
}

/// Runs to the end and returns the steps after `sources` as lines, without started and text.
pub(crate) async fn check(
    models: &[Arc<Scripted>],
    settings: Settings,
    expected: &[&str],
) -> FortuneResult {
    let system = model::system(models, settings);
    let steps = steps(&system, ask(QUESTION)).await.unwrap();
    let lines = shown(&steps);
    let is_told = |line: &&str| {
        !line.starts_with("started")
            && *line != "text"
            && !line.starts_with("lot")
            && *line != "sources"
    };
    let told: Vec<String> = lines
        .iter()
        .map(String::as_str)
        .filter(is_told)
        .map(|line| {
            line.strip_suffix(" Model")
                .unwrap_or(line)
                .replace("sealed ", "+")
        })
        .collect();
    let told = told
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join("; ");
    let [
        line,
        overall,
        positive,
        challenges,
        actions,
        notes,
        conclusion,
    ] = SectionId::ALL.map(SectionId::name);
    let short = [
        (line, "1"),
        (overall, "2"),
        (positive, "3"),
        (challenges, "4"),
        (actions, "5"),
        (notes, "6"),
        (conclusion, "7"),
    ]
    .into_iter()
    .fold(told, |told, (name, number)| told.replace(name, number));
    assert_eq!(short.split("; ").collect::<Vec<_>>(), expected);
    for model in models {
        assert_eq!(model.open_streams(), 0);
    }
    result(&steps).clone()
}

#[tokio::test]
async fn a_call_that_is_cut_off_goes_on_with_the_rest_only() {
    let model = Scripted::new(
        "one",
        [
            cut_in_the_third(Does::Fails(Failure::CutOff)),
            writes(&rest()),
        ],
    );
    let result = check(
        &[Arc::clone(&model)],
        Settings::default(),
        &[
            "calling one",
            "+1",
            "+2",
            "reset 3 ModelFailed",
            "calling one",
            "+3",
            "+4",
            "+5",
            "+6",
            "+7",
            "complete",
        ],
    )
    .await;
    assert_eq!((result.origin, result.usage.calls), (Origin::Model, 2));
    let requests = model.requests();
    assert_eq!(keys(&requests[0]), names(&SectionId::ALL));
    assert_eq!(keys(&requests[1]), names(&SectionId::ALL[2..]));
    let asked = &requests[1].messages[1].text;
    for section in &SectionId::ALL[..2] {
        let words = words(*section, Language::En).replace('\n', " ");
        let written = format!("[{section}] {words}");
        assert!(asked.contains(&written), "{asked}");
    }
    assert!(asked.contains("<written>") && !asked.contains("Part 3"));
    assert!(!requests[0].messages[1].text.contains("<written>"));
}

#[tokio::test]
async fn the_next_model_goes_on_where_the_first_one_failed() {
    let first = Scripted::new(
        "one",
        [
            cut_in_the_third(Does::Fails(Failure::CutOff)),
            vec![Does::Calls, Does::Fails(Failure::CutOff)],
        ],
    );
    let second = Scripted::new("two", [writes(&rest())]);
    let result = check(
        &[first, Arc::clone(&second)],
        Settings::default(),
        &[
            "calling one",
            "+1",
            "+2",
            "reset 3 ModelFailed",
            "calling one",
            "notice model_switched",
            "calling two",
            "+3",
            "+4",
            "+5",
            "+6",
            "+7",
            "complete",
        ],
    )
    .await;
    assert_eq!(result.model.unwrap().name, "two");
    assert_eq!(keys(&second.requests()[0]), names(&SectionId::ALL[2..]));
    assert_eq!(result.notices[0].code, "model_switched");
}

#[tokio::test]
async fn what_is_refused_is_not_asked_again() {
    let first = Scripted::new("one", [cut_in_the_third(Does::Fails(Failure::Refused))]);
    let second = Scripted::new("two", []);
    let result = check(
        &[first, second],
        Settings::default(),
        &[
            "calling one",
            "+1",
            "+2",
            "reset 3 ModelFailed",
            "notice model_switched",
            "calling two",
            "notice classic_filled",
            "+3 Classic",
            "+4 Classic",
            "+5 Classic",
            "+6 Classic",
            "+7 Classic",
            "complete Mixed",
        ],
    )
    .await;
    assert_eq!(result.model.unwrap().name, "one");
    assert_eq!(
        result.sections[1].text,
        words(SectionId::OverallDevelopment, Language::En)
    );
    assert_eq!(result.sections[2].origin, SectionOrigin::Classic);
}

#[tokio::test]
async fn a_section_that_fails_its_check_is_written_again() {
    let mixed_up = report(&SectionId::ALL, Language::En).replace(
        "Part 4: \\\"it comes\\\",\\nthough waiting is the harder part. 🌙",
        "慢慢來，不必著急，緣分自然會到。",
    );
    let fourth = report(&[SectionId::Challenges], Language::En);
    let model = Scripted::new("one", [writes(&mixed_up), writes(&fourth)]);
    let result = check(
        &[Arc::clone(&model)],
        Settings::default(),
        &[
            "calling one",
            "+1",
            "+2",
            "+3",
            "failed 4 language",
            "reset 4 CheckFailed",
            "+5",
            "+6",
            "+7",
            "notice section_rewritten",
            "calling one",
            "+4",
            "complete",
        ],
    )
    .await;
    assert_eq!(
        result.sections[3].text,
        words(SectionId::Challenges, Language::En)
    );
    let request = &model.requests()[1];
    assert_eq!(keys(request), ["challenges"]);
    assert!(
        request.messages[1]
            .text
            .contains("`challenges` was not written in English")
    );
    assert!(result.sections.is_sorted_by_key(|section| section.index));
}

#[tokio::test]
async fn a_failed_section_that_comes_again_in_the_same_answer_counts() {
    let text = format!(
        "{{\"conclusion\":\"慢慢來，不必著急。\"}} {}",
        report(&SectionId::ALL, Language::En)
    );
    let model = Scripted::new("one", [writes(&text)]);
    let expected = [
        "calling one",
        "failed 7 language",
        "reset 7 CheckFailed",
        "+1",
        "+2",
        "+3",
        "+4",
        "+5",
        "+6",
        "+7",
        "complete",
    ];
    check(&[model], Settings::default(), &expected).await;
}

#[tokio::test]
async fn what_is_sealed_is_never_written_again() {
    let text = format!(
        "{} {{\"conclusion\":\"Something else\"}}",
        report(&SectionId::ALL, Language::En)
    );
    let model = Scripted::new("one", [writes(&text)]);
    let expected = [
        "calling one",
        "+1",
        "+2",
        "+3",
        "+4",
        "+5",
        "+6",
        "+7",
        "complete",
    ];
    let result = check(&[model], Settings::default(), &expected).await;
    assert_eq!(
        result.sections[6].text,
        words(SectionId::Conclusion, Language::En)
    );
}

#[tokio::test]
async fn an_empty_section_never_starts_and_is_asked_for_again() {
    let empty = report(&SectionId::ALL, Language::En).replace(
        "Part 4: \\\"it comes\\\",\\nthough waiting is the harder part. 🌙",
        "",
    );
    let model = Scripted::new(
        "one",
        [
            writes(&empty),
            writes(&report(&[SectionId::Challenges], Language::En)),
        ],
    );
    let expected = [
        "calling one",
        "+1",
        "+2",
        "+3",
        "+5",
        "+6",
        "+7",
        "notice section_rewritten",
        "calling one",
        "+4",
        "complete",
    ];
    check(&[Arc::clone(&model)], Settings::default(), &expected).await;
    assert!(
        model.requests()[1].messages[1]
            .text
            .contains("`challenges` was empty")
    );
}

#[tokio::test]
async fn the_length_limit_in_mid_section_counts_as_repair() {
    let model = Scripted::new(
        "one",
        [cut_in_the_third(Does::IsCutByLength), writes(&rest())],
    );
    let expected = [
        "calling one",
        "+1",
        "+2",
        "reset 3 ModelFailed",
        "notice section_rewritten",
        "calling one",
        "+3",
        "+4",
        "+5",
        "+6",
        "+7",
        "complete",
    ];
    let result = check(&[Arc::clone(&model)], Settings::default(), &expected).await;
    assert!(
        model.requests()[1].messages[1]
            .text
            .contains("`positive_factors` was not finished")
    );
    assert_eq!(result.usage.output_tokens, 20);
}
