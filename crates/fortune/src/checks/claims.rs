//! Checks that nothing is claimed that a lot cannot know: no promise on a warning lot, no
//! prognosis on life and death, body or court, no figure; and that nobody is threatened, sold
//! anything, or spoken to by the deity itself.
//!
//! A claim counts where a sentence makes it: not in quotation marks, not in a question, not where
//! its clause denies it, fears it or wishes for it, nor where the end of its sentence takes it back.

mod voices;
mod words;

use std::sync::LazyLock;

use kaucim_decks::Tone;
use regex::{Match, Regex, RegexSet};

use self::{
    voices::{FIGURES, SALES, THREATS, VOICES},
    words::{AFTER, BEFORE, BEFORE_IN_LATIN, CERTAIN, PROGNOSES, PROMISES, TURNED, WISHED, WISHES},
};
use super::{Draft, Subject, quotes::unquoted};
use crate::script::to_simplified;

/// The marks between the clauses of a sentence.
const MARKS: [char; 6] = [',', '，', '；', ';', '：', ':'];

static PROMISED: LazyLock<Claims> = LazyLock::new(|| Claims::new(&PROMISES));
static FORETOLD: LazyLock<Claims> = LazyLock::new(|| Claims::new(&PROGNOSES));
static SPOKEN: LazyLock<Claims> = LazyLock::new(|| Claims::new(&VOICES));
static THREATENED: LazyLock<Claims> = LazyLock::new(|| Claims::new(&THREATS));
static SOLD: LazyLock<Claims> = LazyLock::new(|| Claims::new(&SALES));
static MEASURED: LazyLock<Claims> = LazyLock::new(|| Claims::new(&FIGURES));

/// Makes ready what the first section would wait for: to turn the words into machines takes longer
/// than to judge a thousand sections by them.
pub(crate) fn compile() {
    for claims in [&PROMISED, &FORETOLD, &SPOKEN, &THREATENED, &SOLD, &MEASURED] {
        LazyLock::force(claims);
    }
}

pub(super) fn promise(draft: &Draft<'_>, subject: &Subject<'_>) -> Option<String> {
    if subject.lot.tone != Some(Tone::Warning) {
        return None;
    }
    let claim = PROMISED
        .made_in(draft.plain())
        .or_else(|| sentences(draft.plain()).find_map(certain_outcome))?;
    Some(format!("a promise on a warning lot: `{claim}`"))
}

pub(super) fn prognosis(draft: &Draft<'_>, _: &Subject<'_>) -> Option<String> {
    let claim = FORETOLD.made_in(draft.plain())?;
    Some(format!("a prognosis: `{claim}`"))
}

pub(super) fn voice(draft: &Draft<'_>, _: &Subject<'_>) -> Option<String> {
    let claim = SPOKEN.made_in(draft.plain())?;
    Some(format!("speaks as the deity: `{claim}`"))
}

pub(super) fn threat(draft: &Draft<'_>, _: &Subject<'_>) -> Option<String> {
    let claim = THREATENED.made_in(draft.plain())?;
    Some(format!("a threat: `{claim}`"))
}

pub(super) fn sale(draft: &Draft<'_>, _: &Subject<'_>) -> Option<String> {
    let claim = SOLD.made_in(draft.plain())?;
    Some(format!("something is sold: `{claim}`"))
}

pub(super) fn confidence(draft: &Draft<'_>, _: &Subject<'_>) -> Option<String> {
    let claim = MEASURED.made_in(draft.plain())?;
    Some(format!("a figure that nobody has measured: `{claim}`"))
}

/// Claims of one kind.
struct Claims {
    /// All at once.
    all: RegexSet,
    /// Each by itself; made when a text first seems to make it.
    each: Vec<LazyLock<Regex, Box<dyn FnOnce() -> Regex + Send>>>,
}

impl Claims {
    fn new(words: &[&'static str]) -> Self {
        let patterns = words.iter().map(|claim| pattern(claim));
        Self {
            all: RegexSet::new(patterns).expect("the words are patterns"),
            each: words
                .iter()
                .map(|&claim| -> Box<dyn FnOnce() -> Regex + Send> { Box::new(|| regex(claim)) })
                .map(LazyLock::new)
                .collect(),
        }
    }

    /// The first claim that a text makes.
    fn made_in(&self, text: &str) -> Option<String> {
        let made = sentences(text).find_map(|sentence| {
            // Most sentences make none, which this tells quickly.
            let possible = self.all.matches(sentence);
            let claims = possible.iter().map(|claim| &self.each[claim]);
            let mut found = claims.flat_map(|claim| claim.find_iter(sentence));
            let is_made = |claim: &Match<'_>| !is_denied(sentence, claim.start(), claim.end());
            found.find(is_made)
        })?;
        Some(made.as_str().trim().to_owned())
    }
}

/// A word of certainty and, in the same clause, something that everybody wishes for.
fn certain_outcome(sentence: &str) -> Option<String> {
    static CERTAINTY: LazyLock<Regex> = LazyLock::new(|| regex(CERTAIN));
    static OUTCOME: LazyLock<Regex> = LazyLock::new(|| regex(WISHED));
    static TURN: LazyLock<Regex> = LazyLock::new(|| regex(TURNED));
    CERTAINTY.find_iter(sentence).find_map(|certain| {
        let rest = sentence[certain.end()..].split(MARKS).next();
        let clause = rest.unwrap_or_default();
        let outcome = OUTCOME.find(clause)?;
        let end = certain.end() + outcome.end();
        let is_turned =
            TURN.is_match(&clause[..outcome.start()]) || is_denied(sentence, certain.start(), end);
        (!is_turned).then(|| sentence[certain.start()..end].trim().to_owned())
    })
}

fn is_denied(sentence: &str, start: usize, end: usize) -> bool {
    static DENIED: LazyLock<RegexSet> = LazyLock::new(|| {
        let words = [BEFORE, BEFORE_IN_LATIN, WISHES].map(pattern);
        RegexSet::new(words).expect("the words are patterns")
    });
    static TAKEN_BACK: LazyLock<Regex> = LazyLock::new(|| regex(AFTER));
    let is_asked = sentence.ends_with(['?', '？']) || sentence.ends_with("か。");
    let clause = sentence[..start].rsplit(MARKS).next().unwrap_or_default();
    is_asked || DENIED.is_match(clause) || TAKEN_BACK.is_match(&sentence[end..])
}

fn regex(words: &str) -> Regex {
    Regex::new(&pattern(words)).expect("the words are patterns")
}

/// Words as a pattern over a text in the form of [`plain`]. English words end at letters of ASCII:
/// those of Unicode cost much more, and Chinese has no blanks to tell them by.
fn pattern(words: &str) -> String {
    let words = to_simplified(words).replace(r"\b", r"(?-u:\b)");
    format!("(?x){}", words.replace(r"\w", "[a-z]"))
}

/// Lower case, Simplified, straight apostrophes, nothing that is quoted.
pub(super) fn plain(text: &str) -> String {
    to_simplified(&unquoted(text).to_lowercase().replace('’', "'"))
}

/// Sentences with the mark that ends each.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(['。', '！', '？', '!', '?', '\n', '.'])
}
