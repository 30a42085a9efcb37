//! Starts and stops the simulated server, and lets its calls be looked at.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::{ConnectInfo, Path, State},
    http::StatusCode,
    response::Response,
    routing::{any, get, post},
};
use bytes::Bytes;
use serde_json::{Value, json};
use tokio::{net::TcpListener, time};
use tokio_util::{
    sync::{CancellationToken, DropGuard},
    task::TaskTracker,
};

use crate::{
    answer::{Server, noted},
    calls::{Call, Calls, Times},
    listener::{Peer, ResettableListener},
    request::Dialect,
    settings::Settings,
};

/// How long a stopped server waits for clients that do not read.
const PATIENCE: Duration = Duration::from_secs(2);

/// Where the server listens and how it answers when nobody says otherwise.
#[derive(Debug, Clone)]
pub struct Config {
    pub listen: SocketAddr,
    pub settings: Settings,
}

/// A running server; dropped, it stops by itself, but only [`Sim::stop`] waits for that.
#[derive(Debug)]
pub struct Sim {
    pub addr: SocketAddr,
    calls: Calls,
    stop: DropGuard,
    tracker: TaskTracker,
}

impl Default for Config {
    /// Any free port of 127.0.0.1, as fast as possible, without fault.
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            settings: Settings::default(),
        }
    }
}

impl Sim {
    /// Listens and answers until it is stopped or dropped.
    ///
    /// # Errors
    /// The address cannot be listened on.
    pub async fn start(config: Config) -> io::Result<Self> {
        let listener = TcpListener::bind(config.listen).await?;
        let addr = listener.local_addr()?;
        let stop = CancellationToken::new();
        let calls = Calls::new(stop.clone());
        let service = router(Server {
            settings: config.settings,
            calls: calls.clone(),
            stop: stop.clone(),
        })
        .into_make_service_with_connect_info::<Peer>();
        let tracker = TaskTracker::new();
        let stopped = stop.clone();
        tracker.spawn(async move {
            let serve = axum::serve(ResettableListener(listener), service)
                .with_graceful_shutdown(stopped.clone().cancelled_owned());
            let out_of_patience = async {
                stopped.cancelled().await;
                time::sleep(PATIENCE).await;
            };
            tokio::select! {
                // `axum::serve` retries what fails and returns only after a shutdown.
                _ = serve => {}
                () = out_of_patience => {}
            }
        });
        tracker.close();
        Ok(Self {
            addr,
            calls,
            stop: stop.drop_guard(),
            tracker,
        })
    }

    /// The base of all addresses, such as `http://127.0.0.1:4000`; OpenAI's API is below `/v1`.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// The calls seen so far, oldest first (the last 4096).
    pub fn calls(&self) -> Vec<Call> {
        self.calls.list()
    }

    /// When the tokens of a call were sent.
    pub fn times(&self, id: u64) -> Option<Times> {
        self.calls.times(id)
    }

    /// Forgets all calls, and how often `times` has counted.
    pub fn clear(&self) {
        self.calls.clear();
    }

    /// Waits until the calls are as wished, for as long as it takes.
    pub async fn until(&self, wished: impl Fn(&[Call]) -> bool) -> Vec<Call> {
        self.calls.until(wished).await
    }

    /// Ends all answers and waits until the server is gone.
    pub async fn stop(self) {
        drop(self.stop);
        self.tracker.wait().await;
    }
}

fn router(server: Server) -> Router {
    Router::new()
        .route("/", get(async || "Ollama is running"))
        .route("/v1/chat/completions", post(openai_chat))
        .route("/v1/embeddings", post(openai_embeddings))
        .route("/v1/models", get(openai_models))
        .route("/api/chat", post(ollama_chat))
        .route("/api/embed", post(ollama_embed))
        .route("/api/tags", get(ollama_tags))
        .route(
            "/api/version",
            get(async || Json(json!({"version": "0.13.0-sim"}))),
        )
        .route("/sim/calls", get(list_calls).delete(clear_calls))
        .route("/sim/calls/{id}/times", get(call_times))
        .route("/sim/elsewhere", any(elsewhere))
        .with_state(Arc::new(server))
}

async fn openai_chat(
    State(server): State<Arc<Server>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    body: Bytes,
) -> Response {
    server.answer(Dialect::OpenAi, peer, body).await
}

async fn ollama_chat(
    State(server): State<Arc<Server>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    body: Bytes,
) -> Response {
    server.answer(Dialect::Ollama, peer, body).await
}

async fn openai_embeddings(State(server): State<Arc<Server>>, body: Bytes) -> Response {
    server.embed(Dialect::OpenAi, body).await
}

async fn ollama_embed(State(server): State<Arc<Server>>, body: Bytes) -> Response {
    server.embed(Dialect::Ollama, body).await
}

async fn openai_models() -> Json<Value> {
    Json(json!({"object": "list", "data": [
        {"id": "sim", "object": "model", "created": 0, "owned_by": "llmsim"},
    ]}))
}

async fn ollama_tags() -> Json<Value> {
    Json(json!({"models": [
        {"name": "sim", "model": "sim", "modified_at": "2026-01-01T00:00:00Z", "size": 0,
         "digest": "", "details": {"format": "sim", "family": "sim"}},
    ]}))
}

async fn list_calls(State(server): State<Arc<Server>>) -> Json<Vec<Call>> {
    Json(server.calls.list())
}

async fn clear_calls(State(server): State<Arc<Server>>) -> StatusCode {
    server.calls.clear();
    StatusCode::NO_CONTENT
}

async fn call_times(
    State(server): State<Arc<Server>>,
    Path(id): Path<u64>,
) -> Result<Json<Times>, StatusCode> {
    server
        .calls
        .times(id)
        .map(Json)
        .ok_or(StatusCode::NOT_FOUND)
}

/// Where redirects lead; that somebody came is noted like a call.
async fn elsewhere(State(server): State<Arc<Server>>) -> &'static str {
    noted(&server.calls, "/sim/elsewhere");
    "You should not have followed."
}
