//! The page in the frame of another site: whose frames, with which cookie, within which limits.

use std::num::NonZeroU32;

use kaucim_server::{Rates, Settings};
use reqwest::Method;
use serde_json::json;

use crate::{
    app::{Setup, TestApp},
    user::{ASK, Answer, HISTORY, User, answer, question, task_path},
};

const SESSION: &str = "/api/v1/session";
const EMBEDDED: &str = "/api/v1/session?embedded=true";
const TEMPLE: &str = "https://temple.example";
const SHOP: &str = "https://shop.example";

async fn app(rates: Option<Rates>) -> TestApp {
    let server = Settings {
        frame_ancestors: vec![TEMPLE.parse().expect("a value"), SHOP.parse().expect("one")],
        rates,
        ..Settings::default()
    };
    let setup = Setup {
        server,
        ..Setup::default()
    };
    TestApp::with(setup).await
}

/// A visit in a frame, as the page there opens it.
async fn visit(app: &TestApp) -> User {
    let opened = app.nobody().post(EMBEDDED, None).await;
    assert_eq!(opened.status, 200, "{}", opened.body());
    User::with_cookie(app, &opened.cookie())
}

/// A request as a browser sends it for a page of this server, in a frame or not.
async fn own(guest: &User, method: Method, path: &str) -> Answer {
    let request = guest.request(method, path);
    answer(request.header("sec-fetch-site", "same-origin")).await
}

