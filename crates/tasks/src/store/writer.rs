//! The one writer: takes what has come, commits it as one group, then answers.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Mutex, MutexGuard, PoisonError, mpsc},
    thread::JoinHandle,
    time::Duration,
};

use rusqlite::{Connection, TransactionBehavior};

use super::{StoreError, embedded::BUSY};

/// Writes that share one commit (and one flush of the disk) at most.
const GROUP: usize = 256;

/// How long emptying the log may keep other writes waiting for a reader to leave.
const BUSY_EMPTYING: Duration = Duration::from_millis(100);

/// Something that only the writer does.
pub(super) enum Job {
    Write(Write),
    /// Empties the write-ahead log; says whether nobody was in the way.
    Empty(Box<dyn FnOnce(Result<bool, StoreError>) + Send>),
}

/// One write: runs inside the group's transaction (or learns why there is none) and says whether
/// to keep what it did. What it returns is called once the group is committed, or is not.
pub(super) type Write = Box<dyn FnOnce(Result<&Connection, StoreError>) -> (bool, Answer) + Send>;
pub(super) type Answer = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// Where the writer runs.
pub(super) enum Writer {
    /// On a thread of its own, so that nobody waits for the disk who need not.
    Thread {
        /// Unbounded, since every sender awaits its own answer: as long as there are callers.
        jobs: Option<mpsc::Sender<Job>>,
        thread: Option<JoinHandle<()>>,
    },
    /// In whoever writes next: for databases in memory, and for simulations on one thread.
    Inline {
        jobs: Mutex<VecDeque<Job>>,
        connection: Mutex<Connection>,
    },
}

impl Writer {
    pub(super) fn thread(mut connection: Connection) -> Result<Self, StoreError> {
        let (jobs, queue) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || {
                while let Ok(first) = queue.recv() {
                    let mut next = || queue.try_recv().ok();
                    let done = || do_all(&mut connection, first, &mut next);
                    // Whatever panics, a log that cannot be written among others: the callers are
                    // told by the loss of their answers, and the next ones are served.
                    let _ = catch_unwind(AssertUnwindSafe(done));
                }
            })
            .map_err(|_| StoreError::Closed)?;
        Ok(Self::Thread {
            jobs: Some(jobs),
            thread: Some(thread),
        })
    }

    pub(super) fn inline(connection: Connection) -> Self {
        Self::Inline {
            jobs: Mutex::default(),
            connection: Mutex::new(connection),
        }
    }

    /// Hands a job over; it is done whatever becomes of its caller.
    pub(super) async fn hand_over(&self, job: Job) -> Result<(), StoreError> {
        match self {
            Self::Thread { jobs, .. } => jobs
                .as_ref()
                .and_then(|jobs| jobs.send(job).ok())
                .ok_or(StoreError::Closed),
            Self::Inline { jobs, .. } => {
                lock(jobs).push_back(job);
                // Others may want to share the commit.
                tokio::task::yield_now().await;
                self.catch_up();
                Ok(())
            }
        }
    }

    /// Does what was handed over to an inline writer.
    pub(super) fn catch_up(&self) {
        let Self::Inline { jobs, connection } = self else {
            return;
        };
        let mut connection = lock(connection);
        let mut next = || lock(jobs).pop_front();
        while let Some(first) = next() {
            do_all(&mut connection, first, &mut next);
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let Self::Thread { jobs, thread } = self else {
            return;
        };
        drop(jobs.take());
        if let Some(thread) = thread.take() {
            // It ends with the last sender; a panic in it has already failed its callers.
            let _ = thread.join();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Does a job, and those that have come in the meantime with it.
fn do_all(connection: &mut Connection, first: Job, next: &mut dyn FnMut() -> Option<Job>) {
    let mut job = Some(first);
    while let Some(present) = job.take() {
        match present {
            Job::Empty(answer) => answer(empty_log(connection)),
            Job::Write(write) => job = write_group(connection, write, next),
        }
    }
}

/// Commits a group and answers it; returns what came and is no write.
fn write_group(
    connection: &mut Connection,
    first: Write,
    next: &mut dyn FnMut() -> Option<Job>,
) -> Option<Job> {
    let mut other = None;
    let mut answers = Vec::new();
    let mut next_write = || match next()? {
        Job::Write(write) => Some(write),
        empty @ Job::Empty(_) => {
            other = Some(empty);
            None
        }
    };
    let group = || commit_group(connection, first, &mut next_write, &mut answers);
    // A write that panics takes its group with it, never the writer: others go on.
    let committed = catch_unwind(AssertUnwindSafe(group)).unwrap_or(Err(StoreError::Undone));
    if let Err(error) = &committed {
        tracing::error!(error = %error, "the database could not be written");
    }
    for answer in answers {
        answer(committed.clone());
    }
    other
}

fn commit_group(
    connection: &mut Connection,
    first: Write,
    next: &mut dyn FnMut() -> Option<Write>,
    answers: &mut Vec<Answer>,
) -> Result<(), StoreError> {
    let begun = connection.transaction_with_behavior(TransactionBehavior::Immediate);
    let mut transaction = match begun {
        Ok(transaction) => transaction,
        Err(error) => {
            let error = StoreError::from(error);
            answers.push(first(Err(error.clone())).1);
            // The others would only wait for the same in turn.
            while let Some(write) = next() {
                answers.push(write(Err(error.clone())).1);
            }
            return Err(error);
        }
    };
    let mut write = Some(first);
    while let Some(present) = write {
        let savepoint = transaction.savepoint()?;
        let (keep, answer) = present(Ok(&savepoint));
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
        write = if answers.len() < GROUP { next() } else { None };
    }
    transaction.commit()?;
    Ok(())
}

/// Writes the log into the database and cuts it to nothing, unless a reader still needs it.
fn empty_log(connection: &Connection) -> Result<bool, StoreError> {
    connection.busy_timeout(BUSY_EMPTYING)?;
    let is_busy = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
    connection.busy_timeout(BUSY)?;
    let is_busy: bool = is_busy?;
    if !is_busy {
        // The cut is only sure to stay once the log is flushed, which happens with the next commit.
        connection.execute("UPDATE queue SET emptied = emptied + 1", [])?;
    }
    Ok(!is_busy)
}
