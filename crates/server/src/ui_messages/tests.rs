//! Frames of a task, and the chunks that the AI SDK is told.

use serde_json::{Value, json};

use super::*;

const NEVER: &str = "01900000-0000-7000-8000-000000000000";

fn message() -> UiMessages {
    UiMessages::new(NEVER.parse().expect("an id"), Resets::Marked)
}

fn frame(name: &'static str, mut data: Value) -> Frame {
    data["type"] = name.into();
    Frame {
        cursor: None,
        name,
        data: data.to_string(),
    }
}

fn started(section: &str, index: u32) -> Frame {
    frame(
        "section_started",
        json!({ "section": section, "title": "Title", "index": index, "of": 7 }),
    )
}

fn token(section: &str, text: &str) -> Frame {
    frame(
        "llm_streaming",
        json!({ "section": section, "token": text }),
    )
}

fn sealed(section: &str, index: u32, text: &str, origin: &str) -> Frame {
    frame(
        "section_completed",
        json!({
            "section": section, "index": index, "title": "Title", "text": text,
            "origin": origin, "checks": [{ "check": "length", "passed": true }],
            "total_tokens": 3,
        }),
    )
}

/// What a client makes of the chunks: the text of each part, whether it counts, and the other
/// chunks by type.
#[derive(Debug, Default)]
struct Client {
    texts: Vec<(String, String)>,
    told: Vec<String>,
    chunks: Vec<Value>,
}

impl Client {
    fn of(message: &mut UiMessages, frames: &[Frame]) -> Self {
        let mut client = Self::default();
        for chunk in frames.iter().flat_map(|frame| message.frame(frame)) {
            client.take(chunk);
        }
        client
    }

    fn take(&mut self, chunk: Value) {
        let kind = chunk["type"].as_str().expect("a type").to_owned();
        let state = chunk["providerMetadata"]["kaucim"]["state"].as_str();
        match kind.as_str() {
            "text-start" => self.texts.push((String::new(), "open".to_owned())),
            "text-delta" => {
                let (text, state) = self.texts.last_mut().expect("a part was begun");
                assert_eq!(state, "open", "no text comes after the end of its part");
                text.push_str(chunk["delta"].as_str().expect("text"));
            }
            "text-end" => {
                let (_, of_part) = self.texts.last_mut().expect("a part was begun");
                assert_eq!(of_part, "open", "a part ends once");
                state.expect("an end says how it ended").clone_into(of_part);
            }
            _ => {}
        }
        self.told.push(kind);
        self.chunks.push(chunk);
    }

    fn texts(&self) -> Vec<(&str, &str)> {
        let texts = self.texts.iter();
        texts
            .map(|(text, state)| (text.as_str(), state.as_str()))
            .collect()
    }

    fn steps(&self) -> Vec<&str> {
        let steps = self.told.iter().filter(|kind| kind.ends_with("-step"));
        steps.map(String::as_str).collect()
    }

    /// The newest data of a part.
    fn part(&self, name: &str, id: &str) -> &Value {
        let mut chunks = self.chunks.iter().rev();
        let found = chunks.find(|chunk| chunk["type"] == name && chunk["id"] == id);
        &found.unwrap_or_else(|| panic!("no {name} {id}"))["data"]
    }
}

#[test]
fn a_section_is_a_text_part_and_comes_to_the_sealed_text() {
    let (mut message, conclusion) = (message(), "conclusion");
    let client = Client::of(
        &mut message,
        &[
            started(conclusion, 7),
            token(conclusion, "慢慢"),
            token(conclusion, "走"),
            frame(
                "validation",
                json!({ "section": conclusion, "check": "language", "passed": true }),
            ),
            sealed(conclusion, 7, "慢慢走，路就明白。", "model"),
            // By the deck, without a token.
            started("challenges", 4),
            sealed("challenges", 4, "時候未到。", "classic"),
        ],
    );
    assert_eq!(
        client.texts(),
        [("慢慢走，路就明白。", "sealed"), ("時候未到。", "sealed")]
    );
    assert_eq!(client.steps(), ["start-step", "finish-step"].repeat(2));
    let section = client.part("data-section", conclusion);
    assert_eq!(section["state"], "sealed");
    assert_eq!(section["text"], "慢慢走，路就明白。");
    let checks = &client.part("data-validation", conclusion)["checks"];
    assert_eq!(*checks, json!([{ "check": "length", "passed": true }]));
}

