//! People whom an identity provider vouches for: their accounts, and from what they pay.

use std::fmt::Write;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::{Connection, Lock};
use crate::{AccountId, Store, StoreError};

/// Somebody, as an identity provider calls itself and them. No account of keys is theirs, whatever
/// it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person {
    pub issuer: String,
    pub subject: String,
}

impl Store {
    /// Somebody's account, if they have one, and what their purse is called.
    pub(crate) async fn person(
        &self,
        person: Person,
    ) -> Result<(Option<AccountId>, String), StoreError> {
        self.read(move |connection| {
            let purse = purse(connection, &person)?;
            Ok((account_of(connection, &person)?, purse))
        })
        .await
    }

    /// Somebody's account, made where there is none.
    pub(crate) async fn make_account_of(
        &self,
        person: Person,
        account_id: AccountId,
        now_ms: i64,
    ) -> Result<AccountId, StoreError> {
        self.write(move |connection| {
            connection.lock(Lock::Name(&person.subject))?;
            if let Some(found) = account_of(connection, &person)? {
                return Ok(found);
            }
            let Person { issuer, subject } = &person;
            connection.execute(
                "INSERT INTO accounts (account_id, kind, name, created_ms, issuer, subject)
                 VALUES (?1, 'keyed', ?2, ?3, ?4, ?2)",
                &[
                    account_id.into(),
                    subject.into(),
                    now_ms.into(),
                    issuer.into(),
                ],
            )?;
            Ok(account_id)
        })
        .await
    }
}

fn account_of(
    connection: &Connection<'_>,
    person: &Person,
) -> Result<Option<AccountId>, StoreError> {
    connection.row(
        "SELECT account_id FROM accounts WHERE issuer = ?1 AND subject = ?2",
        &[(&person.issuer).into(), (&person.subject).into()],
        |row| row.id(0),
    )
}

/// What somebody's purse is called: always the same, also after their account was erased, and
/// nothing that can be made from their name without the key of this store.
fn purse(connection: &Connection<'_>, person: &Person) -> Result<String, StoreError> {
    let key = connection.one("SELECT key FROM person_key", &[], |row| row.maybe_bytes(0))?;
    let key = key.ok_or(StoreError::Missing)?;
    let mut hash = Hmac::<Sha256>::new_from_slice(&key).expect("a key of any length");
    // With its length before it, no other pair comes to the same.
    let length = u64::try_from(person.issuer.len()).unwrap_or(u64::MAX);
    hash.update(&length.to_be_bytes());
    hash.update(person.issuer.as_bytes());
    hash.update(person.subject.as_bytes());
    let digest = hash.finalize().into_bytes();
    let mut name = "person_".to_owned();
    for byte in digest.iter().take(16) {
        // Writing into a string cannot fail.
        let _ = write!(name, "{byte:02x}");
    }
    Ok(name)
}
