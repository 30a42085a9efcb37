//! Requests as no proper client writes them.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::app::{TestApp, soon};

/// Writes these bytes to the server and returns all that it answers until it closes.
pub(crate) async fn send_raw(app: &TestApp, request: &str) -> String {
    let address = app.url.trim_start_matches("http://");
    let mut socket = TcpStream::connect(address).await.expect("it listens");
    let written = socket.write_all(request.as_bytes()).await;
    written.expect("the server reads");
    let mut answer = Vec::new();
    soon("the end of a raw answer", socket.read_to_end(&mut answer))
        .await
        .expect("the server answers");
    String::from_utf8_lossy(&answer).into_owned()
}
