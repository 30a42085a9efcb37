//! Who holds which lock of a file, by the rules that SQLite has for rollback journals.

use std::collections::BTreeMap;

use crate::handle::HandleId;

/// The levels of SQLite, lowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    None,
    Shared,
    Reserved,
    Pending,
    Exclusive,
}

#[derive(Debug, Default)]
pub(crate) struct Locks {
    /// Only handles that hold a lock.
    held: BTreeMap<HandleId, Level>,
}

/// Another holds what stands against this lock.
#[derive(Debug)]
pub(crate) struct Busy;

impl Locks {
    /// Raises the lock of `handle` to `level`. One that wants to be alone and is not yet is left
    /// pending, so that no reader comes and those there can go.
    pub(crate) fn raise(&mut self, handle: HandleId, level: Level) -> Result<(), Busy> {
        if self.level(handle) >= level {
            return Ok(());
        }
        let others = self.strongest_but(handle);
        match level {
            Level::None => {}
            Level::Shared if others >= Level::Pending => return Err(Busy),
            Level::Reserved | Level::Pending | Level::Exclusive if others >= Level::Reserved => {
                return Err(Busy);
            }
            Level::Exclusive if others >= Level::Shared => {
                self.held.insert(handle, Level::Pending);
                return Err(Busy);
            }
            Level::Shared | Level::Reserved | Level::Pending | Level::Exclusive => {
                self.held.insert(handle, level);
            }
        }
        Ok(())
    }

    /// Lowers the lock of `handle` to `level`.
    pub(crate) fn lower(&mut self, handle: HandleId, level: Level) {
        if self.level(handle) <= level {
            return;
        }
        if level == Level::None {
            self.held.remove(&handle);
        } else {
            self.held.insert(handle, level);
        }
    }

    /// Whether anybody means to write.
    pub(crate) fn is_reserved(&self) -> bool {
        self.held.values().any(|level| *level >= Level::Reserved)
    }

    fn level(&self, handle: HandleId) -> Level {
        self.held.get(&handle).copied().unwrap_or(Level::None)
    }

    fn strongest_but(&self, handle: HandleId) -> Level {
        let others = self.held.iter().filter(|(holder, _)| **holder != handle);
        others.map(|(_, level)| *level).max().unwrap_or(Level::None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Level; 3] = [Level::Shared, Level::Reserved, Level::Exclusive];

    /// Which of `ALL` a second handle gets while the first holds `held`.
    fn beside(held: Level) -> [bool; 3] {
        ALL.map(|wanted| {
            let mut locks = Locks::default();
            for level in [Level::Shared, held] {
                locks.raise(HandleId(1), level).expect("it is alone");
            }
            locks.raise(HandleId(2), wanted).is_ok()
        })
    }

    #[test]
    fn readers_share_and_writers_do_not() {
        assert_eq!(beside(Level::Shared), [true, true, false]);
        assert_eq!(beside(Level::Reserved), [true, false, false]);
        assert_eq!(beside(Level::Pending), [false, false, false]);
        assert_eq!(beside(Level::Exclusive), [false, false, false]);
    }

    #[test]
    fn who_waits_to_be_alone_lets_no_reader_in() {
        let mut locks = Locks::default();
        let (writer, reader, late) = (HandleId(1), HandleId(2), HandleId(3));
        assert!(locks.raise(reader, Level::Shared).is_ok());
        assert!(locks.raise(writer, Level::Reserved).is_ok());
        assert!(locks.raise(writer, Level::Exclusive).is_err());
        assert!(locks.raise(late, Level::Shared).is_err());
        locks.lower(reader, Level::None);
        assert!(locks.raise(writer, Level::Exclusive).is_ok());
        assert!(locks.is_reserved());
        locks.lower(writer, Level::None);
        assert!(locks.raise(late, Level::Shared).is_ok());
    }
}
