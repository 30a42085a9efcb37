//! Readings that were interrupted and go on.

use std::sync::Arc;

use kaucim_decks::Topic;
use kaucim_fortune::{
    Budget, Language, Origin, Resume, Section, SectionId, SectionOrigin, Settings, Source, Step,
};

use crate::model::{self, Scripted, ask, keys, names, report, result, shown, steps, writes};

fn sealed(id: SectionId, text: &str) -> Section {
    Section {
        section: id,
        index: id.index(),
        title: "as it was".to_owned(),
        text: text.to_owned(),
        origin: SectionOrigin::Model,
        checks: Vec::new(),
    }
}

fn resume(calls: u32, sealed: Vec<Section>) -> Resume {
    let system = model::system(&[], Settings::default());
    let mut prepared = system
        .prepare(&ask("Will we meet? I am pregnant."))
        .unwrap();
    // What is in the log counts, whatever decks say by now.
    prepared.lot.title = "another title".to_owned();
    Resume {
        prepared,
        sources: Some(Vec::new()),
        sealed,
        versions: Vec::new(),
        budget_left: Budget {
            calls,
            tokens: 10_000,
        },
    }
}

#[tokio::test]
async fn sealed_sections_stay_byte_for_byte() {
    let kept = [
        sealed(
            SectionId::Conclusion,
            " Odd\u{200b} text,\n\nas it was sealed. ",
        ),
        sealed(SectionId::Challenges, "第四段"),
    ];
    let missing: Vec<SectionId> = SectionId::ALL
        .into_iter()
        .filter(|id| !matches!(id, SectionId::Conclusion | SectionId::Challenges))
        .collect();
    let model = Scripted::new("one", [writes(&report(&SectionId::ALL, Language::En))]);
    let system = model::system(&[Arc::clone(&model)], Settings::default());
    let mut asked = ask("something else");
    asked.resume = Some(resume(3, kept.to_vec()));
    let steps = steps(&system, asked).await.unwrap();

    let mut expected = vec!["calling one".to_owned()];
    for id in &missing {
        expected.extend([
            format!("started {id}"),
            "text".to_owned(),
            format!("sealed {id} Model"),
        ]);
    }
    expected.push("complete Model".to_owned());
    assert_eq!(shown(&steps), expected);

    let result = result(&steps);
    assert_eq!(result.sections[6], kept[0]);
    assert_eq!(result.sections[3], kept[1]);
    assert_eq!(result.question, "Will we meet? I am pregnant.");
    assert_eq!(result.lot.title, "another title");
    assert_eq!(result.notices[0].code, "pregnancy");
    let request = &model.requests()[0];
    assert_eq!(keys(request), names(&missing));
    assert!(request.messages[1].text.contains("[challenges] 第四段"));
}

#[tokio::test]
async fn sources_are_retrieved_if_they_were_not() {
    let mut asked = ask("Will we meet?");
    let mut resume = resume(0, Vec::new());
    resume.sources = None;
    resume.prepared.lot.version = "another version".to_owned();
    let verdicts = resume.prepared.lot.topics.get_mut(&Topic::Childbirth);
    let stored = "the verdict as it was stored".to_owned();
    verdicts.unwrap().insert(Language::En, stored);
    asked.resume = Some(resume);
    let system = model::system(&[], Settings::default());
    let steps = steps(&system, asked).await.unwrap();
    let Step::Sources(sources) = &steps[0] else {
        panic!("{:?}", steps[0]);
    };
    let own = |source: &Source| source.id.starts_with("kaucim_yue_lao/1/");
    assert!(
        !sources.is_empty() && sources.iter().all(own),
        "nothing but the stored lot, when its deck has changed: {sources:?}"
    );
    assert_eq!(
        sources[0].excerpt, "the verdict as it was stored",
        "and the lot as it was stored"
    );
}

#[tokio::test]
async fn nothing_is_called_without_budget_or_need() {
    let model = Scripted::new("one", []);
    let system = model::system(&[Arc::clone(&model)], Settings::default());
    let mut asked = ask("Will we meet?");
    asked.resume = Some(resume(0, vec![sealed(SectionId::Challenges, "kept")]));
    let mixed = steps(&system, asked.clone()).await.unwrap();
    assert_eq!(shown(&mixed)[0], "notice classic_filled");
    assert_eq!(
        (result(&mixed).origin, result(&mixed).usage.calls),
        (Origin::Mixed, 0)
    );

    let all = SectionId::ALL.map(|id| sealed(id, "kept"));
    asked.resume = Some(resume(5, all.to_vec()));
    let kept = steps(&system, asked).await.unwrap();
    assert_eq!(shown(&kept), ["complete Model"]);
    assert_eq!(result(&kept).sections, all);
    assert!(model.requests().is_empty());
}
