//! One spelling for all that is written alike: widths, cases, both scripts of Chinese, and words
//! that are spaced out or hold what is not seen.

use unicode_normalization::UnicodeNormalization;

use crate::script::to_simplified;

/// A text or a word in the form in which both are compared: compatibility characters replaced,
/// lower case, Simplified characters, straight apostrophes, single spaces.
pub(super) fn folded(text: &str) -> String {
    let plain: String = text
        .nfkc()
        .flat_map(char::to_lowercase)
        .filter(|&c| !is_unseen(c))
        .map(|c| match c {
            '’' | '‘' | 'ʼ' | '`' => '\'',
            c if c.is_whitespace() && c != '\n' => ' ',
            c => c,
        })
        .collect();
    to_simplified(&plain)
}

/// A folded text without what is put between the letters of a word to space it out, as in `自 殺`,
/// `自.殺` or `s u i c i d e`; nothing if it has no such word.
pub(super) fn joined(folded: &str) -> Option<String> {
    let mut joined = String::with_capacity(folded.len());
    let mut is_changed = false;
    let mut before = "";
    for part in folded.split(is_spacer).filter(|part| !part.is_empty()) {
        if !before.is_empty() {
            if is_spaced_out(before, part) {
                is_changed = true;
            } else {
                joined.push(' ');
            }
        }
        joined.push_str(part);
        before = part;
    }
    is_changed.then_some(joined)
}

/// Whether two neighbours are parts of one word: single Latin letters, or characters of which one
/// stands alone.
fn is_spaced_out(before: &str, after: &str) -> bool {
    let (Some(last), Some(first)) = (before.chars().next_back(), after.chars().next()) else {
        return false;
    };
    let is_single = |part: &str| part.chars().nth(1).is_none();
    if is_latin(last) && is_latin(first) {
        is_single(before) && is_single(after)
    } else {
        is_eastern(last) && is_eastern(first) && (is_single(before) || is_single(after))
    }
}

fn is_spacer(c: char) -> bool {
    matches!(
        c,
        ' ' | '\t' | '.' | '·' | '・' | '*' | '-' | '_' | '~' | '/' | '|' | '+' | '^'
    )
}

/// Whether a character shows nothing: widths of nothing, joiners, selectors, marks piled on
/// letters.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
        || (c.is_control() && c != '\n' && c != '\t')
}

pub(super) fn is_latin(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '\u{c0}'..='\u{24f}')
}

pub(super) fn is_katakana(c: char) -> bool {
    matches!(c, '\u{30a1}'..='\u{30fa}' | 'ー')
}

pub(super) fn is_kana(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{3096}') || is_katakana(c)
}

fn is_eastern(c: char) -> bool {
    is_kana(c) || matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_alike_is_folded_alike() {
        for (one, other) in [
            ("自殺", "自杀"),
            ("自\u{200b}殺", "自杀"),
            ("Ｋｉｌｌ　ＭＹＳＥＬＦ", "kill myself"),
            ("ﾘｽﾄｶｯﾄ", "リストカット"),
            ("don’t", "don't"),
            ("s\u{336}uicide", "suicide"),
        ] {
            assert_eq!(folded(one), folded(other));
        }
    }

    #[test]
    fn words_that_are_spaced_out_are_joined_and_sentences_are_not() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(joined(text).as_deref(), expected, "{text}");
        };
        check("我想自 杀", Some("我想自杀"));
        check("想.自.杀", Some("想自杀"));
        check("s u i c i d e", Some("suicide"));
        check("s-u-i-c-i-d-e now", Some("suicide now"));
        check("面试 自信 足够", None);
        check("will i pass", None);
        check("plan a or b", None);
    }
}
