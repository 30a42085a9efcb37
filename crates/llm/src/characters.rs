//! Joins pieces of text into whole characters, although a server may split one between events.
//!
//! A piece is what a JSON string holds before it is checked: mostly UTF-8, but a byte-token model
//! behind a careless server sends half a character, and a server written in UTF-16 half a
//! surrogate pair. Halves are held until the rest comes; what can never become a character is
//! dropped. No replacement character is made here; one that the server sent is passed on.

use std::fmt;

use serde::{
    Deserialize,
    de::{Deserializer, SeqAccess, Visitor},
};

/// The text of one event, not yet known to be whole characters.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Piece(pub(crate) Vec<u8>);

/// Holds the unfinished character between two pieces.
#[derive(Debug, Default)]
pub(crate) struct Characters {
    held: Vec<u8>,
}

impl Characters {
    /// Adds a piece and returns the characters that are whole by now.
    pub(crate) fn push(&mut self, piece: &[u8]) -> String {
        self.held.extend_from_slice(piece);
        let bytes = std::mem::take(&mut self.held);
        let mut text = String::with_capacity(bytes.len());
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            let valid = valid_prefix(rest);
            text.push_str(valid);
            rest = &rest[valid.len()..];
            match read_broken(rest) {
                Broken::Nothing => {}
                Broken::Unfinished => {
                    self.held = rest.to_vec();
                    break;
                }
                Broken::Pair(character) => {
                    text.push(character);
                    rest = &rest[6..];
                }
                Broken::Invalid(length) => rest = &rest[length..],
            }
        }
        text
    }
}

/// What stands where valid UTF-8 has ended.
enum Broken {
    Nothing,
    /// More bytes may make a character of it.
    Unfinished,
    /// Six bytes: a surrogate pair, each half encoded by itself.
    Pair(char),
    /// So many bytes are no part of any character.
    Invalid(usize),
}

fn valid_prefix(bytes: &[u8]) -> &str {
    bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid())
}

fn read_broken(bytes: &[u8]) -> Broken {
    match bytes {
        [] => Broken::Nothing,
        [0xED, 0xA0..=0xAF] | [0xED, 0xA0..=0xAF, 0x80..=0xBF] => Broken::Unfinished,
        [0xED, 0xA0..=0xAF, 0x80..=0xBF, 0xED] => Broken::Unfinished,
        [0xED, 0xA0..=0xAF, 0x80..=0xBF, 0xED, 0xB0..=0xBF] => Broken::Unfinished,
        [
            0xED,
            0xA0..=0xAF,
            0x80..=0xBF,
            0xED,
            0xB0..=0xBF,
            0x80..=0xBF,
            ..,
        ] => {
            let high = (u32::from(bytes[1] & 0x0F) << 6) | u32::from(bytes[2] & 0x3F);
            let low = (u32::from(bytes[4] & 0x0F) << 6) | u32::from(bytes[5] & 0x3F);
            char::from_u32(0x1_0000 + (high << 10) + low).map_or(Broken::Invalid(6), Broken::Pair)
        }
        _ => match std::str::from_utf8(bytes).map_err(|error| error.error_len()) {
            Ok(_) => Broken::Nothing,
            Err(None) => Broken::Unfinished,
            Err(Some(length)) => Broken::Invalid(length),
        },
    }
}

impl<'de> Deserialize<'de> for Piece {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // As bytes, `serde_json` lets through what is no UTF-8 and no surrogate pair (yet).
        deserializer.deserialize_bytes(PieceVisitor)
    }
}

struct PieceVisitor;

impl<'de> Visitor<'de> for PieceVisitor {
    type Value = Piece;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a list of parts with texts")
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Piece, E> {
        Ok(Piece(bytes.to_vec()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Piece, E> {
        Ok(Piece(text.as_bytes().to_vec()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Piece, A::Error> {
        let mut joined = Vec::new();
        while let Some(Part { text }) = parts.next_element()? {
            joined.extend(text.unwrap_or_default().0);
        }
        Ok(Piece(joined))
    }
}

#[derive(Deserialize)]
struct Part {
    #[serde(default)]
    text: Option<Piece>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pieces: &[&[u8]], expected: &[&str]) {
        let mut characters = Characters::default();
        let found: Vec<_> = pieces.iter().map(|piece| characters.push(piece)).collect();
        assert_eq!(found, expected, "{pieces:x?}");
    }

    #[test]
    fn a_split_character_waits_for_its_rest() {
        check(
            &["月".as_bytes(), b"\xe6\x9c", b"\x88!"],
            &["月", "", "月!"],
        );
        check(&[b"\xf0\x9f", b"\x99", b"\x8f"], &["", "", "🙏"]);
    }

    #[test]
    fn what_is_no_character_is_dropped() {
        check(
            &[b"a\xffb", b"\xe6\x9c", b"c", b"\x88d"],
            &["ab", "", "c", "d"],
        );
    }

    #[test]
    fn halves_of_a_surrogate_pair_become_one_character() {
        check(&[b"\xed\xa0\xbd", b"\xed\xb9\x8f."], &["", "🙏."]);
        check(
            &[b"a\xed\xa0", b"\xbd\xed", b"\xb9", b"\x8f"],
            &["a", "", "", "🙏"],
        );
        check(&[b"\xed\xa0\xbd", b"a\xed\xb9\x8fb"], &["", "ab"]);
    }

    #[test]
    fn a_json_string_keeps_its_halves() {
        let read = |json: &[u8]| serde_json::from_slice::<Option<Piece>>(json).unwrap();
        assert_eq!(read(br#""\ud83d\ude4f""#), Some(Piece("🙏".into())));
        assert_eq!(read(br#""\ud83d""#), Some(Piece(b"\xed\xa0\xbd".to_vec())));
        assert_eq!(read(b"\"\xe6\x9c\""), Some(Piece(b"\xe6\x9c".to_vec())));
        assert_eq!(
            read(br#"[{"type":"text","text":"a"},{"type":"image"}]"#),
            Some(Piece("a".into()))
        );
        assert_eq!(read(b"null"), None);
    }
}
