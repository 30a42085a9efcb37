//! Composes a reading from hand-written sentences: the same seed and question, the same reading.

mod en;
mod ja;
mod zh;
mod zh_hans;

use crate::random::{Random, hash};

/// A language that the simulated model writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Traditional Chinese, `zh`.
    Zh,
    /// Simplified Chinese, `zh-Hans`.
    ZhHans,
    /// English, `en`.
    En,
    /// Japanese, `ja`.
    Ja,
}

/// What a reading is written about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Matter<'a> {
    pub(crate) seed: u64,
    pub(crate) question: &'a str,
    pub(crate) verse: &'a [String],
    /// About how many characters a section has; absent, as many as a reading needs.
    pub(crate) characters: Option<usize>,
}

/// The sentences of one language.
struct Bank {
    joint: &'static str,
    fence: (&'static str, &'static str),
    topics: [&'static str; 8],
    topic_notes: [&'static str; 8],
    line_opening: &'static [&'static str],
    lines: &'static [&'static str],
    line_closing: &'static [&'static str],
    sections: [SectionBank; 6],
    thoughts: &'static [&'static str],
}

/// One section of a [`Bank`]: of each slot, in order, one sentence is taken.
struct SectionBank {
    key: &'static str,
    slots: &'static [&'static [&'static str]],
}

/// Words by which a question shows its topic, in the order of `Bank::topics`.
const TOPIC_WORDS: [&[&str]; 7] = [
    &[
        "感情",
        "愛",
        "爱",
        "戀",
        "恋",
        "婚",
        "姻緣",
        "姻缘",
        "復合",
        "复合",
        "彼氏",
        "彼女",
        "love",
        "marr",
        "relationship",
    ],
    &[
        "工作", "事業", "事业", "職", "职", "面試", "面试", "仕事", "升", "work", "job", "career",
        "boss",
    ],
    &[
        "考", "學", "学", "試験", "受験", "study", "exam", "school", "college",
    ],
    &[
        "財", "财", "錢", "钱", "投資", "投资", "生意", "お金", "money", "invest", "business",
        "rich",
    ],
    &[
        "健康", "病", "身體", "身体", "手術", "手术", "体調", "health", "ill", "surgery", "sick",
    ],
    &[
        "家", "父", "母", "孩子", "子供", "family", "child", "mother", "father", "parent",
    ],
    &[
        "旅",
        "出國",
        "出国",
        "出行",
        "搬",
        "引っ越",
        "travel",
        "trip",
        "journey",
        "moving",
    ],
];

impl Language {
    /// The language of this code; the case of letters does not matter.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Zh, Self::ZhHans, Self::En, Self::Ja]
            .into_iter()
            .find(|language| language.code().eq_ignore_ascii_case(code))
    }

    /// `zh`, `zh-Hans`, `en` or `ja`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::ZhHans => "zh-Hans",
            Self::En => "en",
            Self::Ja => "ja",
        }
    }

    /// A guess from the script of a question.
    pub(crate) fn guess(question: &str) -> Self {
        let any =
            |range: std::ops::RangeInclusive<char>| question.chars().any(|c| range.contains(&c));
        if any('\u{3041}'..='\u{30ff}') {
            Self::Ja
        } else if any('\u{3400}'..='\u{9fff}') {
            Self::Zh
        } else {
            Self::En
        }
    }

    /// A language that nobody would take for this one.
    pub(crate) fn other(self) -> Self {
        match self {
            Self::Zh | Self::ZhHans | Self::Ja => Self::En,
            Self::En => Self::Zh,
        }
    }

    /// What a chatty model says before and after its JSON.
    pub(crate) fn fence(self) -> (&'static str, &'static str) {
        self.bank().fence
    }

    /// The `index`-th piece of reasoning.
    pub(crate) fn thought(self, index: usize) -> &'static str {
        let thoughts = self.bank().thoughts;
        thoughts[index % thoughts.len()]
    }

    fn bank(self) -> &'static Bank {
        match self {
            Self::Zh => &zh::ZH,
            Self::ZhHans => &zh_hans::ZH_HANS,
            Self::En => &en::EN,
            Self::Ja => &ja::JA,
        }
    }
}

/// The text of one section.
pub(crate) fn section(language: Language, key: &str, matter: Matter<'_>) -> String {
    let mut random = Random::new(matter.seed ^ hash(matter.question).rotate_left(17) ^ hash(key));
    let bank = language.bank();
    if key == "line_by_line_interpretation" && !matter.verse.is_empty() {
        return line_by_line(bank, matter.verse, &mut random);
    }
    let known = bank.sections.iter().find(|section| section.key == key);
    let first = match key {
        "line_by_line_interpretation" => &bank.sections[0],
        _ => known.unwrap_or(&bank.sections[4]),
    };
    let mut text = String::new();
    let mut written = 0;
    let turn = random.below(3);
    let rounds = matter.characters.map_or(1, |_| usize::MAX);
    for round in 0..rounds {
        for slot in first.slots {
            let sentence = sentence(slot, turn + random.below(3) + round, matter.verse);
            if written > 0 {
                text.push_str(bank.joint);
            }
            let topic = topic(matter.question);
            let line = pick(matter.verse, &mut random).map_or("", String::as_str);
            let sentence = sentence
                .replace("{note}", bank.topic_notes[topic])
                .replace("{topic}", bank.topics[topic])
                .replace("{line}", line);
            written += sentence.chars().count();
            text.push_str(&sentence);
            if matter.characters.is_some_and(|target| written >= target) {
                return text;
            }
        }
    }
    text
}

