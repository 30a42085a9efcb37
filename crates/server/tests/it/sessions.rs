//! Guest sessions: a cookie, for this server's own pages only, and its end.

use kaucim_server::{Proxies, Settings};
use reqwest::Method;
use serde_json::json;

use crate::{
    app::{Setup, TestApp},
    events::names,
    raw::send_raw,
    user::{ASK, Answer, HISTORY, User, answer, question, stream_path, task_path},
};

const SESSION: &str = "/api/v1/session";
const STALLS: &str = "會嗎？ [[sim fault=stall@60]]";

#[tokio::test]
async fn a_session_is_a_cookie_that_scripts_cannot_read() {
    let app = TestApp::start().await;
    let opened = app.nobody().post(SESSION, None).await;
    assert_eq!(opened.status, 200, "{}", opened.body());
    assert_eq!(opened.json(), json!({"guest": true}));
    let cookie = opened.header("set-cookie");
    for attribute in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age="] {
        assert!(
            cookie.contains(attribute),
            "{attribute} is missing in {cookie}"
        );
    }
    assert!(
        !cookie.contains("Domain"),
        "it is for this host alone: {cookie}"
    );
    let guest = User::with_cookie(&app, &opened.cookie());
    assert!(guest.secret().len() >= 64, "the secret is long");
    assert_eq!(guest.history().await.len(), 0);

    let again = guest.post(SESSION, None).await;
    assert_eq!(again.status, 200, "{}", again.body());
    assert!(
        again.headers.get("set-cookie").is_none(),
        "the session there is, is kept"
    );
    let forged = User::with_cookie(&app, "kaucim_session=kg_0000");
    let fresh = forged.post(SESSION, None).await;
    assert_ne!(
        fresh.cookie(),
        "kaucim_session=kg_0000",
        "a forged session is no session"
    );
    let among_others = format!("theme=dark; {}; a=b", opened.cookie());
    let among_others = User::with_cookie(&app, &among_others);
    assert_eq!(among_others.get(HISTORY).await.status, 200);
    // A neighbour under one domain can set another one of that name, which would come first.
    let planted = format!("kaucim_session=kg_0000; {}", opened.cookie());
    User::with_cookie(&app, &planted)
        .get(HISTORY)
        .await
        .assert_problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_cookie_counts_on_this_servers_own_pages_only() {
    let app = TestApp::start().await;
    let guest = app.guest().await;
    let task_id = guest.ask(STALLS).await;
    let host = app.url.trim_start_matches("http://");
    let foreign = [
        ("origin", "https://elsewhere.example".to_owned()),
        ("origin", "null".to_owned()),
        ("origin", String::new()),
        ("origin", host.to_owned()),
        ("origin", format!("http://{host}.elsewhere.example")),
        ("origin", format!("http://elsewhere.example/{host}")),
        ("origin", "http://127.0.0.1".to_owned()),
        ("sec-fetch-site", "cross-site".to_owned()),
        ("sec-fetch-site", "same-site".to_owned()),
    ];
    let requests = [
        (Method::POST, ASK.to_owned()),
        (Method::POST, SESSION.to_owned()),
        (Method::DELETE, SESSION.to_owned()),
        (Method::DELETE, task_path(&task_id)),
        (Method::POST, format!("{}/cancel", task_path(&task_id))),
        (Method::GET, stream_path(&task_id)),
        (Method::GET, HISTORY.to_owned()),
    ];
    for (name, value) in &foreign {
        for (method, path) in &requests {
            let request = guest
                .request(method.clone(), path)
                .json(&question("會嗎？"));
            let answer = answer(request.header(*name, value)).await;
            assert_eq!(
                answer.status,
                403,
                "{method} {path} from {value:?}: {}",
                answer.body()
            );
            answer.assert_problem(403, "cross_site");
        }
    }
    assert_eq!(
        guest.task(&task_id).await["finished_at"],
        json!(null),
        "nothing was done"
    );
    for (name, value) in [
        ("origin", app.url.clone()),
        ("origin", app.url.replace("http:", "https:")),
        ("sec-fetch-site", "same-origin".to_owned()),
        ("sec-fetch-site", "none".to_owned()),
    ] {
        let request = guest.request(Method::GET, HISTORY).header(name, &value);
        let answer = answer(request).await;
        assert_eq!(answer.status, 200, "{name} {value}: {}", answer.body());
    }
}

