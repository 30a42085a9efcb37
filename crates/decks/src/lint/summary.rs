//! A deck at a glance: what it has, how much, in which languages.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::{
    Language, Tone,
    lint::{coverage, forms},
    pack::Pack,
};

/// What a deck has, counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    pub deck_id: String,
    /// Who is asked, the deck's own deity first.
    pub deities: Vec<String>,
    pub name: BTreeMap<Language, String>,
    /// Lots that were found.
    pub lots: usize,
    /// Of them, those beside the numbered ones.
    pub special_lots: usize,
    pub form: Form,
    /// In the order of the pack; lots without a grade are not among them.
    pub grades: Vec<GradeCount>,
    pub without_grade: usize,
    /// What lots have, in how many of them, by language: `verse`, `commentary.meaning`,
    /// `allusion`, `topics.love` …
    pub coverage: Vec<Coverage>,
}

/// The form of the verses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Form {
    /// In words, of the form that most ordinary lots have.
    pub most: String,
    pub count: usize,
    /// Whether the pack declares a metre.
    pub declared: bool,
    /// How many forms there are.
    pub forms: usize,
}

/// A grade and how many lots bear it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GradeCount {
    pub word: String,
    pub tone: Option<Tone>,
    pub count: usize,
}

/// How many lots have something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Coverage {
    pub part: String,
    pub languages: Vec<Counted>,
}

/// How many lots have something in one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Counted {
    pub language: Language,
    pub lots: usize,
}

impl Summary {
    pub(super) fn of(pack: &Pack) -> Self {
        let deck = &pack.deck;
        let special = pack
            .lots
            .iter()
            .filter(|(_, lot)| deck.special_lots.contains(&lot.number))
            .count();
        let graded: Vec<_> = pack
            .lots
            .iter()
            .filter_map(|(_, lot)| lot.grade.as_deref())
            .collect();
        let names = deck.name.iter();
        Self {
            deck_id: deck.id.clone(),
            deities: [&deck.deity]
                .into_iter()
                .chain(&deck.also_for)
                .cloned()
                .collect(),
            name: names
                .map(|(language, text)| (language, text.to_owned()))
                .collect(),
            lots: pack.lots.len(),
            special_lots: special,
            form: form(pack),
            grades: grades(pack, &graded),
            without_grade: pack.lots.len() - graded.len(),
            coverage: coverage(pack),
        }
    }
}

fn form(pack: &Pack) -> Form {
    let forms: BTreeSet<_> = forms::ordinary(pack).map(forms::form).collect();
    let (most, count) = forms::most_common(pack).unwrap_or_default();
    Form {
        most: forms::told(&most),
        count,
        declared: pack.deck.metre.is_some(),
        forms: forms.len(),
    }
}

/// Declared grades in their order, then words that are not declared.
fn grades(pack: &Pack, graded: &[&str]) -> Vec<GradeCount> {
    let declared = &pack.deck.grades;
    let mut grades: Vec<GradeCount> = declared
        .iter()
        .map(|grade| GradeCount {
            word: grade.word.clone(),
            tone: grade.tone,
            count: 0,
        })
        .collect();
    for word in graded {
        match grades.iter_mut().find(|grade| grade.word == *word) {
            Some(grade) => grade.count += 1,
            None => grades.push(GradeCount {
                word: (*word).to_owned(),
                tone: None,
                count: 1,
            }),
        }
    }
    grades
}

fn coverage(pack: &Pack) -> Vec<Coverage> {
    let mut counts: BTreeMap<String, BTreeMap<Language, usize>> = BTreeMap::new();
    for (_, lot) in &pack.lots {
        let mut parts = coverage::parts(lot);
        if !lot.verse.is_empty() {
            parts.insert(("verse".to_owned(), Some(pack.deck.language)));
        }
        for (part, language) in parts {
            if let Some(language) = language {
                *counts.entry(part).or_default().entry(language).or_default() += 1;
            }
        }
    }
    let mut coverage: Vec<_> = counts
        .into_iter()
        .map(|(part, languages)| Coverage {
            part,
            languages: languages
                .into_iter()
                .map(|(language, lots)| Counted { language, lots })
                .collect(),
        })
        .collect();
    // The verse, then what is said of it, then the story, then verdicts.
    coverage.sort_by_key(|one| {
        let place = ["verse", "commentary", "allusion", "topics"]
            .iter()
            .position(|kind| one.part.starts_with(kind));
        (place, one.part.clone())
    });
    coverage
}
