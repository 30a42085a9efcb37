//! A small pack of two lots about lamps, to be broken in one place at a time.

use std::{fs, path::Path};

use kaucim_decks::Library;
use tempfile::TempDir;

const DECK: &str = r#"
format = 1
id = "lamps"
deity = "mazu"
edition = "first"
source = "made for a test"
licence = "CC0-1.0"
count = 2
language = "zh"
blocks = "three"
redraw = "always"
metre = { lines = 2, characters = 4 }
[deity_name]
zh = "媽祖"
en = "Mazu"
[name]
zh = "燈籤"
[[grades]]
word = "上"
tone = "good"
en = "High"
count = 1
[[grades]]
word = "下"
count = 1
"#;

pub(crate) const FIRST: &str = r#"
number = 1
title = "第一籤"
grade = "上"
verse = ["燈照前途", "風靜船歸"]
[[commentary]]
kind = "meaning"
provenance = "written"
zh = "船已近岸。"
en = "The boats are close to the shore."
[[allusion]]
provenance = "classic"
title = { zh = "漁夫" }
zh = "漁夫見燈而歸。"
[topics.travel]
zh = "出門平安。"
"#;

pub(crate) const SECOND: &str = r#"
number = 2
title = "第二籤"
grade = "下"
verse = ["雨急燈昏", "且待天明"]
"#;

/// A folder of packs for one test.
pub(crate) struct Packs(TempDir);

impl Packs {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Adds a good pack, then changes what the test is about.
    pub(crate) fn add(&self, name: &str, replace: &[(&str, &str)]) {
        let written = |text: &str| {
            replace
                .iter()
                .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
        };
        let pack = self.path().join(name);
        fs::create_dir_all(pack.join("lots")).unwrap();
        fs::write(pack.join("deck.toml"), written(DECK)).unwrap();
        fs::write(pack.join("lots/001.toml"), written(FIRST)).unwrap();
        fs::write(pack.join("lots/002.toml"), written(SECOND)).unwrap();
    }

    /// What is said about the packs.
    pub(crate) fn faults(&self) -> Vec<String> {
        Library::open(self.path())
            .1
            .iter()
            .map(ToString::to_string)
            .collect()
    }
}
