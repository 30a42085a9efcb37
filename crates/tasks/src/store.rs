//! The truth on disk: an embedded SQLite database with one writer and group commit.

use std::{
    fs::File,
    os::unix::fs::OpenOptionsExt,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread::JoinHandle,
};

use rusqlite::{Connection, OpenFlags};
use tokio::sync::{Semaphore, oneshot};

pub(crate) mod accounts;
pub(crate) mod log;
mod overview;
pub(crate) mod row;
mod schema;
pub(crate) mod submit;

/// Reads at once; more than the cores would only wait for each other.
const READERS: usize = 4;

/// Writes that share one commit (and one flush of the disk) at most.
const GROUP: usize = 256;

/// The database of one installation. A cheap handle; the file is closed with the last one.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

struct Shared {
    /// Unbounded, since every sender awaits its own answer: as long as there are callers.
    jobs: Option<mpsc::Sender<Job>>,
    writer: Option<JoinHandle<()>>,
    /// Absent for a database in memory, which is read by its writer.
    path: Option<PathBuf>,
    idle_readers: Mutex<Vec<Connection>>,
    reading: Arc<Semaphore>,
}

/// One write: runs inside the group's transaction (or learns why there is none) and says whether
/// to keep what it did. What it returns is called once the group is committed, or is not.
type Job = Box<dyn FnOnce(Result<&Connection, StoreError>) -> (bool, Answer) + Send>;
type Answer = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// The storage cannot do what was asked of it now; what was stored before stands.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    #[error("the database does not answer")]
    Database(#[from] Arc<rusqlite::Error>),
    #[error("the database holds an event that cannot be read")]
    Unreadable(#[source] Arc<serde_json::Error>),
    #[error("the database was written by a newer version (schema {0})")]
    TooNew(i64),
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

/// Holds a data folder for one server, until it is dropped or the process ends.
#[derive(Debug)]
pub struct FolderLock {
    _file: File,
}

impl FolderLock {
    /// Takes the folder, or says that another process has it (`None`).
    pub fn take(folder: &Path) -> std::io::Result<Option<Self>> {
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(folder.join("kaucim.lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(std::fs::TryLockError::WouldBlock) => Ok(None),
            Err(std::fs::TryLockError::Error(error)) => Err(error),
        }
    }
}

impl Store {
    /// Opens the database of a data folder, and makes or migrates it.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join("kaucim.db");
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
        let connection = Connection::open(&path)?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        Self::start(connection, Some(path))
    }

    /// A database that is gone with its last handle.
    pub fn in_memory() -> Result<Self, StoreError> {
        Self::start(Connection::open_in_memory()?, None)
    }

    fn start(mut connection: Connection, path: Option<PathBuf>) -> Result<Self, StoreError> {
        configure(&connection)?;
        connection.pragma_update(None, "secure_delete", "on")?;
        schema::migrate(&mut connection)?;
        let (jobs, queue) = mpsc::channel();
        let writer = std::thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || write_all(&mut connection, &queue))
            .map_err(|_| StoreError::Closed)?;
        Ok(Self {
            shared: Arc::new(Shared {
                jobs: Some(jobs),
                writer: Some(writer),
                path,
                idle_readers: Mutex::new(Vec::new()),
                reading: Arc::new(Semaphore::new(READERS)),
            }),
        })
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
        let job: Job = Box::new(move |connection| {
            let outcome = connection.map_err(E::from).and_then(work);
            let keep = outcome.is_ok();
            let reply = Box::new(move |committed: Result<(), StoreError>| {
                // The caller may have gone; then nobody wants to know.
                let _ = answer.send(outcome.and_then(|value| Ok(committed.map(|()| value)?)));
            });
            (keep, reply)
        });
        self.shared
            .jobs
            .as_ref()
            .and_then(|jobs| jobs.send(job).ok())
            .ok_or(StoreError::Closed)?;
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
        if self.shared.path.is_none() {
            return self.write(work).await;
        }
        self.with_reader(move |connection| {
            // One snapshot, so that what is read together belongs together.
            let snapshot = connection
                .unchecked_transaction()
                .map_err(StoreError::from)?;
            work(&snapshot)
        })
        .await
    }

    /// Empties the write-ahead log, which would keep what was erased until it is written over. As
    /// far as it can: later checkpoints do the rest.
    pub(crate) async fn overwrite_erased(&self) {
        if self.shared.path.is_none() {
            return;
        }
        let is_busy = self.with_reader(|connection| {
            Ok::<bool, StoreError>(connection.query_row(
                "PRAGMA wal_checkpoint(TRUNCATE)",
                [],
                |row| row.get(0),
            )?)
        });
        match is_busy.await {
            Ok(false) => {}
            Ok(true) => tracing::warn!("the write-ahead log is in use and keeps what was erased"),
            Err(error) => tracing::warn!(error = %error, "the write-ahead log was not emptied"),
        }
    }

    async fn with_reader<T, E>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let shared = Arc::clone(&self.shared);
        let permit = Arc::clone(&shared.reading).acquire_owned().await;
        let permit = permit.map_err(|_| StoreError::Closed)?;
        let reading = tokio::task::spawn_blocking(move || {
            // It is read on even when the caller goes away.
            let _permit = permit;
            let connection = shared.reader()?;
            let outcome = work(&connection);
            shared
                .idle_readers
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(connection);
            outcome
        });
        reading.await.map_err(|_| StoreError::Closed)?
    }
}

