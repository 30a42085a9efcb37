//! Accepts connections and ends them well. The caller owns the port and the signal.

use std::{
    convert::Infallible,
    net::SocketAddr,
    pin::{Pin, pin},
    sync::Arc,
    time::Duration,
};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, Response, header},
    middleware::map_response_with_state,
};
use hyper::{
    body::Incoming,
    server::conn::{http1, http2},
    service::service_fn,
};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::OwnedSemaphorePermit,
};
use tokio_io_timeout::TimeoutStream;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::{ServiceExt, util::option_layer};
use tower_http::catch_panic::CatchPanicLayer;

use crate::{
    App,
    auth::Peer,
    connections::Connections,
    cross_origin,
    problem::{Code, Problem},
    refusals::Refusals,
    routes::router,
};

/// A client that has not sent its request's head by then is cut.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// A client that has opened a connection and said nothing by then is cut. Browsers open some ahead
/// of what they may ask.
const FIRST_WORD_TIMEOUT: Duration = Duration::from_secs(30);

/// How long open requests may take to end once the port is closed.
const LAST_REQUESTS: Duration = Duration::from_secs(3);

/// What is kept of an answer that its client does not read; more waits where it is made.
const UNREAD: usize = 32 * 1024;

/// The same of HTTP/1.1, where the head of a request has to fit into it as well: with a credential
/// of 100 KB, it is still read and refused as one.
const HEAD_OR_UNREAD: usize = 160 * 1024;

/// How often the rate limits forget those who are gone.
const FORGET: Duration = Duration::from_secs(60);

/// Serves until `shutdown` resolves and what was open has ended.
///
/// The order of the end: 1. readiness fails, no question is accepted any more, event streams end;
/// 2. the tasks stop, which lets open sections be sealed for up to 5 seconds, while whoever
/// connects is told to come back; 3. the port is closed; 4. open requests finish, within 3 seconds.
pub async fn serve(
    listener: TcpListener,
    app: App,
    shutdown: impl Future<Output = ()>,
) -> std::io::Result<()> {
    let draining = app.draining.clone();
    let limiter = app.limiter.clone();
    let tasks = app.tasks.clone();
    let write_timeout = app.settings.write_timeout;
    let room = app.connections.clone();
    let looking_after_streams =
        Arc::clone(&app.streams).end_with_credentials(app.accounts.clone(), draining.clone());
    let service = router()
        .layer(CatchPanicLayer::custom(|_| {
            axum::response::IntoResponse::into_response(Problem::Internal)
        }))
        .layer(option_layer(cross_origin::layer(
            &app.settings.allowed_origins,
        )))
        .layer(map_response_with_state(
            Arc::clone(&app.refusals),
            with_common_headers,
        ))
        .with_state(app);
    let connections = TaskTracker::new();
    connections.spawn(looking_after_streams);
    let mut forget = tokio::time::interval(FORGET);
    let ending = async {
        shutdown.await;
        draining.cancel();
        tasks.stop().await;
    };
    tokio::pin!(ending);
    loop {
        tokio::select! {
            (room, accepted) = accept(&listener, &room) => match accepted {
                Ok((socket, address)) => {
                    let peer = Peer { address, is_tls: false };
                    let terms = (write_timeout, draining.clone());
                    let connection = connection(socket, peer, service.clone(), terms);
                    connections.spawn(async move {
                        connection.await;
                        drop(room);
                    });
                }
                Err(error) => {
                    // Out of file descriptors, most likely; others may close theirs meanwhile.
                    tracing::warn!(error = %error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
            _ = forget.tick() => limiter.forget_idle(),
            () = &mut ending => break,
        }
    }
    drop(listener);
    connections.close();
    if tokio::time::timeout(LAST_REQUESTS, connections.wait())
        .await
        .is_err()
    {
        tracing::warn!(
            connections.open = connections.len(),
            "connections were cut at the end"
        );
    }
    Ok(())
}

/// Waits for room, then for who comes.
async fn accept(
    listener: &TcpListener,
    room: &Connections,
) -> (
    OwnedSemaphorePermit,
    std::io::Result<(TcpStream, SocketAddr)>,
) {
    let room = room.room().await;
    (room, listener.accept().await)
}

/// A socket that is given up when its client reads nothing for too long.
fn impatient(socket: TcpStream, write_timeout: Duration) -> TokioIo<Pin<Box<Socket>>> {
    let mut socket = TimeoutStream::new(socket);
    socket.set_write_timeout(Some(write_timeout));
    TokioIo::new(Box::pin(socket))
}

type Socket = TimeoutStream<TcpStream>;

async fn connection(
    socket: TcpStream,
    peer: Peer,
    service: axum::Router,
    (write_timeout, draining): (Duration, CancellationToken),
) {
    // Small events must not wait for each other.
    if let Err(error) = socket.set_nodelay(true) {
        tracing::debug!(error = %error, "a connection was gone before it began");
        return;
    }
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer);
        name_host(&mut request);
        let answer = service.clone().oneshot(request.map(Body::new));
        async move { Ok::<_, Infallible>(answer.await.unwrap_or_else(|never| match never {})) }
    });
    let begins = tokio::time::timeout(FIRST_WORD_TIMEOUT, begins_as_http_2(&socket)).await;
    let served = match begins {
        Ok(Ok(true)) => {
            let socket = impatient(socket, write_timeout);
            let connection = http_2().serve_connection(socket, service);
            drive(connection, http2::Connection::graceful_shutdown, draining).await
        }
        Ok(Ok(false)) => {
            let socket = impatient(socket, write_timeout);
            let connection = http_1(&draining).serve_connection(socket, service);
            drive(connection, http1::Connection::graceful_shutdown, draining).await
        }
        // It said nothing in time, or went away.
        Ok(Err(_)) | Err(_) => return,
    };
    if let Err(error) = served {
        // A client that goes away is no fault.
        tracing::debug!(error = %error, "a connection ended early");
    }
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

async fn with_common_headers(
    State(refusals): State<Arc<Refusals>>,
    mut response: Response<Body>,
) -> Response<Body> {
    if let Some(Code(code)) = response.extensions().get() {
        refusals.count(code);
    }
    let headers = response.headers_mut();
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}
