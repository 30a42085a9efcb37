//! Accepts connections and ends them well. The caller owns the port and the signal.

use std::{convert::Infallible, time::Duration};

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderValue, Response, header},
    middleware::map_response,
};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt;
use tower_http::catch_panic::CatchPanicLayer;

use crate::{App, auth::Peer, problem::Problem, routes::router};

/// A client that has not sent its request's head by then is cut.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// How long open requests may take to end once the server drains.
const DRAIN: Duration = Duration::from_secs(8);

/// How often the rate limits forget those who are gone.
const FORGET: Duration = Duration::from_secs(60);

/// Serves until `shutdown` resolves and what was open has ended.
///
/// The order of the end: 1. readiness fails and nothing new is accepted, 2. event streams end,
/// 3. open requests finish, within 8 seconds; the caller then stops the tasks.
pub async fn serve(
    listener: TcpListener,
    app: App,
    shutdown: impl Future<Output = ()>,
) -> std::io::Result<()> {
    let draining = app.draining.clone();
    let limiter = app.limiter.clone();
    let service = router()
        .layer(CatchPanicLayer::custom(|_| {
            axum::response::IntoResponse::into_response(Problem::Internal)
        }))
        .layer(map_response(with_common_headers))
        .with_state(app);
    let connections = TaskTracker::new();
    let mut forget = tokio::time::interval(FORGET);
    tokio::pin!(shutdown);
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((socket, peer)) => {
                    let serving = connection(socket, Peer(peer), service.clone(), draining.clone());
                    connections.spawn(serving);
                }
                Err(error) => {
                    // Out of file descriptors, most likely; others may close theirs meanwhile.
                    tracing::warn!(error = %error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
            _ = forget.tick() => limiter.forget_idle(),
            () = &mut shutdown => break,
        }
    }
    draining.cancel();
    drop(listener);
    connections.close();
    if tokio::time::timeout(DRAIN, connections.wait())
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

async fn connection(
    socket: TcpStream,
    peer: Peer,
    service: axum::Router,
    draining: CancellationToken,
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
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(256);
    let connection = builder.serve_connection(TokioIo::new(socket), service);
    tokio::pin!(connection);
    let served = tokio::select! {
        served = &mut connection => served,
        () = draining.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = served {
        // A client that goes away is no fault.
        tracing::debug!(error = %error, "a connection ended early");
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

async fn with_common_headers(mut response: Response<Body>) -> Response<Body> {
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
