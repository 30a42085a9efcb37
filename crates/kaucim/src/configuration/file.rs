//! The configuration file as it is written: which key stands on which line, and what is wrong with
//! it before anybody asks what it means.

use std::{collections::BTreeMap, ops::Range, path::Path};

use serde::{Deserialize, Serialize};
use toml::{
    Spanned,
    de::{DeTable, DeValue, Deserializer},
};

use super::{File, keys};
use crate::exit::Failed;

/// How the words on a key begin that there is not.
const UNKNOWN: &str = "unknown key";

/// A mistake, and where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Mistake {
    /// The file, or the flag or variable that says it; absent: nobody said it.
    pub place: Option<String>,
    /// Absent where the place is no file.
    pub line: Option<usize>,
    pub key: Option<String>,
    pub reason: String,
    pub hint: Option<String>,
}

impl Mistake {
    /// Whether it is a key that there is not; everything else may hide more behind it.
    pub(super) fn is_of_unknown_key(&self) -> bool {
        self.reason.starts_with(UNKNOWN)
    }

    /// Where it is, in words; empty where nobody said it.
    pub(crate) fn location(&self) -> String {
        match (&self.place, self.line) {
            (Some(place), Some(line)) => format!("{place}, line {line}: "),
            (Some(place), None) => format!("{place}: "),
            (None, _) => String::new(),
        }
    }

    /// What is wrong, after the key where the words do not name it.
    pub(crate) fn words(&self) -> String {
        match &self.key {
            Some(key) if !self.is_of_unknown_key() => format!("{key}: {}", self.reason),
            Some(_) | None => self.reason.clone(),
        }
    }
}

impl From<Mistake> for Failed {
    fn from(mistake: Mistake) -> Self {
        Self::Usage {
            message: format!("{}{}", mistake.location(), mistake.words()),
            hint: mistake.hint,
        }
    }
}

/// The file, or an empty one where there is none.
#[derive(Debug, Clone)]
pub(super) struct Written {
    pub name: Option<String>,
    text: String,
    /// Keys that are left out of it.
    removed: Vec<String>,
    /// Where the values of keys and tables stand, and the keys themselves.
    places: BTreeMap<String, Place>,
}

#[derive(Debug, Clone)]
struct Place {
    key: Range<usize>,
    value: Range<usize>,
}

