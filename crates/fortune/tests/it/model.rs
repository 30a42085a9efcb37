//! Models that do as they are told, and what a test needs to ask them.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use futures::{
    StreamExt, TryStreamExt,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use kaucim_decks::Library;
use kaucim_fortune::{
    Ask, Error, FortuneResult, FortuneSystem, Language, Question, SectionId, Settings, Step,
};
use kaucim_llm::{Answer, Delta, Finish, Model, ModelName, Request, Usage};
use serde_json::{Map, Value};

/// One thing that a scripted model does.
#[derive(Debug, Clone)]
pub(crate) enum Does {
    Calls,
    Thinks,
    Writes(String),
    Finishes,
    IsCutByLength,
    Fails(Failure),
    /// Never does anything again.
    Hangs,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Failure {
    CutOff,
    Refused,
}

/// A model that plays one script for each call; without one, it refuses.
pub(crate) struct Scripted {
    name: ModelName,
    scripts: Mutex<VecDeque<Vec<Does>>>,
    requests: Mutex<Vec<Request>>,
    /// Streams that are held by someone.
    open: Arc<AtomicUsize>,
}

impl Scripted {
    pub(crate) fn new(name: &str, scripts: impl IntoIterator<Item = Vec<Does>>) -> Arc<Self> {
        Arc::new(Self {
            name: ModelName {
                provider: "scripted".to_owned(),
                name: name.to_owned(),
            },
            scripts: Mutex::new(scripts.into_iter().collect()),
            requests: Mutex::default(),
            open: Arc::default(),
        })
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    pub(crate) fn open_streams(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }

    fn play(does: Does) -> BoxStream<'static, Result<Delta, kaucim_llm::Error>> {
        let usage = Some(Usage {
            input_tokens: 100,
            output_tokens: 10,
        });
        let delta = match does {
            Does::Calls => Ok(Delta::Calling),
            Does::Thinks => Ok(Delta::Thinking),
            Does::Writes(text) => Ok(Delta::Text(text)),
            Does::Finishes => Ok(Delta::Finished(Finish {
                cut_by_length: false,
                usage,
            })),
            Does::IsCutByLength => Ok(Delta::Finished(Finish {
                cut_by_length: true,
                usage,
            })),
            Does::Fails(failure) => Err(error(failure)),
            Does::Hangs => return stream::pending().boxed(),
        };
        stream::iter([delta]).boxed()
    }
}

impl Model for Scripted {
    fn name(&self) -> &ModelName {
        &self.name
    }

    fn generate(&self, _request: Request) -> BoxFuture<'_, Result<Answer, kaucim_llm::Error>> {
        Box::pin(async { Err(error(Failure::Refused)) })
    }

    fn generate_stream(&self, request: Request) -> BoxStream<'_, Result<Delta, kaucim_llm::Error>> {
        self.requests.lock().unwrap().push(request);
        let script = self.scripts.lock().unwrap().pop_front();
        let script = script.unwrap_or_else(|| vec![Does::Calls, Does::Fails(Failure::Refused)]);
        self.open.fetch_add(1, Ordering::SeqCst);
        let held = Held(Arc::clone(&self.open));
        stream::iter(script)
            .flat_map(move |does| {
                let _ = &held;
                Self::play(does)
            })
            .boxed()
    }
}

/// Counts down when it is dropped.
struct Held(Arc<AtomicUsize>);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

fn error(failure: Failure) -> kaucim_llm::Error {
    match failure {
        Failure::CutOff => kaucim_llm::Error::CutOff,
        Failure::Refused => kaucim_llm::Error::Refused {
            status: 401,
            message: "no such key".to_owned(),
        },
    }
}

/// A call that writes the text in small pieces and finishes.
pub(crate) fn writes(text: &str) -> Vec<Does> {
    let mut does = vec![Does::Calls];
    does.extend(pieces(text));
    does.push(Does::Finishes);
    does
}

pub(crate) fn pieces(text: &str) -> Vec<Does> {
    let characters: Vec<char> = text.chars().collect();
    characters
        .chunks(7)
        .map(|piece| Does::Writes(piece.iter().collect()))
        .collect()
}

/// What a section says in a language, as these models write it.
pub(crate) fn words(section: SectionId, language: Language) -> String {
    let index = section.index();
    let own = own_words(section, language);
    match language {
        Language::Zh | Language::ZhHans => format!("第{index}段：「囊裏紅絲月下明」，\n{own}"),
        Language::En => format!("Part {index}: \"it comes\",\n{own} 🌙"),
        Language::Ja => format!("第{index}段：「囊裏紅絲月下明」。\n{own}"),
    }
}

