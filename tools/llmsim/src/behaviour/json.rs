//! The ways in which models break JSON; what they say in it is good.

use serde_json::{Value, json};

use crate::{reading::Language, script::Section};

/// One way to break the object: its place in `WAYS`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Json(usize);

/// Writes all sections in one broken way.
type Write = fn(&[Section], Language) -> String;

const WAYS: &[(&str, Write)] = &[
    // Marks of the syntax.
    ("unescaped-quotes", |all, language| {
        members(all, |text| format!("\"{}\"", quoting(text, language)))
    }),
    ("trailing-comma", |all, _| {
        object(all).replace("\n}", ",\n}")
    }),
    ("missing-comma", |all, _| {
        object(all).replace("\",\n", "\"\n")
    }),
    ("semicolons", |all, _| object(all).replace("\",\n", "\";\n")),
    ("equals-signs", |all, _| {
        object(all).replace("\": \"", "\" = \"")
    }),
    ("full-width", |all, _| {
        object(all)
            .replace("\": \"", "\"：\"")
            .replace("\",\n", "\"，\n")
    }),
    ("single-quotes", |all, _| quoted_by(all, '\'', '\'')),
    ("smart-quotes", |all, _| quoted_by(all, '“', '”')),
    ("python-dict", |all, _| {
        quoted_by(all, '\'', '\'').replace("\n}", ",\n  'mood': None, 'done': True\n}")
    }),
    ("unquoted-keys", |all, _| {
        all.iter().fold(object(all), |text, one| {
            text.replace(&format!("\"{}\"", one.key.name), &one.key.name)
        })
    }),
    ("line-comments", |all, _| {
        object(all).replace("\",\n", "\", // done\n")
    }),
    ("block-comments", |all, _| {
        object(all).replace("\": \"", "\": /* text */ \"")
    }),
    // Braces.
    ("no-opening-brace", |all, _| {
        object(all).replacen('{', "", 1)
    }),
    ("no-closing-brace", |all, _| {
        object(all).trim_end_matches('}').to_owned()
    }),
    ("extra-closing", |all, _| format!("{}}}}}]", object(all))),
    ("doubled-braces", |all, _| format!("{{{}}}", object(all))),
    // Keys.
    ("doubled-keys", |all, _| {
        object(all).replacen('{', &opened(&object(all)), 1)
    }),
    ("doubled-keys-empty", |all, _| {
        let empty = members(all, |_| "\"\"".to_owned());
        object(all).replacen('{', &opened(&empty), 1)
    }),
    // Values.
    ("nested-text", |all, _| {
        members(all, |text| json!({ "text": text }).to_string())
    }),
    ("nested-deep", |all, _| {
        members(all, |text| {
            json!({ "content": { "body": [{ "text": text }] } }).to_string()
        })
    }),
    ("paragraphs", |all, _| {
        members(all, |text| json!(paragraphs(text)).to_string())
    }),
    ("list-of-objects", |all, _| {
        let meaning = |part: &String| json!({ "meaning": part });
        members(all, |text| {
            json!(paragraphs(text).iter().map(meaning).collect::<Vec<_>>()).to_string()
        })
    }),
    ("numbers", |all, _| members(all, |_| "7".to_owned())),
    ("nulls", |all, _| members(all, |_| "null".to_owned())),
    ("booleans", |all, _| members(all, |_| "true".to_owned())),
    // Other objects, or several.
    ("wrapped-twice", |all, _| {
        format!("{{\"result\": {{\"reading\": {}}}}}", object(all))
    }),
    ("top-level-list", |all, _| {
        list(all, |one| json!({ one.key.name.as_str(): one.text }))
    }),
    ("named-list", |all, _| {
        let named = list(
            all,
            |one| json!({ "section": one.key.name, "text": one.text }),
        );
        format!("{{\"sections\": {named}}}")
    }),
    ("pairs", |all, _| {
        list(all, |one| json!([one.key.name, one.text]))
    }),
    ("concatenated", |all, _| one_by_one(all, "")),
    ("lines", |all, _| one_by_one(all, "\n")),
    ("schema", |all, _| schema(all)),
    ("schema-then-object", |all, _| {
        format!("{}\n{}", schema(all), object(all))
    }),
    ("double-encoded", |all, _| string(&object(all))),
    // What stands around.
    ("byte-order-mark", |all, _| {
        format!("\u{feff}{}", object(all))
    }),
    ("white-space", |all, _| {
        format!("{}{}", " \n\t".repeat(200), object(all))
    }),
    ("fence", |all, _| format!("```json\n{}\n```", object(all))),
    ("fence-unclosed", |all, _| {
        format!("```json\n{}", object(all))
    }),
    ("braces-in-prose", |all, language| {
        let (before, after) = language.fence();
        format!(
            "{before} {{not this}} {{\"nor\"}} {{}}\n{}\n{after} {{:}}",
            object(all)
        )
    }),
    ("thinking-tags", |all, language| {
        let thoughts = language.thought(0).repeat(6);
        format!(
            "<think>\n{thoughts} {{\"conclusion\": \"…\"}}\n</think>\n\n{}",
            object(all)
        )
    }),
    // Escapes.
    ("raw-newlines", |all, _| escaped(all, "\n")),
    ("raw-controls", |all, _| escaped(all, "\t\u{b}\u{1}")),
    ("half-escapes", |all, _| escaped(all, "\\u4e")),
    ("lone-surrogates", |all, _| escaped(all, "\\ud83d")),
    ("unknown-escapes", |all, _| escaped(all, "\\q\\x41\\'")),
    ("double-escapes", |all, _| escaped(all, "\\\\n")),
    // No JSON at all.
    ("yaml", |all, _| {
        blocks(all, |key, text| {
            format!("{key}: |\n  {}", text.replace('\n', "\n  "))
        })
    }),
    ("headings", |all, _| {
        blocks(all, |key, text| format!("## {key}\n\n{text}"))
    }),
    ("tags", |all, _| {
        blocks(all, |key, text| format!("<{key}>{text}</{key}>"))
    }),
    // Cut off, and said to be complete.
    ("cut-in-key", |all, _| {
        cut(all, |key, _| format!("\"{}", &key[..key.len() / 2]))
    }),
    ("cut-after-colon", |all, _| {
        cut(all, |key, _| format!("\"{key}\": "))
    }),
    ("cut-in-text", |all, _| {
        cut(all, |key, half| format!("\"{key}\": \"{half}"))
    }),
    ("cut-in-escape", |all, _| {
        cut(all, |key, half| format!("\"{key}\": \"{half}\\u4e"))
    }),
    ("cut-between", |all, _| cut(all, |_, _| String::new())),
];

