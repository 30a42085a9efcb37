//! What a reader holds who does as the contract says, and how a stream can break its promises.

use std::collections::BTreeMap;

use anyhow::{Context, bail, ensure};
use serde_json::Value;

use crate::stream::Event;

/// The sections, as the contract names them.
pub(crate) const SECTIONS: [&str; 7] = [
    "line_by_line_interpretation",
    "overall_development",
    "positive_factors",
    "challenges",
    "suggested_actions",
    "supplementary_notes",
    "conclusion",
];

/// Sealed sections, open text and the end.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Held {
    /// By index.
    pub sealed: BTreeMap<u64, String>,
    open: Option<(String, String)>,
    /// The terminal event.
    pub end: Option<Event>,
    /// How often open text was dropped.
    pub resets: u32,
    /// Characters that came as tokens, and stayed.
    pub streamed: usize,
    place: Option<(u64, u64)>,
}

impl Held {
    /// Takes in one event, or says which promise it breaks.
    pub(crate) fn take(&mut self, event: &Event) -> anyhow::Result<()> {
        if let Some(end) = &self.end {
            bail!(
                "`{}` comes after the end, which is `{}`",
                event.name,
                end.name
            );
        }
        ensure!(
            event.data["type"] == *event.name,
            "`{}` has another `type`: {}",
            event.name,
            event.data["type"]
        );
        self.place(event)?;
        match event.name.as_str() {
            "section_started" => {
                let section = event.text("section")?;
                let begun = (section.to_owned(), String::new());
                if let Some((open, text)) = self.open.replace(begun) {
                    ensure!(
                        text.is_empty(),
                        "`{section}` begins while `{open}` is open, neither sealed nor reset"
                    );
                }
            }
            "llm_streaming" => self.token(event)?,
            "section_completed" => self.seal(event)?,
            "section_reset" => {
                self.resets += 1;
                self.open = None;
            }
            "reset" => *self = Self::default(),
            _ if event.is_end() => self.end = Some(event.clone()),
            _ => {}
        }
        Ok(())
    }

    /// All events of a stream to its end.
    pub(crate) fn of(events: &[Event]) -> anyhow::Result<Self> {
        let mut held = Self::default();
        for event in events {
            held.take(event)?;
        }
        Ok(held)
    }

    /// Compares sections with what a result or a document has.
    pub(crate) fn is_that_of(&self, sections: &Value) -> anyhow::Result<()> {
        let sections = sections.as_array().context("no list of sections")?;
        for (index, section) in &self.sealed {
            let same = sections.iter().find(|one| one["index"] == *index);
            let same = same.with_context(|| format!("section {index} is not there"))?;
            ensure!(
                same["text"] == **section,
                "section {index} reads `{section}` in the stream, and {} there",
                same["text"]
            );
        }
        Ok(())
    }

    /// Places only go forward; heartbeats have none.
    fn place(&mut self, event: &Event) -> anyhow::Result<()> {
        let Some(id) = &event.id else {
            let needs_none = matches!(
                event.name.as_str(),
                "heartbeat" | "validation" | "section_started"
            );
            ensure!(needs_none, "`{}` has no id", event.name);
            return Ok(());
        };
        ensure!(event.name != "heartbeat", "a heartbeat has the id `{id}`");
        let (sequence, offset) = id
            .split_once('.')
            .with_context(|| format!("the id `{id}`"))?;
        let place = (sequence.parse()?, offset.parse()?);
        if let Some(before) = self.place.filter(|_| event.name != "reset") {
            ensure!(
                place >= before,
                "the id `{id}` of `{}` comes after {}.{}",
                event.name,
                before.0,
                before.1
            );
            ensure!(
                !event.is_kept() || place.0 > before.0,
                "two kept events have the sequence {}",
                place.0
            );
        }
        self.place = Some(place);
        Ok(())
    }

