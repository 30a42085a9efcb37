//! Identifiers that are checked when they are made.

use std::{fmt, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Names one task. Later tasks have greater ids.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[schemars(with = "String")]
pub struct TaskId(Uuid);

/// Names one account: a key holder or a guest.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[schemars(with = "String")]
pub struct AccountId(Uuid);

/// Names one draw.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[schemars(with = "String")]
pub struct DrawId(Uuid);

/// The text is no identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier")]
pub struct IdError;

impl TaskId {
    pub(crate) fn new() -> Self {
        Self(Uuid::now_v7())
    }

    /// The same for the same numbers.
    pub(crate) fn simulated(life: u64, number: u64) -> Self {
        Self(Uuid::from_u64_pair(life, number))
    }
}

impl AccountId {
    pub(crate) fn new() -> Self {
        Self(Uuid::now_v7())
    }

    /// The same for the same numbers.
    pub(crate) fn simulated(life: u64, number: u64) -> Self {
        Self(Uuid::from_u64_pair(life, number))
    }
}

impl DrawId {
    pub(crate) fn new() -> Self {
        Self(Uuid::now_v7())
    }

    /// The same for the same numbers.
    pub(crate) fn simulated(life: u64, number: u64) -> Self {
        Self(Uuid::from_u64_pair(life, number))
    }
}

fn parse(text: &str) -> Result<Uuid, IdError> {
    // One spelling only, so that one task has one address.
    let id = Uuid::try_parse(text).map_err(|_| IdError)?;
    if id.hyphenated().to_string() == text {
        Ok(id)
    } else {
        Err(IdError)
    }
}

impl FromStr for TaskId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        parse(text).map(Self)
    }
}

impl FromStr for AccountId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        parse(text).map(Self)
    }
}

impl FromStr for DrawId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        parse(text).map(Self)
    }
}

impl fmt::Display for DrawId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
