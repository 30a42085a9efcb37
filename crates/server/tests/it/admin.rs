//! What an operator sees: how the service does and what was done, and nothing of what was asked.

use kaucim_tasks::{KeyTerms, Scope};
use serde_json::json;

use crate::app::TestApp;

const OVERVIEW: &str = "/api/v1/admin/overview";
const AUDIT: &str = "/api/v1/admin/audit";

#[tokio::test]
async fn the_overview_tells_how_readings_went_and_not_what_they_said() {
    let app = TestApp::start().await;
    let (temple, operator) = (app.key_holder("temple").await, app.operator().await);
    let task_id = temple.ask("我能和阿明復合嗎？").await;
    let task = temple.finished(&task_id).await;
    let running = temple.ask("會嗎？ [[sim fault=stall@60]]").await;
    let _reader = temple.follow(&running).await;
    let overview = operator.get(OVERVIEW).await;
    assert_eq!(overview.status, 200, "{}", overview.body());
    assert!(!overview.body().contains("阿明"), "{}", overview.body());
    let overview = overview.json();
    assert_eq!(overview["readers"], 1);
    assert_eq!(overview["readings"]["tasks"]["completed"], 1);
    assert_eq!(overview["readings"]["lately"]["origins"]["model"], 1);
    let model = &overview["readings"]["lately"]["models"]["openai:sim"];
    assert_eq!(model["readings"], 1, "{overview}");
    assert_eq!(model["total_ms"], task["result"]["timings"]["total_ms"]);
    assert_eq!(overview["readings"]["spent_today"][1]["readings"], 2);
    assert_eq!(overview["draining"], json!(false));
}

#[tokio::test]
async fn the_audit_is_read_page_by_page_and_names_no_secret() {
    let app = TestApp::start().await;
    let operator = app.operator().await;
    let mut keys = Vec::new();
    for name in ["one", "two", "three"] {
        keys.push(app.key_holder(name).await);
    }
    app.accounts
        .revoke_key("two", "a test")
        .await
        .expect("it is found");
    let first = operator.get(&format!("{AUDIT}?limit=2")).await;
    let page = first.json();
    let acts = |page: &serde_json::Value| -> Vec<String> {
        let entries = page["entries"].as_array().expect("a list").iter();
        entries
            .map(|entry| entry["act"].as_str().expect("an act").to_owned())
            .collect()
    };
    assert_eq!(acts(&page), ["key_revoked", "key_created"]);
    let next = page["next"].as_i64().expect("there is more");
    let rest = operator.get(&format!("{AUDIT}?cursor={next}")).await;
    assert_eq!(acts(&rest.json()), ["key_created"; 3]);
    assert!(rest.json()["next"].is_null());
    for key in &keys {
        assert!(!(first.body() + &rest.body()).contains(key.secret()));
    }
    for path in [OVERVIEW, AUDIT] {
        app.key_holder("one")
            .await
            .get(path)
            .await
            .assert_problem(403, "scope_missing");
        app.guest()
            .await
            .get(path)
            .await
            .assert_problem(403, "scope_missing");
    }
    let admin_alone = KeyTerms {
        scopes: vec![Scope::Admin],
        ..KeyTerms::named("figures")
    };
    let figures = app.holder_of(admin_alone).await;
    assert_eq!(figures.get(OVERVIEW).await.status, 200);
    figures
        .get("/api/v1/async-chat/history")
        .await
        .assert_problem(403, "scope_missing");
}
