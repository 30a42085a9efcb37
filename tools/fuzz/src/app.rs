//! The real server without a socket: the router over a store in memory, and what a client needs.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    http::{HeaderMap, Request, StatusCode, header},
    response::Response,
};
use kaucim_decks::Library;
use kaucim_fortune::FortuneSystem;
use kaucim_server::{App as Server, Issuer, IssuerKeys, TokenAlgorithm, service};
use kaucim_tasks::{Accounts, KeyTerms, Limits, Store, Tasks};
use serde_json::Value;
use tokio::{runtime::Runtime, time::timeout};
use tower::ServiceExt;

/// No answer to any request here is longer, or takes longer, on the slowest machine.
const MOST_BYTES: usize = 8 << 20;
const PATIENCE: Duration = Duration::from_secs(60);

/// The public keys of an identity provider: the ones of RFC 7515, A.2 and A.3, so that the corpus
/// can hold tokens that are really signed, though long expired.
const KEYS: &str = r#"{"keys": [
  {"kty": "EC", "crv": "P-256", "alg": "ES256",
   "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
   "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"},
  {"kty": "RSA", "alg": "RS256", "e": "AQAB",
   "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"}
]}"#;

/// A running server, a guest with one finished reading, and a draw that waits to be revealed.
pub(crate) struct App {
    runtime: Runtime,
    router: Router,
    pub cookie: String,
    /// Of an account that asks as programs do.
    key: String,
    pub task_id: String,
    pub draw_id: String,
    // The workers run as long as it is held.
    _tasks: Tasks,
}

impl App {
    pub(crate) fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let (router, tasks, key) = runtime.block_on(server());
        let mut app = Self {
            runtime,
            router,
            cookie: String::new(),
            key,
            task_id: String::new(),
            draw_id: String::new(),
            _tasks: tasks,
        };
        let (_, head, _) = app.whole(app.request("POST", "/api/v1/session"), "");
        let cookie = head[header::SET_COOKIE].to_str().expect("text");
        app.cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        let question = r#"{"deity_id": "yue_lao", "fortune_number": 1, "question": "Why?"}"#;
        let read = app.posted("/api/v1/fortune/interpret", question);
        app.task_id = read["task_id"].as_str().expect("an id").to_owned();
        let draw = app.posted("/api/v1/deities/yue_lao/draw", "{}");
        app.draw_id = draw["draw_id"].as_str().expect("an id").to_owned();
        app
    }

    /// A request of a browser that shows this server's page.
    pub(crate) fn request(&self, method: &str, address: &str) -> axum::http::request::Builder {
        let request = Request::builder().method(method).uri(address);
        let request = request
            .header(header::HOST, "localhost")
            .header(header::ORIGIN, "http://localhost")
            .header("sec-fetch-site", "same-origin");
        if self.cookie.is_empty() {
            return request;
        }
        request.header(header::COOKIE, &self.cookie)
    }

    /// A request of a program that has a key.
    pub(crate) fn keyed(&self, method: &str, address: &str) -> axum::http::request::Builder {
        let request = Request::builder().method(method).uri(address);
        request
            .header(header::HOST, "localhost")
            .header(header::AUTHORIZATION, format!("Bearer {}", self.key))
    }

    /// Sends a body as JSON and returns the answer, which is a good one.
    fn posted(&self, address: &str, body: &str) -> Value {
        let request = self.request("POST", address);
        let request = request.header(header::CONTENT_TYPE, "application/json");
        let (status, _, body) = self.whole(request, body.to_owned());
        assert!(status.is_success(), "{address}: {status}");
        serde_json::from_slice(&body).expect("JSON")
    }

    /// Asks as clients of OpenAI's API do, which know another form of refusals.
    pub(crate) fn door(&self, address: &str, body: Vec<u8>) -> StatusCode {
        let request = self.keyed("POST", address);
        let request = request.header(header::CONTENT_TYPE, "application/json");
        let (status, _, body) = self.answered(request.body(body.into()).expect("a request"));
        if status.is_client_error() {
            let refusal: Value = serde_json::from_slice(&body).expect("a refusal is JSON");
            let error = &refusal["error"];
            assert!(error["message"].is_string(), "{refusal} says nothing");
            assert!(error["code"].is_string(), "{refusal} has no code");
        }
        status
    }

    fn answered(&self, request: Request<Body>) -> (StatusCode, HeaderMap, Bytes) {
        let answer = self
            .runtime
            .block_on(async { timeout(PATIENCE, read(self.router.clone(), request)).await });
        let (status, head, body) = answer.expect("every request is answered, and to its end");
        assert!(!status.is_server_error(), "{status}: {body:?}");
        (status, head, body)
    }

    /// Sends a request, reads the answer to its end, and holds it against what is promised of every
    /// answer: no fault of the server's, and a problem document that says what was wrong.
    pub(crate) fn whole(
        &self,
        request: axum::http::request::Builder,
        body: impl Into<Body>,
    ) -> (StatusCode, HeaderMap, Bytes) {
        let Ok(request) = request.body(body.into()) else {
            // What is no request at all reaches no router: hyper refuses it.
            return (StatusCode::BAD_REQUEST, HeaderMap::new(), Bytes::new());
        };
        let is_head = request.method() == "HEAD";
        let (status, head, body) = self.answered(request);
        if status.is_client_error() && !is_head {
            let kind = head.get(header::CONTENT_TYPE);
            assert!(
                kind.is_some_and(|kind| kind == "application/problem+json"),
                "{status} is no problem document: {kind:?}"
            );
            let problem: Value = serde_json::from_slice(&body).expect("a problem is JSON");
            assert_eq!(problem["status"], status.as_u16());
            assert!(problem["code"].is_string(), "{problem} has no code");
        }
        (status, head, body)
    }
}

async fn read(router: Router, request: Request<Body>) -> (StatusCode, HeaderMap, Bytes) {
    let answer: Response = router.oneshot(request).await.unwrap_or_else(|e| match e {});
    let (head, body) = answer.into_parts();
    let body = to_bytes(body, MOST_BYTES).await;
    (
        head.status,
        head.headers,
        body.expect("the answer ends well"),
    )
}

async fn server() -> (Router, Tasks, String) {
    let store = Store::in_memory().expect("a store");
    let accounts = Accounts::new(store.clone());
    let key = accounts.create_key(KeyTerms::named("fuzz")).await;
    let fortune = FortuneSystem::new(
        Library::starter(),
        Vec::new(),
        kaucim_fortune::Settings::default(),
    );
    let settings = kaucim_tasks::Settings {
        workers: 1,
        limits: Limits {
            draws_per_guest: 10_000,
            ..Limits::default()
        },
        ..kaucim_tasks::Settings::default()
    };
    let tasks = Tasks::start(store, fortune.clone(), settings).await;
    let tasks = tasks.expect("the tasks start");
    let keys = IssuerKeys::default();
    assert_eq!(keys.replace(KEYS.as_bytes()).ok(), Some(2));
    let issuer = Issuer {
        name: "joe".to_owned(),
        audience: "kaucim".to_owned(),
        algorithms: vec![TokenAlgorithm::ES256, TokenAlgorithm::RS256],
        leeway: Duration::from_secs(1),
        scope_claim: "scope".to_owned(),
        scope_prefix: String::new(),
        scopes_without_claim: Vec::new(),
        keys,
    };
    let settings = kaucim_server::Settings {
        rates: None,
        issuer: Some(Arc::new(issuer)),
        ..kaucim_server::Settings::default()
    };
    let app = Server::new(tasks.clone(), accounts, fortune, settings);
    (service(app), tasks, key.expect("a key"))
}
