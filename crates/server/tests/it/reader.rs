//! Reads an event stream as the standard says, and holds its form to the contract.

use reqwest::{RequestBuilder, Response, StatusCode, header::HeaderMap};

use crate::{
    app::soon,
    events::{Event, Page},
};

/// One connection to an event stream.
pub(crate) struct Reader {
    pub headers: HeaderMap,
    /// The first block, which comes before any event.
    pub opening: String,
    response: Response,
    bytes: Vec<u8>,
}

impl Reader {
    /// Opens a stream, which must be there.
    pub(crate) async fn open(request: RequestBuilder) -> Self {
        let sent = soon("a stream", request.send()).await;
        let response = sent.expect("the server answers");
        assert_eq!(response.status(), StatusCode::OK, "a stream opens");
        let mut reader = Self {
            headers: response.headers().clone(),
            opening: String::new(),
            response,
            bytes: Vec::new(),
        };
        reader.opening = reader.block().await.expect("a stream says how to retry");
        reader
    }

    /// The next event; none when the stream has ended cleanly.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        self.block().await.map(|block| event(&block))
    }

    /// The next event that is no heartbeat.
    pub(crate) async fn next_news(&mut self) -> Option<Event> {
        loop {
            let event = self.next().await?;
            if event.name != "heartbeat" {
                return Some(event);
            }
        }
    }

    /// All events up to one that is as wished, which is the last of them.
    pub(crate) async fn until(&mut self, wished: impl Fn(&Event) -> bool) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(event) = self.next().await {
            let found = wished(&event);
            events.push(event);
            if found {
                return events;
            }
        }
        panic!("the stream ended before that: {events:?}");
    }

    /// All events to the end of the stream.
    pub(crate) async fn rest(mut self) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(event) = self.next().await {
            events.push(event);
        }
        events
    }

    /// The reading as it is at the end of the stream.
    pub(crate) async fn page(self) -> Page {
        Page::of(&self.rest().await)
    }

    /// The next block of lines, without the empty line after it.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.bytes.windows(2).position(|pair| pair == b"\n\n") {
                let block: Vec<u8> = self.bytes.drain(..end + 2).take(end).collect();
                return Some(String::from_utf8(block).expect("events are UTF-8"));
            }
            match soon("the next event", self.response.chunk()).await {
                Ok(Some(piece)) => self.bytes.extend_from_slice(&piece),
                Ok(None) => {
                    let left = String::from_utf8_lossy(&self.bytes);
                    assert_eq!(left, "", "a stream ends after a whole event");
                    return None;
                }
                Err(error) => panic!("the stream broke off: {error}"),
            }
        }
    }
}

/// Reads the lines of one event: `id` or not, then `event`, then one line of `data`.
fn event(block: &str) -> Event {
    // Some readers take each of these for the end of a line.
    let breaks = ['\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'];
    assert!(!block.contains(breaks), "a stray line break in {block:?}");
    let mut lines = block.lines().peekable();
    let id = lines.next_if(|line| line.starts_with("id: "));
    let mut field = |name: &str| {
        let line = lines.next().and_then(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("{name:?} is missing in {block:?}"))
    };
    let (name, data) = (field("event: "), field("data: "));
    assert_eq!(lines.next(), None, "one line too many in {block:?}");
    Event {
        id: id.map(|id| id["id: ".len()..].to_owned()),
        name: name.to_owned(),
        data: serde_json::from_str(data).expect("data is JSON"),
    }
}
