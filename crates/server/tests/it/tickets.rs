//! Tickets: one stream of one task, once, for readers that cannot send a header.

use reqwest::Method;

use crate::{
    app::{TestApp, soon},
    reader::Reader,
    user::{HISTORY, User, answer, stream_path, task_path},
};

const STALLS: &str = "會嗎？ [[sim fault=stall@60]]";

async fn ticket(user: &User, task_id: &str) -> String {
    let made = user
        .post(&format!("{}/ticket", task_path(task_id)), None)
        .await;
    assert_eq!(made.status, 201, "{}", made.body());
    let made = made.json();
    assert!(made["expires_at"].is_string(), "{made}");
    made["ticket"].as_str().expect("a ticket").to_owned()
}

fn with(task_id: &str, ticket: &str) -> String {
    format!("{}?ticket={ticket}", stream_path(task_id))
}

#[tokio::test]
async fn a_ticket_opens_one_stream_and_no_second() {
    let app = TestApp::start().await;
    for asker in [app.key_holder("temple").await, app.guest().await] {
        let task_id = asker.ask("會嗎？").await;
        let path = with(&task_id, &ticket(&asker, &task_id).await);
        let nobody = app.nobody();
        let request = nobody.request(Method::GET, &path);
        // As a page of another site would ask.
        let request = request.header("origin", "https://elsewhere.example");
        Reader::open(request).await.page().await.assert_complete();
        for who in [&nobody, &asker] {
            who.get(&path).await.assert_problem(401, "unauthenticated");
        }
    }
}

#[tokio::test]
async fn a_ticket_is_good_for_its_task_and_its_stream_alone() {
    let app = TestApp::start().await;
    let asker = app.key_holder("temple").await;
    let (one, other) = (asker.ask("會嗎？").await, asker.ask("好嗎？").await);
    let ticket_of_one = ticket(&asker, &one).await;
    let nobody = app.nobody();
    for path in [
        with(&other, &ticket_of_one),
        format!("{}?ticket={ticket_of_one}", task_path(&one)),
        format!("{HISTORY}?ticket={ticket_of_one}"),
        with(&one, "kt_0000"),
        with(&one, ""),
        with(&one, &"k".repeat(5000)),
    ] {
        nobody
            .get(&path)
            .await
            .assert_problem(401, "unauthenticated");
    }
    let still = nobody.request(Method::GET, &with(&one, &ticket_of_one));
    Reader::open(still).await.page().await.assert_complete();
    let stranger = app.key_holder("other temple").await;
    let path = format!("{}/ticket", task_path(&one));
    stranger
        .post(&path, None)
        .await
        .assert_problem(404, "task_not_found");
}

#[tokio::test]
async fn a_ticket_that_is_old_or_whose_key_is_revoked_is_worth_nothing() {
    let app = TestApp::start().await;
    let asker = app.key_holder("temple").await;
    let task_id = asker.ask(STALLS).await;
    let old = ticket(&asker, &task_id).await;
    app.meddle("UPDATE passes SET expires_ms = 1");
    let nobody = app.nobody();
    let used = with(&task_id, &ticket(&asker, &task_id).await);
    let unused = with(&task_id, &ticket(&asker, &task_id).await);
    let open = Reader::open(nobody.request(Method::GET, &used)).await;
    let revoked = app.accounts.revoke_key(asker.secret(), "a test").await;
    revoked.expect("it is found");
    soon("the end of the stream", open.rest()).await;
    for path in [unused, with(&task_id, &old)] {
        nobody
            .get(&path)
            .await
            .assert_problem(401, "unauthenticated");
    }
}

#[tokio::test]
async fn other_sites_are_let_in_by_name_only() {
    let app = TestApp::start().await;
    let preflight = async |app: &TestApp, origin: &str| {
        let request = app.nobody().request(Method::OPTIONS, HISTORY);
        let request = request
            .header("origin", origin)
            .header("access-control-request-method", "GET");
        answer(request).await
    };
    let closed = preflight(&app, "https://app.example").await;
    assert!(closed.headers.get("access-control-allow-origin").is_none());
    let server = kaucim_server::Settings {
        allowed_origins: vec!["https://app.example".parse().expect("an origin")],
        ..kaucim_server::Settings::default()
    };
    let app = TestApp::with(crate::app::Setup {
        server,
        ..crate::app::Setup::default()
    })
    .await;
    let open = preflight(&app, "https://app.example").await;
    assert_eq!(
        open.header("access-control-allow-origin"),
        "https://app.example"
    );
    assert!(
        open.headers
            .get("access-control-allow-credentials")
            .is_none()
    );
    for foreign in ["https://app.example.evil", "http://app.example", "null"] {
        let closed = preflight(&app, foreign).await;
        let allowed = closed.headers.get("access-control-allow-origin");
        assert!(allowed.is_none(), "{foreign}: {allowed:?}");
    }
    let asker = app.key_holder("temple").await;
    let request = asker.request(Method::GET, HISTORY);
    let read = answer(request.header("origin", "https://app.example")).await;
    assert_eq!(read.status, 200, "{}", read.body());
    assert_eq!(
        read.header("access-control-allow-origin"),
        "https://app.example"
    );
    // A cookie is worth nothing there, whoever is allowed.
    let guest = app.guest().await;
    let request = guest.request(Method::GET, HISTORY);
    answer(request.header("origin", "https://app.example"))
        .await
        .assert_problem(403, "cross_site");
}

#[tokio::test]
async fn to_ask_for_the_head_of_a_stream_uses_no_ticket_up() {
    let app = TestApp::start().await;
    let asker = app.key_holder("temple").await;
    let task_id = asker.ask("會嗎？").await;
    let path = with(&task_id, &ticket(&asker, &task_id).await);
    let nobody = app.nobody();
    let head = answer(nobody.request(Method::HEAD, &path)).await;
    assert_eq!(
        head.status, 401,
        "a ticket is for one stream, and this is none"
    );
    let request = nobody.request(Method::GET, &path);
    Reader::open(request).await.page().await.assert_complete();
    nobody
        .get(&path)
        .await
        .assert_problem(401, "unauthenticated");
}
