//! A reader that keeps what it is sent, as the page does, and holds every frame against the
//! contract.

use std::collections::BTreeMap;

use futures::{FutureExt, StreamExt, stream::BoxStream};
use kaucim_fortune::plain_text;
use kaucim_tasks::{Follow, Frame};
use serde_json::Value;

use crate::app::soon;

/// One connection.
pub(crate) struct Reader {
    frames: BoxStream<'static, Frame>,
    pub held: Held,
    /// Whether the open section was announced on this connection.
    announced: bool,
    /// The checks of the open section that were told on this connection.
    checked: Vec<Value>,
}

/// What a reader has when it goes away, and comes back with.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Held {
    pub cursor: Option<String>,
    /// Texts by index.
    pub sealed: BTreeMap<u64, String>,
    titles: BTreeMap<u64, String>,
    /// The open section: name, title, text.
    pub open: Option<(String, String, String)>,
    pub total_tokens: u64,
    /// The terminal event.
    pub ended: Option<Value>,
}

const STORED: [&str; 9] = [
    "status",
    "notice",
    "lot",
    "sources",
    "section_completed",
    "section_reset",
    "complete",
    "error",
    "cancelled",
];

impl Reader {
    pub(crate) fn new(follow: Follow) -> Self {
        Self::going_on(follow, Held::default())
    }

    pub(crate) fn going_on(follow: Follow, held: Held) -> Self {
        let Follow::Frames(frames) = follow else {
            panic!("the task was read to its end");
        };
        Self {
            frames,
            held,
            announced: false,
            checked: Vec::new(),
        }
    }

    /// The next event, heartbeats apart; `None` at the end.
    pub(crate) async fn next(&mut self) -> Option<Value> {
        let next = async {
            loop {
                let frame = self.frames.next().await?;
                if let Some(event) = self.take(&frame) {
                    return Some(event);
                }
            }
        };
        soon("the next event", next).await
    }

    /// The next frame, however long it takes: of a stored event its number and data; `None` at the
    /// end.
    pub(crate) async fn frame(&mut self) -> Option<Option<(u64, String)>> {
        let frame = self.frames.next().await?;
        let is_stored = STORED.contains(&frame.name);
        self.take(&frame);
        let sequence = frame.cursor.filter(|_| is_stored).map(|at| at.sequence);
        Some(sequence.map(|sequence| (sequence, frame.data)))
    }

    /// The next event if it is there already.
    pub(crate) fn next_now(&mut self) -> Option<Value> {
        while let Some(Some(frame)) = self.frames.next().now_or_never() {
            if let Some(event) = self.take(&frame) {
                return Some(event);
            }
        }
        None
    }

    /// The next heartbeat, other events apart.
    pub(crate) async fn heartbeat(&mut self) -> Value {
        loop {
            let frame = self.frames.next().await.expect("the task goes on");
            if self.take(&frame).is_none() {
                return parsed(&frame);
            }
        }
    }

    /// The next event of this name.
    pub(crate) async fn until(&mut self, name: &str) -> Value {
        loop {
            let event = self.next().await;
            let event = event.unwrap_or_else(|| panic!("the task ended without {name}"));
            if event["type"] == name {
                return event;
            }
        }
    }

    /// Reads on until this is what the open section says.
    pub(crate) async fn until_open(&mut self, text: &str) {
        while self.open_text() != text {
            let event = self.next().await;
            assert!(event.is_some(), "the task ended at {:?}", self.held);
        }
    }

    /// Reads to the end; returns the terminal event.
    pub(crate) async fn reads_to_end(&mut self) -> Value {
        while self.next().await.is_some() {}
        let ended = self.held.ended.clone();
        ended.unwrap_or_else(|| panic!("there is no terminal event: {:?}", self.held))
    }

    pub(crate) fn open_text(&self) -> &str {
        self.held.open.as_ref().map_or("", |(.., text)| text)
    }

