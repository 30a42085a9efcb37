//! Small things that many tests need: a request, a configuration, and deltas as text.

use std::{fmt::Write as _, time::Duration};

use futures::StreamExt;
use kaucim_llm::{
    Client, Delta, Error, Finish, Limits, Message, Model, ModelConfig, Request, Role, Schema,
};
use serde_json::json;

/// Limits that a test on a busy machine does not reach by accident.
pub(crate) const PATIENT: Limits = Limits {
    connect: Duration::from_secs(20),
    first_token: Duration::from_secs(20),
    between_tokens: Duration::from_secs(20),
    whole_call: Duration::from_secs(20),
};

pub(crate) fn request() -> Request {
    Request {
        messages: vec![
            Message {
                role: Role::System,
                text: "Explain the lot.".to_owned(),
            },
            Message {
                role: Role::User,
                text: "問:換工作好嗎?".to_owned(),
            },
        ],
        max_tokens: 800,
        temperature: 0.7,
        stop: Vec::new(),
        seed: None,
        schema: None,
    }
}

pub(crate) fn request_with_schema() -> Request {
    let schema = json!({
        "type": "object",
        "properties": { "conclusion": { "type": "string" } },
        "required": ["conclusion"],
        "additionalProperties": false,
    });
    Request {
        schema: Some(Schema {
            name: "reading".to_owned(),
            schema,
        }),
        ..request()
    }
}

pub(crate) fn config(spec: &str, base_url: &str) -> ModelConfig {
    let mut config: ModelConfig = spec.parse().unwrap();
    config.base_url = Some(base_url.to_owned());
    config.limits = PATIENT;
    config
}

pub(crate) fn client(spec: &str, base_url: &str) -> Client {
    Client::new(&config(spec, base_url)).unwrap()
}

/// Everything that a stream yields.
pub(crate) async fn drain(model: &dyn Model, request: Request) -> Vec<Result<Delta, Error>> {
    model.generate_stream(request).collect().await
}

/// What a person would want to know of an answer, on a few lines.
pub(crate) fn judgement<'a>(items: impl IntoIterator<Item = &'a Result<Delta, Error>>) -> String {
    let (mut calls, mut thoughts, mut pieces, mut text) = (0, 0, 0, String::new());
    let mut last = None;
    for item in items {
        assert!(last.is_none(), "{item:?} follows {last:?}");
        match item {
            Ok(Delta::Calling) => calls += 1,
            Ok(Delta::Thinking) => thoughts += 1,
            Ok(Delta::Text(piece)) => {
                assert!(!piece.is_empty(), "a piece is never empty");
                pieces += 1;
                text.push_str(piece);
            }
            Ok(Delta::Finished(finish)) => last = Some(finished(finish)),
            Err(error) => last = Some(failed(error)),
        }
    }
    let mut judgement = last.expect("an answer has an end");
    for (count, name) in [(calls, "calls"), (thoughts, "thoughts")] {
        if count > 0 {
            write!(judgement, ", {count} {name}").unwrap();
        }
    }
    if pieces > 0 {
        let length = text.chars().count();
        write!(
            judgement,
            ", {length} characters in {pieces} pieces\n  {text:?}"
        )
        .unwrap();
    }
    judgement
}

fn finished(
    Finish {
        cut_by_length,
        usage,
    }: &Finish,
) -> String {
    let end = if *cut_by_length {
        "cut by length"
    } else {
        "stopped"
    };
    match usage {
        Some(usage) => format!(
            "{end}, {} + {} tokens",
            usage.input_tokens, usage.output_tokens
        ),
        None => format!("{end}, no usage"),
    }
}

fn failed(error: &Error) -> String {
    let kind = match error {
        Error::Connect(_) => "Connect",
        Error::TimedOut(_) => "TimedOut",
        Error::Unavailable { .. } => "Unavailable",
        Error::Refused { .. } => "Refused",
        Error::Failed { .. } => "Failed",
        Error::CutOff => "CutOff",
        Error::Empty => "Empty",
        Error::Malformed { .. } => "Malformed",
    };
    format!("{kind}: {error}")
}
