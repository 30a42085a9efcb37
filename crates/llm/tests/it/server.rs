//! A model server that plays given bytes over a real socket and remembers what it was asked.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// What is done on a connection after a request has come.
pub(crate) enum Play {
    Send(Vec<u8>),
    /// Sends the same bytes every few milliseconds until the client has gone.
    Repeat(Vec<u8>),
    /// Sends nothing more and waits until the client has gone.
    Wait,
    /// Leaves the connection open for the next request.
    Keep,
}

/// One request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) head: String,
    pub(crate) body: Value,
}

pub(crate) struct Server {
    pub(crate) url: String,
    script: Arc<Script>,
    _stop: tokio_util::sync::DropGuard,
}

struct Script {
    answers: Mutex<VecDeque<Vec<Play>>>,
    asked: Mutex<Vec<Asked>>,
    /// How many connections were opened, requests came, and connections the client closed.
    opened: watch::Sender<usize>,
    received: watch::Sender<usize>,
    hung_up: watch::Sender<usize>,
}

impl Server {
    /// Plays one list of steps for each request, in order; then it closes every connection.
    pub(crate) async fn start(answers: impl IntoIterator<Item = Vec<Play>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let script = Arc::new(Script {
            answers: Mutex::new(answers.into_iter().collect()),
            asked: Mutex::default(),
            opened: watch::Sender::new(0),
            received: watch::Sender::new(0),
            hung_up: watch::Sender::new(0),
        });
        let stop = CancellationToken::new();
        let (tracker, played) = (TaskTracker::new(), Arc::clone(&script));
        let until = stop.clone();
        tracker
            .clone()
            .spawn(stop.clone().run_until_cancelled_owned(async move {
                while let Ok((stream, _)) = listener.accept().await {
                    played.opened.send_modify(|count| *count += 1);
                    let connection = Arc::clone(&played).play(stream);
                    tracker.spawn(until.clone().run_until_cancelled_owned(connection));
                }
            }));
        Self {
            url,
            script,
            _stop: stop.drop_guard(),
        }
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.script.asked.lock().unwrap().clone()
    }

    pub(crate) fn bodies(&self) -> Vec<Value> {
        self.asked().into_iter().map(|asked| asked.body).collect()
    }

    pub(crate) fn connections(&self) -> usize {
        *self.script.opened.borrow()
    }

    /// Waits until the client has closed a connection that was still being answered.
    pub(crate) async fn wait_for_hang_up(&self) {
        let mut hung_up = self.script.hung_up.subscribe();
        let waited = hung_up.wait_for(|count| *count > 0);
        tokio::time::timeout(Duration::from_secs(20), waited)
            .await
            .expect("it hangs up")
            .unwrap();
    }

    /// Waits until a request has come.
    pub(crate) async fn wait_for_request(&self) {
        let mut received = self.script.received.subscribe();
        received.wait_for(|count| *count > 0).await.unwrap();
    }
}

impl Script {
    async fn play(self: Arc<Self>, mut stream: TcpStream) {
        while let Some(asked) = read_request(&mut stream).await {
            self.asked.lock().unwrap().push(asked);
            self.received.send_modify(|count| *count += 1);
            let steps = self.answers.lock().unwrap().pop_front().unwrap_or_default();
            let mut is_kept = false;
            for step in steps {
                match step {
                    Play::Send(bytes) => {
                        if stream.write_all(&bytes).await.is_err() {
                            return self.count_hang_up();
                        }
                    }
                    Play::Repeat(bytes) => {
                        repeat(&mut stream, &bytes).await;
                        return self.count_hang_up();
                    }
                    Play::Wait => {
                        wait_for_end(&mut stream).await;
                        return self.count_hang_up();
                    }
                    Play::Keep => is_kept = true,
                }
            }
            if !is_kept {
                return;
            }
        }
    }

    fn count_hang_up(&self) {
        self.hung_up.send_modify(|count| *count += 1);
    }
}

async fn repeat(stream: &mut TcpStream, bytes: &[u8]) {
    let (mut reader, mut writer) = stream.split();
    let mut pause = tokio::time::interval(Duration::from_millis(5));
    let write = async {
        loop {
            pause.tick().await;
            if writer.write_all(bytes).await.is_err() {
                return;
            }
        }
    };
    let mut rest = Vec::new();
    tokio::select! {
        () = write => {}
        _ = reader.read_to_end(&mut rest) => {}
    }
}

async fn wait_for_end(stream: &mut TcpStream) {
    let mut rest = Vec::new();
    // An error, such as a reset, is an end too.
    let _ = stream.read_to_end(&mut rest).await;
}

async fn read_request(stream: &mut TcpStream) -> Option<Asked> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..head_end].to_vec())
        .unwrap()
        .to_ascii_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length.map_or(0, |length| length.parse().unwrap());
    while bytes.len() < head_end + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    let body = serde_json::from_slice(&bytes[head_end..head_end + length]).unwrap_or_default();
    Some(Asked { head, body })
}

/// A whole answer with a length.
pub(crate) fn answer(status: &str, headers: &str, body: &str) -> Vec<Play> {
    let length = body.len();
    let end = format!("connection: close\r\ncontent-length: {length}\r\n\r\n");
    let text = format!("HTTP/1.1 {status}\r\n{headers}{end}{body}");
    vec![Play::Send(text.into_bytes())]
}

/// A whole answer in JSON.
pub(crate) fn json(status: &str, body: &str) -> Vec<Play> {
    answer(status, "content-type: application/json\r\n", body)
}

/// The head of an event stream that ends with the connection.
pub(crate) fn stream_head() -> Play {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
    Play::Send(head.into())
}

/// An event with a piece of text.
pub(crate) fn text_event(text: &str) -> Vec<u8> {
    let data = serde_json::json!({ "choices": [{ "delta": { "content": text } }] });
    format!("data: {data}\n\n").into_bytes()
}

/// A whole streamed answer with this text.
pub(crate) fn stream_of(text: &str) -> Vec<Play> {
    let finish = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
    let end = format!("{finish}data: [DONE]\n\n");
    vec![
        stream_head(),
        Play::Send(text_event(text)),
        Play::Send(end.into_bytes()),
    ]
}
