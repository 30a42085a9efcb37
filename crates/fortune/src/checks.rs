//! Judges a section when its text has ended, before it is sealed. One set for every section,
//! whoever wrote it; what each finds is its own file.

mod boilerplate;
mod claims;
mod coverage;
mod known;
mod language;
mod length;
mod quotation;
mod quotes;
mod repetition;
mod stranger;

use std::{cell::OnceCell, collections::BTreeMap};

pub(crate) use self::{claims::compile as compile_claims, known::Known, length::length_finding};
use crate::{Check, First, Language, Lot, Section, SectionId, guard::Watch, script::Scripts};

/// Names of the checks; each is also a part of the prompt files, told when it has failed.
pub(crate) const PRESENT: &str = "present";
pub(crate) const LANGUAGE: &str = "language";
pub(crate) const LENGTH: &str = "length";
pub(crate) const COVERAGE: &str = "coverage";
pub(crate) const QUOTATION: &str = "quotation";
pub(crate) const STRANGER: &str = "stranger";
pub(crate) const PLACEHOLDER: &str = "placeholder";
pub(crate) const REFUSAL: &str = "refusal";
/// Found in a reading that follows another one.
pub(crate) const AGAIN: &str = "again";
pub(crate) const REPETITION: &str = "repetition";
pub(crate) const PROMISE: &str = "promise";
pub(crate) const PROGNOSIS: &str = "prognosis";
pub(crate) const VOICE: &str = "voice";
pub(crate) const THREAT: &str = "threat";
pub(crate) const SALE: &str = "sale";
pub(crate) const CONFIDENCE: &str = "confidence";
/// Found by the guards alone, before the section has ended.
pub(crate) const LEAK: &str = "leak";

/// A section whose text has ended.
#[derive(Debug)]
pub(crate) struct Draft<'a> {
    section: SectionId,
    text: &'a str,
    /// The text as claims are looked for in it; made once for all checks of claims.
    plain: OnceCell<String>,
}

impl<'a> Draft<'a> {
    pub(crate) fn new(section: SectionId, text: &'a str) -> Self {
        Self {
            section,
            text,
            plain: OnceCell::new(),
        }
    }

    fn plain(&self) -> &str {
        self.plain.get_or_init(|| claims::plain(self.text))
    }
}

/// What a section is judged against.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) language: Language,
    pub(crate) lot: &'a Lot,
    /// What may be quoted: all that belongs to the lot and to the question.
    pub(crate) known: &'a Known,
    /// The sections that are final.
    pub(crate) sealed: &'a BTreeMap<SectionId, Section>,
    /// The reading that this one follows.
    pub(crate) first: Option<&'a First>,
    /// What may not stand in it.
    pub(crate) watch: &'a Watch,
}

/// A check and what it found wrong, if anything.
#[derive(Debug)]
pub(crate) struct Finding {
    pub(crate) check: &'static str,
    /// For operators, in English.
    pub(crate) fault: Option<String>,
}

impl Finding {
    pub(crate) fn passed(&self) -> bool {
        self.fault.is_none()
    }
}

impl From<Finding> for Check {
    fn from(Finding { check, fault }: Finding) -> Self {
        Self {
            check: check.to_owned(),
            passed: fault.is_none(),
            detail: fault,
        }
    }
}

/// A check: what is wrong with the section, if anything is.
type Judge = fn(&Draft<'_>, &Subject<'_>) -> Option<String>;

/// With fewer letters of Chinese or Japanese there is nothing to read; a word in Latin script has
/// about so many for each.
const LEAST_LETTERS: usize = 4;
const LATIN_FOR_ONE: usize = 2;
/// So much is said of it: signs that are no letters may go on and on.
const MOST_QUOTED: usize = 40;

/// All checks of a text, in the order in which they are told.
const CHECKS: [(&str, Judge); 14] = [
    (PRESENT, present),
    (LANGUAGE, language::fault),
    (LENGTH, length::fault),
    (QUOTATION, quotation::fault),
    (STRANGER, stranger::fault),
    (PLACEHOLDER, boilerplate::placeholder),
    (REFUSAL, boilerplate::refusal),
    (REPETITION, repetition::fault),
    (PROMISE, claims::promise),
    (PROGNOSIS, claims::prognosis),
    (VOICE, claims::voice),
    (THREAT, claims::threat),
    (SALE, claims::sale),
    (CONFIDENCE, claims::confidence),
];

/// The checks that classic text is judged by. The others judge what a model may say; a deck may
/// quote what it likes, in the language that it has, and old verdicts do foretell.
const OF_CLASSIC: [&str; 4] = [PRESENT, STRANGER, PLACEHOLDER, COVERAGE];

/// Runs every check of a text that has ended.
pub(crate) fn run(draft: &Draft<'_>, subject: &Subject<'_>) -> Vec<Finding> {
    judge(draft, subject, |_| true)
}

/// Runs the checks of a text that was composed from the deck. It is shown whatever they find.
pub(crate) fn run_classic(draft: &Draft<'_>, subject: &Subject<'_>) -> Vec<Finding> {
    judge(draft, subject, |check| OF_CLASSIC.contains(&check))
}

fn judge(
    draft: &Draft<'_>,
    subject: &Subject<'_>,
    applies: fn(&'static str) -> bool,
) -> Vec<Finding> {
    let covers = (draft.section == SectionId::LineByLineInterpretation)
        .then_some((COVERAGE, coverage::fault as Judge));
    let follows = subject
        .first
        .is_some()
        .then_some((AGAIN, repetition::again as Judge));
    let checks = CHECKS.into_iter().chain(covers).chain(follows);
    checks
        .filter(|(check, _)| applies(check))
        .map(|(check, judge)| Finding {
            check,
            fault: judge(draft, subject),
        })
        .collect()
}

/// A word such as `true` or `string` is no text of a section, and no best version of one.
fn present(draft: &Draft<'_>, _: &Subject<'_>) -> Option<String> {
    let Scripts {
        han,
        kana,
        latin,
        other,
    } = Scripts::of(draft.text);
    let letters = han + kana + other + latin / LATIN_FOR_ONE;
    (letters < LEAST_LETTERS).then(|| {
        let begun: String = draft.text.trim().chars().take(MOST_QUOTED).collect();
        format!("there is no text but `{begun}`")
    })
}

#[cfg(test)]
mod tests;
