//! Signs of life while a reader waits. Time is paused: nothing here waits for the disk meanwhile.

use std::time::Duration;

use tokio::time::Instant;

use crate::{
    app::{App, Built},
    model::Does,
};

#[tokio::test]
async fn a_queued_task_tells_its_place() {
    let app = App::start(0).await;
    let (first, second) = (app.guest().await, app.guest().await);
    let ahead = app.ask(first).await;
    let task_id = app.ask(second).await;
    let mut reader = app.read(second, task_id).await;
    let beat = reader.heartbeat().await;
    assert_eq!(
        (&beat["phase"], &beat["position"]),
        (&"queued".into(), &2.into())
    );
    assert!(beat["elapsed_ms"].is_u64());
    app.tasks.cancel(first.account_id, ahead).await.unwrap();
    tokio::time::pause();
    let mut before = Instant::now();
    for _ in 0..3 {
        let beat = reader.heartbeat().await;
        assert_eq!(
            (&beat["phase"], &beat["position"]),
            (&"queued".into(), &1.into())
        );
        assert!(before.elapsed() <= Duration::from_secs(15));
        before = Instant::now();
    }
}

#[tokio::test]
async fn a_running_task_tells_what_it_does() {
    let app = Built::workers(1).start_in_memory().await;
    let guest = app.guest().await;
    let task_id = app.ask(guest).await;
    let call = app.model.call().await;
    let mut reader = app.read(guest, task_id).await;
    let beat = reader.heartbeat().await;
    assert_eq!(beat["phase"], "waiting_for_model");
    assert_eq!(beat.get("position"), None);
    call.does(Does::Thinks);
    assert_eq!(reader.heartbeat().await["phase"], "thinking");
    call.writes("{\"conclusion\":\"A");
    assert_eq!(reader.heartbeat().await["phase"], "writing");
    tokio::time::pause();
    for _ in 0..3 {
        let before = Instant::now();
        assert_eq!(reader.heartbeat().await["phase"], "writing");
        assert!(before.elapsed() <= Duration::from_secs(15));
    }
}

#[tokio::test]
async fn a_reader_that_waits_beyond_the_text_hears_from_it_too() {
    let app = Built::workers(1).start_in_memory().await;
    let guest = app.guest().await;
    let task_id = app.ask(guest).await;
    let call = app.model.call().await;
    let mut ahead = app.read(guest, task_id).await;
    call.writes("{\"conclusion\":\"A");
    ahead.until_open("A").await;
    let cursor = ahead.held.cursor.clone().unwrap().replace(".1", ".500");
    let follow = app.follow(guest, task_id, Some(&cursor)).await.unwrap();
    let mut reader = crate::reader::Reader::going_on(follow, ahead.held.clone());
    reader.heartbeat().await;
    tokio::time::pause();
    let before = Instant::now();
    let written = async {
        // A word every second wakes the reader and brings it nothing.
        for word in 0..40 {
            tokio::time::sleep(Duration::from_secs(1)).await;
            call.writes(&format!("{word:02}"));
        }
    };
    tokio::select! {
        _ = reader.heartbeat() => {}
        () = written => panic!("silence for {:?}", before.elapsed()),
    }
    assert!(before.elapsed() <= Duration::from_secs(15));
}
