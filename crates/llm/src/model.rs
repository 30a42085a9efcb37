//! The seam: what a model is asked, and the deltas it answers with.

use std::fmt;

use futures::{
    StreamExt,
    future::BoxFuture,
    stream::{self, BoxStream},
};

use crate::Error;

/// A language model that can be asked one thing at a time.
///
/// `generate` is required; `generate_stream` is provided through it as one piece of text, so that
/// a model without streaming still works everywhere. Dropping a stream (or the future) closes the
/// connection to the provider.
pub trait Model: Send + Sync {
    /// Who answers, for the result and for messages to the operator.
    fn name(&self) -> &ModelName;

    /// Asks, waits, and returns the whole answer.
    fn generate(&self, request: Request) -> BoxFuture<'_, Result<Answer, Error>>;

    /// Asks, and yields deltas as the model writes them.
    ///
    /// The stream is pulled: [`Delta::Calling`] comes before each call to the provider, and the
    /// call is made only when the next item is asked for. It ends after the first error, or after
    /// [`Delta::Finished`], which is the only sign of success.
    fn generate_stream(&self, request: Request) -> BoxStream<'_, Result<Delta, Error>> {
        let answer = stream::once(self.generate(request)).flat_map(|answer| {
            stream::iter(match answer {
                Ok(Answer { text, finish }) => {
                    vec![Ok(Delta::Text(text)), Ok(Delta::Finished(finish))]
                }
                Err(error) => vec![Err(error)],
            })
        });
        stream::iter([Ok(Delta::Calling)]).chain(answer).boxed()
    }
}

/// The provider and the name it knows the model by, such as `ollama` and `qwen3:8b`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ModelName {
    pub provider: String,
    pub name: String,
}

impl fmt::Display for ModelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.provider, self.name)
    }
}

/// One question to a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    pub messages: Vec<Message>,
    /// The most tokens the model may write.
    pub max_tokens: u32,
    pub temperature: f32,
    pub stop: Vec<String>,
    pub seed: Option<u64>,
    /// The form the answer shall have, where the provider can hold the model to it.
    pub schema: Option<Schema>,
}

/// One message of the conversation, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub role: Role,
    pub text: String,
}

/// Who speaks in a [`Message`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    System,
    User,
    Assistant,
}

/// A JSON schema with a name, as `response_format` and `format` want it.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    pub name: String,
    pub schema: serde_json::Value,
}

/// One step of an answer being written.
#[derive(Debug, Clone, PartialEq)]
pub enum Delta {
    /// A call to the provider is about to be made; it is made when the next item is asked for.
    Calling,
    /// The model thinks; what it thinks is never passed on.
    Thinking,
    /// The next piece of the answer, whole characters, never empty.
    Text(String),
    /// The model says that it is done. Nothing follows.
    Finished(Finish),
}

/// How an answer ended well: the model stopped by itself or reached its token limit.
#[derive(Debug, Clone, PartialEq)]
pub struct Finish {
    /// True when the answer was cut at `max_tokens` (or the context was full).
    pub cut_by_length: bool,
    pub usage: Option<Usage>,
}

/// Tokens counted by the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    pub input_tokens: u64,
    pub output_tokens: u64,
}

/// A whole answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub text: String,
    pub finish: Finish,
}
