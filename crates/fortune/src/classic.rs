//! Composes a reading from the deck's own texts, without a model. Nothing is invented: every
//! sentence is either the deck's, in quotation marks, or says what the deck has.

mod phrases;
mod quoted;

use std::collections::BTreeSet;

use kaucim_decks::{Matter, Readings, Tone, Topic};

use self::{
    phrases::{Phrases, by_tone},
    quoted::Quoted,
};
use crate::{
    Language, Lot, Prepared, Section, SectionId, SectionOrigin, safety,
    script::{Scripts, to_simplified},
    template::fill,
};

/// Kinds of commentary that have a place of their own; all others are supplementary notes.
const TRANSLATION: &str = "translation";
const MEANING: &str = "meaning";
const SAGE: &str = "sage";
const EXPLANATION: &str = "explanation";

/// The classic text of one section.
pub(crate) fn section(section: SectionId, prepared: &Prepared) -> Section {
    let reading = Reading {
        lot: &prepared.lot,
        language: prepared.language,
        topic: Topic::of(prepared.question.as_str()),
        matters: safety::touched(&prepared.notices),
        phrases: Phrases::of(prepared.language),
        is_verse_alone: prepared.readings == Readings::Verse,
    };
    Section {
        section,
        index: section.index(),
        title: section.title(prepared.language).to_owned(),
        text: reading.text(section),
        origin: SectionOrigin::Classic,
        checks: Vec::new(),
    }
}

struct Reading<'a> {
    lot: &'a Lot,
    language: Language,
    topic: Topic,
    matters: BTreeSet<Matter>,
    phrases: &'static Phrases,
    /// The deck has more to say, and its operator lets it show nothing but its verses.
    is_verse_alone: bool,
}

