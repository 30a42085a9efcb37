//! Whatever models write, in whatever order, and whatever may be spent: the reading holds.

use std::{collections::BTreeMap, sync::Arc};

use futures::{FutureExt as _, StreamExt as _};
use kaucim_fortune::{
    Error, FortuneResult, Language, Origin, ResetReason, SectionId, SectionOrigin, Settings, Step,
    Unrepaired,
};
use proptest::{prelude::*, sample::select};

use crate::{
    failures::QUESTION,
    model::{self, Does, Failure, Scripted, ask, keys, words},
};

/// Checks whose failure no reader may be left with.
const GRAVE: [&str; 11] = [
    "present",
    "language",
    "placeholder",
    "refusal",
    "promise",
    "prognosis",
    "voice",
    "threat",
    "sale",
    "confidence",
    "leak",
];

/// What a model may write for a section, most of it bad.
fn texts(section: SectionId) -> Vec<String> {
    let bad = [
        "",
        "Yes.",
        "慢慢來，不必著急，緣分會到。",
        "“山重水複疑無路” tells of a winding road, and yours winds as well.",
        "“月落烏啼霜滿天” is what the bells of the far temple say to you. Yes.",
        "As an AI language model, I cannot tell you anything about your future.",
        "Dear [insert name here], the road is long and the lamp is near to you.",
        "He will die in the spring, and you will never recover from your illness.",
        "Slowly. Slowly. Slowly. Slowly. Slowly. Slowly. Slowly. Slowly. Slowly.",
        "“囊裏紅絲月下明” is the thread, and “幾年暗繫兩人行” the years of walking.",
    ];
    let good = words(section, Language::En);
    bad.map(str::to_owned)
        .into_iter()
        .chain(vec![good; 6])
        .collect()
}

/// One answer: sections in any order, some of them twice, and how it ends.
fn answer() -> impl Strategy<Value = Vec<Does>> {
    let member = select(&SectionId::ALL[..]).prop_flat_map(|section| {
        select(texts(section)).prop_map(move |text| {
            let text = serde_json::Value::from(text);
            format!("\"{section}\": {text}")
        })
    });
    let ends = vec![
        Does::Finishes,
        Does::Finishes,
        Does::Finishes,
        Does::IsCutByLength,
        Does::Fails(Failure::CutOff),
        Does::Fails(Failure::Refused),
    ];
    let members = prop::collection::vec(member, 0..10);
    (members, select(ends), 0..12_usize, 1..4_usize).prop_map(|(members, end, cut, calls)| {
        let whole = format!("{{{}}}", members.join(", "));
        let length = whole.chars().count();
        // One in two is cut somewhere.
        let kept = if cut > 5 { length } else { length * cut / 6 };
        let characters: Vec<char> = whole.chars().take(kept).collect();
        let mut does = vec![Does::Calls; if calls == 3 { 2 } else { 1 }];
        let pieces = characters.chunks(5).map(|piece| piece.iter().collect());
        does.extend(pieces.map(Does::Writes));
        does.push(end);
        does
    })
}

/// A reader: holds sealed sections and one open text, and every step against them.
#[derive(Default)]
struct Reader {
    sealed: BTreeMap<SectionId, String>,
    open: Option<(SectionId, String)>,
    notices: Vec<String>,
    calls: u32,
}

