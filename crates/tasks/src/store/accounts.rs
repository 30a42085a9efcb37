//! Accounts and their keys: who may ask. Keys are stored as hashes only.

use super::{
    Store, StoreError,
    audit::record,
    connection::{Connection, Lock, Row},
};
use crate::{
    AccountId, TaskId,
    accounts::{Act, Which, credential::embedded},
};

mod change;
mod people;

pub(crate) use self::{change::Successor, people::Person};

/// A key that may be used now, with its account.
pub(crate) struct KeyRow {
    pub account_id: AccountId,
    pub is_guest: bool,
    pub scopes: String,
    pub expires_ms: Option<i64>,
    pub label: String,
    pub budget_id: String,
}

/// A key that is to be stored.
pub(crate) struct NewKey {
    pub hash: [u8; 32],
    pub label: String,
    pub budget_id: String,
    pub name: String,
    pub scopes: String,
    pub now_ms: i64,
    pub expires_ms: Option<i64>,
}

/// Whose a new key is.
pub(crate) enum Owner {
    /// The account of that name; the id is for a new one, where there is none.
    Named { account_id: AccountId, name: String },
    /// The same, for the first key that there ever is.
    First { account_id: AccountId, name: String },
    /// A new guest.
    Guest { account_id: AccountId },
}

/// A key as lists show it.
pub(crate) struct ListedKey {
    pub label: String,
    pub name: String,
    pub account: String,
    pub scopes: String,
    pub created_ms: i64,
    pub expires_ms: Option<i64>,
    pub revoked_ms: Option<i64>,
}

/// An account as lists show it.
pub(crate) struct AccountRow {
    pub account_id: AccountId,
    pub name: String,
    pub issuer: Option<String>,
    pub keys: u64,
    pub tasks: u64,
    pub created_ms: i64,
}

impl Store {
    /// Stores a key, and its account if there is none of that name; an actor wants it recorded.
    /// Says whether it did: where it is to be the first, there may be one.
    pub(crate) async fn add_key(
        &self,
        key: NewKey,
        owner: Owner,
        actor: Option<String>,
    ) -> Result<bool, StoreError> {
        self.write(move |connection| {
            if let Owner::First { name, .. } = &owner {
                // Several nodes may start for the first time at once.
                connection.lock(Lock::Name(name))?;
                connection.lock(Lock::Keys)?;
                if has_keys(connection)? {
                    return Ok(false);
                }
            }
            let (account_id, account) = match &owner {
                Owner::Named { account_id, name } | Owner::First { account_id, name } => {
                    (named(connection, *account_id, name, key.now_ms)?, name)
                }
                Owner::Guest { account_id } => {
                    insert_account(connection, *account_id, ("guest", &key.name), key.now_ms)?;
                    (account_id.to_string(), &key.name)
                }
            };
            insert_key(connection, &account_id, &key)?;
            if let Some(actor) = actor {
                let object = called(&key.label, &key.name, account);
                record(connection, key.now_ms, Act::KeyCreated, (&actor, &object))?;
            }
            Ok(true)
        })
        .await
    }

    /// Stores an account unless there is one of that name; says whether it did.
    pub(crate) async fn add_account(
        &self,
        account_id: AccountId,
        name: String,
        now_ms: i64,
        actor: String,
    ) -> Result<bool, StoreError> {
        self.write(move |connection| {
            connection.lock(Lock::Name(&name))?;
            if account_of(connection, &name)?.is_some() {
                return Ok(false);
            }
            insert_account(connection, account_id, ("keyed", &name), now_ms)?;
            record(connection, now_ms, Act::AccountCreated, (&actor, &name))?;
            Ok(true)
        })
        .await
    }

    /// The key of that hash, unless it is revoked or has expired.
    pub(crate) async fn key(
        &self,
        hash: [u8; 32],
        now_ms: i64,
    ) -> Result<Option<KeyRow>, StoreError> {
        self.read(move |connection| {
            connection.row(
                "SELECT account_id, kind = 'guest', scopes, expires_ms, label, budget_id
                 FROM keys JOIN accounts USING (account_id)
                 WHERE hash = ?1 AND revoked_ms IS NULL
                    AND (expires_ms IS NULL OR expires_ms > ?2)",
                &[(&hash).into(), now_ms.into()],
                |row| {
                    Ok(KeyRow {
                        account_id: row.id(0)?,
                        is_guest: row.flag(1)?,
                        scopes: row.text(2)?,
                        expires_ms: row.maybe_number(3)?,
                        label: row.text(4)?,
                        budget_id: row.text(5)?,
                    })
                },
            )
        })
        .await
    }

