//! Each fault gives the error it should, and the database goes on without being opened again.

use faultfs::{Chance, Disk, Faults};
use rusqlite::{Connection, Error, ffi};

use crate::ledger::{Ledger, Mode, WAL, open};

const MODES: [Mode; 2] = [
    WAL,
    Mode {
        journal: "delete",
        synchronous: "full",
    },
];

fn code(error: &Error) -> i32 {
    match error {
        Error::SqliteFailure(failure, _) => failure.extended_code,
        other => panic!("not an error of SQLite: {other}"),
    }
}

/// Lets a batch fail with `expected`, then lifts the faults and writes some more.
fn check(faults: Faults, expected: i32) {
    for mode in MODES {
        let disk = Disk::new(3);
        let mut ledger = Ledger::new(disk.clone(), mode);
        let mut connection = open(&disk, mode).expect("a database");
        for _ in 0..5 {
            let written = ledger.write_one(&mut connection);
            written.expect("a healthy disk");
        }
        disk.set_faults(faults);
        // A log that was written before is longer than it needs to be.
        let mut outcomes = (0..100).map(|_| ledger.write_one(&mut connection));
        let error = outcomes.find_map(Result::err).expect("an error");
        assert_eq!(code(&error), expected, "{}: {error}", mode.journal);
        disk.heal();
        for _ in 0..20 {
            let written = ledger.write_one(&mut connection);
            written.expect("a healthy disk");
        }
        drop(connection);
        disk.cut_power();
        disk.start();
        assert_eq!(ledger.check(), Ok(()), "{}", mode.journal);
    }
}

#[test]
fn a_disk_without_space_is_full() {
    let faults = Faults {
        no_space: Chance::ALWAYS,
        ..Faults::NONE
    };
    check(faults, ffi::SQLITE_FULL);
}

#[test]
fn a_disk_at_its_capacity_is_full() {
    let faults = Faults {
        capacity: Some(0),
        ..Faults::NONE
    };
    check(faults, ffi::SQLITE_FULL);
}

#[test]
fn a_full_disk_holds_no_more_than_its_capacity() {
    let disk = Disk::new(3);
    let mut ledger = Ledger::new(disk.clone(), WAL);
    let capacity = 100_000;
    disk.set_faults(Faults {
        capacity: Some(capacity),
        ..Faults::NONE
    });
    let error = ledger.write(1000).unwrap_err();
    assert_eq!(code(&error), ffi::SQLITE_FULL);
    let used: usize = disk.files().values().sum();
    assert!(used as u64 <= capacity, "{used} bytes");
    assert!(used as u64 > capacity / 2, "{used} bytes");
    disk.heal();
    assert_eq!(ledger.check(), Ok(()));
}

/// How many seeds lose a commit that was synced, after a sync before it had failed.
fn lost_after_a_failed_sync(sync_error_forgets: bool) -> usize {
    let lives = (0..50).map(|seed| {
        let disk = Disk::new(seed);
        let connection = open(&disk, WAL).expect("a database");
        let write = || connection.execute("INSERT INTO entry VALUES (1, 1, '')", []);
        let set_synchronous = |to| connection.pragma_update(None, "synchronous", to);
        set_synchronous("normal").expect("a setting");
        write().expect("a healthy disk");
        disk.set_faults(Faults {
            sync_error: Chance::ALWAYS,
            sync_error_forgets,
            ..Faults::NONE
        });
        let checkpoint = connection.execute_batch("PRAGMA wal_checkpoint");
        assert!(checkpoint.is_err(), "the sync did not fail");
        disk.heal();
        set_synchronous("full").expect("a setting");
        write().expect("a healthy disk");
        assert_eq!(count(&connection).expect("a count"), 2, "seed {seed}");
        disk.cut_power();
        disk.start();
        let connection = open(&disk, WAL).expect("a database");
        count(&connection).expect("a count") < 2
    });
    lives.filter(|is_lost| *is_lost).count()
}

#[test]
fn a_sync_that_fails_may_forget_what_later_syncs_rest_on() {
    assert!(lost_after_a_failed_sync(true) > 10);
    assert_eq!(lost_after_a_failed_sync(false), 0);
}

#[test]
fn a_write_error_is_told() {
    let faults = Faults {
        write_error: Chance::ALWAYS,
        ..Faults::NONE
    };
    check(faults, ffi::SQLITE_IOERR_WRITE);
}

#[test]
fn a_sync_error_is_told() {
    for sync_error_forgets in [false, true] {
        let faults = Faults {
            sync_error: Chance::ALWAYS,
            sync_error_forgets,
            ..Faults::NONE
        };
        check(faults, ffi::SQLITE_IOERR_FSYNC);
    }
}

#[test]
fn a_lock_of_another_process_is_busy() {
    let faults = Faults {
        locked: Chance::ALWAYS,
        ..Faults::NONE
    };
    check(faults, ffi::SQLITE_BUSY);
}

/// A connection that has read nothing yet, to a database with ten batches in one file.
fn fresh() -> (Disk, Connection) {
    let disk = Disk::new(3);
    let written = Ledger::new(disk.clone(), WAL).write(10);
    written.expect("a healthy disk");
    let path = disk.folder().join("ledger.db");
    let flags = rusqlite::OpenFlags::default();
    let connection = Connection::open_with_flags_and_vfs(path, flags, faultfs::VFS);
    (disk, connection.expect("a database"))
}

fn count(connection: &Connection) -> Result<u64, Error> {
    connection.query_row("SELECT count(*) FROM entry", [], |row| row.get(0))
}

#[test]
fn a_read_error_is_told() {
    let (disk, connection) = fresh();
    disk.set_faults(Faults {
        read_error: Chance::ALWAYS,
        ..Faults::NONE
    });
    let error = count(&connection).unwrap_err();
    assert_eq!(code(&error), ffi::SQLITE_IOERR_READ);
    disk.heal();
    assert!(count(&connection).unwrap() > 0);
}

#[test]
fn a_short_read_looks_like_damage() {
    let (disk, connection) = fresh();
    disk.set_faults(Faults {
        short_read: Chance::ALWAYS,
        ..Faults::NONE
    });
    let error = count(&connection).unwrap_err();
    assert_eq!(code(&error), ffi::SQLITE_CORRUPT);
    disk.heal();
    let count = count(&open(&disk, WAL).unwrap());
    assert!(count.unwrap() > 0, "nothing is there");
}

#[test]
fn a_short_read_of_the_log_is_told() {
    let disk = Disk::new(3);
    let mut ledger = Ledger::new(disk.clone(), WAL);
    let mut writer = open(&disk, WAL).unwrap();
    let reader = open(&disk, WAL).unwrap();
    let no_checkpoint = writer.pragma_update(None, "wal_autocheckpoint", 0);
    no_checkpoint.unwrap();
    for _ in 0..3 {
        ledger.write_one(&mut writer).unwrap();
    }
    disk.set_faults(Faults {
        short_read: Chance::ALWAYS,
        ..Faults::NONE
    });
    let error = count(&reader).unwrap_err();
    assert_eq!(code(&error), ffi::SQLITE_IOERR_SHORT_READ);
    disk.heal();
    assert!(count(&reader).unwrap() > 0);
}
