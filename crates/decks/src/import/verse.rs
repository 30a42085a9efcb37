//! Splits a verse at its separators without touching a character of its lines.

use std::mem;

use crate::Language;

/// Where a verse is cut into lines; a line break cuts always.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut<'a> {
    /// At marks and white space, as [`lines`] does.
    Marks,
    /// At a stroke between spaces too: where words are separated by spaces, a space ends no line.
    Strokes,
    /// At a text of the map's, and nothing is left out but that.
    At(&'a str),
}

impl<'a> Cut<'a> {
    /// What the map says, or what suits the language.
    pub(super) fn of(separator: Option<&'a str>, language: Language) -> Self {
        match (separator, language) {
            (Some(separator), _) => Self::At(separator),
            (None, Language::En) => Self::Strokes,
            (None, Language::Zh | Language::ZhHans | Language::Ja) => Self::Marks,
        }
    }

    /// The lines of a verse, of which none is empty.
    pub(super) fn lines(self, verse: &str, trim: bool) -> Vec<String> {
        let separator = match self {
            Self::Marks => return lines(verse),
            Self::Strokes => " / ",
            Self::At(separator) => separator,
        };
        verse
            .lines()
            .flat_map(|line| line.split(separator))
            .map(|line| if trim { line.trim() } else { line })
            .filter(|line| !line.trim().is_empty())
            .map(str::to_owned)
            .collect()
    }
}

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
    fn a_separator_of_the_map_is_all_that_is_left_out() {
        let cut = |separator, verse| Cut::of(separator, Language::Zh).lines(verse, true);
        assert_eq!(
            cut(Some("／"), "燈明，夜半／月缺。"),
            ["燈明，夜半", "月缺。"]
        );
        assert_eq!(cut(Some("／"), "燈明\r\n ／月缺"), ["燈明", "月缺"]);
        assert_eq!(cut(None, "燈明，夜半／月缺。"), ["燈明", "夜半／月缺"]);
    }

    #[test]
    fn words_between_spaces_stay_together() {
        let cut = Cut::of(None, Language::En);
        let verse = "A lamp, at night. / The moon wanes\nand/or waxes";
        let lines = ["A lamp, at night.", "The moon wanes", "and/or waxes"];
        assert_eq!(cut.lines(verse, true), lines);
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
