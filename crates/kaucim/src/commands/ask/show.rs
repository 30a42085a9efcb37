//! Shows the events of a task in a terminal, or prints them as JSON lines.

use serde_json::Value;

use crate::{exit::Failed, output};

/// How a task ended.
pub(super) enum End {
    Completed,
    Cancelled,
    Failed(String),
}

/// Prints events as they come.
pub(in crate::commands) struct Show {
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

    pub(in crate::commands) fn text(colour: bool) -> Self {
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
            format!("{data}\n")
        } else {
            self.words(name, &value)
        };
        output::print(&shown)?;
        Ok(match name {
            "complete" => Some(End::Completed),
            "cancelled" => Some(End::Cancelled),
            "error" => Some(End::Failed(text(&value, "message").to_owned())),
            _ => None,
        })
    }

    /// What an event adds to standard output; waiting and notices go to standard error.
    fn words(&mut self, name: &str, value: &Value) -> String {
        match name {
            "lot" => self.lot(&value["lot"]),
            "notice" => {
                // Who can help stands in lines of its own.
                let message = format!("· {}", text(value, "message").replace('\n', "\n  "));
                let is_grave = text(value, "kind") == "safety";
                output::tell(&if is_grave {
                    message
                } else {
                    self.painted(FAINT, &message)
                });
                String::new()
            }
            "heartbeat" => {
                self.waiting(value);
                String::new()
            }
            "section_started" => {
                self.printed = 0;
                format!("\n{}\n", self.painted(BOLD, text(value, "title")))
            }
            "llm_streaming" => {
                let token = text(value, "token");
                self.printed += token.len();
                token.to_owned()
            }
            "section_reset" => {
                self.printed = 0;
                output::tell(&self.painted(FAINT, "\n  (this section is written again)"));
                String::new()
            }
            "section_completed" => {
                let printed = std::mem::take(&mut self.printed);
                if let Some(failed) = failed(&value["checks"]) {
                    let words = format!("\n  (not every check was passed: {failed})");
                    output::tell(&self.painted(FAINT, &words));
                }
                // What was printed is a beginning of the text.
                let rest = text(value, "text").get(printed..).unwrap_or_default();
                format!("{rest}\n")
            }
            "complete" => self.closing(&value["result"]),
            _ => String::new(),
        }
    }

    /// The slip: title, number, grade and poem.
    pub(in crate::commands) fn lot(&self, lot: &Value) -> String {
        let title = self.painted(BOLD, text(lot, "title"));
        let grade = match lot["grade"].as_str() {
            Some(grade) => self.painted(RED, grade),
            None => String::new(),
        };
        let verse = lot["verse"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str);
        let verse: Vec<_> = verse.map(|line| format!("      {line}")).collect();
        format!(
            "\n  {title}  №{}  {grade}\n\n{}\n",
            lot["number"],
            verse.join("\n")
        )
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

    fn closing(&self, result: &Value) -> String {
        let disclaimer = text(result, "disclaimer");
        let line = match result["model"]["name"].as_str() {
            Some(name) => format!("{disclaimer} ({name})"),
            None => disclaimer.to_owned(),
        };
        format!("\n{}\n", self.painted(FAINT, &line))
    }

    fn painted(&self, paint: &str, words: &str) -> String {
        if self.colour {
            format!("{paint}{words}{PLAIN}")
        } else {
            words.to_owned()
        }
    }
}

/// The checks that a section has failed, if any.
fn failed(checks: &Value) -> Option<String> {
    let checks = checks.as_array().into_iter().flatten();
    let failed = checks.filter(|check| check["passed"] == false);
    let names: Vec<&str> = failed.map(|check| text(check, "check")).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(events: &[(&str, Value)], expected: &str) {
        let mut show = Show::text(false);
        let shown: String = events
            .iter()
            .map(|(name, data)| show.words(name, data))
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_seal_that_overtakes_the_last_words_brings_them() {
        let started = ("section_started", json!({ "title": "In short" }));
        let token = |token: &str| ("llm_streaming", json!({ "token": token }));
        let completed = ("section_completed", json!({ "text": "緣分已近，慢慢走。" }));
        let whole = "\nIn short\n緣分已近，慢慢走。\n";
        check(&[started.clone(), completed.clone()], whole);
        check(
            &[started.clone(), token("緣分已"), completed.clone()],
            whole,
        );
        check(
            &[
                started.clone(),
                token("緣分已近，"),
                token("慢慢走。"),
                completed,
            ],
            whole,
        );
        let reset = ("section_reset", json!({ "section": null }));
        let other = ("section_completed", json!({ "text": "另一段。" }));
        let twice = [started.clone(), token("緣"), reset, started, other];
        check(&twice, "\nIn short\n緣\nIn short\n另一段。\n");
    }
}
