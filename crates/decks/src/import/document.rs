//! Documents become records: JSON, JSON lines and YAML.

use serde::de::DeserializeSeed;
use serde_json::{Map as Fields, Value};

use crate::import::{
    ImportError, Kind, Map,
    record::{Record, Records},
    tree::{Limits, MAX_DEPTH, MAX_VALUES},
};

/// A JSON document: a list of lots, lots by number, or an object that holds one of these.
pub(super) fn json(file: &str, text: &str, map: Option<&Map>) -> Result<Records, ImportError> {
    let value = json_value(text, &Limits::new()).map_err(|error| at(file, &error))?;
    records(file, value, map)
}

/// A lot on each line; empty lines are passed over.
pub(super) fn json_lines(file: &str, text: &str) -> Result<Records, ImportError> {
    let limits = Limits::new();
    let mut records = Records::default();
    for (index, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let place = format!("{file}: line {}", index + 1);
        let value = json_value(line, &limits).map_err(|error| ImportError::Malformed {
            place: place.clone(),
            reason: without_place(&error),
        })?;
        records.list.push(record(place, None, value)?);
    }
    Ok(records)
}

/// As [`json`], in YAML.
pub(super) fn yaml(file: &str, text: &str, map: Option<&Map>) -> Result<Records, ImportError> {
    let value = yaml_value(file, text)?;
    records(file, value, map)
}

/// A file that holds one lot.
pub(super) fn one(file: &str, kind: Kind, text: &str) -> Result<Record, ImportError> {
    let value = match kind {
        Kind::Yaml => yaml_value(file, text)?,
        Kind::Json | Kind::JsonLines | Kind::Crawl | Kind::Csv => {
            json_value(text, &Limits::new()).map_err(|error| at(file, &error))?
        }
    };
    record(file.to_owned(), None, value)
}

fn json_value(text: &str, limits: &Limits) -> Result<Value, serde_json::Error> {
    let mut json = serde_json::Deserializer::from_str(text);
    let value = limits.value().deserialize(&mut json)?;
    json.end()?;
    Ok(value)
}

fn yaml_value(file: &str, text: &str) -> Result<Value, ImportError> {
    let limits = Limits::new();
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: MAX_DEPTH + 1,
            max_nodes: MAX_VALUES,
            max_documents: 1,
        },
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: MAX_VALUES },
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        with_snippet: false,
    };
    serde_saphyr::with_deserializer_from_str_with_options(text, options, |yaml| {
        limits.value().deserialize(yaml)
    })
    .map_err(|error| {
        let line = error.location().map(|location| location.line());
        ImportError::Malformed {
            place: line.map_or_else(|| file.to_owned(), |line| format!("{file}: line {line}")),
            reason: in_words(&error.to_string()),
        }
    })
}

fn at(file: &str, error: &serde_json::Error) -> ImportError {
    let place = match (error.line(), error.column()) {
        (0, _) => file.to_owned(),
        (line, column) => format!("{file}: line {line}, column {column}"),
    };
    ImportError::Malformed {
        place,
        reason: without_place(error),
    }
}

/// The message without `at line 1 column 2`, which is told before it.
fn without_place(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let end = message.rfind(" at line ").unwrap_or(message.len());
    message[..end].to_owned()
}

/// The message of the parser, which names its limits by their variables.
fn in_words(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default();
    if line.contains("budget breached: Documents") {
        return "holds several documents, one behind each `---`; one list of lots is wanted"
            .to_owned();
    }
    if line.contains("budget breached") {
        return "more text, values or depth than a source may have".to_owned();
    }
    line.to_owned()
}

fn records(file: &str, value: Value, map: Option<&Map>) -> Result<Records, ImportError> {
    if let Some(path) = map.and_then(|map| map.list.as_deref()) {
        let root = record(file.to_owned(), None, value)?;
        let list = root.at(path).cloned().unwrap_or_default();
        return listed(file, list)?.ok_or_else(|| ImportError::Malformed {
            place: file.to_owned(),
            reason: format!("`{path}` holds no list of lots"),
        });
    }
    let (list, others) = match value {
        Value::Object(fields) if !by_number(&fields) => {
            let (lists, others): (Vec<_>, Vec<_>) =
                fields.into_iter().partition(|(_, value)| is_list(value));
            let [(_, list)] = <[_; 1]>::try_from(lists).map_err(|lists| not_one(file, &lists))?;
            (list, others.into_iter().map(|(name, _)| name).collect())
        }
        value => (value, Vec::new()),
    };
    let mut records = listed(file, list)?.ok_or_else(|| ImportError::Malformed {
        place: file.to_owned(),
        reason: "holds no list of lots".to_owned(),
    })?;
    records.ignored = others;
    Ok(records)
}

fn not_one(file: &str, lists: &[(String, Value)]) -> ImportError {
    let reason = if lists.is_empty() {
        "holds no list of lots".to_owned()
    } else {
        let names: Vec<_> = lists.iter().map(|(name, _)| name.as_str()).collect();
        format!(
            "holds several lists: {}; say list = \"…\" in a map",
            names.join(", ")
        )
    };
    ImportError::Malformed {
        place: file.to_owned(),
        reason,
    }
}

/// A list of objects, or objects by number.
fn is_list(value: &Value) -> bool {
    match value {
        Value::Array(values) => values.first().is_some_and(Value::is_object),
        Value::Object(fields) => by_number(fields),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

fn by_number(fields: &Fields<String, Value>) -> bool {
    let number = |key: &String| !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit());
    !fields.is_empty()
        && fields
            .iter()
            .all(|(key, value)| number(key) && value.is_object())
}

fn listed(file: &str, value: Value) -> Result<Option<Records>, ImportError> {
    let list = match value {
        Value::Array(values) => values
            .into_iter()
            .enumerate()
            .map(|(index, value)| record(format!("{file}: entry {}", index + 1), None, value))
            .collect::<Result<_, _>>()?,
        Value::Object(fields) if by_number(&fields) => fields
            .into_iter()
            .map(|(key, value)| record(format!("{file}: entry `{key}`"), Some(key), value))
            .collect::<Result<_, _>>()?,
        Value::Object(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            return Ok(None);
        }
    };
    Ok(Some(Records {
        list,
        ..Records::default()
    }))
}

fn record(place: String, number: Option<String>, value: Value) -> Result<Record, ImportError> {
    let Value::Object(fields) = value else {
        return Err(ImportError::Malformed {
            place,
            reason: "not an object with named values".to_owned(),
        });
    };
    Ok(Record {
        place,
        number,
        fields,
    })
}
