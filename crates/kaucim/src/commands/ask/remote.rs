//! Asking a running server through its public API, reconnecting where the stream breaks.

use std::time::Duration;

use anyhow::Context;
use futures::StreamExt;
use reqwest::Response;
use serde_json::{Value, json};
use sse_stream::SseStream;

use super::{
    End, Show,
    entry::{Candidate, Entry, certain},
};
use crate::{
    arguments,
    commands::{
        journal::followed_there,
        server::{Server, answered},
    },
    exit::Failed,
    output,
};

/// How often a broken stream is opened again before it is given up.
const RECONNECTS: u32 = 30;

/// Asks the server and shows what it streams. Ctrl-C cancels there.
pub(super) async fn ask(
    server: &Server,
    typed: &arguments::Ask,
    show: &mut Show,
) -> Result<End, Failed> {
    let accepted = server.submit(typed).await?;
    let url = |name: &str| accepted[name].as_str().unwrap_or_default().to_owned();
    let (stream_url, cancel_url) = (url("stream_url"), url("cancel_url"));
    let follow = server.follow(&stream_url, show);
    tokio::pin!(follow);
    tokio::select! {
        end = &mut follow => return end,
        stop = tokio::signal::ctrl_c() => stop.map_err(anyhow::Error::from)?,
    }
    server.post(&cancel_url, &json!({})).await?;
    follow.await
}

impl Server {
    /// The number of the lot that was typed, in whatever way.
    async fn number(&self, typed: &arguments::Ask) -> Result<Option<u32>, Failed> {
        let words = match typed.lot.as_deref().map(Entry::of) {
            None => return Ok(None),
            Some(Entry::Number(number)) => return Ok(Some(number)),
            Some(Entry::Words(words)) => words,
        };
        let mut url = reqwest::Url::parse(&self.base).map_err(anyhow::Error::from)?;
        url.path_segments_mut()
            .map_err(|()| Failed::usage("KAUCIM_SERVER is no address", "see `kaucim ask --help`"))?
            .pop_if_empty()
            .extend(["api", "v1", "deities", typed.deity.as_str(), "find"]);
        url.query_pairs_mut().append_pair("q", words);
        if let Some(deck) = &typed.deck {
            url.query_pairs_mut().append_pair("deck_id", deck);
        }
        let sent = self.client.get(url).bearer_auth(&self.key).send().await;
        let response = sent.with_context(|| format!("could not reach {}", self.base))?;
        let answer = answered(response).await?;
        let candidates = answer["entries"].as_array().into_iter().flatten();
        let candidates = candidates.filter_map(|entry| {
            Some(Candidate {
                number: u32::try_from(entry["number"].as_u64()?).ok()?,
                is_certain: entry["score"].as_f64()? >= 1.0,
                line: entry["line"].as_str().unwrap_or_default().to_owned(),
            })
        });
        certain(words, &candidates.collect::<Vec<_>>()).map(Some)
    }

    async fn submit(&self, typed: &arguments::Ask) -> Result<Value, Failed> {
        if let Some(first) = &typed.follow_up {
            let first = followed_there(self, first).await?;
            let path = format!("/api/v1/async-chat/task/{first}/follow-up");
            let body = json!({ "question": typed.question, "language": typed.language });
            return answered(self.post(&path, &body).await?).await;
        }
        let number = self.number(typed).await?;
        let body = json!({
            "deity_id": typed.deity,
            "deck_id": typed.deck,
            "fortune_number": number,
            "question": typed.question,
            "language": typed.language,
        });
        let response = self.post("/api/v1/async-chat/ask-question", &body).await?;
        answered(response).await
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Response, Failed> {
        let request = self
            .client
            .post(format!("{}{path}", self.base))
            .bearer_auth(&self.key)
            .header("idempotency-key", uuid::Uuid::now_v7().to_string())
            .json(body);
        let sent = request.send().await;
        Ok(sent.with_context(|| format!("could not reach {}", self.base))?)
    }

    /// Follows to the terminal event, going on after the last cursor where the stream broke.
    async fn follow(&self, path: &str, show: &mut Show) -> Result<End, Failed> {
        let mut cursor = String::new();
        for _ in 0..RECONNECTS {
            let request = self
                .client
                .get(format!("{}{path}?partial_text=off", self.base))
                .bearer_auth(&self.key)
                .header("last-event-id", &cursor);
            match request.send().await {
                Ok(response) if response.status().is_success() => {
                    if let Some(end) = read(response, &mut cursor, show).await? {
                        return Ok(end);
                    }
                }
                Ok(response) => {
                    let message = format!("the stream was refused with {}", response.status());
                    return Err(Failed::Question(Some(message)));
                }
                Err(error) => tracing::debug!(error = %error, "the stream broke"),
            }
            output::tell("… the connection was lost; reading on");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        Err(Failed::Question(Some(
            "the server cannot be reached any more".to_owned(),
        )))
    }
}

/// Shows one connection's events; none is the last when the connection broke.
async fn read(
    response: Response,
    cursor: &mut String,
    show: &mut Show,
) -> Result<Option<End>, Failed> {
    let mut events = SseStream::from_bytes_stream(response.bytes_stream());
    while let Some(event) = events.next().await {
        let Ok(event) = event else { return Ok(None) };
        if let Some(id) = event.id {
            *cursor = id;
        }
        let (Some(name), Some(data)) = (event.event, event.data) else {
            continue;
        };
        if let Some(end) = show.event(&name, &data)? {
            return Ok(Some(end));
        }
    }
    Ok(None)
}
