//! An event stream as it comes: the first bytes, the events, and the end.

use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use reqwest::Response;
use serde_json::Value;
use tokio::time::timeout;

/// One event; what has no data is none.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Event {
    /// Absent where the event has none of its own.
    pub id: Option<String>,
    pub name: String,
    pub data: Value,
}

/// An open stream.
pub(crate) struct Stream {
    response: Response,
    buffer: Vec<u8>,
    /// What came before the first event: `retry`, and an `id` without data.
    pub opening: Opening,
    /// The longest silence so far.
    pub silence: Duration,
    last: Instant,
    patience: Duration,
}

/// What stands before the first event.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Opening {
    pub retry: Option<String>,
    pub id: Option<String>,
}

/// The fields between two blank lines.
#[derive(Debug, Default)]
struct Block {
    id: Option<String>,
    name: Option<String>,
    data: Option<String>,
    retry: Option<String>,
}

impl Stream {
    pub(crate) fn new(response: Response, patience: Duration) -> Self {
        Self {
            response,
            buffer: Vec::new(),
            opening: Opening::default(),
            silence: Duration::ZERO,
            last: Instant::now(),
            patience,
        }
    }

    /// The next event; none where the body has ended as it should.
    pub(crate) async fn next(&mut self) -> anyhow::Result<Option<Event>> {
        loop {
            while let Some(block) = self.take_block()? {
                if let Some(event) = self.event(block)? {
                    return Ok(Some(event));
                }
            }
            let piece = timeout(self.patience, self.response.chunk()).await;
            let piece = piece.context("the stream says nothing any more")?;
            let silence = self.last.elapsed();
            self.silence = self.silence.max(silence);
            self.last = Instant::now();
            match piece.context("the stream broke off")? {
                Some(bytes) => self.buffer.extend_from_slice(&bytes),
                None => {
                    let left = String::from_utf8_lossy(&self.buffer);
                    ensure!(left.is_empty(), "the stream ends amid an event: {left}");
                    return Ok(None);
                }
            }
        }
    }

    /// All events to the end.
    pub(crate) async fn rest(&mut self) -> anyhow::Result<Vec<Event>> {
        let mut events = Vec::new();
        while let Some(event) = self.next().await? {
            events.push(event);
        }
        Ok(events)
    }

    fn take_block(&mut self) -> anyhow::Result<Option<Block>> {
        let end = self.buffer.windows(2).position(|pair| pair == b"\n\n");
        let Some(end) = end else { return Ok(None) };
        let text: Vec<u8> = self.buffer.drain(..end + 2).collect();
        let text = String::from_utf8(text).context("the stream is no UTF-8")?;
        block(&text).map(Some)
    }

    fn event(&mut self, block: Block) -> anyhow::Result<Option<Event>> {
        let Block {
            id,
            name,
            data,
            retry,
        } = block;
        let Some(data) = data else {
            self.opening.retry = self.opening.retry.take().or(retry);
            self.opening.id = self.opening.id.take().or(id);
            return Ok(None);
        };
        let name = name.with_context(|| format!("an event without a name: {data}"))?;
        let data = serde_json::from_str(&data);
        let data = data.with_context(|| format!("the data of `{name}` is no JSON"))?;
        Ok(Some(Event { id, name, data }))
    }
}

fn block(text: &str) -> anyhow::Result<Block> {
    let mut block = Block::default();
    for line in text.lines().filter(|line| !line.is_empty()) {
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value).to_owned();
        match field {
            "id" => block.id = Some(value),
            "event" => block.name = Some(value),
            "retry" => block.retry = Some(value),
            "data" if block.data.is_some() => bail!("data in several lines: {text}"),
            "data" => block.data = Some(value),
            // A comment, or a field that is to come.
            _ => {}
        }
    }
    Ok(block)
}

impl Event {
    /// A field that has to be a text.
    pub(crate) fn text(&self, field: &str) -> anyhow::Result<&str> {
        let text = self.data[field].as_str();
        text.with_context(|| format!("`{}` has no text `{field}`: {}", self.name, self.data))
    }

    pub(crate) fn is_end(&self) -> bool {
        matches!(self.name.as_str(), "complete" | "error" | "cancelled")
    }

    /// Whether it is one of those that are kept, and come again to whoever asks.
    pub(crate) fn is_kept(&self) -> bool {
        matches!(
            self.name.as_str(),
            "status" | "notice" | "lot" | "sources" | "section_completed" | "section_reset"
        ) || self.is_end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_has_its_fields() {
        let Block {
            id,
            name,
            data,
            retry,
        } = block(": hello\nid: 1.0\nevent: lot\ndata:{}\n\n").unwrap();
        assert_eq!(id.as_deref(), Some("1.0"));
        assert_eq!(name.as_deref(), Some("lot"));
        assert_eq!(data.as_deref(), Some("{}"));
        assert_eq!(retry, None);
        assert!(block("data: 1\ndata: 2\n").is_err());
    }
}
