//! The recorded answers again, over a real socket and through the whole client.

use std::fmt::Write as _;

use kaucim_llm::{Delta, Error, Model, probe};
use serde_json::json;

use crate::{
    cassette::{self, Cassette},
    server::{Play, Server, answer, json as json_answer, stream_head, stream_of, text_event},
    support::{client, config, drain, judgement, request, request_with_schema},
};

fn plays(cassette: &Cassette) -> Vec<Play> {
    let mut plays = vec![Play::Send([&cassette.head[..], &cassette.wire].concat())];
    if cassette.is_complete {
        plays.push(Play::Keep);
    }
    plays
}

#[tokio::test]
async fn every_recorded_chat_is_judged_over_a_socket() {
    let mut table = String::new();
    for cassette in cassette::all().iter().filter(|cassette| cassette.is_chat()) {
        if cassette.status.is_none() {
            continue;
        }
        let server = Server::start([plays(cassette)]).await;
        let client = client("openai:tiny", &server.url);
        let items = if cassette.is_streamed {
            drain(&client, request()).await
        } else {
            match client.generate(request()).await {
                Ok(answer) => {
                    vec![
                        Ok(Delta::Text(answer.text)),
                        Ok(Delta::Finished(answer.finish)),
                    ]
                }
                Err(error) => vec![Err(error)],
            }
        };
        assert_eq!(
            server.bodies()[0]["stream"],
            cassette.is_streamed,
            "{}",
            cassette.name
        );
        writeln!(table, "{}\n  {}", cassette.name, judgement(&items)).unwrap();
    }
    insta::assert_snapshot!(table);
}

#[tokio::test]
async fn a_recorded_schema_refusal_leads_to_the_next_form() {
    // llama-cpp-python calls OpenAI's form a fault of its own and takes the other one.
    let folder = "llama-cpp-python-0.3.36";
    let refusal = cassette::load(&format!("{folder}/error-json-schema-openai-form"));
    let success = cassette::load(&format!("{folder}/stream-schema-length"));
    let server = Server::start([plays(&refusal), plays(&success), plays(&success)]).await;
    let client = client("openai:tiny", &server.url);
    let items = drain(&client, request_with_schema()).await;
    assert!(judgement(&items).starts_with("cut by length, no usage, 2 calls"));
    drain(&client, request_with_schema()).await;
    insta::assert_json_snapshot!(server.bodies());
}

#[tokio::test]
async fn a_server_that_takes_no_schema_at_all_gets_none() {
    let refusal = cassette::load("llama-server-0.5.0-dev/error-schema-refused");
    let success = cassette::load("llama-server-0.5.0-dev/stream-stop-usage");
    let server = Server::start([plays(&refusal), plays(&refusal), plays(&success)]).await;
    let items = drain(&client("openai:tiny", &server.url), request_with_schema()).await;
    assert!(judgement(&items).starts_with("stopped, 88 + 127 tokens, 3 calls"));
    let forms: Vec<_> = server
        .bodies()
        .iter()
        .map(|body| body["response_format"]["type"].clone())
        .collect();
    assert_eq!(
        forms,
        [json!("json_schema"), json!("json_object"), json!(null)]
    );
}

#[tokio::test]
async fn a_request_is_written_in_full() {
    let server = Server::start([stream_of("好")]).await;
    let mut config = config("openai:gpt/x:free", &server.url);
    config.api_key = Some("sk-test".into());
    let client = kaucim_llm::Client::new(&config).unwrap();
    let mut asked = request_with_schema();
    asked.stop = vec!["。".to_owned()];
    asked.seed = Some(u64::MAX);
    drain(&client, asked).await;
    let [sent] = &server.asked()[..] else {
        panic!("one request")
    };
    assert!(
        sent.head.starts_with("post /v1/chat/completions http/1.1"),
        "{}",
        sent.head
    );
    assert!(
        sent.head.contains("authorization: bearer sk-test"),
        "{}",
        sent.head
    );
    insta::assert_json_snapshot!(sent.body);
}

#[tokio::test]
async fn the_key_is_in_no_error_and_no_debug_output() {
    let body = r#"{"error":{"message":"the key sk-secret is wrong"}}"#;
    let refusal = || json_answer("401 Unauthorized", body);
    let server = Server::start([refusal(), refusal()]).await;
    let mut config = config("openai:x", &server.url);
    config.api_key = Some("sk-secret\n".into());
    assert!(!format!("{config:?}").contains("sk-secret"));
    let items = drain(&kaucim_llm::Client::new(&config).unwrap(), request()).await;
    let Some(Err(error @ Error::Refused { status: 401, .. })) = items.last() else {
        panic!("{items:?}")
    };
    assert!(!format!("{error:?}").contains("sk-secret"), "{error:?}");
    assert!(
        error.to_string().ends_with("the key (the key) is wrong"),
        "{error}"
    );
}

