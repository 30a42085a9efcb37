//! Writes what a model is asked, from the texts in `prompts/`.

mod closing;
mod data;
mod first;

use std::collections::BTreeMap;

use kaucim_llm::{Message, Request, Role, Schema};
use serde_json::{Map, Value, json};

pub(crate) use self::closing::{Fault, Remark};
use self::data::{data, line};
use crate::{
    Language, Lot, Prepared, Section, SectionId, Settings, Source, guard::CANARY, safety,
    template::fill,
};

/// The most characters of commentary, and of sources, that a small model is given to read.
const MAX_COMMENTARY: usize = 1500;
const MAX_SOURCES: usize = 1500;

/// The most characters of each section that is written already: enough to agree with it. Latin
/// script takes about twice as many for the same.
const MAX_WRITTEN: usize = 240;

/// What is to be written, and what is known by then.
pub(crate) struct Task<'a> {
    pub(crate) prepared: &'a Prepared,
    pub(crate) sources: &'a [Source],
    pub(crate) written: Vec<&'a Section>,
    pub(crate) missing: &'a [SectionId],
    /// What was wrong with earlier versions of missing sections.
    pub(crate) faults: &'a BTreeMap<SectionId, Vec<Remark>>,
    /// Whether the last answer was no report at all.
    pub(crate) unreadable: bool,
}

/// The request for the missing sections. What is the same for every request of a reading stands
/// first, so that a server that keeps what it has read need not read it again.
pub(crate) fn request(task: &Task<'_>, settings: &Settings) -> Request {
    let prompt = prompt(task.prepared.language);
    Request {
        messages: vec![
            Message {
                role: Role::System,
                text: format!("{}\n[{CANARY}]", part(prompt, "system")),
            },
            Message {
                role: Role::User,
                text: user(task, prompt),
            },
        ],
        max_tokens: settings.max_tokens,
        temperature: settings.temperature,
        stop: Vec::new(),
        seed: None,
        schema: Some(schema(task.missing)),
    }
}

fn prompt(language: Language) -> &'static str {
    match language {
        Language::Zh => include_str!("../prompts/zh.md"),
        Language::ZhHans => include_str!("../prompts/zh-Hans.md"),
        Language::En => include_str!("../prompts/en.md"),
        Language::Ja => include_str!("../prompts/ja.md"),
    }
}

/// What models are told in every language, word by word: the parts of the prompt files.
pub(crate) fn parts() -> impl Iterator<Item = &'static str> {
    Language::ALL.into_iter().flat_map(|language| {
        let parts = prompt(language).split("<!-- ").skip(1);
        parts.filter_map(|part| Some(part.split_once(" -->\n")?.1.trim_end()))
    })
}

