//! Who may ask: accounts, the keys that stand for them, and guests.

use jiff::Timestamp;

use self::{
    credential::embedded,
    secret::{hash, label, new_secret},
};
use crate::{
    AccountId, Clock, Store, StoreError,
    store::accounts::{self as rows, NewKey, Owner, Person},
    tasks::timestamp,
};

mod audit;
pub(crate) mod credential;
mod name;
mod passes;
mod scope;
mod secret;

pub(crate) use self::name::Name;
pub use self::{
    audit::{Act, AuditEntry},
    credential::{Credential, Principal},
    name::{NameError, is_seen},
    passes::Pass,
    scope::{Scope, UnknownScope},
};

/// Accounts and keys of one installation. A cheap handle.
#[derive(Clone)]
pub struct Accounts {
    store: Store,
    clock: Clock,
}

/// What a new key shall be.
#[derive(Debug, Clone)]
pub struct KeyTerms {
    pub name: String,
    /// The account that it belongs to, by name; made if there is none.
    pub account: String,
    pub scopes: Vec<Scope>,
    /// When it ends; absent: never.
    pub expires_at: Option<Timestamp>,
    /// Who makes it, for the audit.
    pub actor: String,
}

/// A key as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySummary {
    /// The beginning of the key; of a key from before there were labels, that of its hash.
    pub label: String,
    pub name: String,
    pub account: String,
    pub scopes: Vec<Scope>,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

/// An account as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountSummary {
    pub account_id: AccountId,
    pub name: String,
    /// The identity provider that calls its holder so; absent for the accounts of keys.
    pub issuer: Option<String>,
    /// Keys that are good now.
    pub keys: u64,
    pub tasks: u64,
    pub created_at: Timestamp,
}

/// How a key is put in the place of another.
#[derive(Debug, Clone)]
pub struct Rotation {
    /// When the new one ends; absent: after as long as the old one was to last, if it was to end.
    pub expires_at: Option<Timestamp>,
    /// Until when the old one stays good; absent: it is revoked at once.
    pub old_until: Option<Timestamp>,
    pub actor: String,
}

/// What an identity provider says of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vouched {
    pub issuer: String,
    pub subject: String,
    pub scopes: Vec<Scope>,
    pub until: Timestamp,
    /// The provider's key that signed it: whoever no longer believes that key believes this no more.
    pub signed_with: String,
}

/// Why no key or account is made or changed.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("no key that is in use is called `{0}`")]
    NotFound(String),
    #[error("{1} keys that are in use are called `{0}`")]
    Ambiguous(String, u64),
    #[error(transparent)]
    Name(#[from] NameError),
    #[error("the storage does not answer")]
    Store(#[from] StoreError),
}

/// Keys start with this, so that a leaked one is recognised.
const KEY_PREFIX: &str = "kc_";
const GUEST_PREFIX: &str = "kg_";

const GUEST_SCOPES: &[Scope] = &[Scope::Ask, Scope::Read];

impl KeyTerms {
    /// A key that may ask and read, of the account of the same name, without an end.
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            account: name.to_owned(),
            scopes: vec![Scope::Ask, Scope::Read],
            expires_at: None,
            actor: COMMAND_LINE.to_owned(),
        }
    }
}

/// Who acts where nobody had to prove who they are: whoever may run the program on the data.
pub const COMMAND_LINE: &str = "command line";

impl Accounts {
    pub fn new(store: Store) -> Self {
        Self::by_clock(store, Clock::of_machine())
    }

    /// Accounts whose dates and identifiers come from a clock.
    pub fn by_clock(store: Store, clock: Clock) -> Self {
        Self { store, clock }
    }

    /// Makes a key, and its account if there is none of that name. The key is shown this once;
    /// only its hash is kept.
    pub async fn create_key(&self, terms: KeyTerms) -> Result<String, KeyError> {
        let owner = |account_id, name| Owner::Named { account_id, name };
        let (secret, _) = self.add_key(terms, owner).await?;
        Ok(secret)
    }

