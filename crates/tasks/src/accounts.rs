//! Who may ask: accounts, the keys that stand for them, and guests.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use crate::{
    AccountId, Clock, Store, StoreError,
    store::accounts::{KeyRow, NewKey},
};

/// Accounts and keys of one installation. A cheap handle.
#[derive(Clone)]
pub struct Accounts {
    store: Store,
    clock: Clock,
}

/// Someone who proved who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    pub account_id: AccountId,
    pub is_guest: bool,
    pub scopes: Vec<Scope>,
}

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    Ask,
    Read,
    Admin,
}

/// Keys start with this, so that a leaked one is recognised.
const KEY_PREFIX: &str = "kc_";
const GUEST_PREFIX: &str = "kg_";

const GUEST_SCOPES: &str = "ask read";
const KEY_SCOPES: &str = "ask read admin";

impl Scope {
    fn from_name(name: &str) -> Option<Self> {
        match name {
            "ask" => Some(Self::Ask),
            "read" => Some(Self::Read),
            "admin" => Some(Self::Admin),
            _ => None,
        }
    }
}

impl Accounts {
    pub fn new(store: Store) -> Self {
        Self::by_clock(store, Clock::of_machine())
    }

    /// Accounts whose dates and identifiers come from a clock.
    pub fn by_clock(store: Store, clock: Clock) -> Self {
        Self { store, clock }
    }

    /// Makes a key for the account of that name, and the account if there is none. The key is
    /// shown this once; only its hash is kept.
    pub async fn create_key(&self, name: &str) -> Result<String, StoreError> {
        let secret = new_secret(KEY_PREFIX);
        let key = NewKey {
            hash: hash(&secret),
            account_id: self.clock.account_id(),
            account_kind: "keyed",
            name: name.to_owned(),
            scopes: KEY_SCOPES,
            now_ms: self.clock.now_ms(),
        };
        self.store.add_key(key).await?;
        Ok(secret)
    }

    /// Makes a key when the installation never had one; for the first start.
    pub async fn create_first_key(&self) -> Result<Option<String>, StoreError> {
        if self.store.has_keys().await? {
            return Ok(None);
        }
        self.create_key("first").await.map(Some)
    }

    /// Begins a guest session; returns who the guest is and the secret that their cookie holds.
    pub async fn open_guest(&self) -> Result<(Principal, String), StoreError> {
        let account_id = self.clock.account_id();
        let secret = new_secret(GUEST_PREFIX);
        let key = NewKey {
            hash: hash(&secret),
            account_id,
            account_kind: "guest",
            name: "guest".to_owned(),
            scopes: GUEST_SCOPES,
            now_ms: self.clock.now_ms(),
        };
        self.store.add_key(key).await?;
        Ok((principal(account_id, true, GUEST_SCOPES), secret))
    }

    /// Who the holder of this secret is, if it is (still) worth anything.
    pub async fn authenticate(&self, secret: &str) -> Result<Option<Principal>, StoreError> {
        let now_ms = self.clock.now_ms();
        let found = self.store.key(hash(secret), now_ms).await?;
        Ok(found.map(
            |KeyRow {
                 account_id,
                 is_guest,
                 scopes,
             }| { principal(account_id, is_guest, &scopes) },
        ))
    }
}

impl Principal {
    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }
}

fn principal(account_id: AccountId, is_guest: bool, scopes: &str) -> Principal {
    let scopes = scopes.split(' ').filter_map(Scope::from_name).collect();
    Principal {
        account_id,
        is_guest,
        scopes,
    }
}

/// 256 bits from the operating system, in hexadecimal.
fn new_secret(prefix: &str) -> String {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).expect("the operating system has randomness");
    bytes.iter().fold(prefix.to_owned(), |mut secret, byte| {
        // Writing into a string cannot fail.
        let _ = write!(secret, "{byte:02x}");
        secret
    })
}

fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}
