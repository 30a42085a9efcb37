//! Checks that a section is neither a word nor a book.

use super::{Draft, Finding, LENGTH, Subject};
use crate::{Language, SectionId};

/// The most characters of a section that is still open: several times what the usual token limit
/// of an answer leaves for one, so that only a model that has run away reaches it. Latin script
/// takes about twice as many characters for the same.
const LONGEST_OPEN: usize = 6_000;
const LONGEST_OPEN_IN_LATIN: usize = 12_000;

/// What a section may come to: letters in Chinese and Japanese, words in English. Two good
/// sentences are always enough, and several times what is asked for is not too much.
struct Bounds {
    letters: [usize; 2],
    words: [usize; 2],
}

/// What is wrong with a section of so many characters while it is still open, if anything is.
pub(crate) fn length_finding(characters: usize, language: Language) -> Option<Finding> {
    let longest = if in_words(language) {
        LONGEST_OPEN_IN_LATIN
    } else {
        LONGEST_OPEN
    };
    (characters > longest).then(|| Finding {
        check: LENGTH,
        fault: Some(format!("longer than {longest} characters")),
    })
}

pub(super) fn fault(draft: &Draft<'_>, subject: &Subject<'_>) -> Option<String> {
    let Bounds { letters, words } = bounds(draft.section);
    let (count, [least, most], unit) = if in_words(subject.language) {
        (count_words(draft.text), words, "words")
    } else {
        (count_letters(draft.text), letters, "characters")
    };
    if count < least {
        Some(format!("{count} {unit}, fewer than {least}"))
    } else if count > most {
        Some(format!("{count} {unit}, more than {most}"))
    } else {
        None
    }
}

fn bounds(section: SectionId) -> Bounds {
    match section {
        // Has the verse in it.
        SectionId::LineByLineInterpretation => Bounds {
            letters: [16, 4_000],
            words: [8, 2_000],
        },
        SectionId::OverallDevelopment
        | SectionId::PositiveFactors
        | SectionId::Challenges
        | SectionId::SuggestedActions
        | SectionId::SupplementaryNotes => Bounds {
            letters: [10, 3_000],
            words: [6, 1_500],
        },
        SectionId::Conclusion => Bounds {
            letters: [8, 2_500],
            words: [5, 1_250],
        },
    }
}

fn in_words(language: Language) -> bool {
    match language {
        Language::En => true,
        Language::Zh | Language::ZhHans | Language::Ja => false,
    }
}

fn count_letters(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphanumeric()).count()
}

/// Words between blanks; a Han character that is quoted counts as one.
fn count_words(text: &str) -> usize {
    let han = text
        .chars()
        .filter(|&c| c >= '\u{3000}' && c.is_alphanumeric())
        .count();
    let is_word = |word: &&str| word.chars().any(|c| c < '\u{3000}' && c.is_alphanumeric());
    text.split_whitespace().filter(is_word).count() + han
}
