//! Composes a reading from the deck's own commentary, without a model. Nothing is invented: every
//! sentence is either the deck's or says what the deck has.

mod phrases;

use std::collections::BTreeMap;

use kaucim_decks::Topic;

use self::phrases::{Phrases, by_tone};
use crate::{
    Language, Lot, Prepared, Section, SectionId, SectionOrigin, script::to_simplified,
    template::fill,
};

/// Kinds of commentary that have a place of their own; all others are supplementary notes.
const TRANSLATION: &str = "translation";
const MEANING: &str = "meaning";
const SAGE: &str = "sage";
const EXPLANATION: &str = "explanation";

/// Verdicts that hold one of these are not quoted to someone who asks about health, birth or law.
const GRAVE: [&str; 20] = [
    "死",
    "亡",
    "危",
    "險",
    "险",
    "凶",
    "不治",
    "難治",
    "喪",
    "丧",
    "敗",
    "败",
    "夭",
    "death",
    "die",
    "dead",
    "fatal",
    "danger",
    "lose",
    "incurable",
];

/// The classic text of one section.
pub(crate) fn section(section: SectionId, prepared: &Prepared) -> Section {
    let reading = Reading {
        lot: &prepared.lot,
        language: prepared.language,
        topic: Topic::of(prepared.question.as_str()),
        phrases: Phrases::of(prepared.language),
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
    phrases: &'static Phrases,
}

/// Words of the deck.
struct Words {
    text: String,
    /// Whether they are in a language that the reader did not choose.
    foreign: bool,
}

impl Reading<'_> {
    fn text(&self, section: SectionId) -> String {
        let paragraphs = match section {
            SectionId::LineByLineInterpretation => self.line_by_line(),
            SectionId::OverallDevelopment => self.overall_development(),
            SectionId::PositiveFactors => self.positive_factors(),
            SectionId::Challenges => self.challenges(),
            SectionId::SuggestedActions => self.suggested_actions(),
            SectionId::SupplementaryNotes => self.supplementary_notes(),
            SectionId::Conclusion => vec![self.conclusion()],
        };
        paragraphs.join("\n")
    }

    fn line_by_line(&self) -> Vec<String> {
        let count = self.lot.verse.len().to_string();
        let mut paragraphs = vec![self.say(self.phrases.verse, &[("count", &count)])];
        let translation = self.commentary(TRANSLATION).filter(|words| !words.foreign);
        let lines: Vec<&str> = match &translation {
            Some(words) => words
                .text
                .lines()
                .map(str::trim)
                .filter(|line| !line.is_empty())
                .collect(),
            None => Vec::new(),
        };
        if lines.len() == self.lot.verse.len() {
            paragraphs.extend(self.lot.verse.iter().zip(lines).map(|(line, translation)| {
                let values = [("line", line.as_str()), ("translation", translation)];
                self.say(self.phrases.translated_line, &values)
            }));
            return paragraphs;
        }
        let lines = self.lot.verse.iter();
        paragraphs.extend(lines.map(|line| self.say(self.phrases.line, &[("line", line)])));
        match translation {
            Some(words) => paragraphs.push(words.text),
            None if self.is_verse_foreign() => {
                paragraphs.push(self.say(self.phrases.untranslated, &[]));
            }
            None => {}
        }
        paragraphs
    }

    fn overall_development(&self) -> Vec<String> {
        let mut paragraphs = vec![self.grade()];
        let meaning = self.commentary(MEANING).or_else(|| {
            let first = self
                .lot
                .commentary
                .iter()
                .find(|one| one.kind != TRANSLATION)?;
            self.commentary(&first.kind)
        });
        paragraphs.extend(meaning.map(|words| self.quote(words)));
        paragraphs
    }

    fn positive_factors(&self) -> Vec<String> {
        let mut paragraphs = vec![self.say(by_tone(self.phrases.in_favour, self.lot.tone), &[])];
        let general = || {
            let is_said_later = self.topic == Topic::General || self.verdict(self.topic).is_none();
            self.verdict(Topic::General).filter(|_| !is_said_later)
        };
        if let Some(words) = self.commentary(SAGE) {
            paragraphs.push(self.quote(words));
        } else if let Some(words) = general() {
            paragraphs.push(self.general(words));
        } else if let Some(line) = self.lot.verse.first() {
            paragraphs.push(self.say(self.phrases.line, &[("line", line)]));
        }
        paragraphs
    }

    fn challenges(&self) -> Vec<String> {
        let mut paragraphs = vec![self.say(by_tone(self.phrases.to_watch, self.lot.tone), &[])];
        if let Some(words) = self.commentary(EXPLANATION) {
            paragraphs.push(self.quote(words));
        } else if let Some(line) = self.lot.verse.iter().rev().nth(1) {
            paragraphs.push(self.say(self.phrases.line, &[("line", line)]));
        }
        paragraphs
    }

    fn suggested_actions(&self) -> Vec<String> {
        let is_delicate = match self.topic {
            Topic::Health | Topic::Childbirth | Topic::Lawsuits => true,
            Topic::Love
            | Topic::Career
            | Topic::Study
            | Topic::Wealth
            | Topic::Family
            | Topic::Travel
            | Topic::LostThings
            | Topic::Moving
            | Topic::General => false,
        };
        let topic = self.own(self.phrases.topic(self.topic));
        let say = |phrase, text: &str| self.say(phrase, &[("topic", &topic), ("text", text)]);
        let mut paragraphs = Vec::new();
        match self.verdict(self.topic) {
            Some(words) if is_delicate && is_grave(&words.text) => {
                paragraphs.push(say(self.phrases.withheld_verdict, ""));
            }
            Some(words) if self.topic == Topic::General => paragraphs.push(self.general(words)),
            Some(Words {
                text,
                foreign: false,
            }) => paragraphs.push(say(self.phrases.verdict, &text)),
            Some(words) => paragraphs.extend([say(self.phrases.verdict, ""), self.quote(words)]),
            None => {
                paragraphs.push(say(self.phrases.no_verdict, ""));
                if self.topic != Topic::General {
                    paragraphs.extend(
                        self.verdict(Topic::General)
                            .map(|words| self.general(words)),
                    );
                }
            }
        }
        if is_delicate {
            paragraphs.push(self.say(self.phrases.professional, &[]));
        }
        paragraphs
    }

    fn supplementary_notes(&self) -> Vec<String> {
        let mut paragraphs = self.allusions();
        let placed = [TRANSLATION, MEANING, SAGE, EXPLANATION];
        let mut kinds: Vec<&str> = self
            .lot
            .commentary
            .iter()
            .map(|one| one.kind.as_str())
            .collect();
        kinds.sort_unstable();
        kinds.dedup();
        let others = kinds.into_iter().filter(|kind| !placed.contains(kind));
        paragraphs.extend(
            others
                .filter_map(|kind| self.commentary(kind))
                .map(|words| self.quote(words)),
        );
        if paragraphs.is_empty() {
            paragraphs.push(self.say(self.phrases.no_notes, &[]));
        }
        paragraphs.push(self.say(self.phrases.edition, &[("edition", &self.lot.edition)]));
        paragraphs
    }

    fn conclusion(&self) -> String {
        let line = self.lot.verse.last().map_or("", String::as_str);
        format!(
            "{}\n{}",
            self.grade(),
            self.say(self.phrases.conclusion, &[("line", line)])
        )
    }

    fn grade(&self) -> String {
        let Some(grade) = &self.lot.grade else {
            return self.say(self.phrases.gradeless, &[]);
        };
        let Phrases {
            good,
            mixed,
            warning,
            toneless,
            ..
        } = self.phrases;
        let phrase = by_tone([good, mixed, warning, toneless], self.lot.tone);
        self.say(phrase, &[("grade", grade)])
    }

    fn general(&self, words: Words) -> String {
        if words.foreign {
            return self.quote(words);
        }
        self.say(self.phrases.general_verdict, &[("text", &words.text)])
    }

    fn quote(&self, words: Words) -> String {
        let phrase = if words.foreign {
            self.phrases.quoted_foreign
        } else {
            self.phrases.quoted
        };
        self.say(phrase, &[("text", &words.text)])
    }

    /// The sentence with its places filled. What the deck says is never altered.
    fn say(&self, phrase: &str, values: &[(&str, &str)]) -> String {
        let number = self.lot.number.to_string();
        let mut values = values.to_vec();
        values.extend([
            ("number", number.as_str()),
            ("title", self.lot.title.as_str()),
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

    /// Every allusion in the language of the reading or, if there is none, in another one.
    fn allusions(&self) -> Vec<String> {
        let Some(language) = self.nearest(self.lot.allusions.iter().map(|one| one.language)) else {
            return Vec::new();
        };
        let allusions = self
            .lot
            .allusions
            .iter()
            .filter(|one| one.language == language);
        allusions
            .map(|allusion| {
                let Words { text, foreign } = self.words(language, &allusion.text);
                if foreign || allusion.title.is_empty() {
                    return self.quote(Words { text, foreign });
                }
                let title = self.own(&allusion.title);
                fill(
                    &self.own(self.phrases.allusion),
                    &[("title", &title), ("text", &text)],
                )
            })
            .collect()
    }

    fn commentary(&self, kind: &str) -> Option<Words> {
        let of_kind = || {
            self.lot
                .commentary
                .iter()
                .filter(move |one| one.kind == kind)
        };
        let language = self.nearest(of_kind().map(|one| one.language))?;
        let texts: Vec<&str> = of_kind()
            .filter(|one| one.language == language)
            .map(|one| one.text.trim())
            .collect();
        Some(self.words(language, &texts.join("\n")))
    }

    fn verdict(&self, topic: Topic) -> Option<Words> {
        let texts: &BTreeMap<Language, String> = self.lot.topics.get(&topic)?;
        let language = self.nearest(texts.keys().copied())?;
        Some(self.words(language, texts[&language].trim()))
    }

    /// The language to quote from: the reader's, for Simplified Chinese also Traditional, else the
    /// first of what there is.
    fn nearest(&self, languages: impl Iterator<Item = Language>) -> Option<Language> {
        let languages: Vec<Language> = languages.collect();
        let readable = [self.language, self.other_chinese()];
        readable
            .into_iter()
            .find(|language| languages.contains(language))
            .or_else(|| languages.first().copied())
    }

    fn words(&self, language: Language, text: &str) -> Words {
        if language == self.language {
            Words {
                text: text.to_owned(),
                foreign: false,
            }
        } else if language == self.other_chinese() {
            Words {
                text: self.own(text),
                foreign: false,
            }
        } else {
            Words {
                text: text.to_owned(),
                foreign: true,
            }
        }
    }

    fn other_chinese(&self) -> Language {
        match self.language {
            Language::Zh => Language::ZhHans,
            Language::ZhHans => Language::Zh,
            other @ (Language::En | Language::Ja) => other,
        }
    }

    /// Whether a reader of this language may not be able to read the verse: all are Chinese.
    fn is_verse_foreign(&self) -> bool {
        matches!(self.language, Language::En | Language::Ja)
    }
}

fn is_grave(verdict: &str) -> bool {
    let verdict = verdict.to_lowercase();
    GRAVE.iter().any(|word| verdict.contains(word))
}

#[cfg(test)]
mod tests;
