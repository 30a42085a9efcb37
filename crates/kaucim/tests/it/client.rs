//! A client as a stranger would write it from the contract alone.

use std::collections::BTreeMap;

use futures::StreamExt;
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use sse_stream::SseStream;
use tokio::time::timeout;

use crate::program::{PATIENCE, Server};

/// One event as it came over the wire.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub id: Option<String>,
    pub name: String,
    pub data: Value,
}

/// Someone with a key.
pub(crate) struct Asker {
    client: Client,
    key: String,
}

impl Asker {
    pub(crate) async fn of(server: &Server) -> Self {
        Self {
            client: Client::new(),
            key: server.key().await,
        }
    }

    /// What they ask with.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// Asks about lot 7 and returns what the server accepted.
    pub(crate) async fn ask(&self, server: &Server, question: &str) -> Value {
        let response = self.try_to_ask(server, question).await;
        assert_eq!(response.status(), StatusCode::ACCEPTED);
        response.json().await.expect("JSON")
    }

    /// Asks, and returns whatever is answered.
    pub(crate) async fn try_to_ask(&self, server: &Server, question: &str) -> Response {
        let body = json!({ "deity_id": "yue_lao", "fortune_number": 7, "question": question });
        let request = self
            .client
            .post(server.url("/api/v1/async-chat/ask-question"))
            .json(&body);
        self.send(request).await
    }

    /// The stream from a cursor on; `None` from the start. The status comes with it.
    pub(crate) async fn open(
        &self,
        server: &Server,
        accepted: &Value,
        cursor: Option<&str>,
    ) -> Result<Response, reqwest::Error> {
        let path = accepted["stream_url"].as_str().expect("an address");
        let mut request = self
            .client
            .get(server.url(&format!("{path}?partial_text=off")));
        if let Some(cursor) = cursor {
            request = request.header("Last-Event-ID", cursor);
        }
        request.bearer_auth(&self.key).send().await
    }

    /// Reads the stream to its end, in one connection.
    pub(crate) async fn read_all(&self, server: &Server, accepted: &Value) -> Vec<Event> {
        let response = self.open(server, accepted, None).await.expect("a stream");
        let events = events(response).collect::<Vec<_>>();
        timeout(PATIENCE, events).await.expect("the stream ends")
    }

    /// The task document.
    pub(crate) async fn task(&self, server: &Server, accepted: &Value) -> Value {
        let path = accepted["status_url"].as_str().expect("an address");
        self.send(self.client.get(server.url(path)))
            .await
            .json()
            .await
            .expect("JSON")
    }

    async fn send(&self, request: RequestBuilder) -> Response {
        request
            .bearer_auth(&self.key)
            .send()
            .await
            .expect("an answer")
    }
}

/// The events of one connection; it ends where the connection does.
pub(crate) fn events(response: Response) -> impl futures::Stream<Item = Event> + Unpin {
    let events = SseStream::from_bytes_stream(response.bytes_stream());
    events
        .take_while(|event| std::future::ready(event.is_ok()))
        .filter_map(|event| async move {
            let event = event.ok()?;
            let data = serde_json::from_str(event.data.as_deref()?).expect("data is JSON");
            Some(Event {
                id: event.id,
                name: event.event?,
                data,
            })
        })
        .boxed()
}

/// What a reader holds: sealed sections by index, and the open text.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Held {
    pub sealed: BTreeMap<u64, String>,
    pub open: String,
    pub last: Option<Value>,
    pub last_name: String,
}

impl Held {
    /// Takes in one event, and says loudly when it breaks a promise of the contract.
    pub(crate) fn take(&mut self, event: &Event) {
        assert!(
            self.last.is_none(),
            "{} came after the terminal event",
            event.name
        );
        assert_eq!(
            event.data["type"], *event.name,
            "the name stands in the data again"
        );
        match event.name.as_str() {
            "llm_streaming" => self
                .open
                .push_str(event.data["token"].as_str().expect("text")),
            "section_completed" => {
                let text = event.data["text"].as_str().expect("text").to_owned();
                let open = std::mem::take(&mut self.open);
                if event.data["origin"] == "model" {
                    assert!(
                        text.starts_with(&open),
                        "what was streamed is a prefix of the text"
                    );
                }
                let index = event.data["index"].as_u64().expect("an index");
                let earlier = self.sealed.insert(index, text);
                assert_eq!(earlier, None, "section {index} is sealed once");
            }
            "section_reset" => self.open.clear(),
            "reset" => *self = Self::default(),
            "complete" | "error" | "cancelled" => {
                self.last_name.clone_from(&event.name);
                self.last = Some(event.data.clone());
            }
            _ => {}
        }
    }

    /// Compares what was read with the stored result.
    pub(crate) fn assert_is(&self, result: &Value) {
        let sections = result["sections"].as_array().expect("sections");
        assert_eq!(sections.len(), 7, "a reading has seven sections");
        for (index, section) in (1..).zip(sections) {
            assert_eq!(section["index"], index);
            assert_eq!(self.sealed[&index], section["text"], "section {index}");
        }
    }
}
