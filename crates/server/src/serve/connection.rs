//! One connection: with TLS or without, HTTP/1.1 or HTTP/2, and given up when its client stalls.

use std::{
    convert::Infallible,
    net::SocketAddr,
    pin::{Pin, pin},
    time::Duration,
};

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderValue, header},
};
use hyper::{
    body::Incoming,
    server::conn::{http1, http2},
    service::service_fn,
};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::{auth::Peer, tls::Tls};

/// A client that has not sent its request's head by then is cut.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// A client that has opened a connection and said nothing by then is cut. Browsers open some ahead
/// of what they may ask.
const FIRST_WORD_TIMEOUT: Duration = Duration::from_secs(30);

/// What is kept of an answer that its client does not read; more waits where it is made.
const UNREAD: usize = 32 * 1024;

/// The same of HTTP/1.1, where the head of a request has to fit into it as well: with a credential
/// of 100 KB, it is still read and refused as one.
const HEAD_OR_UNREAD: usize = 160 * 1024;

/// How often the other end of a connection of HTTP/2 has to show that it is there, and how soon.
const SIGN_OF_LIFE: (Duration, Duration) = (Duration::from_secs(30), Duration::from_secs(20));

/// What browsers are told where TLS is spoken: for a year, never come without.
const NEVER_WITHOUT_TLS: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// What holds for all connections.
pub(super) struct Terms {
    pub write_timeout: Duration,
    pub draining: CancellationToken,
    pub tls: Option<Tls>,
}

/// Serves one connection to its end.
pub(super) async fn connection(
    socket: TcpStream,
    address: SocketAddr,
    service: axum::Router,
    terms: Terms,
) {
    // Small events must not wait for each other.
    if let Err(error) = socket.set_nodelay(true) {
        tracing::debug!(error = %error, "a connection was gone before it began");
        return;
    }
    let is_tls = terms.tls.is_some();
    let peer = Peer { address, is_tls };
    let Some(tls) = &terms.tls else {
        let begins = timeout(FIRST_WORD_TIMEOUT, begins_as_http_2(&socket)).await;
        // It said nothing in time, or went away.
        if let Ok(Ok(is_http_2)) = begins {
            talk(socket, is_http_2, (peer, service), terms).await;
        }
        return;
    };
    match timeout(FIRST_WORD_TIMEOUT, tls.accept(socket)).await {
        Ok(Ok(socket)) => {
            let is_http_2 = socket.get_ref().1.alpn_protocol() == Some(b"h2");
            talk(socket, is_http_2, (peer, service), terms).await;
        }
        Ok(Err(error)) => tracing::debug!(error = %error, "no TLS came about"),
        Err(_) => {}
    }
}

async fn talk<S: AsyncRead + AsyncWrite + Send + 'static>(
    socket: S,
    is_http_2: bool,
    (peer, service): (Peer, axum::Router),
    terms: Terms,
) {
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer);
        name_host(&mut request);
        let answer = service.clone().oneshot(request.map(Body::new));
        async move {
            let mut answer = answer.await.unwrap_or_else(|never| match never {});
            if peer.is_tls {
                let headers = answer.headers_mut();
                headers.insert(header::STRICT_TRANSPORT_SECURITY, NEVER_WITHOUT_TLS);
            }
            Ok::<_, Infallible>(answer)
        }
    });
    let socket = impatient(socket, terms.write_timeout);
    let draining = terms.draining;
    let served = if is_http_2 {
        let connection = http_2().serve_connection(socket, service);
        drive(connection, http2::Connection::graceful_shutdown, draining).await
    } else {
        let connection = http_1(&draining).serve_connection(socket, service);
        drive(connection, http1::Connection::graceful_shutdown, draining).await
    };
    if let Err(error) = served {
        // A client that goes away is no fault.
        tracing::debug!(error = %error, "a connection ended early");
    }
}

/// A socket that is given up when its client reads nothing for too long.
fn impatient<S: AsyncRead + AsyncWrite>(
    socket: S,
    write_timeout: Duration,
) -> TokioIo<Pin<Box<TimeoutStream<S>>>> {
    let mut socket = TimeoutStream::new(socket);
    socket.set_write_timeout(Some(write_timeout));
    TokioIo::new(Box::pin(socket))
}

/// Looks at the first bytes and leaves them where they are. (To let hyper read and keep them makes
/// its buffer twice as large for the whole connection.)
async fn begins_as_http_2(socket: &TcpStream) -> std::io::Result<bool> {
    // No method of HTTP/1.1 begins so.
    const PREFACE: &[u8] = b"PRI";
    let mut first = [0; PREFACE.len()];
    loop {
        let count = socket.peek(&mut first).await?;
        if count == 0 || first[..count] != PREFACE[..count] {
            return Ok(false);
        }
        if count == PREFACE.len() {
            return Ok(true);
        }
        // A letter or two, which no client sends alone; what is there already wakes nobody.
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn http_1(draining: &CancellationToken) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(HEAD_OR_UNREAD)
        // Who comes while the server ends gets one answer.
        .keep_alive(!draining.is_cancelled());
    builder
}

fn http_2() -> http2::Builder<TokioExecutor> {
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .max_send_buf_size(UNREAD)
        .keep_alive_interval(SIGN_OF_LIFE.0)
        .keep_alive_timeout(SIGN_OF_LIFE.1)
        .max_concurrent_streams(256);
    builder
}

/// Serves a connection to its end; when the server ends, what is open on it is still answered.
async fn drive<C: Future<Output = hyper::Result<()>>>(
    connection: C,
    end: impl FnOnce(Pin<&mut C>),
    draining: CancellationToken,
) -> hyper::Result<()> {
    let came_late = draining.is_cancelled();
    let mut connection = pin!(connection);
    tokio::select! {
        served = &mut connection => served,
        () = draining.cancelled(), if !came_late => {
            end(connection.as_mut());
            connection.await
        }
    }
}

/// HTTP/2 names the host in the address; from here on it stands in one place.
fn name_host(request: &mut Request<Incoming>) {
    let authority = request.uri().authority().map(|host| host.as_str());
    if let Some(Ok(host)) = authority.map(HeaderValue::try_from)
        && !request.headers().contains_key(header::HOST)
    {
        request.headers_mut().insert(header::HOST, host);
    }
}
