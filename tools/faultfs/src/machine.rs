//! One computer with one disk: its files, its power, and what goes wrong.

use std::{collections::BTreeMap, ffi::c_int};

use rusqlite::ffi;

use crate::{
    bytes::{Bytes, Mood},
    directory::{Directory, FileId},
    faults::Faults,
    handle::{Handle, HandleId},
    locks::Locks,
    random::Random,
    shared_memory::SharedMemory,
    trace::{Call, Trace},
};

mod io;
mod sharing;

/// What SQLite is answered: a value, or one of its own codes.
pub(crate) type Answer<T> = Result<T, c_int>;

#[derive(Debug)]
pub(crate) struct Machine {
    pub(crate) faults: Faults,
    pub(crate) trace: Trace,
    directory: Directory,
    files: BTreeMap<FileId, File>,
    random: Random,
    /// Raised when the power goes or the process is killed: older handles are dead.
    life: u64,
    is_dead: bool,
    operations: u64,
    /// The operation in whose middle the power goes.
    cut_at: Option<u64>,
    /// Files and handles are numbered in the order in which they are opened.
    last_number: u64,
}

#[derive(Debug)]
struct File {
    /// The name it was made with, for the trace.
    name: String,
    bytes: Bytes,
    locks: Locks,
    memory: SharedMemory,
    open: usize,
}

/// What a program wants that opens a file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Opening {
    pub(crate) creates: bool,
    pub(crate) must_be_new: bool,
    pub(crate) deletes_on_close: bool,
}

