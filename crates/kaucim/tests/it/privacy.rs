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

/// Everything that was asked, answered or proven in a run.
struct Said {
    key: String,
    guest: String,
    ticket: String,
    handoff: String,
    section: String,
    figures: String,
}

#[tokio::test]
async fn log_and_figures_hold_no_question_no_reading_and_no_credential() {
    let sim = model("rate=0").await;
    let mut environment = asking(&sim, "openai");
    environment.push(("KAUCIM_LOG", "debug".to_owned()));
    environment.push(("OPENAI_API_KEY", "sk-of-the-operator".to_owned()));
    let server = Server::start(environment).await;
    let said = whole_run(&server).await;
    let log = std::fs::read_to_string(server.data.path().join("stderr.txt")).expect("a log");
    assert!(log.contains("DEBUG"), "the log is talkative: {log}");
    assert!(log.contains("with 422"), "it tells of the refusal: {log}");
    // What the first start tells people is told once, and is no part of the log.
    let lines = log
        .lines()
        .filter(|line| !line.contains("your bearer token"));
    let log = lines.collect::<Vec<_>>().join("\n");
    for secret in [
        &said.key[3..],
        &said.key[11..40],
        &said.guest,
        &said.ticket,
        &said.handoff,
        &said.section,
        "sk-of-the-operator",
        "Perpetua",
        "Quillfeather",
        "Bramblewick",
        "zebulon",
        "eyJhbGci",
    ] {
        assert!(secret.len() > 6, "there is something to look for: {secret}");
        assert!(!log.contains(secret), "`{secret}` stands in the log");
        assert!(
            !said.figures.contains(secret),
            "`{secret}` is in the figures"
        );
    }
    sim.stop().await;
}

/// Asks, follows with a ticket, and is refused in several ways.
async fn whole_run(server: &Server) -> Said {
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
    let guest = guest(request(Method::POST, "/api/v1/session")).await;
    // A model server may quote what it refuses.
    let quoted = json!({ "deity_id": "yue_lao", "question": "Will Perpetua Quillfeather come? [[sim fault=422]]" });
    let waits = request(Method::POST, "/api/v1/fortune/interpret").bearer_auth(&key);
    assert_eq!(send(waits.json(&quoted)).await.0, 200);
    let body = json!({
        "deity_id": "yue_lao", "question": "Will Perpetua Quillfeather marry me?",
        "context": { "name": "Ignatius Bramblewick" }, "end_user": "customer-zebulon",
    });
    let asked = request(Method::POST, ASK).bearer_auth(&key).json(&body);
    let (status, accepted) = send(asked).await;
    assert_eq!(status, 202, "{accepted}");
    let task_id = accepted["task_id"].as_str().expect("an id");
    let task_path = format!("/api/v1/async-chat/task/{task_id}");
    let ticket = request(Method::POST, &format!("{task_path}/ticket")).bearer_auth(&key);
    let (_, ticket) = send(ticket).await;
    let ticket = ticket["ticket"].as_str().expect("a ticket").to_owned();
    let stream = format!("/api/v1/async-chat/stream/{task_id}?ticket={ticket}");
    let (_, events) = send(request(Method::GET, &stream)).await;
    let events = events.as_str().expect("events").to_owned();
    assert!(events.contains("event: complete"), "{events}");
    let (_, task) = send(request(Method::GET, &task_path).bearer_auth(&key)).await;
    let section = task["result"]["sections"][0]["text"].as_str();
    let section = section.expect("a text").chars().take(24).collect();
    // What is refused is not written down either.
    let of_guest = request(Method::GET, "/api/v1/async-chat/history?limit=0");
    send(of_guest.header("cookie", format!("kaucim_session={guest}"))).await;
    for open in ["/api/v1/search", "/", "/healthz", "/nowhere"] {
        let in_address = format!("{open}?q=x&token={key}");
        let (status, _) = send(request(Method::GET, &in_address)).await;
        assert_eq!(status, 401, "{open}");
    }
    let handoff = handoff(&server.url("/api/v1/session/handoff"), &client, &guest).await;
    let token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.c2ln";
    send(request(Method::GET, "/metrics").bearer_auth(token)).await;
    let broken = request(Method::POST, ASK).bearer_auth(&key);
    send(broken.body("{\"question\": \"Perpetua")).await;
    let (status, figures) = send(request(Method::GET, "/metrics").bearer_auth(&key)).await;
    assert_eq!(status, 200);
    let figures = figures.to_string();
    assert!(figures.contains("kaucim_tasks"), "{figures}");
    Said {
        key,
        guest,
        ticket,
        handoff,
        section,
        figures,
    }
}

/// Opens a session; the secret in its cookie.
async fn guest(request: reqwest::RequestBuilder) -> String {
    let answer = request.send().await.expect("the server answers");
    let cookie = answer.headers()["set-cookie"].to_str().expect("text");
    let secret = cookie.split(['=', ';']).nth(1);
    secret.expect("a cookie has a value").to_owned()
}

/// Makes a link to a second device and uses it, and one that is none; the secret in it.
async fn handoff(url: &str, client: &Client, guest: &str) -> String {
    let cookie = format!("kaucim_session={guest}");
    let (_, made) = send(client.post(url).header("cookie", cookie)).await;
    let link = made["url"].as_str().expect("a link");
    let (_, secret) = link.split_once("#handoff=").expect("a secret");
    for status in [200, 401] {
        let redeem = client.post(format!("{url}/redeem"));
        let used = send(redeem.json(&json!({ "handoff": secret }))).await;
        assert_eq!(used.0, status);
    }
    secret.to_owned()
}
