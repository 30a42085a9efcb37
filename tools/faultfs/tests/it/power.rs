//! Power losses and kills: what was committed stays, and a careless database does lose it.

use faultfs::{Chance, Disk, Faults};

use crate::ledger::{Ledger, Mode, WAL, open};

const SEEDS: u64 = 100;
const LIVES: u64 = 4;

/// Lets the power go at some operation in each of a disk's lives, and says what went wrong first.
fn live(seed: u64, mode: Mode) -> Result<(), String> {
    let mut ledger = Ledger::new(Disk::new(seed), mode);
    for life in 0..LIVES {
        let operations = 1 + (seed * 7 + life * 31) % 97;
        ledger.disk.cut_power_after(operations);
        let outcome = ledger.write(100);
        assert!(ledger.disk.is_dead(), "seed {seed}: {outcome:?}");
        ledger.disk.start();
        let checked = ledger.check();
        checked.map_err(|trouble| format!("seed {seed}, life {life}: {trouble}"))?;
    }
    Ok(())
}

/// How many seeds lose or break something.
fn troubles(mode: Mode) -> Vec<String> {
    let lives = (0..SEEDS).map(|seed| live(seed, mode));
    lives.filter_map(Result::err).collect()
}

fn mode(journal: &'static str, synchronous: &'static str) -> Mode {
    Mode {
        journal,
        synchronous,
    }
}

#[test]
fn a_synced_log_loses_no_commit() {
    assert_eq!(troubles(WAL), Vec::<String>::new());
}

#[test]
fn a_rollback_journal_loses_no_commit() {
    for mode in [
        mode("delete", "extra"),
        mode("truncate", "full"),
        mode("persist", "full"),
    ] {
        assert_eq!(troubles(mode), Vec::<String>::new(), "{}", mode.journal);
    }
}

#[test]
fn a_log_that_is_not_synced_loses_commits() {
    let lost = troubles(mode("wal", "off")).len();
    assert!(lost > SEEDS as usize / 4, "only {lost} lost something");
}

#[test]
fn a_log_synced_at_checkpoints_loses_commits_but_breaks_nothing() {
    let troubles = troubles(mode("wal", "normal"));
    assert!(!troubles.is_empty(), "nothing was lost");
    for trouble in troubles {
        assert!(trouble.contains("committed"), "{trouble}");
    }
}

#[test]
fn a_deleted_journal_comes_back_where_the_folder_is_not_synced() {
    let troubles = troubles(mode("delete", "full"));
    assert!(!troubles.is_empty(), "no deletion was taken back");
    for trouble in troubles {
        assert!(trouble.contains("committed"), "{trouble}");
    }
}

#[test]
fn a_killed_process_loses_nothing_even_if_it_never_syncs() {
    for seed in 0..SEEDS {
        let mut ledger = Ledger::new(Disk::new(seed), mode("wal", "off"));
        for _ in 0..LIVES {
            let mut connection = open(&ledger.disk, WAL).unwrap();
            for _ in 0..seed % 9 {
                ledger.write_one(&mut connection).unwrap();
            }
            ledger.disk.kill();
            let dead = ledger.write_one(&mut connection);
            assert!(dead.is_err(), "a dead handle works");
            drop(connection);
            ledger.disk.start();
            assert_eq!(ledger.check(), Ok(()), "seed {seed}");
        }
    }
}

#[test]
fn what_was_open_is_dead_for_ever() {
    let disk = Disk::new(1);
    let old = open(&disk, WAL).unwrap();
    disk.cut_power();
    assert!(disk.is_dead());
    assert!(open(&disk, WAL).is_err(), "opened without power");
    disk.start();
    assert!(!disk.is_dead());
    let new = open(&disk, WAL).unwrap();
    new.execute("INSERT INTO entry VALUES (1, 1, '')", [])
        .unwrap();
    let error = old
        .execute("INSERT INTO entry VALUES (2, 1, '')", [])
        .unwrap_err();
    assert_eq!(
        error.sqlite_error_code(),
        Some(rusqlite::ErrorCode::SystemIoFailure)
    );
    drop(old);
    let count: u64 = new
        .query_row("SELECT count(*) FROM entry", [], |row| row.get(0))
        .unwrap();
    assert_eq!(count, 1);
}

#[test]
fn syncs_that_fail_and_forget_lose_no_commit() {
    let mut failed = 0;
    for seed in 0..SEEDS {
        let mut ledger = Ledger::new(Disk::new(seed), WAL);
        for life in 0..LIVES {
            let mut connection = open(&ledger.disk, WAL).unwrap();
            ledger.disk.set_faults(Faults {
                sync_error: Chance::in_thousand(200),
                sync_error_forgets: true,
                ..Faults::NONE
            });
            for _ in 0..10 {
                failed += usize::from(ledger.write_one(&mut connection).is_err());
            }
            ledger.disk.heal();
            ledger.disk.cut_power();
            drop(connection);
            ledger.disk.start();
            assert_eq!(ledger.check(), Ok(()), "seed {seed}, life {life}");
        }
    }
    assert!(failed > 50, "only {failed} commits failed");
}
