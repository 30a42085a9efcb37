//! Cancelling, at every time and by everybody.

use futures::FutureExt;
use kaucim_fortune::SectionId;
use kaucim_tasks::{LookupError, Status, TaskId};

use crate::{
    app::{App, Built, Person},
    model::{Does, report, report_until, words},
};

#[tokio::test]
async fn a_queued_task_is_cancelled_once() {
    let app = App::start(0).await;
    let guest = app.guest().await;
    let task_id = app.ask(guest).await;
    let mut reader = app.read(guest, task_id).await;
    for _ in 0..2 {
        assert_eq!(cancel(&app, guest, task_id).await, Status::Cancelled);
    }
    assert_eq!(reader.reads_to_end().await["type"], "cancelled");
    assert_eq!(app.task(guest, task_id).await.last_event_id, "3.0");
    assert_eq!(app.task(guest, task_id).await.status, Status::Cancelled);
}

#[tokio::test]
async fn a_running_task_keeps_what_is_sealed_and_hangs_up() {
    let app = App::start(1).await;
    let guest = app.guest().await;
    let task_id = app.ask(guest).await;
    let mut reader = app.read(guest, task_id).await;
    let call = app.model.call().await;
    let [first, second, ..] = SectionId::ALL;
    call.writes(&report_until(&[first, second], 3));
    reader.until_open("Par").await;
    assert_eq!(cancel(&app, guest, task_id).await, Status::Cancelled);
    call.dropped().await;
    assert_eq!(reader.reads_to_end().await["type"], "cancelled");
    let task = app.task(guest, task_id).await;
    assert_eq!(task.open, None);
    assert_eq!(task.sections.len(), 1);
    assert_eq!(task.sections[0].text, words(first));
    // The worker is free again.
    app.ask(guest).await;
    app.model.call().await;
}

#[tokio::test]
async fn a_finished_task_stays_what_it_is() {
    let app = App::start(1).await;
    let guest = app.guest().await;
    let task_id = app.ask(guest).await;
    let mut reader = app.read(guest, task_id).await;
    let call = app.model.call().await;
    call.writes(&report(&SectionId::ALL));
    call.does(Does::Finishes);
    reader.reads_to_end().await;
    assert_eq!(cancel(&app, guest, task_id).await, Status::Completed);
    let end = reader.held.cursor.unwrap();
    assert_eq!(app.task(guest, task_id).await.last_event_id, end);
}

#[tokio::test]
async fn nobody_cancels_what_belongs_to_another() {
    let app = App::start(0).await;
    let guest = app.guest().await;
    let task_id = app.ask(guest).await;
    let other = app.guest().await;
    let refused = app.tasks.cancel(other.account_id, task_id).await;
    assert!(matches!(refused, Err(LookupError::NotFound)));
    assert_eq!(app.task(guest, task_id).await.status, Status::Queued);
}

#[tokio::test]
async fn a_cancel_is_seen_through_when_its_caller_leaves() {
    let app = App::start(1).await;
    let guest = app.guest().await;
    let task_id = app.ask(guest).await;
    let mut reader = app.read(guest, task_id).await;
    let call = app.model.call().await;
    // Asked for, and dropped before it was answered.
    let left = app.tasks.cancel(guest.account_id, task_id).now_or_never();
    assert!(left.is_none());
    assert_eq!(reader.reads_to_end().await["type"], "cancelled");
    call.dropped().await;
}

#[tokio::test]
async fn of_a_cancel_and_an_ending_the_first_wins() {
    let app = Built::workers(1).start_in_memory().await;
    let guest = app.guest().await;
    let mut cancelled = 0;
    for round in 0..200 {
        let task_id = app.ask(guest).await;
        let mut reader = app.read(guest, task_id).await;
        let call = app.model.call().await;
        call.writes(&report(&SectionId::ALL));
        call.does(Does::Finishes);
        // A little later every time: by some point of the writing, then by all of it.
        for _ in 0..round {
            if reader.held.ended.is_none() {
                reader.next().await;
            }
        }
        let status = cancel(&app, guest, task_id).await;
        let end = reader.reads_to_end().await;
        let task = app.task(guest, task_id).await;
        assert_eq!(task.status, status);
        let expected = match status {
            Status::Cancelled => "cancelled",
            Status::Completed => "complete",
            other => panic!("{other:?} is no end"),
        };
        assert_eq!(end["type"], expected);
        assert_eq!(task.last_event_id, reader.held.cursor.unwrap());
        cancelled += u32::from(status == Status::Cancelled);
    }
    assert!(
        (1..200).contains(&cancelled),
        "{cancelled} of 200 were cancelled"
    );
}

async fn cancel(app: &App, person: Person, task_id: TaskId) -> Status {
    app.tasks.cancel(person.account_id, task_id).await.unwrap()
}
