//! Recognises the names of sections in keys, however a model spells them.

use crate::SectionId;

/// Longer keys name nothing.
const MAX_CHARACTERS: usize = 200;

/// A key as it is read: its letters and digits, in lower case.
#[derive(Debug, Default)]
pub(super) struct Key {
    letters: String,
    characters: usize,
}

impl Key {
    pub(super) fn push(&mut self, c: char) {
        if self.characters <= MAX_CHARACTERS {
            self.characters += 1;
            self.letters
                .extend(c.to_lowercase().filter(|c| c.is_alphanumeric()));
        }
    }

    /// The section it names, if any.
    pub(super) fn section(&self) -> Option<SectionId> {
        if self.characters > MAX_CHARACTERS {
            return None;
        }
        SectionId::ALL.into_iter().find(|section| {
            section
                .name()
                .chars()
                .filter(|c| c.is_alphanumeric())
                .eq(self.letters.chars())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(key: &str) -> Option<SectionId> {
        let mut read = Key::default();
        for c in key.chars() {
            read.push(c);
        }
        read.section()
    }

    #[test]
    fn a_section_is_known_in_any_spelling() {
        for key in [
            "suggested_actions",
            "suggestedActions",
            "Suggested Actions",
            "SUGGESTED-ACTIONS:",
        ] {
            assert_eq!(section(key), Some(SectionId::SuggestedActions), "{key}");
        }
        for key in [
            "",
            "suggested",
            "suggested_actions_2",
            "建議 suggested_actions",
        ] {
            assert_eq!(section(key), None, "{key}");
        }
    }

    #[test]
    fn a_long_key_names_nothing() {
        assert_eq!(
            section(&format!("conclusion{}", " ".repeat(190))),
            Some(SectionId::Conclusion)
        );
        assert_eq!(section(&format!("conclusion{}", " ".repeat(191))), None);
    }
}
