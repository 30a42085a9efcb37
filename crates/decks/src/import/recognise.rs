//! Makes a map of the columns whose headings leave no doubt, and leaves the others out.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{
    Language, Provenance, Topic,
    import::{
        Map,
        grades::{self, Fortune},
        headings::{self, Heading},
        number,
        record::{self, Records, Text},
        script,
    },
    pack::format::{AllusionEntry, CommentaryEntry, Texts},
};

/// Columns that are looked at.
const MOST_COLUMNS: usize = 1000;

/// Columns by what their headings say.
#[derive(Default)]
struct Found {
    numbers: Vec<String>,
    ids: Vec<String>,
    titles: Vec<String>,
    grades: Vec<String>,
    verses: Vec<String>,
    lines: BTreeMap<usize, Vec<String>>,
    commentary: Vec<(String, Language, String)>,
    allusions: Vec<(Language, String)>,
    allusion_titles: Vec<(Language, String)>,
    verdicts: Vec<(String, Vec<Topic>, Language, String)>,
}

/// The map of what is known. Where two columns could be the same thing, neither is taken.
pub(super) fn known(records: &Records) -> Map {
    let mut map = Map::default();
    let mut found = Found::default();
    pack_form(records, &mut map);
    let parts = [
        map.pack_form.commentary.clone(),
        map.pack_form.allusion.clone(),
        map.pack_form.topics.clone(),
    ];
    for column in columns(records) {
        let top = column.split('.').next().unwrap_or_default();
        if !parts.iter().flatten().any(|part| part == top) {
            found.column(records, column);
        }
    }
    map.number = only(found.numbers).or_else(|| only(found.ids));
    map.title = only(found.titles);
    map.grade = only(found.grades);
    map.verse = verse(found.verses, found.lines);
    map.commentary = commentary(found.commentary);
    map.allusion = allusions(found.allusions, found.allusion_titles);
    for (label, topics, language, column) in found.verdicts {
        verdict(&mut map, (label, topics), language, column);
    }
    map
}

/// The names of all columns, in the order in which they are met.
pub(super) fn columns(records: &Records) -> Vec<String> {
    if !records.headings.is_empty() {
        return records.headings.clone();
    }
    let mut seen = BTreeSet::new();
    let mut columns = Vec::new();
    for record in &records.list {
        for (name, _) in record.leaves() {
            if columns.len() < MOST_COLUMNS && seen.insert(name.clone()) {
                columns.push(name);
            }
        }
    }
    columns
}

/// The language that the script of columns tells.
pub(super) fn language(records: &Records, columns: &[String]) -> Language {
    let texts: Vec<_> = columns
        .iter()
        .flat_map(|column| texts(records, column))
        .collect();
    script::language(texts.iter().map(String::as_str))
}

/// Parts that already have the form of a lot's own file.
fn pack_form(records: &Records, map: &mut Map) {
    let all = |name: &str, fits: fn(&Value) -> bool| {
        let mut values = records
            .list
            .iter()
            .filter_map(|record| record.fields.get(name))
            .peekable();
        (values.peek().is_some() && values.all(fits)).then(|| name.to_owned())
    };
    map.pack_form.commentary = all("commentary", |value| {
        serde_json::from_value::<Vec<CommentaryEntry>>(value.clone()).is_ok()
    });
    map.pack_form.allusion = all("allusion", |value| {
        serde_json::from_value::<Vec<AllusionEntry>>(value.clone()).is_ok()
    });
    map.pack_form.topics = all("topics", |value| {
        serde_json::from_value::<BTreeMap<Topic, Texts>>(value.clone()).is_ok()
    });
}

impl Found {
    fn column(&mut self, records: &Records, column: String) {
        let Some((heading, language)) = headings::read(&column) else {
            return;
        };
        let texts = texts(records, &column);
        let language =
            language.unwrap_or_else(|| script::language(texts.iter().map(String::as_str)));
        match heading {
            Heading::Number => self.numbers.push(column),
            Heading::Id if are_numbers(&texts) => self.ids.push(column),
            Heading::Id => {}
            Heading::Title => self.titles.push(column),
            Heading::Grade => self.grades.push(column),
            Heading::Fortune if are_grades(&texts) => self.grades.push(column),
            Heading::Fortune => {}
            Heading::Verse => self.verses.push(column),
            Heading::VerseLine(line) => self.lines.entry(line).or_default().push(column),
            Heading::Commentary(kind) => {
                self.commentary.push((kind.to_owned(), language, column));
            }
            Heading::Allusion => self.allusions.push((language, column)),
            Heading::AllusionTitle => self.allusion_titles.push((language, column)),
            Heading::Verdict(label, topics) => {
                self.verdicts.push((label, topics, language, column));
            }
        }
    }
}

fn texts(records: &Records, column: &str) -> Vec<String> {
    let values = records.list.iter().filter_map(|record| record.at(column));
    values
        .filter_map(|value| match record::text(value) {
            Text::Present(text) => Some(text.trim().to_owned()),
            Text::Absent | Text::Unfit(_) => None,
        })
        .collect()
}

