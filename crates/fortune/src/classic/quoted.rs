//! Texts of the deck as a reader of a language can be given them, without the words that would
//! harm where they stand.

use std::collections::BTreeMap;

use kaucim_decks::{Topic, harm};

use super::{EXPLANATION, MEANING, Reading, SAGE, TRANSLATION};
use crate::Language;

/// So much is quoted of a text that the reader may not be able to read; the lot has the whole.
const MOST_OF_FOREIGN: usize = 120;

/// Other commentary of fewer characters is a label, such as a palace of the zodiac.
const LEAST_OF_OTHERS: usize = 12;

/// A text with so many of the lot's verdicts is a list of them.
const LEAST_OF_LIST: usize = 3;

/// Words of the deck.
pub(super) struct Quoted {
    /// Without harsh sentences; empty if all are.
    pub(super) text: String,
    /// Sentences that would harm if they were taken for a prognosis.
    pub(super) harsh: Vec<String>,
    /// Whether they are in a language that the reader did not choose.
    pub(super) foreign: bool,
}

/// Sorts the sentences of a text; `about` is the topic that a verdict is on.
pub(super) fn quoted(text: &str, language: Language, about: Option<Topic>) -> Quoted {
    let harms = harm::find(text, language, about);
    let mut kept = String::new();
    let mut harsh = Vec::new();
    let mut is_gap = false;
    let mut begin = 0;
    for sentence in sentences(text) {
        let end = begin + sentence.len();
        let is_harsh = |harm: &harm::Harm| harm.range.start < end && begin < harm.range.end;
        if harms.iter().any(is_harsh) {
            harsh.push(sentence.trim().to_owned());
            is_gap = true;
        } else if !sentence.trim().is_empty() {
            if std::mem::take(&mut is_gap) {
                kept.push('…');
            }
            kept.push_str(sentence);
        }
        begin = end;
    }
    if is_gap && !kept.is_empty() {
        kept.truncate(kept.trim_end().len());
        kept.push('…');
    }
    Quoted {
        text: one_line(kept.trim()),
        harsh,
        foreign: false,
    }
}

/// Short texts read better on one line.
fn one_line(text: &str) -> String {
    if text.chars().count() > MOST_OF_FOREIGN {
        return text.to_owned();
    }
    text.lines().map(str::trim).collect::<Vec<_>>().join(" ")
}

/// The sentences of a text with all that stands between them.
fn sentences(text: &str) -> Vec<&str> {
    let mut sentences = Vec::new();
    let mut begin = 0;
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        let rest = &text[end..];
        let is_end = match c {
            '。' | '！' | '？' | '；' | '\n' => true,
            '.' | '!' | '?' => rest.starts_with(' '),
            _ => false,
        };
        if is_end && !rest.starts_with(['」', '』', '”', '’']) {
            sentences.push(&text[begin..end]);
            begin = end;
        }
    }
    sentences.push(&text[begin..]);
    sentences
}

/// The beginning of a text, whole sentences where there are any.
fn beginning(text: &str) -> String {
    if text.chars().count() <= MOST_OF_FOREIGN {
        return text.to_owned();
    }
    let mut kept = String::new();
    for sentence in sentences(text) {
        if (kept.chars().count() + sentence.chars().count()) > MOST_OF_FOREIGN {
            break;
        }
        kept.push_str(sentence);
    }
    if kept.trim().is_empty() {
        kept = text.chars().take(MOST_OF_FOREIGN).collect();
    }
    format!("{}…", kept.trim_end())
}

