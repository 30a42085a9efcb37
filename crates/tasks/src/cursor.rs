//! How far a reader has read: the last durable event, and the bytes of the open section.

use std::{fmt, str::FromStr};

/// A reader's place in a task, written `{sequence}.{offset}` as the `id` of an event.
///
/// An offset of `00` is an offset of 0 in a section that was announced already: so a reader that
/// drops right after `section_started` goes on behind it, not in front of it for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Cursor {
    /// The last durable event that was read; 0 before the first.
    pub sequence: u64,
    /// UTF-8 bytes of the open section that were read; 0 when none was open.
    pub offset: u64,
    /// Whether the open section was announced to the reader; always so once it has text of it.
    pub announced: bool,
}

/// The text is no cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of the form sequence.offset")]
pub struct CursorError;

impl FromStr for Cursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        let (sequence, offset) = text.split_once('.').ok_or(CursorError)?;
        let announced_only = offset == "00";
        let offset = number(offset)?;
        Ok(Self {
            sequence: number(sequence)?,
            offset,
            announced: announced_only || offset > 0,
        })
    }
}

fn number(text: &str) -> Result<u64, CursorError> {
    // SQLite's integers are signed, and nobody reads that far.
    let plain = (1..=15).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if plain {
        text.parse().map_err(|_| CursorError)
    } else {
        Err(CursorError)
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let announced_only = if self.announced && self.offset == 0 {
            "0"
        } else {
            ""
        };
        write!(f, "{}.{}{announced_only}", self.sequence, self.offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes_and_nothing_else() {
        for (sequence, offset, announced, text) in [
            (0, 0, false, "0.0"),
            (4, 318, true, "4.318"),
            (4, 0, true, "4.00"),
        ] {
            let cursor = Cursor {
                sequence,
                offset,
                announced,
            };
            assert_eq!(cursor.to_string(), text);
            assert_eq!(text.parse(), Ok(cursor));
        }
        for hostile in [
            "",
            ".",
            "1",
            "1.",
            ".1",
            "-1.0",
            "+1.0",
            "1.0.0",
            "１.0",
            "9999999999999999.0",
            "a.b",
        ] {
            assert_eq!(hostile.parse::<Cursor>(), Err(CursorError), "{hostile:?}");
        }
    }
}
