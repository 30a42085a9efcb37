//! Several connections to one disk: snapshots, checkpoints and locks.

use faultfs::Disk;
use rusqlite::{Connection, ErrorCode};

use crate::ledger::{Mode, WAL, open};

fn count(connection: &Connection) -> u64 {
    connection
        .query_row("SELECT count(*) FROM entry", [], |row| row.get(0))
        .expect("a count")
}

fn add(connection: &Connection) -> rusqlite::Result<usize> {
    connection.execute("INSERT INTO entry VALUES (1, 1, 'text')", [])
}

/// Whether it was busy.
fn checkpoint(connection: &Connection) -> bool {
    connection
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
        .expect("a checkpoint")
}

#[test]
fn a_reader_keeps_its_snapshot_while_another_writes() {
    let disk = Disk::new(1);
    let writer = open(&disk, WAL).unwrap();
    let reader = open(&disk, WAL).unwrap();
    let snapshot = reader.unchecked_transaction().unwrap();
    assert_eq!(count(&snapshot), 0);
    for _ in 0..100 {
        add(&writer).unwrap();
    }
    assert_eq!(count(&snapshot), 0);
    assert!(checkpoint(&writer), "the log was cut under a reader");
    assert_eq!(count(&snapshot), 0);
    drop(snapshot);
    assert_eq!(count(&reader), 100);
    assert!(!checkpoint(&writer));
    assert_eq!(disk.files()["ledger.db-wal"], 0);
    assert_eq!(count(&reader), 100);
}

#[test]
fn two_writers_wait_for_each_other_without_time_passing() {
    for journal in ["wal", "delete"] {
        let disk = Disk::new(1);
        let mode = Mode {
            journal,
            synchronous: "full",
        };
        let first = open(&disk, mode).unwrap();
        let second = open(&disk, mode).unwrap();
        let hour = std::time::Duration::from_secs(60 * 60);
        second.busy_timeout(hour).unwrap();
        let transaction = first.unchecked_transaction().unwrap();
        add(&transaction).unwrap();
        let error = add(&second).unwrap_err();
        assert_eq!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy));
        transaction.commit().unwrap();
        add(&second).unwrap();
        assert_eq!(count(&first), 2);
    }
}

#[test]
fn a_reader_holds_up_the_commit_of_a_rollback_journal() {
    let disk = Disk::new(1);
    let mode = Mode {
        journal: "delete",
        synchronous: "full",
    };
    let writer = open(&disk, mode).unwrap();
    let reader = open(&disk, mode).unwrap();
    let snapshot = reader.unchecked_transaction().unwrap();
    assert_eq!(count(&snapshot), 0);
    let transaction = writer.unchecked_transaction().unwrap();
    add(&transaction).unwrap();
    let error = transaction.execute_batch("COMMIT").unwrap_err();
    assert_eq!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy));
    drop(snapshot);
    transaction.commit().unwrap();
    assert_eq!(count(&reader), 1);
}

#[test]
fn many_disks_work_in_many_threads_at_once() {
    std::thread::scope(|scope| {
        for seed in 0..4 {
            scope.spawn(move || {
                let disk = Disk::new(seed);
                let connection = open(&disk, WAL).unwrap();
                for _ in 0..seed * 10 {
                    add(&connection).unwrap();
                }
                assert_eq!(count(&connection), seed * 10);
            });
        }
    });
}

#[test]
fn one_disk_works_from_many_threads_at_once() {
    let disk = Disk::new(1);
    open(&disk, WAL).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let connection = open(&disk, WAL);
                let added = connection.and_then(|connection| add(&connection));
                // Waiting takes no time here, so whoever finds it busy gives up soon.
                assert!(
                    added.is_ok()
                        || added.is_err_and(|error| {
                            error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                        })
                );
            });
        }
    });
    assert!(count(&open(&disk, WAL).unwrap()) > 0);
}
