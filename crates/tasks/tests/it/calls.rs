//! What a reading may spend, over all its attempts.

use kaucim_fortune::SectionId;

use crate::{
    app::{App, Built},
    model::{Does, report_until},
};

#[tokio::test]
async fn a_call_is_counted_before_it_is_made() {
    let app = App::start(1).await;
    let guest = app.guest().await;
    app.ask(guest).await;
    let _call = app.model.call().await;
    assert_eq!(app.hand().numbers("SELECT calls FROM tasks"), [1]);
}

#[tokio::test]
async fn stops_and_panics_do_not_renew_the_budget() {
    let app = Built {
        calls_per_reading: 3,
        ..Built::workers(1)
    };
    let app = app.start().await;
    let guest = app.guest().await;
    let task_id = app.ask(guest).await;
    let [first, second, ..] = SectionId::ALL;
    let mut reader = app.read(guest, task_id).await;
    let call = app.model.call().await;
    call.writes(&report_until(&[first, second], 2));
    reader.until_open("Pa").await;
    call.does(Does::Panics);
    let _second = app.model.call().await;
    let again = Built {
        calls_per_reading: 3,
        ..Built::workers(1)
    };
    let app = again.start_in(app.stop().await).await;
    let third = app.model.call().await;
    third.does(Does::Panics);
    let mut reader = app.read(guest, task_id).await;
    let complete = reader.reads_to_end().await;
    assert_eq!(complete["type"], "complete");
    assert_eq!(complete["result"]["usage"]["calls"], 3);
    assert_eq!(complete["result"]["origin"], "mixed");
    assert!(app.model.is_idle().await, "there is no fourth call");
    assert_eq!(reader.held.sealed[&1], crate::model::words(first));
}
