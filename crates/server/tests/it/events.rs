//! What a page makes of the events it is sent, holding every one of them to the contract.

use serde_json::Value;

/// One event as it came over the wire.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Event {
    pub id: Option<String>,
    pub name: String,
    pub data: Value,
}

/// A reading as its reader has it so far.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Page {
    /// The cursor of the last event that had one.
    pub cursor: String,
    /// Sealed sections, in the order of the reading.
    pub sealed: Vec<Value>,
    /// The section being written and its text.
    pub open: Option<(String, String)>,
    /// The terminal event.
    pub end: Option<Event>,
    /// How often open text was dropped.
    pub drops: usize,
    /// How often all was dropped.
    pub resets: usize,
    /// The task that all events belong to.
    task_id: Option<String>,
}

pub(crate) const TERMINAL: [&str; 3] = ["complete", "error", "cancelled"];

const DURABLE: [&str; 6] = [
    "status",
    "lot",
    "notice",
    "sources",
    "section_completed",
    "section_reset",
];

impl Page {
    /// Takes all events of a connection.
    #[track_caller]
    pub(crate) fn of(events: &[Event]) -> Self {
        let mut page = Self::default();
        for event in events {
            page.take(event);
        }
        page
    }

    /// Takes the next event.
    #[track_caller]
    pub(crate) fn take(&mut self, event: &Event) {
        let Event { id, name, data } = event;
        assert!(
            self.end.is_none(),
            "{event:?} came after the end {:?}",
            self.end
        );
        assert_eq!(data["type"], name.as_str(), "`type` repeats the name");
        let task_id = data["task_id"]
            .as_str()
            .expect("every event names its task");
        let own = self.task_id.get_or_insert_with(|| task_id.to_owned());
        assert_eq!(own, task_id, "an event of another task: {event:?}");
        if name == "heartbeat" {
            assert_eq!(*id, None, "a heartbeat has no id");
            assert!(data["elapsed_ms"].is_u64(), "{event:?}");
            return;
        }
        let id = id
            .as_deref()
            .expect("every event but a heartbeat has an id");
        let (sequence, offset) = place(id);
        let before = self.cursor_place();
        let is_durable = DURABLE.contains(&name.as_str()) || TERMINAL.contains(&name.as_str());
        if name != "reset" {
            let next = before.0 + u64::from(is_durable);
            assert_eq!(sequence, next, "after {}: {event:?}", self.cursor);
        }
        id.clone_into(&mut self.cursor);
        self.apply(event);
        let open = self.open.as_ref().map_or(0, |(_, text)| text.len() as u64);
        assert_eq!(
            offset, open,
            "the id tells the bytes of open text: {event:?}"
        );
    }

    #[track_caller]
    fn apply(&mut self, event: &Event) {
        let text = |field: &str| event.data[field].as_str().unwrap_or_default().to_owned();
        match event.name.as_str() {
            "status" | "lot" | "notice" | "sources" => {}
            "section_started" => {
                assert_eq!(event.data["of"], 7, "{event:?}");
                assert_eq!(self.open, None, "a section is open already: {event:?}");
                self.open = Some((text("section"), String::new()));
            }
            "llm_streaming" => {
                let (section, written) = self.open.as_mut().expect("text has a section");
                assert_eq!(*section, text("section"), "text of the open section");
                assert_ne!(text("token"), "", "an event without text");
                written.push_str(&text("token"));
            }
            "validation" => {
                assert!(event.data["check"].is_string(), "{event:?}");
                assert!(event.data["passed"].is_boolean(), "{event:?}");
            }
            "section_completed" => self.seal(event),
            "section_reset" => {
                self.drops += 1;
                self.open = None;
            }
            "reset" => {
                assert_eq!(
                    event.id.as_deref(),
                    Some("0.0"),
                    "a reset goes to the start"
                );
                *self = Self {
                    cursor: "0.0".to_owned(),
                    resets: self.resets + 1,
                    task_id: self.task_id.take(),
                    ..Self::default()
                };
            }
            name if TERMINAL.contains(&name) => {
                self.open = None;
                self.end = Some(event.clone());
            }
            name => panic!("an event that the contract does not know: {name}"),
        }
    }

    #[track_caller]
    fn seal(&mut self, event: &Event) {
        let data = &event.data;
        let (section, written) = self
            .open
            .take()
            .expect("a section starts before it is sealed");
        assert_eq!(
            data["section"],
            section.as_str(),
            "the open section is sealed"
        );
        let whole = data["text"].as_str().expect("a sealed section has text");
        if data["origin"] == "model" {
            assert!(
                whole.starts_with(&written),
                "the tokens of {section} are no prefix of it:\n{written}\n{whole}"
            );
        }
        let again = self
            .sealed
            .iter()
            .any(|sealed| sealed["section"] == section);
        assert!(!again, "{section} is sealed twice");
        self.sealed.push(data.clone());
        self.sealed.sort_by_key(|sealed| sealed["index"].as_u64());
    }

    /// The result of a reading that is complete.
    #[track_caller]
    pub(crate) fn result(&self) -> &Value {
        let end = self.end.as_ref().expect("the reading has an end");
        assert_eq!(end.name, "complete", "{end:?}");
        &end.data["result"]
    }

    /// Asserts that the reading is complete and that what was shown is what it came to.
    #[track_caller]
    pub(crate) fn assert_complete(&self) {
        let result = self.result();
        let sections = result["sections"]
            .as_array()
            .expect("a result has sections");
        assert_eq!(sections.len(), 7, "a reading has seven sections");
        assert_eq!(
            self.sealed.len(),
            7,
            "every section was sealed for the reader"
        );
        for (shown, kept) in self.sealed.iter().zip(sections) {
            for field in ["section", "index", "title", "text", "origin", "checks"] {
                assert_eq!(shown[field], kept[field], "`{field}` as shown and as kept");
            }
        }
        assert_eq!(
            result["text"],
            self.whole_text().as_str(),
            "`text` is the sections"
        );
    }

    /// The answer so far, in the form of `partial_text`: sealed sections in order, then the open.
    pub(crate) fn whole_text(&self) -> String {
        let of = |section: &Value| {
            let part = |field: &str| section[field].as_str().unwrap_or_default().to_owned();
            format!("{}\n{}", part("title"), part("text"))
        };
        let sealed: Vec<_> = self.sealed.iter().map(of).collect();
        sealed.join("\n\n")
    }

    fn cursor_place(&self) -> (u64, u64) {
        if self.cursor.is_empty() {
            (0, 0)
        } else {
            place(&self.cursor)
        }
    }
}

/// Sequence and offset of an id.
#[track_caller]
pub(crate) fn place(id: &str) -> (u64, u64) {
    let (sequence, offset) = id.split_once('.').expect("an id is sequence.offset");
    let number = |text: &str| text.parse().expect("an id is made of numbers");
    (number(sequence), number(offset))
}

/// The names of events, without heartbeats.
pub(crate) fn names(events: &[Event]) -> Vec<&str> {
    let names = events.iter().map(|event| event.name.as_str());
    names.filter(|name| *name != "heartbeat").collect()
}
