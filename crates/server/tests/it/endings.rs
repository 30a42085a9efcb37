//! Starting, being looked at, ending, and starting again.

use reqwest::StatusCode;
use serde_json::json;

use crate::{
    app::{TestApp, soon},
    events::{Page, TERMINAL, names},
    user::{ASK, INTERPRET, question},
};

const STALLS: &str = "會嗎？ [[sim fault=stall@60]]";

#[tokio::test]
async fn a_ready_server_says_so() {
    let app = TestApp::start().await;
    for path in ["/healthz", "/readyz"] {
        let answer = app.nobody().get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body());
        assert_eq!(answer.json(), json!({"status": "ok"}));
        assert_eq!(answer.header("cache-control"), "no-store");
    }
}

#[tokio::test]
async fn open_streams_end_cleanly_with_the_server() {
    let app = TestApp::start().await;
    let asker = app.key_holder("temple").await;
    let task_id = asker.ask(STALLS).await;
    let mut one = asker.follow(&task_id).await;
    one.until(|event| event.name == "llm_streaming").await;
    let other = asker.follow(&task_id).await;
    let before = app.sim.calls().len();
    app.begin_to_end();
    for reader in [one, other] {
        let rest = reader.rest().await;
        let is_end = |name: &&str| TERMINAL.contains(name);
        let end = names(&rest).into_iter().find(is_end);
        assert_eq!(end, None, "the reading goes on later");
    }
    // The section that stalls may still be sealed: until then whoever comes is told so.
    let ready = app.nobody().get("/readyz").await;
    ready.assert_problem(503, "draining");
    let refused = asker.post(ASK, Some(&question("會嗎？"))).await;
    assert_eq!(refused.status, 503, "{}", refused.body());
    let again = asker.follow(&task_id).await.rest().await;
    assert!(again.is_empty(), "come back later: {again:?}");
    app.ended().await;
    assert_eq!(app.sim.calls().len(), before, "nothing was begun");
    let refused = app.nobody().client.get(&app.url).send().await;
    assert!(
        refused.is_err_and(|error| error.is_connect()),
        "nothing is accepted any more"
    );
}

#[tokio::test]
async fn who_waits_for_a_reading_is_answered_before_the_end() {
    let app = TestApp::start().await;
    let asker = app.key_holder("temple").await;
    let body = question("會嗎？ [[sim fault=hang]]");
    let waiting = asker.post(INTERPRET, Some(&body));
    let ending = async {
        soon(
            "the model to be asked",
            app.sim.until(|calls| calls.len() == 1),
        )
        .await;
        app.ended().await;
    };
    let (answer, ()) = futures::future::join(waiting, ending).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.body());
    assert!(
        answer.json()["task_id"].is_string(),
        "the task can be followed later"
    );
}

#[tokio::test]
async fn a_reader_goes_on_after_a_restart() {
    let app = TestApp::start().await;
    let asker = app.guest().await;
    let task_id = asker.ask("這段感情會有結果嗎？ [[sim rate=500]]").await;
    let mut reader = asker.follow(&task_id).await;
    let mut page = Page::default();
    for event in reader
        .until(|event| event.name == "section_completed")
        .await
    {
        page.take(&event);
    }
    for event in reader.until(|event| event.name == "llm_streaming").await {
        page.take(&event);
    }
    app.begin_to_end();
    for event in reader.rest().await {
        page.take(&event);
    }
    assert_eq!(page.end, None, "the reading has not ended");
    let before = page.sealed.clone();
    let app = app.restart().await;
    let asker = asker.at(&app);
    for event in asker.follow_from(&task_id, &page.cursor).await.rest().await {
        page.take(&event);
    }
    page.assert_complete();
    assert_eq!(page.resets, 0, "the reader keeps what it has");
    assert!(
        page.drops >= 1,
        "the open text of the attempt that stopped is dropped by name"
    );
    for sealed in &before {
        let text = |section: &serde_json::Value| section["text"].clone();
        let now = page
            .sealed
            .iter()
            .find(|now| now["section"] == sealed["section"]);
        assert_eq!(
            now.map(text),
            Some(text(sealed)),
            "sealed sections stay byte for byte"
        );
    }
    let late = asker.follow(&task_id).await.page().await;
    assert_eq!(late.sealed, page.sealed);
}

#[tokio::test]
async fn keys_sessions_and_finished_readings_outlive_a_restart() {
    let app = TestApp::start().await;
    let (asker, guest) = (app.key_holder("temple").await, app.guest().await);
    let task_id = asker.ask("會嗎？").await;
    let before = asker.finished(&task_id).await;
    let app = app.restart().await;
    assert_eq!(asker.at(&app).task(&task_id).await, before);
    assert_eq!(guest.at(&app).history().await.len(), 0);
}
