//! All that is kept about an account but its readings, which `Tasks::task` shows one by one.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{AccountId, StoreError, Tasks};

/// An account as its holder may have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AccountExport {
    pub account_id: AccountId,
    /// `keyed` or `guest`.
    pub kind: String,
    pub name: String,
    #[schemars(with = "String")]
    pub created_at: Timestamp,
    pub keys: Vec<KeyExport>,
    /// Draws that are kept, which is for a day.
    pub draws: Vec<DrawExport>,
}

/// A key or a device, without its secret, which is not kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct KeyExport {
    pub label: String,
    pub name: String,
    pub scopes: String,
    #[schemars(with = "String")]
    pub created_at: Timestamp,
    #[schemars(with = "Option<String>")]
    pub expires_at: Option<Timestamp>,
    #[schemars(with = "Option<String>")]
    pub revoked_at: Option<Timestamp>,
}

/// A draw. Its secret is told by revealing it, and not here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DrawExport {
    pub draw_id: String,
    pub end_user: Option<String>,
    pub deity_id: String,
    pub deck_id: String,
    pub nonce: Option<String>,
    pub number: Option<u32>,
    pub asked: bool,
    #[schemars(with = "String")]
    pub expires_at: Timestamp,
}

impl Tasks {
    /// What is kept about an account; none, where it is not there any more.
    pub async fn account(
        &self,
        account_id: AccountId,
    ) -> Result<Option<AccountExport>, StoreError> {
        self.shared.store.export(account_id).await
    }
}
