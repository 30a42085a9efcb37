//! Questions that follow a reading: on the same lot, in agreement with it, and not the same again.

use std::sync::Arc;

use kaucim_fortune::{
    Ask, Budget, First, FortuneSystem, Language, Origin, Prepared, Resume, Section, SectionId,
    Settings, Step,
};
use serde_json::{Map, Value};

use crate::model::{self, Scripted, ask, keys, names, report, result, shown, steps, words, writes};

const QUESTION: &str = "Shall I write to him this week?";

/// A whole reading of the usual question.
async fn read(language: Language) -> (Prepared, Vec<Section>) {
    let model = Scripted::new("one", [writes(&report(&SectionId::ALL, language))]);
    let system = model::system(&[model], Settings::default());
    let mut asked = ask("Will we meet?");
    asked.language = Some(language);
    let prepared = system.prepare(&asked).unwrap();
    (prepared, system.ask_fortune(asked).await.unwrap().sections)
}

/// The question that follows it, as an attempt makes it.
fn following(
    system: &FortuneSystem,
    asked: &Ask,
    (first, sections): (Prepared, Vec<Section>),
) -> Ask {
    let told = First {
        question: first.question.clone(),
        sections,
    };
    let mut prepared = system.prepare_follow_up(asked, first);
    prepared.first = Some(told);
    Ask {
        resume: Some(Resume {
            prepared,
            sources: None,
            sealed: Vec::new(),
            versions: Vec::new(),
            budget_left: Budget {
                calls: 8,
                tokens: 24_576,
            },
        }),
        ..asked.clone()
    }
}

/// What each section says the second time.
fn other_words(section: SectionId) -> String {
    let own = match section {
        SectionId::LineByLineInterpretation => {
            "lines 1 to 4 say that the hand may move before the lamp is lit"
        }
        SectionId::OverallDevelopment => "a letter opens slowly, as doors in spring do",
        SectionId::PositiveFactors => "he has answered your letters before this one",
        SectionId::Challenges => "do not count the hours until he replies",
        SectionId::SuggestedActions => "write five lines on Thursday, and post them on Friday",
        SectionId::SupplementaryNotes => "in the story the old man reads by moonlight, unhurried",
        SectionId::Conclusion => "yes, this week is as good as any for a short letter",
    };
    format!("On the letter, \"it comes\": {own}.")
}

fn other_report(except: &[SectionId]) -> String {
    let members: Map<String, Value> = SectionId::ALL
        .into_iter()
        .map(|id| {
            let text = if except.contains(&id) {
                words(id, Language::En)
            } else {
                other_words(id)
            };
            (id.name().to_owned(), text.into())
        })
        .collect();
    Value::Object(members).to_string()
}

#[tokio::test]
async fn the_lot_is_the_one_that_was_read_whatever_the_deck_has_by_now() {
    let (mut first, sections) = read(Language::En).await;
    first.lot.title = "as it was stored".to_owned();
    first.lot.number = 9999;
    first.lot.version = "of last year".to_owned();
    let system = model::system(&[], Settings::default());
    let mut asked = ask(QUESTION);
    // Neither counts.
    (asked.deity_id, asked.number) = ("nobody".to_owned(), Some(2));
    let steps = steps(
        &system,
        following(&system, &asked, (first.clone(), sections)),
    )
    .await;
    let steps = steps.unwrap();
    let told = result(&steps);
    assert_eq!(told.lot, first.lot);
    assert_eq!(told.question, QUESTION);
    // Nobody could write, so the deck's own words stand in, although they are those of the first.
    assert_eq!(told.origin, Origin::Classic);
    assert!(
        told.sections
            .iter()
            .all(|one| one.checks.iter().all(|check| check.passed))
    );

    // A deck that is gone has said all it has to say.
    first.lot.deck_id = "gone".to_owned();
    first.deck_disclaimer = Some("Ask at the gate.".to_owned());
    let prepared = system.prepare_follow_up(&asked, first);
    assert_eq!(
        prepared.deck_disclaimer.as_deref(),
        Some("Ask at the gate.")
    );
}

