//! The rules of the decoder once more, over a value that is already there.

use serde_json::Value;

use super::{MAX_DEPTH, Sections};
use crate::SectionId;

pub(super) fn sections(value: &Value) -> Sections {
    let mut found = Sections::new();
    descend(value, 1, &mut found);
    found
}

fn descend(value: &Value, depth: usize, found: &mut Sections) {
    if depth > MAX_DEPTH {
        return;
    }
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                match section(key) {
                    Some(id) => {
                        let mut strings = Vec::new();
                        collect(value, depth + 1, &mut strings);
                        found.push((id, strings.join("\n"), true));
                    }
                    None => descend(value, depth + 1, found),
                }
            }
        }
        Value::Array(elements) => {
            elements
                .iter()
                .for_each(|element| descend(element, depth + 1, found));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn collect(value: &Value, depth: usize, strings: &mut Vec<String>) {
    match value {
        Value::Null => {}
        Value::Bool(_) | Value::Number(_) => strings.push(value.to_string()),
        Value::String(text) => {
            let shown: String = text.chars().filter(|&c| is_shown(c)).collect();
            strings.push(shown.replace("\\n", "\n"));
        }
        Value::Array(_) | Value::Object(_) if depth > MAX_DEPTH => {}
        Value::Array(elements) => {
            elements
                .iter()
                .for_each(|element| collect(element, depth + 1, strings));
        }
        Value::Object(members) => {
            members
                .values()
                .for_each(|value| collect(value, depth + 1, strings));
        }
    }
}

fn section(key: &str) -> Option<SectionId> {
    let key: String = key.chars().filter(|&c| is_shown(c)).collect();
    let letters = key
        .to_lowercase()
        .replace(|c: char| !c.is_alphanumeric(), "");
    SectionId::ALL
        .into_iter()
        .find(|id| key.chars().count() <= 200 && id.name().replace('_', "") == letters)
}

fn is_shown(c: char) -> bool {
    let turns = ['\u{61c}', '\u{200e}', '\u{200f}'].contains(&c)
        || ('\u{202a}'..='\u{202e}').contains(&c)
        || ('\u{2066}'..='\u{2069}').contains(&c);
    c == '\n' || c == '\t' || !(c.is_control() || turns)
}
