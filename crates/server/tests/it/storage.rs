//! The storage is away: nothing is promised, streams end cleanly, and all is well when it is back.

use serde_json::Value;

use crate::{
    app::TestApp,
    user::{ASK, Answer, HISTORY, question, task_path},
};

#[track_caller]
fn assert_away(answer: &Answer) {
    answer.assert_problem(503, "storage_unavailable");
    let seconds: u64 = answer.header("retry-after").parse().expect("seconds");
    assert!(seconds > 0, "it says when to come back");
}

#[tokio::test]
async fn what_cannot_be_stored_is_not_accepted() {
    let app = TestApp::start().await;
    let asker = app.key_holder("temple").await;
    app.meddle(
        "CREATE TRIGGER away BEFORE INSERT ON events BEGIN SELECT raise(ABORT, 'away'); END",
    );
    assert_away(&asker.post(ASK, Some(&question("會嗎？"))).await);
    app.meddle("DROP TRIGGER away");
    assert_eq!(asker.history().await, [] as [Value; 0], "nothing is stored");
    app.assert_nothing_spent();
    let task_id = asker.ask("會嗎？").await;
    asker.follow(&task_id).await.page().await.assert_complete();
}

#[tokio::test]
async fn a_stream_that_cannot_be_read_ends_cleanly() {
    let app = TestApp::start().await;
    let asker = app.guest().await;
    let task_id = asker.ask("會嗎？").await;
    asker.finished(&task_id).await;
    // First the log is away, then even who is asking cannot be told.
    for table in ["events", "keys"] {
        app.meddle(&format!("ALTER TABLE {table} RENAME TO away"));
        assert_away(&asker.get(&task_path(&task_id)).await);
        let reader = asker.follow(&task_id).await;
        assert_eq!(
            reader.opening, "retry: 2000",
            "{table}: the reader keeps its cursor"
        );
        assert_eq!(reader.rest().await, [], "{table}");
        app.meddle(&format!("ALTER TABLE away RENAME TO {table}"));
        asker.follow(&task_id).await.page().await.assert_complete();
    }
}

#[tokio::test]
async fn who_cannot_be_looked_up_is_not_refused_for_good() {
    let app = TestApp::start().await;
    let (asker, guest) = (app.key_holder("temple").await, app.guest().await);
    app.meddle("ALTER TABLE keys RENAME TO away");
    for user in [&asker, &guest] {
        assert_away(&user.get(HISTORY).await);
        assert_away(&user.get(&task_path("x")).await);
    }
    assert_away(&app.nobody().post("/api/v1/session", None).await);
    assert_away(&guest.post("/api/v1/session", None).await);
    assert_away(&guest.delete("/api/v1/session").await);
    assert_eq!(
        app.nobody().get("/healthz").await.status,
        200,
        "the process lives"
    );
    assert_eq!(
        app.nobody().get("/api/v1/deities").await.status,
        200,
        "decks need no storage"
    );
    app.meddle("ALTER TABLE away RENAME TO keys");
    for user in [&asker, &guest] {
        assert_eq!(user.get(HISTORY).await.status, 200);
    }
}
