//! What can go wrong, by name, and where in the answer it does.

use super::BadSetting;
use crate::behaviour::{self, Behaviour};

/// One thing that goes wrong; written `NAME`, `NAME@TOKEN` or `NAME@SECTION`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub kind: FaultKind,
    pub place: Place,
}

/// Where in the answer a [`Fault`] strikes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Where it hurts most: half-way, unless the kind says otherwise.
    Usual,
    /// After so many tokens of text, at the latest before the answer's end.
    Token(usize),
    /// Half-way through this section; nothing goes wrong in an answer without it.
    Section(String),
}

/// The kinds of [`Fault`], as real servers have shown them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// `cut`: the connection is closed in the middle, without the final chunk.
    Cut,
    /// `reset`: the same, by a TCP reset.
    Reset,
    /// `nofinish`: `[DONE]` and a proper end, but no `finish_reason` (Ollama: no `done`).
    NoFinish,
    /// `error200`: an error object in the middle of a 200 answer, then a proper end.
    Error200,
    /// `stall`: silence; the connection stays open.
    Stall,
    /// `ping_stall`: comments for ever, and nothing else.
    PingStall,
    /// `burst`: silence in the middle, then all the rest at once, when its last token is due.
    Burst,
    /// `length`: `finish_reason: length` in the middle of a string.
    Length,
    /// `empty`: `finish_reason: stop` and no text.
    Empty,
    /// `emptybody`: 200 and a proper end, without one event.
    EmptyBody,
    /// A number from 400 to 599: this status, with a body as servers write it.
    Status(u16),
    /// `html`: 200 and a web page.
    Html,
    /// `redirect`: 307 to `/sim/elsewhere`.
    Redirect,
    /// `badchunk`: an event that is no JSON, between good ones.
    BadChunk,
    /// `splitutf8`: every character of several bytes is split over two TCP writes.
    SplitUtf8,
    /// `splitevents`: a character is split over two events, each of which is no UTF-8.
    SplitEvents,
    /// `bigline`: one event of 16 MB, between good ones.
    BigLine,
    /// `crlf`: lines end with CR LF.
    Crlf,
    /// `notjson`: prose where JSON was asked for.
    NotJson,
    /// `missing`: a section is left out (usually the last).
    Missing,
    /// `wronglang`: a section, or `all`, is in another language (usually all).
    WrongLanguage,
    /// `emptysection`: a section is an empty string (usually the last).
    EmptySection,
    /// `endless`: a section never ends (usually the last), whatever the token limit.
    Endless,
    /// `endlessthinking`: reasoning that never comes to an answer.
    EndlessThinking,
    /// `weak:NAME`, `hostile:NAME`, `json:NAME`: what is written is not what was asked for.
    Behaves(Behaviour),
    /// `badschema`: a request with a schema is refused.
    BadSchema(SchemaRefusal),
    /// `crash`: the connection is closed right after the head.
    Crash,
    /// `hang`: nothing is ever sent, not even the head.
    Hang,
    /// `dimension`: the last of several vectors has a number less.
    Dimension,
    /// `nan`: a vector holds `NaN`.
    NotANumber,
    /// `fewer`: a vector is missing.
    Fewer,
}

/// How a schema is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaRefusal {
    /// `badschema=400`, `badschema=500`: any form of it, with this status.
    Any(u16),
    /// `badschema=python`: OpenAI's `json_schema` with 500, while `json_object` with a schema
    /// is taken, as llama-cpp-python does.
    Python,
}

