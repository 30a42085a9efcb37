//! Ollama's protocol. The lines here are written from its documentation, not recorded.

use std::time::Duration;

use kaucim_llm::{Client, Delta, Error, Model, Provider, probe};
use serde_json::{Value, json};

use crate::{
    decoding::decode,
    server::{Play, Server, answer, json as json_answer},
    support::{client, config, drain, judgement, request, request_with_schema},
};

const NDJSON: &str = "content-type: application/x-ndjson\r\n";

fn line(content: &str) -> String {
    let message = json!({ "role": "assistant", "content": content });
    let line = json!({
        "model": "qwen3:8b", "created_at": "2026-11-22T08:00:00.0Z", "message": message, "done": false,
    });
    format!("{line}\n")
}

fn thought(thinking: &str) -> String {
    let message = json!({ "role": "assistant", "content": "", "thinking": thinking });
    format!(
        "{}\n",
        json!({ "model": "qwen3:8b", "message": message, "done": false })
    )
}

fn done(reason: &str) -> String {
    let line = json!({
        "model": "qwen3:8b", "created_at": "2026-11-22T08:00:01.0Z",
        "message": { "role": "assistant", "content": "" },
        "done": true, "done_reason": reason, "total_duration": 4_883_583_458_u64,
        "load_duration": 1_334_875, "prompt_eval_count": 26, "prompt_eval_duration": 342_546_000,
        "eval_count": 282, "eval_duration": 4_535_599_000_u64,
    });
    format!("{line}\n")
}

fn check(body: &str, expected: &str) {
    for lengths in [&[usize::MAX][..], &[1], &[7, 3, 64]] {
        let items = decode(
            Provider::Ollama,
            "application/x-ndjson",
            body.as_bytes(),
            lengths,
        );
        assert_eq!(judgement(&items), expected, "{body}");
    }
}

