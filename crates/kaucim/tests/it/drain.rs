//! SIGTERM while fifty readings stream: all end cleanly, and all go on after the next start.

use std::time::{Duration, Instant};

use futures::{StreamExt, future::join_all};
use llmsim::Sim;
use reqwest::{Client, Response, StatusCode};
use serde_json::Value;
use sse_stream::SseStream;
use tokio::{sync::watch, time::timeout};

use crate::{
    client::{Asker, Event, Held},
    program::{PATIENCE, Server, asking, model},
};

const STREAMS: usize = 50;

/// Twice what is promised, since the machine may be busy.
const TO_END: Duration = Duration::from_secs(20);

/// One reader over all its connections.
struct Reader {
    accepted: Value,
    held: Held,
    cursor: Option<String>,
}

#[tokio::test]
async fn sigterm_under_load_ends_every_stream_cleanly_and_loses_nothing() {
    let sim = model("rate=30;ttft=20;length=100;chunk=8").await;
    let mut server = Server::start(environment(&sim)).await;
    let asker = Asker::of(&server).await;
    let (mut readers, mut opened) = (Vec::new(), Vec::new());
    for number in 0..STREAMS {
        let question = format!("Shall I set out on day {number}?");
        let reader = Reader {
            accepted: asker.ask(&server, &question).await,
            held: Held::default(),
            cursor: None,
        };
        opened.push(reader.open(&asker, &server).await);
        readers.push(reader);
    }
    let writing = watch::Sender::new(0);
    let reading = readers.iter_mut().zip(opened);
    let reading = join_all(reading.map(|(reader, opened)| reader.read(opened, &writing)));
    let ready = server.url("/readyz");
    let ending = async {
        let mut seen = writing.subscribe();
        let all = timeout(PATIENCE, seen.wait_for(|readers| *readers == STREAMS));
        assert!(all.await.is_ok(), "not every reading is written");
        let begun = Instant::now();
        tokio::select! {
            code = server.terminate() => assert_eq!(code, Some(0), "it ends well"),
            () = never_ready_again(&ready) => {}
        }
        let took = begun.elapsed();
        assert!(took < TO_END, "it took {took:?} to end");
    };
    tokio::join!(reading, ending);
    let cut = readers.iter().filter(|reader| reader.held.last.is_none());
    assert!(cut.count() > 0, "every reading was over before the signal");
    server.start_again().await;
    let going_on = readers.iter_mut().map(async |reader| {
        if reader.held.last.is_none() {
            let opened = reader.open(&asker, &server).await;
            reader.read(opened, &writing).await;
        }
        assert_eq!(reader.held.last_name, "complete");
        let task = asker.task(&server, &reader.accepted).await;
        reader.held.assert_is(&task["result"]);
        assert_eq!(
            task["result"]["attempts"], 1,
            "an orderly end does not count"
        );
    });
    let all = timeout(PATIENCE, join_all(going_on)).await;
    all.expect("every reading goes on to its end");
    sim.stop().await;
}

/// Nothing but the machine limits the readers.
fn environment(sim: &Sim) -> Vec<(&'static str, String)> {
    let names = [
        "KAUCIM_TASKS_PER_USER",
        "KAUCIM_STREAMS_PER_USER",
        "KAUCIM_WORKERS",
        "KAUCIM_MODEL_CONCURRENCY",
    ];
    let mut environment = asking(sim, "openai");
    environment.extend(names.map(|name| (name, "100".to_owned())));
    environment
}

/// Asks again and again, with a new connection each time; once it is not ready, it stays so.
async fn never_ready_again(ready: &str) {
    let client = Client::builder().pool_max_idle_per_host(0).build();
    let client = client.expect("a client");
    let mut was_unready = false;
    loop {
        let answer = client.get(ready).send().await;
        let is_ready = answer.is_ok_and(|answer| answer.status() == StatusCode::OK);
        assert!(
            !(is_ready && was_unready),
            "the ending server is ready again"
        );
        was_unready |= !is_ready;
    }
}

impl Reader {
    async fn open(&self, asker: &Asker, server: &Server) -> Response {
        let opened = asker.open(server, &self.accepted, self.cursor.as_deref());
        let opened = opened.await.expect("a stream");
        assert_eq!(opened.status(), StatusCode::OK);
        opened
    }

    /// Reads until the body ends, which it must do as it should.
    async fn read(&mut self, opened: Response, writing: &watch::Sender<usize>) {
        let mut events = SseStream::from_bytes_stream(opened.bytes_stream());
        let mut is_writing = false;
        while let Some(event) = events.next().await {
            let event = event.unwrap_or_else(|error| panic!("a stream was cut: {error}"));
            let (Some(name), Some(data)) = (event.event, event.data) else {
                continue;
            };
            let event = Event {
                id: event.id,
                name,
                data: serde_json::from_str(&data).expect("data is JSON"),
            };
            self.held.take(&event);
            // A heartbeat has no id: the cursor stays.
            self.cursor = event.id.or_else(|| self.cursor.take());
            if !is_writing && !self.held.open.is_empty() {
                is_writing = true;
                writing.send_modify(|readers| *readers += 1);
            }
        }
    }
}
