//! What a model's server sends: the bytes of its answer, and the report in them.

use std::{collections::BTreeMap, sync::Arc};

use futures::{
    StreamExt,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use kaucim_decks::Library;
use kaucim_fortune::{Ask, FortuneSystem, Question, Settings, Step};
use kaucim_llm::{
    Answer, Decoder, Delta, Error, Finish, Model, ModelName, Provider, Request, Usage,
};

thread_local! {
    static RUNTIME: tokio::runtime::Runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
}

/// An answer's body, as whole and in pieces, in every protocol and framing.
pub fn chunk(data: &[u8]) {
    for provider in [Provider::OpenAi, Provider::Ollama] {
        for kind in [
            "text/event-stream",
            "application/x-ndjson",
            "application/json",
        ] {
            let whole = decoded(provider, kind, data, data.len().max(1));
            for size in [1, 7] {
                let pieces = decoded(provider, kind, data, size);
                assert_eq!(pieces, whole, "{kind} in pieces of {size}");
            }
        }
    }
}

/// What the bytes say, a line for each item.
fn decoded(provider: Provider, kind: &str, data: &[u8], size: usize) -> Vec<String> {
    let Ok(mut decoder) = Decoder::new(provider, Some(kind)) else {
        return Vec::new();
    };
    let mut items = Vec::new();
    for piece in data.chunks(size) {
        items.extend(decoder.feed(piece));
    }
    items.extend(decoder.end());
    let ends = items
        .iter()
        .filter(|item| matches!(item, Err(_) | Ok(Delta::Finished(_))));
    assert_eq!(ends.count(), 1, "one verdict on every answer");
    assert!(
        matches!(items.last(), Some(Err(_) | Ok(Delta::Finished(_)))),
        "nothing follows the verdict"
    );
    for item in &items {
        assert!(!matches!(item, Ok(Delta::Text(text)) if text.is_empty()));
    }
    items.iter().map(|item| format!("{item:?}")).collect()
}

/// The report that a model writes, in pieces as large as the first byte says, through the facade:
/// decoder, guards, checks, repairs and all.
pub fn report(data: &[u8]) {
    let Some((size, data)) = data.split_first() else {
        return;
    };
    let text = String::from_utf8_lossy(data).into_owned();
    let model = Parrot {
        name: ModelName {
            provider: "fuzz".to_owned(),
            name: "parrot".to_owned(),
        },
        text,
        size: usize::from(*size).max(1),
    };
    let settings = Settings {
        calls_per_reading: 2,
        ..Settings::default()
    };
    let fortune = FortuneSystem::new(Library::starter(), vec![Arc::new(model)], settings);
    let ask = Ask {
        deity_id: "yue_lao".to_owned(),
        deck_id: None,
        number: Some(1),
        question: Question::new("Will I find love?").expect("a question"),
        language: None,
        context: BTreeMap::new(),
        resume: None,
    };
    let steps = fortune.ask_fortune_streaming(ask);
    let steps = RUNTIME.with(|runtime| runtime.block_on(steps.collect::<Vec<_>>()));
    whole(
        steps
            .into_iter()
            .map(|step| step.expect("classic text stands in")),
    );
}

/// What a reader is promised, whatever a model writes.
fn whole(steps: impl Iterator<Item = Step>) {
    let mut open = String::new();
    let mut result = None;
    for step in steps {
        assert!(result.is_none(), "something follows the end");
        match step {
            Step::SectionStarted(_) => open.clear(),
            Step::Text(text) => open.push_str(&text),
            Step::SectionSealed(section) => {
                assert!(section.text.starts_with(&open), "a sealed text has changed");
                assert!(
                    !section
                        .text
                        .contains(|c: char| c.is_control() && !matches!(c, '\n' | '\t')),
                    "a control character is sealed: {:?}",
                    section.text
                );
                open.clear();
            }
            Step::SectionReset { .. } => open.clear(),
            Step::Complete(whole) => result = Some(whole),
            Step::Notice(_)
            | Step::Lot(_)
            | Step::Sources(_)
            | Step::Calling { .. }
            | Step::Called { .. }
            | Step::Thinking
            | Step::Checked { .. }
            | Step::VersionKept(_) => {}
        }
    }
    let result = result.expect("every reading has an end");
    assert_eq!(result.sections.len(), 7, "every section is there");
}

/// A model that says the same whatever it is asked.
struct Parrot {
    name: ModelName,
    text: String,
    size: usize,
}

impl Model for Parrot {
    fn name(&self) -> &ModelName {
        &self.name
    }

    fn generate(&self, _: Request) -> BoxFuture<'_, Result<Answer, Error>> {
        let answer = Answer {
            text: self.text.clone(),
            finish: finish(),
        };
        Box::pin(async { Ok(answer) })
    }

    fn generate_stream(&self, _: Request) -> BoxStream<'_, Result<Delta, Error>> {
        let characters: Vec<char> = self.text.chars().collect();
        let pieces = characters.chunks(self.size);
        let pieces = pieces.map(|piece| Ok(Delta::Text(piece.iter().collect())));
        let items: Vec<_> = [Ok(Delta::Calling)]
            .into_iter()
            .chain(pieces)
            .chain([Ok(Delta::Finished(finish()))])
            .collect();
        stream::iter(items).boxed()
    }
}

fn finish() -> Finish {
    Finish {
        cut_by_length: false,
        usage: Some(Usage::default()),
    }
}
