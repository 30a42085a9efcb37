//! Splits a verse at its separators without touching a character of its lines.

use std::mem;

/// The lines of a verse.
///
/// Separators and white space are left out. A question or exclamation mark ends a line and
/// belongs to it.
pub(super) fn lines(verse: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for c in verse.chars() {
        let marks = matches!(c, '？' | '！' | '?' | '!');
        if marks {
            line.push(c);
        }
        if is_separator(c) || marks && line.chars().any(char::is_alphanumeric) {
            if !line.is_empty() {
                lines.push(mem::take(&mut line));
            }
        } else if !marks {
            line.push(c);
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

fn is_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, '、' | '，' | '。' | ',' | '.' | '；' | ';' | '﹐' | '﹑')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(verse: &str, expected: &[&str]) {
        assert_eq!(lines(verse), expected);
    }

    #[test]
    fn verses_are_split_at_separators() {
        check("月缺、花殘，燈明,夜半。", &["月缺", "花殘", "燈明", "夜半"]);
        check("去乎？歸來。", &["去乎？", "歸來"]);
        check("歸，？燈明", &["歸", "？燈明"]);
        check("燈\n明 ；", &["燈", "明"]);
        check(" 。", &[]);
    }
}
