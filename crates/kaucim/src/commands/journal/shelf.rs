//! The journal of this machine: a file for each reading that was kept, and the favourites.

use std::{
    collections::BTreeSet,
    fs::{self, File, TryLockError},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use serde_json::Value;

use super::reading::{self, id_of};
use crate::{
    commands::{make_folder, storage_failed},
    exit::Failed,
    output,
};

const FAVOURITES: &str = "favourites";

/// The folder `journal` of a data folder. It is its owner's alone.
#[derive(Clone)]
pub(in crate::commands) struct Shelf {
    folder: PathBuf,
}

impl Shelf {
    /// The journal as it is, be it that there is none yet.
    pub(in crate::commands) fn of(data_dir: &Path) -> Self {
        Self {
            folder: data_dir.join("journal"),
        }
    }

    /// The journal, made where there is none.
    pub(in crate::commands) fn make(data_dir: &Path) -> Result<Self, Failed> {
        let shelf = Self::of(data_dir);
        make_folder(&shelf.folder)?;
        Ok(shelf)
    }

    /// Keeps a reading in the form in which the API gives it; returns the short id.
    pub(in crate::commands) fn keep(&self, document: &Value) -> Result<String, Failed> {
        let id = id_of(document);
        self.write(&format!("{id}.json"), &format!("{document}\n"))?;
        Ok(reading::short(id).to_owned())
    }

    /// All readings, the newest first. A file that holds none is told and passed over.
    pub(super) fn all(&self) -> Result<Vec<Value>, Failed> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(self.failed(error, "read")),
        };
        let mut readings = Vec::new();
        for entry in entries {
            let path = entry.map_err(|error| self.failed(error, "read"))?.path();
            if path.extension().is_none_or(|ending| ending != "json") {
                continue;
            }
            let text = fs::read_to_string(&path).map_err(|error| self.failed(error, "read"))?;
            match serde_json::from_str::<Value>(&text) {
                // A file is found again by its name, so the name counts.
                Ok(document)
                    if path
                        .file_stem()
                        .is_some_and(|stem| stem == id_of(&document)) =>
                {
                    readings.push(document);
                }
                _ => output::tell(&format!("{} holds no reading", path.display())),
            }
        }
        // Later ids are greater.
        readings.sort_by(|one, other| id_of(other).cmp(id_of(one)));
        Ok(readings)
    }

    /// Keeps others from asking about a reading and from erasing it, as long as the file is open;
    /// none where somebody else does.
    pub(super) fn hold(&self, id: &str) -> Result<Option<File>, Failed> {
        let file = File::open(self.folder.join(format!("{id}.json")));
        let file = file.map_err(|error| self.failed(error, "read"))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(self.failed(error, "read")),
        }
    }

    /// Erases a reading that is there.
    pub(super) fn erase(&self, id: &str) -> Result<(), Failed> {
        let Some(_held) = self.hold(id)? else {
            return Err(Failed::usage(
                format!(
                    "one more question about {} is being read",
                    reading::short(id)
                ),
                "wait for it, or stop it with Ctrl-C where it was asked",
            ));
        };
        fs::remove_file(self.folder.join(format!("{id}.json")))
            .and_then(|()| File::open(&self.folder)?.sync_all())
            .map_err(|error| self.failed(error, "change"))
    }

    /// The ids of the favourites, of this journal and of those of servers.
    pub(super) fn favourites(&self) -> Result<BTreeSet<String>, Failed> {
        match fs::read_to_string(self.folder.join(FAVOURITES)) {
            Ok(text) => Ok(text.lines().map(str::to_owned).collect()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeSet::new()),
            Err(error) => Err(self.failed(error, "read")),
        }
    }

    pub(super) fn keep_favourites(&self, ids: &BTreeSet<String>) -> Result<(), Failed> {
        let lines: String = ids.iter().map(|id| format!("{id}\n")).collect();
        self.write(FAVOURITES, &lines)
    }

    /// The file holds this or what it held before, whatever happens in between.
    fn write(&self, name: &str, text: &str) -> Result<(), Failed> {
        let part = self
            .folder
            .join(format!("{name}.{}.part", std::process::id()));
        let written = private(&part)
            .and_then(|mut file| {
                file.write_all(text.as_bytes())?;
                file.sync_all()
            })
            .and_then(|()| fs::rename(&part, self.folder.join(name)))
            .and_then(|()| File::open(&self.folder)?.sync_all());
        written.map_err(|error| {
            // What is left of it is of no use; where it cannot be removed, it does no harm.
            let _ = fs::remove_file(&part);
            self.failed(error, "change")
        })
    }

    fn failed(&self, error: io::Error, deed: &str) -> Failed {
        let context = format!("could not {deed} the journal {}", self.folder.display());
        let hint = "see that the disk has room and that the folder is yours, then try again";
        storage_failed(anyhow::Error::from(error).context(context), hint)
    }
}

/// A new file that nobody else can read.
pub(super) fn private(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true).mode(0o600).open(path)
}
