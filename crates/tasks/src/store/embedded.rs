//! SQLite inside this process: one writer with group commit, and a few readers.

use std::{
    fs::File,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rusqlite::{Connection as Sqlite, OpenFlags};
use tokio::{
    sync::{Semaphore, oneshot},
    time::Instant,
};

use super::{
    StoreError,
    connection::Connection,
    schema,
    writer::{Job, Write, Writer},
};

/// Reads at once; more than the cores would only wait for each other.
const READERS: usize = 4;

/// How long a connection waits for another process to leave the database.
pub(super) const BUSY: Duration = Duration::from_secs(2);

/// A database that belongs to this process.
pub(super) struct Embedded {
    pub(super) writer: Writer,
    /// Absent for a database in memory, which is read by its writer.
    place: Option<Place>,
    idle_readers: Mutex<Vec<Sqlite>>,
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

impl Embedded {
    /// Opens the database of a data folder, and makes or migrates it.
    pub(super) fn open(folder: &Path) -> Result<Self, StoreError> {
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

    /// The same on one of SQLite's file systems, with all work done in its callers.
    pub(super) fn open_inline(folder: &Path, file_system: &str) -> Result<Self, StoreError> {
        let place = Place {
            path: database_of(folder),
            file_system: Some(file_system.to_owned()),
        };
        let connection = place.create()?;
        Ok(Self::new(Writer::inline(connection), Some(place)))
    }

    pub(super) fn in_memory() -> Result<Self, StoreError> {
        let connection = prepared(Sqlite::open_in_memory()?)?;
        Ok(Self::new(Writer::inline(connection), None))
    }

    fn new(writer: Writer, place: Option<Place>) -> Self {
        Self {
            writer,
            place,
            idle_readers: Mutex::new(Vec::new()),
            reading: Arc::new(Semaphore::new(READERS)),
            opened: Instant::now(),
        }
    }

    pub(super) fn is_in_memory(&self) -> bool {
        self.place.is_none()
    }

    /// The time that leases are told in: of this process, from when the store was opened.
    pub(super) fn lease_time(&self) -> Duration {
        self.opened.elapsed()
    }

    /// Runs `work` in a transaction and returns once it is on the disk. When `work` fails,
    /// nothing of it stays.
    pub(super) async fn write<T, E>(
        &self,
        work: impl FnOnce(&Connection<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let write: Write = Box::new(move |connection| {
            let outcome = connection
                .map_err(E::from)
                .and_then(|connection| work(&Connection::Embedded(connection)));
            let keep = outcome.is_ok();
            let reply = Box::new(move |committed: Result<(), StoreError>| {
                // The caller may have gone; then nobody wants to know.
                let _ = answer.send(outcome.and_then(|value| Ok(committed.map(|()| value)?)));
            });
            (keep, reply)
        });
        self.writer.hand_over(Job::Write(write)).await?;
        answered.await.map_err(|_| StoreError::Closed)?
    }

    /// Runs `work` on the state of the last commit.
    pub(super) async fn read<T, E>(
        self: &Arc<Self>,
        work: impl FnOnce(&Connection<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let shared = Arc::clone(self);
        if shared.is_in_memory() {
            return self.write(work).await;
        }
        let snapshot = move |shared: &Self| {
            shared.with_reader(|connection| {
                // One snapshot, so that what is read together belongs together.
                let snapshot = connection
                    .unchecked_transaction()
                    .map_err(StoreError::from)?;
                work(&Connection::Embedded(&snapshot))
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

    fn with_reader<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&Sqlite) -> Result<T, E>,
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
    fn open(&self, flags: OpenFlags) -> Result<Sqlite, StoreError> {
        Ok(match &self.file_system {
            None => Sqlite::open_with_flags(&self.path, flags)?,
            Some(name) => Sqlite::open_with_flags_and_vfs(&self.path, flags, name.as_str())?,
        })
    }

    /// The connection of the writer; the database is made or migrated.
    fn create(&self) -> Result<Sqlite, StoreError> {
        let connection = self.open(OpenFlags::default())?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        prepared(connection)
    }

    fn reader(&self) -> Result<Sqlite, StoreError> {
        let connection =
            self.open(OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        configure(&connection)?;
        connection.pragma_update(None, "query_only", "on")?;
        Ok(connection)
    }
}

/// Where the database of a data folder is.
pub(super) fn database_of(folder: &Path) -> PathBuf {
    folder.join("kaucim.db")
}

fn prepared(mut connection: Sqlite) -> Result<Sqlite, StoreError> {
    configure(&connection)?;
    connection.pragma_update(None, "secure_delete", "on")?;
    schema::migrate(&mut connection)?;
    Ok(connection)
}

fn configure(connection: &Sqlite) -> Result<(), rusqlite::Error> {
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", "on")?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
}