    /// Says beside the key whether it was stored.
    async fn add_key(
        &self,
        terms: KeyTerms,
        owner: fn(AccountId, String) -> Owner,
    ) -> Result<(String, bool), KeyError> {
        let (name, account) = (Name::new(&terms.name)?, Name::new(&terms.account)?);
        let secret = new_secret(KEY_PREFIX);
        let label = label(&secret);
        let now_ms = self.clock.now_ms();
        let key = NewKey {
            hash: hash(&secret),
            budget_id: label.clone(),
            label,
            name: name.into_text(),
            scopes: scope::names(&terms.scopes),
            now_ms,
            expires_ms: terms.expires_at.map(Timestamp::as_millisecond),
        };
        let owner = owner(self.clock.account_id(), account.into_text());
        let is_stored = self.store.add_key(key, owner, Some(terms.actor)).await?;
        Ok((secret, is_stored))
    }

    /// Makes a key that may do everything when the installation never had one; for the first
    /// start.
    pub async fn create_first_key(&self) -> Result<Option<String>, KeyError> {
        if self.store.has_keys().await? {
            return Ok(None);
        }
        let terms = KeyTerms {
            scopes: vec![Scope::Ask, Scope::Read, Scope::Admin],
            actor: "first start".to_owned(),
            ..KeyTerms::named("first")
        };
        let owner = |account_id, name| Owner::First { account_id, name };
        let (secret, is_stored) = self.add_key(terms, owner).await?;
        Ok(is_stored.then_some(secret))
    }

    /// All keys of accounts that have a name, the newest first.
    pub async fn keys(&self) -> Result<Vec<KeySummary>, StoreError> {
        let rows = self.store.keys().await?;
        Ok(rows.into_iter().map(key_summary).collect())
    }

    /// All accounts but those of guests, the newest first.
    pub async fn accounts(&self) -> Result<Vec<AccountSummary>, StoreError> {
        let rows = self.store.accounts(self.clock.now_ms()).await?;
        let summary = |row: rows::AccountRow| AccountSummary {
            account_id: row.account_id,
            name: row.name,
            issuer: row.issuer,
            keys: row.keys,
            tasks: row.tasks,
            created_at: timestamp(row.created_ms),
        };
        Ok(rows.into_iter().map(summary).collect())
    }

    /// Makes an account without a key; says whether there was none of that name.
    pub async fn create_account(&self, name: &str, actor: &str) -> Result<bool, KeyError> {
        let account_id = self.clock.account_id();
        let (name, actor) = (Name::new(name)?.into_text(), actor.to_owned());
        let now_ms = self.clock.now_ms();
        let added = self.store.add_account(account_id, name, now_ms, actor);
        Ok(added.await?)
    }

    /// Revokes a key, called by its label, its name or itself; returns what it was. What it has
    /// open ends within seconds, its tasks stay with the account.
    pub async fn revoke_key(&self, which: &str, actor: &str) -> Result<KeySummary, KeyError> {
        let now_ms = self.clock.now_ms();
        let which = Which::of(which);
        let row = self
            .store
            .revoke_key(which, now_ms, actor.to_owned())
            .await?;
        Ok(key_summary(row))
    }

    /// Makes a key in the place of another, which is called as for [`Self::revoke_key`]: of the
    /// same account, name, scopes and budget.
    pub async fn rotate_key(&self, which: &str, rotation: Rotation) -> Result<String, KeyError> {
        let secret = new_secret(KEY_PREFIX);
        let successor = rows::Successor {
            hash: hash(&secret),
            label: label(&secret),
            now_ms: self.clock.now_ms(),
            expires_ms: rotation.expires_at.map(Timestamp::as_millisecond),
            old_until_ms: rotation.old_until.map(Timestamp::as_millisecond),
            actor: rotation.actor,
        };
        self.store.rotate_key(Which::of(which), successor).await?;
        Ok(secret)
    }

    /// Begins a guest session; returns who the guest is and the secret that their cookie holds.
    pub async fn open_guest(&self) -> Result<(Principal, String), StoreError> {
        let account_id = self.clock.account_id();
        self.new_guest(account_id, account_id.to_string()).await
    }

    /// Likewise for a guest of a page that is embedded in another site.
    pub async fn open_embedded_guest(&self) -> Result<(Principal, String), StoreError> {
        let account_id = self.clock.account_id();
        self.new_guest(account_id, embedded(account_id)).await
    }

