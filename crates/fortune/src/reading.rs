//! The reading and the steps it is made in, in the shapes of the public contract.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Language, Lot, Source};

/// One of the seven parts of a reading, in their order.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum SectionId {
    LineByLineInterpretation,
    OverallDevelopment,
    PositiveFactors,
    Challenges,
    SuggestedActions,
    SupplementaryNotes,
    Conclusion,
}

impl SectionId {
    pub const ALL: [Self; 7] = [
        Self::LineByLineInterpretation,
        Self::OverallDevelopment,
        Self::PositiveFactors,
        Self::Challenges,
        Self::SuggestedActions,
        Self::SupplementaryNotes,
        Self::Conclusion,
    ];

    /// The public name, as in `section` of an event.
    pub fn name(self) -> &'static str {
        match self {
            Self::LineByLineInterpretation => "line_by_line_interpretation",
            Self::OverallDevelopment => "overall_development",
            Self::PositiveFactors => "positive_factors",
            Self::Challenges => "challenges",
            Self::SuggestedActions => "suggested_actions",
            Self::SupplementaryNotes => "supplementary_notes",
            Self::Conclusion => "conclusion",
        }
    }

    /// Place in the reading, 1 to 7.
    pub fn index(self) -> u32 {
        self as u32 + 1
    }

    /// The heading that a reader sees.
    pub fn title(self, language: Language) -> &'static str {
        let [zh, zh_hans, en, ja] = match self {
            Self::LineByLineInterpretation => {
                ["逐句解讀", "逐句解读", "Line by line", "句ごとの解釈"]
            }
            Self::OverallDevelopment => {
                ["整體運勢", "整体运势", "How things develop", "全体の流れ"]
            }
            Self::PositiveFactors => [
                "有利之處",
                "有利之处",
                "What is in favour",
                "追い風となるもの",
            ],
            Self::Challenges => [
                "需留意處",
                "需留意处",
                "What to watch for",
                "心に留めること",
            ],
            Self::SuggestedActions => ["可行之事", "可行之事", "What you can do", "できること"],
            Self::SupplementaryNotes => ["補充說明", "补充说明", "Further notes", "補足"],
            Self::Conclusion => ["總結", "总结", "In short", "結び"],
        };
        match language {
            Language::Zh => zh,
            Language::ZhHans => zh_hans,
            Language::En => en,
            Language::Ja => ja,
        }
    }
}

impl fmt::Display for SectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A finished section. Sealed is final.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Section {
    pub section: SectionId,
    /// Place in the reading, 1 to 7.
    pub index: u32,
    pub title: String,
    pub text: String,
    pub origin: SectionOrigin,
    pub checks: Vec<Check>,
}

/// A whole version of a section that failed some of its checks, and may be sealed in the end when
/// nothing better comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    pub section: Section,
    pub writer: Writer,
}

/// Who wrote a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SectionOrigin {
    Model,
    /// Composed from the deck's own commentary, without a model.
    Classic,
}

/// Who wrote a whole reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    Model,
    Mixed,
    Classic,
}

/// One check of a section and how it went. Codes are stable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Check {
    /// `present`, `language`, `length`, `quotation` …; `docs/api.md` says what each means.
    pub check: String,
    pub passed: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// Something the reader should be told. `code` is stable; the page translates it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Notice {
    pub kind: NoticeKind,
    pub code: String,
    pub message: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    Safety,
    Fallback,
    Repair,
    /// Of the rite itself, such as that one matter has one lot.
    Rite,
}

/// Why open text is dropped. Stable codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResetReason {
    /// A seal check failed.
    CheckFailed,
    /// A guard stopped the text before what it found in it was shown.
    Withheld,
    /// The model failed in the middle of the section.
    ModelFailed,
    /// The worker that wrote it is gone; used by the tasks.
    Interrupted,
    /// The time for the whole reading is up; used by the tasks.
    OutOfTime,
}

/// The model that wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Writer {
    pub provider: String,
    pub name: String,
}

