//! Cuts text into the terms that are looked up: pairs of East Asian characters, or words.

use unicode_normalization::UnicodeNormalization;

use crate::search::{fold, stem::stem};

/// Terms of a query that are looked up at most.
const MAX_QUERY_TERMS: usize = 128;

/// Characters that a word or two have at most; a word of letters counts as two.
const SHORT: usize = 4;

/// What a single character of a longer run is worth beside a pair.
const CHARACTER_WEIGHT: f32 = 0.4;

/// Characters too common in questions to tell anything, in the folded form.
const COMMON: &str = "的了吗呢吧啊我你您他她它这那么什怎吗们";

/// Pairs too common in questions to tell anything, in the folded form.
const COMMON_PAIRS: &str = "\
    如何 何时 时候 是否 可以 应该 该不 不该 会不 不会 能不 不能 有没 没有 要不 不要 还要 需要 想要 怎样 知道 觉得 因为 所以 \
    但是 还是 或者 到底 究竟 多少 真的 请问 想问 问一 一下 好不 不好 最近 今年 一直 已经 比较 \
    故事 意思 典故 讲什 说什";

/// Words too common in questions to tell anything.
const COMMON_WORDS: &[&str] = &[
    "a", "about", "all", "also", "am", "an", "and", "any", "are", "as", "at", "be", "been", "but",
    "by", "can", "could", "did", "do", "does", "for", "from", "get", "go", "had", "has", "have",
    "he", "her", "him", "his", "how", "i", "if", "in", "is", "it", "its", "me", "my", "no", "not",
    "now", "of", "on", "or", "our", "she", "should", "so", "that", "the", "their", "them", "there",
    "they", "this", "to", "up", "us", "was", "we", "what", "when", "where", "which", "who", "why",
    "will", "with", "would", "you", "your", "d", "ll", "m", "re", "s", "t", "ve", "say", "says",
    "tell", "want", "wants", "like", "just", "some", "than", "then", "these", "those", "too",
    "very", "were", "much", "more", "most", "if", "into", "only", "over", "such", "through",
    "ever", "still", "really", "please", "lot",
];

/// What to look for, and how much it tells.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Term {
    pub(super) text: String,
    pub(super) weight: f32,
}

impl Term {
    /// Whether it is a single character of a longer run.
    pub(super) fn is_character(&self) -> bool {
        self.weight < 1.0
    }
}

/// Text in the form in which it is compared: compatibility characters replaced, in lower case,
/// Traditional characters as Simplified.
pub(crate) fn folded(text: &str) -> String {
    text.nfkc()
        .flat_map(char::to_lowercase)
        .map(fold::compared)
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
            Run::Word(word) => terms.push(stem(&word).into_owned()),
        }
    }
    terms
}

/// The terms to look for, each once: words and pairs, and for less weight the single characters of
/// longer runs; without those that every question has, unless there are no others.
pub(super) fn of_query(query: &str) -> Vec<Term> {
    let mut telling = Vec::new();
    let mut common = Vec::new();
    let mut keep = |text: String, weight: f32, is_common: bool| {
        let terms = if is_common { &mut common } else { &mut telling };
        if !terms.iter().any(|term: &Term| term.text == text) {
            terms.push(Term { text, weight });
        }
    };
    for run in runs(&folded(query)) {
        match run {
            Run::Characters(run) if run.len() == 1 => {
                keep(run[0].to_string(), 1.0, is_common(&run));
            }
            Run::Characters(run) => {
                for pair in run.windows(2) {
                    keep(pair.iter().collect(), 1.0, is_common(pair));
                }
                for c in run.iter().filter(|c| is_han(**c)) {
                    // A character that is no better than common stands for nothing by itself.
                    if !is_common(&[*c]) {
                        keep(c.to_string(), CHARACTER_WEIGHT, false);
                    }
                }
            }
            Run::Word(word) => {
                let is_common = COMMON_WORDS.contains(&word.as_str());
                keep(stem(&word).into_owned(), 1.0, is_common);
            }
        }
    }
    let mut terms = if telling.is_empty() { common } else { telling };
    terms.truncate(MAX_QUERY_TERMS);
    terms
}

/// Whether a query is a word or two.
pub(super) fn is_short(query: &str) -> bool {
    let runs = runs(&folded(query));
    let length = |run: &Run| match run {
        Run::Characters(run) => run.len(),
        Run::Word(_) => 2,
    };
    (1..=SHORT).contains(&runs.iter().map(length).sum())
}

/// Pairs of Hiragana alone are mostly endings and particles.
fn is_common(characters: &[char]) -> bool {
    let is_pair = || {
        let pair: String = characters.iter().collect();
        COMMON_PAIRS
            .split_ascii_whitespace()
            .any(|common| common == pair)
    };
    characters.iter().any(|c| COMMON.contains(*c))
        || characters.iter().all(|c| is_hiragana(*c))
        || characters.len() == 2 && is_pair()
}

fn is_hiragana(c: char) -> bool {
    ('\u{3041}'..='\u{309f}').contains(&c)
}

fn is_han(c: char) -> bool {
    c >= '\u{3400}' && !('\u{ac00}'..='\u{d7a3}').contains(&c) && is_east_asian(c)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, indexed: &str, asked: &str) {
        assert_eq!(of_text(text).join(" "), indexed, "{text}");
        let terms = of_query(text);
        let terms: Vec<_> = terms.iter().map(|term| term.text.as_str()).collect();
        assert_eq!(terms.join(" "), asked, "{text}");
    }

    #[test]
    fn text_is_cut_into_pairs_and_words() {
        check(
            "求則得之",
            "求 则 得 之 求则 则得 得之",
            "求则 则得 得之 求 则 得 之",
        );
        check("緣", "缘", "缘");
        check(
            "恋の行方",
            "恋 の 行 方 恋の の行 行方",
            "恋の の行 行方 恋 行 方",
        );
        check("Ｌｏｖｅｓ 愛", "lov 爱", "lov 爱");
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
}
