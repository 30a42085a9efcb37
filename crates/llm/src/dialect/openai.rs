//! OpenAI's chat completions, as OpenAI and the many servers that imitate it speak them.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Call, Ending, Event, Term, broken_json, messages, seed, simpler_schema, temperature};
use crate::{Error, Schema, Usage, characters::Piece, refusal};

pub(super) fn write(call: &Call<'_>) -> Value {
    let Call {
        model,
        request,
        terms,
        is_streamed,
        keep_alive: _,
        context: _,
    } = call;
    let mut body = json!({ "model": model, "messages": messages(&request.messages) });
    body["stream"] = Value::from(*is_streamed);
    if *is_streamed && !terms.has(Term::NoStreamOptions) {
        body["stream_options"] = json!({ "include_usage": true });
    }
    let limit = match terms.has(Term::MaxCompletionTokens) {
        true => "max_completion_tokens",
        false => "max_tokens",
    };
    body[limit] = Value::from(request.max_tokens);
    if !terms.has(Term::NoTemperature) {
        body["temperature"] = temperature(request.temperature);
    }
    if !request.stop.is_empty() && !terms.has(Term::NoStop) {
        body["stop"] = json!(request.stop);
    }
    if let Some(value) = request.seed.filter(|_| !terms.has(Term::NoSeed)) {
        body["seed"] = seed(value);
    }
    if let Some(schema) = request
        .schema
        .as_ref()
        .filter(|_| !terms.has(Term::NoSchema))
    {
        body["response_format"] = response_format(schema, terms.has(Term::SchemaAsJsonObject));
    }
    body
}

fn response_format(Schema { name, schema }: &Schema, as_json_object: bool) -> Value {
    if as_json_object {
        return json!({ "type": "json_object", "schema": schema });
    }
    json!({
        "type": "json_schema",
        "json_schema": { "name": name, "strict": true, "schema": schema },
    })
}

/// The term to concede when a server refuses: the parameter that it names, else the schema.
pub(super) fn give_way(call: &Call<'_>, status: u16, message: &str) -> Option<Term> {
    let is_about_the_request = matches!(status, 400 | 422);
    if is_about_the_request && let Some(term) = unknown_parameter(call, message) {
        return Some(term);
    }
    simpler_schema(call, status, message)
}

/// What to leave out when a message says that a parameter is not known, and not only wrong.
fn unknown_parameter(call: &Call<'_>, message: &str) -> Option<Term> {
    let message = message.to_ascii_lowercase();
    let complaints = [
        "support",
        "unknown",
        "unrecognized",
        "unexpected",
        "permitted",
        "allowed",
    ];
    if !complaints
        .iter()
        .any(|complaint| message.contains(complaint))
    {
        return None;
    }
    let named = [
        ("max_completion_tokens", Term::MaxCompletionTokens),
        ("temperature", Term::NoTemperature),
        ("stream_options", Term::NoStreamOptions),
        ("stop", Term::NoStop),
        ("seed", Term::NoSeed),
    ];
    let is_part = |character: char| character.is_ascii_alphanumeric() || character == '_';
    let names: Vec<_> = message.split(|character| !is_part(character)).collect();
    let found = named
        .iter()
        .find(|(name, term)| names.contains(name) && !call.terms.has(*term));
    found.map(|(_, term)| *term)
}

pub(super) fn read(data: &[u8]) -> Result<Event, Error> {
    match data.trim_ascii() {
        b"" => return Ok(Event::default()),
        b"[DONE]" => {
            return Ok(Event {
                is_last: true,
                ..Event::default()
            });
        }
        _ => {}
    }
    let Chunk {
        choices,
        usage,
        error,
    } = serde_json::from_slice(data).map_err(|error| broken_json(&error))?;
    if let Some(error) = error {
        return Err(Error::Failed {
            message: refusal::message_of(&error),
        });
    }
    let mut event = Event {
        usage: usage.as_ref().and_then(read_usage),
        ..Event::default()
    };
    let choices = choices.unwrap_or_default();
    let Some(choice) = choices
        .into_iter()
        .find(|choice| choice.index.unwrap_or(0) == 0)
    else {
        return Ok(event);
    };
    let Spoken {
        content,
        reasoning_content,
        reasoning,
    } = choice.delta.or(choice.message).unwrap_or_default();
    event.thinking = [reasoning_content, reasoning]
        .iter()
        .flatten()
        .any(|Piece(t)| !t.is_empty());
    event.text = content.unwrap_or_default().0;
    event.ending = choice.finish_reason.as_deref().and_then(read_ending);
    event.is_answer = true;
    Ok(event)
}

