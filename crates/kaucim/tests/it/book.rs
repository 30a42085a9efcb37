//! The documents: every link leads somewhere, every document is in the contents, and what is made from the program is as
//! the program is.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use crate::variables;

mod configuration;

fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.canonicalize().expect("the workspace")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every Markdown file of ours, by its path from the root.
fn documents() -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path
                .file_name()
                .and_then(|name| name.to_str())
                .unwrap_or(".");
            if path.is_dir() {
                if !name.starts_with('.') && name != "target" && name != "node_modules" {
                    folders.push(path);
                }
            } else if name.ends_with(".md") {
                let text = fs::read_to_string(&path).expect("text");
                let path = path.strip_prefix(root()).expect("below the root");
                found.insert(path.to_owned(), text);
            }
        }
    }
    found
}

/// The lines of a document that are no code.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut is_code = false;
    text.lines().filter(move |line| {
        let fence = line.trim_start_matches(['>', ' ']).starts_with("```");
        is_code ^= fence;
        !is_code && !fence
    })
}

/// A line without what stands between backticks.
fn without_code(line: &str) -> String {
    line.split('`').step_by(2).collect::<Vec<_>>().join("`")
}

/// Where the links and pictures of a line lead to.
fn targets(line: &str) -> Vec<String> {
    let line = without_code(line);
    let ends = line.match_indices("](").filter_map(|(place, _)| {
        let rest = &line[place + 2..];
        rest.split_once(')').map(|(target, _)| target.to_owned())
    });
    ends.collect()
}

/// What headings are called in addresses, as GitHub makes it.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut known = BTreeSet::new();
    for line in prose(text) {
        let title = line.trim_start_matches('#');
        if title.len() == line.len() || !title.starts_with(' ') {
            continue;
        }
        let slug: String = title
            .trim()
            .to_lowercase()
            .chars()
            .filter_map(|c| match c {
                ' ' => Some('-'),
                '-' | '_' => Some(c),
                _ => c.is_alphanumeric().then_some(c),
            })
            .collect();
        let again = (1..).map(|count| format!("{slug}-{count}"));
        let mut names = std::iter::once(slug.clone()).chain(again);
        let name = names.find(|name| !known.contains(name));
        known.extend(name);
    }
    known
}

/// The path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path {
        match part.to_str() {
            Some(".") => {}
            Some("..") => assert!(
                plain.pop(),
                "{} leads out of the repository",
                path.display()
            ),
            _ => plain.push(part),
        }
    }
    plain
}

/// What is wrong with the links of these documents.
fn broken(documents: &BTreeMap<PathBuf, String>) -> (usize, Vec<String>) {
    let (mut count, mut broken) = (0, Vec::new());
    for (path, text) in documents {
        for target in prose(text).flat_map(targets) {
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            count += 1;
            let (file, anchor) = target.split_once('#').unwrap_or((&target, ""));
            let to = if file.is_empty() {
                path.clone()
            } else {
                plain(&path.parent().expect("a folder").join(file))
            };
            let is_there = documents.contains_key(&to) || root().join(&to).exists();
            let has_anchor = anchor.is_empty()
                || documents
                    .get(&to)
                    .is_some_and(|text| anchors(text).contains(anchor));
            if !is_there || !has_anchor {
                broken.push(format!("{}: {target}", path.display()));
            }
        }
    }
    (count, broken)
}

#[test]
fn every_link_leads_somewhere() {
    let (count, broken) = broken(&documents());
    assert!(count > 80, "only {count} links were found");
    assert!(broken.is_empty(), "lead nowhere:\n{}", broken.join("\n"));
}

/// What is planted here is found, and what is right is left alone.
#[test]
fn a_link_that_leads_nowhere_is_found() {
    let text = "# One `two`, three\n\
                [a](#one-two-three) [b](#one) [c](other.md#there) [d](other.md#gone) [e](none.md)\n\
                ## There\n## There\n[f](#there-1) [g](#there-2) `[h](code.md)` [i](https://elsewhere.example)\n\
                ```\n[j](fenced.md)\n## Fenced\n```\n[k](#fenced) ![l](none.png)\n";
    let documents = [("docs/a.md", text), ("docs/other.md", "## There\n")]
        .map(|(path, text)| (PathBuf::from(path), text.to_owned()));
    let (_, broken) = broken(&documents.into());
    let found: Vec<_> = broken
        .iter()
        .map(|one| one.trim_start_matches("docs/a.md: "))
        .collect();
    let planted = [
        "#one",
        "other.md#gone",
        "none.md",
        "#there-2",
        "#fenced",
        "none.png",
    ];
    assert_eq!(found, planted);
}

#[test]
fn every_document_is_in_the_contents() {
    let contents = read("docs/README.md");
    let linked: BTreeSet<_> = prose(&contents).flat_map(targets).collect();
    for path in documents().keys() {
        let Ok(name) = path.strip_prefix("docs") else {
            continue;
        };
        let name = name.to_str().expect("a name");
        assert!(
            name == "README.md" || linked.contains(name),
            "docs/README.md does not lead to {name}"
        );
    }
}

/// The part of a document between `<!-- NAME -->` and `<!-- /NAME -->` is this text. With `KAUCIM_WRITE_DOCS=1` it is made so.
fn holds(path: &str, name: &str, expected: &str) {
    let document = read(path);
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let (before, rest) = document
        .split_once(&begin)
        .unwrap_or_else(|| panic!("{path}: no {begin}"));
    let (held, after) = rest
        .split_once(&end)
        .unwrap_or_else(|| panic!("{path}: no {end}"));
    if held != expected && variables::number("KAUCIM_WRITE_DOCS", 0) == 1 {
        let text = format!("{before}{begin}{expected}{end}{after}");
        fs::write(root().join(path), text).expect("it is written");
        return;
    }
    assert!(
        held == expected,
        "{path} is not what the program is any more: run this test with KAUCIM_WRITE_DOCS=1, and read what changes.\n{expected}"
    );
}
