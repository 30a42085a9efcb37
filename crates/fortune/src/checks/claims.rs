//! Checks that nothing is claimed that a lot cannot know: no promise on a warning lot, no
//! prognosis on life and death, body or court.
//!
//! A claim counts where a sentence makes it: not in quotation marks, not in a question, not where
//! its sentence denies it, fears it or wishes for it.

mod words;

use std::sync::LazyLock;

use kaucim_decks::Tone;
use regex::{Regex, RegexSet};

use self::words::{
    AFTER, BEFORE, BEFORE_IN_LATIN, CERTAIN, PROGNOSES, PROMISES, TURNED, WISHED, WISHES,
};
use super::{Draft, Subject, quotes::unquoted};
use crate::script::to_simplified;

pub(super) fn promise(draft: &Draft<'_>, subject: &Subject<'_>) -> Option<String> {
    let is_warning = subject.lot.tone == Some(Tone::Warning);
    let claim = is_warning.then(|| {
        let plain = plain(draft.text);
        sentences(&plain)
            .find_map(|sentence| certain_outcome(sentence).or_else(|| said(sentence, promises())))
    });
    Some(format!("a promise on a warning lot: `{}`", claim??))
}

pub(super) fn prognosis(draft: &Draft<'_>, _: &Subject<'_>) -> Option<String> {
    let plain = plain(draft.text);
    let claim = sentences(&plain).find_map(|sentence| said(sentence, prognoses()))?;
    Some(format!("a prognosis: `{claim}`"))
}

/// The first claim of a list that the sentence makes.
fn said(sentence: &str, claims: &[Regex]) -> Option<String> {
    let mut found = claims.iter().filter_map(|claim| claim.find(sentence));
    let made = found.find(|claim| !is_denied(sentence, claim.start(), claim.end()))?;
    Some(made.as_str().trim().to_owned())
}

/// A word of certainty and, in the same clause, something that everybody wishes for.
fn certain_outcome(sentence: &str) -> Option<String> {
    static OUTCOME: LazyLock<Regex> = LazyLock::new(|| regex(WISHED));
    static CERTAINTY: LazyLock<Regex> = LazyLock::new(|| regex(CERTAIN));
    CERTAINTY.find_iter(sentence).find_map(|certain| {
        let clause = sentence[certain.end()..]
            .split([',', '，', '、', '；', ';', '：', ':'])
            .next()
            .unwrap_or_default();
        let outcome = OUTCOME.find(clause)?;
        let end = certain.end() + outcome.end();
        let between = &clause[..outcome.start()];
        let is_turned = is_negative(between) || is_denied(sentence, certain.start(), end);
        (!is_turned).then(|| sentence[certain.start()..end].trim().to_owned())
    })
}

/// Whether what stands between a certainty and an outcome makes it advice, or its contrary.
fn is_negative(between: &str) -> bool {
    static TURN: LazyLock<Regex> = LazyLock::new(|| regex(TURNED));
    TURN.is_match(between)
}

fn is_denied(sentence: &str, start: usize, end: usize) -> bool {
    static DENIALS: LazyLock<[RegexSet; 2]> = LazyLock::new(|| {
        let before = [BEFORE, BEFORE_IN_LATIN, WISHES];
        [before.as_slice(), &[AFTER]].map(|words| {
            let words = words.iter().map(|words| to_simplified(words));
            RegexSet::new(words).expect("the words are a pattern")
        })
    });
    let [before, after] = &*DENIALS;
    let is_asked = sentence.ends_with(['?', '？']) || sentence.ends_with("か。");
    is_asked || before.is_match(&sentence[..start]) || after.is_match(&sentence[end..])
}

fn promises() -> &'static [Regex] {
    static REGEXES: LazyLock<Vec<Regex>> =
        LazyLock::new(|| PROMISES.into_iter().map(regex).collect());
    &REGEXES
}

fn prognoses() -> &'static [Regex] {
    static REGEXES: LazyLock<Vec<Regex>> =
        LazyLock::new(|| PROGNOSES.into_iter().map(regex).collect());
    &REGEXES
}

fn regex(pattern: &str) -> Regex {
    Regex::new(&to_simplified(&format!("(?x){pattern}"))).expect("the words are a pattern")
}

/// Lower case, Simplified, straight apostrophes, nothing that is quoted.
fn plain(text: &str) -> String {
    to_simplified(&unquoted(text).to_lowercase().replace('’', "'"))
}

/// Sentences with the mark that ends each.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(['。', '！', '？', '!', '?', '\n', '.'])
}
