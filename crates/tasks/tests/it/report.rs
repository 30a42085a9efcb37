//! Reports of bad readings: one a reading, of its owner alone, gone with it.

use kaucim_tasks::{Reason, ReportError, Status};

use crate::{
    app::{App, Built, ask, submission},
    model::Fluent,
};

fn because(text: &str) -> Reason {
    Reason::new(text).unwrap()
}

#[tokio::test]
async fn a_finished_reading_is_reported_once_and_the_report_changed() {
    let app = Built::workers(1).model(Fluent::writer()).start().await;
    let (guest, other) = (app.guest().await, app.guest().await);
    let task_id = app.ask(guest).await;
    app.read(guest, task_id).await.reads_to_end().await;
    assert_eq!(app.task(guest, task_id).await.report, None);
    let report = |reason: &str, shared| {
        app.tasks
            .report(guest.account_id, task_id, because(reason), shared)
    };
    let theirs = app
        .tasks
        .report(other.account_id, task_id, because("mine"), true);
    assert!(matches!(theirs.await, Err(ReportError::NotFound)));
    let first = report("  it promises too much \n", false).await.unwrap();
    assert_eq!(first.reason.as_deref(), Some("it promises too much"));
    assert_eq!(app.task(guest, task_id).await.report, Some(first));

    let listed = app.tasks.reports(None, 9).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].status, Status::Completed);
    assert_eq!(listed[0].reading, None, "nobody said that it may be read");
    assert!(listed[0].model.is_some() && listed[0].origin.is_some());

    let changed = report("", true).await.unwrap();
    assert_eq!((changed.reason, changed.with_reading), (None, true));
    let again = app.tasks.reports(None, 9).await.unwrap();
    assert_eq!(again.len(), 1, "one a reading");
    assert!(again[0].id > listed[0].id, "a change is the newest again");
    let shared = again[0].reading.as_ref().unwrap();
    let task = app.task(guest, task_id).await;
    assert_eq!(shared.question, task.question);
    assert!(shared.text.contains(&task.sections[6].text));
    assert!(
        app.tasks
            .reports(Some(again[0].id), 9)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn an_unfinished_reading_is_not_reported_and_a_stopped_one_is() {
    let app = App::start(0).await;
    let temple = app.key_holder("temple").await;
    let task_id = app.ask(temple).await;
    let report = || {
        app.tasks
            .report(temple.account_id, task_id, because("slow"), false)
    };
    assert!(matches!(report().await, Err(ReportError::Running(running)) if running == task_id));
    app.tasks.cancel(temple.account_id, task_id).await.unwrap();
    report().await.unwrap();
    let listed = app.tasks.reports(None, 9).await.unwrap();
    assert_eq!(listed[0].status, Status::Cancelled);
    assert_eq!(listed[0].model, None);
}

#[tokio::test]
async fn no_trace_of_a_report_stays_when_its_reading_is_erased() {
    let app = Built::workers(1).model(Fluent::writer()).start().await;
    let guest = app.guest().await;
    let mut asked = submission(guest);
    asked.ask = ask("Shall I go?");
    let task_id = app.submit(asked).await.unwrap().task_id;
    app.read(guest, task_id).await.reads_to_end().await;
    let reason = because("it speaks of Ottokar Plumbottom");
    let reported = app.tasks.report(guest.account_id, task_id, reason, true);
    reported.await.unwrap();
    assert!(app.traces("Plumbottom") > 0);
    app.tasks.erase(guest.account_id, task_id).await.unwrap();
    assert_eq!(app.tasks.reports(None, 9).await.unwrap(), []);
    assert_eq!(app.traces("Plumbottom"), 0);
}

#[test]
fn a_reason_has_500_characters_at_most() {
    assert!(Reason::new(&"籤".repeat(500)).is_ok());
    assert!(Reason::new(&format!(" {} ", "籤".repeat(500))).is_ok());
    assert!(Reason::new(&"籤".repeat(501)).is_err());
}
