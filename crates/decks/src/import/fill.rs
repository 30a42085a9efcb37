//! Fills lots with what a source holds in the columns that a map names.

use std::{borrow::Cow, collections::BTreeMap};

use serde::de::DeserializeOwned;

use crate::{
    Language, Provenance,
    import::{
        ImportError, Map, Report, RowFault, number,
        record::{self, Record, Records, Text},
        verdicts,
        verse::Cut,
    },
    pack::{
        MAX_LOTS,
        format::{AllusionEntry, CommentaryEntry, LotFile, Texts},
    },
};

/// A text of more bytes is refused.
const MAX_TEXT_BYTES: usize = 1 << 20;

/// The lots of a source in the order of their numbers.
///
/// All rows that are no lots are told at once.
pub(super) fn lots(
    records: &Records,
    map: &Map,
    language: Language,
    report: &mut Report,
) -> Result<Vec<LotFile>, ImportError> {
    let cut = Cut::of(map.verse_separator.as_deref(), language);
    let mut faults = Vec::new();
    let mut lots: BTreeMap<u32, LotFile> = BTreeMap::new();
    let mut places: BTreeMap<u32, &str> = BTreeMap::new();
    for record in &records.list {
        let mut row = Row {
            record,
            map,
            language,
            faults: &mut faults,
        };
        let Some(lot) = row.lot(&cut, report) else {
            continue;
        };
        if let Some(other) = places.insert(lot.number, &record.place) {
            let reason = format!("lot {} is also at {other}", lot.number);
            row.fault(map.number.as_deref(), reason);
        }
        lots.insert(lot.number, lot);
    }
    if !faults.is_empty() {
        return Err(ImportError::Rows(faults));
    }
    report.blank_rows = records.blank_rows;
    let last = lots.keys().last().copied().unwrap_or(0);
    report.missing_numbers = (1..=last)
        .filter(|number| !lots.contains_key(number))
        .collect();
    Ok(lots.into_values().collect())
}

/// One row under examination.
struct Row<'a> {
    record: &'a Record,
    map: &'a Map,
    language: Language,
    faults: &'a mut Vec<RowFault>,
}

