//! Shows the events of a task in a terminal, or prints them as JSON lines.

use kaucim_fortune::Language;
use serde_json::Value;

use crate::{
    environment::Environment,
    exit::Failed,
    output::{self, Wrap},
};

mod slip;

/// How a task ended.
pub(super) enum End {
    Completed,
    Cancelled,
    Failed(String),
}

/// Prints events as they come. Somebody who watches a terminal sees sections being written; a file
/// or a pipe gets each when it is sealed, since nothing can be taken back from there.
pub(in crate::commands) struct Show {
    json: bool,
    colour: bool,
    is_watched: bool,
    /// What the reader reads, as far as that is known.
    language: Option<Language>,
    /// Breaks lines where somebody watches a terminal of known width.
    wrap: Option<Wrap>,
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
            ..Self::text(false, false)
        }
    }

    /// For standard output as it is: a terminal, with or without colours, or a file.
    pub(in crate::commands) fn for_output(environment: &Environment) -> Self {
        let is_watched = output::is_terminal();
        let mut show = Self::text(is_watched && environment.no_color.is_none(), is_watched);
        show.wrap = output::columns().map(Wrap::new);
        show
    }

    /// For a file or a pipe.
    pub(in crate::commands) fn for_file() -> Self {
        Self::text(false, false)
    }

    /// Whether somebody sees what is printed.
    pub(super) fn is_watched(&self) -> bool {
        self.is_watched
    }

    fn text(colour: bool, is_watched: bool) -> Self {
        Self {
            json: false,
            colour,
            is_watched,
            language: None,
            wrap: None,
            phase: String::new(),
            printed: 0,
        }
    }

    /// Says a verse in this language as well, where the deck has it.
    pub(super) fn read_in(mut self, language: Option<Language>) -> Self {
        self.language = language;
        self
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

    /// What an event adds to standard output; waiting and passing news go to standard error.
    fn words(&mut self, name: &str, value: &Value) -> String {
        match name {
            "lot" => self.lot(&value["lot"]),
            "notice" => self.notice(value),
            "heartbeat" => {
                self.waiting(value);
                String::new()
            }
            "section_started" if self.is_watched => {
                self.printed = 0;
                let of = (value["index"].as_u64(), value["of"].as_u64());
                let place = match of {
                    (Some(index), Some(of)) => format!("  {index}/{of}"),
                    _ => String::new(),
                };
                let title = self.painted(BOLD, text(value, "title"));
                format!("\n{title}{}\n", self.painted(FAINT, &place))
            }
            "llm_streaming" if self.is_watched => {
                let token = text(value, "token");
                self.printed += token.len();
                self.wrapped(token)
            }
            "section_reset" if self.is_watched => {
                self.printed = 0;
                let open = self.line_ended();
                let words =
                    self.painted(FAINT, "  (what stands above is dropped, and written again)");
                format!("{open}\n{words}\n")
            }
            "section_completed" => self.sealed(value),
            "complete" => self.closing(&value["result"]),
            // What is told next stands on a line of its own, wherever the words had come to.
            "cancelled" | "error" if self.printed > 0 => {
                self.printed = 0;
                format!("{}\n", self.line_ended())
            }
            _ => String::new(),
        }
    }

    /// A reading that was kept, in the form in which it was shown while it was written.
    pub(in crate::commands) fn document(&mut self, document: &Value) -> String {
        let list = |name: &str| document[name].as_array().into_iter().flatten();
        self.language = text(document, "language").parse().ok();
        let question = self.laid_out(&output::plain(text(document, "question")), 0);
        let mut shown = format!("{}\n", self.painted(BOLD, &question));
        if let Some(first) = document["follows"].as_str() {
            let first = first.get(first.len().saturating_sub(8)..).unwrap_or(first);
            let words = format!("one more question on the lot of {first}");
            shown += &self.painted(FAINT, &words);
            shown.push('\n');
        }
        shown += &self.lot(&document["lot"]);
        for notice in list("notices") {
            shown += &self.notice(notice);
        }
        for section in list("sections") {
            shown += &self.head(section);
            shown += &self.sealed_text(section);
        }
        match text(document, "status") {
            "completed" => shown + &self.closing(&document["result"]),
            status => {
                let why = text(&document["error"], "message");
                let words = format!("{status}  {why}");
                shown + &format!("\n{}\n", self.painted(FAINT, words.trim_end()))
            }
        }
    }

    /// Words of care belong to the reading, which may speak of them; the rest is news.
    fn notice(&self, notice: &Value) -> String {
        // Who can help stands in lines of its own.
        let message = self.laid_out(text(notice, "message"), 2);
        let message = format!("· {}", message.replace('\n', "\n  "));
        if text(notice, "kind") == "safety" {
            return format!("{message}\n");
        }
        output::tell(&self.painted(FAINT, &message));
        String::new()
    }

    fn head(&self, section: &Value) -> String {
        format!("\n{}\n", self.painted(BOLD, text(section, "title")))
    }

    /// A section that is final: what was not printed of it, and how its checks went.
    fn sealed(&mut self, section: &Value) -> String {
        let head = if self.is_watched {
            String::new()
        } else {
            self.head(section)
        };
        head + &self.sealed_text(section)
    }

    fn sealed_text(&mut self, section: &Value) -> String {
        let printed = std::mem::take(&mut self.printed);
        // What was printed is a beginning of the text.
        let rest = text(section, "text").get(printed..).unwrap_or_default();
        let rest = self.wrapped(rest) + &self.line_ended();
        let mark = match checked(&section["checks"]) {
            Checked::Failed(names) => format!("(not every check was passed: {names})"),
            Checked::Passed(count) if self.is_watched => format!("✓ {count} checks passed"),
            Checked::Passed(_) | Checked::Nothing => return format!("{rest}\n"),
        };
        let mark = self.laid_out(&mark, 2).replace('\n', "\n  ");
        format!("{rest}\n{}\n", self.painted(FAINT, &format!("  {mark}")))
    }

    fn wrapped(&mut self, words: &str) -> String {
        match &mut self.wrap {
            Some(wrap) => wrap.push(words),
            None => words.to_owned(),
        }
    }

    /// The word that was held back.
    fn line_ended(&mut self) -> String {
        self.wrap.as_mut().map(Wrap::finish).unwrap_or_default()
    }

    /// A text that is there as a whole, in lines that leave so many columns before them.
    fn laid_out(&self, words: &str, indent: usize) -> String {
        match &self.wrap {
            Some(wrap) => wrap.lay_out(words, indent),
            None => words.to_owned(),
        }
    }

    /// What the task is doing, once for each change.
    fn waiting(&mut self, heartbeat: &Value) {
        let phase = text(heartbeat, "phase");
        let ahead = heartbeat["position"]
            .as_u64()
            .unwrap_or(1)
            .saturating_sub(1);
        let words = match phase {
            "waiting_for_model" => match heartbeat["estimate_ms"].as_u64() {
                Some(whole) => format!(
                    "waiting for the model; readings usually take {} s in all …",
                    whole.div_ceil(1000)
                ),
                None => "waiting for the model …".to_owned(),
            },
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
        let line = self.laid_out(&line, 0);
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

/// How the checks of a section went.
enum Checked {
    /// There were none: the deck's own words are not checked.
    Nothing,
    Passed(usize),
    Failed(String),
}

fn checked(checks: &Value) -> Checked {
    let checks = checks.as_array().map_or(&[][..], Vec::as_slice);
    let failed = checks.iter().filter(|check| check["passed"] == false);
    let names: Vec<&str> = failed.map(|check| text(check, "check")).collect();
    match checks.len() {
        _ if !names.is_empty() => Checked::Failed(names.join(", ")),
        0 => Checked::Nothing,
        count => Checked::Passed(count),
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(is_watched: bool, events: &[(&str, Value)]) -> String {
        let mut show = Show::text(false, is_watched);
        let shown = events.iter().map(|(name, data)| show.words(name, data));
        shown.collect()
    }

    fn token(token: &str) -> (&'static str, Value) {
        ("llm_streaming", json!({ "token": token }))
    }

    #[test]
    fn a_seal_that_overtakes_the_last_words_brings_them() {
        let started = ("section_started", json!({ "title": "In short" }));
        let completed = (
            "section_completed",
            json!({ "title": "In short", "text": "緣分已近，慢慢走。" }),
        );
        let tokens: [&[&str]; 3] = [&[], &["緣分已"], &["緣分已近，", "慢慢走。"]];
        for tokens in tokens {
            let mut events = vec![started.clone()];
            events.extend(tokens.iter().map(|one| token(one)));
            events.push(completed.clone());
            for is_watched in [true, false] {
                let whole = "\nIn short\n緣分已近，慢慢走。\n";
                assert_eq!(shown(is_watched, &events), whole);
            }
        }
    }

    #[test]
    fn a_line_that_was_open_at_the_end_is_ended() {
        let started = ("section_started", json!({ "title": "In short" }));
        let cancelled = ("cancelled", json!({}));
        let events = [started.clone(), token("慢慢"), cancelled.clone()];
        assert_eq!(shown(true, &events), "\nIn short\n慢慢\n");
        assert_eq!(shown(false, &events), "");
        assert_eq!(shown(true, &[started, cancelled]), "\nIn short\n");
    }

    #[test]
    fn a_section_says_its_place_and_how_its_checks_went() {
        let started = json!({ "title": "In short", "index": 7, "of": 7 });
        let checks = json!([{ "check": "length", "passed": true }]);
        let completed = json!({ "title": "In short", "text": "慢慢走。", "checks": checks });
        let events = [
            ("section_started", started),
            ("section_completed", completed),
        ];
        assert_eq!(
            shown(true, &events),
            "\nIn short  7/7\n慢慢走。\n  ✓ 1 checks passed\n"
        );
        assert_eq!(shown(false, &events), "\nIn short\n慢慢走。\n");
    }

    #[test]
    fn what_was_dropped_is_called_so_and_never_reaches_a_file() {
        let started = ("section_started", json!({ "title": "In short" }));
        let reset = ("section_reset", json!({ "section": null }));
        let checks = json!([{ "check": "length", "passed": false }]);
        let completed = (
            "section_completed",
            json!({ "title": "In short", "text": "另一段。", "checks": checks }),
        );
        let care = json!({ "kind": "safety", "message": "Call 1925." });
        let events = [
            ("notice", care),
            started.clone(),
            token("緣"),
            reset,
            started,
            completed,
        ];
        assert_eq!(
            shown(true, &events),
            "· Call 1925.\n\nIn short\n緣\n  (what stands above is dropped, and written again)\n\
             \nIn short\n另一段。\n  (not every check was passed: length)\n"
        );
        assert_eq!(
            shown(false, &events),
            "· Call 1925.\n\nIn short\n另一段。\n  (not every check was passed: length)\n"
        );
    }
}