impl Written {
    /// Reads a file.
    pub(super) fn read(path: &Path) -> Result<Self, Failed> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            let path = path.display();
            Failed::usage(
                format!("could not read the configuration file {path}: {error}"),
                "name another file with --config",
            )
        })?;
        Ok(Self::of(&text, Some(path.display().to_string())))
    }

    /// Takes a text as far as it is TOML; [`Self::mistakes`] tells what is not.
    pub(super) fn of(text: &str, name: Option<String>) -> Self {
        let (table, _) = DeTable::parse_recoverable(text);
        let mut places = BTreeMap::new();
        collect("", table.get_ref(), &mut places);
        Self {
            name,
            text: text.to_owned(),
            removed: Vec::new(),
            places,
        }
    }

    /// What is no TOML, and keys that there are not.
    pub(super) fn mistakes(&self) -> Vec<Mistake> {
        let (_, errors) = DeTable::parse_recoverable(&self.text);
        if !errors.is_empty() {
            let mut mistakes: Vec<_> = errors.iter().map(|error| self.of_form(error)).collect();
            mistakes.sort_by_key(|mistake| mistake.line);
            return mistakes;
        }
        let mut mistakes: Vec<Mistake> = Vec::new();
        for key in self.places.keys().filter(|key| !keys::is_known(key)) {
            let (above, name) = key.rsplit_once('.').unwrap_or(("", key));
            if above.is_empty() || keys::is_known(above) {
                mistakes.push(Mistake {
                    reason: format!("{UNKNOWN} `{name}`"),
                    hint: Some(keys::advice(key)),
                    ..self.at(key)
                });
            }
        }
        mistakes.sort_by_key(|mistake| mistake.line);
        mistakes
    }

    /// What is written, by its types.
    pub(super) fn file(&self) -> Result<File, Mistake> {
        let file = File::deserialize(Deserializer::from(self.table()));
        file.map_err(|error| self.of_form(&error))
    }

    /// What is written, as it is.
    pub(super) fn json(&self) -> serde_json::Value {
        let json = serde_json::Value::deserialize(Deserializer::from(self.table()));
        json.unwrap_or_default()
    }

    fn table(&self) -> Spanned<DeTable<'_>> {
        let (mut table, _) = DeTable::parse_recoverable(&self.text);
        for key in &self.removed {
            remove(table.get_mut(), &key.split('.').collect::<Vec<_>>());
        }
        table
    }

    /// The line of a key that is written.
    pub(super) fn line(&self, key: &str) -> Option<usize> {
        let place = self.places.get(key)?;
        Some(self.line_of(place.key.start))
    }

    /// A mistake of this key, or of the table that it would stand in.
    pub(super) fn at(&self, key: &str) -> Mistake {
        Mistake {
            place: self.name.clone(),
            line: self.nearest(key).and_then(|written| self.line(written)),
            key: Some(key.to_owned()),
            reason: String::new(),
            hint: None,
        }
    }

    /// The key itself, or the table nearest above it, that is written.
    pub(super) fn nearest<'a>(&self, key: &'a str) -> Option<&'a str> {
        let mut key = key;
        loop {
            if self.places.contains_key(key) {
                return Some(key);
            }
            (key, _) = key.rsplit_once('.')?;
        }
    }

    /// The same file without a key; without the whole of what stands or falls with it.
    pub(super) fn without(&self, key: &str) -> Self {
        let mut parts: Vec<&str> = key.split('.').collect();
        if ["models", "resources", "identity", "tls"].contains(&parts[0]) {
            parts.truncate(1);
        }
        let removed = parts.join(".");
        let mut other = self.clone();
        other.places.retain(|known, _| {
            let below = known.strip_prefix(&removed);
            !below.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        });
        other.removed.push(removed);
        other
    }

    /// A fault of form, with the key that it is found at.
    fn of_form(&self, error: &toml::de::Error) -> Mistake {
        let start = error.span().map_or(0, |span| span.start);
        let around = self.places.iter().filter(|(_, place)| {
            place.key.contains(&start) || place.value.contains(&start) || place.value.start == start
        });
        let key = around.max_by_key(|(key, _)| key.split('.').count());
        Mistake {
            place: self.name.clone(),
            line: Some(self.line_of(start)),
            key: key.map(|(key, _)| key.clone()),
            reason: error.message().replace('\n', " "),
            hint: Some(
                "`kaucim config show` prints every key with a value that is good".to_owned(),
            ),
        }
    }

    fn line_of(&self, place: usize) -> usize {
        let before = self.text.get(..place).unwrap_or_default();
        before.matches('\n').count() + 1
    }
}

fn collect(above: &str, table: &DeTable<'_>, places: &mut BTreeMap<String, Place>) {
    for (key, value) in table {
        let path = match above {
            "" => key.get_ref().to_string(),
            above => format!("{above}.{}", key.get_ref()),
        };
        add(path, key.span(), value, places);
    }
}

fn add(
    path: String,
    key: Range<usize>,
    value: &Spanned<DeValue<'_>>,
    places: &mut BTreeMap<String, Place>,
) {
    match value.get_ref() {
        DeValue::Table(table) => collect(&path, table, places),
        DeValue::Array(entries) => {
            let tables = (1..).zip(entries.iter());
            for (place, entry) in tables.filter(|(_, entry)| entry.get_ref().is_table()) {
                add(format!("{path}.{place}"), entry.span(), entry, places);
            }
        }
        DeValue::String(_)
        | DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_) => {}
    }
    let value = value.span();
    places.insert(path, Place { key, value });
}

fn remove(table: &mut DeTable<'_>, parts: &[&str]) {
    let [first, rest @ ..] = parts else { return };
    if rest.is_empty() {
        table.remove(*first);
        return;
    }
    let below = table.iter_mut().find(|(key, _)| key.get_ref() == first);
    if let Some((_, value)) = below
        && let DeValue::Table(below) = value.get_mut()
    {
        remove(below, rest);
    }
}
