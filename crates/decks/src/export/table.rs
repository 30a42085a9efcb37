//! A deck as a table: a row for each lot, a column for each part that any lot has.

use std::collections::BTreeMap;

use csv::{Terminator, WriterBuilder};

use crate::{
    Language, Topic,
    export::{ExportError, map_of, sorted},
    import::{Delimiter, Map, word},
    pack::format::{AllusionEntry, CommentaryEntry, LotFile, Pack, Texts},
};

/// An importer reads no more.
pub(super) const MAX_COLUMNS: usize = 1000;

/// Verses of more lines stand in one cell, and so does how they are spoken.
const MOST_LINE_COLUMNS: usize = 20;

/// Tells spreadsheets that the file is UTF-8.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// The table, and the map that imports it.
pub(super) fn written(pack: &Pack) -> Result<(Vec<u8>, Map), ExportError> {
    let lots = sorted(pack);
    let mut table = Table::new(lots.len());
    let mut map = Map {
        delimiter: Some(Delimiter::Comma),
        ..map_of(pack)
    };
    let cells = |of: fn(&LotFile) -> Option<String>| lots.iter().map(|lot| of(lot)).collect();
    map.number = Some(table.add("number", cells(|lot| Some(lot.number.to_string()))));
    map.title = Some(table.add("title", cells(|lot| Some(lot.title.clone()))));
    if lots.iter().any(|lot| lot.grade.is_some()) {
        map.grade = Some(table.add("grade", cells(|lot| lot.grade.clone())));
    }
    map.verse = lines(&lots, &mut table, ["verse", "line"], |lot| &lot.verse);
    map.pronunciation = lines(&lots, &mut table, ["pronunciation"; 2], |lot| {
        &lot.pronunciation
    });
    map.commentary = commentary(&lots, &mut table);
    map.allusion = allusions(&lots, &mut table);
    map.topics = topics(&lots, &mut table);
    let columns = table.headings.len();
    if columns > MAX_COLUMNS {
        return Err(ExportError::TooWide {
            deck: pack.deck.id.clone(),
            columns,
        });
    }
    Ok((table.text(), map))
}

/// Columns of cells, one for each lot.
struct Table {
    headings: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    fn new(lots: usize) -> Self {
        Self {
            headings: Vec::new(),
            rows: vec![Vec::new(); lots],
        }
    }

    /// Adds a column and returns its heading, which no other column has.
    fn add(&mut self, name: &str, cells: Vec<Option<String>>) -> String {
        let name = name.trim();
        let mut heading = name.to_owned();
        let mut others = 1;
        while self.headings.contains(&heading) {
            others += 1;
            heading = format!("{name} {others}");
        }
        self.headings.push(heading.clone());
        for (row, cell) in self.rows.iter_mut().zip(cells) {
            row.push(cell.unwrap_or_default());
        }
        heading
    }

    fn text(self) -> Vec<u8> {
        let mut table = WriterBuilder::new()
            .terminator(Terminator::CRLF)
            .from_writer(MARK.to_vec());
        let written = "rows of one length, into memory";
        table.write_record(&self.headings).expect(written);
        for row in &self.rows {
            table.write_record(row).expect(written);
        }
        table.into_inner().expect(written)
    }
}

/// A column for each line, or one for all where there are too many of them.
fn lines(
    lots: &[&LotFile],
    table: &mut Table,
    [all, each]: [&str; 2],
    of: fn(&LotFile) -> &Vec<String>,
) -> Vec<String> {
    let most = lots.iter().map(|lot| of(lot).len()).max().unwrap_or(0);
    if most > MOST_LINE_COLUMNS {
        let cells = lots.iter().map(|lot| Some(of(lot).join("\n"))).collect();
        return vec![table.add(all, cells)];
    }
    (0..most)
        .map(|line| {
            let cells = lots.iter().map(|lot| of(lot).get(line).cloned()).collect();
            table.add(&format!("{each} {}", line + 1), cells)
        })
        .collect()
}