#[test]
fn answers_are_judged() {
    let text = [line("籤"), line("詩")].concat();
    let written = "2 characters in 2 pieces\n  \"籤詩\"";
    check(
        &(text.clone() + &done("stop")),
        &format!("stopped, 26 + 282 tokens, {written}"),
    );
    check(
        &(text.clone() + &done("length")),
        &format!("cut by length, 26 + 282 tokens, {written}"),
    );
    check(
        &([thought("月"), thought("老")].concat() + &text + &done("stop")),
        &format!("stopped, 26 + 282 tokens, 2 thoughts, {written}"),
    );
    check(
        &([line("<thi"), line("nk>月"), line("</think>")].concat() + &text + &done("stop")),
        &format!("stopped, 26 + 282 tokens, 2 thoughts, {written}"),
    );
    let cut_off = "CutOff: the answer was cut off before its end";
    check(&text, &format!("{cut_off}, {written}"));
    check(
        &(text.clone() + r#"{"message":{"#),
        &format!("{cut_off}, {written}"),
    );
    check(
        &(text.clone() + r#"{"error":"an error was encountered while running the model"}"#),
        &format!(
            "Failed: the model server failed while answering: \
             an error was encountered while running the model, {written}"
        ),
    );
    check(
        &(text.clone() + "{\"done\":true}"),
        &format!("stopped, no usage, {written}"),
    );
    check("", cut_off);
    for reason in ["stop", "length", "load", "unload"] {
        check(&done(reason), "Empty: the answer was empty");
    }
    check(
        &(text + "<html>\n"),
        &format!(
            "Malformed: the model server does not speak the expected protocol: \
         an event cannot be read: expected value at line 1 column 1, {written}"
        ),
    );
}

#[tokio::test]
async fn a_request_is_written_in_full() {
    let lines = line("{}") + &done("stop");
    let server = Server::start([answer("200 OK", NDJSON, &lines)]).await;
    let mut config = config("ollama:qwen3:8b", &server.url);
    config.keep_alive = Some(Duration::from_mins(10));
    let mut asked = request_with_schema();
    asked.stop = vec!["。".to_owned()];
    asked.seed = Some(42);
    let items = drain(&Client::new(&config).unwrap(), asked).await;
    assert!(judgement(&items).starts_with("stopped, 26 + 282 tokens, 1 calls"));
    let [sent] = &server.asked()[..] else {
        panic!("one request")
    };
    assert!(
        sent.head.starts_with("post /api/chat http/1.1"),
        "{}",
        sent.head
    );
    insta::assert_json_snapshot!(sent.body);
}

#[tokio::test]
async fn a_model_that_knows_no_thinking_is_not_asked_about_it_again() {
    let refusal = r#"{"error":"\"gemma3:4b\" does not support thinking"}"#;
    let lines = line("好") + &done("stop");
    let success = || answer("200 OK", NDJSON, &lines);
    let refused = json_answer("400 Bad Request", refusal);
    let server = Server::start([refused, success(), success()]).await;
    let client = client("ollama:gemma3:4b", &server.url);
    let items = drain(&client, request()).await;
    assert!(judgement(&items).starts_with("stopped, 26 + 282 tokens, 2 calls"));
    drain(&client, request()).await;
    let thinks: Vec<_> = server
        .bodies()
        .iter()
        .map(|body| body.get("think").cloned())
        .collect();
    assert_eq!(thinks, [Some(json!(false)), None, None]);
}

fn formats(server: &Server) -> Vec<Value> {
    let bodies = server.bodies();
    bodies.iter().map(|body| body["format"].clone()).collect()
}

#[tokio::test]
async fn a_form_that_is_refused_is_made_simpler_and_remembered() {
    let schema = request_with_schema().schema.unwrap().schema;
    let lines = line("{}") + &done("stop");
    let success = || answer("200 OK", NDJSON, &lines);
    let refused = |status| json_answer(status, r#"{"error":"invalid format"}"#);
    for status in ["400 Bad Request", "422 No", "500 Oops"] {
        let server = Server::start([refused(status), success(), success()]).await;
        let model = client("ollama:x", &server.url);
        let items = drain(&model, request_with_schema()).await;
        assert!(judgement(&items).starts_with("stopped, 26 + 282 tokens, 2 calls"));
        drain(&model, request_with_schema()).await;
        let once = [schema.clone(), json!("json"), json!("json")];
        assert_eq!(formats(&server), once, "{status}");

        let script = [refused(status), refused(status), success(), success()];
        let server = Server::start(script).await;
        let model = client("ollama:x", &server.url);
        let items = drain(&model, request_with_schema()).await;
        assert!(judgement(&items).starts_with("stopped, 26 + 282 tokens, 3 calls"));
        drain(&model, request_with_schema()).await;
        let twice = [schema.clone(), json!("json"), json!(null), json!(null)];
        assert_eq!(formats(&server), twice, "{status}");
    }
}

#[tokio::test]
async fn a_form_that_works_is_kept_whatever_is_refused_later() {
    let lines = line("{}") + &done("stop");
    let success = || answer("200 OK", NDJSON, &lines);
    let refused = json_answer("500 Oops", r#"{"error":"out of memory"}"#);
    let server = Server::start([success(), refused, success()]).await;
    let model = client("ollama:x", &server.url);
    let mut outcomes = Vec::new();
    for _ in 0..3 {
        let items = drain(&model, request_with_schema()).await;
        outcomes.push(items.last().unwrap().is_ok());
    }
    assert_eq!(outcomes, [true, false, true]);
    assert!(formats(&server).iter().all(Value::is_object));
}

/// Another model may stand behind the same address one day.
#[tokio::test]
async fn a_form_that_worked_is_given_up_when_a_refusal_names_it() {
    let lines = line("{}") + &done("stop");
    let success = || answer("200 OK", NDJSON, &lines);
    let refused = json_answer("400 Bad Request", r#"{"error":"invalid format"}"#);
    let server = Server::start([success(), refused, success(), success()]).await;
    let model = client("ollama:x", &server.url);
    for _ in 0..3 {
        let items = drain(&model, request_with_schema()).await;
        assert!(items.last().unwrap().is_ok());
    }
    let [first, second, third, fourth] = &formats(&server)[..] else {
        panic!("four requests")
    };
    assert!(first.is_object() && second.is_object());
    assert_eq!([third, fourth], [&json!("json"), &json!("json")]);
}

#[tokio::test]
async fn a_missing_model_is_refused_once() {
    let refusal = json_answer("404 Not Found", r#"{"error":"model 'x' not found"}"#);
    let server = Server::start([refusal]).await;
    let items = drain(&client("ollama:x", &server.url), request()).await;
    let expected = "Refused: the model server refused the request with 404: \
                    model 'x' not found, 1 calls";
    assert_eq!(judgement(&items), expected);
}

#[tokio::test]
async fn a_whole_answer_is_read() {
    let server = Server::start([
        json_answer("200 OK", &(line("好").replace("false", "true"))),
        json_answer("200 OK", &done("load")),
        json_answer("200 OK", r#"{"error":"out of memory"}"#),
    ])
    .await;
    let client = client("ollama:x", &server.url);
    assert_eq!(client.generate(request()).await.unwrap().text, "好");
    assert!(matches!(
        client.generate(request()).await,
        Err(Error::Empty)
    ));
    assert!(matches!(
        client.generate(request()).await,
        Err(Error::Failed { .. })
    ));
    assert!(server.bodies().iter().all(|body| body["stream"] == false));
}

#[tokio::test]
async fn a_cut_in_the_middle_of_a_whole_answer_is_a_cut() {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n";
    let half = format!("{head}{{\"message\":{{\"content\":\"好");
    let server = Server::start([vec![Play::Send(half.into())]]).await;
    let answer = client("ollama:x", &server.url).generate(request()).await;
    assert!(matches!(answer, Err(Error::CutOff)), "{answer:?}");
}

#[tokio::test]
async fn installed_models_are_listed() {
    let list = r#"{"models":[{"name":"qwen3:8b","size":5},{"model":"gemma3:4b"},{"size":1}]}"#;
    let server = Server::start([json_answer("200 OK", list), json_answer("200 OK", "[]")]).await;
    let config = config("ollama:qwen3:8b", &server.url);
    assert_eq!(probe(&config).await.unwrap(), ["qwen3:8b", "gemma3:4b"]);
    assert!(server.asked()[0].head.starts_with("get /api/tags http/1.1"));
    assert!(matches!(probe(&config).await, Err(Error::Malformed { .. })));
}

#[tokio::test]
async fn thinking_comes_through_as_a_sign_of_life_only() {
    let lines = thought("嗯") + &line("好") + &done("stop");
    let server = Server::start([answer("200 OK", NDJSON, &lines)]).await;
    let items = drain(&client("ollama:x", &server.url), request()).await;
    let [
        Ok(Delta::Calling),
        Ok(Delta::Thinking),
        Ok(Delta::Text(text)),
        Ok(_),
    ] = &items[..]
    else {
        panic!("{items:?}")
    };
    assert_eq!(text, "好");
}
