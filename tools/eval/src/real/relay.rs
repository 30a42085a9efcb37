//! Stands between the program and a server of models: notes what is sent, refuses what it is told
//! to refuse, and tells when text begins to come.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
};
use tokio_util::{
    sync::{CancellationToken, DropGuard},
    task::TaskTracker,
};

/// So many bytes of an answer are its head and a few events of text.
const SOME_TEXT: usize = 3000;

/// The running relay.
#[derive(Debug)]
pub(super) struct Relay {
    address: SocketAddr,
    inner: Arc<Inner>,
    _stop: DropGuard,
}

#[derive(Debug)]
struct Inner {
    upstream: u16,
    refused: Option<u16>,
    requests: Mutex<Vec<Value>>,
    /// Some text of the first answer has passed.
    writing: Notify,
    stop: CancellationToken,
}

impl Relay {
    /// Listens on a free port before the server at `upstream`; requests for a form are refused
    /// with a status, if one is given.
    pub(super) async fn start(upstream: u16, refused: Option<u16>) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let stop = CancellationToken::new();
        let inner = Arc::new(Inner {
            upstream,
            refused,
            requests: Mutex::default(),
            writing: Notify::new(),
            stop: stop.clone(),
        });
        let tracker = TaskTracker::new();
        let (own, connections) = (Arc::clone(&inner), tracker.clone());
        tracker.spawn(async move {
            let accepting = async {
                while let Ok((stream, _)) = listener.accept().await {
                    let inner = Arc::clone(&own);
                    connections.spawn(async move {
                        let stop = inner.stop.clone();
                        // Whoever breaks a connection is what is tried here.
                        let _ = stop.run_until_cancelled(inner.relay(stream)).await;
                    });
                }
            };
            own.stop.run_until_cancelled(accepting).await;
        });
        Ok(Self {
            address,
            inner,
            _stop: stop.drop_guard(),
        })
    }

    /// The base URL to be given to the program.
    pub(super) fn url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// Waits until a model is in the middle of its text.
    pub(super) async fn until_writing(&self) {
        self.inner.writing.notified().await;
    }

    /// The forms that were asked for so far: of each request the type of its `response_format`,
    /// with a plus where a schema was in it.
    pub(super) fn forms(&self) -> Vec<String> {
        let requests = self.inner.requests.lock();
        let requests = requests.unwrap_or_else(PoisonError::into_inner);
        requests.iter().map(form).collect()
    }
}

fn form(request: &Value) -> String {
    let format = &request["response_format"];
    let kind = format["type"].as_str().unwrap_or("none");
    let has_schema = format["schema"].is_object() || format["json_schema"]["schema"].is_object();
    format!("{kind}{}", if has_schema { "+" } else { "" })
}

impl Inner {
    fn note(&self, request: Value) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.push(request);
    }

    /// Passes one request and its answer.
    async fn relay(&self, mut client: TcpStream) -> io::Result<()> {
        let Some((head, body)) = read_request(&mut client).await? else {
            return Ok(());
        };
        if let Ok(request) = serde_json::from_slice::<Value>(&body) {
            let is_refused = request["response_format"].is_object();
            self.note(request);
            if let Some(status) = self.refused.filter(|_| is_refused) {
                return refuse(&mut client, status).await;
            }
        }
        let mut server = TcpStream::connect(("127.0.0.1", self.upstream)).await?;
        server.write_all(&head).await?;
        server.write_all(&body).await?;
        let mut piece = vec![0; 4096];
        let mut passed = 0;
        let (mut from_server, mut to_server) = server.split();
        let (mut from_client, mut to_client) = client.split();
        loop {
            let mut word = [0; 1];
            tokio::select! {
                read = from_server.read(&mut piece) => {
                    let read = read?;
                    if read == 0 {
                        return Ok(());
                    }
                    to_client.write_all(&piece[..read]).await?;
                    passed += read;
                    if passed > SOME_TEXT {
                        self.writing.notify_one();
                    }
                }
                // Nothing more is sent on a connection: whatever is read is its end.
                _ = from_client.read(&mut word) => {
                    return to_server.shutdown().await;
                }
            }
        }
    }
}

/// Head and body of a request; the head asks for the end of the connection behind the answer.
async fn read_request(client: &mut TcpStream) -> io::Result<Option<(Vec<u8>, Vec<u8>)>> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        if client.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    };
    let mut body = bytes.split_off(end);
    let head = String::from_utf8_lossy(&bytes).into_owned();
    let lines = head.split("\r\n").filter(|line| !line.is_empty());
    let field = |line: &str, name: &str| {
        let (field, value) = line.split_once(':')?;
        field
            .eq_ignore_ascii_case(name)
            .then(|| value.trim().to_owned())
    };
    let length: usize = lines
        .clone()
        .find_map(|line| field(line, "content-length"))
        .and_then(|length| length.parse().ok())
        .unwrap_or(0);
    while body.len() < length {
        if client.read_buf(&mut body).await? == 0 {
            return Ok(None);
        }
    }
    let kept: Vec<&str> = lines
        .filter(|line| field(line, "connection").is_none())
        .collect();
    let head = format!("{}\r\nConnection: close\r\n\r\n", kept.join("\r\n"));
    Ok(Some((head.into_bytes(), body)))
}

async fn refuse(client: &mut TcpStream, status: u16) -> io::Result<()> {
    let body = r#"{"error":{"message":"response_format is not supported here","type":"invalid_request_error"}}"#;
    let answer = format!(
        "HTTP/1.1 {status} Refused\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    client.write_all(answer.as_bytes()).await
}