    /// Whether any key was ever made for an account with a name.
    pub(crate) async fn has_keys(&self) -> Result<bool, StoreError> {
        self.read(has_keys).await
    }

    /// All keys but those of guests, the newest first.
    pub(crate) async fn keys(&self) -> Result<Vec<ListedKey>, StoreError> {
        self.read(|connection| {
            let made = connection.either("rowid", "made");
            let sql = format!("{LISTED} ORDER BY keys.created_ms DESC, keys.{made} DESC");
            connection.rows(&sql, &[], listed_key)
        })
        .await
    }

    /// All accounts but those of guests, the newest first.
    pub(crate) async fn accounts(&self, now_ms: i64) -> Result<Vec<AccountRow>, StoreError> {
        self.read(move |connection| {
            let made = connection.either("rowid", "made");
            let sql = format!(
                "SELECT account_id, name, issuer,
                    (SELECT count(*) FROM keys WHERE keys.account_id = accounts.account_id
                        AND revoked_ms IS NULL AND (expires_ms IS NULL OR expires_ms > ?1)),
                    (SELECT count(*) FROM tasks WHERE tasks.account_id = accounts.account_id),
                    created_ms
                 FROM accounts WHERE kind = 'keyed' ORDER BY created_ms DESC, {made} DESC"
            );
            connection.rows(&sql, &[now_ms.into()], |row| {
                Ok(AccountRow {
                    account_id: row.id(0)?,
                    name: row.text(1)?,
                    issuer: row.maybe_text(2)?,
                    keys: row.number(3)?,
                    tasks: row.number(4)?,
                    created_ms: row.number(5)?,
                })
            })
        })
        .await
    }

    /// Deletes a guest's key; says whether the account has no other.
    pub(crate) async fn leave(
        &self,
        key: [u8; 32],
        account_id: AccountId,
    ) -> Result<bool, StoreError> {
        self.write(move |connection| {
            // Of two that leave at once, one is the last.
            connection.lock(Lock::Account(account_id))?;
            connection.execute("DELETE FROM keys WHERE hash = ?1", &[(&key).into()])?;
            connection.one(
                "SELECT NOT EXISTS (SELECT 1 FROM keys WHERE account_id = ?1)",
                &[account_id.into()],
                |row| row.flag(0),
            )
        })
        .await
    }

    /// The unfinished tasks of an account.
    pub(crate) async fn unfinished(
        &self,
        account_id: AccountId,
    ) -> Result<Vec<TaskId>, StoreError> {
        self.read(move |connection| {
            task_ids(
                connection,
                "SELECT task_id FROM tasks WHERE account_id = ?1 AND finished_ms IS NULL",
                account_id,
            )
        })
        .await
    }

    /// Erases an account with its keys, tasks and events; returns the tasks.
    pub(crate) async fn erase_account(
        &self,
        account_id: AccountId,
        now_ms: i64,
    ) -> Result<Vec<TaskId>, StoreError> {
        self.write(move |connection| {
            connection.lock(Lock::Account(account_id))?;
            let tasks = task_ids(
                connection,
                "SELECT task_id FROM tasks WHERE account_id = ?1",
                account_id,
            )?;
            // Guests come and go; that an account with a name is gone should be found out. The name
            // of a person goes with it; a person may come back and go as often as they like, and
            // is told of only where something went with them.
            connection.execute(
                "INSERT INTO audit (at_ms, actor, act, object)
                 SELECT CAST(?2 AS BIGINT), 'its holder', CAST(?3 AS TEXT), account_id
                    || CASE WHEN subject IS NULL THEN ' (' || name || ')' ELSE '' END
                 FROM accounts
                 WHERE account_id = ?1 AND kind = 'keyed' AND (subject IS NULL
                    OR EXISTS (SELECT 1 FROM tasks WHERE tasks.account_id = ?1))",
                &[
                    account_id.into(),
                    now_ms.into(),
                    Act::AccountErased.name().into(),
                ],
            )?;
            let account = [account_id.into()];
            connection.execute("DELETE FROM accounts WHERE account_id = ?1", &account)?;
            // A guest's own budget is named after the account; nothing stays of who asked how much.
            let budgets = [account_id.into(), embedded(account_id).into()];
            connection.execute("DELETE FROM spending WHERE budget_id IN (?1, ?2)", &budgets)?;
            Ok(tasks)
        })
        .await
    }
}

