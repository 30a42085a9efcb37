//! Clients that take their time, or come in crowds.

use std::time::Duration;

use kaucim_server::Settings;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    app::{Setup, TestApp, soon},
    user::{ASK, User},
};

async fn with(server: Settings) -> TestApp {
    TestApp::with(Setup {
        server,
        ..Setup::default()
    })
    .await
}

async fn connected(app: &TestApp) -> TcpStream {
    let address = app.url.strip_prefix("http://").expect("an address");
    TcpStream::connect(address).await.expect("a connection")
}

/// What the server says until it closes.
async fn rest(mut socket: TcpStream) -> String {
    let mut text = Vec::new();
    // A connection that is cut has said what it said.
    let _ = soon("the end of a connection", socket.read_to_end(&mut text)).await;
    String::from_utf8_lossy(&text).into_owned()
}

#[tokio::test]
async fn a_body_that_does_not_come_is_408() {
    let app = with(Settings {
        body_timeout: Duration::from_millis(300),
        ..Settings::default()
    })
    .await;
    let asker = app.key_holder("temple").await;
    let mut socket = connected(&app).await;
    let head = format!(
        "POST {ASK} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{{\"question\":",
        asker.secret()
    );
    socket.write_all(head.as_bytes()).await.expect("sent");
    let answer = rest(socket).await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("body_too_slow"), "{answer}");
}

#[tokio::test]
async fn a_head_that_does_not_come_is_cut_while_others_are_served() {
    let app = TestApp::start().await;
    let mut slow = Vec::new();
    for _ in 0..200 {
        let mut socket = connected(&app).await;
        socket.write_all(b"GET /healthz HT").await.expect("sent");
        slow.push(socket);
    }
    let asker = app.key_holder("temple").await;
    let task_id = asker.ask("會嗎？").await;
    asker.follow(&task_id).await.page().await.assert_complete();
    let last = slow.pop().expect("there are some");
    assert!(!rest(last).await.contains("200 OK"), "it is cut");
}

#[tokio::test]
async fn an_address_has_so_many_connections_and_no_more() {
    let app = with(Settings {
        connections_per_address: 3,
        ..Settings::default()
    })
    .await;
    let mut open = Vec::new();
    for _ in 0..3 {
        let mut socket = connected(&app).await;
        socket
            .write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            .await
            .expect("sent");
        let mut first = [0; 15];
        soon("an answer", socket.read_exact(&mut first))
            .await
            .expect("an answer");
        assert_eq!(&first, b"HTTP/1.1 200 OK");
        open.push(socket);
    }
    assert_eq!(rest(connected(&app).await).await, "", "the next is cut");
    drop(open);
    let free = async {
        loop {
            let mut socket = connected(&app).await;
            let request = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
            // It may be cut while it writes.
            let _ = socket.write_all(request).await;
            if rest(socket).await.starts_with("HTTP/1.1 200") {
                return;
            }
        }
    };
    soon("room again", free).await;
}

#[tokio::test]
async fn beyond_the_room_there_is_people_wait() {
    let app = with(Settings {
        connections: 1,
        ..Settings::default()
    })
    .await;
    let first = connected(&app).await;
    let nobody = User::without_credential(&app);
    let waiting = nobody.get("/healthz");
    drop(first);
    let answer = soon("room", waiting).await;
    assert_eq!(answer.status, 200, "{}", answer.body());
}

#[tokio::test]
async fn who_connects_and_says_nothing_is_cut_soon() {
    assert!(
        Settings::default().first_word_timeout <= Duration::from_secs(10),
        "a silent client holds its place no longer than a slow one"
    );
    let app = with(Settings {
        first_word_timeout: Duration::from_millis(200),
        ..Settings::default()
    })
    .await;
    assert_eq!(rest(connected(&app).await).await, "");
    // Nor does a letter or two help.
    let mut socket = connected(&app).await;
    socket.write_all(b"PR").await.expect("sent");
    assert_eq!(rest(socket).await, "");
}

