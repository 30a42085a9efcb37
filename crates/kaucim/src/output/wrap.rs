//! Breaks lines where readers expect it, while the text is still arriving.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Longer lines are hard to read.
const PAGE: usize = 80;
/// For a mark that may not begin the next line.
const MARGIN: usize = 2;

/// What may not begin a line; it may stand in the margin.
const CLOSING: &str =
    "。，、．：；！？」』）》〉】〕”’…—～・ーゝ々ぁぃぅぇぉっゃゅょァィゥェォッャュョ%％";
/// What may not end a line.
const OPENING: &str = "「『（《〈【〔“‘";

/// Text on its way to a terminal of so many columns. Words of letters stay whole, Han and kana
/// break anywhere but before a mark that closes.
#[derive(Debug)]
pub(crate) struct Wrap {
    columns: usize,
    column: usize,
    has_space: bool,
    word: String,
}

impl Wrap {
    /// For a terminal so wide; what is wider than a page is not filled.
    pub(crate) fn new(columns: usize) -> Self {
        Self {
            columns: columns.min(PAGE).saturating_sub(MARGIN).max(8),
            column: 0,
            has_space: false,
            word: String::new(),
        }
    }

    /// Lays a whole text out with so many columns less: for lines that something stands before.
    pub(crate) fn lay_out(&self, text: &str, indent: usize) -> String {
        let mut wrap = Self::new(self.columns + MARGIN - indent.min(self.columns));
        let shown = wrap.push(text);
        shown + &wrap.finish()
    }

    /// What can be shown once this has come; the word that is not over yet is held back.
    pub(crate) fn push(&mut self, text: &str) -> String {
        let mut shown = String::new();
        for c in text.chars() {
            match c {
                '\n' => {
                    self.flush(&mut shown);
                    shown.push('\n');
                    (self.column, self.has_space) = (0, false);
                }
                ' ' => {
                    self.flush(&mut shown);
                    self.has_space = self.column > 0;
                }
                c if CLOSING.contains(c) => {
                    self.flush(&mut shown);
                    self.has_space = false;
                    self.column += c.width().unwrap_or(0);
                    shown.push(c);
                }
                c if OPENING.contains(c) => {
                    self.flush(&mut shown);
                    self.word.push(c);
                }
                c if c.width() == Some(2) => {
                    if !self.word.chars().all(|before| OPENING.contains(before)) {
                        self.flush(&mut shown);
                    }
                    self.word.push(c);
                    self.flush(&mut shown);
                }
                c => self.word.push(c),
            }
        }
        shown
    }

    /// The word that was held back; the next text begins a line.
    pub(crate) fn finish(&mut self) -> String {
        let mut shown = String::new();
        self.flush(&mut shown);
        (self.column, self.has_space) = (0, false);
        shown
    }

    fn flush(&mut self, shown: &mut String) {
        if self.word.is_empty() {
            return;
        }
        let width = self.word.width();
        if self.column > 0 && self.column + usize::from(self.has_space) + width > self.columns {
            shown.push('\n');
            self.column = 0;
        } else if self.has_space {
            shown.push(' ');
            self.column += 1;
        }
        self.has_space = false;
        self.column += width;
        shown.push_str(&self.word);
        self.word.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(columns: usize, text: &str) -> String {
        let mut wrap = Wrap::new(columns);
        let shown = wrap.push(text);
        shown + &wrap.finish()
    }

    #[test]
    fn words_stay_whole_and_marks_stay_with_what_they_close() {
        for (text, shown) in [
            ("one two three four", "one two\nthree four"),
            ("緣分已近慢，慢走", "緣分已近慢，\n慢走"),
            ("緣分已近「慢慢走」", "緣分已近\n「慢慢走」"),
            ("a\n\nb  c", "a\n\nb c"),
            ("unbreakable-and-long x", "unbreakable-and-long\nx"),
            ("愛 loves 愛", "愛 loves\n愛"),
        ] {
            assert_eq!(wrapped(12, text), shown);
        }
    }

    #[test]
    fn it_makes_no_difference_where_the_text_was_cut() {
        let text = "The verse 「囊裏紅絲月下明」 speaks of a thread，tied early.\n\nAnd 慢慢走。";
        let whole = wrapped(24, text);
        for cut in (0..=text.len()).filter(|cut| text.is_char_boundary(*cut)) {
            let (first, rest) = text.split_at(cut);
            let mut wrap = Wrap::new(24);
            let mut shown = wrap.push(first);
            shown += &wrap.push(rest);
            shown += &wrap.finish();
            assert_eq!(shown, whole, "cut at {cut}");
        }
    }

    #[test]
    fn nothing_is_lost_or_wider_than_the_terminal() {
        let text = "月老說：莫嫌燈火來時晚，一路春風已出迎。Patience is a lamp，慢慢走 and arrive.";
        for columns in [10, 20, 40, 80, 200] {
            let shown = wrapped(columns, text);
            let without = |text: &str| text.replace(['\n', ' '], "");
            assert_eq!(without(&shown), without(text));
            let widest = shown.lines().map(UnicodeWidthStr::width).max();
            assert!(widest <= Some(columns), "{columns}: {shown}");
        }
    }
}
