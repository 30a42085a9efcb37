//! The truth on disk: an embedded SQLite database with one writer and group commit.

use std::{
    fs::File,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags};
use tokio::{
    sync::{Semaphore, oneshot},
    time::Instant,
};

use self::writer::{Job, Writer};

pub(crate) mod accounts;
pub(crate) mod audit;
mod backup;
pub(crate) mod draws;
mod export;
mod folder;
pub(crate) mod log;
pub(crate) mod overview;
pub(crate) mod passes;
pub(crate) mod queue;
pub(crate) mod reports;
mod retention;
pub(crate) mod row;
mod schema;
mod spending;
pub(crate) mod submit;
mod writer;

pub use self::{
    backup::{Backup, BackupError},
    folder::FolderLock,
    overview::Storage,
};

/// Reads at once; more than the cores would only wait for each other.
const READERS: usize = 4;

/// How long a connection waits for another process to leave the database.
const BUSY: Duration = Duration::from_secs(2);

/// The database of one installation. A cheap handle; the file is closed with the last one.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

struct Shared {
    writer: Writer,
    /// Absent for a database in memory, which is read by its writer.
    place: Option<Place>,
    idle_readers: Mutex<Vec<Connection>>,
    reading: Arc<Semaphore>,
    /// The beginning of the time that leases are told in.
    opened: Instant,
}

/// Where a database is.
#[derive(Debug, Clone)]
struct Place {
    path: PathBuf,
    /// SQLite's name for the file system; absent: the machine's.
    file_system: Option<String>,
}

/// The storage cannot do what was asked of it now; what was stored before stands.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    #[error("the database does not answer")]
    Database(#[from] Arc<rusqlite::Error>),
    #[error("the database holds an event that cannot be read")]
    Unreadable(#[source] Arc<serde_json::Error>),
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
        let path = database_of(folder);
        // SQLite gives its log the permissions of the database, so this holds for both.
        let made = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&path);
        if let Err(error) = made {
            tracing::debug!(error = %error, "the database file could not be made");
        }
        let place = Place {
            path,
            file_system: None,
        };
        let connection = place.create()?;
        Ok(Self::new(Writer::thread(connection)?, Some(place)))
    }

    /// Opens a database on one of SQLite's file systems, and does all work in its callers: for
    /// simulations, which run on one thread.
    pub fn open_inline(folder: &Path, file_system: &str) -> Result<Self, StoreError> {
        let place = Place {
            path: database_of(folder),
            file_system: Some(file_system.to_owned()),
        };
        let connection = place.create()?;
        Ok(Self::new(Writer::inline(connection), Some(place)))
    }

    /// A database that is gone with its last handle.
    pub fn in_memory() -> Result<Self, StoreError> {
        let connection = prepared(Connection::open_in_memory()?)?;
        Ok(Self::new(Writer::inline(connection), None))
    }

    fn new(writer: Writer, place: Option<Place>) -> Self {
        Self {
            shared: Arc::new(Shared {
                writer,
                place,
                idle_readers: Mutex::new(Vec::new()),
                reading: Arc::new(Semaphore::new(READERS)),
                opened: Instant::now(),
            }),
        }
    }

    /// Runs `work` in a transaction and returns once it is on the disk. When `work` fails,
    /// nothing of it stays.
    pub(crate) async fn write<T, E>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let write: writer::Write = Box::new(move |connection| {
            let outcome = connection.map_err(E::from).and_then(work);
            let keep = outcome.is_ok();
            let reply = Box::new(move |committed: Result<(), StoreError>| {
                // The caller may have gone; then nobody wants to know.
                let _ = answer.send(outcome.and_then(|value| Ok(committed.map(|()| value)?)));
            });
            (keep, reply)
        });
        self.shared.writer.hand_over(Job::Write(write)).await?;
        answered.await.map_err(|_| StoreError::Closed)?
    }

    /// Runs `work` on the state of the last commit.
    pub(crate) async fn read<T, E>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let shared = Arc::clone(&self.shared);
        if shared.place.is_none() {
            return self.write(work).await;
        }
        let snapshot = move |shared: &Shared| {
            shared.with_reader(|connection| {
                // One snapshot, so that what is read together belongs together.
                let snapshot = connection
                    .unchecked_transaction()
                    .map_err(StoreError::from)?;
                work(&snapshot)
            })
        };
        match &shared.writer {
            Writer::Inline { .. } => {
                shared.writer.catch_up();
                snapshot(&shared)
            }
            Writer::Thread { .. } => {
                let permit = Arc::clone(&shared.reading).acquire_owned().await;
                let permit = permit.map_err(|_| StoreError::Closed)?;
                let reading = tokio::task::spawn_blocking(move || {
                    // It is read on even when the caller goes away.
                    let _permit = permit;
                    snapshot(&shared)
                });
                reading.await.map_err(|_| StoreError::Closed)?
            }
        }
    }

    /// The time that leases are told in: of this process, from when the store was opened.
    pub(crate) fn lease_time(&self) -> Duration {
        self.shared.opened.elapsed()
    }
}

impl Shared {
    fn with_reader<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let idle = || {
            self.idle_readers
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        let waiting = idle().pop();
        let connection = match (waiting, &self.place) {
            (Some(connection), _) => connection,
            (None, Some(place)) => place.reader()?,
            (None, None) => return Err(StoreError::Closed.into()),
        };
        let outcome = work(&connection);
        idle().push(connection);
        outcome
    }
}

impl Place {
    fn open(&self, flags: OpenFlags) -> Result<Connection, StoreError> {
        Ok(match &self.file_system {
            None => Connection::open_with_flags(&self.path, flags)?,
            Some(name) => Connection::open_with_flags_and_vfs(&self.path, flags, name.as_str())?,
        })
    }

    /// The connection of the writer; the database is made or migrated.
    fn create(&self) -> Result<Connection, StoreError> {
        let connection = self.open(OpenFlags::default())?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        prepared(connection)
    }

    fn reader(&self) -> Result<Connection, StoreError> {
        let connection =
            self.open(OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        configure(&connection)?;
        connection.pragma_update(None, "query_only", "on")?;
        Ok(connection)
    }
}

/// Where the database of a data folder is.
fn database_of(folder: &Path) -> PathBuf {
    folder.join("kaucim.db")
}

fn prepared(mut connection: Connection) -> Result<Connection, StoreError> {
    configure(&connection)?;
    connection.pragma_update(None, "secure_delete", "on")?;
    schema::migrate(&mut connection)?;
    Ok(connection)
}

fn configure(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", "on")?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
}

#[cfg(test)]
mod tests;
