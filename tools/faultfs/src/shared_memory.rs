//! The memory that connections to one database in WAL mode share, and its locks.

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::AtomicU64},
};

use crate::{handle::HandleId, locks::Busy};

/// A piece of shared memory. Atomics, since SQLite writes it through a pointer while others read;
/// whoever was given it keeps it alive.
pub(crate) type Region = Arc<[AtomicU64]>;

/// Locks of the writer and of checkpoints, which other processes take for a moment.
pub(crate) const WRITER_AND_CHECKPOINT: Slots = Slots(0b11);

/// A set of the eight locks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slots(u8);

impl Slots {
    /// `count` locks from `first` on; those beyond the eighth do not exist.
    pub(crate) fn new(first: usize, count: usize) -> Self {
        let slots = (first..first + count).filter(|slot| *slot < 8);
        Self(slots.fold(0, |set, slot| set | 1 << slot))
    }

    pub(crate) fn number(self) -> usize {
        usize::from(self.0)
    }

    pub(crate) fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sharing {
    Shared,
    Exclusive,
}

#[derive(Debug, Default)]
pub(crate) struct SharedMemory {
    regions: Vec<Region>,
    users: BTreeMap<HandleId, Held>,
}

#[derive(Debug, Default)]
struct Held {
    shared: u8,
    exclusive: u8,
}

impl SharedMemory {
    /// The piece with this number, of `size` bytes. It is made when it is not there and `extend`
    /// says so.
    pub(crate) fn map(
        &mut self,
        handle: HandleId,
        number: usize,
        size: usize,
        extend: bool,
    ) -> Option<Region> {
        self.users.entry(handle).or_default();
        while extend && self.regions.len() <= number {
            let words = size.div_ceil(size_of::<AtomicU64>());
            self.regions
                .push((0..words).map(|_| AtomicU64::new(0)).collect());
        }
        self.regions.get(number).map(Arc::clone)
    }

    pub(crate) fn lock(
        &mut self,
        handle: HandleId,
        slots: Slots,
        sharing: Sharing,
    ) -> Result<(), Busy> {
        let mut others = self.users.iter().filter(|(user, _)| **user != handle);
        let is_taken = others.any(|(_, held)| match sharing {
            Sharing::Shared => held.exclusive & slots.0 != 0,
            Sharing::Exclusive => (held.exclusive | held.shared) & slots.0 != 0,
        });
        if is_taken {
            return Err(Busy);
        }
        let held = self.users.entry(handle).or_default();
        match sharing {
            Sharing::Shared => held.shared |= slots.0,
            Sharing::Exclusive => held.exclusive |= slots.0,
        }
        Ok(())
    }

    pub(crate) fn unlock(&mut self, handle: HandleId, slots: Slots) {
        if let Some(held) = self.users.get_mut(&handle) {
            held.shared &= !slots.0;
            held.exclusive &= !slots.0;
        }
    }

    /// The last one to leave takes the memory along: the next one builds it from the log.
    pub(crate) fn leave(&mut self, handle: HandleId) {
        self.users.remove(&handle);
        if self.users.is_empty() {
            self.regions.clear();
        }
    }
}
