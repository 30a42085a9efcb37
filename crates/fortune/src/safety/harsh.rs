//! Old words that would harm if they were taken for a prognosis, such as that a patient dies: they
//! are shown as quotations with their context, and never applied to the asker.

use kaucim_decks::{Topic, harm};

use crate::{Language, Lot};

/// Code of the notice beside such a lot.
pub(super) const HARSH_WORDS: &str = "harsh_words";

/// Stands behind a passage's kind, where a model reads what everything else is.
const MARK: &str = "; harsh words of its time, no statement about the asker or anyone alive";

/// Whether the commentary or the verdicts of a lot hold such words. Its verse is a poem and its
/// allusions are stories: they speak of others.
pub(super) fn is_harsh(lot: &Lot) -> bool {
    let commentary = lot.commentary.iter();
    let mut texts = commentary.map(|one| (one.text.as_str(), one.language, None));
    texts.any(|(text, language, about)| holds_harm(text, language, about))
        || lot.topics.iter().any(|(&topic, texts)| {
            let mut texts = texts.iter();
            texts.any(|(&language, text)| holds_harm(text, language, Some(topic)))
        })
}

/// Whether a text of the deck holds such words; `about` is the topic that a verdict is on.
fn holds_harm(text: &str, language: Language, about: Option<Topic>) -> bool {
    !harm::find(text, language, about).is_empty()
}

/// What a model is told beside the kind of such a passage; nothing beside any other.
pub(crate) fn mark(text: &str, language: Language) -> &'static str {
    if holds_harm(text, language, None) {
        MARK
    } else {
        ""
    }
}

/// Likewise for a passage whose language is not known.
pub(crate) fn mark_of_any(text: &str) -> &'static str {
    let marks = [Language::Zh, Language::En, Language::Ja].map(|language| mark(text, language));
    marks
        .into_iter()
        .find(|mark| !mark.is_empty())
        .unwrap_or_default()
}
