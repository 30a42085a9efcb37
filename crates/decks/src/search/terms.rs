//! Cuts text into the terms that are looked up: pairs of East Asian characters, or words.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

use crate::search::fold;

/// Terms of a query that are looked up at most.
const MAX_QUERY_TERMS: usize = 128;

/// Characters too common in questions to tell anything, in the folded form.
const COMMON: &str = "的了吗呢吧啊我你您他她它这那么什怎吗们";

/// Words too common in questions to tell anything.
const COMMON_WORDS: &[&str] = &[
    "a", "about", "am", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by", "can",
    "could", "did", "do", "does", "for", "from", "get", "go", "had", "has", "have", "he", "her",
    "him", "his", "how", "i", "if", "in", "is", "it", "its", "me", "my", "no", "not", "now", "of",
    "on", "or", "our", "she", "should", "so", "that", "the", "their", "them", "there", "they",
    "this", "to", "up", "us", "was", "we", "what", "when", "where", "which", "who", "why", "will",
    "with", "would", "you", "your",
];

/// Text in the form in which it is compared: compatibility characters replaced, in lower case,
/// Traditional characters as Simplified.
pub(crate) fn folded(text: &str) -> String {
    text.nfkc()
        .flat_map(char::to_lowercase)
        .map(fold::simplified)
        .collect()
}

/// All terms of a text, as they occur: single characters, pairs, words.
pub(super) fn of_text(text: &str) -> Vec<String> {
    let mut terms = Vec::new();
    for run in runs(&folded(text)) {
        match run {
            Run::Characters(run) => {
                terms.extend(run.iter().map(char::to_string));
                terms.extend(run.windows(2).map(|pair| pair.iter().collect::<String>()));
            }
            Run::Word(word) => terms.push(singular(&word).into_owned()),
        }
    }
    terms
}

/// The terms to look for, each once: pairs rather than single characters, and without those that
/// every question has, unless there are no others.
pub(super) fn of_query(query: &str) -> Vec<String> {
    let mut telling = Vec::new();
    let mut common = Vec::new();
    for run in runs(&folded(query)) {
        match run {
            Run::Characters(run) if run.len() == 1 => {
                keep(
                    run[0].to_string(),
                    is_common(&run),
                    &mut telling,
                    &mut common,
                );
            }
            Run::Characters(run) => {
                for pair in run.windows(2) {
                    keep(
                        pair.iter().collect(),
                        is_common(pair),
                        &mut telling,
                        &mut common,
                    );
                }
            }
            Run::Word(word) => {
                let is_common = COMMON_WORDS.contains(&word.as_str());
                keep(
                    singular(&word).into_owned(),
                    is_common,
                    &mut telling,
                    &mut common,
                );
            }
        }
    }
    let mut terms = if telling.is_empty() { common } else { telling };
    terms.truncate(MAX_QUERY_TERMS);
    terms
}

fn keep(term: String, is_common: bool, telling: &mut Vec<String>, common: &mut Vec<String>) {
    let terms = if is_common { common } else { telling };
    if !terms.contains(&term) {
        terms.push(term);
    }
}

/// Pairs of Hiragana alone are mostly endings and particles.
fn is_common(characters: &[char]) -> bool {
    characters.iter().any(|c| COMMON.contains(*c))
        || characters
            .iter()
            .all(|c| ('\u{3041}'..='\u{309f}').contains(c))
}

enum Run {
    /// Han, Kana or Hangul without a break.
    Characters(Vec<char>),
    Word(String),
}

fn runs(text: &str) -> Vec<Run> {
    let mut runs = Vec::new();
    for piece in text.split(|c: char| !c.is_alphanumeric()) {
        let characters: Vec<_> = piece.chars().collect();
        for run in characters.chunk_by(|one, other| is_east_asian(*one) == is_east_asian(*other)) {
            runs.push(if is_east_asian(run[0]) {
                Run::Characters(run.to_vec())
            } else {
                Run::Word(run.iter().collect())
            });
        }
    }
    runs
}

fn is_east_asian(c: char) -> bool {
    matches!(c,
        '\u{1100}'..='\u{11ff}'     // Hangul Jamo
        | '\u{3005}'..='\u{3007}'   // 々〆〇
        | '\u{3041}'..='\u{30ff}'   // Kana
        | '\u{31f0}'..='\u{31ff}'   // Kana of Ainu
        | '\u{3400}'..='\u{9fff}'   // Han
        | '\u{ac00}'..='\u{d7a3}'   // Hangul
        | '\u{f900}'..='\u{faff}'   // Han for compatibility
        | '\u{20000}'..='\u{3ffff}' // rare Han
    )
}

/// Takes a plural ending off an English word.
fn singular(word: &str) -> Cow<'_, str> {
    if word.len() < 4 || !word.is_ascii() || word.ends_with("us") || word.ends_with("is") {
        return word.into();
    }
    if let Some(stem) = word.strip_suffix("ies") {
        return format!("{stem}y").into();
    }
    let hissing = ["sses", "xes", "zes", "ches", "shes"];
    if hissing.iter().any(|ending| word.ends_with(ending)) {
        return word[..word.len() - 2].into();
    }
    match word.strip_suffix('s') {
        Some(stem) if !stem.ends_with('s') => stem.into(),
        Some(_) | None => word.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, indexed: &str, asked: &str) {
        assert_eq!(of_text(text).join(" "), indexed, "{text}");
        assert_eq!(of_query(text).join(" "), asked, "{text}");
    }

    #[test]
    fn text_is_cut_into_pairs_and_words() {
        check("求則得之", "求 则 得 之 求则 则得 得之", "求则 则得 得之");
        check("緣", "缘", "缘");
        check("恋の行方", "恋 の 行 方 恋の の行 行方", "恋の の行 行方");
        check("Ｌｏｖｅｓ 愛", "love 爱", "love 爱");
        check("3月", "3 月", "3 月");
        check("사랑", "사 랑 사랑", "사랑");
        check("，。!", "", "");
    }

    #[test]
    fn common_words_are_asked_for_only_alone() {
        check("the jobs", "the job", "job");
        check("who am I", "who am i", "who am i");
        check("我的", "我 的 我的", "我的");
    }

    #[test]
    fn plurals_meet_their_singulars() {
        for (plural, stem) in [
            ("boxes", "box"),
            ("wishes", "wish"),
            ("horses", "horse"),
            ("cases", "case"),
            ("stories", "story"),
            ("gains", "gain"),
            ("loss", "loss"),
            ("this", "this"),
            ("is", "is"),
            ("focus", "focus"),
        ] {
            assert_eq!(singular(plural), stem);
        }
    }
}