const NAMES: [(&str, FaultKind); 29] = [
    ("cut", FaultKind::Cut),
    ("reset", FaultKind::Reset),
    ("nofinish", FaultKind::NoFinish),
    ("error200", FaultKind::Error200),
    ("stall", FaultKind::Stall),
    ("ping_stall", FaultKind::PingStall),
    ("burst", FaultKind::Burst),
    ("length", FaultKind::Length),
    ("empty", FaultKind::Empty),
    ("emptybody", FaultKind::EmptyBody),
    ("html", FaultKind::Html),
    ("redirect", FaultKind::Redirect),
    ("badchunk", FaultKind::BadChunk),
    ("splitutf8", FaultKind::SplitUtf8),
    ("splitevents", FaultKind::SplitEvents),
    ("bigline", FaultKind::BigLine),
    ("crlf", FaultKind::Crlf),
    ("notjson", FaultKind::NotJson),
    ("missing", FaultKind::Missing),
    ("wronglang", FaultKind::WrongLanguage),
    ("emptysection", FaultKind::EmptySection),
    ("endless", FaultKind::Endless),
    ("endlessthinking", FaultKind::EndlessThinking),
    ("badschema", FaultKind::BadSchema(SchemaRefusal::Any(400))),
    ("crash", FaultKind::Crash),
    ("hang", FaultKind::Hang),
    ("dimension", FaultKind::Dimension),
    ("nan", FaultKind::NotANumber),
    ("fewer", FaultKind::Fewer),
];

/// Whether a setting of this name is a fault: `fault` itself, and those written `missing=SECTION`.
pub(super) fn is_fault_key(key: &str) -> bool {
    matches!(
        key,
        "fault" | "missing" | "wronglang" | "emptysection" | "badschema"
    )
}

impl Fault {
    /// Reads `fault=VALUE` or `missing=VALUE`; `fault=none` is no fault at all.
    pub(super) fn parse(key: &str, value: &str) -> Result<Option<Self>, BadSetting> {
        let (name, place) = match key {
            "fault" => value
                .split_once(['@', '='])
                .map_or((value, None), |(name, place)| (name, Some(place))),
            _ => (key, Some(value).filter(|value| *value != "on")),
        };
        if name == "none" {
            return Ok(None);
        }
        let bad = || BadSetting::value(key, value);
        if let (Some(fault), None) = (behaviour::fault_named(name), place) {
            return fault.map(Some).map_err(|()| bad());
        }
        match (FaultKind::parse(name).ok_or_else(bad)?, place) {
            (FaultKind::BadSchema(_), Some(form)) => Ok(Some(Self {
                kind: FaultKind::BadSchema(SchemaRefusal::parse(form).ok_or_else(bad)?),
                place: Place::Usual,
            })),
            (kind, place) => Ok(Some(Self {
                kind,
                place: place.map_or(Place::Usual, Place::parse),
            })),
        }
    }

    /// Whether the fault means this section of the answer, one of `keys`.
    pub(crate) fn befalls(&self, key: &str, keys: &[&str]) -> bool {
        match &self.place {
            Place::Section(name) => name == key || name == "all",
            Place::Usual if self.kind == FaultKind::WrongLanguage => true,
            Place::Usual => keys.last() == Some(&key),
            Place::Token(_) => false,
        }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.kind {
            FaultKind::Status(status) => write!(f, "{status}")?,
            FaultKind::Behaves(behaviour) => write!(f, "{behaviour}")?,
            FaultKind::BadSchema(SchemaRefusal::Python) => f.write_str("badschema@python")?,
            FaultKind::BadSchema(SchemaRefusal::Any(status)) => write!(f, "badschema@{status}")?,
            kind => f.write_str(
                NAMES
                    .iter()
                    .find(|(_, k)| *k == kind)
                    .map_or("", |(name, _)| name),
            )?,
        }
        match &self.place {
            Place::Usual => Ok(()),
            Place::Token(token) => write!(f, "@{token}"),
            Place::Section(section) => write!(f, "@{section}"),
        }
    }
}

impl FaultKind {
    fn parse(name: &str) -> Option<Self> {
        let named = NAMES.iter().find(|(known, _)| *known == name);
        named.map(|(_, kind)| *kind).or_else(|| {
            let status = name.parse().ok()?;
            (400..600).contains(&status).then_some(Self::Status(status))
        })
    }
}

impl SchemaRefusal {
    fn parse(form: &str) -> Option<Self> {
        match form {
            "400" => Some(Self::Any(400)),
            "500" => Some(Self::Any(500)),
            "python" => Some(Self::Python),
            _ => None,
        }
    }
}

impl Place {
    fn parse(place: &str) -> Self {
        place
            .parse()
            .map_or_else(|_| Self::Section(place.to_owned()), Self::Token)
    }
}
