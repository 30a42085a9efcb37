//! What a credential is good for.

use std::{fmt, str::FromStr};

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Ask, draw, cancel and erase.
    Ask,
    /// See one's own readings, and search.
    Read,
    /// See how the service does.
    Admin,
}

/// There is no such scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no scope; there are ask, read and admin")]
pub struct UnknownScope(String);

impl Scope {
    const ALL: [Self; 3] = [Self::Ask, Self::Read, Self::Admin];

    /// As requests, lists and the database have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ask => "ask",
            Self::Read => "read",
            Self::Admin => "admin",
        }
    }
}

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(name: &str) -> Result<Self, UnknownScope> {
        let found = Self::ALL.into_iter().find(|scope| scope.name() == name);
        found.ok_or_else(|| UnknownScope(name.to_owned()))
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Scopes as one text.
pub(super) fn names(scopes: &[Scope]) -> String {
    let names: Vec<_> = scopes.iter().map(|scope| scope.name()).collect();
    names.join(" ")
}

/// The scopes of a text; what is unknown allows nothing.
pub(super) fn parsed(names: &str) -> Vec<Scope> {
    names
        .split(' ')
        .filter_map(|name| name.parse().ok())
        .collect()
}
