//! One reader of the server: asks, opens the stream at once, and records it.

use anyhow::{Context, ensure};
use reqwest::{Client, StatusCode};
use serde::Deserialize;
use serde_json::json;

use crate::{
    clock::wall_us,
    programs::Server,
    record::{Enough, Recording, record},
};

/// How a question is asked and followed.
#[derive(Debug, Clone)]
pub(crate) struct Asker {
    client: Client,
    url: String,
    key: String,
    partial_text: bool,
}

/// A question that was accepted; times in microseconds since 1970.
#[derive(Debug, Deserialize)]
pub(crate) struct Accepted {
    pub(crate) stream_url: String,
    #[serde(skip)]
    posted_us: u64,
    #[serde(skip)]
    accepted_us: u64,
}

/// What one reader did and got; times in microseconds since 1970.
#[derive(Debug)]
pub(crate) struct Asked {
    /// When the question was sent.
    pub(crate) posted_us: u64,
    /// When it was accepted.
    pub(crate) accepted_us: u64,
    pub(crate) recording: Recording,
}

impl Asker {
    pub(crate) fn new(client: Client, server: &Server, partial_text: bool) -> Self {
        Self {
            client,
            url: server.url.clone(),
            key: server.key.clone(),
            partial_text,
        }
    }

    /// Asks, and reads until it is enough.
    ///
    /// # Errors
    /// The question or the stream was refused.
    pub(crate) async fn ask(&self, question: &str, enough: Enough) -> anyhow::Result<Asked> {
        self.follow(self.accept(question).await?, enough).await
    }

    /// Asks, and waits until it is accepted.
    pub(crate) async fn accept(&self, question: &str) -> anyhow::Result<Accepted> {
        let body = json!({ "deity_id": "yue_lao", "question": question, "language": "zh" });
        let posted_us = wall_us();
        let answer = self
            .client
            .post(format!("{}/api/v1/async-chat/ask-question", self.url))
            .bearer_auth(&self.key)
            .json(&body)
            .send()
            .await?;
        let status = answer.status();
        let answer = answer.text().await?;
        let accepted_us = wall_us();
        ensure!(status == StatusCode::ACCEPTED, "{status}: {answer}");
        Ok(Accepted {
            posted_us,
            accepted_us,
            ..serde_json::from_str(&answer)?
        })
    }

    /// Reads what was accepted until it is enough.
    pub(crate) async fn follow(&self, accepted: Accepted, enough: Enough) -> anyhow::Result<Asked> {
        let partial_text = if self.partial_text {
            ""
        } else {
            "?partial_text=off"
        };
        let stream = self
            .client
            .get(format!("{}{}{partial_text}", self.url, accepted.stream_url))
            .bearer_auth(&self.key)
            .send()
            .await?;
        let mut stream = stream
            .error_for_status()
            .context("the stream was refused")?;
        Ok(Asked {
            posted_us: accepted.posted_us,
            accepted_us: accepted.accepted_us,
            recording: record(&mut stream, enough).await,
        })
    }
}
