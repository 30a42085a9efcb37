//! Checks that a section is in the language of the reading, whatever it quotes.

use super::{
    Draft, Subject,
    quotes::{quotes, unquoted},
};
use crate::{
    Language,
    script::{Scripts, Shapes, fold, latin_words},
};

/// Fewer words in Latin script tell too little to say that they are not English.
const TELLING_WORDS: usize = 8;
/// Letters of Latin script that tell as much as one of Han or kana, blanks left out.
const LETTERS_OF_A_WORD: usize = 5;
/// Shorter sentences, in words, are names and terms.
const SHORTEST_FOREIGN: usize = 5;
/// More Han characters in a sentence without kana are no list of terms.
const LONGEST_WITHOUT_KANA: usize = 20;
/// Letters outside of quotations from which on these are not judged.
const ENOUGH_OUTSIDE: usize = 8;

pub(super) fn fault(draft: &Draft<'_>, subject: &Subject<'_>) -> Option<String> {
    let own = own_words(draft.text, subject);
    let outside = unquoted(&own);
    // What is quoted may be in any language, if there is enough beside it.
    let is_enough = letters(&outside) >= ENOUGH_OUTSIDE && letters(&outside) * 3 >= letters(&own);
    let own = if is_enough { outside } else { own };
    let mut scripts = Scripts::of(&own);
    let mut judged = own.as_str();
    if scripts == Scripts::default() {
        // Nothing but quotations.
        judged = draft.text;
        scripts = Scripts::of(judged);
    }
    let reason = match subject.language {
        Language::Zh | Language::ZhHans => not_chinese(judged, scripts, subject.language),
        Language::Ja => not_japanese(judged, scripts),
        Language::En => not_english(judged, scripts),
    };
    let sentences = unquoted(judged);
    let reason = reason.or_else(|| partly(&sentences, subject.language))?;
    Some(format!("not in {}: {reason}", subject.language))
}

/// The text without what it quotes from the lot, its sources and the question.
fn own_words(text: &str, subject: &Subject<'_>) -> String {
    let mut own = text.to_owned();
    for quote in quotes(text) {
        let folded = fold(quote.text);
        if !folded.is_empty() && subject.known.holds(&folded) {
            own = own.replace(quote.text, " ");
        }
    }
    let phrases = subject.known.phrases().iter();
    phrases.fold(own, |own, phrase| own.replace(phrase, " "))
}

fn not_chinese(text: &str, scripts: Scripts, language: Language) -> Option<String> {
    let Scripts {
        han,
        kana,
        latin,
        other,
    } = scripts;
    // A word of Latin script is about four letters, one of Han or kana about one.
    if han * 4 <= latin || kana * 10 > han || other * 4 > han {
        return Some(counts(scripts));
    }
    let shapes = Shapes::of(text);
    let (right, wrong, name) = match language {
        Language::ZhHans => (
            shapes.for_simplified(),
            shapes.for_traditional(),
            "Traditional",
        ),
        Language::Zh | Language::En | Language::Ja => (
            shapes.for_traditional(),
            shapes.for_simplified(),
            "Simplified",
        ),
    };
    // One or two may be a name, or a shape that some write in either script.
    let differs = |wrong: usize| wrong > right || (wrong > 2 && wrong * 4 > right + 2);
    if differs(wrong) {
        return Some(format!("{wrong} {name} characters"));
    }
    differs(shapes.japanese).then(|| format!("{} Japanese characters", shapes.japanese))
}

fn not_japanese(text: &str, scripts: Scripts) -> Option<String> {
    let Scripts {
        han,
        kana,
        latin,
        other,
    } = scripts;
    let shapes = Shapes::of(text);
    let chinese = shapes.chinese + shapes.simplified + shapes.traditional;
    // A few characters may be a word like 開運招福, which needs no kana.
    let is_word = kana == 0 && (1..=12).contains(&han) && chinese + shapes.often_chinese == 0;
    let fits = (is_word || (kana > 0 && kana * 4 >= han))
        && (han + kana) * 4 > latin
        && other * 4 <= han + kana;
    if !fits {
        return Some(counts(scripts));
    }
    // Chinese sentences with a few kana in them.
    (chinese > 2 && chinese * 4 > kana).then(|| format!("{chinese} Chinese characters"))
}

fn not_english(text: &str, scripts: Scripts) -> Option<String> {
    let Scripts {
        han,
        kana,
        latin,
        other,
    } = scripts;
    if latin <= (han + kana + other) * 4 {
        return Some(counts(scripts));
    }
    let [english, foreign, words] = latin_words(text);
    let is_told = words >= TELLING_WORDS && english * 10 < words;
    (foreign > english || is_told).then(|| {
        format!("{english} of {words} words are small words of English, {foreign} of others")
    })
}

/// Whether a good part of the sentences is in the script of another language, though the rest
/// makes up for it. A sentence in Latin script is as long as it has words, more or less.
fn partly(text: &str, language: Language) -> Option<String> {
    let mut all = 0;
    let mut foreign = 0;
    for sentence in text.split(['。', '！', '？', '!', '?', '\n', '.']) {
        let Scripts {
            han,
            kana,
            latin,
            other,
        } = Scripts::of(sentence);
        let words = latin.div_ceil(LETTERS_OF_A_WORD);
        let length = han + kana + words + other;
        let own = match language {
            Language::Zh | Language::ZhHans => han,
            Language::Ja => han + kana,
            Language::En => words,
        };
        all += length;
        // Chinese among Japanese: nobody writes so many characters without kana.
        let is_chinese = language == Language::Ja && kana == 0 && {
            let shapes = Shapes::of(sentence);
            han > LONGEST_WITHOUT_KANA
                || shapes.chinese + shapes.simplified + shapes.traditional > 2
        };
        // A name, an address or a term may stand alone.
        if length >= SHORTEST_FOREIGN && (own * 2 < length || is_chinese) {
            foreign += length;
        }
    }
    (foreign * 8 > all).then(|| format!("{foreign} of {all} words are in other sentences"))
}

fn letters(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphabetic()).count()
}

fn counts(
    Scripts {
        han,
        kana,
        latin,
        other,
    }: Scripts,
) -> String {
    format!("{han} Han, {kana} kana, {latin} Latin, {other} other")
}