#[tokio::test]
async fn nobody_may_show_it_in_a_frame_unless_the_operator_says_so() {
    let app = TestApp::start().await;
    let policy = |answer: &Answer| answer.header("content-security-policy").to_owned();
    let closed = app.nobody().get("/embed").await;
    assert_eq!(closed.status, 200, "{}", closed.body());
    assert!(
        policy(&closed).ends_with("frame-ancestors 'none'"),
        "{}",
        policy(&closed)
    );
    let refused = app.nobody().post(EMBEDDED, None).await;
    let problem = refused.assert_problem(422, "invalid_request");
    assert!(problem["detail"].to_string().contains("frame_ancestors"));

    let app = self::app(None).await;
    let open = app.nobody().get("/embed").await;
    assert!(
        policy(&open).ends_with("frame-ancestors https://temple.example https://shop.example"),
        "{}",
        policy(&open)
    );
    assert!(open.body().contains("<html data-embed "), "it is told");
    for path in ["/", "/docs", "/assets/app.js", "/embed.js"] {
        let policy = policy(&app.nobody().get(path).await);
        assert!(
            policy.ends_with("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
    }
    let script = app.nobody().get("/embed.js").await;
    assert_eq!(
        script.header("content-type"),
        "text/javascript; charset=utf-8"
    );
    assert_eq!(script.header("access-control-allow-origin"), "*");
    let page = app.nobody().get("/embed").await;
    assert!(!page.headers.contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn a_frame_has_a_visit_of_its_own() {
    let app = app(None).await;
    let opened = app.nobody().post(EMBEDDED, None).await;
    let cookie = opened.header("set-cookie");
    for part in [
        "kaucim_embed=kg_",
        "HttpOnly",
        "Secure",
        "SameSite=None",
        "Partitioned",
        "Path=/",
    ] {
        assert!(cookie.contains(part), "{part} is missing in {cookie}");
    }
    assert!(
        !cookie.contains("Domain"),
        "it is for this host alone: {cookie}"
    );
    let framed = User::with_cookie(&app, &opened.cookie());
    let seen = own(&framed, Method::GET, HISTORY).await;
    assert_eq!(seen.status, 200, "{}", seen.body());
    let kept = answer(
        framed
            .request(Method::POST, EMBEDDED)
            .header("origin", &app.url),
    )
    .await;
    assert!(!kept.headers.contains_key("set-cookie"), "it is kept");

    // Beside the visit of the own pages that one counts; where it is over, this one does.
    let guest = app.guest().await;
    let task_id = guest.ask("會嗎？").await;
    guest.finished(&task_id).await;
    let both = format!("kaucim_session={}; {}", guest.secret(), opened.cookie());
    let both = User::with_cookie(&app, &both);
    let list = own(&both, Method::GET, HISTORY).await.json();
    assert_eq!(list["tasks"].as_array().map(Vec::len), Some(1));
    let ended = own(&both, Method::DELETE, SESSION).await;
    assert_eq!(ended.status, 204);
    let cookies = ended.headers.get_all("set-cookie").iter();
    let cookies: Vec<_> = cookies.map(|one| one.to_str().expect("text")).collect();
    assert!(
        cookies.len() == 1 && cookies[0].starts_with("kaucim_session=;"),
        "{cookies:?}"
    );
    let list = own(&both, Method::GET, HISTORY).await.json();
    assert_eq!(list["tasks"], json!([]));
    let ended = own(&framed, Method::DELETE, SESSION).await;
    assert!(
        ended.header("set-cookie").starts_with("kaucim_embed=;"),
        "{ended:?}"
    );
    own(&framed, Method::GET, HISTORY)
        .await
        .assert_problem(401, "unauthenticated");
}

#[tokio::test]
async fn the_page_around_a_frame_cannot_use_its_visit() {
    let app = app(None).await;
    let framed = visit(&app).await;
    let task_id = answer(
        framed
            .request(Method::POST, ASK)
            .header("origin", &app.url)
            .json(&question("會嗎？")),
    )
    .await
    .json();
    let task_id = task_id["task_id"].as_str().expect("a task").to_owned();
    for (name, value) in [
        ("origin", TEMPLE),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        for (method, path) in [
            (Method::POST, ASK),
            (Method::POST, EMBEDDED),
            (Method::DELETE, SESSION),
            (Method::DELETE, &task_path(&task_id)),
            (Method::GET, &task_path(&task_id)),
            (Method::GET, HISTORY),
        ] {
            let request = framed.request(method.clone(), path);
            let sent = answer(request.header(name, value).json(&question("會嗎？"))).await;
            let refused = [403, 401].contains(&sent.status.as_u16());
            assert!(refused, "{method} {path} from {value}: {}", sent.body());
        }
    }
    // Nor can whoever does not say where it comes from: every browser that keeps such a cookie does.
    framed
        .get(HISTORY)
        .await
        .assert_problem(401, "unauthenticated");
    let closed = TestApp::start().await;
    let (_, secret) = closed.accounts.open_embedded_guest().await.expect("one");
    let guest = User::with_cookie(&closed, &format!("kaucim_embed={secret}"));
    own(&guest, Method::GET, HISTORY)
        .await
        .assert_problem(401, "unauthenticated");
}

#[tokio::test]
async fn guests_in_frames_have_limits_of_their_own() {
    let one = NonZeroU32::MIN;
    let app = app(Some(Rates {
        per_embedded_guest: one,
        embedded_guests: NonZeroU32::new(2).expect("two"),
        ..Rates::default()
    }))
    .await;
    let ask = async |guest: &User| {
        let request = guest.request(Method::POST, ASK).json(&question("會嗎？"));
        let asked = answer(request.header("origin", &app.url)).await;
        let task_id = asked.json()["task_id"].as_str().map(ToOwned::to_owned);
        if let Some(task_id) = &task_id {
            let cancel = format!("{}/cancel", task_path(task_id));
            let cancel = guest.request(Method::POST, &cancel);
            answer(cancel.header("origin", &app.url)).await;
        }
        asked
    };
    let framed = visit(&app).await;
    assert_eq!(ask(&framed).await.status, 202);
    ask(&framed).await.assert_problem(429, "rate_limited");
    // Another visit has its own turn, until all of them have had theirs.
    assert_eq!(ask(&visit(&app).await).await.status, 202);
    ask(&visit(&app).await)
        .await
        .assert_problem(429, "rate_limited");
    let guest = app.guest().await;
    for _ in 0..3 {
        assert_eq!(ask(&guest).await.status, 202, "others are not held to it");
    }
    // On a second device they stay what they are.
    let link = own(&framed, Method::POST, "/api/v1/session/handoff").await;
    let link = link.json()["url"].as_str().expect("a link").to_owned();
    let (_, secret) = link.split_once("#handoff=").expect("a secret");
    let body = json!({ "handoff": secret });
    let redeem = "/api/v1/session/handoff/redeem";
    let redeemed = app.nobody().post(redeem, Some(&body)).await;
    let second = User::with_cookie(&app, &redeemed.cookie());
    ask(&second).await.assert_problem(429, "rate_limited");
}