    fn token(&mut self, event: &Event) -> anyhow::Result<()> {
        let (section, token) = (event.text("section")?, event.text("token")?);
        ensure!(!token.is_empty(), "an event without text: {}", event.data);
        match &mut self.open {
            Some((open, text)) if open == section => text.push_str(token),
            Some((open, _)) => bail!("text of `{section}` comes while `{open}` is open"),
            None => bail!("text of `{section}` comes before `section_started`"),
        }
        Ok(())
    }

    fn seal(&mut self, event: &Event) -> anyhow::Result<()> {
        let (section, text) = (event.text("section")?, event.text("text")?);
        let index = event.data["index"].as_u64().context("no index")?;
        let place = usize::try_from(index).unwrap_or_default();
        ensure!(
            place > 0 && SECTIONS.get(place - 1) == Some(&section),
            "`{section}` has the index {index}"
        );
        let open = self.open.take().filter(|(open, _)| open == section);
        let open = open.map(|(_, text)| text).unwrap_or_default();
        if event.data["origin"] == "model" {
            ensure!(
                text.starts_with(&open),
                "`{section}` was shown as `{}` and sealed as `{}`",
                from_difference(&open, text),
                from_difference(text, &open)
            );
            self.streamed += open.len();
        }
        let earlier = self.sealed.insert(index, text.to_owned());
        ensure!(earlier.is_none(), "`{section}` is sealed twice");
        Ok(())
    }
}

/// What stands where two texts begin to differ, and a little before it.
fn from_difference(text: &str, other: &str) -> String {
    let same = text.chars().zip(other.chars()).take_while(|(a, b)| a == b);
    let from = same.count().saturating_sub(10);
    text.chars().skip(from).take(40).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(id: &str, mut data: Value, name: &str) -> Event {
        data["type"] = name.into();
        Event {
            id: (!id.is_empty()).then(|| id.to_owned()),
            name: name.to_owned(),
            data,
        }
    }

    fn token(id: &str, token: &str) -> Event {
        let data = json!({ "section": "conclusion", "token": token });
        event(id, data, "llm_streaming")
    }

    fn sealed(id: &str, text: &str) -> Event {
        let data = json!({ "section": "conclusion", "index": 7, "text": text, "origin": "model" });
        event(id, data, "section_completed")
    }

    fn started() -> Event {
        event(
            "4.00",
            json!({ "section": "conclusion" }),
            "section_started",
        )
    }

    #[test]
    fn a_good_stream_is_held() {
        let end = event("6.0", json!({}), "complete");
        let events = [
            started(),
            token("4.2", "ab"),
            token("4.3", "c"),
            sealed("5.0", "abc"),
            end,
        ];
        let held = Held::of(&events).unwrap();
        assert_eq!((held.sealed[&7].as_str(), held.streamed), ("abc", 3));
    }

    #[test]
    fn every_broken_promise_is_named() {
        let end = || event("6.0", json!({}), "complete");
        for (events, told) in [
            (vec![end(), end()], "comes after the end"),
            (
                vec![started(), token("4.2", "ab"), sealed("5.0", "b")],
                "sealed as",
            ),
            (
                vec![started(), token("4.0", "ab"), started()],
                "neither sealed nor reset",
            ),
            (vec![token("4.2", "ab")], "before `section_started`"),
            (vec![sealed("5.0", "a"), sealed("6.0", "a")], "sealed twice"),
            (
                vec![sealed("5.0", "a"), sealed("5.0", "a")],
                "have the sequence",
            ),
            (
                vec![sealed("5.0", "a"), token("4.9", "a")],
                "comes after 5.0",
            ),
            (
                vec![event("1.0", json!({}), "heartbeat")],
                "heartbeat has the id",
            ),
            (vec![event("", json!({}), "complete")], "has no id"),
        ] {
            let error = Held::of(&events).unwrap_err().to_string();
            assert!(error.contains(told), "{told}: {error}");
        }
    }
}
