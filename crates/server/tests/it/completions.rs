//! The door of OpenAI's clients, byte by byte; its own package is asked in the program's tests.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::{
    app::{TestApp, soon},
    user::{User, answer},
};

const COMPLETIONS: &str = "/v1/chat/completions";

fn asked(model: &str, question: &str) -> Value {
    let messages = json!([
        { "role": "system", "content": "Be brief." },
        { "role": "user", "content": "前" },
        { "role": "assistant", "content": null },
        { "role": "user", "content": [{ "type": "text", "text": question }] },
    ]);
    json!({ "model": model, "messages": messages, "language": "zh", "fortune_number": 7 })
}

fn streamed(user: &User, mut body: Value) -> RequestBuilder {
    body["stream"] = true.into();
    body["stream_options"] = json!({ "include_usage": true });
    user.request(Method::POST, COMPLETIONS).json(&body)
}

/// The pieces of a whole stream, without the comments between them.
fn pieces(body: &str) -> Vec<Value> {
    let body = body.strip_suffix("data: [DONE]\n\n").expect("an end");
    let events = body.split_terminator("\n\n");
    let data = events.filter_map(|event| event.strip_prefix("data: "));
    data.map(|data| serde_json::from_str(data).expect("JSON"))
        .collect()
}

#[tokio::test]
async fn a_reading_is_an_answer_streamed_or_whole() {
    let app = TestApp::start().await;
    let asker = app.key_holder("temple").await;
    let whole = asked("kaucim/yue_lao", "會嗎？");
    let whole = asker.post(COMPLETIONS, Some(&whole)).await;
    assert_eq!(whole.status, 200, "{}", whole.body());
    let task_id = whole.header("x-request-id").to_owned();
    let whole = whole.json();
    let result = asker.task(&task_id).await["result"].clone();
    let content = whole["choices"][0]["message"]["content"].as_str();
    let content = content.expect("text");
    let sections = result["sections"].as_array().expect("sections");
    for section in sections {
        let (title, text) = (&section["title"], &section["text"]);
        let (title, text) = (title.as_str().unwrap(), text.as_str().unwrap());
        assert!(
            content.contains(&format!("\n\n## {title}\n\n{text}")),
            "{title}"
        );
    }
    let verse = result["lot"]["verse"][0].as_str().expect("a line");
    assert!(content.contains(&format!("\n\n> {verse}")), "{content}");
    let tokens = result["usage"]["output_tokens"].clone();
    assert_eq!(whole["usage"]["completion_tokens"], tokens);
    assert_eq!(whole["model"], "kaucim/yue_lao");

    // The same lot and the same model of the simulation: the same answer, piece by piece.
    let request = streamed(&asker, asked("kaucim/yue_lao/kaucim_yue_lao", "會嗎？"));
    let streamed = answer(request).await;
    let body = streamed.body();
    assert_eq!(streamed.status, 200, "{body}");
    let pieces = pieces(&body);
    let delta = |piece: &Value| piece["choices"][0]["delta"]["content"].clone();
    let texts = pieces.iter().map(delta);
    let text: String = texts
        .filter_map(|text| text.as_str().map(str::to_owned))
        .collect();
    assert_eq!(text, content);
    let [.., stop, usage] = pieces.as_slice() else {
        panic!("too few pieces: {body}");
    };
    assert_eq!(stop["choices"][0]["finish_reason"], "stop");
    assert_eq!(usage["choices"], json!([]));
    assert_eq!(usage["usage"]["completion_tokens"], tokens);
}

#[tokio::test]
async fn only_what_is_sealed_is_said_and_a_failure_is_an_error() {
    let app = TestApp::start().await;
    let asker = app.key_holder("temple").await;
    let question = "會嗎？ [[sim fault=hostile:placeholder times=1]]";
    let body = answer(streamed(&asker, asked("kaucim/yue_lao", question)))
        .await
        .body();
    let said = pieces(&body);
    let headings = said
        .iter()
        .filter(|piece| piece.to_string().contains("## "));
    assert_eq!(headings.count(), 7, "each section is said once: {body}");

    let stalling = asked("kaucim/yue_lao", "值得嗎？ [[sim fault=stall@40]]");
    let sent = streamed(&asker, stalling).send().await.expect("an answer");
    let id = sent.headers()["x-request-id"]
        .to_str()
        .expect("text")
        .to_owned();
    asker.cancel(&id).await;
    let body = sent.text().await.expect("a whole answer");
    let last = pieces(&body).pop().expect("a piece");
    assert_eq!(last["error"]["code"], "task_cancelled");

    // A client that goes away cancels nothing, and the same key finds the reading again.
    let body = asked("kaucim/yue_lao", "行嗎？ [[sim rate=200]]");
    let request = || {
        asker
            .request(Method::POST, COMPLETIONS)
            .header("idempotency-key", "once")
    };
    let mut open = body.clone();
    open["stream"] = true.into();
    drop(request().json(&open).send().await.expect("an answer"));
    let newest = asker.history().await[0]["task_id"]
        .as_str()
        .expect("an id")
        .to_owned();
    assert_eq!(asker.finished(&newest).await["status"], "completed");
    let again = answer(request().json(&open)).await;
    assert_eq!(again.header("x-request-id"), newest);
}

#[tokio::test]
async fn what_is_refused_is_refused_in_openai_s_words() {
    let app = TestApp::start().await;
    let asker = app.key_holder("temple").await;
    let question = asked("kaucim/yue_lao", "會嗎？");
    let with = |name: &str, value: Value| {
        let mut body = question.clone();
        body[name] = value;
        body
    };
    for (body, status, code) in [
        (with("model", json!("gpt-4o")), 404, "unknown_deity"),
        (with("model", json!("kaucim/nobody")), 404, "unknown_deity"),
        (
            with("model", json!("kaucim/yue_lao/x")),
            404,
            "unknown_deck",
        ),
        (with("n", json!(2)), 422, "invalid_request"),
        (with("messages", json!([])), 422, "invalid_request"),
        (with("user", json!("x".repeat(65))), 422, "invalid_request"),
        (json!({}), 422, "invalid_request"),
    ] {
        let answer = asker.post(COMPLETIONS, Some(&body)).await;
        answer.assert_refused(COMPLETIONS, status, code);
        assert_eq!(
            answer.header("x-should-retry"),
            "false",
            "it would be no use"
        );
    }
    let guest = app.guest().await.post(COMPLETIONS, Some(&question)).await;
    guest.assert_refused(COMPLETIONS, 401, "unauthenticated");
    app.assert_nothing_spent();

    let models = asker.get("/v1/models").await.json();
    assert_eq!(models["data"][0]["id"], "kaucim/yue_lao");
    let one = asker.get("/v1/models/kaucim%2Fyue_lao").await;
    assert_eq!(one.json(), models["data"][0]);
    let none = asker.get("/v1/models/kaucim%2Fnobody").await;
    none.assert_refused("/v1/models/", 404, "unknown_deity");

    // Who waits for the whole is told nothing more once the key is revoked.
    let hanging = asked("kaucim/yue_lao", "值得嗎？ [[sim fault=hang]]");
    let waiting = asker.post(COMPLETIONS, Some(&hanging));
    let revoking = async {
        let asked = app.sim.until(|calls| calls.len() == 1);
        soon("the model to be asked", asked).await;
        let revoked = app.accounts.revoke_key(asker.secret(), "a test").await;
        revoked.expect("it is found");
    };
    let (answer, ()) = futures::future::join(waiting, revoking).await;
    answer.assert_refused(COMPLETIONS, 401, "unauthenticated");
}
