//! Cancelling: at any time, once and for all, and as far as the model.

use llmsim::Ended;

use crate::{
    app::{Setup, TestApp, soon},
    events::{Page, TERMINAL, names},
    user::User,
};

const WRITES: &str = "這段感情會有結果嗎？ [[sim rate=300]]";
const HANGS: &str = "會嗎？ [[sim fault=hang]]";

/// Asserts that a cancel of this task comes to this status.
async fn check(user: &User, task_id: &str, status: &str) {
    let answer = user.cancel(task_id).await;
    assert_eq!(answer.status, 200, "{}", answer.body());
    let cancelled = answer.json();
    assert_eq!(cancelled["status"], status, "{cancelled}");
    assert_eq!(cancelled["task_id"], task_id);
}

/// Asserts that the log of the task has one end, and that this is it.
async fn assert_ends_once(user: &User, task_id: &str, end: &str) {
    let events = user.follow(task_id).await.rest().await;
    let ends: Vec<_> = names(&events)
        .into_iter()
        .filter(|name| TERMINAL.contains(name))
        .collect();
    assert_eq!(ends, [end]);
}

#[tokio::test]
async fn a_running_reading_stops_at_once_and_keeps_what_was_sealed() {
    let app = TestApp::start().await;
    let asker = app.guest().await;
    let task_id = asker.ask(WRITES).await;
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
    check(&asker, &task_id, "cancelled").await;
    let gone = |calls: &[llmsim::Call]| calls[0].ended == Some(Ended::ClientGone);
    soon("the model's connection to be closed", app.sim.until(gone)).await;
    // The page refuses whatever comes after the end.
    for event in reader.rest().await {
        page.take(&event);
    }
    assert_eq!(
        page.end.as_ref().map(|end| end.name.as_str()),
        Some("cancelled")
    );
    let task = asker.task(&task_id).await;
    assert_eq!(task["status"], "cancelled");
    assert!(task.get("open").is_none(), "open text is dropped: {task}");
    let kept = task["sections"].as_array().expect("a list");
    assert_eq!(kept.len(), page.sealed.len(), "sealed sections stay");
    assert_eq!(kept[0]["text"], page.sealed[0]["text"]);
    assert_eq!(app.sim.calls().len(), 1, "nobody was asked again");
    check(&asker, &task_id, "cancelled").await;
    assert_ends_once(&asker, &task_id, "cancelled").await;
    asker.ask("那麼會嗎？").await;
}

#[tokio::test]
async fn a_queued_reading_never_reaches_a_model() {
    let app = TestApp::with(Setup {
        workers: 1,
        ..Setup::default()
    })
    .await;
    let asker = app.key_holder("temple").await;
    let running = asker.ask(HANGS).await;
    soon(
        "the only worker to be busy",
        app.sim.until(|calls| calls.len() == 1),
    )
    .await;
    let queued = asker.ask("會嗎？").await;
    let mut reader = asker.follow(&queued).await;
    reader.until(|event| event.name == "heartbeat").await;
    check(&asker, &queued, "cancelled").await;
    let rest = reader.rest().await;
    assert_eq!(names(&rest), ["cancelled"], "an open stream is told");
    check(&asker, &running, "cancelled").await;
    let last = asker.ask("那麼會嗎？").await;
    asker.finished(&last).await;
    assert_eq!(app.sim.calls().len(), 2, "the cancelled one was skipped");
    assert_ends_once(&asker, &queued, "cancelled").await;
}

#[tokio::test]
async fn a_finished_reading_stays_finished() {
    let app = TestApp::start().await;
    let asker = app.guest().await;
    let task_id = asker.ask("會嗎？").await;
    let before = asker.finished(&task_id).await;
    check(&asker, &task_id, "completed").await;
    assert_eq!(asker.task(&task_id).await, before);
    assert_ends_once(&asker, &task_id, "complete").await;
}

#[tokio::test]
async fn many_cancels_at_once_are_one() {
    let app = TestApp::start().await;
    let asker = app.guest().await;
    let task_id = asker.ask(HANGS).await;
    let all = (0..16).map(|_| check(&asker, &task_id, "cancelled"));
    futures::future::join_all(all).await;
    assert_ends_once(&asker, &task_id, "cancelled").await;
}

#[tokio::test]
async fn a_reader_who_leaves_cancels_nothing() {
    let app = TestApp::start().await;
    let asker = app.guest().await;
    let task_id = asker.ask("會嗎？ [[sim rate=800]]").await;
    let mut reader = asker.follow(&task_id).await;
    reader.until(|event| event.name == "llm_streaming").await;
    drop(reader);
    let task = asker.finished(&task_id).await;
    assert_eq!(task["status"], "completed");
    assert_eq!(app.sim.calls().len(), 1);
}