impl Machine {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            faults: Faults::NONE,
            trace: Trace::new(),
            directory: Directory::default(),
            files: BTreeMap::new(),
            random: Random::new(seed),
            life: 0,
            is_dead: false,
            operations: 0,
            cut_at: None,
            last_number: 0,
        }
    }

    pub(crate) fn is_dead(&self) -> bool {
        self.is_dead
    }

    pub(crate) fn operations(&self) -> u64 {
        self.operations
    }

    pub(crate) fn cut_power_after(&mut self, operations: u64) {
        self.cut_at = Some(self.operations.saturating_add(operations.max(1)));
    }

    /// The power goes now; nothing was being done.
    pub(crate) fn cut_power(&mut self) {
        self.lose_power(None);
    }

    pub(crate) fn kill(&mut self) {
        self.trace.note(Call::Kill, "", [0, 0], ffi::SQLITE_OK);
        self.die();
    }

    pub(crate) fn start(&mut self) {
        self.trace.note(Call::Start, "", [0, 0], ffi::SQLITE_OK);
        self.is_dead = false;
    }

    /// The files that programs see, by name.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, &Bytes)> {
        let names = self.directory.names();
        names.filter_map(|(name, file)| Some((name, &self.files.get(&file)?.bytes)))
    }

    pub(crate) fn bytes_mut(&mut self, name: &str) -> Option<&mut Bytes> {
        let file = self.directory.find(name)?;
        Some(&mut self.files.get_mut(&file)?.bytes)
    }

    /// The bytes of all files, also of those whose deletion is not durable.
    pub(crate) fn all_bytes(&self) -> impl Iterator<Item = &Bytes> {
        self.files.values().map(|file| &file.bytes)
    }

    pub(crate) fn open(&mut self, name: &str, opening: Opening) -> Answer<Handle> {
        let answer = self.open_or_refuse(name, opening);
        self.note(Call::Open, name, [0, 0], answer)
    }

    fn open_or_refuse(&mut self, name: &str, opening: Opening) -> Answer<Handle> {
        self.powered(ffi::SQLITE_CANTOPEN)?;
        let file = match self.directory.find(name) {
            Some(_) if opening.must_be_new => return Err(ffi::SQLITE_CANTOPEN),
            Some(file) => file,
            None if opening.creates => self.make(name),
            None => return Err(ffi::SQLITE_CANTOPEN),
        };
        let entry = self.files.get_mut(&file).ok_or(ffi::SQLITE_CANTOPEN)?;
        entry.open += 1;
        Ok(Handle {
            id: HandleId(self.next_number()),
            file,
            life: self.life,
            deletes_on_close: opening.deletes_on_close,
        })
    }

    fn make(&mut self, name: &str) -> FileId {
        let id = FileId(self.next_number());
        let file = File {
            name: name.to_owned(),
            bytes: Bytes::default(),
            locks: Locks::default(),
            memory: SharedMemory::default(),
            open: 0,
        };
        self.files.insert(id, file);
        self.directory.set(name, Some(id));
        id
    }

    /// Gives the handle back; a dead one has nothing left to give.
    pub(crate) fn close(&mut self, handle: Handle) {
        let Ok(file) = self.alive(handle, ffi::SQLITE_IOERR_CLOSE) else {
            return;
        };
        file.locks.lower(handle.id, crate::locks::Level::None);
        file.memory.leave(handle.id);
        file.open -= 1;
        let name = file.name.clone();
        if handle.deletes_on_close && self.directory.find(&name) == Some(handle.file) {
            self.directory.set(&name, None);
        }
        self.forget_unreachable();
        self.trace.note(Call::Close, &name, [0, 0], ffi::SQLITE_OK);
    }

    pub(crate) fn delete(&mut self, name: &str, sync_directory: bool) -> Answer<()> {
        let answer = self.delete_or_refuse(name, sync_directory);
        let numbers = [usize::from(sync_directory), 0];
        self.note(Call::Delete, name, numbers, answer)
    }

    fn delete_or_refuse(&mut self, name: &str, sync_directory: bool) -> Answer<()> {
        self.powered(ffi::SQLITE_IOERR_DELETE)?;
        if self.directory.find(name).is_none() {
            return Err(ffi::SQLITE_IOERR_DELETE_NOENT);
        }
        self.directory.set(name, None);
        if self.is_last_operation() {
            self.lose_power(None);
            return Err(ffi::SQLITE_IOERR_DELETE);
        }
        if sync_directory {
            if self.random.hits(self.faults.sync_error) {
                return Err(ffi::SQLITE_IOERR_DIR_FSYNC);
            }
            self.directory.sync();
        }
        self.forget_unreachable();
        Ok(())
    }

    /// Whether there is a file of this name. To SQLite an empty one is none where it asks only for
    /// that, as with its own file systems.
    pub(crate) fn has(&mut self, name: &str, even_empty: bool) -> Answer<bool> {
        let answer = self.powered(ffi::SQLITE_IOERR_ACCESS).map(|()| {
            let file = self.directory.find(name);
            let file = file.and_then(|file| self.files.get(&file));
            file.is_some_and(|file| even_empty || file.bytes.length() > 0)
        });
        let found = usize::from(answer == Ok(true));
        self.note(Call::Access, name, [found, 0], answer)
    }

    fn powered(&self, refusal: c_int) -> Answer<()> {
        if self.is_dead { Err(refusal) } else { Ok(()) }
    }

    /// The file of a handle of this life.
    fn alive(&mut self, handle: Handle, refusal: c_int) -> Answer<&mut File> {
        if self.is_dead || handle.life != self.life {
            return Err(refusal);
        }
        self.files.get_mut(&handle.file).ok_or(refusal)
    }

    /// Counts a write, truncate, sync or delete; whether the power goes in its middle.
    fn is_last_operation(&mut self) -> bool {
        self.operations += 1;
        self.cut_at.is_some_and(|at| at <= self.operations)
    }

    /// What survives is settled at once. The last change of `torn` was being written.
    fn lose_power(&mut self, torn: Option<FileId>) {
        let at = self.operations as usize;
        self.trace.note(Call::Cut, "", [at, 0], ffi::SQLITE_OK);
        let mood = Mood::draw(&mut self.random);
        for (id, file) in &mut self.files {
            let tear_last = torn == Some(*id);
            file.bytes.settle(mood, tear_last, &mut self.random);
            file.bytes.forget_cache();
        }
        self.directory.cut(&mut self.random);
        self.die();
    }

    /// All programs are gone, and their handles, locks and memory with them.
    fn die(&mut self) {
        for file in self.files.values_mut() {
            file.locks = Locks::default();
            file.memory = SharedMemory::default();
            file.open = 0;
        }
        self.forget_unreachable();
        self.life += 1;
        self.is_dead = true;
        self.cut_at = None;
    }

    fn forget_unreachable(&mut self) {
        let directory = &self.directory;
        self.files
            .retain(|id, file| file.open > 0 || directory.reaches(*id));
    }

    fn next_number(&mut self) -> u64 {
        self.last_number += 1;
        self.last_number
    }

    /// Notes what was asked by name, while the power is on.
    fn note<T>(
        &mut self,
        call: Call,
        name: &str,
        numbers: [usize; 2],
        answer: Answer<T>,
    ) -> Answer<T> {
        if !self.is_dead {
            let code = answer.as_ref().err().copied().unwrap_or(ffi::SQLITE_OK);
            self.trace.note(call, name, numbers, code);
        }
        answer
    }

    /// Notes what was asked of an open file. What the dead ask is not noted: nothing follows from
    /// it, and when they are dropped is up to the test.
    fn note_file<T>(
        &mut self,
        call: Call,
        handle: Handle,
        numbers: [usize; 2],
        answer: Answer<T>,
    ) -> Answer<T> {
        if let Some(file) = self.files.get(&handle.file) {
            let code = answer.as_ref().err().copied().unwrap_or(ffi::SQLITE_OK);
            self.trace.note(call, &file.name, numbers, code);
        }
        answer
    }
}
