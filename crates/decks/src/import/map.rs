//! The map of columns: which part of a source is which part of a lot.
//!
//! It is written like a lot's own file, with the name of a column where the text would stand.

use std::{collections::BTreeMap, fmt, path::Path};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{
    Topic,
    import::{ImportError, source},
    pack::format::{AllusionEntry, CommentaryEntry, Texts},
};

/// A map of more bytes is not read.
const MAX_BYTES: u64 = 1 << 20;

/// Which column holds what. In documents a column is a path such as `analysis.zh`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Map {
    /// Where in a document its lots are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) list: Option<String>,
    /// What stands between a table's cells; absent: told by its first row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) delimiter: Option<Delimiter>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) encoding: Option<String>,
    /// Absent: the key of an object or the name of a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) number: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) grade: Option<String>,
    #[serde(
        default,
        deserialize_with = "one_or_more",
        serialize_with = "as_one_or_more",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub(crate) verse: Vec<String>,
    /// How the verse is spoken: a column for each line, or one with a line for each.
    #[serde(
        default,
        deserialize_with = "one_or_more",
        serialize_with = "as_one_or_more",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub(crate) pronunciation: Vec<String>,
    /// The text between two lines of a verse; absent: the marks that `verse` cuts at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) verse_separator: Option<String>,
    /// Texts that mean that there is none.
    #[serde(default = "dashes")]
    pub(crate) empty: Vec<String>,
    /// Whether white space at both ends of a text is left out.
    #[serde(default = "yes")]
    pub(crate) trim: bool,
    /// Whether verdicts by topic are looked for in commentary.
    #[serde(default = "yes")]
    pub(crate) verdicts: bool,
    /// Columns that are known and of no use.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) ignore: Vec<String>,
    #[serde(default, skip_serializing_if = "PackForm::is_empty")]
    pub(crate) pack_form: PackForm,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) commentary: Vec<CommentaryEntry>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) allusion: Vec<AllusionEntry>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) topics: BTreeMap<Topic, Texts>,
    /// Keys of `deck.toml` that replace what is found out; all of them if `format` is among them.
    #[serde(default, skip_serializing_if = "toml::Table::is_empty")]
    pub(crate) deck: toml::Table,
}

/// Columns that hold a part of a lot in the form that a lot's own file has.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PackForm {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) commentary: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) allusion: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) topics: Option<String>,
}

/// What stands between the cells of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Delimiter {
    Comma,
    Tab,
    Semicolon,
}

impl Delimiter {
    pub(super) const ALL: [Self; 3] = [Self::Comma, Self::Tab, Self::Semicolon];

    pub(crate) fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Tab => b'\t',
            Self::Semicolon => b';',
        }
    }
}

impl Default for Map {
    fn default() -> Self {
        Self {
            list: None,
            delimiter: None,
            encoding: None,
            number: None,
            title: None,
            grade: None,
            verse: Vec::new(),
            pronunciation: Vec::new(),
            verse_separator: None,
            empty: dashes(),
            trim: true,
            verdicts: true,
            ignore: Vec::new(),
            pack_form: PackForm::default(),
            commentary: Vec::new(),
            allusion: Vec::new(),
            topics: BTreeMap::new(),
            deck: toml::Table::new(),
        }
    }
}

impl PackForm {
    fn is_empty(&self) -> bool {
        self.commentary.is_none() && self.allusion.is_none() && self.topics.is_none()
    }
}

impl Map {
    /// Every column that is named, and what it is taken as.
    pub(super) fn uses(&self) -> Vec<(&str, String)> {
        let form = &self.pack_form;
        let mut uses: Vec<(&str, String)> = Vec::new();
        for (column, what) in [
            (&self.number, "number"),
            (&self.title, "title"),
            (&self.grade, "grade"),
            (&form.commentary, "commentary"),
            (&form.allusion, "allusions"),
            (&form.topics, "topics"),
        ] {
            uses.extend(
                column
                    .iter()
                    .map(|column| (column.as_str(), what.to_owned())),
            );
        }
        for (columns, what) in [
            (&self.verse, "verse"),
            (&self.pronunciation, "pronunciation"),
        ] {
            let columns = columns.iter();
            uses.extend(columns.map(|column| (column.as_str(), what.to_owned())));
        }
        for entry in &self.commentary {
            uses.extend(entry.texts().map(|(language, column)| {
                let provenance = word(&entry.provenance);
                (
                    column,
                    format!("commentary {} ({language}, {provenance})", entry.kind),
                )
            }));
        }
        for entry in &self.allusion {
            let text = |(language, column)| (column, format!("allusion ({language})"));
            let title =
                |(language, column)| (column, format!("title of the allusion ({language})"));
            uses.extend(entry.texts().map(text));
            uses.extend(entry.title.iter().map(title));
        }
        for (topic, texts) in &self.topics {
            let topic = word(topic);
            let verdict = |(language, column)| (column, format!("verdict on {topic} ({language})"));
            uses.extend(texts.iter().map(verdict));
        }
        uses.extend(
            self.ignore
                .iter()
                .map(|column| (column.as_str(), "nothing".to_owned())),
        );
        uses
    }
}

/// Reads a map from a file.
pub(super) fn read(path: &Path) -> Result<Map, ImportError> {
    let bytes = source::bytes(path, &mut { MAX_BYTES })?;
    let text = str::from_utf8(&bytes)
        .map_err(|_| ImportError::Map("it is not text in UTF-8".to_owned()))?;
    parse(text.strip_prefix('\u{feff}').unwrap_or(text)).map_err(ImportError::Map)
}

fn parse(text: &str) -> Result<Map, String> {
    let map: Map = toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start));
        let line = before.unwrap_or_default().matches('\n').count() + 1;
        format!("line {line}: {}", error.message())
    })?;
    if map.verse_separator.as_deref() == Some("") {
        return Err("`verse_separator` is empty".to_owned());
    }
    Ok(map)
}

/// The word that a value of a closed set is written as.
pub(crate) fn word(value: &impl Serialize) -> String {
    let word = serde_json::to_value(value).ok();
    word.as_ref()
        .and_then(serde_json::Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

fn yes() -> bool {
    true
}

fn dashes() -> Vec<String> {
    vec!["--".to_owned()]
}

/// `"a"` or `["a", "b"]`.
fn one_or_more<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    deserializer.deserialize_any(OneOrMore)
}

fn as_one_or_more<S: Serializer>(columns: &[String], serializer: S) -> Result<S::Ok, S::Error> {
    match columns {
        [column] => column.serialize(serializer),
        columns => columns.serialize(serializer),
    }
}

struct OneOrMore;

impl<'de> de::Visitor<'de> for OneOrMore {
    type Value = Vec<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a column, or a list of names")
    }

    fn visit_str<E: de::Error>(self, column: &str) -> Result<Vec<String>, E> {
        Ok(vec![column.to_owned()])
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut names: A) -> Result<Vec<String>, A::Error> {
        let mut columns = Vec::new();
        while let Some(column) = names.next_element()? {
            columns.push(column);
        }
        Ok(columns)
    }
}
