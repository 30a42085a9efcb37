//! Readings that outlive their process, by an orderly stop, a crash or a panic.

use kaucim_fortune::SectionId;
use kaucim_tasks::{Status, TaskId};

use crate::{
    app::{App, Built, Person},
    model::{Call, Does, asked, report, report_until, words},
    reader::{Held, Reader},
};

const FIRST: SectionId = SectionId::ALL[0];
const SECOND: SectionId = SectionId::ALL[1];

/// A task whose second section is open, as its reader holds it.
async fn begun(app: &App) -> (Person, TaskId, Reader, Call) {
    let guest = app.guest().await;
    let task_id = app.ask(guest).await;
    let mut reader = app.read(guest, task_id).await;
    let call = app.model.call().await;
    call.writes(&report_until(&[FIRST, SECOND], 9));
    let text: String = words(SECOND).chars().take(9).collect();
    reader.until_open(&text).await;
    (guest, task_id, reader, call)
}

/// The reader comes back to a task that was interrupted, and reads it to its end.
async fn goes_on(app: &App, (guest, task_id): (Person, TaskId), held: Held, attempts: u32) {
    let sealed = held.sealed.clone();
    let cursor = held.cursor.clone().unwrap();
    let follow = app.follow(guest, task_id, Some(&cursor)).await.unwrap();
    let mut reader = Reader::going_on(follow, held);
    let reset = reader.next().await.unwrap();
    assert_eq!(reset["type"], "section_reset");
    assert_eq!(reset["reason"], "interrupted");
    assert_eq!(reset["attempt"], attempts);

    let call = app.model.call().await;
    let missing = SectionId::ALL[1..].iter().map(|section| section.name());
    assert_eq!(asked(&call.request), missing.collect::<Vec<_>>());
    // Other words than the first time, so that a mixture would show.
    call.writes(&report_until(&SectionId::ALL[1..=1], 0));
    call.writes("Otherwise than before, and still in time");
    reader
        .until_open("Otherwise than before, and still in time")
        .await;
    call.writes("\"");
    call.writes(&report(&SectionId::ALL[2..]).replacen('{', ",", 1));
    call.does(Does::Finishes);
    let complete = reader.reads_to_end().await;
    assert_eq!(complete["type"], "complete");
    assert_eq!(complete["result"]["attempts"], attempts);
    assert_eq!(complete["result"]["usage"]["calls"], 2);
    assert_eq!(reader.held.sealed[&1], sealed[&1], "sealed is final");
    assert_eq!(
        reader.held.sealed[&2],
        "Otherwise than before, and still in time"
    );
    assert_eq!(reader.held.sealed, app.sealed(guest, task_id).await);
}

#[tokio::test]
async fn after_a_stop_a_reading_goes_on() {
    let app = App::start(1).await;
    let (guest, task_id, reader, call) = begun(&app).await;
    let folder = app.stop().await;
    assert!(!call.is_read(), "the model is hung up on");
    let app = Built::workers(1).start_in(folder).await;
    goes_on(&app, (guest, task_id), reader.held, 1).await;
}

#[tokio::test]
async fn after_a_crash_a_reading_goes_on() {
    let app = App::start(1).await;
    let (guest, task_id, reader, _call) = begun(&app).await;
    // The first process is still there, hanging; the second has the folder as it was.
    let app = Built::workers(1).start_in(app.crashed()).await;
    goes_on(&app, (guest, task_id), reader.held, 2).await;
}

#[tokio::test]
async fn after_a_panic_a_reading_goes_on() {
    let app = App::start(1).await;
    let (guest, task_id, reader, call) = begun(&app).await;
    call.does(Does::Panics);
    goes_on(&app, (guest, task_id), reader.held, 2).await;
}

#[tokio::test]
async fn a_reader_that_stays_reads_on_over_a_panic() {
    let app = App::start(1).await;
    let (guest, task_id, mut reader, call) = begun(&app).await;
    call.does(Does::Panics);
    reader.until("section_reset").await;
    let call = app.model.call().await;
    call.writes(&report(&SectionId::ALL));
    call.does(Does::Finishes);
    assert_eq!(reader.reads_to_end().await["type"], "complete");
    assert_eq!(reader.held.sealed, app.sealed(guest, task_id).await);
}

#[tokio::test]
async fn progress_never_falls() {
    let app = App::start(1).await;
    let (guest, task_id, mut reader, call) = begun(&app).await;
    let before = app.task(guest, task_id).await.progress;
    call.does(Does::Panics);
    let status = reader.until("status").await;
    assert!(status["progress"].as_u64().unwrap() >= u64::from(before));
    assert!(app.task(guest, task_id).await.progress >= before);
}

#[tokio::test]
async fn five_attempts_are_made_and_no_more() {
    let app = App::start(2).await;
    let guest = app.guest().await;
    let task_id = app.ask(guest).await;
    let mut reader = app.read(guest, task_id).await;
    for attempt in 1..=5 {
        let call = app.model.call().await;
        call.writes(&report_until(&[SECOND], 4));
        reader.until_open("Part").await;
        call.does(Does::Panics);
        if attempt < 5 {
            let reset = reader.until("section_reset").await;
            assert_eq!(reset["attempt"], attempt + 1);
        }
    }
    let error = reader.reads_to_end().await;
    assert_eq!(error["type"], "error");
    assert_eq!(error["code"], "attempts_exhausted");
    assert_eq!(error["retry_allowed"], true);
    assert_eq!(app.task(guest, task_id).await.status, Status::Failed);
    // The workers have survived it.
    app.ask(guest).await;
    app.model.call().await;
}

#[tokio::test]
async fn a_queued_task_waits_for_the_next_start() {
    let app = App::start(0).await;
    let guest = app.guest().await;
    let task_id = app.ask(guest).await;
    let app = Built::workers(1).start_in(app.stop().await).await;
    let call = app.model.call().await;
    call.writes(&report(&SectionId::ALL));
    call.does(Does::Finishes);
    let mut reader = app.read(guest, task_id).await;
    assert_eq!(reader.reads_to_end().await["result"]["attempts"], 1);
}
