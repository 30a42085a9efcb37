//! Settles everything about a question that needs no model.

use std::collections::BTreeMap;

use kaucim_decks::{Language, Library};

use crate::{
    Ask, AskError, Care, Prepared,
    safety::{self, Helpers},
    script,
};

pub(crate) fn prepare(library: &Library, care: &Care, ask: &Ask) -> Result<Prepared, AskError> {
    if let Some(resume) = &ask.resume {
        return Ok(resume.prepared.clone());
    }
    let deck = library.deck(&ask.deity_id, ask.deck_id.as_deref())?;
    let lot = deck.lot(ask.number.unwrap_or_else(|| deck.draw()))?;
    let question = ask.question.as_str();
    let language = ask.language.unwrap_or_else(|| ask.question.language());
    let helpers = Helpers {
        care,
        of_deck: &deck.resources,
    };
    let mut notices = safety::notices(question, &ask.context, language, &helpers);
    notices.extend(safety::of_lot(&lot, language));
    Ok(Prepared {
        question: ask.question.clone(),
        language,
        context: ask.context.clone(),
        lot: (*lot).clone(),
        notices,
        readings: deck.readings,
        deck_disclaimer: in_language(&deck.disclaimer, language, deck.language),
        first: None,
    })
}

/// Settles a question that follows a reading. Its lot is that reading's, whatever the deck has by
/// now; who may write, who is named to somebody in need and what stands below are the temple's
/// word of today, or of then where its deck is gone.
pub(crate) fn prepare_follow_up(
    library: &Library,
    care: &Care,
    ask: &Ask,
    first: Prepared,
) -> Prepared {
    let Prepared {
        question: _,
        language,
        context: _,
        lot,
        notices: _,
        readings,
        deck_disclaimer,
        first: _,
    } = first;
    let deck = library.deck(&lot.deity_id, Some(&lot.deck_id)).ok();
    // Who asks on in a few words has settled the language before.
    let language = ask.language.unwrap_or(language);
    let helpers = Helpers {
        care,
        of_deck: deck.as_ref().map_or(&[][..], |deck| &deck.resources),
    };
    let mut notices = safety::notices(ask.question.as_str(), &ask.context, language, &helpers);
    notices.extend(safety::of_lot(&lot, language));
    Prepared {
        question: ask.question.clone(),
        language,
        context: ask.context.clone(),
        lot,
        notices,
        readings: deck.as_ref().map_or(readings, |deck| deck.readings),
        deck_disclaimer: match &deck {
            Some(deck) => in_language(&deck.disclaimer, language, deck.language),
            None => deck_disclaimer,
        },
        first: None,
    }
}

/// The text for a reader: in their language, else in that of the deck, else in any.
fn in_language(
    texts: &BTreeMap<Language, String>,
    reader: Language,
    deck: Language,
) -> Option<String> {
    let simplified = || {
        let zh = texts.get(&Language::Zh)?;
        (reader == Language::ZhHans).then(|| script::to_simplified(zh))
    };
    texts
        .get(&reader)
        .cloned()
        .or_else(simplified)
        .or_else(|| texts.get(&deck).or_else(|| texts.values().next()).cloned())
}
