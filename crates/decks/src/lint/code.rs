//! The stable names of all that the linter finds.

use serde::Serialize;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The pack is refused.
    Error,
    /// The pack is served; somebody should look.
    Warning,
}

/// What kind of finding it is. A name is never used again for something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    // Files.
    Unreadable,
    TooLarge,
    LinkOut,
    NotText,
    Syntax,
    NotALot,
    // The deck.
    Format,
    Id,
    IdTaken,
    Required,
    TooLong,
    Count,
    SpecialLot,
    GradeEntry,
    GradeCount,
    Region,
    // Lots.
    Number,
    VerseRepeated,
    Metre,
    Pronunciation,
    GradeUnknown,
    SameLot,
    // Texts.
    Control,
    EmptyText,
    Placeholder,
    ForeignScript,
    DamagedText,
    // Between packs.
    SharedVerses,

    // Warnings: of texts.
    Harm,
    ScriptVariant,
    LostCharacter,
    Markup,
    TextRepeated,
    TextElsewhere,
    TextNumber,
    TranslationLines,
    // Of lots.
    TitleNumber,
    TitleSeries,
    VerseSimilar,
    VerseForm,
    StemBranch,
    Coverage,
    // Of the deck.
    MetreUndeclared,
    GradeTone,
    GradeUnused,
    LicenceUnknown,
    SetCount,
    // Between packs.
    PartlyShared,
    SetDiffers,
    LinkMissing,
}

impl Code {
    /// In the order of the documentation.
    pub const ALL: [Self; 50] = [
        Self::Unreadable,
        Self::TooLarge,
        Self::LinkOut,
        Self::NotText,
        Self::Syntax,
        Self::NotALot,
        Self::Format,
        Self::Id,
        Self::IdTaken,
        Self::Required,
        Self::TooLong,
        Self::Count,
        Self::SpecialLot,
        Self::GradeEntry,
        Self::GradeCount,
        Self::Region,
        Self::Number,
        Self::VerseRepeated,
        Self::Metre,
        Self::Pronunciation,
        Self::GradeUnknown,
        Self::SameLot,
        Self::Control,
        Self::EmptyText,
        Self::Placeholder,
        Self::ForeignScript,
        Self::DamagedText,
        Self::SharedVerses,
        Self::Harm,
        Self::ScriptVariant,
        Self::LostCharacter,
        Self::Markup,
        Self::TextRepeated,
        Self::TextElsewhere,
        Self::TextNumber,
        Self::TranslationLines,
        Self::TitleNumber,
        Self::TitleSeries,
        Self::VerseSimilar,
        Self::VerseForm,
        Self::StemBranch,
        Self::Coverage,
        Self::MetreUndeclared,
        Self::GradeTone,
        Self::GradeUnused,
        Self::LicenceUnknown,
        Self::SetCount,
        Self::PartlyShared,
        Self::SetDiffers,
        Self::LinkMissing,
    ];

    /// The public name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::TooLarge => "too_large",
            Self::LinkOut => "link_out",
            Self::NotText => "not_text",
            Self::Syntax => "syntax",
            Self::NotALot => "not_a_lot",
            Self::Format => "format",
            Self::Id => "id",
            Self::IdTaken => "id_taken",
            Self::Required => "required",
            Self::TooLong => "too_long",
            Self::Count => "count",
            Self::SpecialLot => "special_lot",
            Self::GradeEntry => "grade_entry",
            Self::GradeCount => "grade_count",
            Self::Region => "region",
            Self::Number => "number",
            Self::VerseRepeated => "verse_repeated",
            Self::Metre => "metre",
            Self::Pronunciation => "pronunciation",
            Self::GradeUnknown => "grade_unknown",
            Self::SameLot => "same_lot",
            Self::Control => "control",
            Self::EmptyText => "empty_text",
            Self::Placeholder => "placeholder",
            Self::ForeignScript => "foreign_script",
            Self::DamagedText => "damaged_text",
            Self::SharedVerses => "shared_verses",
            Self::Harm => "harm",
            Self::ScriptVariant => "script_variant",
            Self::LostCharacter => "lost_character",
            Self::Markup => "markup",
            Self::TextRepeated => "text_repeated",
            Self::TextElsewhere => "text_elsewhere",
            Self::TextNumber => "text_number",
            Self::TranslationLines => "translation_lines",
            Self::TitleNumber => "title_number",
            Self::TitleSeries => "title_series",
            Self::VerseSimilar => "verse_similar",
            Self::VerseForm => "verse_form",
            Self::StemBranch => "stem_branch",
            Self::Coverage => "coverage",
            Self::MetreUndeclared => "metre_undeclared",
            Self::GradeTone => "grade_tone",
            Self::GradeUnused => "grade_unused",
            Self::LicenceUnknown => "licence_unknown",
            Self::SetCount => "set_count",
            Self::PartlyShared => "partly_shared",
            Self::SetDiffers => "set_differs",
            Self::LinkMissing => "link_missing",
        }
    }

    /// Whether it refuses the pack.
    pub fn severity(self) -> Severity {
        if self < Self::Harm {
            Severity::Error
        } else {
            Severity::Warning
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_listed_once_in_order_and_named_as_it_is_written() {
        assert!(Code::ALL.is_sorted_by(|one, other| one < other));
        for code in Code::ALL {
            let written = serde_json::to_value(code).unwrap();
            assert_eq!(written, code.name());
        }
        assert_eq!(Code::ALL[27].severity(), Severity::Error);
        assert_eq!(Code::ALL[28].severity(), Severity::Warning);
    }
}
