//! What can go wrong with one call, in the kinds that callers branch on.

use std::time::Duration;

/// Why a call to a model failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No connection, or it broke before an answer began.
    #[error("could not reach the model server")]
    Connect(#[source] reqwest::Error),
    /// One of the time limits passed; the connection is closed.
    #[error("the model took longer than the {0} limit")]
    TimedOut(Limit),
    /// The provider is busy or broken and said so (429, 5xx): worth another try.
    #[error("the model server answered {status}: {message}")]
    Unavailable {
        status: u16,
        message: String,
        retry_after: Option<Duration>,
    },
    /// The provider refuses this request (400, 401, 404 …): never worth the same try.
    #[error("the model server refused the request with {status}: {message}")]
    Refused { status: u16, message: String },
    /// An error inside an answer that began with 200.
    #[error("the model server failed while answering: {message}")]
    Failed { message: String },
    /// The answer ended without saying that it was finished.
    #[error("the answer was cut off before its end")]
    CutOff,
    /// The answer finished and held no text.
    #[error("the answer was empty")]
    Empty,
    /// What came is not the protocol: an HTML page, a redirect, broken JSON, a line without end.
    #[error("the model server does not speak the expected protocol: {message}")]
    Malformed { message: String },
}

/// The time limits of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    Connect,
    FirstToken,
    BetweenTokens,
    WholeCall,
}

impl std::fmt::Display for Limit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Connect => "connect",
            Self::FirstToken => "first token",
            Self::BetweenTokens => "between tokens",
            Self::WholeCall => "whole call",
        })
    }
}

impl Error {
    /// What went wrong without a word of the server's, which may quote what it was asked: for logs.
    pub fn in_our_words(&self) -> String {
        match self {
            Self::Connect(error) => {
                let mut cause: &dyn std::error::Error = error;
                while let Some(deeper) = cause.source() {
                    cause = deeper;
                }
                format!("{self}: {cause}")
            }
            Self::Unavailable { status, .. } => format!("the model server answered {status}"),
            Self::Refused { status, .. } => {
                format!("the model server refused the request with {status}")
            }
            Self::Failed { .. } => "the model server failed while answering".to_owned(),
            Self::Malformed { .. } => {
                "the model server does not speak the expected protocol".to_owned()
            }
            Self::TimedOut(_) | Self::CutOff | Self::Empty => self.to_string(),
        }
    }

    /// Whether the same request may succeed when it is sent again.
    pub fn is_worth_retrying(&self) -> bool {
        match self {
            Self::Connect(_)
            | Self::TimedOut(_)
            | Self::Unavailable { .. }
            | Self::Failed { .. }
            | Self::CutOff
            | Self::Empty => true,
            Self::Refused { .. } | Self::Malformed { .. } => false,
        }
    }
}
