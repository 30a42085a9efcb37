//! The truth: what every reading, account and draw is, in one of two databases.
//!
//! SQLite inside the process serves one node; PostgreSQL is shared by several. What is done in a
//! transaction is written once, on a [`connection::Connection`] to either.

use std::{path::Path, sync::Arc, time::Duration};

use self::{connection::Connection, embedded::Embedded, postgres::Postgres};

pub(crate) mod accounts;
pub(crate) mod audit;
mod backup;
mod connection;
pub(crate) mod draws;
mod embedded;
mod export;
mod folder;
mod follow_up;
pub(crate) mod heads;
pub(crate) mod log;
pub(crate) mod open_text;
pub(crate) mod overview;
pub(crate) mod passes;
mod postgres;
pub(crate) mod queue;
pub(crate) mod reports;
mod retention;
pub(crate) mod row;
mod schema;
mod spending;
pub(crate) mod submit;
mod transfer;
mod value;
mod writer;

pub use self::{
    backup::{Backup, BackupError},
    folder::FolderLock,
    overview::Storage,
    postgres::DatabaseUrl,
    transfer::TransferError,
};

/// The database of one installation. A cheap handle; it is closed with the last one.
#[derive(Clone)]
pub struct Store {
    engine: Engine,
}

#[derive(Clone)]
enum Engine {
    Embedded(Arc<Embedded>),
    Postgres(Arc<Postgres>),
}

/// The storage cannot do what was asked of it now; what was stored before stands.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    #[error("the database does not answer")]
    Database(#[from] Arc<rusqlite::Error>),
    #[error("the database server does not answer")]
    Server(#[source] Arc<tokio_postgres::Error>),
    #[error("all connections to the database are in use")]
    Busy,
    #[error("the address of the database is wrong: {0}")]
    Address(String),
    #[error("the database holds an event that cannot be read")]
    Unreadable(#[source] Arc<serde_json::Error>),
    /// The column, counted from 0.
    #[error("the database holds a row that cannot be read (column {0})")]
    Misread(usize),
    #[error("the database lacks a row that it must have")]
    Missing,
    /// It was erased meanwhile; nothing is kept for it any more.
    #[error("there is no such account")]
    AccountGone,
    #[error("the database was written by a newer version (schema {0})")]
    TooNew(i64),
    #[error("the database belongs to another program")]
    Foreign,
    #[error("the database has undone a group of writes")]
    Undone,
    #[error("the database is closed")]
    Closed,
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(Arc::new(error))
    }
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Server(Arc::new(error))
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Unreadable(Arc::new(error))
    }
}

impl StoreError {
    /// What is behind it, in the words of whoever said it.
    pub(crate) fn cause(&self) -> String {
        let cause = std::error::Error::source(self);
        cause.map_or_else(|| self.to_string(), ToString::to_string)
    }

    /// Whether the file is no database, or a broken one: waiting will not help, a backup does.
    pub fn is_damage(&self) -> bool {
        let Self::Database(error) = self else {
            return false;
        };
        matches!(
            error.sqlite_error_code(),
            Some(rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase)
        )
    }
}

impl Store {
    /// Opens the database of a data folder, and makes or migrates it.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        Embedded::open(folder).map(Self::embedded)
    }

    /// Opens a database on one of SQLite's file systems, and does all work in its callers: for
    /// simulations, which run on one thread.
    pub fn open_inline(folder: &Path, file_system: &str) -> Result<Self, StoreError> {
        Embedded::open_inline(folder, file_system).map(Self::embedded)
    }

    /// A database that is gone with its last handle.
    pub fn in_memory() -> Result<Self, StoreError> {
        Embedded::in_memory().map(Self::embedded)
    }

    /// Connects to a PostgreSQL that several nodes share, and makes or migrates what is in it.
    pub async fn connect(url: &DatabaseUrl) -> Result<Self, StoreError> {
        let postgres = Postgres::connect(url.clone()).await?;
        Ok(Self {
            engine: Engine::Postgres(Arc::new(postgres)),
        })
    }

    fn embedded(embedded: Embedded) -> Self {
        Self {
            engine: Engine::Embedded(Arc::new(embedded)),
        }
    }

    /// Whether other nodes may use the same database.
    pub fn is_shared(&self) -> bool {
        match &self.engine {
            Engine::Embedded(_) => false,
            Engine::Postgres(_) => true,
        }
    }

    /// Runs `work` in a transaction and returns once it is on the disk. When `work` fails,
    /// nothing of it stays.
    pub(crate) async fn write<T, E>(
        &self,
        work: impl FnOnce(&Connection<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        match &self.engine {
            Engine::Embedded(embedded) => embedded.write(work).await,
            Engine::Postgres(postgres) => postgres.write(work).await,
        }
    }

    /// Runs `work` on the state of the last commit.
    pub(crate) async fn read<T, E>(
        &self,
        work: impl FnOnce(&Connection<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        match &self.engine {
            Engine::Embedded(embedded) => embedded.read(work).await,
            Engine::Postgres(postgres) => postgres.read(work).await,
        }
    }

    /// The time of this process that leases are told in where no other node has a say.
    fn lease_time(&self) -> Duration {
        match &self.engine {
            Engine::Embedded(embedded) => embedded.lease_time(),
            Engine::Postgres(_) => Duration::ZERO,
        }
    }
}

#[cfg(test)]
mod tests;
