//! Line breaks that were escaped twice: a backslash and an `n` in the text of a section.

use std::mem;

/// Puts characters into the text of a section, such line breaks as line breaks.
#[derive(Debug, Default)]
pub(super) struct Breaks {
    /// Whether a backslash was read that may be half of one.
    backslash: bool,
}

impl Breaks {
    pub(super) fn push(&mut self, c: char, text: &mut String) {
        if self.backslash && c == 'n' {
            self.backslash = false;
            text.push('\n');
            return;
        }
        self.end(text);
        if c == '\\' {
            self.backslash = true;
        } else {
            text.push(c);
        }
    }

    /// The string has ended, and a backslash at its end is one.
    pub(super) fn end(&mut self, text: &mut String) {
        if mem::take(&mut self.backslash) {
            text.push('\\');
        }
    }
}
