//! kill -9 in the middle of a section, and a restart: the reading is finished all the same.

use futures::StreamExt;
use reqwest::Response;
use tokio::time::timeout;

use crate::{
    client::{Asker, Held, events},
    program::{PATIENCE, Server, asking, model},
};

#[tokio::test]
async fn a_killed_server_finishes_the_reading_after_its_restart() {
    let sim = model("rate=150;ttft=20").await;
    let mut server = Server::start(asking(&sim, "openai")).await;
    let asker = Asker::of(&server).await;
    let accepted = asker
        .ask(&server, "Will the two of us find each other again?")
        .await;
    let mut held = Held::default();
    let mut cursor = None;
    // Two sections are sealed, and the third is open.
    let opened = asker
        .open(&server, &accepted, None)
        .await
        .expect("a stream");
    let mut stream = events(opened);
    while held.sealed.len() < 2 || held.open.len() < 20 {
        let event = timeout(PATIENCE, stream.next())
            .await
            .expect("in time")
            .expect("an event");
        held.take(&event);
        cursor = event.id.or(cursor);
    }
    server.kill().await;
    let sealed_before = held.sealed.clone();
    server.start_again().await;
    let opened = asker.open(&server, &accepted, cursor.as_deref()).await;
    read_on(opened.expect("a stream"), &mut held).await;
    for (index, text) in &sealed_before {
        assert_eq!(
            &held.sealed[index], text,
            "sealed section {index} stays byte for byte"
        );
    }
    let task = asker.task(&server, &accepted).await;
    held.assert_is(&task["result"]);
    assert_eq!(task["result"]["attempts"], 2);
    let calls = sim.calls();
    assert_eq!(calls.len(), 2, "one call before the crash and one after");
    let key = "\"line_by_line_interpretation\":{";
    let asks_for_it = |call: &llmsim::Call| call.request.to_string().contains(key);
    assert!(asks_for_it(&calls[0]), "the first call asks for all");
    assert!(!asks_for_it(&calls[1]), "only the rest is asked for");
    sim.stop().await;
}

#[tokio::test]
async fn a_terminated_server_ends_its_streams_and_goes_on_after_its_restart() {
    let sim = model("rate=150;ttft=20").await;
    let mut server = Server::start(asking(&sim, "openai")).await;
    let asker = Asker::of(&server).await;
    let accepted = asker.ask(&server, "何時能搬到新家？").await;
    let mut held = Held::default();
    let mut cursor = None;
    let opened = asker
        .open(&server, &accepted, None)
        .await
        .expect("a stream");
    let mut stream = events(opened);
    while held.sealed.is_empty() || held.open.is_empty() {
        let event = timeout(PATIENCE, stream.next())
            .await
            .expect("in time")
            .expect("an event");
        held.take(&event);
        cursor = event.id.or(cursor);
    }
    let to_the_end = async {
        while let Some(event) = stream.next().await {
            held.take(&event);
            cursor = event.id.or_else(|| cursor.take());
        }
    };
    let (code, ()) = tokio::join!(server.terminate(), to_the_end);
    assert_eq!(code, Some(0));
    server.start_again().await;
    let opened = asker.open(&server, &accepted, cursor.as_deref()).await;
    read_on(opened.expect("a stream"), &mut held).await;
    held.assert_is(&asker.task(&server, &accepted).await["result"]);
    sim.stop().await;
}

/// Reads from where the reader stood to the finished reading.
async fn read_on(opened: Response, held: &mut Held) {
    let mut stream = events(opened);
    while let Some(event) = timeout(PATIENCE, stream.next()).await.expect("in time") {
        held.take(&event);
    }
    assert_eq!(held.last_name, "complete");
}
