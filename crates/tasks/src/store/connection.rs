//! One connection to whichever database it is, inside a transaction: what decides is written once,
//! and so is every statement that both understand.

use rusqlite::params_from_iter;
use sha2::{Digest, Sha256};

use super::{StoreError, postgres::Session, value::Value};
use crate::{AccountId, clock::millis};

pub(super) use super::value::Row;

/// A connection to one of the two databases. Statements number what they are given `?1`, `?2` ….
pub(crate) enum Connection<'a> {
    Embedded(&'a rusqlite::Connection),
    Postgres(&'a Session),
}

/// What no two transactions may do at once, in the order in which one of them takes several. The
/// embedded database has one writer, which is all of these.
#[derive(Debug, Clone, Copy)]
pub(super) enum Lock<'a> {
    /// Whatever is counted for one account.
    Account(AccountId),
    /// Making an account that is found by a name.
    Name(&'a str),
    /// Changing keys.
    Keys,
    /// Paying from a budget that has an end.
    Budget(&'a str),
    /// Giving a lot to a matter.
    Matter(&'a [u8; 32]),
    /// Freeing what others have held for too long.
    Leases,
}

impl Connection<'_> {
    /// Runs a statement; returns how many rows it has changed.
    pub(super) fn execute(&self, sql: &str, values: &[Value<'_>]) -> Result<usize, StoreError> {
        match self {
            Self::Embedded(connection) => {
                let mut statement = connection.prepare_cached(sql)?;
                Ok(statement.execute(params_from_iter(values))?)
            }
            Self::Postgres(session) => session.execute(sql, values),
        }
    }

    /// The first row of an answer, if it has any.
    pub(super) fn row<T>(
        &self,
        sql: &str,
        values: &[Value<'_>],
        read: impl FnOnce(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        match self {
            Self::Embedded(connection) => {
                let mut statement = connection.prepare_cached(sql)?;
                let mut rows = statement.query(params_from_iter(values))?;
                let row = rows.next()?;
                row.map(|row| read(&Row::Embedded(row))).transpose()
            }
            Self::Postgres(session) => {
                let rows = session.query(sql, values)?;
                let row = rows.first();
                row.map(|row| read(&Row::Postgres(row))).transpose()
            }
        }
    }

    /// The first row of an answer that must have one.
    pub(super) fn one<T>(
        &self,
        sql: &str,
        values: &[Value<'_>],
        read: impl FnOnce(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.row(sql, values, read)?.ok_or(StoreError::Missing)
    }

    /// All rows of an answer.
    pub(super) fn rows<T>(
        &self,
        sql: &str,
        values: &[Value<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut all = Vec::new();
        match self {
            Self::Embedded(connection) => {
                let mut statement = connection.prepare_cached(sql)?;
                let mut rows = statement.query(params_from_iter(values))?;
                while let Some(row) = rows.next()? {
                    all.push(read(&Row::Embedded(row))?);
                }
            }
            Self::Postgres(session) => {
                for row in &session.query(sql, values)? {
                    all.push(read(&Row::Postgres(row))?);
                }
            }
        }
        Ok(all)
    }

    /// The words for this database, where the two do not say the same.
    pub(super) fn either<T>(&self, embedded: T, postgres: T) -> T {
        match self {
            Self::Embedded(_) => embedded,
            Self::Postgres(_) => postgres,
        }
    }

    /// What keeps the rows of a selection as they are until the transaction ends.
    pub(super) fn for_update(&self) -> &'static str {
        self.either("", " FOR UPDATE")
    }

    /// The same for the rows that nobody else has; the others are left out.
    pub(super) fn skip_locked(&self) -> &'static str {
        self.either("", " FOR UPDATE SKIP LOCKED")
    }

    /// Waits until nobody else does the same, and keeps others from it until the transaction ends.
    pub(super) fn lock(&self, what: Lock<'_>) -> Result<(), StoreError> {
        match self {
            Self::Embedded(_) => Ok(()),
            Self::Postgres(session) => {
                session.query("SELECT pg_advisory_xact_lock(?1)", &[what.number().into()])?;
                Ok(())
            }
        }
    }

    /// The time that leases are told in, in milliseconds: of this process where it is alone with
    /// its database, else the server's, which all nodes share.
    pub(super) fn lease_ms(&self, of_process: std::time::Duration) -> Result<i64, StoreError> {
        match self {
            Self::Embedded(_) => Ok(millis(of_process)),
            Self::Postgres(_) => self.one(
                "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)",
                &[],
                |row| row.number(0),
            ),
        }
    }
}

impl Lock<'_> {
    /// What the server knows it by. Two that meet by chance only wait for each other.
    fn number(self) -> i64 {
        let (kind, name) = match self {
            Self::Account(account_id) => ("account", account_id.to_string().into_bytes()),
            Self::Name(name) => ("name", name.as_bytes().to_vec()),
            Self::Keys => ("keys", Vec::new()),
            Self::Budget(name) => ("budget", name.as_bytes().to_vec()),
            Self::Matter(hash) => ("matter", hash.to_vec()),
            Self::Leases => ("leases", Vec::new()),
        };
        let hash = Sha256::new()
            .chain_update("kaucim ")
            .chain_update(kind)
            .chain_update([0])
            .chain_update(name)
            .finalize();
        let mut number = [0; 8];
        number.copy_from_slice(&hash[..8]);
        i64::from_be_bytes(number)
    }
}
