//! What a collector and a log reader get: every stage of a reading, and not a word of it.

use std::sync::Arc;

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::JoinSet,
    time::timeout,
};

use crate::{
    client::{Asker, Held},
    program::{PATIENCE, Server, asking, model},
};

const QUESTION: &str = "Will Quillfeather marry Bramblewick?";

/// A collector that takes whatever comes, and keeps it.
struct Collector {
    endpoint: String,
    bodies: mpsc::UnboundedReceiver<String>,
    _tasks: JoinSet<()>,
}

impl Collector {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let (sender, bodies) = mpsc::unbounded_channel();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            let sender = Arc::new(sender);
            while let Ok((socket, _)) = listener.accept().await {
                connections.spawn(take(socket, Arc::clone(&sender)));
            }
        });
        Self {
            endpoint,
            bodies,
            _tasks: tasks,
        }
    }
}

/// Takes the requests of one connection.
async fn take(mut socket: TcpStream, bodies: Arc<mpsc::UnboundedSender<String>>) {
    let mut bytes = Vec::new();
    while socket.read_buf(&mut bytes).await.is_ok_and(|read| read > 0) {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        assert!(head.starts_with("POST /v1/traces HTTP/1.1"), "{head}");
        let mut fields = head.lines().filter_map(|line| line.split_once(": "));
        let length = fields.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        let length: usize = length.expect("a length").1.parse().expect("a number");
        if body.len() < length {
            continue;
        }
        // The head shows whether the credential came; no question is in either.
        let _ = bodies.send(format!("{head}\n\n{body}"));
        bytes.clear();
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
        socket.write_all(answer).await.expect("it is taken");
    }
}

fn spans(body: &str) -> Vec<Value> {
    let (_, json) = body.split_once("\n\n").expect("a body");
    let request: Value = serde_json::from_str(json).expect("JSON");
    let scope = &request["resourceSpans"][0]["scopeSpans"][0];
    scope["spans"].as_array().expect("spans").clone()
}

/// Everything that may not leave: what was asked and written, and who asked with what.
fn words(question: &str, result: &Value, key: &str) -> Vec<String> {
    let mut words = vec![
        question.to_owned(),
        "Quillfeather".to_owned(),
        key[3..].to_owned(),
    ];
    for section in result["sections"].as_array().expect("sections") {
        let text = section["text"].as_str().expect("text");
        words.extend(text.split(['.', '\n']).map(str::trim).map(str::to_owned));
    }
    for line in result["lot"]["verse"].as_array().expect("lines") {
        words.push(line.as_str().expect("text").to_owned());
    }
    words.retain(|word| word.chars().count() > 3);
    words
}

/// All spans belong to this trace and hang on its first one.
fn assert_one_tree(all: &[Value], trace: &str, first: &Value) {
    let nanos = |span: &Value, end: &str| -> u64 {
        let written = span[end].as_str().expect("a text");
        written.parse().expect("a number")
    };
    for span in all {
        assert_eq!(span["traceId"], *trace, "one trace for one reading: {span}");
        assert!(nanos(span, "startTimeUnixNano") <= nanos(span, "endTimeUnixNano"));
        let parent = &span["parentSpanId"];
        let has_parent = all.iter().any(|other| other["spanId"] == *parent);
        assert!(has_parent || (span == first && parent == ""), "{span}");
    }
}

#[tokio::test]
async fn a_collector_sees_every_stage_of_a_reading_and_not_a_word_of_it() {
    let sim = model("rate=0;length=160;fault=cut@challenges;times=1").await;
    let mut collector = Collector::start().await;
    let mut environment = asking(&sim, "openai");
    environment.push(("KAUCIM_TRACES", collector.endpoint.clone()));
    environment.push(("KAUCIM_LOG", "debug".to_owned()));
    environment.push(("KAUCIM_LOG_FORMAT", "json".to_owned()));
    let mut server = Server::start(environment).await;
    let asker = Asker::of(&server).await;
    let accepted = asker.ask(&server, QUESTION).await;
    let mut held = Held::default();
    for event in asker.read_all(&server, &accepted).await {
        held.take(&event);
    }
    let result = held.last.as_ref().expect("an end")["result"].clone();
    // What still waits is sent when the server ends.
    assert_eq!(server.terminate().await, Some(0));
    let mut all = Vec::new();
    let mut bodies = String::new();
    let collecting = async {
        while !all.iter().any(|span: &Value| span["name"] == "attempt") {
            let body = collector.bodies.recv().await.expect("a request");
            all.extend(spans(&body));
            bodies.push_str(&body);
        }
    };
    timeout(PATIENCE, collecting).await.expect("the spans come");

    let trace = accepted["task_id"]
        .as_str()
        .expect("an id")
        .replace('-', "");
    let of = |name: &str| {
        all.iter()
            .filter(|span| span["name"] == name)
            .collect::<Vec<_>>()
    };
    for (name, least) in [
        ("accept", 1),
        ("queue", 1),
        ("attempt", 1),
        ("retrieval", 1),
        ("model call", 2),
        ("section checks", 7),
        ("commit", 9),
    ] {
        let found = of(name).len();
        assert!(found >= least, "{found} spans of `{name}`: {all:#?}");
    }
    assert_one_tree(&all, &trace, of("accept")[0]);
    let calls = of("model call");
    assert!(calls[0]["attributes"].to_string().contains("openai:sim"));
    assert_eq!(
        calls[0]["status"]["code"], 2,
        "the first call broke off: {}",
        calls[0]
    );
    let key = asker.key();
    let log = server.words();
    for word in words(QUESTION, &result, key) {
        assert!(
            !bodies.contains(&word),
            "`{word}` is in the spans: {bodies}"
        );
        assert!(!log.contains(&word), "`{word}` is in the log");
    }
    check_log(&log);
    sim.stop().await;
}

/// Every line that is not for people is an object with a time, a level and a message.
fn check_log(log: &str) {
    let lines: Vec<Value> = log
        .lines()
        .filter(|line| line.starts_with('{'))
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}")))
        .collect();
    assert!(lines.len() > 3, "{log}");
    for line in &lines {
        for field in ["timestamp", "level", "message", "target"] {
            assert!(line[field].is_string(), "no {field} in {line}");
        }
    }
    let text = log
        .lines()
        .find(|line| line.contains(" DEBUG ") || line.contains(" INFO "));
    assert_eq!(text, None, "all of the log is JSON");
}

#[tokio::test]
async fn a_collector_that_is_away_costs_no_reading() {
    let sim = model("rate=0;length=100").await;
    let mut environment = asking(&sim, "openai");
    environment.push(("KAUCIM_TRACES", "http://127.0.0.1:1".to_owned()));
    let mut server = Server::start(environment).await;
    let asker = Asker::of(&server).await;
    let accepted = asker.ask(&server, QUESTION).await;
    let last = asker
        .read_all(&server, &accepted)
        .await
        .pop()
        .expect("events");
    assert_eq!(last.name, "complete");
    assert_eq!(server.terminate().await, Some(0));
    let log = server.words();
    assert_eq!(
        log.matches("the collector does not take spans").count(),
        1,
        "{log}"
    );
}
