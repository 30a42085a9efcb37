//! What a row of the table of routes says, and the words to write it with.

use axum::routing::MethodRouter;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Value, json as value};

use crate::App;

/// One route.
pub(crate) struct Route {
    pub method: &'static str,
    /// As axum and OpenAPI both write it.
    pub path: &'static str,
    pub summary: &'static str,
    pub auth: Auth,
    /// Query parameters and headers, beside those in the path.
    pub parameters: &'static [Parameter],
    pub request: Option<SchemaOf>,
    /// Status, meaning and body of the answers that are no problem.
    pub answers: Vec<Answer>,
    /// Whether it refuses in the shape of OpenAI's API.
    pub refuses_as_openai: bool,
    pub(super) handler: MethodRouter<App>,
}

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Auth {
    Open,
    /// A bearer key with this scope, or a guest's cookie.
    KeyOrGuest(&'static str),
    /// A guest's cookie.
    Guest,
    /// A bearer key with this scope.
    Key(&'static str),
}

/// A parameter of the query or the head.
pub(crate) struct Parameter {
    pub place: &'static str,
    pub name: &'static str,
    pub required: bool,
    pub about: &'static str,
    pub form: Form,
}

/// What a parameter may hold.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Form {
    Text,
    /// 1 to so many characters, some of which are more than space.
    Words(u32),
    /// 1 to so many characters of ASCII that can be seen.
    Visible(u32),
    /// A number from 1 to this.
    Number(u32),
    /// Any number of 64 bits.
    Integer,
    /// The id of a task.
    Identifier,
    /// One of these words.
    Word(&'static [&'static str]),
}

/// One way a route answers.
pub(crate) struct Answer {
    pub status: u16,
    pub about: &'static str,
    pub body: AnswerBody,
}

pub(crate) enum AnswerBody {
    None,
    Json(SchemaOf),
    Other(&'static str),
}

/// Makes the schema of a type.
pub(crate) type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

fn of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

pub(super) const fn query(name: &'static str, about: &'static str) -> Parameter {
    Parameter {
        place: "query",
        name,
        required: false,
        about,
        form: Form::Text,
    }
}

pub(super) const fn header(name: &'static str, about: &'static str) -> Parameter {
    Parameter {
        place: "header",
        name,
        required: false,
        about,
        form: Form::Text,
    }
}

impl Parameter {
    /// One that may not be absent.
    pub(super) const fn required(self) -> Self {
        Self {
            required: true,
            ..self
        }
    }

    /// One that holds this and nothing else.
    pub(super) const fn holds(self, form: Form) -> Self {
        Self { form, ..self }
    }
}

impl Form {
    /// As a JSON schema.
    pub(crate) fn schema(self) -> Value {
        match self {
            Self::Text => value!({ "type": "string" }),
            Self::Words(most) => value!({
                "type": "string", "minLength": 1, "maxLength": most, "pattern": r"\S",
            }),
            Self::Visible(most) => value!({
                "type": "string", "pattern": format!("^[!-~]{{1,{most}}}$"),
            }),
            Self::Number(most) => value!({ "type": "integer", "minimum": 1, "maximum": most }),
            Self::Integer => value!({
                "type": "integer", "minimum": i64::MIN, "maximum": i64::MAX,
            }),
            Self::Identifier => value!({ "type": "string", "format": "uuid" }),
            Self::Word(words) => value!({ "type": "string", "enum": words }),
        }
    }
}

pub(super) fn json<T: JsonSchema>(status: u16, about: &'static str) -> Answer {
    Answer {
        status,
        about,
        body: AnswerBody::Json(of::<T>),
    }
}

pub(super) fn empty(status: u16, about: &'static str) -> Answer {
    Answer {
        status,
        about,
        body: AnswerBody::None,
    }
}

pub(super) fn other(status: u16, content_type: &'static str, about: &'static str) -> Answer {
    Answer {
        status,
        about,
        body: AnswerBody::Other(content_type),
    }
}

impl Route {
    pub(super) fn new(
        (method, path): (&'static str, &'static str),
        auth: Auth,
        summary: &'static str,
        handler: MethodRouter<App>,
    ) -> Self {
        Self {
            method,
            path,
            summary,
            auth,
            parameters: &[],
            request: None,
            answers: Vec::new(),
            refuses_as_openai: false,
            handler,
        }
    }

    pub(super) fn takes<T: JsonSchema>(self) -> Self {
        Self {
            request: Some(of::<T>),
            ..self
        }
    }

    pub(super) fn with(self, parameters: &'static [Parameter]) -> Self {
        Self { parameters, ..self }
    }

    pub(super) fn refuses_as_openai(self) -> Self {
        Self {
            refuses_as_openai: true,
            ..self
        }
    }

    pub(super) fn answers(self, answers: impl IntoIterator<Item = Answer>) -> Self {
        Self {
            answers: answers.into_iter().collect(),
            ..self
        }
    }
}
