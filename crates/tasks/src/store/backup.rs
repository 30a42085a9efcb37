//! A copy of the database while it is in use, and the way back.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OpenFlags, params};

use super::{
    FolderLock, Store, StoreError,
    embedded::{BUSY, database_of},
    schema,
};

/// Why there is no backup, or why it was not restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error("{0} is there already")]
    Exists(PathBuf),
    #[error("{0} is no database of this program")]
    NotADatabase(PathBuf),
    #[error("the database is damaged: {0}")]
    Damaged(String),
    #[error("another server uses the data folder")]
    InUse,
    #[error("the database does not answer")]
    Store(#[from] StoreError),
    #[error("could not use {0}")]
    File(PathBuf, #[source] io::Error),
}

/// What a backup holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backup {
    pub tasks: u64,
    pub bytes: u64,
}

impl Store {
    /// Copies the database of a data folder into a new file, also beside a running server. It is
    /// the state of one moment, checked, without a trace of what was erased.
    pub fn back_up(folder: &Path, file: &Path) -> Result<Backup, BackupError> {
        let database = database_of(folder);
        if !database.is_file() {
            return Err(BackupError::NotADatabase(database));
        }
        if file.exists() {
            return Err(BackupError::Exists(file.to_owned()));
        }
        let unfinished = beside(file, ".part");
        let copied = copy_into(&database, &unfinished).and_then(|backup| {
            fs::rename(&unfinished, file)
                .and_then(|()| File::open(folder_of(file))?.sync_all())
                .map_err(|error| BackupError::File(file.to_owned(), error))?;
            Ok(backup)
        });
        if copied.is_err() {
            let _ = fs::remove_file(&unfinished);
        }
        copied
    }

    /// Puts a backup in the place of the database of a data folder that no server uses. What was
    /// there is kept beside it; returns where.
    pub fn restore(file: &Path, folder: &Path) -> Result<(Backup, Option<PathBuf>), BackupError> {
        let _lock = FolderLock::take(folder)
            .map_err(|error| BackupError::File(folder.to_owned(), error))?
            .ok_or(BackupError::InUse)?;
        let backup = checked(file)?;
        let database = database_of(folder);
        let incoming = beside(&database, ".incoming");
        let written = |error| BackupError::File(incoming.clone(), error);
        let _ = fs::remove_file(&incoming);
        make_private(&incoming)?;
        fs::copy(file, &incoming).map_err(written)?;
        make_private(&incoming)?;
        File::open(&incoming)
            .and_then(|copy| copy.sync_all())
            .map_err(written)?;
        let kept = set_aside(&database)?;
        fs::rename(&incoming, &database)
            .and_then(|()| File::open(folder)?.sync_all())
            .map_err(|error| BackupError::File(database.clone(), error))?;
        Ok((backup, kept))
    }

    /// Reads the whole database of a data folder and says what is wrong with it, if anything is.
    pub fn examine(folder: &Path) -> Result<Backup, BackupError> {
        let database = database_of(folder);
        let found = checked(&database)?;
        let unreadable: u64 = open(&database)?
            .query_row(
                "SELECT count(*) FROM events WHERE NOT json_valid(data)",
                [],
                |row| row.get(0),
            )
            .map_err(StoreError::from)?;
        match unreadable {
            0 => Ok(found),
            count => Err(BackupError::Damaged(format!(
                "{count} events cannot be read"
            ))),
        }
    }
}

/// Writes a checked copy of one moment.
fn copy_into(database: &Path, copy: &Path) -> Result<Backup, BackupError> {
    let _ = fs::remove_file(copy);
    make_private(copy)?;
    let vacuumed = open(database).and_then(|connection| {
        connection.execute("VACUUM INTO ?1", params![copy.to_string_lossy()])?;
        Ok(())
    });
    match vacuumed {
        Ok(()) => {}
        Err(error) if error.is_damage() => return Err(BackupError::Damaged(error.cause())),
        Err(error) => return Err(error.into()),
    }
    let backup = checked(copy)?;
    File::open(copy)
        .and_then(|copy| copy.sync_all())
        .map_err(|error| BackupError::File(copy.to_owned(), error))?;
    Ok(backup)
}

/// Keeps a database under another name, so that it can be had again. It stays in its place until
/// another one takes it; only one that is damaged is moved with its log, which nobody can add to it.
fn set_aside(database: &Path) -> Result<Option<PathBuf>, BackupError> {
    if !database.exists() {
        return Ok(None);
    }
    let free = (1..).map(|number| beside(database, &format!(".before-restore-{number}")));
    let kept = free
        .into_iter()
        .find(|path| !path.exists())
        .unwrap_or_else(|| beside(database, ".before-restore"));
    // The last connection to close leaves no log behind.
    let closed = open(database).and_then(|connection| {
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        connection.close().map_err(|(_, error)| error)?;
        Ok(())
    });
    if closed.is_ok() && !beside(database, "-wal").exists() {
        let linked = fs::hard_link(database, &kept);
        linked.map_err(|error| BackupError::File(kept.clone(), error))?;
        return Ok(Some(kept));
    }
    for suffix in ["-wal", "-shm", ""] {
        let from = beside(database, suffix);
        if from.exists() {
            let to = beside(&kept, suffix);
            fs::rename(&from, &to).map_err(|error| BackupError::File(to, error))?;
        }
    }
    Ok(Some(kept))
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// The folder that a file is in.
fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    }
}

/// Makes an empty file for its owner alone, or makes an existing one so.
fn make_private(path: &Path) -> Result<(), BackupError> {
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
    File::options()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
        .and_then(|file| file.set_permissions(fs::Permissions::from_mode(0o600)))
        .map_err(|error| BackupError::File(path.to_owned(), error))
}

fn open(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    Ok(connection)
}

/// Reads all of a database; says how much is in it, or what is wrong with it.
fn checked(path: &Path) -> Result<Backup, BackupError> {
    let bytes = fs::metadata(path)
        .map_err(|error| BackupError::File(path.to_owned(), error))?
        .len();
    // Absent: it is none of ours.
    let found = || -> Result<Option<Result<Backup, String>>, StoreError> {
        let connection = open(path)?;
        let version = schema::version(&connection)?;
        if version == 0 {
            return Ok(None);
        }
        schema::check(version)?;
        let verdict: String =
            connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        if verdict != "ok" {
            return Ok(Some(Err(verdict)));
        }
        let tasks = connection.query_row("SELECT count(*) FROM tasks", [], |row| row.get(0))?;
        Ok(Some(Ok(Backup { tasks, bytes })))
    };
    match found() {
        Ok(Some(Ok(backup))) => Ok(backup),
        Ok(Some(Err(verdict))) => Err(BackupError::Damaged(verdict)),
        Ok(None) => Err(BackupError::NotADatabase(path.to_owned())),
        Err(error) if error.is_damage() => Err(BackupError::NotADatabase(path.to_owned())),
        Err(error) => Err(error.into()),
    }
}
