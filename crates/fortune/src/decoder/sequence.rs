//! Terminal control sequences (ECMA-48), which are more than the character that begins them: of
//! `ESC [31m` without its first character `[31m` would be left.

/// Longer ones end nowhere, and what follows is text again.
const LONGEST_PARAMETERS: u8 = 16;
const LONGEST_STRING: u8 = 64;

/// Where a text stands in a control sequence.
#[derive(Debug, Clone, Copy, Default)]
pub(super) enum Sequence {
    #[default]
    None,
    /// Behind an escape character.
    Escaped,
    /// Parameters of a control sequence, so many of them.
    Parameters(u8),
    /// A control string, which ends with a bell, a string terminator or a line break.
    String(u8),
}

impl Sequence {
    /// Whether the character belongs to a control sequence and is not shown.
    pub(super) fn takes(&mut self, c: char) -> bool {
        let (next, is_taken) = match (*self, c) {
            (_, '\u{1b}') => (Self::Escaped, true),
            (_, '\u{9b}') | (Self::Escaped, '[') => (Self::Parameters(0), true),
            (_, '\u{9d}') | (Self::Escaped, ']' | 'P' | 'X' | '^' | '_') => (Self::String(0), true),
            // The end of a control string.
            (Self::Escaped, '\\') => (Self::None, true),
            (Self::Parameters(read), ' '..='?') if read < LONGEST_PARAMETERS => {
                (Self::Parameters(read + 1), true)
            }
            (Self::Parameters(_), '@'..='~') => (Self::None, true),
            (Self::String(_), '\u{7}' | '\u{9c}') => (Self::None, true),
            (Self::String(read), c) if read < LONGEST_STRING && c != '\n' => {
                (Self::String(read + 1), true)
            }
            _ => (Self::None, false),
        };
        *self = next;
        is_taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, shown: &str) {
        let mut sequence = Sequence::default();
        let kept: String = text.chars().filter(|&c| !sequence.takes(c)).collect();
        assert_eq!(kept, shown, "{text:?}");
    }

    #[test]
    fn sequences_go_and_text_stays() {
        check("先\u{1b}[31;1m看\u{1b}[0m清楚", "先看清楚");
        check("a\u{1b}]0;title\u{7}b\u{1b}]8;;x\u{1b}\\c", "abc");
        check("a\u{9b}2Jb\u{1b}Pq\u{9c}c", "abc");
        check("[31m and ]0; are text", "[31m and ]0; are text");
        check("\u{1b}hello\u{1b}", "hello");
        check("\u{1b}]a string without an end\nnext", "\nnext");
        let endless = format!("\u{1b}]{}", "x".repeat(100));
        check(&endless, &"x".repeat(100 - usize::from(LONGEST_STRING)));
    }
}