/// Every line of the verse, quoted as it is, with at least four remarks in all.
fn line_by_line(bank: &Bank, verse: &[String], random: &mut Random) -> String {
    let mut parts = vec![
        pick(bank.line_opening, random)
            .copied()
            .unwrap_or_default()
            .to_owned(),
    ];
    let remarks_per_line = 4_usize.div_ceil(verse.len());
    // The first remark speaks of an opening and the sixth of an end; the others fit anywhere.
    let middle: Vec<_> = (0..bank.lines.len())
        .filter(|index| ![0, 5].contains(index))
        .collect();
    let mut next = random.below(middle.len());
    for (index, line) in verse.iter().enumerate() {
        let mut remarks = Vec::new();
        for turn in 0..remarks_per_line {
            let first = index == 0 && turn == 0;
            let last = index + 1 == verse.len() && turn + 1 == remarks_per_line;
            remarks.push(
                bank.lines[match (first, last) {
                    (true, _) => 0,
                    (false, true) => 5,
                    (false, false) => {
                        next += 1;
                        middle[next % middle.len()]
                    }
                }],
            );
        }
        let quoted = if bank.joint.is_empty() {
            format!("「{line}」")
        } else {
            format!("「{line}」{}", bank.joint)
        };
        parts.push(format!("{quoted}{}", joined(&remarks, bank)));
    }
    parts.push(
        pick(bank.line_closing, random)
            .copied()
            .unwrap_or_default()
            .to_owned(),
    );
    parts.join("\n")
}

/// Remarks on one line; in English, those after the first get a subject of their own.
fn joined(remarks: &[&str], bank: &Bank) -> String {
    if bank.joint.is_empty() {
        remarks.concat()
    } else {
        remarks.join(" It ")
    }
}

/// A sentence of the slot; those that quote need a verse.
fn sentence(slot: &[&'static str], turn: usize, verse: &[String]) -> &'static str {
    let usable: Vec<_> = slot
        .iter()
        .filter(|sentence| !verse.is_empty() || !sentence.contains("{line}"))
        .collect();
    usable
        .get(turn % usable.len().max(1))
        .copied()
        .copied()
        .unwrap_or_default()
}

fn pick<'a, T>(items: &'a [T], random: &mut Random) -> Option<&'a T> {
    items.get(random.below(items.len()))
}

fn topic(question: &str) -> usize {
    let question = question.to_lowercase();
    TOPIC_WORDS
        .iter()
        .position(|words| words.iter().any(|word| question.contains(word)))
        .unwrap_or(TOPIC_WORDS.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERSE: [&str; 4] = [
        "雲開月出照前川",
        "風靜波平好放船",
        "莫道前程無去處",
        "自有春花滿眼前",
    ];

    #[test]
    fn every_section_of_every_language_has_the_length_of_a_reading() {
        let verse = VERSE.map(str::to_owned);
        for language in [Language::Zh, Language::ZhHans, Language::En, Language::Ja] {
            let sections = language.bank().sections.iter().map(|section| section.key);
            for key in sections.chain(["line_by_line_interpretation"]) {
                for seed in 0..50 {
                    let text = section(
                        language,
                        key,
                        Matter {
                            seed,
                            question: "換工作好嗎？",
                            verse: &verse,
                            characters: None,
                        },
                    );
                    let (length, range) = match language {
                        Language::En => (text.split_whitespace().count(), 55..=135),
                        _ => (text.chars().count(), 105..=340),
                    };
                    assert!(
                        range.contains(&length),
                        "{language:?} {key} {length}: {text}"
                    );
                    assert!(!text.contains(['{', '}']), "{text}");
                }
            }
        }
    }

    #[test]
    fn the_line_by_line_section_quotes_every_line() {
        for count in 1..=4 {
            let verse: Vec<_> = VERSE
                .iter()
                .take(count)
                .map(|&line| line.to_owned())
                .collect();
            for language in [Language::Zh, Language::En, Language::Ja] {
                let text = section(
                    language,
                    "line_by_line_interpretation",
                    Matter {
                        seed: 3,
                        question: "愛情？",
                        verse: &verse,
                        characters: None,
                    },
                );
                for line in &verse {
                    assert!(text.contains(&format!("「{line}」")), "{text}");
                }
            }
        }
    }

    #[test]
    fn the_same_question_reads_the_same_and_another_differs() {
        let read = |seed, question| {
            section(
                Language::Zh,
                "conclusion",
                Matter {
                    seed,
                    question,
                    verse: &[],
                    characters: Some(900),
                },
            )
        };
        assert_eq!(read(1, "他愛我嗎？"), read(1, "他愛我嗎？"));
        assert_ne!(read(1, "他愛我嗎？"), read(2, "他愛我嗎？"));
        assert_ne!(read(1, "他愛我嗎？"), read(1, "考試如何？"));
        assert!((900..1000).contains(&read(1, "他愛我嗎？").chars().count()));
    }
}
