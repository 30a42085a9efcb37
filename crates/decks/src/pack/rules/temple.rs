//! The rules for what a pack says about its temple: deities, sets, links, words of its own.

use std::collections::BTreeSet;

use super::{NO_ID, is_id, texts_fault};
use crate::{
    import::names,
    lint::Code,
    pack::{
        Fault,
        format::{DeckFile, Texts},
    },
};

/// Characters that a disclaimer or a resource has at most.
const MOST_CHARACTERS: usize = 600;

pub(super) fn check(deck: &DeckFile, faults: &mut Vec<Fault>) {
    deities(deck, faults);
    set_and_links(deck, faults);
    words(deck, faults);
}

fn deities(deck: &DeckFile, faults: &mut Vec<Fault>) {
    let mut fault =
        |code, field: &str, reason: String| faults.push(Fault::of_deck(code, field, reason));
    let mut seen = BTreeSet::from([&deck.deity]);
    for id in &deck.also_for {
        let is_named = deck.deities.iter().any(|deity| deity.id == *id);
        if !is_id(id) {
            fault(Code::Id, "also_for", NO_ID.to_owned());
        } else if !seen.insert(id) {
            fault(Code::Id, "also_for", format!("`{id}` stands twice"));
        } else if !is_named && names::of_deity(id).is_none() {
            let reason = format!("the name of `{id}` is not known; give it in `[[deities]]`");
            fault(Code::Required, "also_for", reason);
        }
    }
    let mut named = BTreeSet::new();
    for deity in &deck.deities {
        let id = &deity.id;
        if !deck.also_for.contains(id) {
            fault(Code::Id, "deities", format!("`{id}` is not in `also_for`"));
        } else if !named.insert(id) {
            fault(Code::Id, "deities", format!("`{id}` stands twice"));
        }
        if let Some((code, reason)) = texts_fault(deity.name.iter()) {
            fault(code, "deities", reason.to_owned());
        }
    }
}

fn set_and_links(deck: &DeckFile, faults: &mut Vec<Fault>) {
    if deck.set.as_ref().is_some_and(|set| !is_id(set)) {
        faults.push(Fault::of_deck(Code::Id, "set", NO_ID));
    }
    let mut seen = BTreeSet::from([&deck.id]);
    for link in &deck.links {
        if !is_id(link) {
            faults.push(Fault::of_deck(Code::Id, "links", NO_ID));
        } else if !seen.insert(link) {
            let reason = match *link == deck.id {
                true => "a deck needs no link to itself".to_owned(),
                false => format!("`{link}` stands twice"),
            };
            faults.push(Fault::of_deck(Code::Id, "links", reason));
        }
    }
}

fn words(deck: &DeckFile, faults: &mut Vec<Fault>) {
    let mut fault = |code, field: &str, reason: &str| {
        faults.push(Fault::of_deck(code, field, reason));
    };
    for (field, texts) in [("temple", &deck.temple), ("disclaimer", &deck.disclaimer)] {
        if texts.is_empty() {
            continue;
        }
        if let Some((code, reason)) = texts_fault(texts.iter()) {
            fault(code, field, reason);
        }
        if is_too_long(texts) {
            fault(Code::TooLong, field, TOO_LONG);
        }
    }
    for resource in &deck.resources {
        let region = &resource.region;
        if region.len() != 2 || !region.bytes().all(|byte| byte.is_ascii_uppercase()) {
            let reason = "a country is wanted, as its two capital letters, such as TW or JP";
            fault(Code::Region, "resources.region", reason);
        }
        if let Some((code, reason)) = texts_fault(resource.text.iter()) {
            fault(code, "resources.text", reason);
        }
        if is_too_long(&resource.text) {
            fault(Code::TooLong, "resources.text", TOO_LONG);
        }
    }
}

const TOO_LONG: &str = "longer than 600 characters";

fn is_too_long(texts: &Texts) -> bool {
    texts
        .iter()
        .any(|(_, text)| text.chars().count() > MOST_CHARACTERS)
}
