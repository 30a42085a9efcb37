//! A model that writes as chance has it: slowly, in pieces of any length, and not always well.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use fastrand::Rng;
use futures::{future::BoxFuture, stream::BoxStream};
use kaucim_fortune::SectionId;
use kaucim_llm::{Answer, Delta, Error, Finish, Model, ModelName, Request, Usage};
use serde_json::Value;

use super::trace::Trace;
use crate::model::{asked, named, words};

/// The model, with a memory of who was asked for what.
pub(crate) struct Whimsical {
    name: ModelName,
    chance: Mutex<Rng>,
    trace: Trace,
    /// For each question, the sections of each call.
    calls: Mutex<BTreeMap<String, Vec<Vec<SectionId>>>>,
}

/// How a call goes wrong, if it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whim {
    None,
    RefusesAtOnce,
    BreaksOff,
    Panics,
    Hangs,
    WritesNonsense,
    EndsTooEarly,
}

impl Whimsical {
    pub(crate) fn new(seed: u64, trace: Trace) -> Arc<Self> {
        Arc::new(Self {
            name: named("whimsical"),
            chance: Mutex::new(Rng::with_seed(seed)),
            trace,
            calls: Mutex::default(),
        })
    }

    /// The sections that were asked for, call by call, in answer to a question.
    pub(crate) fn calls(&self, question: &str) -> Vec<Vec<SectionId>> {
        let calls = self.calls.lock().unwrap();
        calls.get(question).cloned().unwrap_or_default()
    }

    fn chance<T>(&self, of: impl FnOnce(&mut Rng) -> T) -> T {
        of(&mut self.chance.lock().unwrap())
    }

    fn remember(&self, request: &Request) -> Vec<SectionId> {
        let names = asked(request);
        let is_asked = |section: &SectionId| names.iter().any(|name| name == section.name());
        let sections: Vec<_> = SectionId::ALL.into_iter().filter(is_asked).collect();
        let text = &request.messages[request.messages.len() - 1].text;
        let question = question_in(text).expect("the question is in the prompt");
        self.trace
            .tell(format_args!("call for {} of {question}", sections.len()));
        let mut calls = self.calls.lock().unwrap();
        calls.entry(question).or_default().push(sections.clone());
        sections
    }

    /// What is written, cut anywhere.
    fn pieces(&self, sections: &[SectionId], whim: Whim) -> Vec<String> {
        let members: Vec<String> = sections
            .iter()
            .map(|section| {
                let is_nonsense = whim == Whim::WritesNonsense && self.chance(|it| it.bool());
                let text = if is_nonsense {
                    "月下老人說緣分將至".to_owned()
                } else {
                    words(*section)
                };
                format!("\"{section}\":{}", Value::from(text))
            })
            .collect();
        let text: Vec<char> = format!("{{{}}}", members.join(",")).chars().collect();
        let mut pieces = Vec::new();
        let mut rest = &text[..];
        while !rest.is_empty() {
            let length = self.chance(|it| it.usize(1..40)).min(rest.len());
            let (piece, later) = rest.split_at(length);
            pieces.push(piece.iter().collect());
            rest = later;
        }
        if !matches!(whim, Whim::None | Whim::WritesNonsense) {
            let kept = self.chance(|it| it.usize(0..=pieces.len()));
            pieces.truncate(kept);
        }
        pieces
    }
}

/// Questions here are `Will it come? (NAME)`.
fn question_in(prompt: &str) -> Option<String> {
    let (_, rest) = prompt.rsplit_once("Will it come? (")?;
    let (name, _) = rest.split_once(')')?;
    Some(name.to_owned())
}

impl Model for Whimsical {
    fn name(&self) -> &ModelName {
        &self.name
    }

    fn generate(&self, _request: Request) -> BoxFuture<'_, Result<Answer, Error>> {
        Box::pin(async { Err(Error::Empty) })
    }

    fn generate_stream(&self, request: Request) -> BoxStream<'_, Result<Delta, Error>> {
        Box::pin(async_stream::stream! {
            yield Ok(Delta::Calling);
            let sections = self.remember(&request);
            let whim = self.chance(|it| match it.u8(0..20) {
                0 => Whim::RefusesAtOnce,
                1 | 2 => Whim::BreaksOff,
                3 => Whim::Panics,
                4 => Whim::Hangs,
                5 => Whim::WritesNonsense,
                6 => Whim::EndsTooEarly,
                _ => Whim::None,
            });
            if whim == Whim::RefusesAtOnce {
                yield Err(Error::CutOff);
                return;
            }
            for piece in self.pieces(&sections, whim) {
                let pause_ms = self.chance(|it| match it.u8(0..4) {
                    0 => 0,
                    1 => it.u64(0..2000),
                    _ => it.u64(0..50),
                });
                if pause_ms > 0 {
                    tokio::time::sleep(Duration::from_millis(pause_ms)).await;
                }
                yield Ok(Delta::Text(piece));
            }
            match whim {
                Whim::BreaksOff => yield Err(Error::CutOff),
                Whim::Panics => std::panic::resume_unwind(Box::new("a whim of the model")),
                Whim::Hangs => std::future::pending().await,
                Whim::None | Whim::RefusesAtOnce | Whim::WritesNonsense | Whim::EndsTooEarly => {
                    let usage = Some(Usage { input_tokens: 100, output_tokens: 50 });
                    yield Ok(Delta::Finished(Finish { cut_by_length: false, usage }));
                }
            }
        })
    }
}