impl Reading<'_> {
    /// The lines of the translation, if there is one for each line of the verse.
    pub(super) fn translated_lines(&self) -> Option<Vec<String>> {
        let (language, text) = self.written(TRANSLATION)?;
        if self.is_foreign(language) {
            return None;
        }
        let lines = text.lines().map(str::trim);
        let lines: Vec<String> = lines
            .filter(|line| !line.is_empty())
            .map(|line| self.own(line))
            .collect();
        (lines.len() == self.lot.verse.len()).then_some(lines)
    }

    pub(super) fn has_translation(&self) -> bool {
        self.translated_lines().is_some()
    }

    pub(super) fn allusion_title(&self) -> Option<String> {
        let language = self.nearest(self.lot.allusions.iter().map(|one| one.language))?;
        let mut allusions = self.lot.allusions.iter();
        let title = &allusions.find(|one| one.language == language)?.title;
        (!title.is_empty()).then(|| self.own(title))
    }

    /// Every allusion in the language of the reading or, if there is none, in another one. They
    /// are stories of others: what happens in them is said of nobody who asks.
    pub(super) fn allusions(&self) -> Vec<String> {
        let Some(language) = self.nearest(self.lot.allusions.iter().map(|one| one.language)) else {
            return Vec::new();
        };
        let allusions = self
            .lot
            .allusions
            .iter()
            .filter(|one| one.language == language);
        allusions
            .filter_map(|allusion| {
                let words = self.readable(Quoted {
                    text: allusion.text.trim().to_owned(),
                    harsh: Vec::new(),
                    foreign: self.is_foreign(language),
                });
                let title = self.own(&allusion.title);
                if title.is_empty() {
                    return self.quote(self.phrases.story, &words);
                }
                self.quote_with(self.phrases.allusion, &words, &[("allusion", &title)])
            })
            .collect()
    }

    /// Commentary of a kind, unless it only lists what the lot has as verdicts.
    pub(super) fn commentary(&self, kind: &str) -> Option<Quoted> {
        let (language, text) = self.written(kind)?;
        let text = self.without_verdicts(&text);
        (!self.is_list(&text)).then(|| self.words(language, &text, None))
    }

    /// Whether there is commentary that is not quoted, as it lists what the lot has as verdicts.
    pub(super) fn has_list(&self) -> bool {
        let mut written = self
            .kinds()
            .into_iter()
            .filter_map(|kind| self.written(kind));
        written.any(|(_, text)| self.is_list(&self.without_verdicts(&text)))
    }

    /// Commentary that has no place of its own in the reading. A few characters are a label, and
    /// what the reader may not be able to read stands with the lot.
    pub(super) fn other_commentary(&self) -> Vec<Quoted> {
        let placed = [TRANSLATION, MEANING, SAGE, EXPLANATION];
        let others = self
            .kinds()
            .into_iter()
            .filter(|kind| !placed.contains(kind));
        let others = others.filter_map(|kind| self.commentary(kind));
        others
            .filter(|words| !words.foreign && words.text.chars().count() >= LEAST_OF_OTHERS)
            .collect()
    }

    fn kinds(&self) -> Vec<&str> {
        let mut kinds: Vec<&str> = Vec::new();
        for one in &self.lot.commentary {
            if !kinds.contains(&one.kind.as_str()) {
                kinds.push(&one.kind);
            }
        }
        kinds
    }

    /// The text of a kind in the language to quote from.
    fn written(&self, kind: &str) -> Option<(Language, String)> {
        let of_kind = || {
            self.lot
                .commentary
                .iter()
                .filter(move |one| one.kind == kind)
        };
        let language = self.nearest(of_kind().map(|one| one.language))?;
        let of_language = of_kind().filter(|one| one.language == language);
        let texts: Vec<&str> = of_language.map(|one| one.text.trim()).collect();
        Some((language, texts.join("\n")))
    }

    /// The text without sentences that stand among the verdicts as well.
    fn without_verdicts(&self, text: &str) -> String {
        let verdicts: Vec<&str> = self.verdict_lines().collect();
        let is_verdict = |sentence: &str| {
            let sentence = sentence.trim();
            !sentence.is_empty() && verdicts.iter().any(|verdict| verdict.contains(sentence))
        };
        let own = sentences(text)
            .into_iter()
            .filter(|sentence| !is_verdict(sentence));
        own.collect()
    }

    fn is_list(&self, text: &str) -> bool {
        let listed = self
            .verdict_lines()
            .filter(|verdict| text.contains(verdict));
        listed.count() >= LEAST_OF_LIST
    }

    /// The verdicts on all topics, a line each.
    fn verdict_lines(&self) -> impl Iterator<Item = &str> {
        let texts = self.lot.topics.values().flat_map(BTreeMap::values);
        let lines = texts.flat_map(|text| text.lines().map(str::trim));
        lines.filter(|line| line.chars().count() >= 2)
    }

    /// What the deck says on a topic. A verdict that is harsh in part is harsh as a whole: what is
    /// left of 大命險。半月好 without its first half would be a promise that the deck never made.
    pub(super) fn verdict(&self, topic: Topic) -> Option<Quoted> {
        let texts: &BTreeMap<Language, String> = self.lot.topics.get(&topic)?;
        let language = self.nearest(texts.keys().copied())?;
        let text = texts[&language].trim();
        let words = self.words(language, text, Some(topic));
        if words.harsh.is_empty() {
            return Some(words);
        }
        Some(Quoted {
            text: String::new(),
            harsh: vec![one_line(text)],
            ..words
        })
    }

    /// All harsh words among what this reading would quote, each once and in quotation marks.
    pub(super) fn harsh_words(&self) -> Vec<String> {
        let commentary = self
            .kinds()
            .into_iter()
            .filter_map(|kind| self.commentary(kind));
        let topics = [self.topic, Topic::General];
        let near = super::near(self.topic).iter().copied();
        let verdicts = topics
            .into_iter()
            .chain(near)
            .filter_map(|topic| self.verdict(topic));
        let mut harsh: Vec<String> = Vec::new();
        for words in commentary.chain(verdicts) {
            for sentence in words.harsh {
                let sentence = if words.foreign {
                    sentence
                } else {
                    self.own(&sentence)
                };
                let sentence = self.phrases.marked(&sentence);
                if !harsh.contains(&sentence) {
                    harsh.push(sentence);
                }
            }
        }
        harsh
    }

    fn words(&self, language: Language, text: &str, about: Option<Topic>) -> Quoted {
        let words = quoted(text, language, about);
        self.readable(Quoted {
            foreign: self.is_foreign(language),
            ..words
        })
    }

    /// What the reader may not be able to read is cut short.
    fn readable(&self, words: Quoted) -> Quoted {
        if !words.foreign {
            return words;
        }
        Quoted {
            text: beginning(&words.text),
            ..words
        }
    }

    fn is_foreign(&self, language: Language) -> bool {
        language != self.language && language != self.other_chinese()
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

    fn other_chinese(&self) -> Language {
        match self.language {
            Language::Zh => Language::ZhHans,
            Language::ZhHans => Language::Zh,
            other @ (Language::En | Language::Ja) => other,
        }
    }
}
