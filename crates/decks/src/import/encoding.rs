//! Bytes to text: by a byte order mark, a name, or what no other encoding has; never by a guess.

use encoding_rs::{BIG5, EUC_JP, Encoding, GB18030, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE};

use crate::import::ImportError;

/// Names that may be given, with what the standard calls them.
const NAMES: &[&str] = &[
    "utf-8",
    "utf-16le",
    "utf-16be",
    "big5",
    "gbk",
    "gb18030",
    "shift_jis",
    "euc-jp",
];

/// Encodings of Chinese and Japanese that are tried in order to name them, not to use them.
const CANDIDATES: [&Encoding; 4] = [BIG5, GB18030, SHIFT_JIS, EUC_JP];

/// Characters of a sample in each encoding.
const SAMPLE: usize = 16;

/// Decodes a file's bytes.
///
/// Without a name a byte order mark decides, and without that it must be UTF-8, or UTF-16 that can
/// be nothing else. What cannot be
/// decoded is refused with the encodings that could be meant.
pub(super) fn decode(file: &str, bytes: &[u8], name: Option<&str>) -> Result<String, ImportError> {
    let refused = |reason| ImportError::Encoding {
        file: file.to_owned(),
        reason,
    };
    let marked = Encoding::for_bom(bytes);
    let named = name
        .map(|name| by_name(name).map_err(&refused))
        .transpose()?;
    let (encoding, skip) = match (marked, named) {
        (Some((marked, _)), Some(named)) if marked != named => {
            return Err(refused(format!(
                "its byte order mark says {}, not {}",
                marked.name(),
                named.name()
            )));
        }
        (Some((marked, skip)), _) => (marked, skip),
        (None, Some(named)) => (named, 0),
        (None, None) => (utf_16(bytes).unwrap_or(UTF_8), 0),
    };
    let text = encoding
        .decode_without_bom_handling_and_without_replacement(&bytes[skip..])
        .ok_or_else(|| refused(not_decoded(bytes, encoding, named.is_some())))?;
    if text.contains('\0') {
        let reason = "contains NUL characters; it may be UTF-16 without a mark, or no text";
        return Err(refused(reason.to_owned()));
    }
    Ok(text.into_owned())
}

fn by_name(name: &str) -> Result<&'static Encoding, String> {
    let known = NAMES.iter().any(|known| known.eq_ignore_ascii_case(name));
    let encoding = Encoding::for_label(name.as_bytes()).filter(|_| known);
    encoding.ok_or_else(|| format!("`{name}` is not one of {}", NAMES.join(", ")))
}

/// UTF-16 without a mark, in the one of its two orders that can be meant: in that order some lines
/// end, and all characters are whole; in the other the end of a line is no character at all
/// (U+0A00).
fn utf_16(bytes: &[u8]) -> Option<&'static Encoding> {
    let (units, rest) = bytes.as_chunks::<2>();
    let ends = |end: [u8; 2]| units.contains(&end);
    let encoding = match (ends([b'\n', 0]), ends([0, b'\n'])) {
        (true, false) => UTF_16LE,
        (false, true) => UTF_16BE,
        (true, true) | (false, false) => return None,
    };
    let text = encoding.decode_without_bom_handling_and_without_replacement(bytes)?;
    (rest.is_empty() && !text.contains(is_unfit)).then_some(encoding)
}

/// No character of a text.
fn is_unfit(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\r' | '\t')
}

/// Says where decoding failed, and how the beginning reads in the encodings that have no fault.
fn not_decoded(bytes: &[u8], encoding: &'static Encoding, said: bool) -> String {
    let mut reason = format!("not text in {}", encoding.name());
    if encoding == UTF_8
        && let Err(error) = str::from_utf8(bytes)
    {
        let lines = bytes[..error.valid_up_to()].iter();
        let line = lines.filter(|byte| **byte == b'\n').count() + 1;
        reason = format!("line {line} is not text in UTF-8");
    }
    let samples: Vec<_> = CANDIDATES
        .into_iter()
        .filter(|candidate| *candidate != encoding)
        .filter_map(|candidate| sample(bytes, candidate))
        .collect();
    match (samples.is_empty(), said) {
        (false, _) => format!("{reason}; it could be {}", samples.join(" or ")),
        (true, false) => format!("{reason}, nor in Big5, GB18030, Shift_JIS or EUC-JP"),
        (true, true) => reason,
    }
}

/// `big5 (籤號,籤詩…)`, if all the bytes can be decoded so.
fn sample(bytes: &[u8], encoding: &'static Encoding) -> Option<String> {
    let text = encoding.decode_without_bom_handling_and_without_replacement(bytes)?;
    if text.contains(is_unfit) {
        return None;
    }
    let beginning: String = text
        .chars()
        .filter(|c| !c.is_control())
        .take(SAMPLE)
        .collect();
    let name = encoding.name().to_lowercase();
    Some(format!("{name} (which begins `{beginning}`)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "籤號,籤詩\n1,燈照前途";

    fn told(bytes: &[u8], name: Option<&str>) -> String {
        decode("lots.csv", bytes, name).unwrap_err().to_string()
    }

    #[test]
    fn marks_and_names_decide() {
        let utf16: Vec<u8> = "\u{feff}"
            .encode_utf16()
            .chain(TEXT.encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect();
        let big_endian: Vec<u8> = TEXT.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let marked = format!("\u{feff}{TEXT}");
        let (big5, ..) = BIG5.encode(TEXT);
        for (bytes, name) in [
            (TEXT.as_bytes(), None),
            (marked.as_bytes(), None),
            (marked.as_bytes(), Some("utf-8")),
            (&utf16, None),
            (&utf16[2..], Some("utf-16le")),
            (&utf16[2..], None),
            (&big_endian, None),
            (&big5, Some("Big5")),
        ] {
            assert_eq!(decode("lots.csv", bytes, name).unwrap(), TEXT, "{name:?}");
        }
    }

    #[test]
    fn what_cannot_be_decoded_names_the_encodings_that_can() {
        let (big5, ..) = BIG5.encode(TEXT);
        let told = told(&big5, None);
        assert!(told.contains("line 1 is not text in UTF-8"), "{told}");
        assert!(
            told.contains("it could be big5 (which begins `籤號,籤詩1,燈照前途`)"),
            "{told}"
        );
    }

    #[test]
    fn contradictions_and_other_files_are_refused() {
        let marked = format!("\u{feff}{TEXT}");
        assert_eq!(
            told(marked.as_bytes(), Some("big5")),
            "lots.csv: its byte order mark says UTF-8, not Big5"
        );
        assert!(told(b"1", Some("latin1")).contains("`latin1` is not one of utf-8"));
        assert!(told(b"1\0\x02\x04\0\0", None).contains("NUL"));
        let neither = told(b"1,\xff\xfe\n", None);
        assert!(
            neither.ends_with("nor in Big5, GB18030, Shift_JIS or EUC-JP"),
            "{neither}"
        );
    }
}
