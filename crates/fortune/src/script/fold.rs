//! Lets spellings meet: one form for both Chinese scripts, Japanese forms, widths and cases.

use kaucim_decks::compared_character;

use super::simplified_character;

/// The character in the form in which texts are compared; nothing for what is not compared:
/// punctuation, blanks and whatever cannot be seen.
pub(crate) fn folded(c: char) -> Option<char> {
    let c = match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        c => c,
    };
    if c.is_ascii() {
        return c.is_ascii_alphanumeric().then(|| c.to_ascii_lowercase());
    }
    if !c.is_alphanumeric() {
        return None;
    }
    if c < '\u{3400}' {
        return Some(c.to_lowercase().next().unwrap_or(c));
    }
    // A Japanese or other variant may stand for a Traditional character that is yet to be simplified.
    Some(simplified_character(compared_character(
        simplified_character(c),
    )))
}

/// The text as it is compared, without anything that is not.
pub(crate) fn fold(text: &str) -> String {
    text.chars().filter_map(folded).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_meet() {
        for (one, other) in [
            ("囊裏紅絲月下明", "囊里红丝，月下明。"),
            ("幾年暗繫兩人行", "幾年暗繋両人行"),
            ("気　経 縁", "氣經緣"),
            ("臺灣", "台湾"),
            ("Ｌｏｔ　１２", "lot 12"),
            ("黃昏", "黄昏"),
            ("囊裏紅絲月下明", "嚢裏紅糸月下明"),
        ] {
            assert_eq!(fold(one), fold(other), "{one} {other}");
        }
        assert_ne!(fold("東風"), fold("西風"));
        assert_eq!(fold("…—「」\u{200b}\n"), "");
    }

    #[test]
    fn folding_is_final() {
        for c in '\u{3400}'..='\u{9fff}' {
            // Signs for the lines of the Book of Changes stand there as well.
            let Some(once) = folded(c) else { continue };
            assert_eq!(folded(once), Some(once), "{c}");
        }
    }
}
