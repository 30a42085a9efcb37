//! An open file as SQLite knows it: the table of what can be done with it.

use std::{
    ffi::{c_int, c_void},
    ptr, slice,
    sync::{
        Arc,
        atomic::{Ordering, fence},
    },
};

use rusqlite::ffi;

use super::code;
use crate::{
    bytes::SECTOR,
    disk::Shared,
    handle::Handle,
    locks::Level,
    machine::Answer,
    shared_memory::{Region, Sharing, Slots},
};

/// What SQLite makes room for and passes to each function below.
#[repr(C)]
pub(super) struct OpenFile {
    base: ffi::sqlite3_file,
    /// Owned; null where nothing was opened.
    inner: *mut Inner,
}

struct Inner {
    shared: Arc<Shared>,
    handle: Handle,
    /// Keeps alive what SQLite holds pointers to, also after the power has gone.
    regions: Vec<Region>,
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(map_memory),
    xShmLock: Some(lock_memory),
    xShmBarrier: Some(memory_barrier),
    xShmUnmap: Some(unmap_memory),
    xFetch: None,
    xUnfetch: None,
};

impl OpenFile {
    /// Not open: SQLite calls nothing on it.
    pub(super) fn closed() -> Self {
        Self {
            base: ffi::sqlite3_file {
                pMethods: ptr::null(),
            },
            inner: ptr::null_mut(),
        }
    }

    pub(super) fn new(shared: Arc<Shared>, handle: Handle) -> Self {
        let inner = Box::new(Inner {
            shared,
            handle,
            regions: Vec::new(),
        });
        Self {
            base: ffi::sqlite3_file { pMethods: &METHODS },
            inner: Box::into_raw(inner),
        }
    }
}

/// What belongs to an open file.
///
/// # Safety
/// `file` was opened by this file system and not closed, and no other call on it is under way:
/// SQLite uses a file from one thread at a time.
unsafe fn inner<'file>(file: *mut ffi::sqlite3_file) -> &'file mut Inner {
    // SAFETY: as promised by the caller, it is an `OpenFile` with its own `Inner`.
    unsafe { &mut *(*file.cast::<OpenFile>()).inner }
}

/// A number of C that cannot be negative.
fn number(number: impl TryInto<usize>) -> usize {
    number.try_into().unwrap_or(0)
}

fn level(level: c_int) -> Level {
    match level {
        ffi::SQLITE_LOCK_SHARED => Level::Shared,
        ffi::SQLITE_LOCK_RESERVED => Level::Reserved,
        ffi::SQLITE_LOCK_PENDING => Level::Pending,
        ffi::SQLITE_LOCK_EXCLUSIVE => Level::Exclusive,
        _ => Level::None,
    }
}

/// Puts what was answered where SQLite wants it.
///
/// # Safety
/// `to` can be written.
unsafe fn put<T>(to: *mut T, answer: Answer<T>) -> c_int {
    // SAFETY: as promised by the caller.
    code(answer.map(|value| unsafe { to.write(value) }))
}

/// # Safety
/// Called by SQLite with an open file, for the last time.
unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: it is open, so `inner` was made by `Box::into_raw` and is given back once.
    let inner = unsafe { Box::from_raw(inner(file)) };
    inner.shared.machine().close(inner.handle);
    ffi::SQLITE_OK
}

/// # Safety
/// Called by SQLite with an open file and room for `length` bytes.
unsafe extern "C" fn read(
    file: *mut ffi::sqlite3_file,
    into: *mut c_void,
    length: c_int,
    offset: i64,
) -> c_int {
    // SAFETY: the file is open.
    let inner = unsafe { inner(file) };
    let room = into.cast::<u8>();
    // SAFETY: there is room for `length` bytes, which are made valid here before they are a slice.
    let into = unsafe {
        room.write_bytes(0, number(length));
        slice::from_raw_parts_mut(room, number(length))
    };
    let mut machine = inner.shared.machine();
    code(machine.read(inner.handle, number(offset), into))
}

/// # Safety
/// Called by SQLite with an open file and `length` bytes.
unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    bytes: *const c_void,
    length: c_int,
    offset: i64,
) -> c_int {
    // SAFETY: the file is open.
    let inner = unsafe { inner(file) };
    // SAFETY: there are `length` bytes, and SQLite leaves them alone during this call.
    let bytes = unsafe { slice::from_raw_parts(bytes.cast::<u8>(), number(length)) };
    let mut machine = inner.shared.machine();
    code(machine.write(inner.handle, number(offset), bytes))
}

/// # Safety
/// Called by SQLite with an open file.
unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, length: i64) -> c_int {
    // SAFETY: the file is open.
    let inner = unsafe { inner(file) };
    let mut machine = inner.shared.machine();
    code(machine.truncate(inner.handle, number(length)))
}

