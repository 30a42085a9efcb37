//! Where the decoder stands in an answer.

use crate::SectionId;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Prose,
    /// After a brace in prose.
    Brace,
    BeforeKey,
    Key,
    AfterKey,
    BeforeValue,
    /// In a string that belongs to the open section.
    Text,
    /// In a string that belongs to none.
    OtherString,
    Number,
    Word,
    AfterValue,
    /// In containers that are nested too deep.
    TooDeep {
        open: usize,
        quoted: bool,
        escaped: bool,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Container {
    Object,
    Array,
}

#[derive(Debug)]
pub(super) struct OpenSection {
    pub(super) id: SectionId,
    /// Number of containers around its value.
    pub(super) depth: usize,
    /// Whether a string or literal of its value has begun.
    pub(super) begun: bool,
}

pub(super) fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control() || c == '\u{feff}'
}
