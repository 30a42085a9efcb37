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

use super::activity::{Activity, Answering};
use crate::{auth::Peer, tls::Tls};

/// A client that has not sent its request's head by then is cut.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// What is kept of an answer that its client does not read; more waits where it is made.
const UNREAD: usize = 32 * 1024;

/// The same of HTTP/1.1, where the head of a request has to fit into it as well: with a credential
/// of 100 KB, it is still read and refused as one.
const HEAD_OR_UNREAD: usize = 160 * 1024;

/// How often the other end of a connection of HTTP/2 has to show that it is there, and how soon.
const SIGN_OF_LIFE: (Duration, Duration) = (Duration::from_secs(30), Duration::from_secs(20));

/// How long a client that was told to end its connection may take for it.
const LAST_WORD: Duration = Duration::from_secs(5);

/// The longest pause between two looks at the first letters of a client.
const LONGEST_LOOK: Duration = Duration::from_millis(500);

/// What browsers are told where TLS is spoken: for a year, never come without.
const NEVER_WITHOUT_TLS: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// What holds for all connections.
#[derive(Clone)]
pub(super) struct Terms {
    pub write_timeout: Duration,
    pub first_word_timeout: Duration,
    /// Of HTTP/2; a client of HTTP/1.1 has to send its next head in time.
    pub idle_timeout: Duration,
    pub draining: CancellationToken,
    pub tls: Option<Tls>,
    /// Whether the server listens for its own machine only.
    pub is_local: bool,
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
    let peer = Peer {
        address,
        is_tls,
        is_local: terms.is_local,
    };
    let Some(tls) = &terms.tls else {
        let begins = timeout(terms.first_word_timeout, begins_as_http_2(&socket)).await;
        // It said nothing in time, or went away.
        if let Ok(Ok(is_http_2)) = begins {
            talk(socket, is_http_2, (peer, service), terms).await;
        }
        return;
    };
    match timeout(terms.first_word_timeout, tls.accept(socket)).await {
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
    let activity = Activity::new();
    let of_requests = activity.clone();
    let service = service_fn(move |mut request: Request<Incoming>| {
        let busy = of_requests.begin();
        request.extensions_mut().insert(peer);
        name_host(&mut request);
        let answer = service.clone().oneshot(request.map(Body::new));
        async move {
            let mut answer = answer.await.unwrap_or_else(|never| match never {});
            if peer.is_tls {
                let headers = answer.headers_mut();
                headers.insert(header::STRICT_TRANSPORT_SECURITY, NEVER_WITHOUT_TLS);
            }
            Ok::<_, Infallible>(answer.map(|body| Answering::new(body, busy)))
        }
    });
    let socket = impatient(socket, terms.write_timeout);
    let served = if is_http_2 {
        let connection = http_2().serve_connection(socket, service);
        drive(
            connection,
            http2::Connection::graceful_shutdown,
            &terms,
            Some(&activity),
        )
        .await
    } else {
        let connection = http_1(&terms.draining).serve_connection(socket, service);
        drive(
            connection,
            http1::Connection::graceful_shutdown,
            &terms,
            None,
        )
        .await
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
    let mut pause = Duration::from_millis(5);
    loop {
        let count = socket.peek(&mut first).await?;
        if count == 0 || first[..count] != PREFACE[..count] {
            return Ok(false);
        }
        if count == PREFACE.len() {
            return Ok(true);
        }
        // A letter or two, which no client sends alone; what is there already wakes nobody.
        tokio::time::sleep(pause).await;
        pause = LONGEST_LOOK.min(2 * pause);
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

/// Serves a connection to its end. When the server ends, what is open on it is still answered; when
/// nothing was open on it for long, it is ended, and cut when its client lets an answer wait: a
/// client of HTTP/2 need not take what it has asked for, and no write would ever be late.
async fn drive<C: Future<Output = hyper::Result<()>>>(
    connection: C,
    end: impl FnOnce(Pin<&mut C>),
    terms: &Terms,
    activity: Option<&Activity>,
) -> hyper::Result<()> {
    let came_late = terms.draining.is_cancelled();
    let mut connection = pin!(connection);
    let mut unread = pin!(unread(activity, terms.write_timeout));
    tokio::select! {
        served = &mut connection => return served,
        () = &mut unread => return Ok(()),
        () = terms.draining.cancelled(), if !came_late => {
            end(connection.as_mut());
            return tokio::select! {
                served = &mut connection => served,
                () = unread => Ok(()),
            };
        }
        () = idle(activity, terms.idle_timeout) => end(connection.as_mut()),
    }
    tokio::select! {
        served = &mut connection => served,
        () = unread => Ok(()),
        // It was told, asked nothing more, and stays.
        () = idle(activity, LAST_WORD) => Ok(()),
    }
}

/// Resolves when nothing was open for so long, where that is counted.
async fn idle(activity: Option<&Activity>, patience: Duration) {
    match activity {
        Some(activity) => activity.idle(patience).await,
        None => std::future::pending().await,
    }
}

/// Resolves when an answer has waited for its client for so long, where that is seen.
async fn unread(activity: Option<&Activity>, patience: Duration) {
    match activity {
        Some(activity) => activity.unread(patience).await,
        None => std::future::pending().await,
    }
}

/// HTTP/2 names the host in the address; from here on it stands in one place. Where both are named,
/// the address counts (RFC 9112, 3.2.2).
fn name_host(request: &mut Request<Incoming>) {
    let authority = request.uri().authority().map(|host| host.as_str());
    if let Some(Ok(host)) = authority.map(HeaderValue::try_from) {
        request.headers_mut().insert(header::HOST, host);
    }
}
