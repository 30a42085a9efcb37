//! One reading of a journal: its id as people type it, its line in a list, and whether words are
//! found in it.

use jiff::{Timestamp, tz::TimeZone};
use kaucim_decks::comparable;
use serde_json::Value;

use crate::{exit::Failed, output};

/// How much of an id is shown. Ids begin with the time; only their ends tell neighbours apart.
const SHORT: usize = 8;
/// Less of an id is a slip of the finger.
const LEAST: usize = 4;
/// A question with less room than this stands on a line of its own.
const NARROW: usize = 24;

pub(super) fn id_of(reading: &Value) -> &str {
    reading["task_id"].as_str().unwrap_or_default()
}

pub(super) fn short(id: &str) -> &str {
    let start = id.len().saturating_sub(SHORT);
    id.get(start..).unwrap_or(id)
}

/// The one reading that was meant, by its whole id or by how it ends.
pub(super) fn meant<'a>(typed: &str, readings: &'a [Value]) -> Result<&'a Value, Failed> {
    let hint = "`kaucim journal` shows ids";
    let wanted = typed.trim().to_ascii_lowercase();
    if wanted.len() < LEAST {
        let message = format!("`{typed}` is too short for an id");
        return Err(Failed::usage(message, hint));
    }
    let mut found = readings
        .iter()
        .filter(|reading| id_of(reading).ends_with(&wanted));
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (None, _) => Err(Failed::usage(format!("no reading `{typed}`"), hint)),
        (Some(_), Some(_)) => Err(Failed::usage(
            format!("several readings end with `{typed}`"),
            "type more of the id",
        )),
    }
}

/// Whether nothing is written any more.
pub(super) fn is_finished(reading: &Value) -> bool {
    let status = reading["status"].as_str().unwrap_or_default();
    ["completed", "failed", "cancelled"].contains(&status)
}

/// Its line in a list, for a terminal so wide, or as long as it gets.
pub(super) fn line(reading: &Value, is_favourite: bool, columns: Option<usize>) -> String {
    let text = |name: &str| reading[name].as_str().unwrap_or_default();
    let lot = format!(
        "{} {}",
        output::plain(text("deity_id")),
        reading["fortune_number"]
    );
    let status = match text("status") {
        "completed" => String::new(),
        other => format!("({}) ", output::plain(other)),
    };
    let head = format!(
        "{}  {}  {} {}",
        output::plain(short(id_of(reading))),
        day(text("created_at")),
        if is_favourite { '♥' } else { ' ' },
        output::padded(&lot, 12),
    );
    let follows = if reading["follows"].is_string() {
        "↳ "
    } else {
        ""
    };
    let question = format!("{follows}{status}{}", output::plain(text("question")));
    let taken = head.chars().count() + 2;
    match columns {
        None => format!("{head}  {question}\n"),
        Some(columns) if columns < taken + NARROW => {
            let question = output::shortened(&question, columns.saturating_sub(2));
            format!("{}\n  {question}\n", head.trim_end())
        }
        Some(columns) => {
            let question = output::shortened(&question, columns.saturating_sub(taken));
            format!("{head}  {question}\n")
        }
    }
}

/// The day in the time zone of this machine.
fn day(created_at: &str) -> String {
    let Ok(at) = created_at.parse::<Timestamp>() else {
        return " ".repeat(10);
    };
    let here = at.to_zoned(TimeZone::system());
    here.strftime("%Y-%m-%d").to_string()
}

/// Whether all of the words are found in it, whatever their case, width or Chinese script.
pub(super) fn has(reading: &Value, words: &[String]) -> bool {
    let mut whole = String::new();
    for name in ["question", "deity_id", "lot", "sections", "result"] {
        gather(&reading[name], &mut whole);
    }
    let whole = comparable(&whole);
    let mut words = words.iter().map(|word| comparable(word));
    words.all(|word| whole.contains(&word))
}

fn gather(value: &Value, whole: &mut String) {
    match value {
        Value::String(text) => {
            whole.push_str(text);
            whole.push(' ');
        }
        Value::Array(items) => items.iter().for_each(|item| gather(item, whole)),
        Value::Object(fields) => fields.values().for_each(|field| gather(field, whole)),
        Value::Number(number) => {
            whole.push_str(&number.to_string());
            whole.push(' ');
        }
        Value::Null | Value::Bool(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn reading(id: &str, question: &str) -> Value {
        json!({
            "task_id": id, "status": "completed", "created_at": "2026-11-26T12:00:00Z",
            "deity_id": "yue_lao", "fortune_number": 7, "question": question,
            "sections": [{ "title": "In short", "text": "緣份已近，慢慢走。" }],
        })
    }

    #[test]
    fn a_reading_is_meant_by_how_its_id_ends() {
        let readings = [
            reading("01a20624-2db3-7248-8086-7deb33dc1420", "one"),
            reading("01a20624-2db3-7248-8086-7deb44dc1420", "two"),
        ];
        let question = |typed: &str| {
            let meant = meant(typed, &readings).ok()?;
            meant["question"].as_str().map(str::to_owned)
        };
        assert_eq!(question("33DC1420").as_deref(), Some("one"));
        assert_eq!(
            question("01a20624-2db3-7248-8086-7deb44dc1420").as_deref(),
            Some("two")
        );
        for none in ["dc1420", "", "20", "01a20624"] {
            assert_eq!(question(none), None, "{none}");
        }
    }

    #[test]
    fn words_are_found_in_any_script_width_and_case() {
        let one = reading("01a20624-2db3-7248-8086-7deb33dc1420", "Will I find LOVE?");
        for (words, is_there) in [
            (&["love"][..], true),
            (&["缘份"], true),
            (&["ｌｏｖｅ", "慢慢走"], true),
            (&["love", "money"], false),
        ] {
            let words: Vec<_> = words.iter().map(|word| (*word).to_owned()).collect();
            assert_eq!(has(&one, &words), is_there, "{words:?}");
        }
    }

    #[test]
    fn a_line_says_that_a_question_follows_a_reading() {
        let mut one = reading("01a20624-2db3-7248-8086-7deb33dc1420", "And when?");
        one["follows"] = json!("01a20624-2db3-7248-8086-7deb44dc1420");
        assert_eq!(
            line(&one, false, Some(64)),
            "33dc1420  2026-11-26    yue_lao 7     ↳ And when?\n"
        );
    }

    #[test]
    fn a_line_fits_the_terminal() {
        let one = reading(
            "01a20624-2db3-7248-8086-7deb33dc1420",
            "我今年的姻緣會不會有一點點不一樣呢",
        );
        assert_eq!(
            line(&one, true, Some(64)),
            "33dc1420  2026-11-26  ♥ yue_lao 7     我今年的姻緣會不會有一點…\n"
        );
        assert_eq!(
            line(&one, false, Some(32)),
            "33dc1420  2026-11-26    yue_lao 7\n  我今年的姻緣會不會有一點點不…\n"
        );
    }
}