#[tokio::test]
async fn two_origins_are_none() {
    let app = TestApp::start().await;
    let host = app.url.trim_start_matches("http://");
    let own = format!("Origin: {}\r\n", app.url);
    for (origins, status) in [(own.clone(), "200"), (own.repeat(2), "403")] {
        let request = format!(
            "POST {SESSION} HTTP/1.1\r\nHost: {host}\r\n{origins}Connection: close\r\n\r\n"
        );
        let answer = send_raw(&app, &request).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{answer}"
        );
    }
    for names in [String::new(), format!("Host: {host}\r\n").repeat(2)] {
        let request = format!("POST {SESSION} HTTP/1.1\r\n{names}Connection: close\r\n\r\n");
        let answer = send_raw(&app, &request).await;
        assert!(!answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}

async fn with(settings: Settings) -> TestApp {
    TestApp::with(Setup {
        server: settings,
        ..Setup::default()
    })
    .await
}

/// Opens a session with these lines in the head.
async fn opens(app: &TestApp, lines: &[(&str, &str)]) -> Answer {
    let request = app.nobody().request(Method::POST, SESSION);
    let add = |request: reqwest::RequestBuilder, (name, value): &(&str, &str)| {
        request.header(*name, *value)
    };
    answer(lines.iter().fold(request, add)).await
}

#[tokio::test]
async fn a_cookie_counts_on_the_public_site_and_by_its_name_only() {
    let app = with(Settings {
        public_url: Some("https://temple.example".to_owned()),
        ..Settings::default()
    })
    .await;
    let own = ("origin", "https://temple.example");
    let name = ("host", "temple.example");
    for lines in [
        &[name][..],
        &[name, own],
        &[name, ("origin", "https://temple.example:443")],
        &[("host", "temple.example:8000"), own],
    ] {
        assert_eq!(opens(&app, lines).await.status, 200, "{lines:?}");
    }
    for lines in [
        &[own][..],
        &[("host", "evil.example"), own],
        &[("host", "evil.example")],
        &[("host", "evil.example"), ("origin", "https://evil.example")],
        &[name, ("origin", "http://temple.example")],
        &[name, ("origin", "https://temple.example:8443")],
        &[name, ("origin", "https://a.temple.example")],
        &[name, ("origin", "null")],
        &[name, ("sec-fetch-site", "same-site")],
        // Nobody is trusted to say so.
        &[("host", "x"), ("x-forwarded-host", "temple.example"), own],
    ] {
        let refused = opens(&app, lines).await;
        assert_eq!(refused.status, 403, "{lines:?}: {}", refused.body());
        refused.assert_problem(403, "cross_site");
    }
    // A cookie that is good elsewhere does nothing by another name; a key asks for no name.
    let (_, secret) = app.accounts.open_guest().await.expect("the store answers");
    let guest = User::with_cookie(&app, &format!("kaucim_session={secret}"));
    for (method, path) in [(Method::DELETE, SESSION), (Method::GET, HISTORY)] {
        let request = guest.request(method, path);
        answer(request.header("host", "evil.example"))
            .await
            .assert_problem(403, "cross_site");
    }
    let temple = app.key_holder("temple").await;
    assert_eq!(temple.history().await.len(), 0);
}

#[tokio::test]
async fn a_server_for_its_own_machine_takes_no_guests_by_another_name() {
    let app = TestApp::start().await;
    for own in ["localhost", "localhost:8000", "127.0.0.1:9", "[::1]"] {
        let opened = opens(&app, &[("host", own)]).await;
        assert_eq!(opened.status, 200, "{own}: {}", opened.body());
    }
    for other in ["evil.example", "temple.example:8000", "192.168.1.7", "a@b"] {
        let origin = format!("http://{other}");
        opens(&app, &[("host", other), ("origin", &origin)])
            .await
            .assert_problem(403, "cross_site");
    }
    assert_eq!(app.nobody().get("/").await.status, 200);
}

#[tokio::test]
async fn a_trusted_proxy_says_by_which_name_and_scheme_visitors_come() {
    let app = with(Settings {
        proxies: Proxies {
            trusted: vec!["127.0.0.0/8".parse().expect("a network")],
            ..Proxies::default()
        },
        ..Settings::default()
    })
    .await;
    let name = ("host", "temple.example");
    let https = ("x-forwarded-proto", "https");
    let own = ("origin", "https://temple.example");
    for lines in [
        &[name, https, own][..],
        &[("x-forwarded-host", "temple.example"), https, own],
        // It does not say: either may be.
        &[name, own],
        &[
            name,
            ("x-forwarded-proto", "http"),
            ("origin", "http://temple.example"),
        ],
    ] {
        assert_eq!(opens(&app, lines).await.status, 200, "{lines:?}");
    }
    for lines in [
        &[name, https, ("origin", "http://temple.example")][..],
        &[name, ("x-forwarded-proto", "http"), own],
        &[("x-forwarded-host", "evil.example"), name, https, own],
    ] {
        opens(&app, lines).await.assert_problem(403, "cross_site");
    }
}

#[tokio::test]
async fn a_key_may_be_used_from_anywhere() {
    let app = TestApp::start().await;
    let asker = app.key_holder("temple").await;
    let request = asker.request(Method::POST, ASK).json(&question("會嗎？"));
    let answer = answer(request.header("origin", "https://app.example")).await;
    assert_eq!(answer.status, 202, "{}", answer.body());
}

#[tokio::test]
async fn over_http_2_the_own_origin_is_known_too() {
    let app = TestApp::start().await;
    let guest = app.guest().await.over_http_2();
    let from = |origin: &str| guest.request(Method::GET, HISTORY).header("origin", origin);
    let own = answer(from(&app.url)).await;
    assert_eq!(own.status, 200, "{}", own.body());
    answer(from("http://elsewhere.example"))
        .await
        .assert_problem(403, "cross_site");
    let task_id = guest.ask("會嗎？").await;
    guest.follow(&task_id).await.page().await.assert_complete();
}

#[tokio::test]
async fn whoever_asks_in_the_moment_in_which_the_session_ends_has_asked_or_is_nobody() {
    let app = TestApp::start().await;
    for _ in 0..20 {
        let guest = app.guest().await;
        let (asked, drawn, ended) = tokio::join!(
            async { guest.post(ASK, Some(&question("會嗎？"))).await },
            async {
                guest
                    .post("/api/v1/deities/yue_lao/draw", Some(&json!({})))
                    .await
            },
            guest.delete(SESSION),
        );
        assert_eq!(ended.status, 204, "{}", ended.body());
        for answer in [asked, drawn] {
            assert!(
                matches!(answer.status.as_u16(), 200 | 201 | 202 | 401),
                "{}",
                answer.body()
            );
        }
    }
}

#[tokio::test]
async fn ending_a_session_erases_what_it_holds() {
    let app = TestApp::start().await;
    let guest = app.guest().await;
    let first = guest.ask("會嗎？").await;
    guest.finished(&first).await;
    let second = guest.ask(STALLS).await;
    let mut open = guest.follow(&second).await;
    open.until(|event| event.name == "llm_streaming").await;
    let ended = guest.delete(SESSION).await;
    assert_eq!(ended.status, 204, "{}", ended.body());
    assert!(
        ended.header("set-cookie").contains("Max-Age=0"),
        "the browser forgets it"
    );
    let rest = open.rest().await;
    assert!(
        matches!(names(&rest).last(), Some(&"cancelled") | None),
        "an open stream ends: {rest:?}"
    );
    for path in [HISTORY, &task_path(&first), &stream_path(&second)] {
        guest.get(path).await.assert_problem(401, "unauthenticated");
    }
    guest
        .delete(SESSION)
        .await
        .assert_problem(401, "unauthenticated");
    let left = app.tasks.counts().await.expect("the store answers");
    assert_eq!(left, [], "no task is left");
}

#[tokio::test]
async fn a_key_is_no_session_to_end() {
    let app = TestApp::start().await;
    let asker = app.key_holder("temple").await;
    asker
        .delete(SESSION)
        .await
        .assert_problem(401, "unauthenticated");
    assert_eq!(
        asker.get(HISTORY).await.status,
        200,
        "the account is still there"
    );
}

#[tokio::test]
async fn where_guests_are_not_wanted_there_are_none() {
    let server = Settings {
        guests: false,
        ..Settings::default()
    };
    let app = TestApp::with(Setup {
        server,
        ..Setup::default()
    })
    .await;
    app.nobody()
        .post(SESSION, None)
        .await
        .assert_problem(401, "unauthenticated");
    let (_, secret) = app.accounts.open_guest().await.expect("the store answers");
    let guest = User::with_cookie(&app, &format!("kaucim_session={secret}"));
    guest
        .get(HISTORY)
        .await
        .assert_problem(401, "unauthenticated");
}
