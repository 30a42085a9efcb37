//! One reader: asks, follows the stream to its end, and keeps every event as it came.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use reqwest::{Client, StatusCode, header::CONTENT_TYPE};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::{Case, Program};

/// How many questions were asked by this process, for their keys.
static ASKED: AtomicU64 = AtomicU64::new(0);

/// Asks one program.
#[derive(Debug, Clone)]
pub struct Asker {
    client: Client,
    url: String,
    key: String,
    /// The longest that one reading may take.
    patience: Duration,
}

/// All that one reader got.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The data of every event, in order; `type` names it.
    pub events: Vec<Value>,
    /// What was wrong with the stream as such.
    pub framing: Vec<String>,
    /// The task document, after the end.
    pub document: Value,
    /// From the question to the first text of a model.
    pub first_text: Option<Duration>,
    /// From the question to the last event.
    pub end: Duration,
}

impl Asker {
    /// # Errors
    /// No client can be made.
    pub fn new(program: &Program, patience: Duration) -> anyhow::Result<Self> {
        Ok(Self {
            client: Client::builder().no_proxy().build()?,
            url: program.url.clone(),
            key: program.key.clone(),
            patience,
        })
    }

    /// Asks a case, with something behind its question, and reads to the end.
    ///
    /// # Errors
    /// The question or the stream was refused, or did not end in time.
    pub async fn read(&self, case: &Case, behind: &str) -> anyhow::Result<Reading> {
        let reading = timeout(self.patience, self.read_to_end(case, behind)).await;
        reading
            .with_context(|| format!("no end within {} s", self.patience.as_secs()))?
            .with_context(|| format!("case `{}`", case.id))
    }

    async fn read_to_end(&self, case: &Case, behind: &str) -> anyhow::Result<Reading> {
        let asked = Instant::now();
        let accepted = self.ask(case, behind).await?;
        let path = accepted["stream_url"].as_str().context("no stream_url")?;
        let mut response = self
            .client
            .get(format!("{}{path}?partial_text=off", self.url))
            .bearer_auth(&self.key)
            .send()
            .await?
            .error_for_status()?;
        let mut reading = Reading {
            events: Vec::new(),
            framing: Vec::new(),
            document: Value::Null,
            first_text: None,
            end: Duration::ZERO,
        };
        let content_type = response.headers().get(CONTENT_TYPE);
        if content_type.is_none_or(|value| !value.as_bytes().starts_with(b"text/event-stream")) {
            reading
                .framing
                .push(format!("the content type is {content_type:?}"));
        }
        let mut bytes = Vec::new();
        while let Some(piece) = response.chunk().await? {
            bytes.extend_from_slice(&piece);
            while let Some(end) = bytes.windows(2).position(|pair| pair == b"\n\n") {
                let event: Vec<u8> = bytes.drain(..end + 2).collect();
                reading.take(&event);
                if reading.first_text.is_none()
                    && reading
                        .events
                        .last()
                        .is_some_and(|event| event["type"] == "llm_streaming")
                {
                    reading.first_text = Some(asked.elapsed());
                }
            }
        }
        reading.end = asked.elapsed();
        reading.document = self.document(&accepted).await?;
        Ok(reading)
    }

    async fn ask(&self, case: &Case, behind: &str) -> anyhow::Result<Value> {
        let key = format!("eval-{}", ASKED.fetch_add(1, Ordering::Relaxed));
        let mut body = json!({
            "deity_id": case.deity,
            "fortune_number": case.lot,
            "question": format!("{}{behind}", case.question),
            "language": case.language,
        });
        if let Some(deck) = &case.deck {
            body["deck_id"] = deck.as_str().into();
        }
        if !case.context.is_empty() {
            body["context"] = json!(case.context);
        }
        let question = self
            .client
            .post(format!("{}/api/v1/async-chat/ask-question", self.url))
            .bearer_auth(&self.key)
            .header("Idempotency-Key", key)
            .json(&body);
        let again = question.try_clone().context("a body of text")?;
        // A connection that was kept may be closed in the moment in which it is used.
        let answer = match question.send().await {
            Ok(answer) => answer,
            Err(_) => again.send().await?,
        };
        let status = answer.status();
        let answer = answer.text().await?;
        ensure!(status == StatusCode::ACCEPTED, "{status}: {answer}");
        Ok(serde_json::from_str(&answer)?)
    }

    async fn document(&self, accepted: &Value) -> anyhow::Result<Value> {
        let path = accepted["status_url"].as_str().context("no status_url")?;
        let answer = self.client.get(format!("{}{path}", self.url));
        let answer = answer.bearer_auth(&self.key).send().await?;
        Ok(answer.error_for_status()?.json().await?)
    }

    /// Reads anything of the API.
    ///
    /// # Errors
    /// It is refused, or is no JSON.
    pub async fn look(&self, path: &str) -> anyhow::Result<Value> {
        let answer = self.client.get(format!("{}{path}", self.url));
        let answer = answer.bearer_auth(&self.key).send().await?;
        Ok(answer.error_for_status()?.json().await?)
    }
}

/// The names of all events that there are.
const NAMES: [&str; 13] = [
    "status",
    "lot",
    "notice",
    "sources",
    "section_started",
    "llm_streaming",
    "validation",
    "section_completed",
    "section_reset",
    "heartbeat",
    "complete",
    "error",
    "cancelled",
];

impl Reading {
    /// Takes one event of the wire.
    fn take(&mut self, event: &[u8]) {
        let Ok(text) = std::str::from_utf8(event) else {
            self.framing.push("an event is no UTF-8".to_owned());
            return;
        };
        let fields = |name: &str| -> Vec<&str> {
            text.lines()
                .filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
                .collect()
        };
        let (names, data) = (fields("event"), fields("data"));
        let ([name], [data]) = (&names[..], &data[..]) else {
            if !names.is_empty() || !data.is_empty() {
                self.framing
                    .push(format!("an event of several parts: {text}"));
            }
            return;
        };
        match serde_json::from_str::<Value>(data) {
            Ok(value) if value["type"] == **name && NAMES.contains(name) => self.events.push(value),
            Ok(value) => self
                .framing
                .push(format!("`{name}` holds {}", value["type"])),
            Err(error) => self
                .framing
                .push(format!("`{name}` holds no JSON: {error}")),
        }
    }

    /// Events of this name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &Value> {
        self.events
            .iter()
            .filter(move |event| event["type"] == *name)
    }

    /// The result that it ended with, if it is complete.
    pub fn result(&self) -> Option<&Value> {
        let last = self.events.last()?;
        (last["type"] == "complete").then(|| &last["result"])
    }
}
