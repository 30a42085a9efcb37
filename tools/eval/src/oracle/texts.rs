//! Texts as they are compared: folded, cut into sentences, and what a lot holds of them.

use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex, PoisonError},
};

use character_converter::traditional_to_simplified;
use serde_json::Value;

use crate::Case;

/// What a reading may quote, and what it is read from.
#[derive(Debug)]
pub(super) struct Lot {
    pub(super) deity: String,
    pub(super) number: u64,
    pub(super) tone: String,
    pub(super) language: String,
    /// The verse, line by line, folded.
    pub(super) verse: Vec<String>,
    /// Everything that may be quoted, folded and joined.
    pub(super) quotable: String,
}

impl Lot {
    pub(super) fn read(result: &Value, case: &Case) -> Self {
        let lot = &result["lot"];
        let text = |name: &str| lot[name].as_str().unwrap_or_default().to_owned();
        let lines = lot["verse"].as_array().into_iter().flatten();
        let verse: Vec<String> = lines.filter_map(Value::as_str).map(fold).collect();
        let mut quotable = verse.concat();
        for part in [lot, &result["sources"], &result["question"]] {
            collect(part, &mut quotable);
        }
        for (name, value) in &case.context {
            quotable.push_str(&fold(name));
            quotable.push_str(&fold(value));
        }
        Self {
            deity: text("deity_id"),
            number: lot["number"].as_u64().unwrap_or_default(),
            tone: text("tone"),
            language: case.language.clone(),
            verse,
            quotable,
        }
    }
}

/// Every string in a value, folded, with a mark between two of them.
fn collect(value: &Value, all: &mut String) {
    match value {
        Value::String(text) => {
            all.push('|');
            all.push_str(&fold(text));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, all)),
        Value::Object(members) => members.values().for_each(|item| collect(item, all)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Letters and digits alone, small, narrow and in Simplified characters.
pub(crate) fn fold(text: &str) -> String {
    let narrow: String = text
        .chars()
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            c => c,
        })
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    if narrow.is_ascii() {
        return narrow;
    }
    // Character by character: by words, the same line came out differently beside other words.
    let mut folded = String::with_capacity(narrow.len());
    let mut known = SIMPLIFIED.lock().unwrap_or_else(PoisonError::into_inner);
    for c in narrow.chars() {
        let simplified = |c: char| {
            let simplified = traditional_to_simplified(c.encode_utf8(&mut [0; 4])).into_owned();
            simplified.chars().next().unwrap_or(c)
        };
        folded.push(if is_han(c) {
            *known.entry(c).or_insert_with(|| simplified(c))
        } else {
            c
        });
    }
    folded
}

/// Characters that were looked up already: the dictionary is slow.
static SIMPLIFIED: LazyLock<Mutex<HashMap<char, char>>> = LazyLock::new(Mutex::default);

pub(super) fn is_han(c: char) -> bool {
    matches!(c, '々' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

pub(super) fn is_kana(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}')
}

pub(super) fn is_hangul(c: char) -> bool {
    matches!(c, '\u{ac00}'..='\u{d7a3}' | '\u{1100}'..='\u{11ff}')
}

/// The sentences of a text, without what ends them.
pub(super) fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.split(['。', '！', '？', '\n', '!', '?'])
        .flat_map(|part| part.split(". "))
        .map(str::trim)
        .filter(|part| !part.is_empty())
}

/// What stands between quotation marks, outermost first.
pub(super) fn quotations(text: &str) -> Vec<&str> {
    const MARKS: [(char, char); 6] = [
        ('「', '」'),
        ('『', '』'),
        ('“', '”'),
        ('"', '"'),
        ('«', '»'),
        ('《', '》'),
    ];
    let mut found = Vec::new();
    for (open, close) in MARKS {
        let mut rest = text;
        while let Some(begin) = rest.find(open) {
            let inside = &rest[begin + open.len_utf8()..];
            let Some(end) = inside.find(close) else { break };
            found.push(&inside[..end]);
            rest = &inside[end + close.len_utf8()..];
        }
    }
    found
}

/// The text without its quotations.
pub(super) fn unquoted(text: &str) -> String {
    quotations(text)
        .into_iter()
        .filter(|quotation| !quotation.is_empty())
        .fold(text.to_owned(), |text, quotation| {
            text.replace(quotation, "")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_looks_different_is_folded_to_one() {
        assert_eq!(fold("囊裏紅絲，月下明！"), fold("囊裏红丝月下明"));
        assert_eq!(fold("Ｓｈｏｕｌｄ I?"), "shouldi");
    }

    #[test]
    fn quotations_are_found_by_any_marks() {
        let text = "「一」 and “two” or \"three\", 『四「五」』";
        assert_eq!(quotations(text), ["一", "五", "四「五」", "two", "three"]);
        assert_eq!(unquoted("a “b c” d"), "a “” d");
    }
}
