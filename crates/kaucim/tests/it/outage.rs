//! Readings that are being written while the storage goes away and comes back: what must hold.

use futures::{StreamExt, future::join_all, stream::BoxStream};
use reqwest::StatusCode;
use serde_json::Value;
use tokio::time::timeout;

use crate::{
    client::{Asker, Event, Held, events},
    program::{PATIENCE, Server},
};

/// Someone who reads on, whatever becomes of the storage.
struct Reader {
    accepted: Value,
    stream: BoxStream<'static, Event>,
    held: Held,
}

/// Readings in their middle, and their readers.
pub(crate) struct Outage {
    asker: Asker,
    readers: Vec<Reader>,
}

impl Outage {
    /// Waits until each reading has a sealed section and an open one.
    pub(crate) async fn before(server: &Server, readings: usize) -> Self {
        let asker = Asker::of(server).await;
        let mut readers = Vec::new();
        for number in 0..readings {
            let question = format!("Will the harvest be good in year {number}?");
            let accepted = asker.ask(server, &question).await;
            let opened = asker.open(server, &accepted, None).await;
            readers.push(Reader {
                accepted,
                stream: events(opened.expect("a stream")).boxed(),
                held: Held::default(),
            });
        }
        let in_the_middle =
            |held: &Held, _: &Event| !held.sealed.is_empty() && !held.open.is_empty();
        join_all(readers.iter_mut().map(|it| it.until(in_the_middle))).await;
        Self { asker, readers }
    }

    /// The storage is away: questions are refused, readers are told, nothing ends.
    pub(crate) async fn meanwhile(&mut self, server: &Server) {
        let Self { asker, readers } = self;
        let told = |_: &Held, event: &Event| event.data["phase"] == "storage_unavailable";
        let all_told = join_all(readers.iter_mut().map(|it| it.until(told)));
        tokio::join!(refused(asker, server), all_told);
        let before: Vec<_> = readers.iter().map(|it| it.held.sealed.clone()).collect();
        // They read on while somebody else asks again, and are shown nothing that is not stored.
        let reading = join_all(readers.iter_mut().map(Reader::read_on));
        tokio::select! {
            () = refused(asker, server) => {}
            _ = reading => panic!("every reading has ended, and its end cannot be stored"),
        }
        for (reader, sealed) in readers.iter().zip(before) {
            let Held {
                last, sealed: now, ..
            } = &reader.held;
            assert_eq!(*last, None, "an end was shown that cannot be stored");
            assert_eq!(*now, sealed, "a section was shown that cannot be stored");
        }
    }

    /// The storage is back: the same process brings all of it to its end.
    pub(crate) async fn afterwards(mut self, server: &Server) {
        join_all(self.readers.iter_mut().map(Reader::read_on)).await;
        for Reader { accepted, held, .. } in &self.readers {
            assert_eq!(held.last_name, "complete", "{:?}", held.last);
            let task = self.asker.task(server, accepted).await;
            held.assert_is(&task["result"]);
            assert_eq!(
                task["result"]["origin"], "model",
                "the model wrote all of it"
            );
            assert_eq!(task["result"]["attempts"], 1, "no attempt was lost");
            let mut again = Held::default();
            for event in self.asker.read_all(server, accepted).await {
                again.take(&event);
            }
            assert_eq!(
                again.sealed, held.sealed,
                "what was shown is what is stored"
            );
            assert_eq!(again.last, held.last, "the end that was shown is stored");
        }
        let later = self.asker.ask(server, "Is all well again?").await;
        let later = self.asker.read_all(server, &later).await;
        let last = later.last().map(|event| event.name.as_str());
        assert_eq!(last, Some("complete"), "a new question is answered");
    }
}

impl Reader {
    async fn until(&mut self, wished: impl Fn(&Held, &Event) -> bool) {
        let reading = async {
            while let Some(event) = self.stream.next().await {
                self.held.take(&event);
                if wished(&self.held, &event) {
                    return;
                }
            }
            panic!("the stream ended early, with `{}`", self.held.last_name);
        };
        timeout(PATIENCE, reading)
            .await
            .expect("it is told in time");
    }

    async fn read_on(&mut self) {
        let reading = async {
            while let Some(event) = self.stream.next().await {
                self.held.take(&event);
            }
        };
        timeout(PATIENCE, reading).await.expect("the stream ends");
    }
}

async fn refused(asker: &Asker, server: &Server) {
    let asked = asker.try_to_ask(server, "Is anybody there?");
    let answer = timeout(PATIENCE, asked).await.expect("it is answered");
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    let problem: Value = answer.json().await.expect("JSON");
    assert_eq!(problem["code"], "storage_unavailable", "{problem}");
}
