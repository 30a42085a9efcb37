//! What keys and accounts are called: words that look the same to everybody who reads a list.

use super::KEY_PREFIX;

const CHARACTERS: usize = 64;

/// A name of a key or an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name(String);

/// Why a text is no name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    #[error("a name has 1 to {CHARACTERS} visible characters")]
    Length,
    #[error("a name has visible characters only, and none that turns others around")]
    Unseen,
    /// It would be kept and shown, and a name is no place for a secret.
    #[error("a name does not begin as keys do")]
    Key,
}

impl Name {
    /// The text without the spaces around it.
    pub(crate) fn new(text: &str) -> Result<Self, NameError> {
        let text = text.trim();
        if !(1..=CHARACTERS).contains(&text.chars().count()) {
            return Err(NameError::Length);
        }
        if !text.chars().all(is_seen) {
            return Err(NameError::Unseen);
        }
        if text.starts_with(KEY_PREFIX) {
            return Err(NameError::Key);
        }
        Ok(Self(text.to_owned()))
    }

    pub(crate) fn into_text(self) -> String {
        self.0
    }
}

/// Whether a character can be seen for what it is: no control character, and none of those that
/// only change how others look (general categories Cc, Cf, Zl and Zp of Unicode).
pub fn is_seen(character: char) -> bool {
    let changes_others = matches!(character,
        '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}'
        | '\u{8e2}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{110bd}'
        | '\u{110cd}' | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e007f}');
    !character.is_control() && !changes_others
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_looks_like_what_it_is() {
        for (text, kept) in [
            ("website", "website"),
            (" 月老 app ", "月老 app"),
            (&"é".repeat(64), &"é".repeat(64)),
        ] {
            assert_eq!(Name::new(text).unwrap().into_text(), *kept);
        }
        for (text, error) in [
            ("", NameError::Length),
            (" \t ", NameError::Length),
            (&"x".repeat(65), NameError::Length),
            ("a\nb", NameError::Unseen),
            ("a\0b", NameError::Unseen),
            ("a\u{1b}[31mb", NameError::Unseen),
            ("a\u{85}b", NameError::Unseen),
            ("shop\u{202e}nimda", NameError::Unseen),
            ("shop\u{2066}x", NameError::Unseen),
            ("shop\u{200b}", NameError::Unseen),
            ("shop\u{e0041}", NameError::Unseen),
            ("kc_0123456789", NameError::Key),
        ] {
            assert_eq!(Name::new(text), Err(error), "{text:?}");
        }
    }
}
