//! The file system as SQLite knows it: finding, opening and deleting files.

use std::{
    ffi::{CStr, c_char, c_int},
    ptr,
    sync::{Arc, Once},
    time::Duration,
};

use rusqlite::ffi;

use crate::{
    disk::{self, Shared},
    machine::{Answer, Opening},
    random::Random,
};
use open_file::OpenFile;

mod open_file;

/// Open connections with this name: `Connection::open_with_flags_and_vfs(path, flags, VFS)`.
pub const VFS: &str = "faultfs";

const C_NAME: &CStr = c"faultfs";
const LONGEST_PATH: c_int = 512;

/// The beginning of 2026 as SQLite counts: milliseconds since noon in Greenwich on November 24,
/// 4714 before Christ.
const NOW: i64 = 212_633_985_600_000;

/// Sets off SQLite's random numbers again from `seed`, for the whole process: those in the salts
/// of the log and of `random()`. Means something only while no other thread uses SQLite.
pub fn seed_sqlite(seed: u32) {
    register();
    let no_connection: *mut ffi::sqlite3 = ptr::null_mut();
    // SAFETY: the control takes an int and a connection that may be null, and changes only the
    // generator, which has a lock of its own. A zero would mean real random numbers.
    unsafe {
        ffi::sqlite3_test_control(
            ffi::SQLITE_TESTCTRL_PRNG_SEED,
            seed.max(1).cast_signed(),
            no_connection,
        );
    }
}

/// Makes the name known to SQLite, once.
pub(crate) fn register() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let vfs = Box::leak(Box::new(ffi::sqlite3_vfs {
            iVersion: 2,
            szOsFile: size_of::<OpenFile>() as c_int,
            mxPathname: LONGEST_PATH,
            pNext: ptr::null_mut(),
            zName: C_NAME.as_ptr(),
            pAppData: ptr::null_mut(),
            xOpen: Some(open),
            xDelete: Some(delete),
            xAccess: Some(access),
            xFullPathname: Some(full_pathname),
            // Extensions cannot be loaded from such a disk.
            xDlOpen: None,
            xDlError: None,
            xDlSym: None,
            xDlClose: None,
            xRandomness: Some(randomness),
            xSleep: Some(sleep),
            xCurrentTime: Some(current_time),
            xGetLastError: None,
            xCurrentTimeInt64: Some(current_time_milliseconds),
            xSetSystemCall: None,
            xGetSystemCall: None,
            xNextSystemCall: None,
        }));
        // SAFETY: the table and its name live for ever, and its functions keep SQLite's contract.
        let code = unsafe { ffi::sqlite3_vfs_register(vfs, 0) };
        assert_eq!(code, ffi::SQLITE_OK, "SQLite does not take the file system");
    });
}

/// SQLite's code for an answer.
fn code(answer: Answer<()>) -> c_int {
    answer.err().unwrap_or(ffi::SQLITE_OK)
}

/// The disk of a path and the name there.
///
/// # Safety
/// `path` is a string of C that lives as long as the answer.
unsafe fn find<'path>(path: *const c_char) -> Option<(Arc<Shared>, &'path str)> {
    // SAFETY: as promised by the caller.
    let path = unsafe { CStr::from_ptr(path) };
    disk::find(path.to_str().ok()?)
}

/// # Safety
/// Called by SQLite: `name` is null or a string, `file` has room for an [`OpenFile`], `out_flags`
/// is null or points to a number.
unsafe extern "C" fn open(
    _vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    let place = file.cast::<OpenFile>();
    // SAFETY: the room is there; without methods SQLite does not close what was not opened.
    unsafe { place.write(OpenFile::closed()) };
    let opening = Opening {
        creates: flags & ffi::SQLITE_OPEN_CREATE != 0,
        must_be_new: flags & ffi::SQLITE_OPEN_EXCLUSIVE != 0,
        deletes_on_close: flags & ffi::SQLITE_OPEN_DELETEONCLOSE != 0,
    };
    let found = if name.is_null() {
        // A temporary file: a disk of its own, which dies with it.
        Some((Arc::new(Shared::new(0, 0)), "temporary"))
    } else {
        // SAFETY: SQLite keeps the name as long as the file is open.
        unsafe { find(name) }
    };
    let Some((shared, name)) = found else {
        return ffi::SQLITE_CANTOPEN;
    };
    let opened = shared.machine().open(name, opening);
    match opened {
        Ok(handle) => {
            // SAFETY: the room is there, and what stood in it holds nothing.
            unsafe { place.write(OpenFile::new(shared, handle)) };
            // SAFETY: null or a number.
            if let Some(out_flags) = unsafe { out_flags.as_mut() } {
                *out_flags = flags;
            }
            ffi::SQLITE_OK
        }
        Err(code) => code,
    }
}