    /// Takes in a frame; heartbeats are not returned.
    fn take(&mut self, frame: &Frame) -> Option<Value> {
        let event = parsed(frame);
        assert_eq!(event["type"], frame.name);
        assert_eq!(self.held.ended, None, "nothing follows the end: {event}");
        let Some(cursor) = frame.cursor else {
            assert_eq!(frame.name, "heartbeat");
            return None;
        };
        match frame.name {
            "section_started" => {
                assert!(!self.announced, "announced twice: {event}");
                self.announced = true;
            }
            "validation" => {
                assert!(
                    !self.checked.contains(&event["check"]),
                    "told twice: {event}"
                );
                self.checked.push(event["check"].clone());
            }
            "section_completed" | "section_reset" | "reset" => {
                self.announced = false;
                self.checked.clear();
            }
            _ => {}
        }
        self.held.take(frame.name, &event);
        let before = self.held.cursor.replace(cursor.to_string());
        let place = |cursor: &str| {
            let (sequence, offset) = cursor.split_once('.').expect("a cursor");
            (
                sequence.parse::<u64>().expect("a number"),
                offset.parse::<usize>().expect("a number"),
            )
        };
        let (sequence, offset) = place(&cursor.to_string());
        let was = before.map_or(0, |before| place(&before).0);
        match frame.name {
            "reset" => assert_eq!((sequence, offset), (0, 0)),
            name => {
                let step = u64::from(STORED.contains(&name));
                assert_eq!(sequence, was + step, "{event}");
                assert_eq!(offset, self.open_text().len(), "{event}");
            }
        }
        Some(event)
    }
}

impl Held {
    fn take(&mut self, name: &str, event: &Value) {
        let text = |key: &str| event[key].as_str().unwrap_or_default().to_owned();
        match name {
            "section_started" => {
                assert!(self.open.as_ref().is_none_or(|(.., text)| text.is_empty()));
                self.open = Some((text("section"), text("title"), String::new()));
            }
            "llm_streaming" => {
                let (section, _, open) = self.open.as_mut().expect("the section was announced");
                assert_eq!(event["section"], **section);
                assert_ne!(event["token"], "");
                open.push_str(&text("token"));
                self.total_tokens = event["total_tokens"].as_u64().expect("a count");
                if let Some(partial_text) = event.get("partial_text") {
                    assert_eq!(*partial_text, self.plain_text());
                }
            }
            "validation" => {
                let (section, ..) = self.open.as_ref().expect("the section is open");
                assert_eq!(event["section"], **section);
            }
            "section_completed" => {
                let (section, title, open) = self.open.take().expect("the section was announced");
                assert_eq!(event["section"], section);
                assert_eq!(event["title"], title);
                if event["origin"] == "model" {
                    assert!(text("text").starts_with(&open), "{open:?} of {event}");
                }
                let index = event["index"].as_u64().expect("a place");
                assert_eq!(
                    self.sealed.insert(index, text("text")),
                    None,
                    "sealed is final"
                );
                self.titles.insert(index, title);
            }
            "section_reset" => self.open = None,
            "reset" => *self = Self::default(),
            "complete" | "error" | "cancelled" => {
                self.open = None;
                self.ended = Some(event.clone());
            }
            "status" | "notice" | "lot" | "sources" => {}
            name => panic!("an unknown event: {name}"),
        }
    }

    /// The answer so far, in the form of `partial_text`.
    fn plain_text(&self) -> String {
        let sealed = self.sealed.iter();
        let sealed = sealed.map(|(index, text)| (self.titles[index].as_str(), text.as_str()));
        let open = self.open.iter();
        let open = open.map(|(_, title, text)| (title.as_str(), text.as_str()));
        plain_text(sealed.chain(open))
    }
}

fn parsed(frame: &Frame) -> Value {
    assert!(!frame.data.contains('\n'), "data is one line");
    serde_json::from_str(&frame.data).expect("data is JSON")
}
