//! One lot as it stands in a source: named values, which may hold others.

use std::borrow::Cow;

use serde_json::{Map, Value};

/// The lots of a source, in its order.
#[derive(Debug, Default)]
pub(super) struct Records {
    /// The headings of a table; documents have none.
    pub(super) headings: Vec<String>,
    pub(super) list: Vec<Record>,
    /// Rows of a table without a single value.
    pub(super) blank_rows: u32,
    /// Files of a folder that are of another kind, and parts of a document beside its lots.
    pub(super) ignored: Vec<String>,
}

/// One lot of a source.
#[derive(Debug)]
pub(super) struct Record {
    /// File and line, or what tells it from the others.
    pub(super) place: String,
    /// The number that its place says: the key of an object, the name of a file.
    pub(super) number: Option<String>,
    pub(super) fields: Map<String, Value>,
}

/// A value in text, or why it is none.
#[derive(Debug, PartialEq)]
pub(super) enum Text<'a> {
    Absent,
    Present(Cow<'a, str>),
    /// What it is instead.
    Unfit(&'static str),
}

impl Record {
    /// What stands at a path: a name as it is, or names inside each other with `.` between them.
    pub(super) fn at(&self, path: &str) -> Option<&Value> {
        inside(&self.fields, path)
    }

    /// The paths to all values that hold no others by name, with those values.
    pub(super) fn leaves(&self) -> Vec<(String, &Value)> {
        let mut found = Vec::new();
        for (name, value) in &self.fields {
            leaves(name.clone(), value, &mut found);
        }
        found
    }
}

fn inside<'a>(fields: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    if let Some(value) = fields.get(path) {
        return Some(value);
    }
    path.match_indices('.').find_map(|(at, _)| {
        let rest = &path[at + 1..];
        match fields.get(&path[..at])? {
            Value::Object(fields) => inside(fields, rest),
            Value::Array(values) => values.get(rest.parse::<usize>().ok()?),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
        }
    })
}

fn leaves<'a>(path: String, value: &'a Value, found: &mut Vec<(String, &'a Value)>) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (name, value) in fields {
                leaves(format!("{path}.{name}"), value, found);
            }
        }
        Value::Object(_)
        | Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_) => found.push((path, value)),
    }
}

/// The text of a value; the parts of a list stand on lines of their own.
pub(super) fn text(value: &Value) -> Text<'_> {
    match value {
        Value::Null => Text::Absent,
        Value::String(text) if text.is_empty() => Text::Absent,
        Value::String(text) => Text::Present(Cow::Borrowed(text)),
        Value::Number(number) if number.is_f64() => {
            Text::Unfit("a number with a fraction; put it in quotation marks")
        }
        Value::Number(number) => Text::Present(Cow::Owned(number.to_string())),
        Value::Bool(_) => Text::Unfit("true or false; put it in quotation marks"),
        Value::Object(fields) if fields.is_empty() => Text::Absent,
        Value::Object(_) => Text::Unfit("an object where a text is wanted; name a part of it"),
        Value::Array(values) => {
            let mut parts = Vec::new();
            for value in values {
                match text(value) {
                    Text::Absent => {}
                    Text::Present(part) => parts.push(part),
                    Text::Unfit(what) => return Text::Unfit(what),
                }
            }
            if parts.is_empty() {
                return Text::Absent;
            }
            Text::Present(Cow::Owned(parts.join("\n")))
        }
    }
}
