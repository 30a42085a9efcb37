//! The configuration says of every key where its value is from, and of every mistake where it is.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::{
    DEFAULTS, Shown, Source, Sources, check,
    file::Written,
    keys::{self, KEYS},
    shown,
};
use crate::{
    arguments::{Common, Serve},
    environment::Environment,
};

/// The default file with all that is only shown in it as a comment.
fn everything() -> String {
    let is_key = |line: &str| {
        let name = line.split(" = ").next().unwrap_or_default();
        let is_name = |name: &str| name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        line.starts_with('[') || (line.contains(" = ") && is_name(name))
    };
    let lines = DEFAULTS.lines().filter(|line| *line != "models = []");
    let lines = lines.map(|line| match line.strip_prefix("# ") {
        Some(commented) if is_key(commented) => commented,
        Some(_) | None => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A key with a star where a number stands.
fn starred(key: &str) -> String {
    let parts = key.split('.').map(|part| match part.parse::<u32>() {
        Ok(_) => "*",
        Err(_) => part,
    });
    parts.collect::<Vec<_>>().join(".")
}

fn sources(text: &str, serve: Serve, variables: &[(&str, &str)]) -> (Sources, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("kaucim.toml");
    std::fs::write(&path, text).expect("it is written");
    let common = Common {
        config: Some(path),
        ..Common::default()
    };
    let lookup = |name: &str| {
        let found = variables.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    let mut environment = Environment::from_lookup(lookup);
    environment.home = Some("/home/temple".to_owned());
    (Sources::new(&common, &serve, &environment), folder)
}

#[test]
fn the_table_of_keys_is_that_of_the_documented_file() {
    let everything = everything();
    let written = Written::of(&everything, None);
    assert_eq!(written.mistakes(), [], "a key that is documented is known");
    written.file().expect("every documented value has its type");
    let undocumented = KEYS.iter().map(|(key, _)| *key).filter(|key| {
        let last = key.trim_end_matches(".*").rsplit('.').next();
        let last = last.unwrap_or_default();
        !everything.contains(&format!("{last} = "))
    });
    // It stands there in the place of jwks_url, in a comment.
    assert_eq!(undocumented.collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn every_key_is_shown_and_nothing_else() {
    // A server that speaks OpenAI's protocol has no context to be set.
    let text = everything().replace("\ncontext = 8192", "\n");
    let (sources, _folder) = sources(&text, Serve::default(), &[]);
    let all = shown(&sources).unwrap_or_else(|failed| panic!("{failed:?}\n{text}"));
    let all: BTreeSet<String> = all.iter().map(|shown| starred(&shown.key)).collect();
    let known = |key: &&str| match *key {
        "resources.*.text.*" => all.iter().any(|key| key.starts_with("resources.*.text.")),
        key => all.contains(key),
    };
    let missing = KEYS.iter().map(|(key, _)| *key).filter(|key| !known(key));
    assert_eq!(missing.collect::<Vec<_>>(), [""; 0], "not shown");
    let stranger = all.iter().find(|key| !keys::is_known(key));
    assert_eq!(stranger, None, "shown, and no key");
}

#[test]
fn every_value_says_where_it_is_from() {
    let serve = Serve {
        listen: Some("127.0.0.1:1".to_owned()),
        ..Serve::default()
    };
    let text = "workers = 3\n[limits]\n\nqueued = 7\nper_guest = 2\n\
                [[models]]\nmodel = \"openai:a\"\napi_key = \"sk-secret\"\n\
                [[models]]\nmodel = \"ollama:b\"\nurl = \"http://mei:word@127.0.0.1:9\"\n";
    let variables = [
        ("KAUCIM_LISTEN", "127.0.0.1:2"),
        ("KAUCIM_TASKS_PER_USER", "9"),
        ("OLLAMA_HOST", "models.example"),
    ];
    let (sources, folder) = sources(text, serve, &variables);
    let all = shown(&sources).expect("it is good");
    let of = |key: &str| all.iter().find(|shown| shown.key == key).expect(key);
    let check = |key: &str, value: Value, source: &str| {
        let Shown {
            value: shown,
            source: from,
            ..
        } = of(key);
        let from = match from {
            Source::Default => "default".to_owned(),
            Source::File { file, line } => {
                assert_eq!(
                    *file,
                    folder.path().join("kaucim.toml").display().to_string()
                );
                format!("line {line}")
            }
            Source::Variable { name } | Source::Flag { name } => name.clone(),
        };
        assert_eq!((shown, &*from), (&value, source), "{key}");
    };
    check("listen", json!("127.0.0.1:1"), "--listen");
    check("workers", json!(3), "line 1");
    check("limits.queued", json!(7), "line 4");
    check("limits.per_guest", json!(9), "KAUCIM_TASKS_PER_USER");
    check("reading.temperature", json!(0.7), "default");
    check("public_url", Value::Null, "default");
    check(
        "data_dir",
        json!("/home/temple/.local/share/kaucim"),
        "default",
    );
    check("models.1.model", json!("openai:a"), "line 7");
    check("models.1.api_key", json!("(hidden)"), "line 8");
    check(
        "models.1.url",
        json!("https://api.openai.com/v1"),
        "default",
    );
    check(
        "models.2.url",
        json!("http://mei:hidden@127.0.0.1:9/"),
        "line 11",
    );
    assert!(!format!("{all:?}").contains("sk-secret"));
    assert!(of("limits.queued").reloads && !of("listen").reloads);
}

#[test]
fn what_a_variable_says_is_told_by_its_name() {
    let models = "[[models]]\nmodel = \"openai:of-file\"\nurl = \"http://127.0.0.1:9\"\n";
    let variables = [
        ("KAUCIM_MODEL", "ollama:b"),
        ("OLLAMA_HOST", "models.example"),
        ("KAUCIM_RATE_LIMIT", "off"),
    ];
    let (sources, _folder) = sources(models, Serve::default(), &variables);
    let all = shown(&sources).expect("it is good");
    let from = |key: &str| {
        let shown = all.iter().find(|shown| shown.key == key).expect(key);
        shown.source.clone()
    };
    for (key, variable) in [
        ("models.1.model", "KAUCIM_MODEL"),
        ("models.1.url", "OLLAMA_HOST"),
        ("limits.rates", "KAUCIM_RATE_LIMIT"),
        ("budget.guests.readings", "KAUCIM_RATE_LIMIT"),
    ] {
        let name = variable.to_owned();
        assert_eq!(from(key), Source::Variable { name }, "{key}");
    }
}

#[test]
fn all_mistakes_are_told_with_their_lines_at_once() {
    let text = "listn = \"127.0.0.1:1\"\n\
                workers = 0\n\
                [reading]\n\
                temperature = 3\n\
                tokens = 300\n\
                [limits]\n\
                queued = \"many\"\n\
                guest_rate = 0\n\
                [identity]\n\
                issuer = \"i\"\n\
                [[models]]\n\
                model = \"gpt\"\n";
    let told = |text: &str, variables: &[(&str, &str)]| {
        let (sources, _folder) = sources(text, Serve::default(), variables);
        let mistakes = check(&sources).expect("it can be read");
        let told = mistakes.iter().map(|mistake| {
            assert!(mistake.hint.is_some(), "{mistake:?}");
            (
                mistake.line.unwrap_or_default(),
                mistake.key.clone().unwrap_or_default(),
            )
        });
        told.collect::<Vec<_>>()
    };
    let expected = [
        (1, "listn"),
        (2, "workers"),
        (4, "reading.temperature"),
        (5, "reading.tokens"),
        (7, "limits.queued"),
        (8, "limits.guest_rate"),
        (9, "identity"),
        (12, "models.1.model"),
    ];
    assert_eq!(
        told(text, &[]),
        expected.map(|(line, key)| (line, key.to_owned()))
    );
    assert_eq!(told("workers = 2\n[limits]\nqueued = 1\n", &[]), []);
    let broken = told("listen = \"a\nworkers = = 2\n", &[]);
    assert_eq!(broken.first().map(|(line, _)| *line), Some(1));
    // What a variable says stands on no line.
    let of_variable = told("[limits]\nqueued = 5\n", &[("KAUCIM_QUEUE_LIMIT", "0")]);
    assert_eq!(of_variable, [(0, "limits.queued".to_owned())]);
}
