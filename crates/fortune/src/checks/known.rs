//! What a reading may quote: the texts of its lot, its sources, and what the asker said.

use std::collections::BTreeMap;

use crate::{Lot, Prepared, Source, script::fold};

/// Everything that belongs to one reading, as it is compared.
#[derive(Debug)]
pub(crate) struct Known {
    folded: String,
    /// Names, titles and phrases of the verse, as they are written in the deck; the longest first.
    phrases: Vec<String>,
}

impl Known {
    pub(crate) fn new(prepared: &Prepared, sources: &[Source]) -> Self {
        let Prepared {
            question,
            language: _,
            context,
            lot,
            notices: _,
            readings: _,
            deck_disclaimer: _,
            first,
        } = prepared;
        let mut texts = of_lot(lot);
        // A line of another lot is no source to quote from.
        let sources = sources.iter().filter(|source| source.kind != "verse");
        texts.extend(sources.flat_map(|source| [source.title.as_str(), source.excerpt.as_str()]));
        texts.push(question.as_str());
        texts.extend(context.values().map(String::as_str));
        // What was read of the lot before is no text of the deck, and may not look like one.
        texts.extend(first.iter().map(|first| first.question.as_str()));
        let mut folded = String::new();
        // Lines of a verse are quoted together; the border of two texts is found in no quotation.
        let verse = lot.verse.concat();
        for text in texts.into_iter().chain([verse.as_str()]) {
            folded.push('\n');
            folded.push_str(&fold(text));
        }
        Self {
            folded,
            phrases: phrases(lot),
        }
    }

    /// All of it in the form of [`fold`], a line break before each text.
    pub(crate) fn folded(&self) -> &str {
        &self.folded
    }

    /// Whether a text that is folded already stands in it.
    pub(crate) fn holds(&self, folded: &str) -> bool {
        self.folded.contains(folded)
    }

    /// Names, titles and phrases of the verse, the longest first.
    pub(crate) fn phrases(&self) -> &[String] {
        &self.phrases
    }
}

/// All texts of a lot.
fn of_lot(lot: &Lot) -> Vec<&str> {
    let mut texts: Vec<&str> = Vec::new();
    texts.extend(lot.deity.values().map(String::as_str));
    texts.extend(lot.deck.values().map(String::as_str));
    texts.extend([lot.edition.as_str(), lot.title.as_str()]);
    texts.extend(lot.grade.as_deref());
    texts.extend(lot.commentary.iter().map(|one| one.text.as_str()));
    for allusion in &lot.allusions {
        texts.extend([allusion.title.as_str(), allusion.text.as_str()]);
    }
    let verdicts = lot.topics.values().flat_map(BTreeMap::values);
    texts.extend(verdicts.map(String::as_str));
    texts
}

fn phrases(lot: &Lot) -> Vec<String> {
    let is_mark = |c: char| !c.is_alphanumeric();
    let names = lot
        .deity
        .values()
        .chain(lot.deck.values())
        .chain([&lot.title]);
    let titles = lot.allusions.iter().map(|one| &one.title);
    let mut phrases: Vec<String> = lot
        .verse
        .iter()
        .chain(names)
        .chain(titles)
        .flat_map(|text| text.split(is_mark).chain([text.as_str()]))
        .filter(|phrase| phrase.chars().count() > 1)
        .map(str::to_owned)
        .collect();
    phrases.sort_unstable_by_key(|phrase| std::cmp::Reverse(phrase.len()));
    phrases.dedup();
    phrases
}
