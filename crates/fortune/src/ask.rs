//! What is asked: the question, its lot, and what an interrupted reading brings along.

use std::collections::BTreeMap;

use kaucim_decks::{Language, LookupError, Lot, Readings, Source, comparable};
use serde::{Deserialize, Serialize};

use crate::{Notice, Section, Version, script, wording};

/// One question to a deity.
#[derive(Debug, Clone)]
pub struct Ask {
    pub deity_id: String,
    /// Absent: the deity's first deck.
    pub deck_id: Option<String>,
    /// Absent: the lot is drawn fairly.
    pub number: Option<u32>,
    pub question: Question,
    /// The language of the reading; absent: detected from the question.
    pub language: Option<Language>,
    /// What else the asker tells, by name; quoted to the model as data.
    pub context: BTreeMap<String, String>,
    /// Continues an interrupted reading; its lot stands in for the fields above.
    pub resume: Option<Resume>,
}

/// What the asker wants to know: 1 to 1000 characters after trimming, some of them
/// visible, none of them NUL or a bidirectional override.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Question(String);

/// The text cannot be a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QuestionError {
    #[error("the question is empty")]
    Empty,
    #[error("the question has {0} characters; at most {max} are allowed", max = Question::MAX_CHARACTERS)]
    TooLong(usize),
    #[error("the question holds a character that cannot be shown")]
    Unprintable,
}

impl Question {
    pub const MAX_CHARACTERS: usize = 1000;

    /// Trims the text and checks its length in characters.
    pub fn new(text: &str) -> Result<Self, QuestionError> {
        let text = text.trim();
        let characters = text.chars().count();
        if !text.chars().any(is_visible) {
            return Err(QuestionError::Empty);
        }
        if characters > Self::MAX_CHARACTERS {
            return Err(QuestionError::TooLong(characters));
        }
        if text.chars().any(is_treacherous) {
            return Err(QuestionError::Unprintable);
        }
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The language that it is written in; Traditional Chinese if that cannot be told.
    pub fn language(&self) -> Language {
        script::detect(&self.0)
    }

    /// The matter that it asks about, in a form that stays the same however it is written: without
    /// spaces, punctuation and case, and in one Chinese script.
    pub fn matter(&self) -> String {
        let matter = comparable(&script::to_simplified(&self.0));
        if matter.is_empty() {
            self.0.clone()
        } else {
            matter
        }
    }
}

/// Whether a character shows something by itself.
fn is_visible(c: char) -> bool {
    let unseen =
        matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}');
    !c.is_whitespace() && !c.is_control() && !unseen
}

/// Whether a character ends texts early, or makes text look like other text.
fn is_treacherous(c: char) -> bool {
    matches!(c, '\0' | '\u{202d}' | '\u{202e}')
}

impl TryFrom<String> for Question {
    type Error = QuestionError;

    fn try_from(text: String) -> Result<Self, QuestionError> {
        Self::new(&text)
    }
}

impl From<Question> for String {
    fn from(question: Question) -> Self {
        question.0
    }
}

/// Everything about a question that is known before a model is asked: what a submit stores.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prepared {
    pub question: Question,
    /// The language of the reading, chosen or detected.
    pub language: Language,
    pub context: BTreeMap<String, String>,
    pub lot: Lot,
    /// Safety notices, to be shown before anything else.
    pub notices: Vec<Notice>,
    /// Who may write the reading, as the deck says.
    #[serde(default)]
    pub readings: Readings,
    /// What the temple says below the reading, in its language as far as the deck has it.
    #[serde(default)]
    pub deck_disclaimer: Option<String>,
    /// The reading that the question follows, where it follows one.
    #[serde(default)]
    pub first: Option<First>,
}

/// A reading that one more question is asked about: what the second one agrees with, and does not
/// say again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct First {
    pub question: Question,
    pub sections: Vec<Section>,
}

impl Prepared {
    /// The `code` of the notice that one matter has one lot.
    pub const SAME_MATTER: &str = "same_matter";

    /// Says that the lot was not drawn anew: the matter had it already.
    pub fn with_same_matter(mut self) -> Self {
        let notice = wording::Event::SameMatter.notice(self.language);
        self.notices.push(notice);
        self
    }
}

/// Why a question cannot be asked.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    #[error(transparent)]
    Lookup(#[from] LookupError),
}

/// What an interrupted reading brings along, all of it read from the log.
#[derive(Debug, Clone)]
pub struct Resume {
    pub prepared: Prepared,
    /// Absent: not yet retrieved.
    pub sources: Option<Vec<Source>>,
    /// Sealed sections; they stay byte for byte.
    pub sealed: Vec<Section>,
    /// The last kept version of each missing section, as far as they are still known.
    pub versions: Vec<Version>,
    pub budget_left: Budget,
}

/// What a reading may still spend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Calls to models.
    pub calls: u32,
    /// Tokens that models write, thoughts included.
    pub tokens: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(one: &str, other: &str, is_same: bool) {
        let matter = |text: &str| Question::new(text).unwrap().matter();
        assert_eq!(matter(one) == matter(other), is_same, "{one} / {other}");
    }

    #[test]
    fn a_matter_stays_the_same_however_it_is_written() {
        check("今年適合換工作嗎？", " 今年 适合换工作吗", true);
        check("Shall I wait?", "shall  i wait!!", true);
        check("Ｓｈａｌｌ I wait？", "Shall I wait", true);
        check("我該不該搬家，或者等等", "我该不该搬家或者等等。", true);
        check("Shall I wait?", "Shall we wait?", false);
        check("今年適合換工作嗎？", "明年適合換工作嗎？", false);
        check("🙏", "🌙", false);
    }
}
