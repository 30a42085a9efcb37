//! Somebody who proved who they are, and with what.

use super::{Scope, scope::parsed};
use crate::{AccountId, store::accounts::KeyRow};

/// The limits of a guest of an embedded page are called so, before the guest's account.
const EMBEDDED: &str = "embedded:";

/// Someone who proved who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    pub account_id: AccountId,
    pub is_guest: bool,
    pub scopes: Vec<Scope>,
    pub credential: Credential,
}

/// What somebody proved with who they are. It holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Credential {
    /// The hash of a stored key; absent for what is not stored.
    pub(crate) key: Option<[u8; 32]>,
    pub(crate) expires_ms: Option<i64>,
    pub(crate) label: String,
    pub(crate) budget_id: String,
    /// The identity provider's key that signed it.
    pub(crate) signed_with: Option<String>,
}

impl Principal {
    pub(super) fn of_key(hash: [u8; 32], row: KeyRow) -> Self {
        Self {
            account_id: row.account_id,
            is_guest: row.is_guest,
            scopes: parsed(&row.scopes),
            credential: Credential {
                key: Some(hash),
                expires_ms: row.expires_ms,
                label: row.label,
                budget_id: row.budget_id,
                signed_with: None,
            },
        }
    }

    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }
}

impl Credential {
    /// Whose limits it is held against: those of a key and of the keys that took its place, of a
    /// guest, or of a person whom somebody else vouches for.
    pub fn budget_id(&self) -> &str {
        &self.budget_id
    }

    /// Whether it is that of a guest of an embedded page, which have limits of their own.
    pub fn is_embedded(&self) -> bool {
        is_embedded(&self.budget_id)
    }

    /// What it is called in lists and in the audit.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Which key of an identity provider signed it; absent for what is stored here.
    pub fn signed_with(&self) -> Option<&str> {
        self.signed_with.as_deref()
    }
}

/// What a guest of an embedded page is called in the accounts of spending.
pub(crate) fn embedded(account_id: AccountId) -> String {
    format!("{EMBEDDED}{account_id}")
}

/// Whether these are the limits of a guest of an embedded page.
pub(crate) fn is_embedded(budget_id: &str) -> bool {
    budget_id.starts_with(EMBEDDED)
}
