//! Finds statements that would harm if they were applied to a living person: that someone who is
//! ill will die, that a child will not live. Rules and words, no model.

mod words;

use std::{collections::BTreeMap, ops::Range, sync::LazyLock};

use self::words::{CHINESE, ENGLISH, JAPANESE, Words};
use crate::{Language, Topic, search::compared};

/// A statement that would harm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Harm {
    pub kind: Kind,
    /// Where the words stand, in bytes of the text.
    pub range: Range<usize>,
}

/// What a statement that would harm says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Somebody will die, or has died for whom the lot was drawn.
    Death,
    /// An illness will not be cured.
    Incurable,
    /// An illness is a danger to life.
    Danger,
    /// A child or its mother will not live.
    Birth,
    /// A husband or a wife will be lost.
    Bereavement,
}

impl Kind {
    /// In a sentence, after "says that".
    pub fn told(self) -> &'static str {
        match self {
            Self::Death => "somebody dies",
            Self::Incurable => "an illness is not cured",
            Self::Danger => "an illness is a danger to life",
            Self::Birth => "a child or its mother is in danger",
            Self::Bereavement => "a husband or a wife is lost",
        }
    }
}

/// The statements of a text that would harm, in their order.
///
/// `about` is the topic that a verdict is on: one on health needs not name the illness. Stories of
/// old are full of deaths: they are not to be asked about.
pub fn find(text: &str, language: Language, about: Option<Topic>) -> Vec<Harm> {
    let lexicon = match language {
        Language::Zh | Language::ZhHans => &*IN_CHINESE,
        Language::En => &*IN_ENGLISH,
        Language::Ja => &*IN_JAPANESE,
    };
    lexicon.find(&Characters::of(text), about)
}

static IN_CHINESE: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::of(&CHINESE));
static IN_ENGLISH: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::of(&ENGLISH));
static IN_JAPANESE: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::of(&JAPANESE));

/// A text with one spelling for all, and where its characters stand.
struct Characters {
    folded: Vec<char>,
    /// One more than there are characters.
    places: Vec<usize>,
}

impl Characters {
    fn of(text: &str) -> Self {
        let mut places: Vec<_> = text.char_indices().map(|(at, _)| at).collect();
        places.push(text.len());
        Self {
            folded: text.chars().map(folded).collect(),
            places,
        }
    }

    fn bytes(&self, range: &Range<usize>) -> Range<usize> {
        self.places[range.start]..self.places[range.end]
    }
}

fn folded(c: char) -> char {
    match c {
        '’' => '\'',
        '兇' => '凶',
        _ => compared(c.to_ascii_lowercase()),
    }
}

/// What a word does in a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Who or what is spoken of: an illness, a birth.
    Ill,
    Birth,
    /// What is said of it.
    Verdict(Kind),
    /// Says it by itself.
    Always(Kind),
    /// Says that it is not so.
    Denial,
    /// Something else is spoken of from here on.
    Other,
}

/// Words by their first character, the longest first.
struct Lexicon {
    by_first: BTreeMap<char, Vec<(Vec<char>, Part)>>,
    /// How many characters may stand between what is spoken of and what is said of it.
    reach: usize,
}

/// A word that was found; the range counts characters.
struct Hit {
    range: Range<usize>,
    part: Part,
}

impl Lexicon {
    fn of(words: &Words) -> Self {
        let mut by_first: BTreeMap<char, Vec<(Vec<char>, Part)>> = BTreeMap::new();
        for (list, part) in [
            (words.ill, Part::Ill),
            (words.birth, Part::Birth),
            (words.dies, Part::Verdict(Kind::Death)),
            (words.is_not_cured, Part::Verdict(Kind::Incurable)),
            (words.is_in_danger, Part::Verdict(Kind::Danger)),
            (words.is_not_born, Part::Verdict(Kind::Birth)),
            (words.always_death, Part::Always(Kind::Death)),
            (words.always_birth, Part::Always(Kind::Birth)),
            (words.always_bereavement, Part::Always(Kind::Bereavement)),
            (words.denials, Part::Denial),
            (words.others, Part::Other),
        ] {
            for word in list.split_whitespace() {
                let word: Vec<char> = word.replace('_', " ").chars().map(folded).collect();
                by_first.entry(word[0]).or_default().push((word, part));
            }
        }
        for words in by_first.values_mut() {
            words.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
        }
        Self {
            by_first,
            reach: words.reach,
        }
    }