impl Reader {
    fn take(&mut self, step: &Step) {
        match step {
            Step::SectionStarted(section) => {
                assert!(self.open.is_none(), "{section} starts in {:?}", self.open);
                assert!(!self.sealed.contains_key(section), "{section} is sealed");
                self.open = Some((*section, String::new()));
            }
            Step::Text(text) => {
                let (_, open) = self.open.as_mut().expect("text of an open section");
                open.push_str(text);
            }
            Step::Checked { section, .. } => {
                let open = self.open.as_ref().map(|(section, _)| section);
                assert_eq!(open, Some(section), "a check of what is not open");
            }
            Step::SectionSealed(section) => {
                let open = self.open.take();
                let tokens = (section.section, section.text.clone());
                match section.origin {
                    SectionOrigin::Model => assert_eq!(open, Some(tokens), "two texts"),
                    SectionOrigin::Classic => assert_eq!(open, None),
                }
                for check in section.checks.iter().filter(|check| !check.passed) {
                    let check = check.check.as_str();
                    assert!(!GRAVE.contains(&check), "{check}: {}", section.text);
                }
                let before = self.sealed.insert(section.section, section.text.clone());
                assert_eq!(before, None, "{} is sealed twice", section.section);
            }
            Step::SectionReset { section, reason } => {
                assert_ne!(*reason, ResetReason::OutOfTime);
                let (open, _) = self.open.take().expect("only what is open is reset");
                assert_eq!(open, *section);
            }
            Step::VersionKept(version) => {
                let kept = (version.section.section, version.section.text.clone());
                assert_eq!(self.open, Some(kept), "what is kept is what was read");
            }
            Step::Notice(notice) => self.notices.push(notice.message.clone()),
            Step::Calling { .. } => self.calls += 1,
            Step::Lot(_) | Step::Sources(_) | Step::Called { .. } | Step::Thinking => {}
            Step::Complete(result) => self.end(result),
        }
    }

    fn end(&self, result: &FortuneResult) {
        assert_eq!(self.open, None);
        let sections = result.sections.iter();
        let sections: Vec<_> = sections
            .map(|one| (one.section, one.text.clone()))
            .collect();
        let sealed: Vec<_> = self.sealed.clone().into_iter().collect();
        assert_eq!(sections, sealed);
        assert_eq!(sealed.len(), SectionId::ALL.len());
        let holds = |origin| result.sections.iter().any(|one| one.origin == origin);
        let origin = match (holds(SectionOrigin::Model), holds(SectionOrigin::Classic)) {
            (true, true) => Origin::Mixed,
            (true, false) => Origin::Model,
            (false, _) => Origin::Classic,
        };
        assert_eq!(result.origin, origin);
        let mut once = self.notices.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), self.notices.len(), "{:?}", self.notices);
    }
}

/// No model is asked for what is sealed, and each asking names all that is missing.
fn holds_requests(models: &[Arc<Scripted>], calls: u32) {
    for request in models.iter().flat_map(|model| model.requests()) {
        let text = &request.messages[1].text;
        for key in keys(&request) {
            assert!(
                !text.contains(&format!("\n[{key}] ")),
                "{key} is written: {text}"
            );
        }
    }
    let asked: usize = models.iter().map(|model| model.requests().len()).sum();
    assert!(asked <= calls as usize + models.len(), "{asked} requests");
}

fn any_settings() -> impl Strategy<Value = Settings> {
    let unrepaired = select(vec![Unrepaired::Best, Unrepaired::Classic]);
    (unrepaired, any::<bool>(), 0..9_u32, 256..9_000_u64).prop_map(
        |(unrepaired, classic, calls_per_reading, tokens_per_reading)| Settings {
            unrepaired,
            classic,
            calls_per_reading,
            tokens_per_reading,
            max_tokens: 1024,
            ..Settings::default()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]
    #[test]
    fn a_reading_holds(
        scripts in prop::collection::vec(prop::collection::vec(answer(), 0..8), 0..4),
        settings in any_settings(),
    ) {
        let names = ["one", "two", "three"];
        let models = names.iter().zip(scripts);
        let models: Vec<_> = models.map(|(name, scripts)| Scripted::new(name, scripts)).collect();
        let system = model::system(&models, settings.clone());
        let mut asked = ask(QUESTION);
        asked.language = Some(Language::En);
        let outcome = {
            let mut reader = Reader::default();
            let mut steps = system.ask_fortune_streaming(asked.clone());
            let mut outcome = Ok(());
            while let Some(step) = steps.next().now_or_never().expect("it never waits") {
                match step {
                    Ok(step) => reader.take(&step),
                    Err(error) => outcome = Err(error),
                }
            }
            prop_assert!(reader.calls <= settings.calls_per_reading);
            outcome
        };
        match outcome {
            Ok(()) => {}
            Err(Error::ModelsFailed) => prop_assert!(!settings.classic),
            Err(Error::Ask(error)) => panic!("{error}"),
        }
        holds_requests(&models, settings.calls_per_reading);
    }
}
