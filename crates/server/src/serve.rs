//! Accepts connections and ends them well. The caller owns the port and the signal.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderValue, Response, header},
    middleware::{map_request, map_response_with_state},
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::OwnedSemaphorePermit,
};
use tokio_util::task::TaskTracker;
use tower::util::option_layer;
use tower_http::catch_panic::CatchPanicLayer;

use self::connection::{Terms, connection};
use crate::{
    App,
    auth::refuse_in_address,
    connections::{Connections, Seats},
    cross_origin,
    problem::{Code, Problem},
    refusals::Refusals,
    routes::router,
};

mod activity;
mod connection;

/// How long open requests may take to end once the port is closed.
const LAST_REQUESTS: Duration = Duration::from_secs(3);

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
    let room = app.connections.clone();
    let seats = Seats::new(&app.settings, Arc::clone(&app.seats));
    let terms = Terms {
        write_timeout: app.settings.write_timeout,
        first_word_timeout: app.settings.first_word_timeout,
        idle_timeout: app.settings.idle_timeout,
        draining: draining.clone(),
        tls: app.settings.tls.clone(),
        is_local: listener.local_addr()?.ip().to_canonical().is_loopback(),
    };
    let looking_after_streams = Arc::clone(&app.streams).end_with_credentials(
        app.accounts.clone(),
        app.settings.issuer.clone(),
        draining.clone(),
    );
    let remembering = app.history.clone().remember(app.clone());
    let service = service(app);
    let connections = TaskTracker::new();
    connections.spawn(looking_after_streams);
    connections.spawn(remembering);
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
                    // Whose fill is had is not answered: an answer would cost as much as a guest.
                    let Some(seat) = seats.take(address.ip()) else { continue };
                    let connection =
                        connection(socket, address, service.clone(), terms.clone());
                    connections.spawn(async move {
                        connection.await;
                        drop((room, seat));
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

/// What answers the requests of every connection, for whoever brings requests without a socket.
pub fn service(app: App) -> Router {
    router()
        .layer(map_request(refuse_in_address))
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
        .with_state(app)
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