#[tokio::test]
async fn a_follow_up_has_the_language_of_the_first_and_notices_of_its_own() {
    let system = model::system(&[], Settings::default());
    for language in Language::ALL {
        let mut asked = ask("Will we meet? I am pregnant.");
        asked.language = Some(language);
        let first = system.prepare(&asked).unwrap();
        assert_eq!(first.notices[0].code, "pregnancy");
        let follows = system.prepare_follow_up(&ask("何時？"), first.clone());
        assert_eq!(follows.language, language);
        assert_eq!(follows.notices, [], "{language}");
        let mut delicate = ask("And shall I stop taking my pills?");
        delicate.language = Some(Language::En);
        let follows = system.prepare_follow_up(&delicate, first);
        assert_eq!(follows.language, Language::En);
        assert_eq!(follows.notices[0].code, "illness");
        assert!(follows.context.is_empty() && follows.first.is_none());
    }
}

#[tokio::test]
async fn a_model_knows_the_first_reading_in_every_call() {
    for language in Language::ALL {
        let first = read(language).await;
        let said = words(SectionId::Conclusion, language).replace('\n', " ");
        let cut = writes(&other_report(&[]))[..20].to_vec();
        let model = Scripted::new("one", [cut, Vec::new()]);
        let system = model::system(&[Arc::clone(&model)], Settings::default());
        let asked = following(&system, &ask(QUESTION), first);
        steps(&system, asked).await.unwrap();
        assert!(model.requests().len() > 1, "it is asked again for the rest");
        for request in model.requests() {
            let text = &request.messages[1].text;
            let (_, told) = text.split_once("<first>\n").expect("the first reading");
            let (told, rest) = told.split_once("\n</first>\n").unwrap();
            assert!(
                told.starts_with("question: Will we meet?\n[conclusion] "),
                "{told}"
            );
            assert!(told.contains(&said), "{told}");
            assert!(rest.contains(&format!("<question>\n{QUESTION}\n</question>")));
        }
    }
}

#[tokio::test]
async fn what_the_first_reading_said_is_written_anew() {
    let again = [SectionId::Challenges, SectionId::Conclusion];
    let first = read(Language::En).await;
    // Long enough to be known again.
    let longer =
        |text: String| format!("{text} Take heart, and take the lamp with you on the way.");
    let (prepared, mut sections) = first;
    for section in &mut sections {
        section.text = longer(section.text.clone());
    }
    let mut said: Map<String, Value> = serde_json::from_str(&other_report(&again)).unwrap();
    for id in again {
        said[id.name()] = longer(words(id, Language::En)).into();
    }
    let said = Value::Object(said).to_string();
    let model = Scripted::new("one", [writes(&said), writes(&other_report(&[]))]);
    let system = model::system(&[Arc::clone(&model)], Settings::default());
    let asked = following(&system, &ask(QUESTION), (prepared, sections));
    let steps = steps(&system, asked).await.unwrap();
    let shown = shown(&steps);
    for id in again {
        assert!(shown.contains(&format!("failed {id} again")), "{shown:?}");
        assert!(shown.contains(&format!("sealed {id} Model")), "{shown:?}");
    }
    let request = &model.requests()[1];
    assert_eq!(keys(request), names(&again));
    let told = "`conclusion` said the first reading again.";
    assert!(request.messages[1].text.contains(told));
    let Some(Step::Complete(result)) = steps.last() else {
        panic!("{shown:?}");
    };
    let texts = result.sections.iter().map(|one| one.text.clone());
    assert!(texts.eq(SectionId::ALL.map(other_words)));
}

#[tokio::test]
async fn a_model_that_cannot_but_repeat_is_sealed_and_marked() {
    let (prepared, mut sections) = read(Language::En).await;
    let text = "The lamp is late, and it comes; walk on, and look at the road before your feet.";
    sections[6].text = text.to_owned();
    let mut said: Map<String, Value> = serde_json::from_str(&other_report(&[])).unwrap();
    said["conclusion"] = text.into();
    let said = writes(&Value::Object(said).to_string());
    let model = Scripted::new("one", vec![said; 4]);
    let system = model::system(&[model], Settings::default());
    let asked = following(&system, &ask(QUESTION), (prepared, sections));
    let result = system.ask_fortune(asked).await.unwrap();
    let conclusion = &result.sections[6];
    assert_eq!(conclusion.text, text);
    let failed: Vec<&str> = conclusion
        .checks
        .iter()
        .filter(|check| !check.passed)
        .map(|check| check.check.as_str())
        .collect();
    assert_eq!(failed, ["again"]);
}
