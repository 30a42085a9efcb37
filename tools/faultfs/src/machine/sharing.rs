//! Locks and shared memory of open files.

use rusqlite::ffi;

use super::{Answer, Machine};
use crate::{
    handle::Handle,
    locks::Level,
    shared_memory::{Region, Sharing, Slots, WRITER_AND_CHECKPOINT},
    trace::Call,
};

impl Machine {
    pub(crate) fn lock(&mut self, handle: Handle, level: Level) -> Answer<()> {
        self.alive(handle, ffi::SQLITE_IOERR_LOCK)?;
        let is_taken = self.random.hits(self.faults.locked);
        let file = self.alive(handle, ffi::SQLITE_IOERR_LOCK)?;
        let answer = if is_taken {
            Err(ffi::SQLITE_BUSY)
        } else {
            let raised = file.locks.raise(handle.id, level);
            raised.map_err(|_| ffi::SQLITE_BUSY)
        };
        self.note_file(Call::Lock, handle, [level as usize, 0], answer)
    }

    pub(crate) fn unlock(&mut self, handle: Handle, level: Level) -> Answer<()> {
        let file = self.alive(handle, ffi::SQLITE_IOERR_UNLOCK)?;
        file.locks.lower(handle.id, level);
        self.note_file(Call::Unlock, handle, [level as usize, 0], Ok(()))
    }

    /// Whether anybody means to write the file.
    pub(crate) fn is_reserved(&mut self, handle: Handle) -> Answer<bool> {
        let file = self.alive(handle, ffi::SQLITE_IOERR_CHECKRESERVEDLOCK)?;
        let reserved = file.locks.is_reserved();
        let numbers = [usize::from(reserved), 0];
        self.note_file(Call::CheckLock, handle, numbers, Ok(reserved))
    }

    /// A piece of shared memory; none when it is not there and shall not be made.
    pub(crate) fn map_memory(
        &mut self,
        handle: Handle,
        number: usize,
        size: usize,
        extend: bool,
    ) -> Answer<Option<Region>> {
        let file = self.alive(handle, ffi::SQLITE_IOERR_SHMMAP)?;
        let region = file.memory.map(handle.id, number, size, extend);
        let numbers = [number, usize::from(extend)];
        self.note_file(Call::MapMemory, handle, numbers, Ok(region))
    }

    pub(crate) fn lock_memory(
        &mut self,
        handle: Handle,
        slots: Slots,
        sharing: Sharing,
    ) -> Answer<()> {
        self.alive(handle, ffi::SQLITE_IOERR_SHMLOCK)?;
        let may_be_taken = sharing == Sharing::Exclusive && slots.meets(WRITER_AND_CHECKPOINT);
        let is_taken = may_be_taken && self.random.hits(self.faults.locked);
        let file = self.alive(handle, ffi::SQLITE_IOERR_SHMLOCK)?;
        let answer = if is_taken {
            Err(ffi::SQLITE_BUSY)
        } else {
            let locked = file.memory.lock(handle.id, slots, sharing);
            locked.map_err(|_| ffi::SQLITE_BUSY)
        };
        let numbers = [slots.number(), sharing as usize];
        self.note_file(Call::LockMemory, handle, numbers, answer)
    }

    pub(crate) fn unlock_memory(&mut self, handle: Handle, slots: Slots) -> Answer<()> {
        let file = self.alive(handle, ffi::SQLITE_IOERR_SHMLOCK)?;
        file.memory.unlock(handle.id, slots);
        self.note_file(Call::UnlockMemory, handle, [slots.number(), 0], Ok(()))
    }

    /// A dead handle has left already.
    pub(crate) fn leave_memory(&mut self, handle: Handle) {
        if let Ok(file) = self.alive(handle, ffi::SQLITE_IOERR_SHMOPEN) {
            file.memory.leave(handle.id);
            let left: Answer<()> = Ok(());
            let _ = self.note_file(Call::LeaveMemory, handle, [0, 0], left);
        }
    }
}
