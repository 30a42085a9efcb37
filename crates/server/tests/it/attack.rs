//! Attacks that go over every route, so that a new one cannot be forgotten; and noise.

use reqwest::{Method, RequestBuilder, StatusCode, header::HeaderValue};
use serde_json::json;

use crate::{
    app::TestApp,
    openapi::operations,
    user::{ASK, HISTORY, User, answer, question, stream_path},
};

const NEVER: &str = "01900000-0000-7000-8000-000000000000";

#[tokio::test]
async fn no_route_that_takes_a_cookie_takes_it_from_another_site() {
    let app = TestApp::start().await;
    let guest = app.guest().await;
    let task_id = guest.ask("會嗎？").await;
    guest.finished(&task_id).await;
    let mut routes = 0;
    for operation in operations(&app).await {
        if !operation.takes_guests() {
            continue;
        }
        routes += 1;
        let path = operation.filled(&task_id);
        for origin in ["https://elsewhere.example", "null", "http://127.0.0.1:1"] {
            let request = guest.request(operation.method.clone(), &path);
            let answer = answer(request.header("origin", origin)).await;
            let place = format!("{} {path} from {origin}", operation.method);
            assert_eq!(answer.status, 403, "{place}: {}", answer.body());
            answer.assert_problem(403, "cross_site");
        }
    }
    assert!(routes >= 15, "the document names such routes: {routes}");
    assert_eq!(guest.history().await.len(), 1, "nothing was erased");
}

#[tokio::test]
async fn another_s_draw_is_as_absent_as_one_that_never_was() {
    let app = TestApp::start().await;
    let owner = app.key_holder("temple").await;
    let drawn = owner
        .post("/api/v1/deities/yue_lao/draw", Some(&json!({})))
        .await;
    assert_eq!(drawn.status, 201, "{}", drawn.body());
    let drawn = drawn.json();
    let draw_id = drawn["draw_id"].as_str().expect("a draw").to_owned();
    let others = [app.key_holder("other temple").await, app.guest().await];
    let body = json!({ "nonce": "shaken" });
    let mut routes = 0;
    for operation in operations(&app).await {
        if !operation.path.contains("{draw_id}") {
            continue;
        }
        routes += 1;
        for id in [draw_id.as_str(), NEVER, "x"] {
            let path = operation.path.replace("{draw_id}", id);
            for other in &others {
                let request = other.request(operation.method.clone(), &path).json(&body);
                answer(request).await.assert_problem(404, "draw_not_found");
            }
        }
        let own = operation.path.replace("{draw_id}", &draw_id);
        let own = answer(owner.request(operation.method.clone(), &own).json(&body)).await;
        assert_eq!(own.status, 200, "others did nothing to it: {}", own.body());
    }
    assert!(routes >= 1, "the document names the routes of a draw");
}

#[tokio::test]
async fn every_answer_says_how_browsers_shall_take_it() {
    let app = TestApp::start().await;
    let operator = app.operator().await;
    let mut paths: Vec<(Method, String)> = operations(&app)
        .await
        .iter()
        .map(|operation| (operation.method.clone(), operation.filled(NEVER)))
        .collect();
    for page in ["/", "/docs", "/assets/app.js", "/nowhere", "/favicon.ico"] {
        paths.push((Method::GET, page.to_owned()));
    }
    for (method, path) in paths {
        let answer = answer(operator.request(method.clone(), &path)).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
        ] {
            assert_eq!(answer.header(name), value, "{method} {path}");
        }
        let is_private = path.starts_with("/api/");
        if is_private {
            assert!(
                answer.header("cache-control").contains("no-store"),
                "{path}"
            );
        }
    }
}

#[tokio::test]
async fn who_asks_a_thousand_times_has_no_more_than_their_share() {
    let app = TestApp::start().await;
    let guest = app.guest().await;
    let mut accepted = 0;
    for _ in 0..1000 {
        let body = question("會嗎？ [[sim fault=hang]]");
        let answer = guest.post(ASK, Some(&body)).await;
        match answer.status {
            StatusCode::ACCEPTED => accepted += 1,
            StatusCode::CONFLICT | StatusCode::TOO_MANY_REQUESTS => {}
            other => panic!("{other}: {}", answer.body()),
        }
    }
    assert_eq!(accepted, 1, "one is unfinished, so there is no second");
    assert_eq!(app.sim.calls().len(), 1, "and one call of a model");
}

