//! Shows the events of a task in a terminal, or prints them as JSON lines.

use std::io;

use serde_json::Value;

use crate::{exit::Failed, output};

/// How a task ended.
pub(super) enum End {
    Completed,
    Cancelled,
    Failed(String),
}

/// Prints events as they come.
pub(super) struct Show {
    json: bool,
    colour: bool,
    phase: String,
    /// Bytes of the open section that were printed: the seal may overtake its last words.
    printed: usize,
}

const BOLD: &str = "\x1b[1m";
const FAINT: &str = "\x1b[2m";
const RED: &str = "\x1b[31m";
const PLAIN: &str = "\x1b[0m";

impl Show {
    /// One JSON object a line, as a client of the API gets them.
    pub(super) fn json() -> Self {
        Self {
            json: true,
            colour: false,
            phase: String::new(),
            printed: 0,
        }
    }

    pub(super) fn text(colour: bool) -> Self {
        Self {
            json: false,
            colour,
            phase: String::new(),
            printed: 0,
        }
    }

    /// Shows one event; says so when it was the last.
    pub(super) fn event(&mut self, name: &str, data: &str) -> Result<Option<End>, Failed> {
        let value: Value = serde_json::from_str(data).map_err(anyhow::Error::from)?;
        let shown = if self.json {
            output::print(&format!("{data}\n"))
        } else {
            self.words(name, &value)
        };
        shown.map_err(anyhow::Error::from)?;
        Ok(match name {
            "complete" => Some(End::Completed),
            "cancelled" => Some(End::Cancelled),
            "error" => Some(End::Failed(text(&value, "message").to_owned())),
            _ => None,
        })
    }

    fn words(&mut self, name: &str, value: &Value) -> io::Result<()> {
        match name {
            "lot" => self.lot(&value["lot"]),
            "notice" => {
                output::tell(&self.painted(FAINT, &format!("· {}", text(value, "message"))));
                Ok(())
            }
            "heartbeat" => {
                self.waiting(value);
                Ok(())
            }
            "section_started" => {
                self.printed = 0;
                self.heading(text(value, "title"))
            }
            "llm_streaming" => {
                let token = text(value, "token");
                self.printed += token.len();
                output::print(token)
            }
            "section_reset" => {
                self.printed = 0;
                output::print("\n")?;
                output::tell(&self.painted(FAINT, "  (this section is written again)"));
                Ok(())
            }
            "section_completed" => {
                let printed = std::mem::take(&mut self.printed);
                // What was printed is a beginning of the text, unless the deck wrote it.
                let rest = text(value, "text").get(printed..).unwrap_or_default();
                output::print(&format!("{rest}\n"))
            }
            "complete" => self.closing(&value["result"]),
            _ => Ok(()),
        }
    }

    /// The slip: title, number, grade and poem.
    fn lot(&self, lot: &Value) -> io::Result<()> {
        let title = self.painted(BOLD, text(lot, "title"));
        let grade = match lot["grade"].as_str() {
            Some(grade) => self.painted(RED, grade),
            None => String::new(),
        };
        output::print(&format!("\n  {title}  №{}  {grade}\n\n", lot["number"]))?;
        for line in lot["verse"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
        {
            output::print(&format!("      {line}\n"))?;
        }
        Ok(())
    }

    fn heading(&self, title: &str) -> io::Result<()> {
        output::print(&format!("\n{}\n", self.painted(BOLD, title)))
    }

    /// What the task is doing, once for each change.
    fn waiting(&mut self, heartbeat: &Value) {
        let phase = text(heartbeat, "phase");
        let ahead = heartbeat["position"]
            .as_u64()
            .unwrap_or(1)
            .saturating_sub(1);
        let words = match phase {
            "waiting_for_model" => "waiting for the model …".to_owned(),
            "thinking" => "the model is thinking …".to_owned(),
            "storage_unavailable" => "the storage does not answer; waiting …".to_owned(),
            // The next one in line waits too shortly to be told.
            "queued" if ahead > 0 => format!("waiting: {ahead} ahead …"),
            _ => String::new(),
        };
        if phase != self.phase && !words.is_empty() {
            output::tell(&self.painted(FAINT, &words));
        }
        self.phase = phase.to_owned();
    }

    fn closing(&self, result: &Value) -> io::Result<()> {
        let disclaimer = text(result, "disclaimer");
        let line = match result["model"]["name"].as_str() {
            Some(name) => format!("{disclaimer} ({name})"),
            None => disclaimer.to_owned(),
        };
        output::print(&format!("\n{}\n", self.painted(FAINT, &line)))
    }

    fn painted(&self, paint: &str, words: &str) -> String {
        if self.colour {
            format!("{paint}{words}{PLAIN}")
        } else {
            words.to_owned()
        }
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}
