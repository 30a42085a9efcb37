//! Tells the language of texts by their script, where lots tell nothing else.

use crate::Language;

/// Japanese if a tenth of the characters is kana, English if most are Latin letters, else
/// Traditional Chinese.
///
/// Traditional and Simplified are not told apart: a map says which.
pub(super) fn language<'a>(texts: impl Iterator<Item = &'a str>) -> Language {
    let (mut kana, mut han, mut latin) = (0_u64, 0_u64, 0_u64);
    for c in texts.flat_map(str::chars) {
        match c {
            '\u{3041}'..='\u{30ff}' => kana += 1,
            'a'..='z' | 'A'..='Z' => latin += 1,
            c if c.is_alphabetic() => han += 1,
            _ => {}
        }
    }
    if kana * 10 > han + kana {
        Language::Ja
    } else if latin > han + kana {
        Language::En
    } else {
        Language::Zh
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_tell_languages() {
        let of = |text| language([text].into_iter());
        assert_eq!(of("燈照前途，風靜船歸"), Language::Zh);
        assert_eq!(of("燈のあかりを頼りに行け"), Language::Ja);
        assert_eq!(of("Follow the lamp (燈)"), Language::En);
        assert_eq!(of(""), Language::Zh);
    }
}