fn read_ending(reason: &str) -> Option<Ending> {
    match reason {
        "" => None,
        "length" | "max_tokens" | "model_length" => Some(Ending::CutByLength),
        "content_filter" | "error" | "abort" | "cancelled" => Some(Ending::Broken {
            message: format!("it stopped because of `{reason}`"),
        }),
        // `stop`, and the names that servers have of their own for it.
        _ => Some(Ending::Stopped),
    }
}

fn read_usage(usage: &Value) -> Option<Usage> {
    let count = |name| usage.get(name).and_then(Value::as_u64);
    let (input, output) = (count("prompt_tokens"), count("completion_tokens"));
    input.or(output)?;
    Some(Usage {
        input_tokens: input.unwrap_or(0),
        output_tokens: output.unwrap_or(0),
    })
}

/// A chunk of a stream or a whole completion; both have the same outside.
#[derive(Deserialize)]
struct Chunk {
    #[serde(default)]
    choices: Option<Vec<Choice>>,
    #[serde(default)]
    usage: Option<Value>,
    #[serde(default)]
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    index: Option<u32>,
    #[serde(default)]
    delta: Option<Spoken>,
    #[serde(default)]
    message: Option<Spoken>,
    #[serde(default)]
    finish_reason: Option<String>,
}

#[derive(Deserialize, Default)]
struct Spoken {
    #[serde(default)]
    content: Option<Piece>,
    #[serde(default)]
    reasoning_content: Option<Piece>,
    #[serde(default)]
    reasoning: Option<Piece>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(data: &str, expected: Event) {
        assert_eq!(read(data.as_bytes()).unwrap(), expected, "{data}");
    }

    fn said(text: &str, ending: Option<Ending>) -> Event {
        Event {
            text: text.into(),
            ending,
            is_answer: true,
            ..Event::default()
        }
    }

    #[test]
    fn deltas_of_all_shapes_are_read() {
        check(r#"{"choices":[{"delta":{}}]}"#, said("", None));
        check(
            r#"{"choices":[{"delta":{"role":"assistant","content":null}}]}"#,
            said("", None),
        );
        check(
            r#"{"choices":[{"delta":{"content":"a"},"finish_reason":""}]}"#,
            said("a", None),
        );
        let (both, other) = (
            r#"{"index":0,"delta":{"content":"a"},"finish_reason":"eos"}"#,
            "{}",
        );
        check(
            &format!(r#"{{"choices":[{both},{other}]}}"#),
            said("a", Some(Ending::Stopped)),
        );
        check(
            r#"{"choices":[{"index":1,"delta":{"content":"b"}}]}"#,
            Event::default(),
        );
        check(r#"{"choices":[],"usage":null}"#, Event::default());
    }

    #[test]
    fn reasoning_is_seen_and_not_kept() {
        for name in ["reasoning", "reasoning_content"] {
            let data = format!(r#"{{"choices":[{{"delta":{{"{name}":"hm","content":""}}}}]}}"#);
            check(
                &data,
                Event {
                    thinking: true,
                    ..said("", None)
                },
            );
            let data = format!(r#"{{"choices":[{{"delta":{{"{name}":"","content":"a"}}}}]}}"#);
            check(&data, said("a", None));
        }
    }

    #[test]
    fn a_filtered_answer_is_broken() {
        let event =
            read(br#"{"choices":[{"delta":{},"finish_reason":"content_filter"}]}"#).unwrap();
        assert!(matches!(event.ending, Some(Ending::Broken { .. })));
    }

    #[test]
    fn nonsense_is_malformed() {
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        for data in ["<html>", "{", "7", "[1]", r#"{"choices":{}}"#, &deep] {
            assert!(
                matches!(read(data.as_bytes()), Err(Error::Malformed { .. })),
                "{data:.20}"
            );
        }
    }
}
