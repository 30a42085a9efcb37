//! Models that do what a test tells them, and the reports that they write.

use std::sync::Arc;

use futures::{future::BoxFuture, stream::BoxStream};
use kaucim_fortune::SectionId;
use kaucim_llm::{Answer, Delta, Error, Finish, Model, ModelName, Request, Usage};
use serde_json::{Map, Value};
use tokio::sync::{Mutex, mpsc};

/// A model whose calls are handed to the test, which says what they bring.
pub(crate) struct Driven {
    name: ModelName,
    hand: mpsc::UnboundedSender<Call>,
    calls: Mutex<mpsc::UnboundedReceiver<Call>>,
}

/// One call that is waiting for its answer. Dropped by the test, it hangs.
pub(crate) struct Call {
    pub request: Request,
    does: mpsc::UnboundedSender<Does>,
}

#[derive(Debug, Clone)]
pub(crate) enum Does {
    Thinks,
    Writes(String),
    Finishes,
    Fails,
    Panics,
}

impl Driven {
    pub(crate) fn new(name: &str) -> Arc<Self> {
        let (hand, calls) = mpsc::unbounded_channel();
        Arc::new(Self {
            name: named(name),
            hand,
            calls: Mutex::new(calls),
        })
    }

    /// The next call that is made.
    pub(crate) async fn call(&self) -> Call {
        let next = async { self.calls.lock().await.recv().await };
        let call = crate::app::soon("a call to the model", next).await;
        call.expect("the model is alive")
    }

    /// Whether no call waits to be answered.
    pub(crate) async fn is_idle(&self) -> bool {
        self.calls.lock().await.is_empty()
    }
}

impl Call {
    pub(crate) fn does(&self, does: Does) {
        self.does.send(does).expect("somebody reads the answer");
    }

    pub(crate) fn writes(&self, text: &str) {
        self.does(Does::Writes(text.to_owned()));
    }

    /// Resolves when nobody reads the answer any more.
    pub(crate) async fn dropped(&self) {
        crate::app::soon("the end of the call", self.does.closed()).await;
    }

    pub(crate) fn is_read(&self) -> bool {
        !self.does.is_closed()
    }
}

impl Model for Driven {
    fn name(&self) -> &ModelName {
        &self.name
    }

    fn generate(&self, _request: Request) -> BoxFuture<'_, Result<Answer, Error>> {
        Box::pin(async { Err(Error::Empty) })
    }

    fn generate_stream(&self, request: Request) -> BoxStream<'_, Result<Delta, Error>> {
        Box::pin(async_stream::stream! {
            yield Ok(Delta::Calling);
            let (does, mut done) = mpsc::unbounded_channel();
            let _ = self.hand.send(Call { request, does });
            while let Some(does) = done.recv().await {
                yield delta(does);
            }
            std::future::pending::<()>().await;
        })
    }
}

fn delta(does: Does) -> Result<Delta, Error> {
    Ok(match does {
        Does::Thinks => Delta::Thinking,
        Does::Writes(text) => Delta::Text(text),
        Does::Finishes => Delta::Finished(Finish {
            cut_by_length: false,
            usage: Some(Usage {
                input_tokens: 100,
                output_tokens: 10,
            }),
        }),
        Does::Fails => return Err(Error::CutOff),
        Does::Panics => panic!("this model was told to panic"),
    })
}

/// A model that answers every call by itself, and gives way after every piece.
pub(crate) struct Fluent {
    name: ModelName,
    answer: Vec<Does>,
}

impl Fluent {
    pub(crate) fn new(name: &str, answer: Vec<Does>) -> Arc<Self> {
        Arc::new(Self {
            name: named(name),
            answer,
        })
    }

    /// Writes all sections in small pieces.
    pub(crate) fn writer() -> Arc<Self> {
        let report: Vec<char> = report(&SectionId::ALL).chars().collect();
        let pieces = report.chunks(9).map(|piece| piece.iter().collect());
        let answer = pieces.map(Does::Writes).chain([Does::Finishes]);
        Self::new("fluent", answer.collect())
    }
}

impl Model for Fluent {
    fn name(&self) -> &ModelName {
        &self.name
    }

    fn generate(&self, _request: Request) -> BoxFuture<'_, Result<Answer, Error>> {
        Box::pin(async { Err(Error::Empty) })
    }

    fn generate_stream(&self, _request: Request) -> BoxStream<'_, Result<Delta, Error>> {
        Box::pin(async_stream::stream! {
            yield Ok(Delta::Calling);
            for does in self.answer.clone() {
                tokio::task::yield_now().await;
                yield delta(does);
            }
        })
    }
}

pub(crate) fn named(name: &str) -> ModelName {
    ModelName {
        provider: "scripted".to_owned(),
        name: name.to_owned(),
    }
}

/// What a section says here: English enough to pass its checks, with characters of every length.
pub(crate) fn words(section: SectionId) -> String {
    let index = section.index();
    let own = match section {
        SectionId::LineByLineInterpretation => "lines 1 to 4 go from a thread to a door in spring.",
        SectionId::OverallDevelopment => "and it takes its time with you.",
        SectionId::PositiveFactors => "for somebody is willing to listen.",
        SectionId::Challenges => "though waiting is the harder part.",
        SectionId::SuggestedActions => "so write one letter before Sunday.",
        SectionId::SupplementaryNotes => "as the old tale of the bag tells.",
        SectionId::Conclusion => "and a meeting seems near enough.",
    };
    format!("Part {index}: \"it comes\", 月 é,\n{own} 🌙")
}

/// A report of these sections, as a model writes it.
pub(crate) fn report(sections: &[SectionId]) -> String {
    let members: Map<String, Value> = sections
        .iter()
        .map(|section| (section.name().to_owned(), words(*section).into()))
        .collect();
    Value::Object(members).to_string()
}

/// A report up to some characters of the text of its last section.
pub(crate) fn report_until(sections: &[SectionId], characters: usize) -> String {
    let (last, whole) = sections.split_last().expect("there are sections");
    let whole: String = whole
        .iter()
        .map(|section| format!("\"{section}\":{},", Value::from(words(*section))))
        .collect();
    let begun: String = words(*last).chars().take(characters).collect();
    let begun = Value::from(begun).to_string();
    // The closing quote is still to come.
    format!("{{{whole}\"{last}\":{}", &begun[..begun.len() - 1])
}

/// The sections that a request asks for.
pub(crate) fn asked(request: &Request) -> Vec<String> {
    let schema = &request.schema.as_ref().expect("a request has a schema");
    serde_json::from_value(schema.schema["required"].clone()).expect("keys are listed")
}
