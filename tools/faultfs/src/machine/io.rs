//! Reading, writing and syncing open files.

use rusqlite::ffi;

use super::{Answer, Machine};
use crate::{bytes::Mood, handle::Handle, trace::Call};

impl Machine {
    /// Fills `into` from the file; what lies beyond its end is zeros and a short read.
    pub(crate) fn read(&mut self, handle: Handle, offset: usize, into: &mut [u8]) -> Answer<()> {
        self.alive(handle, ffi::SQLITE_IOERR_READ)?;
        let numbers = [offset, into.len()];
        let answer = self.read_or_refuse(handle, offset, into);
        self.note_file(Call::Read, handle, numbers, answer)
    }

    fn read_or_refuse(&mut self, handle: Handle, offset: usize, into: &mut [u8]) -> Answer<()> {
        if self.random.hits(self.faults.read_error) {
            return Err(ffi::SQLITE_IOERR_READ);
        }
        let wanted = if self.random.hits(self.faults.short_read) {
            self.random.below(into.len())
        } else {
            into.len()
        };
        let file = self.alive(handle, ffi::SQLITE_IOERR_READ)?;
        let found = file.bytes.seen().get(offset..).unwrap_or_default();
        let length = found.len().min(wanted);
        into[..length].copy_from_slice(&found[..length]);
        into[length..].fill(0);
        if length < into.len() {
            return Err(ffi::SQLITE_IOERR_SHORT_READ);
        }
        Ok(())
    }

    pub(crate) fn write(&mut self, handle: Handle, offset: usize, bytes: &[u8]) -> Answer<()> {
        self.alive(handle, ffi::SQLITE_IOERR_WRITE)?;
        let answer = self.write_or_refuse(handle, offset, bytes);
        self.note_file(Call::Write, handle, [offset, bytes.len()], answer)
    }

    fn write_or_refuse(&mut self, handle: Handle, offset: usize, bytes: &[u8]) -> Answer<()> {
        let is_last = self.is_last_operation();
        let (kept, answer) = if is_last {
            (bytes.len(), Err(ffi::SQLITE_IOERR_WRITE))
        } else {
            self.room(handle, offset, bytes.len())?
        };
        let file = self.alive(handle, ffi::SQLITE_IOERR_WRITE)?;
        file.bytes.write(offset, &bytes[..kept]);
        if is_last {
            self.lose_power(Some(handle.file));
        }
        answer
    }

    /// How many bytes of a write are written, and what is answered.
    fn room(
        &mut self,
        handle: Handle,
        offset: usize,
        length: usize,
    ) -> Answer<(usize, Answer<()>)> {
        let file = self.alive(handle, ffi::SQLITE_IOERR_WRITE)?;
        let extra = (offset + length).saturating_sub(file.bytes.length());
        if self.random.hits(self.faults.write_error) {
            return Ok((self.random.below(length), Err(ffi::SQLITE_IOERR_WRITE)));
        }
        if extra == 0 {
            return Ok((length, Ok(())));
        }
        if self.random.hits(self.faults.no_space) {
            return Ok((self.random.below(length), Err(ffi::SQLITE_FULL)));
        }
        let Some(capacity) = self.faults.capacity else {
            return Ok((length, Ok(())));
        };
        let used: usize = self.all_bytes().map(|bytes| bytes.length()).sum();
        let left = usize::try_from(capacity).unwrap_or(usize::MAX);
        let lacking = extra.saturating_sub(left.saturating_sub(used));
        if lacking == 0 {
            return Ok((length, Ok(())));
        }
        Ok((length.saturating_sub(lacking), Err(ffi::SQLITE_FULL)))
    }

    pub(crate) fn truncate(&mut self, handle: Handle, length: usize) -> Answer<()> {
        self.alive(handle, ffi::SQLITE_IOERR_TRUNCATE)?;
        let is_last = self.is_last_operation();
        let file = self.alive(handle, ffi::SQLITE_IOERR_TRUNCATE)?;
        file.bytes.truncate(length);
        let answer = if is_last {
            self.lose_power(Some(handle.file));
            Err(ffi::SQLITE_IOERR_TRUNCATE)
        } else {
            Ok(())
        };
        self.note_file(Call::Truncate, handle, [length, 0], answer)
    }

    /// Makes durable what was written to the file, and that the file was made.
    pub(crate) fn sync(&mut self, handle: Handle) -> Answer<()> {
        self.alive(handle, ffi::SQLITE_IOERR_FSYNC)?;
        let answer = self.sync_or_refuse(handle);
        self.note_file(Call::Sync, handle, [0, 0], answer)
    }

    fn sync_or_refuse(&mut self, handle: Handle) -> Answer<()> {
        if self.is_last_operation() {
            self.lose_power(None);
            return Err(ffi::SQLITE_IOERR_FSYNC);
        }
        if self.random.hits(self.faults.sync_error) {
            if self.faults.sync_error_forgets {
                let mood = Mood::draw(&mut self.random);
                if let Some(file) = self.files.get_mut(&handle.file) {
                    file.bytes.settle(mood, false, &mut self.random);
                }
            }
            return Err(ffi::SQLITE_IOERR_FSYNC);
        }
        self.alive(handle, ffi::SQLITE_IOERR_FSYNC)?.bytes.sync();
        self.directory.sync_creation(handle.file);
        self.forget_unreachable();
        Ok(())
    }

    pub(crate) fn size(&mut self, handle: Handle) -> Answer<usize> {
        let file = self.alive(handle, ffi::SQLITE_IOERR_FSTAT)?;
        let length = file.bytes.length();
        self.note_file(Call::Size, handle, [length, 0], Ok(length))
    }
}
