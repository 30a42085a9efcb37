//! A disk in memory for SQLite that fails as real disks do: power losses that lose, tear and
//! reorder what was not synced, full disks, failing reads, writes and syncs, locks of others.
//!
//! ```no_run
//! use rusqlite::{Connection, OpenFlags};
//!
//! let disk = faultfs::Disk::new(7);
//! let path = disk.folder().join("kaucim.db");
//! let connection = Connection::open_with_flags_and_vfs(&path, OpenFlags::default(), faultfs::VFS);
//! disk.cut_power_after(20);
//! // … until `disk.is_dead()`; then drop what was open.
//! disk.start();
//! ```
//!
//! Everything belongs to one disk, follows from its seed and the order of calls, and costs no time,
//! except what SQLite keeps for the whole process:
//!
//! - its random numbers (salts of the log, `random()`), see [`seed_sqlite`];
//! - the clock of [`VFS`], which stands still at the beginning of 2026;
//! - the name [`VFS`] itself, which stays registered. The default file system stays what it was.
//!
//! SQLite's own temporary files lie on no disk: they do not fail and are not traced.

mod bytes;
mod directory;
mod disk;
mod faults;
mod handle;
mod locks;
mod machine;
mod random;
mod shared_memory;
mod trace;
mod vfs;

pub use crate::{
    disk::Disk,
    faults::{Chance, Faults},
    vfs::{VFS, seed_sqlite},
};
