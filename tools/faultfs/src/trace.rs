//! What was asked of a disk and how it answered, to compare two runs.

use std::ffi::c_int;

/// What SQLite asks of a disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    Open,
    Close,
    Delete,
    Access,
    Read,
    Write,
    Truncate,
    Sync,
    Size,
    Lock,
    Unlock,
    CheckLock,
    MapMemory,
    LockMemory,
    UnlockMemory,
    LeaveMemory,
    Kill,
    Cut,
    Start,
}

/// A hash over all calls, and their lines where somebody wants to read them.
#[derive(Debug)]
pub(crate) struct Trace {
    hash: u64,
    lines: Option<Vec<String>>,
}

impl Trace {
    pub(crate) fn new() -> Self {
        Self {
            hash: 0xcbf2_9ce4_8422_2325,
            lines: None,
        }
    }

    pub(crate) fn hash(&self) -> u64 {
        self.hash
    }

    /// Keeps lines from now on.
    pub(crate) fn record(&mut self) {
        self.lines.get_or_insert_default();
    }

    pub(crate) fn lines(&self) -> &[String] {
        self.lines.as_deref().unwrap_or_default()
    }

    /// Numbers are what the call is about: offset and length, a level, a set of locks.
    pub(crate) fn note(&mut self, call: Call, name: &str, numbers: [usize; 2], code: c_int) {
        let [first, second] = numbers.map(|number| number as u64);
        let fields = [call as u64, first, second, i64::from(code) as u64];
        let fields = fields.into_iter().flat_map(u64::to_le_bytes);
        for byte in name.bytes().chain(fields) {
            self.hash = (self.hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        if let Some(lines) = &mut self.lines {
            lines.push(format!("{call:?} {name} {first} {second}: {code}"));
        }
    }
}
