//! Answers without fault, in both protocols, streamed and whole.

use serde_json::{Value, json};

use crate::client::{App, BOTH, KEYS, Protocol, Seen, VERSE, request, schema};

#[tokio::test]
async fn a_streamed_reading_has_every_section_in_order() {
    let app = App::start("").await;
    for protocol in BOTH {
        let seen = app.stream(protocol, "我該換工作嗎？").await;
        assert!(seen.broken.is_none());
        let reading = seen.reading();
        let keys: Vec<_> = reading
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(keys, KEYS);
        for line in VERSE {
            let quoted = format!("「{line}」");
            assert!(
                reading[KEYS[0]].as_str().unwrap().contains(&quoted),
                "{reading}"
            );
        }
        assert!(
            reading["conclusion"].as_str().unwrap().contains("工作"),
            "{reading}"
        );
        assert_eq!(seen.finish().as_deref(), Some("stop"));
        assert_eq!(seen.has_done(), protocol == Protocol::OpenAi);
    }
}

#[tokio::test]
async fn openai_begins_with_the_role_and_tells_usage_after_the_finish() {
    let app = App::start("think=3").await;
    let seen = app.stream(Protocol::OpenAi, "q").await;
    assert!(seen.content_type.starts_with("text/event-stream"));
    let events = seen.events();
    assert_eq!(events[0]["choices"][0]["delta"]["role"], "assistant");
    for event in &events[1..4] {
        assert!(event["choices"][0]["delta"]["reasoning_content"].is_string());
    }
    let [.., finish, usage] = &events[..] else {
        panic!("too few events");
    };
    assert_eq!(finish["choices"][0]["finish_reason"], "stop");
    assert_eq!(usage["choices"], json!([]));
    assert_eq!(usage["usage"]["completion_tokens"], events.len() - 3);
}

#[tokio::test]
async fn styles_have_the_habits_of_their_servers() {
    let app = App::start("").await;
    let python = app.stream(Protocol::OpenAi, "q [[sim style=python]]").await;
    assert!(python.body.is_ascii());
    assert!(python.events().iter().all(|event| event["usage"].is_null()));
    let lite = app
        .stream(Protocol::OpenAi, "q [[sim style=litellm]]")
        .await;
    assert_eq!(lite.reading(), python.reading());
    let events = lite.events();
    assert!(
        events
            .iter()
            .all(|event| event["choices"][0]["delta"]["role"].is_null())
    );
    let usage = events.last().unwrap();
    assert!(usage["usage"].is_object() && usage["choices"][0].is_object());
    let error = app
        .stream(Protocol::OpenAi, "q [[sim style=litellm fault=error200]]")
        .await;
    assert_eq!(error.events().pop().unwrap()["error"]["code"], "500");
}

#[tokio::test]
async fn ollama_thinks_first_and_counts_at_the_end() {
    let app = App::start("think=2").await;
    let seen = app.stream(Protocol::Ollama, "q").await;
    assert_eq!(seen.content_type, "application/x-ndjson");
    let events = seen.events();
    assert!(events[0]["message"]["thinking"].is_string());
    let last = events.last().unwrap();
    assert_eq!(
        (&last["done"], &last["done_reason"]),
        (&json!(true), &json!("stop"))
    );
    assert_eq!(last["eval_count"], events.len() - 1);
    assert!(events[0]["created_at"].as_str().unwrap().ends_with('Z'));
}

#[tokio::test]
async fn not_streamed_the_same_text_comes_whole() {
    let app = App::start("").await;
    for protocol in BOTH {
        let streamed = app.stream(protocol, "考試").await.text();
        let mut body = request(protocol, "考試");
        body["stream"] = false.into();
        let whole: Value = app.post(protocol, &body).await.json().await.unwrap();
        let (text, reason) = match protocol {
            Protocol::OpenAi => (
                &whole["choices"][0]["message"]["content"],
                &whole["choices"][0]["finish_reason"],
            ),
            Protocol::Ollama => (&whole["message"]["content"], &whole["done_reason"]),
        };
        assert_eq!((text, reason), (&json!(streamed), &json!("stop")));
    }
}

#[tokio::test]
async fn only_the_sections_of_the_schema_are_written() {
    let app = App::start("").await;
    let whole = app.stream(Protocol::OpenAi, "他愛我嗎").await.reading();
    let mut body = request(Protocol::OpenAi, "他愛我嗎");
    let two = schema(&["challenges", "conclusion"]);
    body["response_format"] = json!({"type": "json_object", "schema": two});
    let part = Seen::all(app.post(Protocol::OpenAi, &body).await)
        .await
        .reading();
    let expected = json!({"challenges": whole["challenges"], "conclusion": whole["conclusion"]});
    assert_eq!(part, expected);
}

#[tokio::test]
async fn the_token_limit_ends_the_answer_by_length() {
    let app = App::start("think=2").await;
    let mut body = request(Protocol::OpenAi, "q");
    body["max_tokens"] = 12.into();
    let seen = Seen::all(app.post(Protocol::OpenAi, &body).await).await;
    assert_eq!(seen.finish().as_deref(), Some("length"));
    assert_eq!(app.sim.calls()[0].tokens_sent, 10);
    body["max_tokens"] = 1.into();
    let seen = Seen::all(app.post(Protocol::OpenAi, &body).await).await;
    assert_eq!(
        (seen.text().as_str(), seen.finish().as_deref()),
        ("", Some("length"))
    );
}

#[tokio::test]
async fn seed_and_question_decide_what_is_written_and_how_it_is_cut() {
    let app = App::start("").await;
    let tokens = async |question: &str| {
        let seen = app.stream(Protocol::Ollama, question).await;
        let events = seen.events();
        let text = |event: &Value| event["message"]["content"].as_str().unwrap().to_owned();
        events.iter().map(text).collect::<Vec<_>>()
    };
    let first = tokens("姻緣何時到").await;
    assert_eq!(first, tokens("姻緣何時到").await);
    assert_ne!(
        first.concat(),
        tokens("姻緣何時到 [[sim seed=9]]").await.concat()
    );
    assert_ne!(first.concat(), tokens("姻緣何時到來").await.concat());
}

#[tokio::test]
async fn the_models_are_listed() {
    let app = App::start("").await;
    assert_eq!(app.read_json("/v1/models").await["data"][0]["id"], "sim");
    assert_eq!(app.read_json("/api/tags").await["models"][0]["name"], "sim");
    assert!(app.read_json("/api/version").await["version"].is_string());
}
