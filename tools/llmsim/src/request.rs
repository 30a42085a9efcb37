//! What a request asks for: sections, language, verse, question, and settings hidden in it.

use serde_json::Value;

use crate::{
    behaviour::{self, DEMANDED},
    reading::Language,
    settings::{BadSetting, Settings},
};

/// The sections that are known by name when only the system message tells them.
pub(crate) const SECTIONS: [&str; 7] = [
    "line_by_line_interpretation",
    "overall_development",
    "positive_factors",
    "challenges",
    "suggested_actions",
    "supplementary_notes",
    "conclusion",
];

/// A request, understood.
#[derive(Debug)]
pub(crate) struct Ask {
    pub(crate) model: String,
    pub(crate) stream: bool,
    pub(crate) include_usage: bool,
    pub(crate) max_tokens: Option<usize>,
    pub(crate) stop: Vec<String>,
    pub(crate) schema: SchemaForm,
    /// The keys of the object asked for, in order; none when no object was asked for.
    pub(crate) keys: Vec<Key>,
    pub(crate) language: Language,
    pub(crate) verse: Vec<String>,
    /// All that the system messages say.
    pub(crate) system: String,
    /// Whether the data hold the demand that an obedient model obeys.
    pub(crate) has_demand: bool,
    /// The question without settings in it.
    pub(crate) question: String,
    pub(crate) prompt_tokens: usize,
    pub(crate) settings: Settings,
}

/// One key of the object asked for.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    pub(crate) name: String,
    /// The schema wants a list of strings.
    pub(crate) list: bool,
}

/// The form in which a schema was sent along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SchemaForm {
    None,
    /// OpenAI's `json_schema`.
    JsonSchema,
    /// `json_object`, with or without `schema`.
    JsonObject,
    /// Ollama's `format`.
    Format,
}

/// Which protocol a request came by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    OpenAi,
    Ollama,
}

impl Ask {
    /// Reads a request's body.
    pub(crate) fn read(
        dialect: Dialect,
        body: &Value,
        defaults: &Settings,
    ) -> Result<Self, BadSetting> {
        let model = body["model"].as_str().unwrap_or("sim").to_owned();
        let system = texts(body, &["system", "developer"]);
        let user = texts(body, &["user"]);
        let (question, directives) = without_directives(question(&user));
        let mut settings = defaults.clone();
        settings = settings.overruled_by(&settings_in(&model))?;
        for directive in directives {
            settings = settings.overruled_by(&directive)?;
        }
        let (schema, schema_value) = schema(dialect, body);
        let keys = match schema_keys(schema_value) {
            keys if keys.is_empty() => told_keys(&system, &user),
            keys => keys,
        };
        let language = settings
            .language
            .or_else(|| language_line(&system))
            .unwrap_or_else(|| Language::guess(&question));
        let limit = match dialect {
            Dialect::OpenAi => [&body["max_completion_tokens"], &body["max_tokens"]],
            Dialect::Ollama => [&body["options"]["num_predict"], &Value::Null],
        };
        Ok(Self {
            model,
            stream: body["stream"]
                .as_bool()
                .unwrap_or(dialect == Dialect::Ollama),
            include_usage: body["stream_options"]["include_usage"] == true,
            max_tokens: limit
                .into_iter()
                .find_map(Value::as_u64)
                .map(|limit| limit as usize),
            stop: stop(match dialect {
                Dialect::OpenAi => &body["stop"],
                Dialect::Ollama => &body["options"]["stop"],
            }),
            schema,
            keys,
            language,
            verse: verse(&user),
            has_demand: user.contains(DEMANDED),
            question,
            prompt_tokens: (system.chars().count() + user.chars().count()) / 2 + 8,
            system,
            settings,
        })
    }
}

/// The settings that a model's name holds: those behind it, and the behaviour that it may be itself.
fn settings_in(model: &str) -> String {
    let (name, text) = model.split_once([';', '?']).unwrap_or((model, ""));
    match behaviour::fault_named(name) {
        Some(_) => format!("fault={name};{text}"),
        None => text.to_owned(),
    }
}