impl Row<'_> {
    /// The lot, if it has a number and a verse; else a fault is noted.
    fn lot(&mut self, cut: &Cut<'_>, report: &mut Report) -> Option<LotFile> {
        let number = self.number();
        let verse = self.verse(cut);
        let (number, verse) = (number?, verse?);
        let map = self.map;
        let title = map.title.as_deref().and_then(|column| self.text(column));
        let title = title.unwrap_or_else(|| {
            report.made_titles += 1;
            made_title(number, self.language)
        });
        let mut lot = LotFile {
            number,
            title,
            grade: map.grade.as_deref().and_then(|column| self.text(column)),
            verse,
            pronunciation: self.pronunciation(),
            commentary: self.commentary(),
            allusion: self.allusions(),
            topics: BTreeMap::new(),
        };
        self.topics(&mut lot, report);
        Some(lot)
    }

    fn number(&mut self) -> Option<u32> {
        let column = self.map.number.as_deref();
        let said = match column {
            Some(column) => self.text(column),
            None => self.record.number.clone(),
        };
        let number = said.as_deref().and_then(number::read);
        match (number, said) {
            (Some(number), _) if (1..=MAX_LOTS).contains(&number) => return Some(number),
            (Some(number), _) => {
                self.fault(column, format!("{number} is not between 1 and {MAX_LOTS}"));
            }
            (None, Some(said)) => self.fault(column, format!("`{said}` is no number of a lot")),
            (None, None) => self.fault(column, "no number; write the lot's number there"),
        }
        None
    }

    fn verse(&mut self, cut: &Cut<'_>) -> Option<Vec<String>> {
        let faults = self.faults.len();
        let mut lines = Vec::new();
        for column in &self.map.verse {
            if let Some(text) = self.text(column) {
                lines.extend(cut.lines(&text, self.map.trim));
            }
        }
        if lines.is_empty() && self.faults.len() == faults {
            let column = self.map.verse.first().map(String::as_str);
            self.fault(column, "no verse");
        }
        if lines.is_empty() {
            return None;
        }
        Some(lines)
    }

    /// How the verse is spoken. Spaces stand between its words, so no mark but a line's end and a
    /// stroke ends a line.
    fn pronunciation(&mut self) -> Vec<String> {
        let map = self.map;
        let cut = Cut::of(map.verse_separator.as_deref(), Language::En);
        let texts: Vec<_> = map
            .pronunciation
            .iter()
            .filter_map(|column| self.text(column))
            .collect();
        let lines = texts.iter().flat_map(|text| cut.lines(text, map.trim));
        lines.collect()
    }

    fn commentary(&mut self) -> Vec<CommentaryEntry> {
        let map = self.map;
        let mut entries = self.pack_form(map.pack_form.commentary.as_deref());
        for named in &map.commentary {
            let [zh, zh_hans, en, ja] = self.texts(named.texts());
            if [&zh, &zh_hans, &en, &ja].into_iter().any(Option::is_some) {
                entries.push(CommentaryEntry {
                    kind: named.kind.clone(),
                    provenance: named.provenance,
                    zh,
                    zh_hans,
                    en,
                    ja,
                });
            }
        }
        entries
    }

    fn allusions(&mut self) -> Vec<AllusionEntry> {
        let map = self.map;
        let mut entries = self.pack_form(map.pack_form.allusion.as_deref());
        for named in &map.allusion {
            let mut texts = self.texts(named.texts());
            let mut titles = self.texts(named.title.iter());
            if texts.iter().all(Option::is_none) {
                // A name alone is all that this source says of the story.
                texts = titles;
                titles = [const { None }; 4];
            }
            if texts.iter().any(Option::is_some) {
                let [zh, zh_hans, en, ja] = texts;
                entries.push(AllusionEntry {
                    provenance: named.provenance,
                    zh,
                    zh_hans,
                    en,
                    ja,
                    title: all(titles),
                });
            }
        }
        entries
    }

    fn topics(&mut self, lot: &mut LotFile, report: &mut Report) {
        let map = self.map;
        if let Some(column) = &map.pack_form.topics
            && let Some(topics) = self.part(column)
        {
            lot.topics = topics;
        }
        for (topic, named) in &map.topics {
            let texts = all(self.texts(named.iter()));
            if !texts.is_empty() {
                lot.topics.insert(*topic, texts);
            }
        }
        if !map.verdicts {
            return;
        }
        let said = lot.topics.clone();
        let not_understood = report.verdicts_not_understood;
        for entry in &lot.commentary {
            if entry.provenance == Provenance::Written {
                continue;
            }
            for (language, text) in entry.texts() {
                for (topic, verdict) in verdicts::read(text, language, report).by_topic {
                    let known = said.get(&topic).into_iter().flat_map(Texts::iter);
                    if known.into_iter().all(|(known, _)| known != language) {
                        add_verdict(lot.topics.entry(topic).or_default(), language, &verdict);
                    }
                }
            }
        }
        if report.verdicts_not_understood > not_understood {
            report.lots_not_understood.insert(lot.number);
        }
    }

    /// The text in each language, in the order of [`Language::ALL`].
    fn texts<'m>(
        &mut self,
        named: impl Iterator<Item = (Language, &'m str)>,
    ) -> [Option<String>; 4] {
        let mut texts = [const { None }; 4];
        for (language, column) in named {
            let place = Language::ALL.iter().position(|known| *known == language);
            texts[place.expect("all languages are among all")] = self.text(column);
        }
        texts
    }

    /// What stands in a column, if it is more than nothing.
    fn text(&mut self, column: &str) -> Option<String> {
        let text = match record::text(self.record.at(column)?) {
            Text::Absent => return None,
            Text::Present(text) => text,
            Text::Unfit(what) => {
                self.fault(Some(column), format!("holds {what}"));
                return None;
            }
        };
        if text.len() > MAX_TEXT_BYTES {
            self.fault(Some(column), "holds more than 1 MiB");
            return None;
        }
        let bare = text.trim();
        if bare.is_empty() || self.map.empty.iter().any(|empty| empty == bare) {
            return None;
        }
        Some(match (self.map.trim, text) {
            (true, text) => text.trim().to_owned(),
            (false, Cow::Borrowed(text)) => text.to_owned(),
            (false, Cow::Owned(text)) => text,
        })
    }

    fn pack_form<T: DeserializeOwned>(&mut self, column: Option<&str>) -> Vec<T> {
        column
            .and_then(|column| self.part(column))
            .unwrap_or_default()
    }

    /// What stands in a column in the form of a lot's own file.
    fn part<T: DeserializeOwned>(&mut self, column: &str) -> Option<T> {
        let value = self.record.at(column)?;
        match serde_json::from_value(value.clone()) {
            Ok(part) => Some(part),
            Err(error) => {
                self.fault(Some(column), format!("not as in a lot's own file: {error}"));
                None
            }
        }
    }

    fn fault(&mut self, column: Option<&str>, reason: impl Into<String>) {
        self.faults.push(RowFault {
            place: self.record.place.clone(),
            column: column.map(str::to_owned),
            reason: reason.into(),
        });
    }
}

/// Adds a verdict on a line of its own.
pub(super) fn add_verdict(texts: &mut Texts, language: Language, verdict: &str) {
    let text = match language {
        Language::Zh => &mut texts.zh,
        Language::ZhHans => &mut texts.zh_hans,
        Language::En => &mut texts.en,
        Language::Ja => &mut texts.ja,
    };
    let text = text.get_or_insert_default();
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(verdict);
}

fn all([zh, zh_hans, en, ja]: [Option<String>; 4]) -> Texts {
    Texts {
        zh,
        zh_hans,
        en,
        ja,
    }
}

fn made_title(number: u32, language: Language) -> String {
    match language {
        Language::Zh => format!("第{number}籤"),
        Language::ZhHans => format!("第{number}签"),
        Language::En => format!("Lot {number}"),
        Language::Ja => format!("第{number}番"),
    }
}
