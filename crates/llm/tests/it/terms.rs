//! What a server refuses is not sent again, and what it takes is not given up.

use kaucim_llm::{Error, Model, Request};
use serde_json::{Value, json};

use crate::{
    server::{Play, Server, answer, json as json_answer, stream_of},
    support::{client, drain, judgement, request, request_with_schema},
};

fn refusal(message: &str) -> Vec<Play> {
    let body = json!({ "error": { "message": message, "type": "invalid_request_error" } });
    json_answer("400 Bad Request", &body.to_string())
}

fn forms(server: &Server) -> Vec<Value> {
    server
        .bodies()
        .iter()
        .map(|body| body["response_format"]["type"].clone())
        .collect()
}

#[tokio::test]
async fn a_parameter_that_is_refused_by_name_is_changed() {
    let server = Server::start([
        refusal("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."),
        refusal("Unsupported value: 'temperature' does not support 0.7 with this model."),
        stream_of("好"),
        stream_of("好"),
    ])
    .await;
    let client = client("openai:x", &server.url);
    let items = drain(&client, request_with_schema()).await;
    assert!(
        judgement(&items).starts_with("stopped, no usage, 3 calls"),
        "{items:?}"
    );
    drain(&client, request_with_schema()).await;
    let last = server.bodies().pop().unwrap();
    assert_eq!(last["max_completion_tokens"], 800);
    assert_eq!(
        (last.get("max_tokens"), last.get("temperature")),
        (None, None)
    );
    assert_eq!(last["response_format"]["type"], "json_schema");
}

#[tokio::test]
async fn a_form_that_works_is_kept_whatever_is_refused_later() {
    let server = Server::start([
        stream_of("{}"),
        refusal("the prompt is too long"),
        json_answer("500 Oops", "{}"),
        stream_of("{}"),
    ])
    .await;
    let client = client("openai:x", &server.url);
    let mut outcomes = Vec::new();
    for _ in 0..4 {
        let items = drain(&client, request_with_schema()).await;
        outcomes.push(items.last().unwrap().is_ok());
    }
    assert_eq!(outcomes, [true, false, false, true]);
    assert_eq!(forms(&server), vec![json!("json_schema"); 4]);
}

#[tokio::test]
async fn what_no_form_helps_is_not_blamed_on_the_form() {
    let too_long = || refusal("the prompt is too long");
    let server = Server::start([too_long(), too_long(), too_long(), stream_of("{}")]).await;
    let client = client("openai:x", &server.url);
    let items = drain(&client, request_with_schema()).await;
    assert!(
        matches!(items.last(), Some(Err(Error::Refused { status: 400, .. }))),
        "{items:?}"
    );
    drain(&client, request_with_schema()).await;
    let (schema, object) = (json!("json_schema"), json!("json_object"));
    assert_eq!(
        forms(&server),
        [schema.clone(), object, json!(null), schema]
    );
}

