//! A database whose every transaction can be checked: whole or not there, and none lost.

use faultfs::{Disk, VFS};
use rusqlite::{Connection, OpenFlags, Result, params};

/// How the database is to be kept.
#[derive(Clone, Copy)]
pub(crate) struct Mode {
    pub(crate) journal: &'static str,
    pub(crate) synchronous: &'static str,
}

pub(crate) const WAL: Mode = Mode {
    journal: "wal",
    synchronous: "full",
};

/// What a run knows about the database of one disk.
pub(crate) struct Ledger {
    pub(crate) disk: Disk,
    mode: Mode,
    /// The last batch whose commit returned.
    committed: u64,
    /// The last batch that was begun.
    begun: u64,
}

/// Opens the database of a disk, and makes it where there is none.
pub(crate) fn open(disk: &Disk, mode: Mode) -> Result<Connection> {
    let path = disk.folder().join("ledger.db");
    let connection = Connection::open_with_flags_and_vfs(path, OpenFlags::default(), VFS)?;
    connection.pragma_update(None, "journal_mode", mode.journal)?;
    connection.pragma_update(None, "synchronous", mode.synchronous)?;
    connection.pragma_update(None, "wal_autocheckpoint", 12)?;
    connection.execute_batch(
        "BEGIN IMMEDIATE;
         CREATE TABLE IF NOT EXISTS entry (batch INTEGER, number INTEGER, body TEXT);
         CREATE INDEX IF NOT EXISTS by_batch ON entry (batch, number);
         CREATE TABLE IF NOT EXISTS total (entries INTEGER);
         INSERT INTO total SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM total);
         COMMIT;",
    )?;
    Ok(connection)
}

impl Ledger {
    pub(crate) fn new(disk: Disk, mode: Mode) -> Self {
        Self {
            disk,
            mode,
            committed: 0,
            begun: 0,
        }
    }

    /// Writes batch after batch until the disk refuses one, or `count` are written.
    pub(crate) fn write(&mut self, count: u64) -> Result<()> {
        let mut connection = open(&self.disk, self.mode)?;
        for _ in 0..count {
            self.write_one(&mut connection)?;
        }
        Ok(())
    }

    /// Writes one batch: some entries, and how many there are now.
    pub(crate) fn write_one(&mut self, connection: &mut Connection) -> Result<()> {
        self.begun = self.committed + 1;
        let transaction = connection.transaction()?;
        for number in 0..entries(self.begun) {
            let body = format!("{} ", self.begun).repeat(40 * (1 + number as usize));
            transaction.execute(
                "INSERT INTO entry VALUES (?1, ?2, ?3)",
                params![self.begun, number, body],
            )?;
        }
        transaction.execute(
            "UPDATE total SET entries = entries + ?1",
            [entries(self.begun)],
        )?;
        transaction.commit()?;
        self.committed = self.begun;
        Ok(())
    }

    /// Opens the database again and says what is wrong with it. A batch whose commit failed may be
    /// there or not, but only whole.
    pub(crate) fn check(&mut self) -> std::result::Result<(), String> {
        let connection = open(&self.disk, self.mode).map_err(|error| error.to_string())?;
        let found = self
            .look(&connection)
            .map_err(|error| error.to_string())??;
        self.committed = found;
        Ok(())
    }

    fn look(&self, connection: &Connection) -> Result<std::result::Result<u64, String>> {
        let integrity: String =
            connection.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
        if integrity != "ok" {
            return Ok(Err(integrity));
        }
        let mut batches = connection
            .prepare("SELECT batch, count(*) FROM entry GROUP BY batch ORDER BY batch")?;
        let batches: Vec<(u64, u64)> = batches
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_>>()?;
        let sum: u64 = connection.query_row("SELECT entries FROM total", [], |row| row.get(0))?;
        let last = batches.len() as u64;
        let whole: Vec<_> = (1..=last).map(|batch| (batch, entries(batch))).collect();
        Ok(if batches != whole {
            Err(format!("half a batch: {batches:?}"))
        } else if sum != whole.iter().map(|(_, entries)| entries).sum::<u64>() {
            Err(format!("half a batch: {sum} entries are said"))
        } else if last < self.committed {
            Err(format!("{last} batches, but {} committed", self.committed))
        } else if last > self.begun {
            Err(format!("{last} batches, but {} begun", self.begun))
        } else {
            Ok(last)
        })
    }
}

fn entries(batch: u64) -> u64 {
    1 + batch % 4
}
