//! What the program prints: data on standard output, everything else on standard error.

use std::io::{self, IsTerminal, Write};

use unicode_width::UnicodeWidthChar;

mod wrap;

pub(crate) use self::wrap::Wrap;

/// A line for people, on standard error. Nobody listening is no failure.
pub(crate) fn tell(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// The beginning of a line that somebody goes on with, on standard error.
pub(crate) fn ask(words: &str) {
    let mut error = io::stderr().lock();
    let _ = error.write_all(words.as_bytes());
    let _ = error.flush();
}

/// Data on standard output, at once.
pub(crate) fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Whether standard output shows colours.
pub(crate) fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// How many columns the terminal has; absent where standard output is none.
pub(crate) fn columns() -> Option<usize> {
    let (width, _) = terminal_size::terminal_size_of(io::stdout())?;
    (width.0 > 0).then_some(width.0.into())
}

/// One line of text that was stored, without what could move a cursor or turn a line around.
pub(crate) fn plain(text: &str) -> String {
    let unseen =
        |c: char| ('\u{200b}'..='\u{200f}').contains(&c) || ('\u{2028}'..='\u{206f}').contains(&c);
    let shown = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    shown.filter(|c| !unseen(*c)).collect()
}

/// As much of the text as fits into these columns, with a mark where it goes on.
pub(crate) fn shortened(text: &str, columns: usize) -> String {
    let width = |c: char| c.width().unwrap_or(0);
    if text.chars().map(width).sum::<usize>() <= columns {
        return text.to_owned();
    }
    let mut left = columns.saturating_sub(1);
    let fits = text.chars().take_while(|c| {
        let fits = width(*c) <= left;
        left = left.saturating_sub(width(*c));
        fits
    });
    let mut short: String = fits.collect();
    short.push('…');
    short
}

/// The text with spaces behind it, so that it takes these columns; wide characters take two.
pub(crate) fn padded(text: &str, columns: usize) -> String {
    let width: usize = text.chars().map(|c| c.width().unwrap_or(0)).sum();
    format!("{text}{}", " ".repeat(columns.saturating_sub(width)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_take_two_columns() {
        for (text, columns, shown) in [
            ("緣分近了嗎", 10, "緣分近了嗎"),
            ("緣分近了嗎", 9, "緣分近了…"),
            ("緣分近了嗎", 8, "緣分近…"),
            ("love?", 4, "lov…"),
        ] {
            assert_eq!(shortened(text, columns), shown);
        }
        assert_eq!(padded("月老", 6), "月老  ");
        assert_eq!(padded("月老", 2), "月老");
    }

    #[test]
    fn what_moves_a_cursor_or_turns_a_line_is_not_printed() {
        assert_eq!(plain("a\u{1b}[2Jb\nc\u{202e}d\u{200b}"), "a [2Jb cd");
    }
}
