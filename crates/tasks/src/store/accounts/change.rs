//! Keys that are revoked, or make room for another.

use super::{
    Connection, LISTED, ListedKey, Lock, NewKey, Which, called, insert_key, listed_key, record,
};
use crate::{
    Store, StoreError,
    accounts::{Act, KeyError},
};

/// A key that takes the place of another.
pub(crate) struct Successor {
    pub hash: [u8; 32],
    pub label: String,
    pub now_ms: i64,
    pub expires_ms: Option<i64>,
    pub old_until_ms: Option<i64>,
    pub actor: String,
}

impl Store {
    /// Revokes the key that is meant; returns what it was.
    pub(crate) async fn revoke_key(
        &self,
        which: Which,
        now_ms: i64,
        actor: String,
    ) -> Result<ListedKey, KeyError> {
        self.write(move |connection| {
            let (hash, key) = meant(connection, &which)?;
            end(connection, &hash, now_ms, now_ms)?;
            let object = called(&key.label, &key.name, &key.account);
            record(connection, now_ms, Act::KeyRevoked, (&actor, &object))?;
            Ok(key)
        })
        .await
    }

    /// Stores a key in the place of the one that is meant, which ends now or a little later.
    pub(crate) async fn rotate_key(
        &self,
        which: Which,
        successor: Successor,
    ) -> Result<(), KeyError> {
        self.write(move |connection| {
            let (hash, old) = meant(connection, &which)?;
            let now_ms = successor.now_ms;
            let lifetime = old.expires_ms.map(|end| end - old.created_ms);
            let (account_id, budget_id) = connection.one(
                "SELECT account_id, budget_id FROM keys WHERE hash = ?1",
                &[(&hash).into()],
                |row| Ok((row.text(0)?, row.text(1)?)),
            )?;
            let key = NewKey {
                hash: successor.hash,
                label: successor.label,
                budget_id,
                name: old.name,
                scopes: old.scopes,
                now_ms,
                expires_ms: successor
                    .expires_ms
                    .or_else(|| lifetime.map(|lifetime| now_ms + lifetime)),
            };
            insert_key(connection, &account_id, &key)?;
            end(
                connection,
                &hash,
                now_ms,
                successor.old_until_ms.unwrap_or(now_ms),
            )?;
            let new = called(&key.label, &key.name, &old.account);
            let words = format!("{} by {new}", old.label);
            record(
                connection,
                now_ms,
                Act::KeyRotated,
                (&successor.actor, &words),
            )?;
            Ok(())
        })
        .await
    }

    /// Which of these keys are revoked, gone or over, unless nothing has changed since `seen`; and
    /// how much has changed by now. Each comes with the end that its holder knows: where the key
    /// has got another one, 0 is returned, so that it is looked at again the next time.
    pub(crate) async fn lost_keys(
        &self,
        held: Vec<([u8; 32], Option<i64>)>,
        seen: u64,
        now_ms: i64,
    ) -> Result<(Vec<[u8; 32]>, u64), StoreError> {
        self.read(move |connection| {
            let sql = "SELECT changes FROM credentials";
            let changes: u64 = connection.one(sql, &[], |row| row.number(0))?;
            let mut lost = Vec::new();
            if changes == seen {
                return Ok((lost, changes));
            }
            let mut is_moved = false;
            for (hash, known_end) in held {
                let end: Option<Option<i64>> = connection.row(
                    "SELECT expires_ms FROM keys WHERE hash = ?1 AND revoked_ms IS NULL",
                    &[(&hash).into()],
                    |row| row.maybe_number(0),
                )?;
                match end {
                    None => lost.push(hash),
                    Some(Some(end)) if end <= now_ms => lost.push(hash),
                    Some(end) => is_moved |= end != known_end,
                }
            }
            Ok((lost, if is_moved { 0 } else { changes }))
        })
        .await
    }
}

/// The one key in use that is called so: by itself, else by its label, else by its name. So none
/// is in another's way, whatever it is named.
fn meant(connection: &Connection<'_>, which: &Which) -> Result<([u8; 32], ListedKey), KeyError> {
    connection.lock(Lock::Keys)?;
    let sql = format!(
        "WITH called AS (
            SELECT of_all.*, CASE WHEN hash = ?2 THEN 1 WHEN label = ?1 THEN 2 ELSE 3 END AS way
            FROM ({LISTED} AND revoked_ms IS NULL) AS of_all
            WHERE hash = ?2 OR label = ?1 OR name = ?1)
         SELECT * FROM called WHERE way = (SELECT min(way) FROM called)"
    );
    let values = [(&which.text).into(), (&which.hash).into()];
    let mut found = connection.rows(&sql, &values, |row| Ok((row.hash(7)?, listed_key(row)?)))?;
    match (found.pop(), found.len()) {
        (Some(key), 0) => Ok(key),
        (None, _) => Err(KeyError::NotFound(which.text.clone())),
        (Some(_), more) => Err(KeyError::Ambiguous(which.text.clone(), more as u64 + 1)),
    }
}

/// Ends a key at once, or later if it would not end before.
fn end(
    connection: &Connection<'_>,
    hash: &[u8; 32],
    now_ms: i64,
    at_ms: i64,
) -> Result<(), StoreError> {
    let sql = if at_ms <= now_ms {
        "UPDATE keys SET revoked_ms = ?2 WHERE hash = ?1"
    } else {
        "UPDATE keys SET expires_ms = CASE WHEN expires_ms < ?2 THEN expires_ms ELSE ?2 END
         WHERE hash = ?1"
    };
    connection.execute(sql, &[hash.into(), at_ms.into()])?;
    Ok(())
}
