//! Ollama's own chat, one JSON object a line.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Call, Ending, Event, Term, broken_json, messages, seed, simpler_schema, temperature};
use crate::{Error, Usage, characters::Piece, refusal};

pub(super) fn write(call: &Call<'_>) -> Value {
    let Call {
        model,
        request,
        terms,
        is_streamed,
        keep_alive,
        context,
    } = call;
    let mut options = json!({ "num_predict": request.max_tokens });
    if let Some(tokens) = context {
        options["num_ctx"] = json!(tokens);
    }
    options["temperature"] = temperature(request.temperature);
    if !request.stop.is_empty() {
        options["stop"] = json!(request.stop);
    }
    if let Some(value) = request.seed {
        options["seed"] = seed(value);
    }
    let mut body = json!({ "model": model, "messages": messages(&request.messages) });
    body["stream"] = Value::from(*is_streamed);
    body["options"] = options;
    if !terms.has(Term::NoThink) {
        body["think"] = Value::from(false);
    }
    if let Some(schema) = request
        .schema
        .as_ref()
        .filter(|_| !terms.has(Term::NoSchema))
    {
        body["format"] = match terms.has(Term::SchemaAsJsonObject) {
            false => schema.schema.clone(),
            true => Value::from("json"),
        };
    }
    if let Some(time) = keep_alive {
        body["keep_alive"] = seconds(*time);
    }
    body
}

/// Whole seconds; what no number can hold means for ever, which Ollama writes as -1.
fn seconds(time: Duration) -> Value {
    Value::from(i32::try_from(time.as_secs()).unwrap_or(-1))
}

/// The term to concede when a server refuses: older ones, and some models, know no `think`;
/// else the schema.
pub(super) fn give_way(call: &Call<'_>, status: u16, message: &str) -> Option<Term> {
    let is_about_thinking = status == 400 && message.to_ascii_lowercase().contains("think");
    if is_about_thinking && !call.terms.has(Term::NoThink) {
        return Some(Term::NoThink);
    }
    simpler_schema(call, status, message)
}

pub(super) fn read(data: &[u8]) -> Result<Event, Error> {
    let line: Line = serde_json::from_slice(data).map_err(|error| broken_json(&error))?;
    if let Some(error) = line.error {
        return Err(Error::Failed {
            message: refusal::message_of(&error),
        });
    }
    let is_answer = line.message.is_some();
    let Spoken { content, thinking } = line.message.unwrap_or_default();
    let is_done = line.done.unwrap_or(false);
    Ok(Event {
        thinking: thinking.is_some_and(|Piece(thought)| !thought.is_empty()),
        text: content.unwrap_or_default().0,
        ending: is_done.then(|| read_ending(line.done_reason.as_deref())),
        usage: read_usage(line.prompt_eval_count, line.eval_count),
        is_last: is_done,
        is_answer,
    })
}

fn read_ending(reason: Option<&str>) -> Ending {
    match reason {
        Some("length") => Ending::CutByLength,
        // `stop`; nothing, from older servers; `load` and `unload`, which come without text.
        Some(_) | None => Ending::Stopped,
    }
}

fn read_usage(input: Option<u64>, output: Option<u64>) -> Option<Usage> {
    input.or(output)?;
    // A prompt that is cached whole is not counted at all.
    Some(Usage {
        input_tokens: input.unwrap_or(0),
        output_tokens: output.unwrap_or(0),
    })
}

#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    message: Option<Spoken>,
    #[serde(default)]
    done: Option<bool>,
    #[serde(default)]
    done_reason: Option<String>,
    #[serde(default)]
    prompt_eval_count: Option<u64>,
    #[serde(default)]
    eval_count: Option<u64>,
    #[serde(default)]
    error: Option<Value>,
}

#[derive(Deserialize, Default)]
struct Spoken {
    #[serde(default)]
    content: Option<Piece>,
    #[serde(default)]
    thinking: Option<Piece>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn for_ever_is_minus_one() {
        assert_eq!(seconds(Duration::from_mins(5)), json!(300));
        assert_eq!(seconds(Duration::ZERO), json!(0));
        assert_eq!(seconds(Duration::MAX), json!(-1));
    }
}