    async fn new_guest(
        &self,
        account_id: AccountId,
        budget_id: String,
    ) -> Result<(Principal, String), StoreError> {
        let secret = new_secret(GUEST_PREFIX);
        let hash = hash(&secret);
        let key = NewKey {
            hash,
            label: String::new(),
            budget_id: budget_id.clone(),
            name: "guest".to_owned(),
            scopes: scope::names(GUEST_SCOPES),
            now_ms: self.clock.now_ms(),
            expires_ms: None,
        };
        let owner = Owner::Guest { account_id };
        self.store.add_key(key, owner, None).await?;
        let principal = Principal {
            account_id,
            is_guest: true,
            scopes: GUEST_SCOPES.to_vec(),
            credential: Credential {
                key: Some(hash),
                expires_ms: None,
                label: String::new(),
                budget_id,
                signed_with: None,
            },
        };
        Ok((principal, secret))
    }

    /// Takes a guest's device out of their session; says whether it was the last one, so that
    /// nobody can reach what is left of it.
    pub async fn leave(&self, who: &Principal) -> Result<bool, StoreError> {
        let Some(key) = who.credential.key.filter(|_| who.is_guest) else {
            return Ok(false);
        };
        self.store.leave(key, who.account_id).await
    }

    /// Who the holder of this secret is, if it is (still) worth anything.
    pub async fn authenticate(&self, secret: &str) -> Result<Option<Principal>, StoreError> {
        let now_ms = self.clock.now_ms();
        let hash = hash(secret);
        let found = self.store.key(hash, now_ms).await?;
        Ok(found.map(|row| Principal::of_key(hash, row)))
    }

    /// Somebody whom an identity provider vouches for until then; their account is made when they
    /// come for the first time.
    pub async fn vouched(&self, vouched: Vouched) -> Result<Principal, StoreError> {
        let Vouched {
            issuer,
            subject,
            scopes,
            until,
            signed_with,
        } = vouched;
        let person = Person { issuer, subject };
        // An erased account is made anew, and is paid for from the same purse.
        let (known, budget_id) = self.store.person(person.clone()).await?;
        let account_id = match known {
            Some(account_id) => account_id,
            None => {
                let (new, now_ms) = (self.clock.account_id(), self.clock.now_ms());
                self.store.make_account_of(person, new, now_ms).await?
            }
        };
        Ok(Principal {
            account_id,
            is_guest: false,
            scopes,
            credential: Credential {
                key: None,
                expires_ms: Some(until.as_millisecond()),
                label: account_id.to_string(),
                budget_id,
                signed_with: Some(signed_with),
            },
        })
    }

    /// Which of these credentials are worth nothing any more. `changes` is what the last call
    /// returned beside them, 0 for the first: while nothing has changed, only dates are looked at.
    pub async fn ended(
        &self,
        held: Vec<Credential>,
        changes: u64,
    ) -> Result<(Vec<Credential>, u64), StoreError> {
        let now_ms = self.clock.now_ms();
        let keys = held
            .iter()
            .filter_map(|held| Some((held.key?, held.expires_ms)));
        let keys = keys.collect();
        let (lost, changes) = self.store.lost_keys(keys, changes, now_ms).await?;
        let has_ended = |held: &Credential| {
            held.expires_ms.is_some_and(|expires| expires <= now_ms)
                || held.key.is_some_and(|key| lost.contains(&key))
        };
        Ok((held.into_iter().filter(has_ended).collect(), changes))
    }
}

/// How a person calls a key.
#[derive(Debug, Clone)]
pub(crate) struct Which {
    pub text: String,
    pub hash: [u8; 32],
}

impl Which {
    fn of(text: &str) -> Self {
        let text = text.trim();
        Self {
            // A whole key is never repeated, not in an error either.
            text: if text.starts_with(KEY_PREFIX) {
                label(text)
            } else {
                text.to_owned()
            },
            hash: hash(text),
        }
    }
}

fn key_summary(row: rows::ListedKey) -> KeySummary {
    KeySummary {
        label: row.label,
        name: row.name,
        account: row.account,
        scopes: scope::parsed(&row.scopes),
        created_at: timestamp(row.created_ms),
        expires_at: row.expires_ms.map(timestamp),
        revoked_at: row.revoked_ms.map(timestamp),
    }
}
