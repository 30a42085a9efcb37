//! The files of a pack as they are written: `deck.toml` and `lots/NNN.toml`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    Blocks, Language, Matter, Provenance, Readings, Redraw, Tone, Topic,
    lint::Code,
    pack::{Fault, Files},
};

/// A pack that could be parsed; whether it keeps the rules is another question.
pub(crate) struct Pack {
    pub(crate) deck: DeckFile,
    /// Path inside the pack, and content.
    pub(crate) lots: Vec<(String, LotFile)>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeckFile {
    pub(crate) format: u32,
    pub(crate) id: String,
    pub(crate) deity: String,
    /// Other deities that the deck answers for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) also_for: Vec<String>,
    #[serde(default)]
    pub(crate) edition: String,
    #[serde(default)]
    pub(crate) source: String,
    #[serde(default)]
    pub(crate) licence: String,
    pub(crate) count: u32,
    pub(crate) language: Language,
    pub(crate) blocks: Blocks,
    pub(crate) redraw: Redraw,
    #[serde(default, skip_serializing_if = "Readings::is_by_model")]
    pub(crate) readings: Readings,
    /// The set that this deck is an edition of; decks of one set may share their verses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) set: Option<String>,
    /// Ids of decks whose passages may be shown beside this one's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) links: Vec<String>,
    /// Lots beside the numbered ones, such as 籤王; their verse may differ in form or repeat
    /// another.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) special_lots: Vec<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) metre: Option<Metre>,
    pub(crate) deity_name: Texts,
    pub(crate) name: Texts,
    #[serde(default, skip_serializing_if = "Texts::is_empty")]
    pub(crate) temple: Texts,
    /// Said below every reading of the deck, beside what the program says itself.
    #[serde(default, skip_serializing_if = "Texts::is_empty")]
    pub(crate) disclaimer: Texts,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) grades: Vec<GradeEntry>,
    /// Names of the deities in `also_for`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) deities: Vec<DeityEntry>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) resources: Vec<ResourceEntry>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeityEntry {
    pub(crate) id: String,
    pub(crate) name: Texts,
}

/// Where somebody in need is helped.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResourceEntry {
    pub(crate) region: String,
    pub(crate) matter: Matter,
    pub(crate) text: Texts,
}

/// How many lines each verse has, and how many characters each line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Metre {
    pub(crate) lines: usize,
    pub(crate) characters: usize,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GradeEntry {
    pub(crate) word: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tone: Option<Tone>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) zh: Option<String>,
    #[serde(default, rename = "zh-Hans", skip_serializing_if = "Option::is_none")]
    pub(crate) zh_hans: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) en: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ja: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) count: Option<u32>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LotFile {
    pub(crate) number: u32,
    #[serde(default)]
    pub(crate) title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) grade: Option<String>,
    #[serde(default)]
    pub(crate) verse: Vec<String>,
    /// How each line is spoken; empty, or as many as the verse has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) pronunciation: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) commentary: Vec<CommentaryEntry>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) allusion: Vec<AllusionEntry>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) topics: BTreeMap<Topic, Texts>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CommentaryEntry {
    pub(crate) kind: String,
    pub(crate) provenance: Provenance,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) zh: Option<String>,
    #[serde(default, rename = "zh-Hans", skip_serializing_if = "Option::is_none")]
    pub(crate) zh_hans: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) en: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ja: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AllusionEntry {
    pub(crate) provenance: Provenance,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) zh: Option<String>,
    #[serde(default, rename = "zh-Hans", skip_serializing_if = "Option::is_none")]
    pub(crate) zh_hans: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) en: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ja: Option<String>,
    #[serde(default, skip_serializing_if = "Texts::is_empty")]
    pub(crate) title: Texts,
}

/// One text in any of the languages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Texts {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) zh: Option<String>,
    #[serde(default, rename = "zh-Hans", skip_serializing_if = "Option::is_none")]
    pub(crate) zh_hans: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) en: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ja: Option<String>,
}

/// Parses every file; unknown keys are refused.
pub(crate) fn parse(files: &Files) -> Result<Pack, Vec<Fault>> {
    let mut faults = Vec::new();
    let deck = parsed::<DeckFile>("deck.toml", &files.deck).map_err(|fault| faults.push(fault));
    let mut lots = Vec::with_capacity(files.lots.len());
    for (file, content) in &files.lots {
        if !file.ends_with(".toml") {
            faults.push(Fault::of_file(
                Code::NotALot,
                file,
                "not a lot; a lot's file is called like `007.toml`",
            ));
            continue;
        }
        match parsed(file, content) {
            Ok(lot) => lots.push((file.clone(), lot)),
            Err(fault) => faults.push(fault),
        }
    }
    match deck {
        Ok(deck) if faults.is_empty() => Ok(Pack { deck, lots }),
        Ok(_) | Err(()) => Err(faults),
    }
}

fn parsed<T: DeserializeOwned>(file: &str, content: &[u8]) -> Result<T, Fault> {
    let text = str::from_utf8(content).map_err(|error| {
        Fault::of_file(Code::NotText, file, format!("not text in UTF-8: {error}"))
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    toml::from_str(text).map_err(|error| {
        let before = error
            .span()
            .and_then(|span| text.get(..span.start))
            .unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        Fault::of_file(
            Code::Syntax,
            file,
            format!("line {line}: {}", error.message()),
        )
    })
}

impl Texts {
    pub(crate) fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Language, &str)> {
        present([&self.zh, &self.zh_hans, &self.en, &self.ja])
    }
}

impl GradeEntry {
    pub(crate) fn names(&self) -> impl Iterator<Item = (Language, &str)> {
        present([&self.zh, &self.zh_hans, &self.en, &self.ja])
    }
}

impl CommentaryEntry {
    pub(crate) fn texts(&self) -> impl Iterator<Item = (Language, &str)> {
        present([&self.zh, &self.zh_hans, &self.en, &self.ja])
    }
}

impl AllusionEntry {
    pub(crate) fn texts(&self) -> impl Iterator<Item = (Language, &str)> {
        present([&self.zh, &self.zh_hans, &self.en, &self.ja])
    }
}

/// The texts that are there, in the order of [`Language::ALL`].
fn present(texts: [&Option<String>; 4]) -> impl Iterator<Item = (Language, &str)> {
    Language::ALL
        .into_iter()
        .zip(texts)
        .filter_map(|(language, text)| text.as_deref().map(|text| (language, text)))
}
