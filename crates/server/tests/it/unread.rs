//! A client that reads nothing: it is cut off, nobody else notices, and it can come back.

use std::time::Duration;

use tokio::{io::AsyncWriteExt, net::TcpSocket};

use crate::{
    app::{Setup, TestApp, soon},
    user::{User, stream_path},
};

/// More than the kernel keeps for a reader whose own buffer is small.
const LONG: &str = "會嗎？ [[sim rate=600 length=2500]]";

#[tokio::test]
async fn a_reader_that_never_reads_is_cut_and_can_come_back() {
    let server = kaucim_server::Settings {
        write_timeout: Duration::from_secs(2),
        ..kaucim_server::Settings::default()
    };
    let app = TestApp::with(Setup {
        server,
        ..Setup::default()
    })
    .await;
    let asker = app.operator().await;
    let task_id = asker.ask(LONG).await;
    let (mut reader, deaf) = (
        asker.follow(&task_id).await,
        open_deaf(&app, &asker, &task_id).await,
    );
    assert_eq!(streams(&asker).await, "2");
    let others = reader.until(|event| event.name == "complete").await;
    assert!(others.len() > 500, "the others read on: {}", others.len());
    drop(reader);
    let cut = async { while streams(&asker).await != "0" {} };
    soon("the deaf reader's end", cut).await;
    asker.follow(&task_id).await.page().await.assert_complete();
    drop(deaf);
}

/// Opens a stream by hand, with the smallest of buffers, and leaves it at that.
async fn open_deaf(app: &TestApp, asker: &User, task_id: &str) -> tokio::net::TcpStream {
    let address = app.url.strip_prefix("http://").expect("an address");
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4096).expect("a buffer");
    let address = address.parse().expect("an address");
    let mut stream = socket.connect(address).await.expect("a connection");
    let (path, key) = (stream_path(task_id), asker.secret());
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let opened = async { while streams(asker).await != "2" {} };
    soon("the deaf reader's stream", opened).await;
    stream
}

/// How many streams the server says are open.
async fn streams(asker: &User) -> String {
    let metrics = asker.get("/metrics").await.body();
    let count = metrics
        .lines()
        .find_map(|line| line.strip_prefix("kaucim_streams "));
    count.expect("it is counted").to_owned()
}
