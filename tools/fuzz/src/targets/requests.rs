//! What comes over HTTP, through the real router.

use axum::http::{HeaderValue, header, request::Builder};
use kaucim_tasks::Cursor;
use serde_json::Value;

use crate::app::App;

thread_local! {
    /// Making one takes longer than a thousand requests.
    static APP: App = App::start();
}

const HISTORY: &str = "/api/v1/async-chat/history";

/// A request's body, sent to every route that takes one.
pub fn body(data: &[u8]) {
    APP.with(|app| {
        let send = |address: &str| {
            let request = app.request("POST", address);
            let request = request.header(header::CONTENT_TYPE, "application/json");
            app.whole(request, data.to_vec())
        };
        send("/api/v1/deities/yue_lao/draw");
        send("/api/v1/session/handoff/redeem");
        send(&format!("/api/v1/draws/{}/reveal", app.draw_id));
        let follow_up = format!("/api/v1/async-chat/task/{}/follow-up", app.task_id);
        for asking in [
            "/api/v1/async-chat/ask-question",
            "/api/v1/fortune/interpret",
            &follow_up,
        ] {
            let (status, _, answer) = send(asking);
            if status.is_success() {
                let answer: Value = serde_json::from_slice(&answer).expect("JSON");
                let task_id = answer["task_id"].as_str().expect("an id");
                forget(app, task_id, App::request);
            }
        }
        let (chat, ..) = send("/api/v1/chat");
        if chat.is_success() {
            forget_all(app, App::request);
        }
        if app.door("/v1/chat/completions", data.to_vec()).is_success() {
            forget_all(app, App::keyed);
        }
    });
}

/// How somebody asks the server.
type Asking = fn(&App, &str, &str) -> Builder;

/// Ends and erases every reading that somebody has, but the one that is always there.
fn forget_all(app: &App, asking: Asking) {
    let (_, _, history) = app.whole(asking(app, "GET", HISTORY), "");
    let history: Value = serde_json::from_slice(&history).expect("JSON");
    for task in history["tasks"].as_array().expect("a list") {
        let task_id = task["task_id"].as_str().expect("an id");
        if task_id != app.task_id {
            forget(app, task_id, asking);
        }
    }
}

/// Ends and erases a reading that was accepted, so that a long run keeps nothing.
fn forget(app: &App, task_id: &str, asking: Asking) {
    let task = format!("/api/v1/async-chat/task/{task_id}");
    let cancel = asking(app, "POST", &format!("{task}/cancel"));
    let (status, ..) = app.whole(cancel, "");
    assert_eq!(status, 200, "what was accepted can be cancelled");
    let (status, ..) = app.whole(asking(app, "DELETE", &task), "");
    assert_eq!(status, 204, "what has ended can be erased");
}

/// The place that a reader says it has read to.
pub fn cursor(data: &[u8]) {
    if let Ok(text) = str::from_utf8(data)
        && let Ok(cursor) = text.parse::<Cursor>()
    {
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
    }
    APP.with(|app| {
        let stream = format!("/api/v1/async-chat/stream/{}", app.task_id);
        if let Ok(value) = HeaderValue::from_bytes(data) {
            let request = app.request("GET", &stream);
            let (status, _, body) = app.whole(request.header("last-event-id", value), "");
            told_to_the_end(status.as_u16(), &body);
        }
        let address = format!("{stream}?partial_text=off&last_event_id={}", escaped(data));
        let (status, _, body) = app.whole(app.request("GET", &address), "");
        told_to_the_end(status.as_u16(), &body);
    });
}

/// Whatever a reader of a finished reading says, it is told the end, or that it has read it.
fn told_to_the_end(status: u16, body: &[u8]) {
    let body = String::from_utf8_lossy(body);
    match status {
        200 => assert!(body.contains("event: complete"), "no end: {body}"),
        204 => assert_eq!(body, ""),
        other => panic!("a cursor is answered with {other}: {body}"),
    }
}

/// What stands in a `Cookie` header.
pub fn cookie(data: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(data) else {
        return;
    };
    APP.with(|app| {
        let mut request = app.request("GET", HISTORY);
        if let Some(headers) = request.headers_mut() {
            headers.insert(header::COOKIE, value);
        }
        let (status, ..) = app.whole(request, "");
        assert!(!status.is_success(), "a cookie was guessed");
    });
}

/// What stands in an `Authorization` header: a key, or a token of an identity provider.
pub fn token(data: &[u8]) {
    APP.with(|app| {
        for value in [data.to_vec(), [b"Bearer ", data].concat()] {
            let Ok(value) = HeaderValue::from_bytes(&value) else {
                continue;
            };
            let mut request = app.request("GET", HISTORY);
            if let Some(headers) = request.headers_mut() {
                headers.remove(header::COOKIE);
                headers.insert(header::AUTHORIZATION, value);
            }
            let (status, ..) = app.whole(request, "");
            assert!(!status.is_success(), "a credential was guessed");
        }
    });
}

/// Method, path and query: `GET /api/v1/search?q=love`.
pub fn address(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    let (method, address) = text.split_once(' ').unwrap_or(("GET", text));
    // With DELETE it would end its own session.
    if method == "DELETE" || !address.starts_with('/') {
        return;
    }
    APP.with(|app| {
        app.whole(app.request(method, address), "");
    });
}

/// Any bytes, as they may stand in a query.
fn escaped(data: &[u8]) -> String {
    data.iter().map(|byte| format!("%{byte:02X}")).collect()
}
