//! Describes a deck that was imported, by what its lots have in common.

use std::collections::BTreeSet;

use crate::{
    Blocks, Language, Readings, Redraw,
    import::{Report, grades},
    pack::format::{DeckFile, GradeEntry, LotFile, Metre, Texts},
};

/// What is said of a deck that came from elsewhere, until its operator says it better.
#[derive(Debug)]
pub(super) struct Description {
    edition: String,
    source: String,
    licence: String,
    /// Language of the verses.
    language: Language,
}

impl Description {
    pub(super) fn of_crawl() -> Self {
        Self {
            edition: "as crawled".to_owned(),
            source: "imported from a crawl of web pages".to_owned(),
            licence: "unknown; imported from a crawl, not for redistribution".to_owned(),
            language: Language::Zh,
        }
    }

    pub(super) fn of_file(name: &str, language: Language) -> Self {
        Self {
            edition: "as imported".to_owned(),
            source: format!("imported from {name}"),
            licence: "unknown; say in deck.toml who may use these texts".to_owned(),
            language,
        }
    }
}

/// Who the lots belong to.
#[derive(Debug)]
pub(super) struct Owner {
    pub(super) deck_id: String,
    pub(super) deity: String,
    pub(super) deity_name: Texts,
}

/// Makes `deck.toml` of lots, and reports what it says about them.
pub(super) fn deck_file(
    owner: Owner,
    description: Description,
    lots: &[LotFile],
    report: &mut Report,
) -> DeckFile {
    report.metre = metre(lots);
    report.special_lots = special_lots(lots);
    let count = u32::try_from(lots.len()).expect("checked against the limit");
    DeckFile {
        format: 1,
        id: owner.deck_id,
        deity: owner.deity,
        also_for: Vec::new(),
        edition: description.edition,
        source: description.source,
        licence: description.licence,
        count,
        language: description.language,
        blocks: Blocks::One,
        redraw: Redraw::SameMatterSameLot,
        readings: Readings::Model,
        set: None,
        links: Vec::new(),
        special_lots: report.special_lots.clone(),
        metre: report
            .metre
            .map(|(lines, characters)| Metre { lines, characters }),
        name: deck_name(&owner.deity_name, lots),
        deity_name: owner.deity_name,
        temple: Texts::default(),
        disclaimer: Texts::default(),
        grades: grades(lots, report),
        deities: Vec::new(),
        resources: Vec::new(),
    }
}

/// What stands before the number in the first title, and descriptions of it.
fn deck_name(deity: &Texts, lots: &[LotFile]) -> Texts {
    let titled = lots.first().and_then(|lot| lot.title.rsplit_once('第'));
    let zh = titled
        .map(|(name, _)| name.trim().to_owned())
        .filter(|name| !name.is_empty());
    let count = lots.len();
    Texts {
        zh: zh.or_else(|| deity.zh.as_ref().map(|deity| format!("{deity}籤"))),
        zh_hans: deity.zh_hans.as_ref().map(|deity| format!("{deity}签")),
        en: deity
            .en
            .as_ref()
            .map(|deity| format!("{count} lots of {deity} (imported)")),
        ja: deity
            .ja
            .as_ref()
            .map(|deity| format!("{deity}のおみくじ{count}本（取り込み）")),
    }
}

/// Lots whose title has no number, in a deck of numbered titles.
fn special_lots(lots: &[LotFile]) -> Vec<u32> {
    let (numbered, special): (Vec<_>, Vec<_>) =
        lots.iter().partition(|lot| lot.title.contains('第'));
    if numbered.len() <= special.len() {
        return Vec::new();
    }
    special.into_iter().map(|lot| lot.number).collect()
}

fn metre(lots: &[LotFile]) -> Option<(usize, usize)> {
    let letters = |line: &String| line.chars().filter(|c| c.is_alphanumeric()).count();
    let lines: BTreeSet<_> = lots.iter().map(|lot| lot.verse.len()).collect();
    let characters: BTreeSet<_> = lots
        .iter()
        .flat_map(|lot| lot.verse.iter().map(letters))
        .collect();
    match (lines.len(), characters.len()) {
        (1, 1) => Some((*lines.first()?, *characters.first()?)),
        _ => None,
    }
}

fn grades(lots: &[LotFile], report: &mut Report) -> Vec<GradeEntry> {
    let mut words: Vec<(String, u32)> = Vec::new();
    for lot in lots {
        match &lot.grade {
            None => report.without_grade += 1,
            Some(word) => match words.iter_mut().find(|(known, _)| known == word) {
                Some((_, count)) => *count += 1,
                None => words.push((word.clone(), 1)),
            },
        }
    }
    words.sort_by_key(|(word, _)| grades::rank(word));
    for (word, count) in &words {
        if grades::tone(word).is_none() {
            report.unknown_grades.insert(word.clone(), *count);
        }
    }
    words
        .into_iter()
        .map(|(word, count)| GradeEntry {
            tone: grades::tone(&word),
            word,
            zh: None,
            zh_hans: None,
            en: None,
            ja: None,
            count: Some(count),
        })
        .collect()
}