    fn find(&self, text: &Characters, about: Option<Topic>) -> Vec<Harm> {
        let hits = self.hits(&text.folded);
        let denied = |range: &Range<usize>| {
            hits.iter().any(|hit| {
                hit.part == Part::Denial
                    && hit.range.start < range.end
                    && range.start < hit.range.end
            })
        };
        let mut found: Vec<Harm> = Vec::new();
        for (at, hit) in hits.iter().enumerate() {
            let kind = match hit.part {
                Part::Always(kind) => Some((kind, hit.range.start)),
                Part::Verdict(kind) => self.said_of(&hits[..at], hit, kind, about),
                Part::Ill | Part::Birth | Part::Denial | Part::Other => None,
            };
            let Some((kind, start)) = kind.filter(|_| !denied(&hit.range)) else {
                continue;
            };
            let range = text.bytes(&(start..hit.range.end));
            // One statement, though two of its words say it.
            match found.last_mut() {
                Some(last) if range.start < last.range.end => {
                    last.kind = last.kind.min(kind);
                    last.range.end = last.range.end.max(range.end);
                }
                Some(_) | None => found.push(Harm { kind, range }),
            }
        }
        found
    }

    /// What a verdict says, and where the statement begins: of the nearest illness or birth before
    /// it, unless something else is spoken of in between.
    fn said_of(
        &self,
        before: &[Hit],
        verdict: &Hit,
        kind: Kind,
        about: Option<Topic>,
    ) -> Option<(Kind, usize)> {
        let of_birth = |kind| match kind {
            Kind::Danger | Kind::Death | Kind::Birth => Some(Kind::Birth),
            Kind::Incurable | Kind::Bereavement => None,
        };
        let of_illness = |kind| match kind {
            Kind::Danger | Kind::Death | Kind::Incurable => Some(kind),
            Kind::Birth | Kind::Bereavement => None,
        };
        let end = verdict.range.start;
        for hit in before.iter().rev() {
            if hit.range.end + self.reach < end {
                break;
            }
            let said = match hit.part {
                Part::Ill => of_illness(kind),
                Part::Birth => of_birth(kind),
                Part::Other => return None,
                Part::Verdict(_) | Part::Always(_) | Part::Denial => continue,
            };
            return said.map(|kind| (kind, hit.range.start));
        }
        let is_alone = before.iter().all(|hit| hit.part != Part::Other);
        let said = match about.filter(|_| is_alone)? {
            Topic::Health => of_illness(kind),
            Topic::Childbirth => of_birth(kind),
            Topic::Love
            | Topic::Career
            | Topic::Study
            | Topic::Wealth
            | Topic::Family
            | Topic::Travel
            | Topic::LostThings
            | Topic::Lawsuits
            | Topic::Moving
            | Topic::General => None,
        };
        said.map(|kind| (kind, verdict.range.start))
    }

    /// Every word that stands in the text, by its beginning.
    fn hits(&self, text: &[char]) -> Vec<Hit> {
        let mut hits: Vec<Hit> = Vec::new();
        for at in 0..text.len() {
            let words = self.by_first.get(&text[at]).map_or(&[][..], Vec::as_slice);
            for (word, part) in words {
                let end = at + word.len();
                let is_there = text[at..].starts_with(word)
                    && !joins(text.get(at.wrapping_sub(1)), &word[0])
                    && !joins(text.get(end), &word[word.len() - 1]);
                // A part of a longer word is no word of its own.
                let holds = |hit: &Hit| hit.part == *part && hit.range.end >= end;
                if is_there && !hits.iter().rev().take(8).any(holds) {
                    hits.push(Hit {
                        range: at..end,
                        part: *part,
                    });
                }
            }
        }
        hits
    }
}

/// Whether two neighbours are of one Latin word.
fn joins(one: Option<&char>, other: &char) -> bool {
    one.is_some_and(char::is_ascii_alphanumeric) && other.is_ascii_alphanumeric()
}

#[cfg(test)]
mod tests;