#[test]
fn what_is_dropped_says_so_and_another_step_begins() {
    let mut message = message();
    let reset = |section: Value| {
        let data = json!({ "section": section, "reason": "check_failed" });
        frame("section_reset", data)
    };
    let client = Client::of(
        &mut message,
        &[
            reset(json!("challenges")),
            started("challenges", 4),
            token("challenges", "You will"),
            // Of a section that this reader is not in.
            reset(json!("conclusion")),
            reset(Value::Null),
            started("challenges", 4),
            token("challenges", "Ask"),
            sealed("challenges", 4, "Ask a friend.", "model"),
        ],
    );
    assert_eq!(
        client.texts(),
        [("You will", "dropped"), ("Ask a friend.", "sealed")]
    );
    assert_eq!(client.steps(), ["start-step", "finish-step"].repeat(2));
    assert_eq!(
        client.part("data-section", "challenges")["state"],
        "sealed",
        "the part of the section is one, whatever became of its texts"
    );
}

#[test]
fn a_step_that_is_taken_back_takes_nothing_else_along() {
    let mut message = UiMessages::new(NEVER.parse().expect("an id"), Resets::Removed);
    let notice = json!({ "kind": "fallback", "code": "model_switched", "message": "Another one" });
    let client = Client::of(
        &mut message,
        &[
            started("challenges", 4),
            token("challenges", "You will"),
            frame("notice", notice.clone()),
            frame(
                "section_reset",
                json!({ "section": null, "reason": "model_failed" }),
            ),
        ],
    );
    let told: Vec<_> = client.told.iter().map(String::as_str).collect();
    assert_eq!(
        told[4..],
        ["data-notice", "reset-step", "data-notice", "finish-step"]
    );
    assert_eq!(*client.part("data-notice", "model_switched"), notice);
}

#[test]
fn classic_text_never_follows_what_a_model_began() {
    let mut message = message();
    let client = Client::of(
        &mut message,
        &[
            started("conclusion", 7),
            token("conclusion", "時"),
            sealed("conclusion", 7, "時候未到。", "classic"),
        ],
    );
    assert_eq!(
        client.texts(),
        [("時", "dropped"), ("時候未到。", "sealed")]
    );
}

#[test]
fn every_end_has_its_own_chunk_and_a_broken_one_is_an_error() {
    let begun = [started("conclusion", 7), token("conclusion", "In")];
    let mut broken = message();
    Client::of(&mut broken, &begun);
    assert_eq!(broken.ending()[0]["type"], "error");

    let with_end = |end: Frame| {
        let [started, token] = begun.clone();
        [started, token, end]
    };
    let mut failed = message();
    let error = json!({ "code": "models_failed", "message": "no model", "retry_allowed": true });
    let client = Client::of(&mut failed, &with_end(frame("error", error.clone())));
    assert_eq!(client.told.last().map(String::as_str), Some("error"));
    let metadata = client.chunks.iter().rev().nth(1).expect("a chunk before");
    assert_eq!(metadata["messageMetadata"]["error"], error);
    assert!(failed.ending().is_empty());

    let mut cancelled = message();
    let client = Client::of(&mut cancelled, &with_end(frame("cancelled", json!({}))));
    assert_eq!(client.texts(), [("In", "dropped")]);
    assert_eq!(client.told.last().map(String::as_str), Some("abort"));
    assert!(cancelled.ending().is_empty());
}

#[test]
fn a_heartbeat_is_told_and_not_kept() {
    let beat = json!({ "phase": "queued", "elapsed_ms": 12, "position": 3 });
    let chunks = message().frame(&frame("heartbeat", beat.clone()));
    let expected = json!({ "type": "data-heartbeat", "data": beat, "transient": true });
    assert_eq!(chunks, [expected]);
}
