//! `docs/configure.md` has every key of the configuration file, made from the file of defaults, and every variable.

use std::fmt::Write;

use super::{holds, read};

/// Keys that one comment explains, as rows of a table have them.
#[derive(Default)]
struct Row {
    keys: Vec<String>,
    variables: Vec<String>,
    about: String,
}

/// A table of the file, with what is said of it as a whole.
struct Section {
    name: String,
    about: String,
    rows: Vec<Row>,
}

/// Reads the file of defaults: comments stand above the keys that they explain, and end with the variables that count
/// before these keys. A key that is commented out has no default.
fn sections(text: &str) -> Vec<Section> {
    let mut sections = vec![Section {
        name: String::new(),
        about: String::new(),
        rows: Vec::new(),
    }];
    let mut row = Row::default();
    for line in text.lines().skip(1).chain([""]) {
        let bare = line.strip_prefix("# ").unwrap_or(line);
        let section = sections.last_mut().expect("there is one");
        if line.is_empty() {
            section.keep(std::mem::take(&mut row));
        } else if let Some(name) = bare.strip_prefix('[').filter(|_| is_head(bare)) {
            let about = if row.keys.is_empty() {
                std::mem::take(&mut row).about
            } else {
                String::new()
            };
            section.keep(std::mem::take(&mut row));
            let name = format!("[{name}");
            sections.push(Section {
                name,
                about,
                rows: Vec::new(),
            });
        } else if let Some((key, about)) = key(bare) {
            // What has words of its own has a row of its own.
            if !about.is_empty() && !row.keys.is_empty() {
                section.keep(std::mem::take(&mut row));
            }
            let default = if bare == line { "" } else { " (no default)" };
            row.keys.push(format!("`{key}`{default}"));
            row.explain(about);
            if !about.is_empty() {
                section.keep(std::mem::take(&mut row));
            }
        } else {
            if !row.keys.is_empty() {
                section.keep(std::mem::take(&mut row));
            }
            row.explain(bare);
        }
    }
    sections
}

fn is_head(line: &str) -> bool {
    let name = line.trim_matches(['[', ']']);
    line.ends_with(']') && name.chars().all(|c| c.is_ascii_lowercase() || c == '_')
}

/// The key and its value, and what is said behind them.
fn key(line: &str) -> Option<(&str, &str)> {
    let (name, _) = line.split_once(" = ")?;
    if !name.chars().all(|c| c.is_ascii_lowercase() || c == '_') {
        return None;
    }
    let (pair, about) = line.split_once("  #").unwrap_or((line, ""));
    Some((pair.trim(), about.trim()))
}

impl Row {
    /// Takes in a line of explanation; variables stand behind a gap at its end.
    fn explain(&mut self, line: &str) {
        let gap = line.find("  ").filter(|gap| is_variables(&line[*gap..]));
        let (about, variables) = match gap {
            Some(gap) => line.split_at(gap),
            None if is_variables(line) => ("", line),
            None => (line, ""),
        };
        let words = variables.split([',', ' ']).filter(|word| !word.is_empty());
        self.variables.extend(
            words.map(|word| match word.chars().all(|c| c.is_lowercase()) {
                true => word.to_owned(),
                false => format!("`{word}`"),
            }),
        );
        if !about.is_empty() {
            self.about += if self.about.is_empty() { "" } else { " " };
            self.about += about.trim();
        }
    }
}

/// Names of variables, perhaps with a word on what they do.
fn is_variables(text: &str) -> bool {
    text.trim_start().starts_with("KAUCIM_") && !text.contains(';')
}

impl Section {
    fn keep(&mut self, row: Row) {
        if row.keys.is_empty() {
            if !row.about.is_empty() {
                self.about += if self.about.is_empty() { "" } else { " " };
                self.about += &row.about;
            }
        } else {
            self.rows.push(row);
        }
    }
}

fn table(sections: &[Section]) -> String {
    let mut text = String::new();
    for section in sections.iter().filter(|section| !section.rows.is_empty()) {
        let name = if section.name.is_empty() {
            "At the top of the file"
        } else {
            &section.name
        };
        // Writing into a string cannot fail.
        let _ = writeln!(text, "\n### {name}\n");
        if !section.about.is_empty() {
            let _ = writeln!(text, "{}\n", section.about.replace('<', "&lt;"));
        }
        text += "| key and default | what it is for | environment |\n|---|---|---|\n";
        for row in &section.rows {
            let about = row.about.replace('|', "\\|").replace('<', "&lt;");
            let _ = writeln!(
                text,
                "| {} | {about} | {} |",
                row.keys.join("<br>"),
                row.variables.join(" ")
            );
        }
    }
    text + "\n"
}

#[test]
fn every_key_is_in_the_documents() {
    let sections = sections(&read("crates/kaucim/config.default.toml"));
    let keys: usize = sections
        .iter()
        .flat_map(|section| &section.rows)
        .map(|row| row.keys.len())
        .sum();
    assert!(keys > 50, "only {keys} keys were found");
    holds("docs/configure.md", "keys", &table(&sections));
}

#[test]
fn every_variable_is_in_the_documents() {
    let source = read("crates/kaucim/src/environment.rs");
    let document = read("docs/configure.md");
    let names: Vec<_> = source
        .split("set(\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert!(
        names.len() > 15,
        "only {} variables were found",
        names.len()
    );
    for name in names {
        assert!(
            document.contains(&format!("`{name}`")),
            "docs/configure.md does not tell of {name}"
        );
    }
}
