//! The connection drops after every single event, and nothing is lost or shown twice.

use futures::StreamExt;
use reqwest::StatusCode;
use tokio::time::timeout;

use crate::{
    client::{Asker, Held, events},
    program::{PATIENCE, Server, asking, model},
};

#[tokio::test]
async fn dropping_after_every_event_rebuilds_the_same_text() {
    let sim = model("rate=200;ttft=20").await;
    let server = Server::start(asking(&sim, "openai")).await;
    let asker = Asker::of(&server).await;
    let accepted = asker.ask(&server, "我和他還有緣分嗎？").await;
    let mut held = Held::default();
    let mut cursor: Option<String> = None;
    let mut connections = 0;
    let reading = async {
        while held.last.is_none() {
            let opened = asker.open(&server, &accepted, cursor.as_deref()).await;
            connections += 1;
            let mut events = events(opened.expect("a stream"));
            let Some(event) = events.next().await else {
                continue;
            };
            held.take(&event);
            // A heartbeat has no id: the cursor stays.
            cursor = event.id.or_else(|| cursor.take());
        }
    };
    timeout(PATIENCE, reading).await.expect("it ends");
    let task = asker.task(&server, &accepted).await;
    held.assert_is(&task["result"]);
    assert!(
        connections > 30,
        "{connections} connections are too few to prove anything"
    );
    let after = asker
        .open(&server, &accepted, cursor.as_deref())
        .await
        .expect("an answer");
    assert_eq!(
        after.status(),
        StatusCode::NO_CONTENT,
        "nothing follows the end"
    );
    sim.stop().await;
}
