//! Forms of an answer that are odd but honest: fences, escapes, other keys, other languages.

use serde_json::{Value, json};

use crate::client::{App, KEYS, Protocol, Seen, request};

async fn text(setting: &str) -> String {
    let app = App::start("").await;
    let question = format!("我該搬家嗎？[[sim {setting}]]");
    app.stream(Protocol::OpenAi, &question).await.text()
}

async fn reading(setting: &str) -> Value {
    let text = text(setting).await;
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[tokio::test]
async fn forms_of_json_hold_the_same_reading() {
    let plain = reading("").await;
    for setting in [
        "pretty",
        "ascii",
        "escape",
        "chunk=3",
        "keys=reverse",
        "rate=100000",
    ] {
        assert_eq!(reading(setting).await, plain, "{setting}");
    }
    assert!(text("ascii").await.is_ascii());
    assert!(text("pretty").await.ends_with("}\n \n"));
    assert!(text("raw").await.contains("。\n「"));
    assert_eq!(reading("keys=nested").await, json!({"reading": plain}));
    let camel = reading("keys=upper").await;
    assert_eq!(camel["lineByLineInterpretation"], plain[KEYS[0]]);
    assert_eq!(reading("keys=unknown").await["confidence"], 0.73);
    let lines = reading("keys=array").await;
    let lines = lines[KEYS[0]].as_array().unwrap();
    let joined: Vec<_> = lines.iter().map(|line| line.as_str().unwrap()).collect();
    assert_eq!(joined.join("\n"), plain[KEYS[0]]);
    let reversed = text("keys=reverse").await;
    assert!(reversed.starts_with("{\"conclusion\""), "{reversed}");
}

#[tokio::test]
async fn a_fence_has_prose_around_it() {
    let text = text("fence").await;
    let (before, rest) = text.split_once("```json\n").unwrap();
    let (json, after) = rest.split_once("\n```").unwrap();
    assert!(!before.trim().is_empty() && !after.trim().is_empty());
    assert_eq!(
        serde_json::from_str::<Value>(json).unwrap(),
        reading("").await
    );
}

#[tokio::test]
async fn the_length_is_about_what_was_asked_for() {
    let app = App::start("length=3000").await;
    app.stream(Protocol::OpenAi, "q").await;
    let tokens = app.sim.calls()[0].tokens_sent;
    assert!((2200..4500).contains(&tokens), "{tokens}");
}

#[tokio::test]
async fn the_languages_differ_and_the_directive_wins() {
    let han = |text: &str| text.chars().filter(|c| *c >= '\u{3041}').count();
    let english = reading("language=en").await;
    assert_eq!(han(english["conclusion"].as_str().unwrap()), 0);
    let japanese = reading("language=ja").await;
    assert!(japanese["conclusion"].as_str().unwrap().contains('の'));
    let simplified = reading("language=zh-Hans").await;
    assert_ne!(simplified, reading("").await);
    let some = reading("wronglang=challenges").await;
    assert_eq!(han(some["challenges"].as_str().unwrap()), 0);
    assert_ne!(han(some["conclusion"].as_str().unwrap()), 0);
}

#[tokio::test]
async fn settings_hide_in_the_name_of_the_model_and_bad_ones_are_refused() {
    let app = App::start("fence").await;
    let mut body = request(Protocol::OpenAi, "q");
    body["model"] = "sim;fence=off;missing=conclusion".into();
    let seen = Seen::all(app.post(Protocol::OpenAi, &body).await).await;
    assert_eq!(seen.reading().as_object().unwrap().len(), 6);
    body["model"] = "sim?speed=3".into();
    let seen = Seen::all(app.post(Protocol::OpenAi, &body).await).await;
    assert_eq!(seen.status, 400);
    assert!(String::from_utf8_lossy(&seen.body).contains("unknown setting `speed`"));
}

#[tokio::test]
async fn tokens_split_escapes_and_never_characters() {
    let app = App::start("ascii;language=ja").await;
    let seen = app.stream(Protocol::Ollama, "q").await;
    let events = seen.events();
    let tokens: Vec<_> = events
        .iter()
        .filter_map(|event| event["message"]["content"].as_str())
        .collect();
    assert!(
        tokens
            .iter()
            .any(|token| token.ends_with("\\u4") || token.ends_with('\\'))
    );
    let whole = app.stream(Protocol::OpenAi, "q [[sim ascii=off]]").await;
    let events = whole.events();
    let split = events
        .iter()
        .filter_map(|event| event["choices"][0]["delta"]["content"].as_str());
    assert!(
        split.clone().any(|token| token.ends_with('\\')),
        "no split of \\n"
    );
    assert!(!whole.text().contains('\u{fffd}'));
}
