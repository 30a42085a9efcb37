//! What the log and the figures never hold, over a whole run at its most talkative.

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

use crate::program::{Server, asking, kaucim, model, run};

const ASK: &str = "/api/v1/async-chat/ask-question";

async fn send(request: reqwest::RequestBuilder) -> (StatusCode, Value) {
    let answer = request.send().await.expect("the server answers");
    let status = answer.status();
    let text = answer.text().await.expect("a body");
    (
        status,
        serde_json::from_str(&text).unwrap_or(Value::String(text)),
    )
}

#[tokio::test]
async fn log_and_figures_hold_no_question_no_reading_and_no_credential() {
    let sim = model("rate=0").await;
    let mut environment = asking(&sim, "openai");
    environment.push(("KAUCIM_LOG", "debug".to_owned()));
    environment.push(("OPENAI_API_KEY", "sk-of-the-operator".to_owned()));
    let server = Server::start(environment).await;
    let mut command = kaucim(server.data.path());
    command.args([
        "key",
        "create",
        "--name",
        "all",
        "--scope",
        "ask,read,admin",
    ]);
    let key = run(command).await.stdout.trim().to_owned();
    let client = Client::builder().no_proxy().build().expect("a client");
    let request = |method: Method, path: &str| client.request(method, server.url(path));
    let (status, session) = {
        let answer = request(Method::POST, "/api/v1/session")
            .send()
            .await
            .expect("an answer");
        (
            answer.status(),
            answer.headers()["set-cookie"]
                .to_str()
                .expect("text")
                .to_owned(),
        )
    };
    assert_eq!(status, 200);
    let guest = session
        .split(['=', ';'])
        .nth(1)
        .expect("a secret")
        .to_owned();
    let body = json!({
        "deity_id": "yue_lao", "question": "Will Perpetua Quillfeather marry me?",
        "context": { "name": "Ignatius Bramblewick" }, "end_user": "customer-zebulon",
    });
    let asked = request(Method::POST, ASK).bearer_auth(&key).json(&body);
    let (status, accepted) = send(asked).await;
    assert_eq!(status, 202, "{accepted}");
    let task_id = accepted["task_id"].as_str().expect("an id");
    let ticket_path = format!("/api/v1/async-chat/task/{task_id}/ticket");
    let (_, ticket) = send(request(Method::POST, &ticket_path).bearer_auth(&key)).await;
    let ticket = ticket["ticket"].as_str().expect("a ticket").to_owned();
    let stream = format!("/api/v1/async-chat/stream/{task_id}?ticket={ticket}");
    let (status, events) = send(request(Method::GET, &stream)).await;
    assert_eq!(status, 200);
    assert!(
        events.as_str().expect("events").contains("event: complete"),
        "{events}"
    );
    let (_, task) =
        send(request(Method::GET, &format!("/api/v1/async-chat/task/{task_id}")).bearer_auth(&key))
            .await;
    let section = task["result"]["sections"][0]["text"]
        .as_str()
        .expect("a text");
    // What is refused is not written down either.
    let of_guest = request(Method::GET, "/api/v1/async-chat/history?limit=0");
    send(of_guest.header("cookie", format!("kaucim_session={guest}"))).await;
    send(request(
        Method::GET,
        &format!("/api/v1/search?q=x&token={key}"),
    ))
    .await;
    send(request(Method::GET, "/metrics").bearer_auth("eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.c2ln"))
        .await;
    send(
        request(Method::POST, ASK)
            .bearer_auth(&key)
            .body("{\"question\": \"Perpetua"),
    )
    .await;
    let (status, figures) = send(request(Method::GET, "/metrics").bearer_auth(&key)).await;
    assert_eq!(status, 200);
    let figures = figures.to_string();
    assert!(figures.contains("kaucim_tasks"), "{figures}");
    let log = std::fs::read_to_string(server.data.path().join("stderr.txt")).expect("a log");
    assert!(log.contains("DEBUG"), "the log is talkative: {log}");
    // What the first start tells people is told once, and is no part of the log.
    let log: Vec<_> = log
        .lines()
        .filter(|line| !line.contains("your bearer token"))
        .collect();
    let log = log.join("\n");
    let some_words: String = section.chars().take(24).collect();
    for secret in [
        &key[3..],
        &key[11..40],
        &guest,
        &ticket,
        "sk-of-the-operator",
        "Perpetua",
        "Quillfeather",
        "Bramblewick",
        "zebulon",
        "eyJhbGci",
        &some_words,
    ] {
        assert!(!log.contains(secret), "`{secret}` stands in the log");
        assert!(
            !figures.contains(secret),
            "`{secret}` stands in the figures"
        );
    }
    sim.stop().await;
}