/// # Safety
/// Called by SQLite with an open file.
unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _flags: c_int) -> c_int {
    // SAFETY: the file is open.
    let inner = unsafe { inner(file) };
    code(inner.shared.machine().sync(inner.handle))
}

/// # Safety
/// Called by SQLite with an open file and a place for the size.
unsafe extern "C" fn file_size(file: *mut ffi::sqlite3_file, size: *mut i64) -> c_int {
    // SAFETY: the file is open.
    let inner = unsafe { inner(file) };
    let answer = inner.shared.machine().size(inner.handle);
    // SAFETY: it can be written.
    unsafe { put(size, answer.map(|size| size as i64)) }
}

/// # Safety
/// Called by SQLite with an open file.
unsafe extern "C" fn lock(file: *mut ffi::sqlite3_file, wanted: c_int) -> c_int {
    // SAFETY: the file is open.
    let inner = unsafe { inner(file) };
    let mut machine = inner.shared.machine();
    code(machine.lock(inner.handle, level(wanted)))
}

/// # Safety
/// Called by SQLite with an open file.
unsafe extern "C" fn unlock(file: *mut ffi::sqlite3_file, wanted: c_int) -> c_int {
    // SAFETY: the file is open.
    let inner = unsafe { inner(file) };
    let mut machine = inner.shared.machine();
    code(machine.unlock(inner.handle, level(wanted)))
}

/// # Safety
/// Called by SQLite with an open file and a place for the answer.
unsafe extern "C" fn check_reserved_lock(
    file: *mut ffi::sqlite3_file,
    reserved: *mut c_int,
) -> c_int {
    // SAFETY: the file is open.
    let inner = unsafe { inner(file) };
    let answer = inner.shared.machine().is_reserved(inner.handle);
    // SAFETY: it can be written.
    unsafe { put(reserved, answer.map(c_int::from)) }
}

/// None of what SQLite offers is needed.
extern "C" fn file_control(
    _file: *mut ffi::sqlite3_file,
    _control: c_int,
    _argument: *mut c_void,
) -> c_int {
    ffi::SQLITE_NOTFOUND
}

extern "C" fn sector_size(_file: *mut ffi::sqlite3_file) -> c_int {
    SECTOR as c_int
}

/// Bytes that were not written stay as they are when the power goes, even beside a torn write.
/// Nothing else is promised: no write is atomic, none waits for another, and a file can be longer
/// than what was written to it.
extern "C" fn device_characteristics(_file: *mut ffi::sqlite3_file) -> c_int {
    ffi::SQLITE_IOCAP_POWERSAFE_OVERWRITE
}

/// # Safety
/// Called by SQLite with an open file and a place for the pointer.
unsafe extern "C" fn map_memory(
    file: *mut ffi::sqlite3_file,
    region: c_int,
    size: c_int,
    extend: c_int,
    pointer: *mut *mut c_void,
) -> c_int {
    // SAFETY: the file is open.
    let inner = unsafe { inner(file) };
    let (region, size) = (number(region), number(size));
    let mut machine = inner.shared.machine();
    let answer = machine.map_memory(inner.handle, region, size, extend != 0);
    let answer = answer.map(|region| match region {
        Some(region) => {
            let pointer = region.as_ptr().cast_mut().cast::<c_void>();
            inner.regions.push(region);
            pointer
        }
        None => ptr::null_mut(),
    });
    // SAFETY: it can be written. What it points to is atomics, which may be written through a
    // shared pointer, and lives in `regions` until SQLite lets go of it.
    unsafe { put(pointer, answer) }
}

/// # Safety
/// Called by SQLite with an open file.
unsafe extern "C" fn lock_memory(
    file: *mut ffi::sqlite3_file,
    first: c_int,
    count: c_int,
    flags: c_int,
) -> c_int {
    // SAFETY: the file is open.
    let inner = unsafe { inner(file) };
    let slots = Slots::new(number(first), number(count));
    let mut machine = inner.shared.machine();
    if flags & ffi::SQLITE_SHM_UNLOCK != 0 {
        return code(machine.unlock_memory(inner.handle, slots));
    }
    let sharing = if flags & ffi::SQLITE_SHM_SHARED != 0 {
        Sharing::Shared
    } else {
        Sharing::Exclusive
    };
    code(machine.lock_memory(inner.handle, slots, sharing))
}

extern "C" fn memory_barrier(_file: *mut ffi::sqlite3_file) {
    fence(Ordering::SeqCst);
}

/// # Safety
/// Called by SQLite with an open file whose shared memory it does not use any more.
unsafe extern "C" fn unmap_memory(file: *mut ffi::sqlite3_file, _delete: c_int) -> c_int {
    // SAFETY: the file is open.
    let inner = unsafe { inner(file) };
    inner.shared.machine().leave_memory(inner.handle);
    inner.regions.clear();
    ffi::SQLITE_OK
}
