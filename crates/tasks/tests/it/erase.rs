//! Erasing: nothing stays, and everyone who still looks at it is told.

use kaucim_fortune::SectionId;
use kaucim_tasks::{EraseError, LookupError};

use crate::{
    app::{App, Built, ask, soon, submission},
    model::{Fluent, report_until},
};

#[tokio::test]
async fn a_task_is_erased_once_it_is_finished() {
    let app = App::start(0).await;
    let (guest, other) = (app.guest().await, app.guest().await);
    let task_id = app.ask(guest).await;
    let erase = |person: crate::app::Person| app.tasks.erase(person.account_id, task_id);
    assert!(matches!(erase(guest).await, Err(EraseError::Running(running)) if running == task_id));
    app.tasks.cancel(guest.account_id, task_id).await.unwrap();
    assert!(matches!(erase(other).await, Err(EraseError::NotFound)));
    let mut replay = app.read(guest, task_id).await;
    replay.next().await.unwrap();
    erase(guest).await.unwrap();
    assert_eq!(replay.next().await, None, "open replays end");
    assert!(matches!(erase(guest).await, Err(EraseError::NotFound)));
    let gone = app.tasks.task(guest.account_id, task_id).await;
    assert!(matches!(gone, Err(LookupError::NotFound)));
    assert!(app.follow(guest, task_id, None).await.is_err());
}

#[tokio::test]
async fn no_trace_of_it_stays_on_the_disk() {
    let app = Built::workers(1).model(Fluent::writer()).start().await;
    let guest = app.guest().await;
    let mut asked = submission(guest);
    asked.ask = ask("Shall I marry Ottokar Plumbottom?");
    let task_id = app.submit(asked).await.unwrap().task_id;
    app.read(guest, task_id).await.reads_to_end().await;
    let traces = || app.traces("Plumbottom");
    assert!(traces() > 0);
    app.tasks.erase(guest.account_id, task_id).await.unwrap();
    assert_eq!(traces(), 0);
}

#[tokio::test]
async fn an_account_is_erased_while_its_tasks_run() {
    let app = App::start(1).await;
    let temple = app.key_holder("temple").await;
    let running = app.ask(temple).await;
    let mut reader = app.read(temple, running).await;
    let call = app.model.call().await;
    call.writes(&report_until(&[SectionId::Conclusion], 3));
    reader.until_open("Par").await;
    let queued = app.ask(temple).await;
    let mut waiting = app.read(temple, queued).await;
    let other = app.guest().await;
    let stays = app.ask(other).await;

    app.tasks.erase_account(temple.account_id).await.unwrap();
    call.dropped().await;
    // They saw their tasks cancelled, if they looked in time.
    soon("the end", async { while reader.next().await.is_some() {} }).await;
    soon("the end", async { while waiting.next().await.is_some() {} }).await;
    assert!(app.tasks.task(temple.account_id, running).await.is_err());
    assert!(
        app.tasks
            .history(temple.account_id, None, 9)
            .await
            .unwrap()
            .is_empty()
    );
    let left = format!("SELECT count(*) FROM events WHERE task_id <> '{stays}'");
    assert_eq!(app.hand().numbers(&left), [0]);
    // The worker goes on with the next.
    app.model.call().await;
}