impl Json {
    /// All ways, by name.
    pub(super) fn all() -> impl Iterator<Item = (&'static str, Self)> {
        let names = WAYS.iter().enumerate();
        names.map(|(place, (name, _))| (*name, Self(place)))
    }

    pub(super) fn name(self) -> &'static str {
        WAYS[self.0].0
    }

    /// The sections, written in this way.
    pub(crate) fn write(self, sections: &[Section], language: Language) -> String {
        WAYS[self.0].1(sections, language)
    }
}

fn string(text: &str) -> String {
    Value::from(text).to_string()
}

fn object(sections: &[Section]) -> String {
    members(sections, string)
}

/// An object over lines, each value written by `write`.
fn members(sections: &[Section], write: impl Fn(&str) -> String) -> String {
    let all: Vec<String> = sections
        .iter()
        .map(|one| format!("  \"{}\": {}", one.key.name, write(&one.text)))
        .collect();
    format!("{{\n{}\n}}", all.join(",\n"))
}

/// An object without its last brace, so that more members can follow.
fn opened(object: &str) -> String {
    match object.trim_end_matches('}').trim_end() {
        "{" => "{\n".to_owned(),
        members => format!("{members},\n"),
    }
}

fn quoted_by(sections: &[Section], open: char, close: char) -> String {
    let all: Vec<String> = sections
        .iter()
        .map(|one| {
            let text = one
                .text
                .replace('\n', "\\n")
                .replace(close, &format!("\\{close}"));
            format!("  {open}{}{close}: {open}{text}{close}", one.key.name)
        })
        .collect();
    format!("{{\n{}\n}}", all.join(",\n"))
}

fn list(sections: &[Section], write: impl Fn(&Section) -> Value) -> String {
    json!(sections.iter().map(write).collect::<Vec<_>>()).to_string()
}

fn one_by_one(sections: &[Section], between: &str) -> String {
    let all: Vec<String> = sections
        .iter()
        .map(|one| json!({ one.key.name.as_str(): one.text }).to_string())
        .collect();
    all.join(between)
}

fn blocks(sections: &[Section], write: impl Fn(&str, &str) -> String) -> String {
    let all: Vec<String> = sections
        .iter()
        .map(|one| write(&one.key.name, &one.text))
        .collect();
    all.join("\n\n")
}

/// The object with a line break in each text, which stands there as `escape`.
fn escaped(sections: &[Section], escape: &str) -> String {
    members(sections, |text| {
        string(&parted(text)).replace("\\n", escape)
    })
}

/// The beginning of the object, and of the section in the middle, by its key and half of its text.
fn cut(sections: &[Section], write: impl Fn(&str, &str) -> String) -> String {
    let (before, behind) = sections.split_at(sections.len() / 2);
    let rest = behind.first().map_or_else(String::new, |one| {
        let half: String = one
            .text
            .chars()
            .take(one.text.chars().count() / 2)
            .collect();
        write(&one.key.name, &half.replace('\n', "\\n"))
    });
    format!("{}{rest}", opened(&object(before)))
}

fn schema(sections: &[Section]) -> String {
    let properties: serde_json::Map<_, _> = sections
        .iter()
        .map(|one| (one.key.name.clone(), json!({ "type": "string" })))
        .collect();
    json!({ "type": "object", "properties": properties, "additionalProperties": false }).to_string()
}

/// The text with a word in straight quotes in its first sentence.
fn quoting(text: &str, language: Language) -> String {
    let word = match language {
        Language::Zh => "所謂\"緣分\"，",
        Language::ZhHans => "所谓\"缘分\"，",
        Language::En => "There is \"fate\" in it, as they say. ",
        Language::Ja => "いわゆる\"縁\"のことですが、",
    };
    format!("{word}{text}").replace('\n', "\\n")
}

/// The text with a line break behind its first sentence.
fn parted(text: &str) -> String {
    let mut parts = paragraphs(text);
    let first = parts.remove(0);
    format!("{first}\n{}", parts.concat())
}

/// The text by sentences; none gets lost.
pub(super) fn paragraphs(text: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut part = String::new();
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        part.push(c);
        let is_end = matches!(c, '。' | '！' | '？' | '\n')
            || (c == '.' && characters.peek().is_none_or(|next| next.is_whitespace()));
        if is_end {
            parts.push(std::mem::take(&mut part));
        }
    }
    parts.push(part);
    parts.retain(|part| !part.trim().is_empty());
    if parts.is_empty() {
        parts.push(String::new());
    }
    parts
}