/// The part of a prompt file that `<!-- name -->` heads.
fn part(prompt: &'static str, name: &str) -> &'static str {
    prompt
        .split("<!-- ")
        .find_map(|part| part.strip_prefix(name)?.strip_prefix(" -->\n"))
        .expect("every prompt file has every part")
        .trim_end()
}

fn user(task: &Task<'_>, prompt: &'static str) -> String {
    let Prepared {
        question,
        language,
        context,
        lot,
        notices,
        readings: _,
        deck_disclaimer: _,
        first,
    } = task.prepared;
    let commentary = commentary(lot, *language);
    let sources = sources(task.sources, &commentary);
    let context: Vec<String> = context
        .iter()
        .map(|(name, value)| format!("{}: {}", line(name), line(value)))
        .collect();
    let verse: Vec<String> = lot.verse.iter().map(|one| line(one)).collect();
    let deity = lot
        .deity
        .get(language)
        .or_else(|| lot.deity.values().next());
    let grade = lot.grade.as_deref().map(line);
    let values = [
        ("deity", deity.map(|name| line(name)).unwrap_or_default()),
        ("number", lot.number.to_string()),
        ("title", line(&lot.title)),
        ("grade", grade.unwrap_or_else(|| "-".to_owned())),
        ("verse", verse.join("\n")),
        ("commentary", commentary),
        ("sources", sources),
        ("context", context.join("\n")),
        ("first", first::first(first.as_ref(), *language)),
        ("question", data(question.as_str())),
        ("delicate", safety::guidance(notices, *language)),
        ("written", written(task)),
        ("faults", closing::faults(task)),
        ("closing", closing::closing(task, prompt)),
    ];
    let values = values
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let blocks: Vec<String> = include_str!("../prompts/user.md")
        .trim_end()
        .split("\n\n")
        .filter(|block| !is_without_values(block, &values))
        .map(|block| fill(block, &values))
        .collect();
    blocks.join("\n\n")
}

/// Whether there is nothing to say in a block of the template.
fn is_without_values(block: &str, values: &[(&str, &str)]) -> bool {
    values
        .iter()
        .all(|(name, value)| value.is_empty() || !block.contains(&format!("{{{{{name}}}}}")))
}

/// The sections that are final, as far as is needed to agree with them.
fn written(task: &Task<'_>) -> String {
    let most = match task.prepared.language {
        Language::Zh | Language::ZhHans | Language::Ja => MAX_WRITTEN,
        Language::En => 2 * MAX_WRITTEN,
    };
    let sections: Vec<String> = task
        .written
        .iter()
        .map(|section| format!("[{}] {}", section.section, cut(&section.text, most)))
        .collect();
    sections.join("\n")
}

/// The beginning of a text, on one line.
fn cut(text: &str, most: usize) -> String {
    let text = line(text);
    let cut: String = text.chars().take(most).collect();
    let rest = if cut.len() < text.len() { " …" } else { "" };
    format!("{cut}{rest}")
}

/// The commentary in the language of the reading or, where a kind has none, in another one.
fn commentary(lot: &Lot, language: Language) -> String {
    let mut kinds: Vec<&str> = Vec::new();
    for one in &lot.commentary {
        if !kinds.contains(&one.kind.as_str()) {
            kinds.push(&one.kind);
        }
    }
    let passages = kinds.into_iter().flat_map(|kind| {
        let of_kind = || lot.commentary.iter().filter(move |one| one.kind == kind);
        let readable = move |one: &&kaucim_decks::Commentary| reads(language, one.language);
        let chosen: Vec<_> = of_kind().filter(readable).collect();
        let chosen = if chosen.is_empty() {
            of_kind().take(1).collect()
        } else {
            chosen
        };
        chosen.into_iter().map(move |one| {
            let mark = safety::mark(&one.text, one.language);
            format!("[{}{mark}] {}", line(kind), line(&one.text))
        })
    });
    within(passages, MAX_COMMENTARY)
}

/// Sources that are not in the commentary already.
fn sources(sources: &[Source], commentary: &str) -> String {
    let passages = sources
        .iter()
        .map(|source| (source, line(&source.excerpt)))
        .filter(|(source, excerpt)| {
            source.kind != "verse" && !commentary.contains(excerpt.as_str())
        })
        .map(|(source, excerpt)| {
            let mark = safety::mark_of_any(&excerpt);
            format!(
                "[{}{mark}] {}: {excerpt}",
                line(&source.kind),
                line(&source.title)
            )
        });
    within(passages, MAX_SOURCES)
}

fn reads(language: Language, text: Language) -> bool {
    language == text || (language == Language::ZhHans && text == Language::Zh)
}

/// Passages, one a line, as far as the characters reach.
fn within(passages: impl Iterator<Item = String>, mut characters: usize) -> String {
    let mut lines = Vec::new();
    for passage in passages {
        if characters == 0 {
            break;
        }
        let cut: String = passage.chars().take(characters).collect();
        characters -= cut.chars().count();
        lines.push(cut);
    }
    lines.join("\n")
}

/// One string for each key, nothing else: the subset of JSON Schema that every provider takes.
fn schema(keys: &[SectionId]) -> Schema {
    let properties: Map<String, Value> = keys
        .iter()
        .map(|key| (key.name().to_owned(), json!({ "type": "string" })))
        .collect();
    let required: Vec<&str> = keys.iter().map(|key| key.name()).collect();
    Schema {
        name: "reading".to_owned(),
        schema: json!({
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": false,
        }),
    }
}

#[cfg(test)]
mod tests;