/// Why a call to a model failed, for the operator: nothing of what was asked or answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallFailure {
    /// No connection to the model's server.
    Connect,
    TimedOut,
    /// The server is busy or broken, and said so with this status of HTTP.
    Unavailable(u16),
    /// The server will not answer such a request, and said so with this status of HTTP.
    Refused(u16),
    /// The server failed while it answered.
    Failed,
    /// The answer had no end.
    CutOff,
    /// The answer held no text.
    Empty,
    /// What came was no answer.
    Malformed,
    /// It failed before any text, and too little is left to make it again.
    GivenUp,
}

impl CallFailure {
    /// As figures have it. Codes are stable.
    pub fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::TimedOut => "timed_out",
            Self::Unavailable(_) => "unavailable",
            Self::Refused(_) => "refused",
            Self::Failed => "failed",
            Self::CutOff => "cut_off",
            Self::Empty => "empty",
            Self::Malformed => "malformed",
            Self::GivenUp => "given_up",
        }
    }

    /// What the model's server answered, where it was that.
    pub fn status(self) -> Option<u16> {
        match self {
            Self::Unavailable(status) | Self::Refused(status) => Some(status),
            Self::Connect
            | Self::TimedOut
            | Self::Failed
            | Self::CutOff
            | Self::Empty
            | Self::Malformed
            | Self::GivenUp => None,
        }
    }
}

/// What a reading has spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Usage {
    pub input_tokens: u64,
    pub output_tokens: u64,
    pub calls: u32,
}

/// One step of a reading being made.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    Notice(Notice),
    Lot(Box<Lot>),
    Sources(Vec<Source>),
    /// A call to a model is about to be made: it is made when the next step is asked for, so a
    /// caller that has to count calls durably does it now.
    Calling {
        writer: Writer,
        /// The most tokens that it is let write.
        tokens: u64,
    },
    /// The call is over, its retries included, and its connection closed.
    Called {
        /// What it has written, thoughts included: as the server says, or at least a token a piece.
        tokens: u64,
        /// As the server says, or 0.
        input_tokens: u64,
        /// As the server says, or 0.
        output_tokens: u64,
        /// Absent where the call ended well, was stopped by us, or was not made.
        failure: Option<CallFailure>,
    },
    /// The model is thinking; what it thinks is never passed on.
    Thinking,
    SectionStarted(SectionId),
    /// The next piece of the open section, exactly as the model has it: what the guards let pass
    /// of one model delta, and what they had held back before it.
    Text(String),
    /// A check of the open section has run.
    Checked {
        section: SectionId,
        check: Check,
    },
    /// The open section is final (or a classic section is, which never was open).
    SectionSealed(Section),
    /// The open section failed its checks and is dropped next; whoever lets the reading be gone on
    /// with hands this version back, in the place of an earlier one of the same section.
    VersionKept(Box<Version>),
    /// The open section is dropped; it will be started again.
    SectionReset {
        section: SectionId,
        reason: ResetReason,
    },
    /// The last step.
    Complete(Box<FortuneResult>),
}

/// A whole reading.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FortuneResult {
    pub question: String,
    pub language: Language,
    pub lot: Lot,
    pub sources: Vec<Source>,
    pub notices: Vec<Notice>,
    /// All seven, in order.
    pub sections: Vec<Section>,
    /// The whole reading as plain text.
    pub text: String,
    /// The model that wrote the last section that a model wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<Writer>,
    pub origin: Origin,
    pub usage: Usage,
    /// What the reading is, told to the asker in the language of the reading; what the temple says
    /// itself follows on a line of its own.
    pub disclaimer: String,
}

/// Sections as one plain text: a title, its text, a blank line between sections. Also the form of
/// `partial_text`, where the last section may still be open.
pub fn plain_text<'a>(sections: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut whole = String::new();
    for (title, text) in sections {
        if !whole.is_empty() {
            whole.push_str("\n\n");
        }
        whole.push_str(title);
        whole.push('\n');
        whole.push_str(text);
    }
    whole
}
