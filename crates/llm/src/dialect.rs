//! What the providers' languages have in common; each is pure both ways in a file of its own.

mod embeddings;
mod ollama;
mod openai;

use std::{fmt, time::Duration};

use serde_json::Value;

use crate::{Error, Message, Provider, Request, Role, Usage};

/// One request, with all that decides how it is written.
pub(crate) struct Call<'a> {
    pub(crate) model: &'a str,
    pub(crate) request: &'a Request,
    pub(crate) terms: Terms,
    pub(crate) is_streamed: bool,
    /// How long the server shall keep the model in memory afterwards.
    pub(crate) keep_alive: Option<Duration>,
    /// The tokens that it shall make room for.
    pub(crate) context: Option<u32>,
}

/// What one event of a stream says, or a whole answer.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) thinking: bool,
    pub(crate) text: Vec<u8>,
    pub(crate) ending: Option<Ending>,
    pub(crate) usage: Option<Usage>,
    /// The provider says that nothing follows.
    pub(crate) is_last: bool,
    /// It has the parts of an answer, even if they are empty.
    pub(crate) is_answer: bool,
}

/// Why a model stopped writing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Stopped,
    CutByLength,
    /// It names a reason that leaves the answer unusable.
    Broken {
        message: String,
    },
}

/// One thing that a server has taught us about the requests it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Term {
    /// The schema goes into `{"type":"json_object"}`, or for Ollama `"json"` takes its place: the
    /// full form was refused.
    SchemaAsJsonObject,
    /// No schema is sent: both forms were refused.
    NoSchema,
    /// The form of the schema has worked once, so a refusal has another cause unless it names it.
    SchemaWorks,
    /// The limit is called `max_completion_tokens`.
    MaxCompletionTokens,
    NoTemperature,
    NoStreamOptions,
    NoStop,
    NoSeed,
    NoThink,
}

impl Term {
    const ALL: [Self; 9] = [
        Self::SchemaAsJsonObject,
        Self::NoSchema,
        Self::SchemaWorks,
        Self::MaxCompletionTokens,
        Self::NoTemperature,
        Self::NoStreamOptions,
        Self::NoStop,
        Self::NoSeed,
        Self::NoThink,
    ];
}

/// A set of [`Term`]s, small enough for an atomic.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Terms(u16);

impl Terms {
    pub(crate) fn from_bits(bits: u16) -> Self {
        Self(bits)
    }

    pub(crate) fn bits(self) -> u16 {
        self.0
    }

    pub(crate) fn has(self, term: Term) -> bool {
        self.0 & (1 << term as u16) != 0
    }

    pub(crate) fn with(self, term: Term) -> Self {
        Self(self.0 | (1 << term as u16))
    }
}

impl fmt::Debug for Terms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(Term::ALL.iter().filter(|term| self.has(**term)))
            .finish()
    }
}

impl Provider {
    /// The path of a chat below the base URL.
    pub(crate) fn chat_path(self) -> &'static str {
        match self {
            Self::OpenAi => "/chat/completions",
            Self::Ollama => "/api/chat",
        }
    }

    /// The path of the list of models below the base URL.
    pub(crate) fn models_path(self) -> &'static str {
        match self {
            Self::OpenAi => "/models",
            Self::Ollama => "/api/tags",
        }
    }

    /// The body of a chat request.
    pub(crate) fn write(self, call: &Call<'_>) -> Value {
        match self {
            Self::OpenAi => openai::write(call),
            Self::Ollama => ollama::write(call),
        }
    }

    /// Reads one event, or a whole answer.
    pub(crate) fn read(self, data: &[u8]) -> Result<Event, Error> {
        match self {
            Self::OpenAi => openai::read(data),
            Self::Ollama => ollama::read(data),
        }
    }

    /// The terms on which to ask again after a refusal; `None` if asking differently is no help.
    pub(crate) fn give_way(self, call: &Call<'_>, error: &Error) -> Option<Terms> {
        let (status, message) = match error {
            Error::Refused { status, message }
            | Error::Unavailable {
                status, message, ..
            } => (*status, message.as_str()),
            Error::Connect(_)
            | Error::TimedOut(_)
            | Error::Failed { .. }
            | Error::CutOff
            | Error::Empty
            | Error::Malformed { .. } => return None,
        };
        let term = match self {
            Self::OpenAi => openai::give_way(call, status, message),
            Self::Ollama => ollama::give_way(call, status, message),
        };
        term.map(|term| call.terms.with(term))
    }
}

/// Words by which a server says that it does not take the form of the schema.
const OF_THE_SCHEMA: [&str; 5] = [
    "response_format",
    "schema",
    "grammar",
    "json_object",
    "invalid format",
];

/// The simpler form of the schema to ask for, if a refusal may be about the form.
fn simpler_schema(call: &Call<'_>, status: u16, message: &str) -> Option<Term> {
    let is_refused = if call.terms.has(Term::SchemaWorks) {
        // Then it has another cause, unless another model stands behind the address by now.
        let message = message.to_ascii_lowercase();
        let is_named = OF_THE_SCHEMA.iter().any(|word| message.contains(word));
        matches!(status, 400 | 422) && is_named
    } else {
        // Some servers call a form that they do not know a fault of their own: 500.
        matches!(status, 400 | 422 | 500)
    };
    let may_be_the_schema =
        is_refused && call.request.schema.is_some() && !call.terms.has(Term::NoSchema);
    may_be_the_schema.then(|| match call.terms.has(Term::SchemaAsJsonObject) {
        false => Term::SchemaAsJsonObject,
        true => Term::NoSchema,
    })
}

fn messages(messages: &[Message]) -> Value {
    messages
        .iter()
        .map(|Message { role, text }| {
            let role = match role {
                Role::System => "system",
                Role::User => "user",
                Role::Assistant => "assistant",
            };
            serde_json::json!({ "role": role, "content": text })
        })
        .collect()
}

/// The temperature without the noise of widening it: 0.7, not 0.699999988079071.
fn temperature(value: f32) -> Value {
    Value::from((f64::from(value) * 1000.0).round() / 1000.0)
}

/// The seed in the range that every server takes.
fn seed(value: u64) -> Value {
    Value::from(value & 0x7FFF_FFFF)
}

fn broken_json(error: &serde_json::Error) -> Error {
    Error::Malformed {
        message: format!("an event cannot be read: {error}"),
    }
}