#[tokio::test]
async fn a_refusal_without_a_schema_is_final() {
    for status in ["400 Bad Request", "500 Oops", "422 No"] {
        let server = Server::start([json_answer(status, r#"{"detail":"no"}"#)]).await;
        let items = drain(&client("openai:x", &server.url), request()).await;
        assert!(items.last().unwrap().is_err());
        assert_eq!(server.asked().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn a_whole_answer_steps_down_as_well() {
    let good = r#"{"choices":[{"message":{"content":"{}"},"finish_reason":"stop"}]}"#;
    let refused = json_answer("422 No", r#"{"detail":[{"msg":"unknown type"}]}"#);
    let server = Server::start([
        refused,
        json_answer("200 OK", good),
        json_answer("200 OK", good),
    ])
    .await;
    let client = client("openai:x", &server.url);
    for _ in 0..2 {
        assert_eq!(
            client.generate(request_with_schema()).await.unwrap().text,
            "{}"
        );
    }
    let (schema, object) = (json!("json_schema"), json!("json_object"));
    assert_eq!(forms(&server), [schema, object.clone(), object]);
}

#[tokio::test]
async fn a_parameter_that_a_validator_forbids_is_left_out() {
    let detail = r#"{"detail":[{"type":"extra_forbidden","loc":["body","seed"],
        "msg":"Extra inputs are not permitted","input":7}]}"#;
    let server = Server::start([json_answer("422 No", detail), stream_of("好")]).await;
    let asked = Request {
        seed: Some(7),
        ..request()
    };
    let items = drain(&client("openai:x", &server.url), asked).await;
    assert!(
        judgement(&items).starts_with("stopped, no usage, 2 calls"),
        "{items:?}"
    );
    let seeds: Vec<_> = server
        .bodies()
        .iter()
        .map(|body| body.get("seed").cloned())
        .collect();
    assert_eq!(seeds, [Some(json!(7)), None]);
}

#[tokio::test]
async fn a_parameter_that_is_only_wrong_is_not_left_out() {
    let server = Server::start([refusal("Field 'temperature': type must be number")]).await;
    let items = drain(&client("openai:x", &server.url), request()).await;
    assert!(
        matches!(items.last(), Some(Err(Error::Refused { .. }))),
        "{items:?}"
    );
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn each_kind_of_server_gets_the_form_that_it_takes() {
    let schema = request_with_schema().schema.unwrap().schema;
    for status in ["400 Bad Request", "422 No", "500 Oops"] {
        let refused = || json_answer(status, r#"{"detail":"response_format is not supported"}"#);
        for (refusals, last) in [
            (0, Some("json_schema")),
            (1, Some("json_object")),
            (2, None),
        ] {
            let mut script: Vec<_> = (0..refusals).map(|_| refused()).collect();
            script.extend([stream_of("{}"), stream_of("{}")]);
            let server = Server::start(script).await;
            let model = client("openai:x", &server.url);
            let items = drain(&model, request_with_schema()).await;
            let end = format!("stopped, no usage, {} calls", refusals + 1);
            assert!(judgement(&items).starts_with(&end), "{status}: {items:?}");
            drain(&model, request_with_schema()).await;
            let bodies = server.bodies();
            let forms = [Some("json_schema"), Some("json_object"), None];
            let mut expected = forms[..=refusals].to_vec();
            expected.push(last);
            assert_eq!(
                bodies.len(),
                expected.len(),
                "{status}, {refusals} refusals"
            );
            for (body, form) in bodies.iter().zip(expected) {
                let format = body.get("response_format");
                assert_eq!(format.and_then(|f| f["type"].as_str()), form, "{status}");
                let sent = format.map(|f| {
                    f.get("schema")
                        .unwrap_or_else(|| &f["json_schema"]["schema"])
                });
                assert_eq!(
                    sent,
                    form.map(|_| &schema),
                    "{status}: the schema goes along"
                );
                // Nothing else changes with the form.
                assert_eq!(
                    (&body["max_tokens"], &body["stream"]),
                    (&json!(800), &json!(true))
                );
                assert_eq!(body["messages"][1]["content"], "問:換工作好嗎?");
            }
        }
    }
}

#[tokio::test]
async fn a_server_that_breaks_in_the_middle_is_not_asked_for_less() {
    let error = "data: {\"error\":{\"code\":500,\"message\":\"bad grammar\",\"type\":\"server_error\"}}\n\n";
    let mut broken = crate::server::text_event("好");
    broken.extend_from_slice(error.as_bytes());
    let server = Server::start([
        answer(
            "200 OK",
            "content-type: text/event-stream\r\n",
            &String::from_utf8(broken).unwrap(),
        ),
        stream_of("{}"),
    ])
    .await;
    let client = client("openai:x", &server.url);
    let items = drain(&client, request_with_schema()).await;
    assert!(
        matches!(items.last(), Some(Err(Error::Failed { .. }))),
        "{items:?}"
    );
    drain(&client, request_with_schema()).await;
    assert_eq!(forms(&server), vec![json!("json_schema"); 2]);
}
