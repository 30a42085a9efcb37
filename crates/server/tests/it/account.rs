//! What is kept about somebody: theirs to take away, and to have erased.

use reqwest::Method;
use serde_json::Value;

use crate::{
    app::TestApp,
    events::names,
    user::{ASK, HISTORY, answer, question, task_path},
};

const EXPORT: &str = "/api/v1/account/export";
const ACCOUNT: &str = "/api/v1/account";

#[tokio::test]
async fn an_export_has_everything_of_the_caller_and_nothing_of_others() {
    let app = TestApp::start().await;
    let (mei, ling) = (app.guest().await, app.key_holder("ling").await);
    let mut asked = Vec::new();
    for text in ["會結婚嗎？", "會搬家嗎？", "會升職嗎？"] {
        let task_id = mei.ask(text).await;
        mei.finished(&task_id).await;
        asked.push(task_id);
    }
    let of_ling = ling.ask("會中獎嗎？").await;
    ling.finished(&of_ling).await;
    let export = mei.get(EXPORT).await;
    assert_eq!(export.status, 200, "{}", export.body());
    assert!(
        export
            .header("content-disposition")
            .starts_with("attachment")
    );
    assert!(!export.body().contains("會中獎嗎？"), "nothing of others");
    assert!(!export.body().contains(mei.secret()), "no secret");
    let export = export.json();
    assert_eq!(export["account"]["kind"], "guest");
    assert_eq!(
        export["account"]["keys"].as_array().expect("a list").len(),
        1
    );
    let tasks = export["tasks"].as_array().expect("a list");
    let ids: Vec<_> = tasks.iter().map(|task| task["task_id"].clone()).collect();
    asked.reverse();
    assert_eq!(ids, asked, "newest first");
    for task in tasks {
        assert_eq!(
            *task,
            mei.task(task["task_id"].as_str().expect("an id")).await
        );
    }
    let empty = app.guest().await.get(EXPORT).await.json();
    assert_eq!(empty["tasks"], Value::Array(Vec::new()));
}

#[tokio::test]
async fn an_erased_account_is_gone_with_its_keys_and_all_it_has() {
    let app = TestApp::start().await;
    let (one, second) = (
        app.key_holder("temple").await,
        app.key_holder("temple").await,
    );
    let other = app.key_holder("other temple").await;
    let finished = one.ask("會嗎？").await;
    one.finished(&finished).await;
    let running = one.ask("會嗎？ [[sim fault=stall@60]]").await;
    let open = second.follow(&running).await;
    assert_eq!(one.delete(ACCOUNT).await.status, 204);
    let rest = open.rest().await;
    // The stream ends. The account may be gone before its reader hears how; it never hears else.
    let ends = ["complete", "error", "cancelled"];
    let mut heard = names(&rest);
    heard.retain(|name| ends.contains(name));
    assert!(heard.iter().all(|name| *name == "cancelled"), "{rest:?}");
    for key in [&one, &second] {
        for path in [HISTORY, &task_path(&finished)] {
            key.get(path).await.assert_problem(401, "unauthenticated");
        }
    }
    assert_eq!(other.history().await.len(), 0, "the other account is there");
    let left = app.tasks.counts().await.expect("the store answers");
    assert_eq!(left, [], "no task is left");
    let audit = app.operator().await.get("/api/v1/admin/audit").await;
    assert!(audit.body().contains("account_erased"), "{}", audit.body());
}

#[tokio::test]
async fn no_other_site_takes_or_erases_a_guests_account() {
    let app = TestApp::start().await;
    let guest = app.guest().await;
    for (method, path) in [(Method::GET, EXPORT), (Method::DELETE, ACCOUNT)] {
        for origin in ["https://elsewhere.example", "null"] {
            let request = guest.request(method.clone(), path);
            answer(request.header("origin", origin))
                .await
                .assert_problem(403, "cross_site");
        }
    }
    let request = guest.request(Method::POST, ASK).json(&question("會嗎？"));
    assert_eq!(answer(request).await.status, 202, "it is still there");
    assert_eq!(guest.delete(ACCOUNT).await.status, 204);
}
