//! From one device of a guest to the next, by a link that is good once.

use reqwest::Method;
use serde_json::json;

use crate::{
    app::{Setup, TestApp},
    user::{HISTORY, User, answer},
};

const HANDOFF: &str = "/api/v1/session/handoff";
const REDEEM: &str = "/api/v1/session/handoff/redeem";

async fn link(guest: &User) -> String {
    let made = guest.post(HANDOFF, None).await;
    assert_eq!(made.status, 201, "{}", made.body());
    let made = made.json();
    assert!(made["expires_at"].is_string(), "{made}");
    made["url"].as_str().expect("a link").to_owned()
}

fn secret(link: &str) -> String {
    let (_, secret) = link.split_once("#handoff=").expect("a secret in the link");
    secret.to_owned()
}

#[tokio::test]
async fn a_link_takes_a_guest_to_one_second_device() {
    let app = TestApp::start().await;
    let first = app.guest().await;
    let task_id = first.ask("會嗎？").await;
    let link = link(&first).await;
    assert!(
        link.starts_with(&format!("{}/#handoff=kh_", app.url)),
        "{link}"
    );
    // To open it is not to use it: what is behind the hash is not even sent.
    let page = app.nobody().get("/").await;
    assert_eq!(page.status, 200);
    let body = json!({ "handoff": secret(&link) });
    let redeemed = app.nobody().post(REDEEM, Some(&body)).await;
    assert_eq!(redeemed.status, 200, "{}", redeemed.body());
    assert!(redeemed.header("set-cookie").contains("HttpOnly"));
    let second = User::with_cookie(&app, &redeemed.cookie());
    assert_ne!(
        second.secret(),
        first.secret(),
        "each device has a secret of its own"
    );
    second.follow(&task_id).await.page().await.assert_complete();
    app.nobody()
        .post(REDEEM, Some(&body))
        .await
        .assert_problem(401, "unauthenticated");
    assert_eq!(second.delete("/api/v1/session").await.status, 204);
    first
        .get(HISTORY)
        .await
        .assert_problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_link_says_which_reading_it_opens() {
    let app = TestApp::start().await;
    let guest = app.guest().await;
    let task_id = guest.ask("會嗎？").await;
    let path = format!("{HANDOFF}?task_id={task_id}");
    let made = guest.post(&path, None).await.json();
    let link = made["url"].as_str().expect("a link");
    assert!(link.ends_with(&format!("&r={task_id}")), "{link}");
    let picture = made["qr"].as_str().expect("a picture");
    assert!(picture.contains("<svg") && !picture.contains("script"));
    let no_task = guest.post(&format!("{HANDOFF}?task_id=x%22y"), None).await;
    no_task.assert_problem(404, "task_not_found");
}

#[tokio::test]
async fn a_link_ends_with_its_time_and_with_its_session() {
    let app = TestApp::start().await;
    let guest = app.guest().await;
    let old = json!({ "handoff": secret(&link(&guest).await) });
    app.meddle("UPDATE passes SET expires_ms = 1");
    let of_ended = json!({ "handoff": secret(&link(&guest).await) });
    guest.delete("/api/v1/session").await;
    for body in [
        old,
        of_ended,
        json!({ "handoff": "" }),
        json!({ "handoff": "kh_0" }),
    ] {
        app.nobody()
            .post(REDEEM, Some(&body))
            .await
            .assert_problem(401, "unauthenticated");
    }
}

#[tokio::test]
async fn only_guests_of_this_very_site_hand_off() {
    let app = TestApp::start().await;
    for who in [app.key_holder("temple").await, app.nobody()] {
        who.post(HANDOFF, None)
            .await
            .assert_problem(401, "unauthenticated");
    }
    let guest = app.guest().await;
    let body = json!({ "handoff": secret(&link(&guest).await) });
    for path in [HANDOFF, REDEEM] {
        let request = guest.request(Method::POST, path).json(&body);
        answer(request.header("origin", "https://elsewhere.example"))
            .await
            .assert_problem(403, "cross_site");
    }
    let in_address = format!("/?from={}", secret(&link(&guest).await));
    app.nobody()
        .get(&in_address)
        .await
        .assert_problem(401, "credential_in_url");
}

/// Uses a link in the browser of somebody who has a session already; returns who they are then.
async fn takes_over(app: &TestApp, who: &User, link: &str) -> User {
    let body = json!({ "handoff": secret(link) });
    let redeemed = who.post(REDEEM, Some(&body)).await;
    assert_eq!(redeemed.status, 200, "{}", redeemed.body());
    User::with_cookie(app, &redeemed.cookie())
}

#[tokio::test]
async fn whoever_takes_a_session_over_leaves_the_one_before() {
    let app = TestApp::start().await;
    let (first, second) = (app.guest().await, app.guest().await);
    let kept = first.ask("會嗎？").await;
    first.finished(&kept).await;
    // Read to its end, and still being written.
    let gone = second.ask("會嗎？").await;
    second.finished(&gone).await;
    second.ask("會嗎？ [[sim fault=hang]]").await;
    let now = takes_over(&app, &second, &link(&first).await).await;
    second
        .get(HISTORY)
        .await
        .assert_problem(401, "unauthenticated");
    assert_eq!(now.history().await.len(), 1, "the other device's");
    let left = app.tasks.counts().await.expect("the store answers");
    assert_eq!(
        left.len(),
        1,
        "nothing is left that nobody could reach: {left:?}"
    );
    // A link of one's own is no way to lose anything.
    let again = takes_over(&app, &now, &link(&now).await).await;
    assert_eq!(again.history().await.len(), 1);
    now.get(HISTORY)
        .await
        .assert_problem(401, "unauthenticated");
    assert_eq!(first.history().await.len(), 1);
}

#[tokio::test]
async fn a_session_that_another_device_shares_outlives_the_one_that_leaves() {
    let app = TestApp::start().await;
    let (shared, other) = (app.guest().await, app.guest().await);
    let task_id = shared.ask("會嗎？").await;
    shared.finished(&task_id).await;
    let device = takes_over(&app, &app.nobody(), &link(&shared).await).await;
    takes_over(&app, &device, &link(&other).await).await;
    device
        .get(HISTORY)
        .await
        .assert_problem(401, "unauthenticated");
    assert_eq!(shared.history().await.len(), 1);
    // A link that is worth nothing takes nobody anywhere.
    let body = json!({ "handoff": "kh_0" });
    shared
        .post(REDEEM, Some(&body))
        .await
        .assert_problem(401, "unauthenticated");
    assert_eq!(shared.history().await.len(), 1);
}

#[tokio::test]
async fn the_link_names_the_site_as_people_know_it() {
    let server = kaucim_server::Settings {
        public_url: Some("https://temple.example/".to_owned()),
        ..kaucim_server::Settings::default()
    };
    let app = TestApp::with(Setup {
        server,
        ..Setup::default()
    })
    .await;
    let (_, secret) = app.accounts.open_guest().await.expect("the store answers");
    let guest = User::with_cookie(&app, &format!("kaucim_session={secret}"));
    let request = guest.request(Method::POST, HANDOFF);
    let made = answer(request.header("host", "temple.example"))
        .await
        .json();
    let link = made["url"].as_str().expect("a link");
    assert!(
        link.starts_with("https://temple.example/#handoff="),
        "{link}"
    );
}