async fn check_malformed(plays: Vec<Play>) {
    let server = Server::start([plays]).await;
    let items = drain(&client("openai:x", &server.url), request()).await;
    assert!(
        matches!(items.last(), Some(Err(Error::Malformed { .. }))),
        "{items:?}"
    );
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn what_is_not_the_protocol_is_malformed() {
    let html = "<html><body>Sign in</body></html>";
    check_malformed(answer("200 OK", "content-type: text/html\r\n", html)).await;
    check_malformed(answer("302 Found", "location: http://127.0.0.1:1/\r\n", "")).await;
    check_malformed(answer("204 No Content", "", "")).await;
    check_malformed(answer("200 OK", "", "{}")).await;
    check_malformed(json_answer("200 OK", r#"{"status":"ok"}"#)).await;
    check_malformed(json_answer("200 OK", html)).await;
    check_malformed(vec![
        stream_head(),
        Play::Send(b"data: {oops}\n\n".into()),
        Play::Wait,
    ])
    .await;
}

#[tokio::test]
async fn an_event_or_an_answer_without_end_is_given_up() {
    let endless_line = vec![stream_head(), Play::Repeat(vec![b'a'; 64 * 1024])];
    check_malformed(endless_line).await;
    let filler = text_event(&"a".repeat(512 * 1024)).repeat(2);
    check_malformed(vec![stream_head(), Play::Repeat(filler)]).await;
}

#[tokio::test]
async fn a_server_that_ignores_the_wish_for_a_stream_is_understood() {
    let cassette = cassette::load("litellm-1.106.2/mock-chat");
    let server = Server::start([plays(&cassette)]).await;
    let items = drain(&client("openai:x", &server.url), request()).await;
    assert!(judgement(&items).starts_with("stopped, 10 + 20 tokens, 1 calls"));
}

#[tokio::test]
async fn usage_after_the_ending_is_waited_for_and_its_absence_forgiven() {
    let finish = r#"data: {"choices":[{"delta":{"content":"好"},"finish_reason":"stop"}]}"#;
    let usage = r#"data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":1}}"#;
    for (after, expected) in [
        (format!("\n\n{usage}\n\n"), "stopped, 3 + 1 tokens"),
        (format!("\n\n{usage}"), "stopped, 3 + 1 tokens"),
        ("\n\ndata: {\"choi".to_owned(), "stopped, no usage"),
        (String::new(), "stopped, no usage"),
    ] {
        let text = format!("{finish}{after}");
        let server = Server::start([vec![stream_head(), Play::Send(text.into())]]).await;
        let items = drain(&client("openai:x", &server.url), request()).await;
        assert!(
            judgement(&items).starts_with(expected),
            "{after:?}: {}",
            judgement(&items)
        );
    }
}

#[tokio::test]
async fn a_connection_is_used_again() {
    let cassette = cassette::load("llama-server-0.5.0-dev/stream-stop-usage");
    let server = Server::start([plays(&cassette), plays(&cassette), plays(&cassette)]).await;
    let client = client("openai:x", &server.url);
    for _ in 0..3 {
        drain(&client, request()).await;
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_server_that_is_away_is_a_connect_error() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let items = drain(&client("openai:x", &url), request()).await;
    assert!(
        matches!(items[..], [Ok(Delta::Calling), Err(Error::Connect(_))]),
        "{items:?}"
    );
    assert!(matches!(
        probe(&config("ollama:x", &url)).await,
        Err(Error::Connect(_))
    ));
}

#[tokio::test]
async fn a_consumer_that_stops_at_calling_makes_no_call() {
    use futures::StreamExt as _;
    let server = Server::start([stream_of("好")]).await;
    let client = client("openai:x", &server.url);
    let mut deltas = client.generate_stream(request());
    assert!(matches!(deltas.next().await, Some(Ok(Delta::Calling))));
    drop(deltas);
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn the_models_of_every_recorded_server_are_listed() {
    for (folder, expected) in [
        ("llama-cpp-python-0.3.36", &["tiny"][..]),
        ("llama-server-0.5.0-dev", &["tiny"]),
        (
            "litellm-1.106.2",
            &[
                "mock",
                "mock-rate-limit",
                "mock-internal-error",
                "tiny",
                "slow",
                "python",
                "dead",
            ],
        ),
    ] {
        let server = Server::start([plays(&cassette::load(&format!("{folder}/models")))]).await;
        let names = probe(&config("openai:x", &server.url)).await.unwrap();
        assert_eq!(names, expected, "{folder}");
        assert!(
            server.asked()[0]
                .head
                .starts_with("get /v1/models http/1.1")
        );
    }
}