/// Whether the values are 1, 2, 3 …, in any order.
fn are_numbers(texts: &[String]) -> bool {
    let numbers: BTreeSet<_> = texts.iter().filter_map(|text| number::read(text)).collect();
    let last = numbers
        .last()
        .copied()
        .and_then(|last| usize::try_from(last).ok());
    numbers.len() == texts.len() && last == Some(texts.len())
}

fn are_grades(texts: &[String]) -> bool {
    let mut texts = texts.iter().filter(|text| *text != "--").peekable();
    texts.peek().is_some()
        && texts.all(|text| grades::fortune(text) == Fortune::Grade && grades::tone(text).is_some())
}

fn only(mut columns: Vec<String>) -> Option<String> {
    match columns.len() {
        1 => columns.pop(),
        _ => None,
    }
}

/// One column, or lines that are numbered without a gap.
fn verse(verses: Vec<String>, lines: BTreeMap<usize, Vec<String>>) -> Vec<String> {
    if !verses.is_empty() && !lines.is_empty() {
        return Vec::new();
    }
    if lines.is_empty() {
        return only(verses).into_iter().collect();
    }
    let gapless = lines.keys().copied().eq(1..=lines.len());
    let columns: Option<Vec<_>> = lines.into_values().map(only).collect();
    columns.filter(|_| gapless).unwrap_or_default()
}

/// Kinds in the order in which they are met; beside a first language the others are translations.
fn commentary(found: Vec<(String, Language, String)>) -> Vec<CommentaryEntry> {
    let mut entries: Vec<CommentaryEntry> = Vec::new();
    let mut kinds: Vec<String> = Vec::new();
    for (kind, ..) in &found {
        if !kinds.contains(kind) {
            kinds.push(kind.clone());
        }
    }
    for kind in kinds {
        let mut columns: Vec<_> = found.iter().filter(|(other, ..)| *other == kind).collect();
        columns.sort_by_key(|(_, language, _)| place(*language));
        let first = columns[0].1;
        for (_, language, column) in columns {
            let provenance = match (*language == first, kind.as_str()) {
                (true, kind) if kind != "translation" => Provenance::Classic,
                (true | false, _) => Provenance::Translated,
            };
            let like =
                |entry: &&mut CommentaryEntry| entry.kind == kind && entry.provenance == provenance;
            let open = entries.iter_mut().find(like).filter(|entry| {
                let mut texts = entry.texts();
                texts.all(|(taken, _)| taken != *language)
            });
            match open {
                Some(entry) => *slot(entry, *language) = Some(column.clone()),
                None => {
                    let mut entry = CommentaryEntry {
                        kind: kind.clone(),
                        provenance,
                        zh: None,
                        zh_hans: None,
                        en: None,
                        ja: None,
                    };
                    *slot(&mut entry, *language) = Some(column.clone());
                    entries.push(entry);
                }
            }
        }
    }
    entries
}

/// Chinese before Japanese before English, as most sets were handed down.
fn place(language: Language) -> u8 {
    match language {
        Language::Zh => 0,
        Language::ZhHans => 1,
        Language::Ja => 2,
        Language::En => 3,
    }
}

fn slot(entry: &mut CommentaryEntry, language: Language) -> &mut Option<String> {
    match language {
        Language::Zh => &mut entry.zh,
        Language::ZhHans => &mut entry.zh_hans,
        Language::En => &mut entry.en,
        Language::Ja => &mut entry.ja,
    }
}

fn allusions(
    texts: Vec<(Language, String)>,
    titles: Vec<(Language, String)>,
) -> Vec<AllusionEntry> {
    if texts.is_empty() && titles.is_empty() {
        return Vec::new();
    }
    let of = |columns: Vec<(Language, String)>| {
        let mut by_language = Texts::default();
        for (language, column) in columns {
            *text_slot(&mut by_language, language) = Some(column);
        }
        by_language
    };
    let (texts, title) = (of(texts), of(titles));
    vec![AllusionEntry {
        provenance: Provenance::Classic,
        zh: texts.zh,
        zh_hans: texts.zh_hans,
        en: texts.en,
        ja: texts.ja,
        title,
    }]
}

fn text_slot(texts: &mut Texts, language: Language) -> &mut Option<String> {
    match language {
        Language::Zh => &mut texts.zh,
        Language::ZhHans => &mut texts.zh_hans,
        Language::En => &mut texts.en,
        Language::Ja => &mut texts.ja,
    }
}

/// A verdict on topics that no other column has taken; else it is a commentary of that name.
fn verdict(
    map: &mut Map,
    (label, topics): (String, Vec<Topic>),
    language: Language,
    column: String,
) {
    let free = topics.iter().all(|topic| {
        let taken = map.topics.get(topic).into_iter().flat_map(Texts::iter);
        taken.into_iter().all(|(taken, _)| taken != language)
    });
    if topics.is_empty() || !free {
        map.commentary
            .extend(commentary(vec![(label, language, column)]));
        return;
    }
    for topic in topics {
        *text_slot(map.topics.entry(topic).or_default(), language) = Some(column.clone());
    }
}