#[tokio::test]
async fn whatever_is_sent_nothing_breaks() {
    let app = TestApp::start().await;
    let asker = app.key_holder("temple").await;
    let task_id = asker.ask("會嗎？").await;
    asker.finished(&task_id).await;
    let mut noise = Noise(0x9E37_79B9_7F4A_7C15);
    for round in 0..400 {
        let request = noisy(&app, (&asker, &task_id), round, &mut noise);
        // What no header can hold is never sent.
        let Ok(request) = request.build() else {
            continue;
        };
        let shown = format!(
            "{} {} {:?}",
            request.method(),
            request.url(),
            request.headers()
        );
        let sent = app
            .client
            .execute(request)
            .await
            .expect("the server answers");
        let status = sent.status();
        assert!(!status.is_server_error(), "{status} for {shown}");
        if status.is_client_error() {
            let problem = HeaderValue::from_static("application/problem+json");
            assert_eq!(
                sent.headers().get("content-type"),
                Some(&problem),
                "{shown}"
            );
        }
        drop(sent);
    }
    assert_eq!(app.nobody().get("/readyz").await.status, 200);
}

/// A request that is wrong somewhere, in another place each round.
fn noisy(
    app: &TestApp,
    (asker, task_id): (&User, &str),
    round: u32,
    noise: &mut Noise,
) -> RequestBuilder {
    let (one, two) = (noise.text(60), noise.text(60));
    let nobody = app.nobody();
    match round % 8 {
        0 => nobody
            .request(Method::GET, HISTORY)
            .header("authorization", one),
        1 => nobody
            .request(Method::GET, HISTORY)
            .header("cookie", format!("kaucim_session={one}; {two}")),
        2 => asker
            .request(Method::GET, &stream_path(task_id))
            .header("last-event-id", one),
        3 => {
            let query = format!(
                "?last_event_id={}&partial_text={}",
                encoded(&one),
                encoded(&two)
            );
            asker.request(Method::GET, &(stream_path(task_id) + &query))
        }
        4 => {
            let query = format!("?ticket={}", encoded(&one));
            nobody.request(Method::GET, &(stream_path(task_id) + &query))
        }
        5 => asker
            .request(Method::POST, ASK)
            .header("content-type", "application/json")
            .header("idempotency-key", two)
            .body(noise.mutated(&question("會嗎？").to_string())),
        6 => nobody.request(Method::GET, HISTORY).bearer_auth(format!(
            "{}.{}.{}",
            noise.base64(),
            noise.base64(),
            noise.base64()
        )),
        _ => {
            let query = format!("?q={}&deity_id={}", encoded(&one), encoded(&two));
            asker.request(Method::GET, &format!("/api/v1/search{query}"))
        }
    }
}

/// A text as the value of a query.
fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

/// The same noise each time.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).expect("31 bits")
    }

    fn text(&mut self, most: usize) -> String {
        let alphabet: Vec<char> = "0123456789.abcKk_tgh Bearer=;,:&?%#/\\\"'{}[]-+*é籤\u{202e}🌙"
            .chars()
            .collect();
        let length = self.next() % most;
        (0..length)
            .map(|_| alphabet[self.next() % alphabet.len()])
            .collect()
    }

    fn base64(&mut self) -> String {
        let alphabet: Vec<char> = "ABCeyJhbGciOi0123456789_-".chars().collect();
        let length = self.next() % 40;
        (0..length)
            .map(|_| alphabet[self.next() % alphabet.len()])
            .collect()
    }

    /// A text with some of its bytes changed, left out or repeated.
    fn mutated(&mut self, text: &str) -> Vec<u8> {
        let mut bytes = text.as_bytes().to_vec();
        for _ in 0..=self.next() % 4 {
            let at = self.next() % bytes.len().max(1);
            match self.next() % 3 {
                0 if at < bytes.len() => bytes[at] = (self.next() % 256) as u8,
                1 if at < bytes.len() => drop(bytes.drain(at..)),
                _ => bytes.extend_from_within(..at.min(bytes.len())),
            }
        }
        bytes
    }
}
