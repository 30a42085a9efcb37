//! What can go wrong while the power stays on, and how often.

/// How often something happens, in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Chance(u16);

impl Chance {
    pub const NEVER: Self = Self(0);
    pub const ALWAYS: Self = Self(1000);

    /// `times` in a thousand; more than a thousand is always.
    #[must_use]
    pub const fn in_thousand(times: u16) -> Self {
        if times < 1000 {
            Self(times)
        } else {
            Self::ALWAYS
        }
    }

    pub(crate) const fn per_thousand(self) -> u16 {
        self.0
    }
}

/// The faults of a disk. Write the ones you want and `..Faults::NONE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Faults {
    /// A write that would extend a file gets `SQLITE_FULL`, perhaps after a part was written.
    pub no_space: Chance,
    /// Bytes that all files may hold together; a write that would take more gets `SQLITE_FULL`,
    /// after as much as had room.
    pub capacity: Option<u64>,
    /// A write gets `SQLITE_IOERR_WRITE`, perhaps after a part was written.
    pub write_error: Chance,
    /// A sync gets `SQLITE_IOERR_FSYNC` (`SQLITE_IOERR_DIR_FSYNC` for a folder).
    pub sync_error: Chance,
    /// What was not synced when a sync failed is forgotten in parts, as Linux does it: reads in the
    /// same life still see it, no later sync writes it, and a power loss shows what is missing.
    /// Otherwise it stays unsynced, and a later sync can make it durable.
    pub sync_error_forgets: bool,
    /// A read gets `SQLITE_IOERR_READ`.
    pub read_error: Chance,
    /// A read gets fewer bytes than the file holds, and zeros for the rest
    /// (`SQLITE_IOERR_SHORT_READ`). SQLite takes this for the end of the file when it reads a page
    /// of the database, so it may see a damaged one, and keep it until another connection has
    /// written or the database is opened again.
    pub short_read: Chance,
    /// A lock is held by another process (`SQLITE_BUSY`): any lock of a file, and of the shared
    /// memory those of the writer and of checkpoints. Readers of the log are not held up.
    pub locked: Chance,
}

impl Faults {
    /// A disk that works.
    pub const NONE: Self = Self {
        no_space: Chance::NEVER,
        capacity: None,
        write_error: Chance::NEVER,
        sync_error: Chance::NEVER,
        sync_error_forgets: false,
        read_error: Chance::NEVER,
        short_read: Chance::NEVER,
        locked: Chance::NEVER,
    };
}
