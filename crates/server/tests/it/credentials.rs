//! Who may do what: no credential, a wrong one, one for something else, and another's task.

use reqwest::{Method, header::HeaderValue};
use serde_json::{Value, json};

use crate::{
    app::TestApp,
    openapi::operations,
    user::{ASK, HISTORY, User, answer, question},
};

const QUESTION: &str = "會嗎？ [[sim fault=hang]]";

#[tokio::test]
async fn without_a_credential_nothing_but_the_open_is_open() {
    let app = TestApp::start().await;
    let stranger = User::with_key(&app, "kc_0000");
    for operation in operations(&app).await {
        if operation.is_open() {
            continue;
        }
        let path = operation.filled("01900000-0000-7000-8000-000000000000");
        for who in [&app.nobody(), &stranger] {
            let answer = answer(who.request(operation.method.clone(), &path)).await;
            assert_eq!(
                answer.status,
                401,
                "{} {path}: {}",
                operation.method,
                answer.body()
            );
            answer.assert_refused(&path, 401, "unauthenticated");
        }
    }
}

#[tokio::test]
async fn a_credential_that_is_none_is_401() {
    let app = TestApp::start().await;
    let key = app.key_holder("temple").await.secret().to_owned();
    let guest = app.guest().await.secret().to_owned();
    let unsigned = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ0ZW1wbGUifQ.";
    let wrong = [
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        format!("Bearer  {}", "x".repeat(300)),
        format!("Bearer {}", "k".repeat(100_000)),
        format!("Bearer {unsigned}"),
        format!("Bearer {key}x"),
        format!("Bearer {}", &key[1..]),
        format!("Bearer {}", key.to_uppercase()),
        format!("Bearer {key} {key}"),
        format!("Basic {key}"),
        key.clone(),
        format!("Bearer{key}"),
        // A cookie's secret is none for a header.
        format!("Bearer {guest}"),
    ];
    let mut wrong: Vec<_> = wrong
        .iter()
        .map(|text| HeaderValue::from_str(text).unwrap())
        .collect();
    wrong.push(HeaderValue::from_bytes(b"Bearer \xff\xfe").unwrap());
    for value in wrong {
        for (method, path) in [(Method::GET, HISTORY), (Method::POST, ASK)] {
            let request = app.nobody().request(method, path).json(&question(QUESTION));
            let answer = answer(request.header("authorization", value.clone())).await;
            assert_eq!(answer.status, 401, "{value:?}: {}", answer.body());
            answer.assert_problem(401, "unauthenticated");
        }
    }
    for path in [
        format!("{HISTORY}?token={key}"),
        format!("{HISTORY}?access_token={key}"),
    ] {
        app.nobody()
            .get(&path)
            .await
            .assert_problem(401, "credential_in_url");
    }
    // A key's secret is none for a cookie, and a doubtful header is not helped by a good cookie.
    let as_cookie = User::with_cookie(&app, &format!("kaucim_session={key}"));
    as_cookie
        .get(HISTORY)
        .await
        .assert_problem(401, "unauthenticated");
    let both = User::with_cookie(&app, &format!("kaucim_session={guest}"));
    let both = both.request(Method::GET, HISTORY).bearer_auth("kc_wrong");
    answer(both).await.assert_problem(401, "unauthenticated");
    app.assert_nothing_spent();
}

#[tokio::test]
async fn the_scheme_is_read_as_the_standard_has_it() {
    let app = TestApp::start().await;
    let key = app.key_holder("temple").await.secret().to_owned();
    for scheme in ["bearer", "BEARER", "Bearer"] {
        let request = app.nobody().request(Method::GET, HISTORY);
        let answer = answer(request.header("authorization", format!("{scheme} {key}"))).await;
        assert_eq!(answer.status, 200, "{scheme}: {}", answer.body());
    }
}

#[tokio::test]
async fn a_key_that_is_revoked_or_has_expired_is_401() {
    let app = TestApp::start().await;
    let asker = app.key_holder("temple").await;
    for (worthless, good) in [
        ("revoked_ms = 1", "revoked_ms = NULL"),
        ("expires_ms = 1", "expires_ms = 9000000000000"),
    ] {
        app.meddle(&format!("UPDATE keys SET {worthless}"));
        let answer = asker.get(HISTORY).await;
        answer.assert_problem(401, "unauthenticated");
        app.meddle(&format!("UPDATE keys SET {good}"));
        assert_eq!(asker.get(HISTORY).await.status, 200, "{good}");
    }
}

