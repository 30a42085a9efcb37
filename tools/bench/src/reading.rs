//! What a reader of the server's stream held, and whether all of it was right.

use std::collections::HashMap;

use anyhow::{Context, bail, ensure};
use llmsim::Times;
use serde::Deserialize;

use crate::{delivery::Arrival, events::Event};

/// A reading as its reader came by it.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    pub(crate) arrivals: Vec<Arrival>,
    /// When the poem came, in microseconds since 1970.
    pub(crate) poem_us: Option<u64>,
    /// When anything of the task came.
    pub(crate) first_us: Option<u64>,
    /// Texts of the sealed sections, by name.
    sealed: HashMap<String, String>,
    complete: bool,
    /// The open section and its text.
    open: Option<(String, String)>,
}

/// The fields that matter, of whichever event has them.
#[derive(Debug, Deserialize)]
struct Data {
    section: Option<String>,
    token: Option<String>,
    text: Option<String>,
    origin: Option<String>,
}

impl Reading {
    /// Reads the events in order.
    ///
    /// # Errors
    /// The stream says two things that cannot both be true, or something was lost or came twice.
    pub(crate) fn of(events: &[Event<'_>]) -> anyhow::Result<Self> {
        let mut reading = Self::default();
        for event in events {
            ensure!(!reading.complete, "an event came after the end");
            reading.first_us.get_or_insert(event.us);
            match event.name {
                "lot" => reading.poem_us = Some(event.us),
                "llm_streaming" => reading.token(event)?,
                "section_completed" => reading.seal(event)?,
                "section_reset" => reading.drop_open(),
                "complete" => reading.complete = true,
                "error" | "cancelled" | "reset" => bail!("it ended: {}", event.data),
                _ => {}
            }
        }
        Ok(reading)
    }

    /// Whether the reader came by the whole of what the model wrote.
    ///
    /// # Errors
    /// It did not; the text says what is wrong.
    pub(crate) fn check(&self, sent: &Times) -> anyhow::Result<()> {
        ensure!(self.complete, "it did not end");
        ensure!(
            self.sealed.len() == sent.sections.len(),
            "{} of {} sections",
            self.sealed.len(),
            sent.sections.len()
        );
        for (index, name) in sent.sections.iter().enumerate() {
            let tokens = sent.tokens.iter().rev();
            let last = tokens
                .filter(|token| token.section == Some(index))
                .max_by_key(|t| t.bytes);
            let bytes = last.map_or(0, |token| token.bytes);
            let held = self.sealed.get(name).map_or(0, String::len);
            ensure!(held == bytes, "{name}: {held} of {bytes} bytes");
        }
        Ok(())
    }

    fn token(&mut self, event: &Event<'_>) -> anyhow::Result<()> {
        let data: Data = serde_json::from_str(event.data)?;
        let section = data.section.context("a token without a section")?;
        let token = data.token.context("a token without text")?;
        let (open, text) = self
            .open
            .get_or_insert_with(|| (section.clone(), String::new()));
        ensure!(*open == section, "{section} began inside {open}");
        text.push_str(&token);
        let offset = event
            .id
            .split_once('.')
            .and_then(|(_, offset)| offset.parse().ok());
        ensure!(
            offset == Some(text.len()),
            "{} bytes of {section} stand at {}",
            text.len(),
            event.id
        );
        self.arrivals.push(Arrival {
            us: event.us,
            section,
            bytes: text.len(),
        });
        Ok(())
    }

    fn seal(&mut self, event: &Event<'_>) -> anyhow::Result<()> {
        let data: Data = serde_json::from_str(event.data)?;
        let section = data.section.context("a seal without a section")?;
        let sealed = data.text.context("a seal without text")?;
        ensure!(
            data.origin.as_deref() == Some("model"),
            "{section} is not the model's"
        );
        if let Some((open, text)) = self.open.take() {
            ensure!(open == section, "{section} was sealed inside {open}");
            ensure!(
                sealed.starts_with(&text),
                "{section} was sealed with another text"
            );
        }
        self.arrivals.push(Arrival {
            us: event.us,
            section: section.clone(),
            bytes: sealed.len(),
        });
        let before = self.sealed.insert(section, sealed);
        ensure!(before.is_none(), "a section was sealed twice");
        Ok(())
    }

    fn drop_open(&mut self) {
        if let Some((section, _)) = self.open.take() {
            self.arrivals.retain(|arrival| arrival.section != section);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(id: &'static str, data: &'static str) -> Event<'static> {
        event("llm_streaming", id, data)
    }

    fn event(name: &'static str, id: &'static str, data: &'static str) -> Event<'static> {
        Event {
            us: 9,
            name,
            id,
            data,
        }
    }

    #[test]
    fn a_reset_takes_back_what_was_open() {
        let reading = Reading::of(&[
            event("lot", "1.0", "{}"),
            token("1.3", r#"{"section":"a","token":"月"}"#),
            event("section_reset", "2.0", r#"{"section":"a"}"#),
            token("2.3", r#"{"section":"a","token":"光"}"#),
            event(
                "section_completed",
                "3.0",
                r#"{"section":"a","text":"光","origin":"model"}"#,
            ),
            event("complete", "4.0", "{}"),
        ]);
        let reading = reading.unwrap();
        let bytes: Vec<_> = reading
            .arrivals
            .iter()
            .map(|arrival| arrival.bytes)
            .collect();
        assert_eq!(bytes, [3, 3]);
        assert_eq!((reading.poem_us, reading.complete), (Some(9), true));
    }

    #[test]
    fn what_was_lost_or_came_twice_is_seen() {
        let lost = [token("1.6", r#"{"section":"a","token":"月"}"#)];
        let twice = [
            token("1.3", r#"{"section":"a","token":"月"}"#),
            token("1.3", r#"{"section":"a","token":"月"}"#),
        ];
        let other = [
            token("1.3", r#"{"section":"a","token":"月"}"#),
            event(
                "section_completed",
                "2.0",
                r#"{"section":"a","text":"光明","origin":"model"}"#,
            ),
        ];
        assert!(Reading::of(&lost).is_err());
        assert!(Reading::of(&twice).is_err());
        assert!(Reading::of(&other).is_err());
    }
}
