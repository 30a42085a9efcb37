//! The sentences around the deck's own words, in the languages of readings.

mod en;
mod ja;
mod zh;

use kaucim_decks::{Tone, Topic};

use crate::Language;

/// Sentences with named places; see [`crate::template::fill`]. Every one may name `{{number}}`,
/// `{{title}}`, `{{grade}}`, `{{topic}}` and `{{notes}}`, the title of the last but one section.
pub(super) struct Phrases {
    /// `{{count}}`: heads the quoted verse.
    pub(super) verse: &'static str,
    /// `{{line}}` alone, and with `{{translation}}`.
    pub(super) line: &'static str,
    pub(super) translated_line: &'static str,
    /// `{{text}}`: a translation of the whole, without a line for each line.
    pub(super) translation: &'static str,
    /// Said when the deck has no translation and the verse is in another language.
    pub(super) untranslated: &'static str,
    /// `{{text}}`: what the deck says the verse means, below the verse and elsewhere.
    pub(super) meaning_of_verse: &'static str,
    pub(super) meaning: &'static str,
    /// `{{allusion}}`: names the story, which is told later.
    pub(super) alludes: &'static str,
    /// All that is said to somebody who is in danger, from the second section on: no lot was
    /// written for that.
    pub(super) in_danger: [&'static str; 6],
    /// `{{text}}`: the verdict on the topic of the question, also where no lot may answer; on
    /// things in general; on another topic, `{{near}}`.
    pub(super) verdict: &'static str,
    pub(super) delicate_verdict: &'static str,
    pub(super) general: &'static str,
    pub(super) near: &'static str,
    /// There is none; there may be one, and the deck shows its verses alone; it is harsh.
    pub(super) no_verdict: &'static str,
    pub(super) verse_alone: &'static str,
    pub(super) held_verdict: &'static str,
    /// What the grade says, by tone and without one; there is no grade.
    pub(super) grade: [&'static str; 4],
    pub(super) gradeless: &'static str,
    /// What can be said for and against, by tone and without one.
    pub(super) in_favour: [&'static str; 4],
    pub(super) to_watch: [&'static str; 4],
    /// `{{text}}`: commentary of these kinds, and of any other.
    pub(super) sage: &'static str,
    pub(super) explanation: &'static str,
    pub(super) noted: &'static str,
    /// `{{name}}`, `{{line}}`: a line of the verse.
    pub(super) begins: &'static str,
    pub(super) turns: &'static str,
    pub(super) look: &'static str,
    pub(super) keep: &'static str,
    pub(super) ends: &'static str,
    /// Who is qualified.
    pub(super) ask_doctor: &'static str,
    pub(super) ask_midwife: &'static str,
    pub(super) ask_lawyer: &'static str,
    pub(super) ask_adviser: &'static str,
    pub(super) no_actions: &'static str,
    /// `{{allusion}}`, `{{text}}`: a story with a title, and one without.
    pub(super) allusion: &'static str,
    pub(super) story: &'static str,
    pub(super) no_notes: &'static str,
    /// Where a list of verdicts is, which is not repeated.
    pub(super) list: &'static str,
    /// `{{text}}`: harsh words, quoted with what they are.
    pub(super) harsh: &'static str,
    /// `{{edition}}`: where the words are from.
    pub(super) edition: &'static str,
    /// The answer in a sentence, by tone and without one; where no lot may answer.
    pub(super) in_short: [&'static str; 4],
    pub(super) not_by_lot: &'static str,
    /// What this reading is.
    pub(super) honest: &'static str,
    /// `{{text}}`: marked words in another language.
    pub(super) foreign: &'static str,
    /// Quotation marks, and those for what has such marks itself.
    marks: [[char; 2]; 2],
    /// In the order of the topics.
    topics: [&'static str; 12],
    /// Names of the lines of a verse, and of its last.
    lines: [&'static str; 7],
    last_line: &'static str,
}

impl Phrases {
    /// Simplified Chinese is turned from Traditional by the caller.
    pub(super) fn of(language: Language) -> &'static Self {
        match language {
            Language::Zh | Language::ZhHans => &zh::PHRASES,
            Language::En => &en::PHRASES,
            Language::Ja => &ja::PHRASES,
        }
    }

    /// Words of the deck in quotation marks.
    pub(super) fn marked(&self, text: &str) -> String {
        let [outer, inner] = self.marks;
        let [open, close] = if text.contains(outer) { inner } else { outer };
        format!("{open}{text}{close}")
    }

    /// What a line of a verse is called, counted from 0; a long verse has names for some only.
    pub(super) fn line_name(&self, place: usize, count: usize) -> Option<&'static str> {
        if place + 1 == count {
            return Some(self.last_line);
        }
        self.lines.get(place).copied()
    }

    pub(super) fn topic(&self, topic: Topic) -> &'static str {
        let [
            love,
            career,
            study,
            wealth,
            health,
            family,
            travel,
            lost,
            law,
            birth,
            moving,
            general,
        ] = self.topics;
        match topic {
            Topic::Love => love,
            Topic::Career => career,
            Topic::Study => study,
            Topic::Wealth => wealth,
            Topic::Health => health,
            Topic::Family => family,
            Topic::Travel => travel,
            Topic::LostThings => lost,
            Topic::Lawsuits => law,
            Topic::Childbirth => birth,
            Topic::Moving => moving,
            Topic::General => general,
        }
    }
}

/// The sentence for the tone of a lot.
pub(super) fn by_tone(
    [good, mixed, warning, none]: [&'static str; 4],
    tone: Option<Tone>,
) -> &'static str {
    match tone {
        Some(Tone::Good) => good,
        Some(Tone::Mixed) => mixed,
        Some(Tone::Warning) => warning,
        None => none,
    }
}
