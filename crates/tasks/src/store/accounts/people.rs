//! People whom an identity provider vouches for: their accounts, and from what they pay.

use std::fmt::Write;

use hmac::{Hmac, KeyInit, Mac};
use rusqlite::{Connection, OptionalExtension, params};
use sha2::Sha256;

use super::account_id as as_account_id;
use crate::{AccountId, Store, StoreError, store::row::parsed};

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
            if let Some(found) = account_of(connection, &person)? {
                return Ok(found);
            }
            let Person { issuer, subject } = person;
            connection
                .prepare_cached(
                    "INSERT INTO accounts (account_id, kind, name, created_ms, issuer, subject)
                     VALUES (?1, 'keyed', ?2, ?3, ?4, ?2)",
                )?
                .execute(params![account_id.to_string(), subject, now_ms, issuer])?;
            Ok(account_id)
        })
        .await
    }
}

fn account_of(
    connection: &Connection,
    person: &Person,
) -> Result<Option<AccountId>, rusqlite::Error> {
    connection
        .prepare_cached("SELECT account_id FROM accounts WHERE issuer = ?1 AND subject = ?2")?
        .query_row([&person.issuer, &person.subject], |row| {
            parsed(row, 0, as_account_id)
        })
        .optional()
}

/// What somebody's purse is called: always the same, also after their account was erased, and
/// nothing that can be made from their name without the key of this store.
fn purse(connection: &Connection, person: &Person) -> Result<String, rusqlite::Error> {
    let key: Vec<u8> = connection
        .prepare_cached("SELECT key FROM person_key")?
        .query_row([], |row| row.get(0))?;
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
