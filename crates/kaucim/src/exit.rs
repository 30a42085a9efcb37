//! How the program ends when it fails: a sentence, a hint, and a code that scripts can tell apart.

use std::{fmt::Display, process::ExitCode};

use kaucim_tasks::StoreError;

use crate::output;

/// Why a command failed.
#[derive(Debug)]
pub(crate) enum Failed {
    /// The question failed or was cancelled; the reader was told already or is told this.
    Question(Option<String>),
    /// Wrong usage or configuration.
    Usage {
        message: String,
        hint: Option<String>,
    },
    /// A value of the configuration that cannot be, by the key that has it.
    Setting {
        key: String,
        message: String,
        hint: String,
    },
    Storage {
        message: String,
        hint: Option<String>,
    },
    AddressInUse {
        message: String,
        hint: Option<String>,
    },
    NoModel {
        message: String,
        hint: Option<String>,
    },
    /// A fault of ours: shown with its whole chain.
    Fault(anyhow::Error),
}

impl Failed {
    pub(crate) fn usage(message: impl Display, hint: impl Display) -> Self {
        Self::Usage {
            message: message.to_string(),
            hint: Some(hint.to_string()),
        }
    }

    /// A value of the configuration that cannot be; its key as `kaucim config show` has it.
    pub(crate) fn setting(
        key: impl Into<String>,
        message: impl Display,
        hint: impl Display,
    ) -> Self {
        Self::Setting {
            key: key.into(),
            message: message.to_string(),
            hint: hint.to_string(),
        }
    }

    /// The same of a table that stands in another one, such as `models.2`.
    pub(crate) fn inside(self, table: &str) -> Self {
        match self {
            Self::Setting { key, message, hint } => Self::Setting {
                key: format!("{table}.{key}"),
                message,
                hint,
            },
            other => other,
        }
    }

    /// Tells the user and returns the code.
    pub(crate) fn report(self) -> ExitCode {
        let (code, message, hint) = match self {
            Self::Question(message) => (1, message.unwrap_or_default(), None),
            Self::Usage { message, hint } => (2, message, hint),
            Self::Setting {
                key: _,
                message,
                hint,
            } => (2, message, Some(hint)),
            Self::Storage { message, hint } => (3, message, hint),
            Self::AddressInUse { message, hint } => (4, message, hint),
            Self::NoModel { message, hint } => (5, message, hint),
            Self::Fault(error) => (1, format!("{error:#}"), None),
        };
        if !message.is_empty() {
            output::tell(&format!("error: {message}"));
        }
        if let Some(hint) = hint {
            output::tell(&format!("hint: {hint}"));
        }
        ExitCode::from(code)
    }
}

impl From<std::io::Error> for Failed {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            // Whoever read the output has seen enough.
            std::io::ErrorKind::BrokenPipe => Self::Question(None),
            _ => Self::Fault(error.into()),
        }
    }
}

impl From<anyhow::Error> for Failed {
    fn from(error: anyhow::Error) -> Self {
        Self::Fault(error)
    }
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        let message = format!("{:#}", anyhow::Error::from(error));
        Self::Storage {
            message,
            hint: Some("see that the disk has room and can be written, then try again".to_owned()),
        }
    }
}
