//! What stands on a disk: erased text, damaged bytes, and a copy to look at.

use faultfs::Disk;
use rusqlite::Connection;

use crate::ledger::{WAL, open};

const SECRET: &str = "will she come back to me";

fn write_secret(disk: &Disk) -> Connection {
    let connection = open(disk, WAL).expect("a database");
    let written = connection.execute("INSERT INTO entry VALUES (1, 1, ?1)", [SECRET]);
    written.expect("a healthy disk");
    connection
}

fn erase(connection: &Connection) {
    let erased = connection.execute("DELETE FROM entry", []);
    erased.expect("a healthy disk");
    checkpoint(connection);
}

fn checkpoint(connection: &Connection) {
    let checkpoint = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    checkpoint.expect("a healthy disk");
}

#[test]
fn text_is_found_until_it_is_erased() {
    let disk = Disk::new(1);
    let connection = write_secret(&disk);
    connection
        .pragma_update(None, "secure_delete", "on")
        .unwrap();
    assert!(disk.contains(SECRET.as_bytes()));
    erase(&connection);
    assert!(!disk.contains(SECRET.as_bytes()));
}

#[test]
fn text_stays_where_deleting_is_not_secure() {
    let disk = Disk::new(1);
    let connection = write_secret(&disk);
    connection
        .pragma_update(None, "secure_delete", "off")
        .unwrap();
    erase(&connection);
    assert!(disk.contains(SECRET.as_bytes()));
}

#[test]
fn a_log_that_was_cut_off_may_come_back_until_it_is_synced() {
    let disk = Disk::new(1);
    let connection = write_secret(&disk);
    connection
        .pragma_update(None, "secure_delete", "on")
        .unwrap();
    erase(&connection);
    assert!(disk.may_contain(SECRET.as_bytes()));
    // The next commit writes the log from its beginning and syncs it.
    connection
        .execute("INSERT INTO entry VALUES (2, 1, '')", [])
        .unwrap();
    assert!(!disk.may_contain(SECRET.as_bytes()));
}

#[test]
fn damaged_bytes_are_noticed_also_after_a_power_loss() {
    let disk = Disk::new(1);
    let connection = write_secret(&disk);
    checkpoint(&connection);
    drop(connection);
    let length = disk.files()["ledger.db"];
    assert_eq!(disk.damage("ledger.db", length - 8..length + 100), 8);
    assert_eq!(disk.damage("nothing.db", 0..100), 0);
    assert_eq!(disk.damage("ledger.db", 0..16), 16);
    disk.cut_power();
    disk.start();
    let error = open(&disk, WAL).unwrap_err();
    assert_eq!(
        error.sqlite_error_code(),
        Some(rusqlite::ErrorCode::NotADatabase)
    );
}

#[test]
fn a_copy_can_be_read_by_any_sqlite() {
    let disk = Disk::new(1);
    let connection = write_secret(&disk);
    let folder = tempfile::tempdir().unwrap();
    disk.copy_out(folder.path()).unwrap();
    drop(connection);
    let copy = Connection::open(folder.path().join("ledger.db")).unwrap();
    let text: String = copy
        .query_row("SELECT body FROM entry", [], |row| row.get(0))
        .unwrap();
    assert_eq!(text, SECRET);
}