fn commentary(lots: &[&LotFile], table: &mut Table) -> Vec<CommentaryEntry> {
    let key = |entry: &CommentaryEntry| (entry.kind.clone(), entry.provenance);
    let slots = slots(lots, |lot| &lot.commentary, key);
    let mut entries = Vec::new();
    for ((kind, provenance), slot) in slots {
        let name = format!("{kind} ({{}}, {})", word(&provenance));
        let texts = add_texts(table, &name, &slot, |entry, language| {
            text_in(entry.texts(), language)
        });
        entries.push(CommentaryEntry {
            kind,
            provenance,
            zh: texts.zh,
            zh_hans: texts.zh_hans,
            en: texts.en,
            ja: texts.ja,
        });
    }
    entries
}

fn allusions(lots: &[&LotFile], table: &mut Table) -> Vec<AllusionEntry> {
    let slots = slots(lots, |lot| &lot.allusion, |entry| entry.provenance);
    let mut entries = Vec::new();
    for (provenance, slot) in slots {
        let name = |what: &str| format!("{what} ({{}}, {})", word(&provenance));
        let title = add_texts(table, &name("allusion title"), &slot, |entry, language| {
            text_in(entry.title.iter(), language)
        });
        let texts = add_texts(table, &name("allusion"), &slot, |entry, language| {
            text_in(entry.texts(), language)
        });
        entries.push(AllusionEntry {
            provenance,
            zh: texts.zh,
            zh_hans: texts.zh_hans,
            en: texts.en,
            ja: texts.ja,
            title,
        });
    }
    entries
}

fn topics(lots: &[&LotFile], table: &mut Table) -> BTreeMap<Topic, Texts> {
    let mut topics: Vec<Topic> = lots
        .iter()
        .flat_map(|lot| lot.topics.keys().copied())
        .collect();
    topics.sort_unstable();
    topics.dedup();
    topics
        .into_iter()
        .map(|topic| {
            let slot: Vec<_> = lots.iter().map(|lot| lot.topics.get(&topic)).collect();
            let name = format!("topics.{}.{{}}", word(&topic));
            let texts = add_texts(table, &name, &slot, |texts, language| {
                text_in(texts.iter(), language)
            });
            (topic, texts)
        })
        .collect()
}

/// One entry of each lot that shares a place with those of other lots.
type Slot<'a, T> = Vec<Option<&'a T>>;

/// Lays the entries of all lots side by side so that each lot's stay in their order: the keys of
/// a lot are a part of the keys of all.
fn slots<'a, T, K: PartialEq + Clone>(
    lots: &[&'a LotFile],
    entries: fn(&LotFile) -> &Vec<T>,
    key: impl Fn(&T) -> K,
) -> Vec<(K, Slot<'a, T>)> {
    let mut keys: Vec<K> = Vec::new();
    for lot in lots {
        let mut at = 0;
        for entry in entries(lot) {
            let key = key(entry);
            let found = keys[at..].iter().position(|known| *known == key);
            if found.is_none() {
                keys.insert(at, key);
            }
            at += found.unwrap_or(0) + 1;
        }
    }
    let mut slots: Vec<(K, Slot<'a, T>)> = keys
        .into_iter()
        .map(|key| (key, vec![None; lots.len()]))
        .collect();
    for (row, lot) in lots.iter().enumerate() {
        let mut at = 0;
        for entry in entries(lot) {
            let key = key(entry);
            let found = slots[at..].iter().position(|(known, _)| *known == key);
            at += found.expect("its keys are a part of all");
            slots[at].1[row] = Some(entry);
            at += 1;
        }
    }
    slots
}

/// Adds a column for each language that any entry has, and returns their headings.
fn add_texts<T>(
    table: &mut Table,
    name: &str,
    slot: &Slot<'_, T>,
    text: impl Fn(&T, Language) -> Option<String>,
) -> Texts {
    let [zh, zh_hans, en, ja] = Language::ALL.map(|language| {
        let cells: Vec<_> = slot
            .iter()
            .map(|entry| entry.and_then(|entry| text(entry, language)))
            .collect();
        let any = cells.iter().any(Option::is_some);
        any.then(|| table.add(&name.replace("{}", language.code()), cells))
    });
    Texts {
        zh,
        zh_hans,
        en,
        ja,
    }
}

fn text_in<'a>(
    mut texts: impl Iterator<Item = (Language, &'a str)>,
    language: Language,
) -> Option<String> {
    let found = texts.find(|(other, _)| *other == language);
    found.map(|(_, text)| text.to_owned())
}
