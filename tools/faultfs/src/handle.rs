//! An open file, as SQLite holds it.

use crate::directory::FileId;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct HandleId(pub(crate) u64);

/// Says which file is meant, and in which life it was opened: a handle of an earlier life is dead.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Handle {
    pub(crate) id: HandleId,
    pub(crate) file: FileId,
    pub(crate) life: u64,
    pub(crate) deletes_on_close: bool,
}
