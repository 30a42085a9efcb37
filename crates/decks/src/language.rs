//! The languages of questions, commentary and readings.

use std::{fmt, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A language that a text is written in, by its public code.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum Language {
    /// Traditional Chinese.
    #[serde(rename = "zh")]
    Zh,
    /// Simplified Chinese.
    #[serde(rename = "zh-Hans")]
    ZhHans,
    #[serde(rename = "en")]
    En,
    #[serde(rename = "ja")]
    Ja,
}

impl Language {
    pub const ALL: [Self; 4] = [Self::Zh, Self::ZhHans, Self::En, Self::Ja];

    /// The public code, as in `language` of a question.
    pub fn code(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::ZhHans => "zh-Hans",
            Self::En => "en",
            Self::Ja => "ja",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// The text is not one of `zh`, `zh-Hans`, `en`, `ja`.
#[derive(Debug, thiserror::Error)]
#[error("unknown language `{0}`; choose zh, zh-Hans, en or ja")]
pub struct UnknownLanguage(String);

impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(code: &str) -> Result<Self, UnknownLanguage> {
        Self::ALL
            .into_iter()
            .find(|language| language.code().eq_ignore_ascii_case(code))
            .ok_or_else(|| UnknownLanguage(code.to_owned()))
    }
}