#[tokio::test]
async fn the_wrong_scope_is_403_before_anything_is_looked_up() {
    let app = TestApp::start().await;
    let asker = app.key_holder("temple").await;
    let all = ["ask", "read", "admin"];
    for operation in operations(&app).await {
        let Some(scope) = operation.key_scope() else {
            continue;
        };
        let others: Vec<_> = all.into_iter().filter(|other| *other != scope).collect();
        assert_eq!(others.len(), 2, "a scope that is unknown here: {scope}");
        app.meddle(&format!("UPDATE keys SET scopes = '{}'", others.join(" ")));
        let path = operation.filled("01900000-0000-7000-8000-000000000000");
        let answer = answer(asker.request(operation.method.clone(), &path)).await;
        let place = format!("{} {path} without {scope}", operation.method);
        assert_eq!(answer.status, 403, "{place}: {}", answer.body());
        answer.assert_refused(&path, 403, "scope_missing");
    }
    app.meddle("UPDATE keys SET scopes = 'ask read admin'");
    let guest = app.guest().await;
    guest
        .get("/metrics")
        .await
        .assert_problem(403, "scope_missing");
    let figures = app.operator().await.get("/metrics").await;
    assert_eq!(figures.status, 200, "{}", figures.body());
    assert!(
        figures.body().contains("kaucim_streams 0"),
        "{}",
        figures.body()
    );
}

#[tokio::test]
async fn another_s_task_is_as_absent_as_one_that_never_was() {
    let app = TestApp::start().await;
    let owner = app.key_holder("temple").await;
    let task_id = owner.ask(QUESTION).await;
    let others = [app.key_holder("other temple").await, app.guest().await];
    let mut routes = 0;
    for operation in operations(&app).await {
        if !operation.path.contains("{task_id}") {
            continue;
        }
        // Decided before anything is looked up: the wrong scope is told, whatever is named.
        let is_for_operators = operation.key_scope() == Some("admin");
        routes += 1;
        let never = "01900000-0000-7000-8000-000000000000";
        let upper = task_id.to_uppercase();
        for id in [
            &task_id,
            never,
            &upper,
            "x",
            "%ff",
            "..%2f..",
            &"9".repeat(2000),
        ] {
            let path = operation.filled(id);
            for other in &others {
                let mut request = other.request(operation.method.clone(), &path);
                if operation.about["requestBody"].is_object() {
                    request = request.json(&json!({ "question": QUESTION }));
                }
                let answer = answer(request).await;
                if is_for_operators {
                    answer.assert_problem(403, "scope_missing");
                    continue;
                }
                assert_eq!(
                    answer.status,
                    404,
                    "{} {path}: {}",
                    operation.method,
                    answer.body()
                );
                let code = if id == "%ff" {
                    "not_found"
                } else {
                    "task_not_found"
                };
                answer.assert_problem(404, code);
            }
        }
    }
    assert!(
        routes >= 5,
        "the document names the routes of a task; it names {routes}"
    );
    let still = owner.task(&task_id).await;
    assert!(
        still["finished_at"].is_null(),
        "others did nothing to it: {still}"
    );
    for other in &others {
        assert_eq!(other.history().await, [] as [Value; 0]);
    }
}

#[tokio::test]
async fn what_is_no_route_says_so_as_a_problem() {
    let app = TestApp::start().await;
    let asker = app.key_holder("temple").await;
    for path in [
        "/api",
        "/api/v1",
        "/api/v2/deities",
        "/index.html",
        "/api/v1/deities/",
        "//",
    ] {
        asker.get(path).await.assert_problem(404, "not_found");
    }
    for (method, path) in [
        (Method::GET, ASK),
        (Method::PUT, ASK),
        (Method::DELETE, HISTORY),
        (Method::PATCH, "/api/v1/session"),
        (Method::OPTIONS, "/healthz"),
        (Method::POST, "/"),
        (Method::POST, "/assets/app.js"),
    ] {
        let answer = answer(asker.request(method.clone(), path)).await;
        assert_eq!(answer.status, 405, "{method} {path}: {}", answer.body());
        answer.assert_problem(405, "method_not_allowed");
        assert!(
            !answer.header("allow").is_empty(),
            "{method} {path} says what is allowed"
        );
    }
}
