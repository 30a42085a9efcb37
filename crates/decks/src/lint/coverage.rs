//! What most lots of a deck have and one lacks.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Language,
    lint::{Code, forms},
    pack::{
        Fault, Pack,
        format::{LotFile, Texts},
    },
};

/// Every text of a lot by what it is, such as `topics.love` in a language. An empty one is none.
pub(super) fn parts(lot: &LotFile) -> BTreeSet<(String, Option<Language>)> {
    let is_there = |(_, text): &(Language, &str)| !text.trim().is_empty();
    let mut parts = BTreeSet::new();
    for entry in &lot.commentary {
        for (language, _) in entry.texts().filter(is_there) {
            parts.insert((format!("commentary.{}", entry.kind), Some(language)));
        }
    }
    let stories = lot.allusion.iter().flat_map(|entry| entry.texts());
    for (language, _) in stories.filter(is_there) {
        parts.insert(("allusion".to_owned(), Some(language)));
    }
    for (topic, texts) in &lot.topics {
        for (language, _) in Texts::iter(texts).filter(is_there) {
            parts.insert((format!("topics.{}", topic.code()), Some(language)));
        }
    }
    if lot.grade.is_some() {
        parts.insert(("grade".to_owned(), None));
    }
    parts
}

pub(super) fn check(pack: &Pack, faults: &mut Vec<Fault>) {
    let all = forms::ordinary(pack).count();
    let mut counts: BTreeMap<(String, Option<Language>), usize> = BTreeMap::new();
    for part in forms::ordinary(pack).flat_map(parts) {
        *counts.entry(part).or_default() += 1;
    }
    // Nine tenths, but for a handful of lots one may be the exception.
    counts.retain(|_, count| *count * 10 >= all * 9 || all > 3 && *count + 1 == all);
    for (file, lot) in &pack.lots {
        if pack.deck.special_lots.contains(&lot.number) {
            continue;
        }
        let own = parts(lot);
        let mut lacking: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (name, language) in counts.keys().filter(|part| !own.contains(*part)) {
            let languages = lacking.entry(name).or_default();
            languages.extend(language.map(Language::code));
        }
        if lacking.is_empty() {
            continue;
        }
        let lacking: Vec<_> = lacking
            .into_iter()
            .map(|(name, languages)| match languages.join(", ") {
                languages if languages.is_empty() => name.to_owned(),
                languages => format!("{name} in {languages}"),
            })
            .collect();
        let reason = format!(
            "most lots have {}, and this one has not",
            lacking.join("; ")
        );
        faults.push(Fault {
            lot: Some(lot.number),
            ..Fault::of_file(Code::Coverage, file, reason)
        });
    }
    names(pack, &counts, faults);
}

/// Whoever reads the lots in a language wants to know in it whom they ask.
fn names(
    pack: &Pack,
    usual: &BTreeMap<(String, Option<Language>), usize>,
    faults: &mut Vec<Fault>,
) {
    let languages: BTreeSet<Language> =
        usual.keys().filter_map(|(_, language)| *language).collect();
    for (field, texts) in [
        ("deity_name", &pack.deck.deity_name),
        ("name", &pack.deck.name),
    ] {
        let named: BTreeSet<Language> = texts.iter().map(|(language, _)| language).collect();
        for language in languages.difference(&named) {
            let field = format!("{field}.{language}");
            let reason = "missing; most lots have texts in this language";
            faults.push(Fault::of_deck(Code::Coverage, &field, reason));
        }
    }
}