/// What no other section says.
fn own_words(section: SectionId, language: Language) -> &'static str {
    let [zh, zh_hans, en, ja] = match section {
        SectionId::LineByLineInterpretation => [
            "第一句說緣分，第二句說路途，第三句說燈火，末句說春天。",
            "第一句说缘分，第二句说路途，第三句说灯火，末句说春天。",
            "lines 1 to 4 go from a thread to a door in spring.",
            "一句目は縁、二句目は道、三句目は灯火、結句は春を語ります。",
        ],
        SectionId::OverallDevelopment => [
            "事情走得慢，卻一直在走。",
            "事情走得慢，却一直在走。",
            "and it takes its time with you.",
            "物事はゆっくりと、けれど確かに進んでいます。",
        ],
        SectionId::PositiveFactors => [
            "身邊有人願意聽你說話。",
            "身边有人愿意听你说话。",
            "for somebody is willing to listen.",
            "話を聞いてくれる人がそばにいます。",
        ],
        SectionId::Challenges => [
            "要留意的只是自己的心急。",
            "要留意的只是自己的心急。",
            "though waiting is the harder part.",
            "気をつけたいのは焦る気持ちです。",
        ],
        SectionId::SuggestedActions => [
            "這週寫一封短信，約個時間喝茶。",
            "这周写一封短信，约个时间喝茶。",
            "so write one letter before Sunday.",
            "今週は短い手紙を書いてみましょう。",
        ],
        SectionId::SupplementaryNotes => [
            "老人倚著布囊的故事，講的是耐心。",
            "老人倚着布囊的故事，讲的是耐心。",
            "as the old tale of the bag tells.",
            "袋を持つ老人の話は、待つことを教えます。",
        ],
        SectionId::Conclusion => [
            "會遇見的，給它一點日子。",
            "会遇见的，给它一点日子。",
            "and a meeting seems near enough.",
            "出会いは、そう遠くないようです。",
        ],
    };
    match language {
        Language::Zh => zh,
        Language::ZhHans => zh_hans,
        Language::En => en,
        Language::Ja => ja,
    }
}

/// A report of these sections.
pub(crate) fn report(sections: &[SectionId], language: Language) -> String {
    let members: Map<String, Value> = sections
        .iter()
        .map(|section| {
            (
                section.name().to_owned(),
                Value::from(words(*section, language)),
            )
        })
        .collect();
    Value::Object(members).to_string()
}

pub(crate) fn ask(question: &str) -> Ask {
    Ask {
        deity_id: "yue_lao".to_owned(),
        deck_id: None,
        number: Some(1),
        question: Question::new(question).unwrap(),
        language: None,
        context: BTreeMap::new(),
        resume: None,
    }
}

pub(crate) fn system(models: &[Arc<Scripted>], settings: Settings) -> FortuneSystem {
    let models = models
        .iter()
        .map(|model| Arc::clone(model) as Arc<dyn Model>)
        .collect();
    FortuneSystem::new(Library::starter(), models, settings)
}

pub(crate) async fn steps(system: &FortuneSystem, ask: Ask) -> Result<Vec<Step>, Error> {
    system.ask_fortune_streaming(ask).try_collect().await
}

pub(crate) fn result(steps: &[Step]) -> &FortuneResult {
    match steps.last() {
        Some(Step::Complete(result)) => result,
        other => panic!("the last step is {other:?}"),
    }
}

/// The steps in a line each, texts joined, for the eye and for comparison.
pub(crate) fn shown(steps: &[Step]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for step in steps {
        let line = match step {
            Step::Notice(notice) => format!("notice {}", notice.code),
            Step::Lot(lot) => format!("lot {}", lot.number),
            Step::Sources(_) => "sources".to_owned(),
            Step::Calling { writer, .. } => format!("calling {}", writer.name),
            Step::Called { .. } => continue,
            Step::Thinking => "thinking".to_owned(),
            Step::SectionStarted(section) => format!("started {section}"),
            Step::Text(_) => "text".to_owned(),
            Step::Checked { section: _, check } if check.passed => continue,
            Step::Checked { section, check } => format!("failed {section} {}", check.check),
            Step::SectionSealed(section) => {
                format!("sealed {} {:?}", section.section, section.origin)
            }
            Step::VersionKept(version) => format!("kept {}", version.section.section),
            Step::SectionReset { section, reason } => format!("reset {section} {reason:?}"),
            Step::Complete(result) => format!("complete {:?}", result.origin),
        };
        if line != "text" || lines.last() != Some(&line) {
            lines.push(line);
        }
    }
    lines
}

/// The keys that a request's schema lists.
pub(crate) fn keys(request: &Request) -> Vec<String> {
    let schema = &request.schema.as_ref().unwrap().schema;
    let keys: Vec<String> = serde_json::from_value(schema["required"].clone()).unwrap();
    assert!(schema["properties"].as_object().unwrap().keys().eq(&keys));
    assert_eq!(schema["additionalProperties"], false);
    keys
}

pub(crate) fn names(sections: &[SectionId]) -> Vec<String> {
    sections
        .iter()
        .map(|section| section.name().to_owned())
        .collect()
}