impl Shared {
    fn reader(&self) -> Result<Connection, StoreError> {
        let idle = self
            .idle_readers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        if let Some(connection) = idle {
            return Ok(connection);
        }
        let path = self.path.as_ref().ok_or(StoreError::Closed)?;
        let connection = Connection::open_with_flags(
            path,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?;
        configure(&connection)?;
        connection.pragma_update(None, "query_only", "on")?;
        Ok(connection)
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(writer) = self.writer.take() {
            // It ends with the last sender; a panic in it has already failed its callers.
            let _ = writer.join();
        }
    }
}

fn configure(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", "on")?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
}

/// The writer: takes what has come, commits it as one group, then answers.
fn write_all(connection: &mut Connection, queue: &mpsc::Receiver<Job>) {
    while let Ok(first) = queue.recv() {
        let mut answers = Vec::new();
        let group = || commit_group(connection, queue, first, &mut answers);
        // A write that panics takes its group with it, never the writer: others go on.
        let committed = catch_unwind(AssertUnwindSafe(group)).unwrap_or(Err(StoreError::Undone));
        if let Err(error) = &committed {
            tracing::error!(error = %error, "the database could not be written");
        }
        for answer in answers {
            answer(committed.clone());
        }
    }
}

fn commit_group(
    connection: &mut Connection,
    queue: &mpsc::Receiver<Job>,
    first: Job,
    answers: &mut Vec<Answer>,
) -> Result<(), StoreError> {
    let begun = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate);
    let mut transaction = match begun {
        Ok(transaction) => transaction,
        Err(error) => {
            let error = StoreError::from(error);
            answers.push(first(Err(error.clone())).1);
            return Err(error);
        }
    };
    let mut next = Some(first);
    while let Some(job) = next {
        let savepoint = transaction.savepoint()?;
        let (keep, answer) = job(Ok(&savepoint));
        answers.push(answer);
        // A full disk and the like undo the whole group. Whatever came after would be on its own,
        // and stay although its caller is told that it failed.
        if savepoint.is_autocommit() {
            return Err(StoreError::Undone);
        }
        if keep {
            savepoint.commit()?;
        } else {
            drop(savepoint);
        }
        next = if answers.len() < GROUP {
            queue.try_recv().ok()
        } else {
            None
        };
    }
    transaction.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests;
