//! A crowd of connections that want nothing, before a real server that others want something of.

use std::net::SocketAddr;

use reqwest::Client;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    time::timeout,
};

use crate::program::{PATIENCE, Server, kaucim, run};

/// How many come, from addresses that may have a thousand each.
const CROWD: u64 = 5000;
const OF_ONE_ADDRESS: u64 = 1000;

/// What this process and the server need besides.
const SPARE: u64 = 500;

/// Makes room for as many open files as this process may have; returns how many can come.
#[expect(clippy::print_stdout, reason = "who reads the test has to know")]
fn room() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    let most = Rlimit {
        current: limit.maximum,
        ..limit
    };
    setrlimit(Resource::Nofile, most).expect("a process may have what is its own");
    let room = limit.maximum.unwrap_or(u64::MAX).saturating_sub(SPARE);
    if room < CROWD {
        println!("only {room} come: this machine lets nobody open more files");
    }
    room.min(CROWD)
}

/// Connects from one of the addresses of the loopback.
async fn connect(server: &Server, from: u64) -> TcpStream {
    let last = u8::try_from(from).expect("there are few") + 2;
    let socket = TcpSocket::new_v4().expect("a socket");
    let from = SocketAddr::from(([127, 0, 0, last], 0));
    socket.bind(from).expect("an address of this machine");
    let address = server.address.parse().expect("an address");
    let connected = timeout(PATIENCE, socket.connect(address)).await;
    connected
        .expect("the queue moves on")
        .expect("a connection")
}

/// One of the crowd: most speak HTTP/2 and never ask, some begin a head and never end it.
async fn idler(server: &Server, number: u64) -> TcpStream {
    let mut socket = connect(server, number / OF_ONE_ADDRESS).await;
    let words: &[u8] = if number.is_multiple_of(10) {
        b"GET /healthz HT"
    } else {
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"
    };
    socket.write_all(words).await.expect("sent");
    socket
}

/// How many connections the server says that it has.
async fn connections(server: &Server, client: &Client, key: &str) -> u64 {
    let request = client.get(server.url("/metrics")).bearer_auth(key);
    let answer = request.send().await.expect("the server answers");
    let figures = answer.text().await.expect("figures");
    let line = figures
        .lines()
        .find_map(|line| line.strip_prefix("kaucim_connections "));
    line.expect("they are counted").parse().expect("a number")
}

#[tokio::test]
async fn five_thousand_connections_keep_nobody_from_their_reading() {
    let server = Server::start(vec![("KAUCIM_MODEL", "classic".to_owned())]).await;
    let mut command = kaucim(server.data.path());
    let scope = ["--scope", "ask,read,admin"];
    command.args(["key", "create", "--name", "all"]).args(scope);
    let key = run(command).await.stdout.trim().to_owned();
    let client = Client::builder().no_proxy().build().expect("a client");
    let come = room();
    let mut crowd = Vec::new();
    for number in 0..come {
        crowd.push(idler(&server, number).await);
    }
    let open = connections(&server, &client, &key).await;
    assert!(open > come * 3 / 4, "{open} of {come} are there");
    // Whoever has their fill gets no more …
    let mut beyond = connect(&server, 0).await;
    let cut = timeout(PATIENCE, beyond.read_to_end(&mut Vec::new())).await;
    // … whether they hear it as an end or as a reset.
    cut.expect("it is cut").ok();
    // … and all others are served, with a key or as guests.
    for number in 0..10 {
        let guest = Client::builder().no_proxy().build().expect("a client");
        let session = guest.post(server.url("/api/v1/session")).send().await;
        let session = session.expect("a session");
        let cookie = session.headers()["set-cookie"].to_str().expect("text");
        let (cookie, _) = cookie.split_once(';').expect("attributes");
        let body =
            json!({ "deity_id": "yue_lao", "fortune_number": 7, "question": "Will it rain?" });
        let ask = guest
            .post(server.url("/api/v1/fortune/interpret"))
            .json(&body);
        let ask = if number % 2 == 0 {
            ask.bearer_auth(&key)
        } else {
            ask.header("cookie", cookie)
        };
        let answer = timeout(PATIENCE, ask.send()).await.expect("an answer");
        let answer = answer.expect("the server answers");
        assert_eq!(answer.status(), 200);
        let reading: Value = answer.json().await.expect("a reading");
        assert_eq!(reading["sections"].as_array().map(Vec::len), Some(7));
    }
    // Those who said too little are sent away, while the rest is still there.
    let quiet = crowd.swap_remove(0);
    let gone = timeout(PATIENCE, { quiet }.read_to_end(&mut Vec::new())).await;
    gone.expect("it is cut").ok();
    drop(crowd);
    let free = async { while connections(&server, &client, &key).await > 100 {} };
    timeout(PATIENCE, free)
        .await
        .expect("their room is free again");
}