/// Keeps an account as it is until the transaction ends: nobody else counts what it has, or erases
/// it. Nothing is held of one that is gone.
pub(super) fn hold(connection: &Connection<'_>, account_id: AccountId) -> Result<(), StoreError> {
    connection.lock(Lock::Account(account_id))?;
    let found = connection.row(
        "SELECT 1 FROM accounts WHERE account_id = ?1",
        &[account_id.into()],
        |_| Ok(()),
    )?;
    found.ok_or(StoreError::AccountGone)
}

fn has_keys(connection: &Connection<'_>) -> Result<bool, StoreError> {
    connection.one(
        "SELECT EXISTS (SELECT 1 FROM keys JOIN accounts USING (account_id)
            WHERE kind = 'keyed')",
        &[],
        |row| row.flag(0),
    )
}

fn task_ids(
    connection: &Connection<'_>,
    sql: &str,
    account_id: AccountId,
) -> Result<Vec<TaskId>, StoreError> {
    let ids = connection.rows(sql, &[account_id.into()], |row| row.text(0))?;
    Ok(ids.iter().filter_map(|id| id.parse().ok()).collect())
}

/// The account of that name, made if there is none.
fn named(
    connection: &Connection<'_>,
    new: AccountId,
    name: &str,
    now_ms: i64,
) -> Result<String, StoreError> {
    connection.lock(Lock::Name(name))?;
    if let Some(found) = account_of(connection, name)? {
        return Ok(found);
    }
    insert_account(connection, new, ("keyed", name), now_ms)?;
    Ok(new.to_string())
}

fn account_of(connection: &Connection<'_>, name: &str) -> Result<Option<String>, StoreError> {
    connection.row(
        "SELECT account_id FROM accounts
         WHERE kind = 'keyed' AND name = ?1 AND subject IS NULL
         ORDER BY account_id LIMIT 1",
        &[name.into()],
        |row| row.text(0),
    )
}

fn insert_account(
    connection: &Connection<'_>,
    account_id: AccountId,
    (kind, name): (&str, &str),
    now_ms: i64,
) -> Result<(), StoreError> {
    connection.execute(
        "INSERT INTO accounts (account_id, kind, name, created_ms) VALUES (?1, ?2, ?3, ?4)",
        &[account_id.into(), kind.into(), name.into(), now_ms.into()],
    )?;
    Ok(())
}

pub(super) fn insert_key(
    connection: &Connection<'_>,
    account_id: &str,
    key: &NewKey,
) -> Result<(), StoreError> {
    connection.execute(
        "INSERT INTO keys (hash, account_id, name, scopes, created_ms, expires_ms, label,
            budget_id)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        &[
            (&key.hash).into(),
            account_id.into(),
            (&key.name).into(),
            (&key.scopes).into(),
            key.now_ms.into(),
            key.expires_ms.into(),
            (&key.label).into(),
            (&key.budget_id).into(),
        ],
    )?;
    Ok(())
}

/// A key as the audit calls it: by its label, and by what people call it.
fn called(label: &str, name: &str, account: &str) -> String {
    if name == account {
        return format!("{label} ({name})");
    }
    format!("{label} ({name}, of {account})")
}

/// Keys with the names of their accounts.
const LISTED: &str = "SELECT label, keys.name AS name, accounts.name AS account, scopes,
        keys.created_ms AS created_ms, expires_ms, revoked_ms, hash
     FROM keys JOIN accounts USING (account_id) WHERE kind = 'keyed'";

fn listed_key(row: &Row<'_>) -> Result<ListedKey, StoreError> {
    Ok(ListedKey {
        label: row.text(0)?,
        name: row.text(1)?,
        account: row.text(2)?,
        scopes: row.text(3)?,
        created_ms: row.number(4)?,
        expires_ms: row.maybe_number(5)?,
        revoked_ms: row.maybe_number(6)?,
    })
}
