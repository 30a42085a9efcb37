//! What each check lets pass and what it does not, in prose. Chinese cases are written in
//! Traditional characters and run in both scripts.

mod again;
mod battery;
mod boilerplate;
mod claims;
mod corpora;
mod coverage;
mod form;
mod quotation;
mod repetition;
mod stranger;
mod voices;

use std::sync::{Arc, LazyLock};

use kaucim_decks::Library;

use super::*;
use crate::{
    Prepared, Question, Readings, SectionOrigin, Source,
    neighbours::{Neighbourhood, Neighbours},
    script::to_simplified,
};

static NEIGHBOURS: LazyLock<Arc<Neighbours>> =
    LazyLock::new(|| Neighbourhood::new(Library::starter()).now());

/// A reading of a lot of the starter deck.
struct Reading {
    prepared: Prepared,
    sources: Vec<Source>,
    sealed: BTreeMap<SectionId, Section>,
    section: SectionId,
    neighbours: Arc<Neighbours>,
}

impl Reading {
    fn of(number: u32, language: Language, question: &str) -> Self {
        let deck = Library::starter().deck("yue_lao", None).unwrap();
        Self {
            prepared: Prepared {
                question: Question::new(question).unwrap(),
                language,
                context: BTreeMap::new(),
                lot: (*deck.lot(number).unwrap()).clone(),
                notices: Vec::new(),
                readings: Readings::Model,
                deck_disclaimer: None,
                first: None,
            },
            sources: Vec::new(),
            sealed: BTreeMap::new(),
            section: SectionId::OverallDevelopment,
            neighbours: Arc::clone(&NEIGHBOURS),
        }
    }

    fn seals(mut self, section: SectionId, text: &str) -> Self {
        let sealed = Section {
            section,
            index: section.index(),
            title: String::new(),
            text: text.to_owned(),
            origin: SectionOrigin::Model,
            checks: Vec::new(),
        };
        self.sealed.insert(section, sealed);
        self
    }

    fn findings(&self, text: &str) -> Vec<Finding> {
        self.judge(&[(self.section, text)], run)
    }

    /// What is found in these sections, one after the other.
    fn judge(
        &self,
        sections: &[(SectionId, &str)],
        judge: fn(&Draft<'_>, &Subject<'_>) -> Vec<Finding>,
    ) -> Vec<Finding> {
        let known = Known::new(&self.prepared, &self.sources);
        let subject = Subject {
            language: self.prepared.language,
            lot: &self.prepared.lot,
            known: &known,
            sealed: &self.sealed,
            first: self.prepared.first.as_ref(),
            watch: &Watch::new(Arc::clone(&self.neighbours), &known, self.prepared.lot.tone),
        };
        let drafts = sections.iter().map(|&(id, text)| Draft::new(id, text));
        drafts.flat_map(|draft| judge(&draft, &subject)).collect()
    }

    fn fault(&self, check: &str, text: &str) -> Option<String> {
        let findings = self.findings(text);
        let found = findings.into_iter().find(|finding| finding.check == check);
        found.unwrap_or_else(|| panic!("{check} has run")).fault
    }
}

/// A question in each language, whose lot is told about.
fn question(language: Language) -> &'static str {
    match language {
        Language::Zh => "他還會回來嗎？",
        Language::ZhHans => "他还会回来吗？",
        Language::En => "Will he come back to me?",
        Language::Ja => "彼は戻ってきますか？",
    }
}

/// Lot 7 of the starter deck is a warning; most cases speak of it.
const WARNING: u32 = 7;

/// Every text passes the check, in both scripts where it is Chinese.
#[track_caller]
fn passes(check: &str, language: Language, texts: &[&str]) {
    let wrong = each(language, texts, |reading, text| {
        let fault = reading.fault(check, text)?;
        Some(format!("{text} → {fault}"))
    });
    assert!(
        wrong.is_empty(),
        "{check} {language}:\n{}",
        wrong.join("\n")
    );
}

/// No text passes the check.
#[track_caller]
fn fails(check: &str, language: Language, texts: &[&str]) {
    let wrong = each(language, texts, |reading, text| {
        let passed = reading.fault(check, text).is_none();
        passed.then(|| text.to_owned())
    });
    assert!(
        wrong.is_empty(),
        "{check} {language} passed:\n{}",
        wrong.join("\n")
    );
}

/// What is wrong with each of the texts.
fn each(
    language: Language,
    texts: &[&str],
    judge: impl Fn(&Reading, &str) -> Option<String>,
) -> Vec<String> {
    assert!(texts.len() >= 6, "six cases at least");
    let reading = Reading::of(WARNING, language, question(language));
    let mut wrong: Vec<String> = texts
        .iter()
        .filter_map(|text| judge(&reading, text))
        .collect();
    if language == Language::Zh {
        let reading = Reading::of(WARNING, Language::ZhHans, question(Language::ZhHans));
        wrong.extend(
            texts
                .iter()
                .filter_map(|text| judge(&reading, &to_simplified(text))),
        );
    }
    wrong
}