impl Reading<'_> {
    fn text(&self, section: SectionId) -> String {
        let paragraphs = if self.is_in_danger() {
            self.in_danger(section)
        } else {
            match section {
                SectionId::LineByLineInterpretation => self.line_by_line(),
                SectionId::OverallDevelopment => self.overall_development(),
                SectionId::PositiveFactors => self.positive_factors(),
                SectionId::Challenges => self.challenges(),
                SectionId::SuggestedActions => self.suggested_actions(),
                SectionId::SupplementaryNotes => self.supplementary_notes(),
                SectionId::Conclusion => self.conclusion(),
            }
        };
        paragraphs.join("\n")
    }

    /// The verse alone, and kind words instead of verdicts: those were not written for somebody
    /// whose life is in danger.
    fn in_danger(&self, section: SectionId) -> Vec<String> {
        let [overall, for_it, against, actions, notes, conclusion] = self.phrases.in_danger;
        let own = |phrase| vec![self.say(phrase, &[])];
        match section {
            SectionId::LineByLineInterpretation => self.verse(),
            SectionId::OverallDevelopment => own(overall),
            SectionId::PositiveFactors => own(for_it),
            SectionId::Challenges => own(against),
            SectionId::SuggestedActions => {
                own(actions).into_iter().chain(self.whom_to_ask()).collect()
            }
            SectionId::SupplementaryNotes => vec![self.say(notes, &[]), self.edition()],
            SectionId::Conclusion => vec![
                self.say(conclusion, &[]),
                self.say(self.phrases.honest, &[]),
            ],
        }
    }

    /// The lines as they stand, with their translation where there is one for each.
    fn verse(&self) -> Vec<String> {
        let count = self.lot.verse.len().to_string();
        let mut paragraphs = vec![self.say(self.phrases.verse, &[("count", &count)])];
        let translations = self.translated_lines().unwrap_or_default();
        paragraphs.extend(self.lot.verse.iter().enumerate().map(|(place, line)| {
            match translations.get(place) {
                Some(translation) => {
                    let translation = self.phrases.marked(translation);
                    let values = [("line", line.as_str()), ("translation", &translation)];
                    self.say(self.phrases.translated_line, &values)
                }
                None => self.say(self.phrases.line, &[("line", line)]),
            }
        }));
        paragraphs
    }

    /// The verse with its translation or, without one, with what the deck says it means.
    fn line_by_line(&self) -> Vec<String> {
        let mut paragraphs = self.verse();
        if !self.has_translation() {
            if let Some(words) = self.commentary(TRANSLATION).filter(|words| !words.foreign) {
                paragraphs.extend(self.quote(self.phrases.translation, &words));
            } else if self.is_verse_foreign() {
                paragraphs.push(self.say(self.phrases.untranslated, &[]));
            }
            paragraphs.extend(self.meaning(self.phrases.meaning_of_verse));
        }
        if let Some(title) = self.allusion_title() {
            paragraphs.push(self.say(self.phrases.alludes, &[("allusion", &title)]));
        }
        paragraphs
    }

    /// The answer to the topic of the question first, then the grade, then what it all means.
    fn overall_development(&self) -> Vec<String> {
        let mut paragraphs = self.answer();
        paragraphs.push(self.grade());
        if self.has_translation() {
            paragraphs.extend(self.meaning(self.phrases.meaning));
        }
        paragraphs
    }

    /// What the deck says on the topic, or that it has no word of its own on it.
    fn answer(&self) -> Vec<String> {
        let Some(words) = self.verdict(self.topic) else {
            let general = self.verdict(Topic::General);
            let general = general.and_then(|words| self.quote(self.phrases.general, &words));
            let words = if self.is_verse_alone {
                self.phrases.verse_alone
            } else {
                self.phrases.no_verdict
            };
            let missing = (self.topic != Topic::General).then(|| self.say(words, &[]));
            return missing.into_iter().chain(general).collect();
        };
        let phrase = if self.topic == Topic::General {
            self.phrases.general
        } else if self.is_delicate() {
            self.phrases.delicate_verdict
        } else {
            self.phrases.verdict
        };
        let quoted = self.quote(phrase, &words);
        let held = (!words.harsh.is_empty()).then(|| self.say(self.phrases.held_verdict, &[]));
        quoted.into_iter().chain(held).collect()
    }

    fn positive_factors(&self) -> Vec<String> {
        let mut paragraphs = vec![self.say(by_tone(self.phrases.in_favour, self.lot.tone), &[])];
        let sage = self.commentary(SAGE);
        match sage.and_then(|words| self.quote(self.phrases.sage, &words)) {
            Some(quoted) => paragraphs.push(quoted),
            // The first line of a warning is seldom a comfort.
            None if self.lot.tone == Some(Tone::Warning) => {}
            None => paragraphs.extend(self.name_line(self.phrases.begins, 0)),
        }
        paragraphs
    }

    fn challenges(&self) -> Vec<String> {
        let mut paragraphs = vec![self.say(by_tone(self.phrases.to_watch, self.lot.tone), &[])];
        let explanation = self.commentary(EXPLANATION);
        let turn = self.lot.verse.len().saturating_sub(2);
        match explanation.and_then(|words| self.quote(self.phrases.explanation, &words)) {
            Some(quoted) => paragraphs.push(quoted),
            // With fewer than three lines it is said already, or comes last.
            None if self.lot.verse.len() == 4 => {
                paragraphs.extend(self.name_line(self.phrases.turns, turn));
            }
            None if turn > 0 => paragraphs.extend(self.name_line(self.phrases.look, turn)),
            None => {}
        }
        paragraphs
    }

    /// Whom to ask, then what the deck says on things that lie near.
    fn suggested_actions(&self) -> Vec<String> {
        let mut paragraphs = self.whom_to_ask();
        let general = self.verdict(self.topic).and_then(|_| {
            let words = (self.topic != Topic::General).then(|| self.verdict(Topic::General))??;
            self.quote(self.phrases.general, &words)
        });
        paragraphs.extend(general);
        paragraphs.extend(near(self.topic).iter().filter_map(|&topic| {
            let words = self.verdict(topic)?;
            let near = self.own(self.phrases.topic(topic));
            self.quote_with(self.phrases.near, &words, &[("near", &near)])
        }));
        if paragraphs.is_empty() {
            paragraphs.push(self.say(self.phrases.no_actions, &[]));
        }
        paragraphs
    }

    /// The story, other commentary, harsh words with what they are, and where it all is from.
    fn supplementary_notes(&self) -> Vec<String> {
        let mut paragraphs = self.allusions();
        if paragraphs.is_empty() {
            paragraphs.push(self.say(self.phrases.no_notes, &[]));
        }
        let others = self.other_commentary();
        let quoted = others.iter();
        paragraphs.extend(quoted.filter_map(|words| self.quote(self.phrases.noted, words)));
        if self.has_list() {
            paragraphs.push(self.say(self.phrases.list, &[]));
        }
        let harsh = self.harsh_words();
        if !harsh.is_empty() {
            paragraphs.push(self.say(self.phrases.harsh, &[("text", &harsh.join(" "))]));
        }
        paragraphs.push(self.edition());
        paragraphs
    }

    fn edition(&self) -> String {
        self.say(self.phrases.edition, &[("edition", &self.lot.edition)])
    }

    fn conclusion(&self) -> Vec<String> {
        let answer = if self.is_delicate() {
            self.phrases.not_by_lot
        } else {
            by_tone(self.phrases.in_short, self.lot.tone)
        };
        let mut paragraphs = vec![self.say(answer, &[])];
        let last = self.lot.verse.len().saturating_sub(1);
        let ending = match self.lot.tone {
            Some(Tone::Good | Tone::Mixed) if !self.is_delicate() => self.phrases.keep,
            // How a warning ends is not to be taken along.
            Some(Tone::Good | Tone::Mixed | Tone::Warning) | None => self.phrases.ends,
        };
        paragraphs.extend(self.name_line(ending, last));
        paragraphs.push(self.say(self.phrases.honest, &[]));
        paragraphs
    }

    fn grade(&self) -> String {
        let phrases = self.phrases;
        let phrase = match &self.lot.grade {
            Some(_) => by_tone(phrases.grade, self.lot.tone),
            None => phrases.gradeless,
        };
        self.say(phrase, &[])
    }

    fn meaning(&self, phrase: &str) -> Option<String> {
        self.quote(phrase, &self.commentary(MEANING)?)
    }

    /// A line of the verse, by its name.
    fn name_line(&self, phrase: &str, place: usize) -> Option<String> {
        let line = self.lot.verse.get(place)?;
        let name = self.phrases.line_name(place, self.lot.verse.len())?;
        Some(self.say(phrase, &[("name", &self.own(name)), ("line", line)]))
    }

    /// Who is qualified, for each matter of the question.
    fn whom_to_ask(&self) -> Vec<String> {
        let of_topic = match self.topic {
            Topic::Health => Some(Matter::Illness),
            Topic::Childbirth => Some(Matter::Pregnancy),
            Topic::Lawsuits => Some(Matter::Law),
            Topic::Love
            | Topic::Career
            | Topic::Study
            | Topic::Wealth
            | Topic::Family
            | Topic::Travel
            | Topic::LostThings
            | Topic::Moving
            | Topic::General => None,
        };
        let matters: BTreeSet<Matter> = self.matters.iter().copied().chain(of_topic).collect();
        let asked = matters.into_iter().filter_map(|matter| match matter {
            Matter::SelfHarm | Matter::Violence => None,
            Matter::Illness => Some(self.phrases.ask_doctor),
            Matter::Pregnancy => Some(self.phrases.ask_midwife),
            Matter::Law => Some(self.phrases.ask_lawyer),
            Matter::Money => Some(self.phrases.ask_adviser),
        });
        asked.map(|phrase| self.say(phrase, &[])).collect()
    }

    /// Whether the outcome is nothing that may be read from a grade.
    fn is_delicate(&self) -> bool {
        !self.whom_to_ask().is_empty()
    }

    fn is_in_danger(&self) -> bool {
        self.matters.contains(&Matter::SelfHarm) || self.matters.contains(&Matter::Violence)
    }

    /// The sentence with the deck's words in it, unless nothing of them may stand there.
    fn quote(&self, phrase: &str, words: &Quoted) -> Option<String> {
        self.quote_with(phrase, words, &[])
    }

    fn quote_with(&self, phrase: &str, words: &Quoted, values: &[(&str, &str)]) -> Option<String> {
        if words.text.is_empty() {
            return None;
        }
        let quoted = self.phrases.marked(&words.text);
        let text = if words.foreign {
            fill(&self.own(self.phrases.foreign), &[("text", &quoted)])
        } else {
            self.own(&quoted)
        };
        let mut values = values.to_vec();
        values.push(("text", &text));
        Some(self.say(phrase, &values))
    }

    /// The sentence with its places filled. What the deck says is never altered.
    fn say(&self, phrase: &str, values: &[(&str, &str)]) -> String {
        let number = self.lot.number.to_string();
        let topic = self.own(self.phrases.topic(self.topic));
        let notes = SectionId::SupplementaryNotes.title(self.language);
        let mut values = values.to_vec();
        values.extend([
            ("number", number.as_str()),
            ("title", self.lot.title.as_str()),
            ("grade", self.lot.grade.as_deref().unwrap_or_default()),
            ("topic", topic.as_str()),
            ("notes", notes),
        ]);
        fill(&self.own(phrase), &values)
    }

    /// A sentence of ours, or a text of the deck that may be shown in either Chinese.
    fn own(&self, text: &str) -> String {
        match self.language {
            Language::ZhHans => to_simplified(text),
            Language::Zh | Language::En | Language::Ja => text.to_owned(),
        }
    }

    /// Whether a reader of this language may not be able to read the verse.
    fn is_verse_foreign(&self) -> bool {
        let Scripts {
            han, kana, latin, ..
        } = Scripts::of(&self.lot.verse.concat());
        match self.language {
            Language::Zh | Language::ZhHans => kana > 0 || latin > han,
            Language::En => latin <= han + kana,
            Language::Ja => kana == 0,
        }
    }
}

/// Topics on which a verdict helps somebody who asks about this one.
fn near(topic: Topic) -> &'static [Topic] {
    match topic {
        Topic::Love | Topic::Childbirth => &[Topic::Family],
        Topic::Career => &[Topic::Wealth, Topic::Study],
        Topic::Study | Topic::Wealth => &[Topic::Career],
        Topic::Family => &[Topic::Love, Topic::Moving],
        Topic::Travel => &[Topic::Moving],
        Topic::Moving => &[Topic::Family, Topic::Travel],
        Topic::Health | Topic::LostThings | Topic::Lawsuits => &[],
        Topic::General => &[Topic::Love, Topic::Career, Topic::Family],
    }
}

#[cfg(test)]
mod tests;
