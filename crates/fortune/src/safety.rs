//! Decides by rules, never by a model, which questions need a word of care before anything else.

mod words;

use std::collections::BTreeMap;

use self::words::{MATTERS, Words};
use crate::{Language, Notice, NoticeKind, script::to_simplified, wording::choose};

/// The notices for a question and what was told with it, the gravest first.
pub(crate) fn notices(
    question: &str,
    context: &BTreeMap<String, String>,
    language: Language,
) -> Vec<Notice> {
    let mut text = question.to_owned();
    for value in context.values() {
        text.push('\n');
        text.push_str(value);
    }
    let text = folded(&text);
    MATTERS
        .iter()
        .filter(|matter| touches(&text, &matter.words))
        .map(|matter| Notice {
            kind: NoticeKind::Safety,
            code: matter.code.to_owned(),
            message: choose(language, matter.messages).to_owned(),
        })
        .collect()
}

/// One spelling for all: lower case, Simplified characters, straight apostrophes.
fn folded(text: &str) -> String {
    to_simplified(&text.to_lowercase().replace('’', "'"))
}

fn touches(text: &str, words: &Words) -> bool {
    let without = |phrases: &str, text: &str| {
        phrases
            .split_whitespace()
            .fold(text.to_owned(), |text, phrase| {
                text.replace(&to_simplified(phrase), "\n")
            })
    };
    let east = without(words.east_not, text);
    words
        .east
        .split_whitespace()
        .any(|word| holds_word(&east, &to_simplified(word), is_katakana))
        || words
            .west
            .split(',')
            .map(str::trim)
            .any(|word| holds_word(text, word, is_latin))
}

/// Whether the word stands in the text, and no letter of its own kind touches it.
fn holds_word(text: &str, word: &str, is_letter: fn(char) -> bool) -> bool {
    let touching = |edge: Option<char>, beside: Option<char>| {
        edge.is_some_and(is_letter) && beside.is_some_and(is_letter)
    };
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !touching(word.chars().next(), before) && !touching(word.chars().next_back(), after)
    })
}

fn is_katakana(c: char) -> bool {
    matches!(c, '\u{30a1}'..='\u{30fc}')
}

fn is_latin(c: char) -> bool {
    c.is_ascii_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(question: &str, expected: &[&str]) {
        let notices = notices(question, &BTreeMap::new(), Language::Zh);
        let codes: Vec<&str> = notices.iter().map(|notice| notice.code.as_str()).collect();
        assert_eq!(codes, expected, "{question}");
    }

    #[test]
    fn questions_that_need_care() {
        check("我不想活了", &["self_harm"]);
        check("失戀了好想死", &["self_harm"]);
        check("我想自杀，月老帮我", &["self_harm"]);
        check("もう死にたいです", &["self_harm"]);
        check("I want to kill myself", &["self_harm"]);
        check("I don’t want to live anymore", &["self_harm"]);
        check("媽媽的癌症手術會順利嗎", &["illness"]);
        check("妈妈的手术会顺利吗", &["illness"]);
        check("母の病気は治りますか", &["illness"]);
        check("Will my surgery go well?", &["illness"]);
        check("我什麼時候會懷孕", &["pregnancy"]);
        check("妊娠できますか", &["pregnancy"]);
        check("I am pregnant, will all be well?", &["pregnancy"]);
        check("這場官司會贏嗎", &["law"]);
        check("裁判に勝てますか", &["law"]);
        check("Should I sue him?", &["law"]);
        check("該不該買股票", &["money"]);
        check("株を買うべきですか", &["money"]);
        check("住宅ローンを組むべきですか", &["money"]);
        check("Should I invest in bitcoin?", &["money"]);
        check("欠債太多，不想活了", &["self_harm", "money"]);
    }

    #[test]
    fn questions_that_only_sound_like_it() {
        check("他愛我嗎", &[]);
        check("我想死你了，什麼時候能見面", &[]);
        check("工廠的生產會順利嗎", &[]);
        check("Is the book still in stock?", &[]);
        check("I am sick of my job", &[]);
        check("Will Sue marry me?", &[]);
        check("He courts me; shall we play on the tennis court?", &[]);
        check("ガンダムとドローンが好きな彼と付き合えますか", &[]);
        check("仕事をがんばれば認められますか", &[]);
        check("株式会社に就職できますか", &[]);
        check("我要怎麼打動她的心", &[]);
    }

    #[test]
    fn what_is_told_beside_the_question_counts() {
        let context = BTreeMap::from([("about".to_owned(), "I feel suicidal".to_owned())]);
        let notices = notices("Will it pass?", &context, Language::En);
        assert_eq!(notices[0].code, "self_harm");
        assert!(notices[0].message.is_ascii());
    }
}
