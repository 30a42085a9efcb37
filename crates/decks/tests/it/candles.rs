//! A sound pack of twelve lots, in which nothing is found until something is planted.

use std::{collections::BTreeMap, fs, path::Path};

use kaucim_decks::{
    Fault,
    lint::{self, Linted},
};
use tempfile::TempDir;

/// The first lines of the Thousand Character Classic (千字文, sixth century), in which no
/// character stands twice.
const LINES: [&str; 24] = [
    "天地玄黃",
    "宇宙洪荒",
    "日月盈昃",
    "辰宿列張",
    "寒來暑往",
    "秋收冬藏",
    "閏餘成歲",
    "律呂調陽",
    "雲騰致雨",
    "露結為霜",
    "金生麗水",
    "玉出崑岡",
    "劍號巨闕",
    "珠稱夜光",
    "果珍李柰",
    "菜重芥薑",
    "海鹹河淡",
    "鱗潛羽翔",
    "龍師火帝",
    "鳥官人皇",
    "始制文字",
    "乃服衣裳",
    "推位讓國",
    "有虞陶唐",
];

const NUMBERS: [&str; 12] = [
    "一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二",
];

const DECK: &str = r#"format = 1
id = "candles"
deity = "mazu"
edition = "first"
source = "made for a test"
licence = "CC0-1.0"
count = 12
language = "zh"
blocks = "none"
redraw = "always"
metre = { lines = 2, characters = 4 }
[deity_name]
zh = "媽祖"
en = "Mazu"
ja = "媽祖"
[name]
zh = "燭籤"
en = "Lots of the Candle"
ja = "灯のみくじ"
[[grades]]
word = "吉"
tone = "good"
count = 6
[[grades]]
word = "平"
tone = "mixed"
count = 6
"#;

/// The files of a pack, to be changed in one place.
pub(crate) struct Candles(pub(crate) BTreeMap<String, String>);

impl Candles {
    pub(crate) fn new() -> Self {
        let mut files = BTreeMap::from([("deck.toml".to_owned(), DECK.to_owned())]);
        for (index, (lines, name)) in LINES.chunks(2).zip(NUMBERS).enumerate() {
            let number = index + 1;
            files.insert(
                format!("lots/{number:03}.toml"),
                lot(number, name, [lines[0], lines[1]]),
            );
        }
        Self(files)
    }

    /// Replaces words in one of the files; they must be there.
    pub(crate) fn with(mut self, file: &str, from: &str, to: &str) -> Self {
        let content = self.0.get_mut(file).unwrap();
        assert!(content.contains(from), "{file} has no `{from}`");
        *content = content.replace(from, to);
        self
    }

    /// Replaces words in all files.
    pub(crate) fn everywhere(mut self, from: &str, to: &str) -> Self {
        for content in self.0.values_mut() {
            *content = content.replace(from, to);
        }
        self
    }

    pub(crate) fn write(&self, folder_of_packs: &Path, name: &str) {
        let folder = folder_of_packs.join(name);
        fs::create_dir_all(folder.join("lots")).unwrap();
        for (file, content) in &self.0 {
            fs::write(folder.join(file), content).unwrap();
        }
    }

    pub(crate) fn lint(&self) -> Linted {
        let folder = TempDir::new().unwrap();
        self.write(folder.path(), "candles");
        lint::pack(&folder.path().join("candles")).unwrap()
    }
}

/// What was found, errors first.
pub(crate) fn found(linted: &Linted) -> Vec<&Fault> {
    linted.errors.iter().chain(&linted.warnings).collect()
}

/// Likewise, as lines to be read when a test fails.
pub(crate) fn told(linted: &Linted) -> String {
    let lines = found(linted)
        .into_iter()
        .map(|fault| format!("{} {fault}\n", fault.code.name()));
    lines.collect()
}

fn lot(number: usize, name: &str, [first, second]: [&str; 2]) -> String {
    let grade = ["吉", "平"][number % 2];
    let grade_line = format!("grade = \"{grade}\"");
    format!(
        r#"number = {number}
title = "燭籤第{name}籤"
{grade_line}
verse = ["{first}", "{second}"]
[[commentary]]
kind = "meaning"
provenance = "written"
zh = "第{name}支燭：燭光照見「{first}」，慢慢走，路就明白。"
en = "Candle {number}: the flame shows the road; walk slowly and it grows clear."
ja = "{number}本目の灯り。ゆっくり歩けば、道は見えてきます。"
[[commentary]]
kind = "translation"
provenance = "written"
en = """
The first line of lot {number}.
The second line of lot {number}."""
[[commentary]]
kind = "subtitle"
provenance = "classic"
zh = "燭台{stem}{branch}"
[topics.health]
zh = "早睡早起，不適就醫。"
[topics.love]
zh = "把話說清楚，不必說得多。"
"#,
        stem = "甲乙丙丁戊己庚辛壬癸甲乙".chars().nth(number - 1).unwrap(),
        branch = "子丑寅卯辰巳午未申酉戌亥".chars().nth(number - 1).unwrap(),
    )
}