/// A frame of HTTP/2 without a stream: its type and flags, and what it carries.
fn frame(kind: u8, flags: u8, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("it is short");
    let mut frame = length.to_be_bytes()[1..].to_vec();
    frame.extend_from_slice(&[kind, flags, 0, 0, 0, 0]);
    frame.extend_from_slice(payload);
    frame
}

const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;

/// The flags of a request without a body: the end of its stream and of its head.
const END: u8 = 1 | 4;

/// Opens HTTP/2, answers settings and pings, and asks nothing; returns the kinds of frames that
/// came until the server closed.
async fn answers_pings_only(app: &TestApp) -> Vec<u8> {
    let mut socket = connected(app).await;
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    let hello = [&preface[..], &frame(SETTINGS, 0, &[])].concat();
    socket.write_all(&hello).await.expect("sent");
    let mut kinds = Vec::new();
    let mut head = [0; 9];
    while socket.read_exact(&mut head).await.is_ok() {
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; length as usize];
        socket
            .read_exact(&mut payload)
            .await
            .expect("a whole frame");
        let (kind, is_answer) = (head[3], head[4] & 1 == 1);
        kinds.push(kind);
        let reply = match kind {
            SETTINGS if !is_answer => frame(SETTINGS, 1, &[]),
            PING if !is_answer => frame(PING, 1, &payload),
            _ => continue,
        };
        // It may be closed by then.
        let _ = socket.write_all(&reply).await;
    }
    kinds
}

/// A frame of a stream: its type and flags, and what it carries.
fn frame_of(stream: u32, kind: u8, flags: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = frame(kind, flags, payload);
    frame[5..9].copy_from_slice(&stream.to_be_bytes());
    frame
}

/// `GET /openapi.json`, as literals of HPACK that nobody has to remember.
fn get_document() -> Vec<u8> {
    let mut head = vec![0x82, 0x86];
    for (name, value) in [(4, "/openapi.json"), (1, "localhost")] {
        head.extend_from_slice(&[name, u8::try_from(value.len()).expect("it is short")]);
        head.extend_from_slice(value.as_bytes());
    }
    head
}

#[tokio::test]
async fn an_answer_of_http_2_that_nobody_takes_ends_its_connection() {
    let app = with(Settings {
        write_timeout: Duration::from_millis(500),
        idle_timeout: Duration::from_secs(600),
        ..Settings::default()
    })
    .await;
    let others = app.key_holder("temple").await.over_http_2();
    let task_id = others.ask("會嗎？ [[sim rate=150 length=400]]").await;
    let page = others.follow(&task_id).await.page();
    let deaf = async {
        let mut socket = connected(&app).await;
        // No byte of an answer may come: the window of every stream is empty.
        let nothing = [0, 4, 0, 0, 0, 0];
        let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
        let mut hello = [&preface[..], &frame(SETTINGS, 0, &nothing)].concat();
        for stream in [1, 3, 5] {
            hello.extend(frame_of(stream, HEADERS, END, &get_document()));
        }
        socket.write_all(&hello).await.expect("sent");
        let mut came = Vec::new();
        // It is cut: that may be told by an error.
        let _ = socket.read_to_end(&mut came).await;
        assert!(came.len() > 9, "the heads of the answers came");
        assert!(came.len() < 4096, "and nothing of their bodies");
    };
    let (page, ()) = tokio::join!(page, soon("the end of the deaf one", deaf));
    page.assert_complete();
}

#[tokio::test]
async fn a_connection_of_http_2_that_only_answers_pings_is_ended() {
    let app = with(Settings {
        idle_timeout: Duration::from_millis(500),
        ..Settings::default()
    })
    .await;
    let asker = app.key_holder("temple").await.over_http_2();
    // What is open keeps its connection, for many times as long.
    let task_id = asker.ask("會嗎？ [[sim rate=150 length=400]]").await;
    let page = asker.follow(&task_id).await.page();
    let (kinds, page) = tokio::join!(soon("its end", answers_pings_only(&app)), page);
    assert!(kinds.contains(&GOAWAY), "it is told before: {kinds:?}");
    page.assert_complete();
    // Whoever comes back opens another one.
    assert_eq!(asker.history().await.len(), 1);
}