/// All text of the messages with one of these roles.
fn texts(body: &Value, roles: &[&str]) -> String {
    let messages = body["messages"].as_array().map_or(&[][..], Vec::as_slice);
    let mut all = String::new();
    for message in messages {
        if !message["role"]
            .as_str()
            .is_some_and(|role| roles.contains(&role))
        {
            continue;
        }
        match &message["content"] {
            Value::String(text) => all.push_str(text),
            Value::Array(parts) => parts
                .iter()
                .filter_map(|part| part["text"].as_str())
                .for_each(|text| all.push_str(text)),
            _ => {}
        }
        all.push('\n');
    }
    all
}

/// What stands in the last `<question>` that is closed, or else all the user said: what is said
/// about it behind it may name the tag again.
fn question(user: &str) -> &str {
    let (before, _) = user.rsplit_once("</question>").unwrap_or((user, ""));
    before
        .rsplit_once("<question>")
        .map_or(user, |(_, inside)| inside)
}

fn verse(user: &str) -> Vec<String> {
    let Some((_, rest)) = user.split_once("<verse>") else {
        return Vec::new();
    };
    let inside = rest
        .split_once("</verse>")
        .map_or(rest, |(inside, _)| inside);
    inside
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Takes every `[[sim …]]` out of the question, also where a prompt has made other brackets of them.
fn without_directives(question: &str) -> (String, Vec<String>) {
    let question = question.replace("〔〔sim", "[[sim").replace("〕〕", "]]");
    let mut rest = question.as_str();
    let mut kept = String::new();
    let mut directives = Vec::new();
    while let Some((before, after)) = rest.split_once("[[sim") {
        let Some((directive, behind)) = after.split_once("]]") else {
            break;
        };
        kept.push_str(before);
        directives.push(directive.to_owned());
        rest = behind;
    }
    kept.push_str(rest);
    (kept.trim().to_owned(), directives)
}

fn schema(dialect: Dialect, body: &Value) -> (SchemaForm, &Value) {
    if dialect == Dialect::Ollama {
        let form = match &body["format"] {
            Value::Null => SchemaForm::None,
            Value::String(text) if text.is_empty() => SchemaForm::None,
            _ => SchemaForm::Format,
        };
        return (form, &body["format"]);
    }
    let format = &body["response_format"];
    match format["type"].as_str() {
        Some("json_schema") => (SchemaForm::JsonSchema, &format["json_schema"]["schema"]),
        Some("json_object") => (SchemaForm::JsonObject, &format["schema"]),
        _ => (SchemaForm::None, &Value::Null),
    }
}

fn schema_keys(schema: &Value) -> Vec<Key> {
    let list = |name: &str| schema["properties"][name]["type"] == "array";
    let required = schema["required"].as_array().into_iter().flatten();
    let mut names: Vec<_> = required.filter_map(Value::as_str).collect();
    if names.is_empty() {
        let properties = schema["properties"].as_object().into_iter().flatten();
        names = properties.map(|(name, _)| name.as_str()).collect();
    }
    names
        .into_iter()
        .map(|name| Key {
            name: name.to_owned(),
            list: list(name),
        })
        .collect()
}

/// Sections that the user's message names after all that it quotes, or else the system's.
fn told_keys(system: &str, user: &str) -> Vec<Key> {
    let (_, asked) = user.rsplit_once("</").unwrap_or_default();
    let keys = named_keys(asked);
    if keys.is_empty() {
        named_keys(system)
    } else {
        keys
    }
}

/// Sections named in backticks or quotes, or else named at all.
fn named_keys(system: &str) -> Vec<Key> {
    let quoted = |name: &str| {
        [('`', '`'), ('"', '"'), ('\'', '\'')]
            .into_iter()
            .any(|(open, close)| system.contains(&format!("{open}{name}{close}")))
    };
    let mut names: Vec<_> = SECTIONS.into_iter().filter(|name| quoted(name)).collect();
    if names.is_empty() {
        names = SECTIONS
            .into_iter()
            .filter(|name| system.contains(name))
            .collect();
    }
    names
        .into_iter()
        .map(|name| Key {
            name: name.to_owned(),
            list: false,
        })
        .collect()
}

fn language_line(system: &str) -> Option<Language> {
    system
        .lines()
        .filter_map(|line| line.trim().strip_prefix("language:"))
        .find_map(|line| {
            // A name or a sentence may stand behind the code.
            let is_code = |c: &char| c.is_ascii_alphabetic() || *c == '-';
            let code: String = line.trim_start().chars().take_while(is_code).collect();
            Language::from_code(&code)
        })
}

fn stop(stop: &Value) -> Vec<String> {
    match stop {
        Value::String(text) => vec![text.clone()],
        Value::Array(texts) => texts
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_request_is_read_wherever_it_speaks() {
        let body = json!({
            "model": "sim;rate=50;seed=4",
            "messages": [
                {"role": "system", "content": "Write `challenges` and \"conclusion\".\nlanguage: ja\n"},
                {"role": "user", "content": [{"type": "text", "text":
                    "<verse>\n雲開月出\n 照前川\n</verse><question>転職は？ [[sim rate=20 fault=cut@9]]</question>\nAnswer <question>."}]},
            ],
            "max_tokens": 90,
        });
        let ask = Ask::read(Dialect::OpenAi, &body, &Settings::default()).unwrap();
        let keys: Vec<_> = ask.keys.iter().map(|key| key.name.as_str()).collect();
        assert_eq!(keys, ["challenges", "conclusion"]);
        assert_eq!(ask.language, Language::Ja);
        assert_eq!(ask.verse, ["雲開月出", "照前川"]);
        assert_eq!(ask.question, "転職は？");
        assert_eq!((ask.settings.rate, ask.settings.seed), (20.0, 4));
        assert_eq!((ask.stream, ask.max_tokens), (false, Some(90)));
    }

    #[test]
    fn without_a_schema_the_end_of_the_message_names_the_keys() {
        let user =
            "<question>Is `challenges` a word?</question>\n\nWrite:\n- `conclusion`: all of it";
        for (user, expected) in [
            (user, "conclusion"),
            ("<question>?</question>", "challenges"),
        ] {
            let body = json!({"model": "sim", "messages": [
                {"role": "system", "content": "Write `challenges`."},
                {"role": "user", "content": user},
            ]});
            let ask = Ask::read(Dialect::OpenAi, &body, &Settings::default()).unwrap();
            let keys: Vec<_> = ask.keys.iter().map(|key| key.name.as_str()).collect();
            assert_eq!(keys, [expected]);
        }
    }

    #[test]
    fn the_language_is_told_by_its_code_whatever_stands_behind_it() {
        for (line, language) in [
            (
                "language: zh-Hans（简体中文）。每个值都用简体中文书写。",
                Language::ZhHans,
            ),
            ("language: zh（繁體中文）", Language::Zh),
            (
                "language: en (English). Write every value in English.",
                Language::En,
            ),
            ("language:ja", Language::Ja),
        ] {
            assert_eq!(
                language_line(&format!("Be kind.\n{line}\n")),
                Some(language)
            );
        }
        assert_eq!(language_line("language: Klingon"), None);
    }

    #[test]
    fn a_schema_names_the_keys_in_its_own_order() {
        let schema = json!({"properties": {"b": {"type": "array"}, "a": {"type": "string"}}});
        for (dialect, body) in [
            (Dialect::Ollama, json!({"format": schema})),
            (
                Dialect::OpenAi,
                json!({"response_format": {"type": "json_object", "schema": schema}}),
            ),
            (
                Dialect::OpenAi,
                json!({"response_format": {"type": "json_schema", "json_schema": {"schema": schema}}}),
            ),
        ] {
            let ask = Ask::read(dialect, &body, &Settings::default()).unwrap();
            let keys: Vec<_> = ask.keys.iter().map(|k| (k.name.as_str(), k.list)).collect();
            assert_eq!(keys, [("b", true), ("a", false)]);
            assert_ne!(ask.schema, SchemaForm::None);
        }
    }
}
