//! The door of the AI SDK, chunk by chunk; its own package is asked in the program's tests.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::{
    app::TestApp,
    user::{Answer, User, answer, stream_path},
};

const CHAT: &str = "/api/v1/chat";

fn said(id: &str, question: &str) -> Value {
    let earlier = json!({ "role": "user", "id": "a", "parts": [{ "type": "text", "text": "前" }] });
    let parts = json!([{ "type": "file", "url": "x" }, { "type": "text", "text": question }]);
    json!({
        "id": id, "trigger": "submit-message", "language": "zh", "deity_id": "yue_lao",
        "messages": [earlier, { "role": "assistant", "parts": [] }, { "role": "user", "parts": parts }],
    })
}

fn resume(user: &User, id: &str) -> RequestBuilder {
    user.request(Method::GET, &format!("{CHAT}/{id}/stream"))
}

/// The chunks of a whole stream, which begins and ends as the protocol has it.
#[track_caller]
fn chunks(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, 200, "{}", answer.body());
    assert_eq!(answer.header("x-vercel-ai-ui-message-stream"), "v1");
    let body = answer.body();
    let body = body.strip_suffix("data: [DONE]\n\n").expect("an end");
    let events = body.split_terminator("\n\n");
    let chunk = |event: &str| {
        let data = event.strip_prefix("data: ").expect("data and nothing else");
        serde_json::from_str(data).expect("one line of JSON")
    };
    events.map(chunk).collect()
}

fn of_type<'a>(chunks: &'a [Value], kind: &str) -> Vec<&'a Value> {
    let found = chunks.iter().filter(|chunk| chunk["type"] == kind);
    found.collect()
}

/// The text of every part that was sealed, in the order in which they came.
fn sealed_texts(chunks: &[Value]) -> Vec<String> {
    let (mut texts, mut open) = (Vec::new(), String::new());
    for chunk in chunks {
        let state = &chunk["providerMetadata"]["kaucim"]["state"];
        match chunk["type"].as_str() {
            Some("text-start") => open.clear(),
            Some("text-delta") => open.push_str(chunk["delta"].as_str().expect("text")),
            Some("text-end") if state == "sealed" => texts.push(open.clone()),
            _ => {}
        }
    }
    texts
}

#[tokio::test]
async fn a_chat_is_answered_with_a_reading_and_resumed_from_its_start() {
    let app = TestApp::start().await;
    let asker = app.key_holder("temple").await;
    let none = answer(resume(&asker, "one")).await;
    assert_eq!(none.status, 204, "nothing was asked in this chat");

    // A section that a model has to write again is in the message twice, and counts once.
    let question = "會嗎？ [[sim fault=weak:missing]]";
    let first = asker.post(CHAT, Some(&said("one", question))).await;
    let first = chunks(&first);
    let task_id = first[0]["messageId"].as_str().expect("an id").to_owned();
    let task = asker.task(&task_id).await;
    assert_eq!(task["question"], question, "the last message of the user");
    let mut sections: Vec<&str> = task["sections"]
        .as_array()
        .expect("sections")
        .iter()
        .map(|section| section["text"].as_str().expect("text"))
        .collect();
    let mut texts = sealed_texts(&first);
    sections.sort_unstable();
    texts.sort_unstable();
    assert_eq!(texts, sections);
    for (kind, count) in [
        ("data-lot", 1),
        ("data-sources", 1),
        ("finish", 1),
        ("start", 1),
    ] {
        assert_eq!(of_type(&first, kind).len(), count, "{kind}");
    }
    assert_eq!(first.last().expect("a chunk")["finishReason"], "stop");

    let again = chunks(&answer(resume(&asker, "one")).await);
    assert_eq!(again[0], first[0], "the same message");
    assert_eq!(sealed_texts(&again).len(), 7);
    let by_task = format!("{}?format=ai-sdk", stream_path(&task_id));
    assert_eq!(
        chunks(&asker.get(&by_task).await),
        again,
        "by either address"
    );
    let unknown = asker
        .get(&format!("{}?format=x", stream_path(&task_id)))
        .await;
    unknown.assert_problem(422, "invalid_request");

    // Another question of the chat is another reading, and the one that is resumed.
    let second = chunks(&asker.post(CHAT, Some(&said("one", "值得嗎？"))).await);
    assert_ne!(second[0], first[0]);
    let app = app.restart().await;
    let asker = asker.at(&app);
    let resumed = chunks(&answer(resume(&asker, "one")).await);
    assert_eq!(resumed[0], second[0], "also after a restart");
    let other = app.key_holder("other").await;
    let answer = answer(resume(&other, "one")).await;
    assert_eq!(answer.status, 204, "a chat is its account's own");
}

#[tokio::test]
async fn stop_cancels_and_asking_the_same_meanwhile_asks_nothing_anew() {
    let app = TestApp::start().await;
    let guest = app.guest().await;
    let body = said("one", "會嗎？ [[sim fault=stall@40]]");
    let opened = guest.request(Method::POST, CHAT).json(&body).send().await;
    let mut opened = opened.expect("an answer");
    assert_eq!(opened.status(), 200);
    opened.chunk().await.expect("the first chunk comes at once");
    // The reader goes away, and the reading goes on.
    drop(opened);
    let again = guest.request(Method::POST, CHAT).json(&body).send().await;
    let again = again.expect("an answer");
    let stopped = guest.post(&format!("{CHAT}/one/stop"), None).await;
    let again = answer_of(again).await;
    assert_eq!(stopped.status, 200, "{}", stopped.body());
    let stopped = stopped.json();
    assert_eq!(stopped["status"], "cancelled");
    assert!(again.contains("\"abort\""), "{again}");
    let history = guest.history().await;
    assert_eq!(history.len(), 1);
    assert_eq!(history[0]["task_id"], stopped["task_id"]);
    let nowhere = guest.post(&format!("{CHAT}/two/stop"), None).await;
    nowhere.assert_problem(404, "task_not_found");
    let no_user = json!({ "id": "x", "messages": [{ "role": "assistant" }] });
    let refused = guest.post(CHAT, Some(&no_user)).await;
    refused.assert_problem(422, "invalid_request");
}

async fn answer_of(response: reqwest::Response) -> String {
    response.text().await.expect("a whole answer")
}

#[tokio::test]
async fn a_server_that_ends_says_that_the_message_is_not_whole() {
    let app = TestApp::start().await;
    let asker = app.key_holder("temple").await;
    let body = said("one", "會嗎？ [[sim fault=stall@40]]");
    let sent = asker.request(Method::POST, CHAT).json(&body).send().await;
    let mut sent = sent.expect("an answer");
    sent.chunk().await.expect("the first chunk");
    app.begin_to_end();
    let text = answer_of(sent).await;
    assert!(text.contains("interrupted"), "{text}");
    assert!(text.ends_with("data: [DONE]\n\n"), "{text}");
}
