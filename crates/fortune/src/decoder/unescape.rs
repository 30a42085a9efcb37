//! Reads the inside of a JSON string character by character, wherever it is cut.

use super::sequence::Sequence;

/// What one character of a string comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece {
    Shown(char),
    /// A part of an escape, or something that is never shown.
    Nothing,
    /// The quote that ends the string.
    End,
}

/// The inside of a string. Broken escapes, lone surrogates, NUL, control characters other than
/// line break and tab, the sequences that some of them begin, and what turns the direction of
/// writing around are dropped; line break and tab may also stand in the string as they are.
#[derive(Debug, Default)]
pub(super) struct Unescape {
    escape: Escape,
    /// The first half of a surrogate pair, if the last thing read.
    high: Option<u16>,
    sequence: Sequence,
}

#[derive(Debug, Clone, Copy, Default)]
enum Escape {
    #[default]
    None,
    Backslash,
    Unicode {
        value: u16,
        digits: u8,
    },
}

impl Unescape {
    pub(super) fn push(&mut self, c: char) -> Piece {
        let piece = match std::mem::take(&mut self.escape) {
            Escape::None => self.plain(c),
            Escape::Backslash => self.escaped(c),
            Escape::Unicode { value, digits } => self.unicode(c, value, digits),
        };
        match piece {
            Piece::Shown(c) if self.sequence.takes(c) => Piece::Nothing,
            Piece::Shown(c) => shown(c),
            piece => piece,
        }
    }

    fn plain(&mut self, c: char) -> Piece {
        match c {
            '\\' => {
                self.escape = Escape::Backslash;
                Piece::Nothing
            }
            '"' => Piece::End,
            c => {
                self.high = None;
                Piece::Shown(c)
            }
        }
    }

    fn escaped(&mut self, c: char) -> Piece {
        if c == 'u' {
            self.escape = Escape::Unicode {
                value: 0,
                digits: 0,
            };
            return Piece::Nothing;
        }
        self.high = None;
        match c {
            'n' => Piece::Shown('\n'),
            't' => Piece::Shown('\t'),
            'b' | 'f' | 'r' => Piece::Nothing,
            c => Piece::Shown(c),
        }
    }

    fn unicode(&mut self, c: char, value: u16, digits: u8) -> Piece {
        let Some(digit) = c.to_digit(16).and_then(|digit| u16::try_from(digit).ok()) else {
            return self.plain(c);
        };
        let value = value << 4 | digit;
        if digits < 3 {
            self.escape = Escape::Unicode {
                value,
                digits: digits + 1,
            };
            return Piece::Nothing;
        }
        let units = [self.high.take().unwrap_or(value), value];
        if matches!(value, 0xD800..=0xDBFF) {
            self.high = Some(value);
            return Piece::Nothing;
        }
        // Without a first half both units are the same, and what is decoded first is the value;
        // a first half that no second one follows is an error before it.
        char::decode_utf16(units)
            .flatten()
            .next()
            .map_or(Piece::Nothing, Piece::Shown)
    }
}

fn shown(c: char) -> Piece {
    match c {
        '\n' | '\t' => Piece::Shown(c),
        // The marks, embeddings, overrides and isolates of UAX #9: what is read is what is written.
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            Piece::Nothing
        }
        c if c.is_control() => Piece::Nothing,
        c => Piece::Shown(c),
    }
}
