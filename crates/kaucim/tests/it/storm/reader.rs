//! One reader of one reading, over all its connections; it notices every broken promise.

use std::collections::BTreeMap;

use serde_json::Value;

/// One event as it came over the wire.
#[derive(Debug, Clone)]
pub(super) struct Heard {
    pub id: Option<String>,
    pub name: String,
    /// As it came, byte for byte.
    pub raw: String,
    pub data: Value,
}

/// Whether an event is stored, or only told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Kept,
    Told,
    /// Told, and no place to go on from.
    Heartbeat,
}

/// What a reader holds.
#[derive(Debug, Default)]
pub(super) struct Reader {
    /// What it sends when it comes back.
    pub cursor: Option<String>,
    /// How it ended: the name of the last event.
    pub ended: Option<String>,
    /// Sealed sections, by index.
    pub sealed: BTreeMap<u64, Value>,
    sequence: u64,
    /// The section that was announced last and has not ended.
    section: Option<Value>,
    /// Its text so far.
    open: String,
}

impl Heard {
    pub(super) fn new(id: Option<String>, name: &str, raw: String) -> Result<Self, String> {
        let data: Value = serde_json::from_str(&raw)
            .map_err(|error| format!("the data of `{name}` is no JSON: {error}"))?;
        Ok(Self {
            id,
            name: name.to_owned(),
            raw,
            data,
        })
    }

    pub(super) fn kind(&self) -> Result<Kind, String> {
        match self.name.as_str() {
            "heartbeat" => Ok(Kind::Heartbeat),
            "section_started" | "llm_streaming" | "validation" => Ok(Kind::Told),
            "status" | "notice" | "lot" | "sources" | "section_completed" | "section_reset" => {
                Ok(Kind::Kept)
            }
            name if is_end(name) => Ok(Kind::Kept),
            // The crowd sends no cursor but the server's own, so it is never sent back.
            name => Err(format!("`{name}` came, for which there is no reason")),
        }
    }

    /// The number of the last kept event, and the bytes of the open section.
    pub(super) fn place(&self) -> Result<(u64, u64), String> {
        let id = self.id.as_deref().unwrap_or_default();
        let place = id
            .split_once('.')
            .and_then(|(sequence, offset)| Some((sequence.parse().ok()?, offset.parse().ok()?)));
        place.ok_or_else(|| format!("`{}` has the id `{id}`", self.name))
    }
}

pub(super) fn is_end(name: &str) -> bool {
    matches!(name, "complete" | "error" | "cancelled")
}

impl Reader {
    /// A page that was reloaded: nothing is left of what it held.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// Takes in one event, or says which promise it breaks.
    pub(super) fn take(&mut self, heard: &Heard) -> Result<(), String> {
        let name = &heard.name;
        if let Some(end) = &self.ended {
            return Err(format!("`{name}` came after `{end}`"));
        }
        if heard.data["type"] != **name {
            return Err(format!("`{name}` calls itself {}", heard.data["type"]));
        }
        let kind = heard.kind()?;
        if kind == Kind::Heartbeat {
            return Ok(());
        }
        let (sequence, offset) = heard.place()?;
        let before = self.sequence;
        let expected = before + u64::from(kind == Kind::Kept);
        if sequence != expected {
            return Err(format!("`{name}` has number {sequence} after {before}"));
        }
        self.sequence = sequence;
        self.apply(heard)?;
        let held = self.open.len();
        if offset != held as u64 {
            return Err(format!(
                "`{name}` says {offset} bytes of the open section, {held} are held"
            ));
        }
        self.cursor.clone_from(&heard.id);
        Ok(())
    }

    fn apply(&mut self, heard: &Heard) -> Result<(), String> {
        let data = &heard.data;
        match heard.name.as_str() {
            "section_started" => match self.section.replace(data["section"].clone()) {
                None => Ok(()),
                Some(open) => Err(format!("{} started within {open}", data["section"])),
            },
            "llm_streaming" => {
                self.expect(&data["section"])?;
                self.open.push_str(data["token"].as_str().unwrap_or("?"));
                Ok(())
            }
            "validation" => self.expect(&data["section"]),
            "section_completed" => self.seal(data),
            "section_reset" => {
                if !data["section"].is_null() && self.section.is_some() {
                    self.expect(&data["section"])?;
                }
                self.close();
                Ok(())
            }
            name if is_end(name) => {
                self.close();
                self.ended = Some(name.to_owned());
                self.compare(data)
            }
            _ => Ok(()),
        }
    }

    fn expect(&self, section: &Value) -> Result<(), String> {
        if self.section.as_ref() == Some(section) {
            return Ok(());
        }
        let open = self.section.as_ref().map(Value::to_string);
        Err(format!(
            "something of {section} came while {} was open",
            open.as_deref().unwrap_or("nothing")
        ))
    }

    fn seal(&mut self, data: &Value) -> Result<(), String> {
        self.expect(&data["section"])?;
        let section = &data["section"];
        let text = data["text"].as_str().unwrap_or_default();
        if data["origin"] == "model" && !text.starts_with(&self.open) {
            return Err(format!(
                "the tokens of {section} are no beginning of its text: {:?} and {text:?}",
                self.open
            ));
        }
        if data["origin"] != "model" && !self.open.is_empty() {
            return Err(format!("{section} had tokens though no model wrote it"));
        }
        self.close();
        let index = data["index"].as_u64().unwrap_or_default();
        match self.sealed.insert(index, data.clone()) {
            None => Ok(()),
            Some(_) => Err(format!("{section} was sealed twice")),
        }
    }

    /// A whole reading has the seven sections that were sealed.
    fn compare(&self, data: &Value) -> Result<(), String> {
        let Some(result) = data.get("result") else {
            return Ok(());
        };
        let sections = result["sections"].as_array().map_or(&[][..], Vec::as_slice);
        if sections.len() != 7 || self.sealed.len() != 7 {
            let (has, sealed) = (sections.len(), self.sealed.len());
            return Err(format!("a result of {has} sections, {sealed} were sealed"));
        }
        same_sections(&self.sealed, sections)
    }

    fn close(&mut self) {
        self.section = None;
        self.open.clear();
    }
}

/// The sealed sections are these, in order, with the same text.
pub(super) fn same_sections(
    sealed: &BTreeMap<u64, Value>,
    sections: &[Value],
) -> Result<(), String> {
    if sealed.len() != sections.len() {
        let (sealed, shown) = (sealed.len(), sections.len());
        return Err(format!("{sealed} sections were sealed, {shown} are shown"));
    }
    for (event, section) in sealed.values().zip(sections) {
        for field in ["section", "index", "title", "text", "origin", "checks"] {
            let (held, shown) = (&event[field], &section[field]);
            if held != shown {
                let name = &event["section"];
                return Err(format!(
                    "the sealed {name} has changed its {field}: {held} was held, {shown} is shown"
                ));
            }
        }
    }
    Ok(())
}
