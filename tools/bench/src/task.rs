//! What a client says about a task, for connections by hand.

use anyhow::ensure;
use serde::Deserialize;
use serde_json::json;

use crate::{
    clock::wall_us,
    connection::{Answer, Connection, request},
};

/// A task that was accepted, with the addresses that belong to it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Task {
    stream_url: String,
    cancel_url: String,
    /// When it was asked, in microseconds since 1970.
    #[serde(skip)]
    pub(crate) posted_us: u64,
    /// When it was accepted.
    #[serde(skip)]
    pub(crate) accepted_us: u64,
}

/// The request that asks a question.
pub(crate) fn asking(credential: &str, question: &str) -> String {
    let body = json!({ "deity_id": "yue_lao", "question": question, "language": "zh" });
    let path = "/api/v1/async-chat/ask-question";
    request("POST", path, credential, &body.to_string())
}

impl Task {
    /// Asks, and waits until it is accepted.
    pub(crate) async fn ask(connection: &mut Connection, asking: &str) -> anyhow::Result<Self> {
        let posted_us = wall_us();
        let Answer { status, us, body } = connection.ask(asking).await?;
        ensure!(status == 202, "{status}: {body}");
        Ok(Self {
            posted_us,
            accepted_us: us,
            ..serde_json::from_str(&body)?
        })
    }

    /// The request that follows it from the start.
    pub(crate) fn following(&self, credential: &str) -> String {
        let path = format!("{}?partial_text=off", self.stream_url);
        request("GET", &path, credential, "")
    }

    /// The request that cancels it.
    pub(crate) fn cancelling(&self, credential: &str) -> String {
        request("POST", &self.cancel_url, credential, "")
    }
}
