//! The handle that a test holds: power, faults, and what is on the disk.

use std::{
    collections::BTreeMap,
    fmt,
    ops::Range,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
};

use crate::{faults::Faults, machine::Machine, vfs};

/// All folders of disks begin so; real files do not.
const ROOT: &str = "/faultfs/";

/// Digits of a disk's number, so that all folders are of one length.
const DIGITS: usize = 8;

static NUMBERS: AtomicU64 = AtomicU64::new(1);
static DISKS: Mutex<BTreeMap<u64, Weak<Shared>>> = Mutex::new(BTreeMap::new());

/// A disk in memory that fails as real ones do. A cheap handle; what is on it is gone with the
/// last handle and the last connection.
///
/// Everything that chance decides follows from the seed and the order of calls.
#[derive(Debug, Clone)]
pub struct Disk {
    shared: Arc<Shared>,
}

pub(crate) struct Shared {
    number: u64,
    machine: Mutex<Machine>,
}

impl Disk {
    /// An empty disk, started.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        vfs::register();
        let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
        let shared = Arc::new(Shared::new(number, seed));
        lock(&DISKS).insert(number, Arc::downgrade(&shared));
        Self { shared }
    }

    /// The folder of this disk, which only connections opened with [`crate::VFS`] find.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        PathBuf::from(format!("{ROOT}{:0DIGITS$x}", self.shared.number))
    }

    /// The power goes now. Every file holds what was durable and, by chance, any of the later
    /// writes: whole, missing or torn between sectors, whatever their order. The latest changes of
    /// names may be taken back. What was open is dead for ever, and nothing can be opened before
    /// [`Disk::start`].
    pub fn cut_power(&self) {
        self.machine().cut_power();
    }

    /// The power goes in the middle of the write, truncate, sync or delete with this number from
    /// now on (1 is the next); a write is torn. Forgotten when power or process end before. A commit
    /// that fails in it may be found after the start, whole, or not.
    pub fn cut_power_after(&self, operations: u64) {
        self.machine().cut_power_after(operations);
    }

    /// The process is killed: what was open is dead as after [`Disk::cut_power`], but the operating
    /// system keeps all that was written, and writes it unless the power goes.
    pub fn kill(&self) {
        self.machine().kill();
    }

    /// Whether the power has gone or the process was killed, and nobody has started it again.
    #[must_use]
    pub fn is_dead(&self) -> bool {
        self.machine().is_dead()
    }

    /// Brings up what has survived. Drop what was open first, as it is when a process ends: dead
    /// connections can do nothing, but a pool of them could open new ones. Faults stay as they were
    /// set.
    pub fn start(&self) {
        self.machine().start();
    }

    /// Lets things go wrong from now on, instead of what went wrong before.
    pub fn set_faults(&self, faults: Faults) {
        self.machine().faults = faults;
    }

    /// Lets nothing go wrong from now on.
    pub fn heal(&self) {
        self.set_faults(Faults::NONE);
    }

    /// Flips all bits of the bytes in `range` of a file, durably. Says how many there were to flip.
    pub fn damage(&self, file: &str, range: Range<usize>) -> usize {
        let mut machine = self.machine();
        let bytes = machine.bytes_mut(file);
        bytes.map_or(0, |bytes| bytes.damage(range))
    }

    /// Whether `bytes` stand in any file, as whoever takes the running disk reads them.
    #[must_use]
    pub fn contains(&self, bytes: &[u8]) -> bool {
        self.machine().files().any(|(_, file)| file.shows(bytes))
    }

    /// Whether `bytes` stand in any file or could after a power loss: also in what was overwritten,
    /// cut off or deleted and not synced since.
    #[must_use]
    pub fn may_contain(&self, bytes: &[u8]) -> bool {
        self.machine().all_bytes().any(|file| file.keeps(bytes))
    }

    /// Names and lengths of all files, by name.
    #[must_use]
    pub fn files(&self) -> BTreeMap<String, usize> {
        let machine = self.machine();
        let files = machine.files();
        files
            .map(|(name, bytes)| (name.to_owned(), bytes.length()))
            .collect()
    }

    /// Writes all files into a real folder, to look at them with the `sqlite3` shell.
    ///
    /// # Errors
    /// Those of the real disk.
    pub fn copy_out(&self, folder: &Path) -> std::io::Result<()> {
        for (name, bytes) in self.machine().files() {
            std::fs::write(folder.join(name), bytes.seen())?;
        }
        Ok(())
    }

    /// Writes, truncates, syncs and deletes so far.
    #[must_use]
    pub fn operations(&self) -> u64 {
        self.machine().operations()
    }

    /// A hash of every call so far: what was asked of which file and how it was answered, not the
    /// bytes themselves, since some of them are random numbers of SQLite.
    #[must_use]
    pub fn trace(&self) -> u64 {
        self.machine().trace.hash()
    }

    /// Keeps a line for each call from now on, for [`Disk::recorded`].
    pub fn record(&self) {
        self.machine().trace.record();
    }

    /// The lines kept since [`Disk::record`], to see where two runs part.
    #[must_use]
    pub fn recorded(&self) -> Vec<String> {
        self.machine().trace.lines().to_vec()
    }

    fn machine(&self) -> MutexGuard<'_, Machine> {
        self.shared.machine()
    }
}

impl Shared {
    pub(crate) fn new(number: u64, seed: u64) -> Self {
        let machine = Mutex::new(Machine::new(seed));
        Self { number, machine }
    }

    pub(crate) fn machine(&self) -> MutexGuard<'_, Machine> {
        lock(&self.machine)
    }
}

/// Its number only: what is on it would fill screens.
impl fmt::Debug for Shared {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Shared")
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        lock(&DISKS).remove(&self.number);
    }
}

/// The disk that a path lies on, and the name of the file there.
pub(crate) fn find(path: &str) -> Option<(Arc<Shared>, &str)> {
    let (number, name) = path.strip_prefix(ROOT)?.split_once('/')?;
    let number = u64::from_str_radix(number, 16).ok()?;
    let shared = lock(&DISKS).get(&number)?.upgrade()?;
    Some((shared, name))
}

/// A test that failed while it held the lock has nothing left to protect.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
