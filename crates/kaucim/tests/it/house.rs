//! The house rules that a compiler does not know: crate edges, and what each file is for.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use cargo_metadata::{DependencyKind, MetadataCommand};
use kaucim_fortune::{Language, SectionId};

/// What each crate may depend on, of ours and of what it must never see.
const EDGES: &[(&str, &[&str], &[&str])] = &[
    ("kaucim-llm", &[], &["axum", "rusqlite", "clap"]),
    (
        "kaucim-decks",
        &[],
        &["axum", "rusqlite", "reqwest", "tokio", "clap"],
    ),
    (
        "kaucim-fortune",
        &["kaucim-llm", "kaucim-decks"],
        &["axum", "rusqlite", "reqwest", "clap"],
    ),
    (
        "kaucim-tasks",
        &["kaucim-fortune", "kaucim-decks"],
        &["axum", "reqwest", "toml", "clap"],
    ),
    (
        "kaucim-server",
        &["kaucim-tasks", "kaucim-fortune", "kaucim-decks"],
        &["kaucim-llm", "rusqlite", "reqwest", "toml", "clap"],
    ),
    (
        "kaucim",
        &[
            "kaucim-server",
            "kaucim-tasks",
            "kaucim-fortune",
            "kaucim-decks",
            "kaucim-llm",
        ],
        &["axum", "rusqlite"],
    ),
    ("faultfs", &[], &[]),
    ("llmsim", &[], &[]),
    ("scalesim", &[], &[]),
    ("kaucim-bench", &["llmsim"], &[]),
    ("kaucim-conformance", &[], &["axum", "rusqlite"]),
    ("kaucim-eval", &["llmsim"], &[]),
    (
        "kaucim-fuzz",
        &[
            "kaucim-server",
            "kaucim-tasks",
            "kaucim-fortune",
            "kaucim-decks",
            "kaucim-llm",
        ],
        &["rusqlite"],
    ),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .expect("the workspace")
}

#[test]
fn crates_depend_on_each_other_only_as_drawn() {
    let metadata = MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .no_deps()
        .other_options(["--offline".to_owned()])
        .exec()
        .expect("cargo metadata");
    let ours: BTreeSet<_> = metadata
        .packages
        .iter()
        .map(|package| package.name.to_string())
        .collect();
    let drawn: BTreeMap<_, _> = EDGES
        .iter()
        .map(|(name, may, never)| (*name, (*may, *never)))
        .collect();
    for package in &metadata.packages {
        let name = package.name.as_str();
        let (may, never) = drawn
            .get(name)
            .unwrap_or_else(|| panic!("`{name}` is not in ARCHITECTURE.md yet"));
        let normal = package
            .dependencies
            .iter()
            .filter(|edge| edge.kind == DependencyKind::Normal);
        for edge in normal {
            let to = edge.name.as_str();
            let allowed = !ours.contains(to) || may.contains(&to);
            assert!(
                allowed,
                "`{name}` may not depend on `{to}`: see ARCHITECTURE.md"
            );
            assert!(
                !never.contains(&to),
                "`{name}` must never see `{to}`: see ARCHITECTURE.md"
            );
        }
    }
}

#[test]
fn every_file_says_first_what_it_is_for() {
    let mut files = Vec::new();
    for folder in ["crates", "tools", "clients", "examples", "conformance"] {
        collect(&root().join(folder), &mut files);
    }
    assert!(files.len() > 50, "found only {} files", files.len());
    for file in files {
        let text = fs::read_to_string(&file).expect("a text file");
        let lines = text.lines().count();
        let name = file.strip_prefix(root()).unwrap_or(&file).display();
        match file.extension().and_then(|ending| ending.to_str()) {
            Some("rs") => assert!(
                text.starts_with("//! "),
                "{name}: no `//!` on the first line"
            ),
            _ => assert!(
                text.starts_with("//") || text.starts_with("/*"),
                "{name}: no comment"
            ),
        }
        assert!(
            lines <= 800,
            "{name} has {lines} lines: split it by subject"
        );
    }
}

/// What `docs/security.md` says is shown by a test, is.
#[test]
fn the_tests_that_are_named_for_security_are_there() {
    let document = fs::read_to_string(root().join("docs/security.md")).expect("the document");
    let mut named = 0;
    for row in document.lines().filter(|line| line.starts_with("| ")) {
        let mut folder = "";
        for word in row.split([' ', ',', ';', '|']) {
            match word {
                "server" | "tasks" | "fortune" | "llm" | "decks" | "program" => folder = word,
                _ => {}
            }
            let Some((module, test)) = word.trim_matches('`').split_once("::") else {
                continue;
            };
            let folder = if folder == "program" {
                "kaucim"
            } else {
                folder
            };
            let file = root().join(format!("crates/{folder}/tests/it/{module}.rs"));
            let text = fs::read_to_string(&file);
            let text = text.unwrap_or_else(|_| panic!("{word}: no {}", file.display()));
            assert!(
                text.contains(&format!("fn {test}(")),
                "no test {word} in {folder}"
            );
            named += 1;
        }
    }
    assert!(named >= 30, "it names only {named} tests");
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "target") {
                collect(&path, files);
            }
        } else if path
            .extension()
            .is_some_and(|e| e == "rs" || e == "js" || e == "css")
        {
            files.push(path);
        }
    }
}

#[test]
fn the_page_has_the_titles_of_the_readings() {
    let path = root().join("crates/server/web/assets/text.js");
    let text = fs::read_to_string(path).expect("the page's texts");
    for language in Language::ALL {
        for section in SectionId::ALL {
            let title = section.title(language);
            assert!(
                text.contains(title),
                "text.js has no `{title}` ({language})"
            );
        }
    }
}
