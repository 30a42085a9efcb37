//! Readings that go well.

use std::sync::Arc;

use futures::{StreamExt, future::BoxFuture};
use kaucim_decks::Library;
use kaucim_fortune::{FortuneSystem, Language, Origin, SectionId, SectionOrigin, Settings, Step};
use kaucim_llm::{Answer, Finish, Model, ModelName, Request};

use crate::model::{
    self, Does, Scripted, ask, names, pieces, report, result, shown, steps, words, writes,
};

async fn check(question: &str, language: Language) {
    let model = Scripted::new("one", [writes(&report(&SectionId::ALL, language))]);
    let system = model::system(&[Arc::clone(&model)], Settings::default());
    let steps = steps(&system, ask(question)).await.unwrap();

    let mut expected = vec![
        "lot 1".to_owned(),
        "sources".to_owned(),
        "calling one".to_owned(),
    ];
    for section in SectionId::ALL {
        expected.push(format!("started {section}"));
        expected.push("text".to_owned());
        expected.push(format!("sealed {section} Model"));
    }
    expected.push("complete Model".to_owned());
    assert_eq!(shown(&steps), expected);

    let result = result(&steps);
    assert_eq!((result.language, result.origin), (language, Origin::Model));
    assert_eq!(
        (
            result.usage.calls,
            result.usage.input_tokens,
            result.usage.output_tokens
        ),
        (1, 100, 10)
    );
    assert_eq!(result.model.as_ref().unwrap().name, "one");
    assert!(!result.sources.is_empty(), "{language}: no sources");
    assert!(result.notices.is_empty());
    let mut open = String::new();
    for step in &steps {
        match step {
            Step::SectionStarted(_) => open.clear(),
            Step::Text(text) => open.push_str(text),
            Step::SectionSealed(section) => {
                assert_eq!(section.text, open);
                assert_eq!(section.text, words(section.section, language));
                assert_eq!(section.origin, SectionOrigin::Model);
                let is_first = section.section == SectionId::LineByLineInterpretation;
                assert_eq!(section.checks.len(), 14 + usize::from(is_first));
                assert!(section.checks.iter().all(|check| check.passed));
            }
            _ => {}
        }
    }
    assert_eq!(model.open_streams(), 0);
    let request = &model.requests()[0];
    assert_eq!(model::keys(request), names(&SectionId::ALL));
    assert!(
        request.messages[1]
            .text
            .contains(&format!("language: {language}"))
    );
}

#[tokio::test]
async fn a_reading_in_every_language() {
    check("他愛我嗎？", Language::Zh).await;
    check("他爱我吗？", Language::ZhHans).await;
    check("Will we meet?", Language::En).await;
    check("恋は実りますか？", Language::Ja).await;
}

#[tokio::test]
async fn one_step_of_text_for_each_delta_that_holds_some() {
    let script = vec![
        Does::Calls,
        Does::Thinks,
        Does::Thinks,
        Does::Writes("{\"challenges\":\"One ".to_owned()),
        Does::Writes("thing ".to_owned()),
        Does::Thinks,
        Does::Writes("more\",".to_owned()),
        Does::Writes(" \"conclusion\": \"".to_owned()),
        Does::Writes("Two\", \"positive_factors\":\"Three\"".to_owned()),
        Does::Hangs,
    ];
    let system = model::system(&[Scripted::new("one", [script])], Settings::default());
    let steps = system.ask_fortune_streaming(ask("Will we meet?"));
    let texts = steps.filter_map(async |step| match step.unwrap() {
        Step::Text(text) => Some(text),
        Step::Thinking => Some("(thinking)".to_owned()),
        _ => None,
    });
    let texts: Vec<String> = texts.take(7).collect().await;
    assert_eq!(
        texts,
        [
            "(thinking)",
            "One ",
            "thing ",
            "(thinking)",
            "more",
            "Two",
            "Three"
        ]
    );
}

#[tokio::test]
async fn dropping_the_steps_drops_the_call() {
    let mut script = vec![Does::Calls];
    script.extend(pieces("{\"conclusion\":\"It comes"));
    script.push(Does::Hangs);
    let model = Scripted::new("one", [script]);
    let system = model::system(&[Arc::clone(&model)], Settings::default());
    let mut steps = system.ask_fortune_streaming(ask("Will we meet?"));
    while let Some(step) = steps.next().await {
        if matches!(step.unwrap(), Step::Text(_)) {
            break;
        }
    }
    assert_eq!(model.open_streams(), 1);
    drop(steps);
    assert_eq!(model.open_streams(), 0);
}

/// A model that knows only how to answer in one piece.
struct InOnePiece(ModelName);

impl Model for InOnePiece {
    fn name(&self) -> &ModelName {
        &self.0
    }

    fn generate(&self, _request: Request) -> BoxFuture<'_, Result<Answer, kaucim_llm::Error>> {
        let text = format!(
            "Sure! Here it is:\n```json\n{}\n```",
            report(&SectionId::ALL, Language::En)
        );
        let finish = Finish {
            cut_by_length: false,
            usage: None,
        };
        Box::pin(async move { Ok(Answer { text, finish }) })
    }
}

#[tokio::test]
async fn a_model_without_streaming_works_everywhere() {
    let name = ModelName {
        provider: "test".to_owned(),
        name: "whole".to_owned(),
    };
    let models: Vec<Arc<dyn Model>> = vec![Arc::new(InOnePiece(name))];
    let system = FortuneSystem::new(Library::starter(), models, Settings::default());
    let steps = steps(&system, ask("Will we meet?")).await.unwrap();
    let whole = system.ask_fortune(ask("Will we meet?")).await.unwrap();
    assert_eq!(result(&steps), &whole);
    assert_eq!((whole.origin, whole.usage.calls), (Origin::Model, 1));
    assert_eq!(
        steps
            .iter()
            .filter(|step| matches!(step, Step::Text(_)))
            .count(),
        7
    );
}

#[tokio::test]
async fn care_comes_before_the_lot() {
    let model = Scripted::new("one", [writes(&report(&SectionId::ALL, Language::Zh))]);
    let system = model::system(&[model], Settings::default());
    let mut ask = ask("I lost my job and want to die");
    ask.language = Some(Language::Zh);
    let steps = steps(&system, ask.clone()).await.unwrap();
    assert_eq!(shown(&steps)[..3], ["notice self_harm", "lot 1", "sources"]);
    let prepared = system.prepare(&ask).unwrap();
    assert_eq!(result(&steps).notices, prepared.notices);
    assert!(prepared.notices[0].message.contains("緊急"));
}