/// # Safety
/// Called by SQLite: `name` is a string.
unsafe extern "C" fn delete(
    _vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    sync_directory: c_int,
) -> c_int {
    // SAFETY: the name is a string for the time of this call.
    let Some((shared, name)) = (unsafe { find(name) }) else {
        return ffi::SQLITE_IOERR_DELETE;
    };
    code(shared.machine().delete(name, sync_directory != 0))
}

/// # Safety
/// Called by SQLite: `name` is a string, `found` points to a number.
unsafe extern "C" fn access(
    _vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    flags: c_int,
    found: *mut c_int,
) -> c_int {
    // SAFETY: the name is a string for the time of this call.
    let Some((shared, name)) = (unsafe { find(name) }) else {
        return ffi::SQLITE_IOERR_ACCESS;
    };
    let even_empty = flags != ffi::SQLITE_ACCESS_EXISTS;
    let answer = shared.machine().has(name, even_empty);
    code(answer.map(|has| {
        // SAFETY: it points to a number.
        unsafe { found.write(c_int::from(has)) };
    }))
}

/// Paths are kept as they are.
///
/// # Safety
/// Called by SQLite: `path` is a string, `into` has room for `room` bytes.
unsafe extern "C" fn full_pathname(
    _vfs: *mut ffi::sqlite3_vfs,
    path: *const c_char,
    room: c_int,
    into: *mut c_char,
) -> c_int {
    // SAFETY: it is a string.
    let path = unsafe { CStr::from_ptr(path) }.to_bytes_with_nul();
    if usize::try_from(room).is_ok_and(|room| path.len() <= room) {
        // SAFETY: it fits, and the two do not overlap.
        unsafe { path.as_ptr().copy_to(into.cast(), path.len()) };
        ffi::SQLITE_OK
    } else {
        ffi::SQLITE_CANTOPEN
    }
}

/// The same numbers each time. SQLite asks only its default file system, which this is not.
///
/// # Safety
/// Called by SQLite: `into` has room for `length` bytes.
unsafe extern "C" fn randomness(
    _vfs: *mut ffi::sqlite3_vfs,
    length: c_int,
    into: *mut c_char,
) -> c_int {
    let mut random = Random::new(0);
    for place in 0..usize::try_from(length).unwrap_or(0) {
        // SAFETY: there is room for `length` bytes.
        unsafe { into.add(place).write(random.next() as c_char) };
    }
    length
}

/// Returns at once and says that all was slept.
extern "C" fn sleep(_vfs: *mut ffi::sqlite3_vfs, microseconds: c_int) -> c_int {
    microseconds
}

/// # Safety
/// Called by SQLite: `days` points to a number.
unsafe extern "C" fn current_time(_vfs: *mut ffi::sqlite3_vfs, days: *mut f64) -> c_int {
    let day = Duration::from_secs(24 * 60 * 60).as_millis();
    // SAFETY: it points to a number.
    unsafe { days.write(NOW as f64 / day as f64) };
    ffi::SQLITE_OK
}

/// # Safety
/// Called by SQLite: `milliseconds` points to a number.
unsafe extern "C" fn current_time_milliseconds(
    _vfs: *mut ffi::sqlite3_vfs,
    milliseconds: *mut i64,
) -> c_int {
    // SAFETY: it points to a number.
    unsafe { milliseconds.write(NOW) };
    ffi::SQLITE_OK
}
