//! Reports of bad readings. They go with the reading.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Store, StoreError, row::parsed};
use crate::{AccountId, TaskId};

/// A report that is to be kept.
pub(crate) struct NewReport {
    pub reason: String,
    pub with_reading: bool,
    pub now_ms: i64,
}

/// A report as it is stored.
pub(crate) struct ReportRow {
    pub report_id: i64,
    pub task_id: TaskId,
    pub reason: String,
    pub with_reading: bool,
    pub reported_ms: i64,
}

const COLUMNS: &str = "report_id, task_id, reason, with_reading, reported_ms";

impl Store {
    /// Keeps the report of a finished task, in the place of the one there was. Nothing, where this
    /// account has no such task; nothing inside, where the task is unfinished.
    pub(crate) async fn report(
        &self,
        account_id: AccountId,
        task_id: TaskId,
        report: NewReport,
    ) -> Result<Option<Option<ReportRow>>, StoreError> {
        self.write(move |connection| {
            let ids = [account_id.to_string(), task_id.to_string()];
            let is_finished: Option<bool> = connection
                .prepare_cached(
                    "SELECT finished_ms IS NOT NULL FROM tasks
                     WHERE account_id = ?1 AND task_id = ?2",
                )?
                .query_row(ids, |row| row.get(0))
                .optional()?;
            match is_finished {
                None => Ok(None),
                Some(false) => Ok(Some(None)),
                Some(true) => Ok(Some(Some(keep(connection, task_id, &report)?))),
            }
        })
        .await
    }

    /// The report of a task, if there is one.
    pub(crate) async fn report_of(&self, task_id: TaskId) -> Result<Option<ReportRow>, StoreError> {
        self.read(move |connection| {
            let sql = format!("SELECT {COLUMNS} FROM reports WHERE task_id = ?1");
            let found = connection
                .prepare_cached(&sql)?
                .query_row([task_id.to_string()], report_row)
                .optional()?;
            Ok(found)
        })
        .await
    }

    /// The reports before one, the newest first.
    pub(crate) async fn reports(
        &self,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<ReportRow>, StoreError> {
        self.read(move |connection| {
            let mut statement = connection.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM reports
                 WHERE ?1 IS NULL OR report_id < ?1 ORDER BY report_id DESC LIMIT ?2"
            ))?;
            let rows = statement.query_map(params![before, limit], report_row)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }
}

fn keep(
    connection: &Connection,
    task_id: TaskId,
    report: &NewReport,
) -> Result<ReportRow, rusqlite::Error> {
    // A change is the newest again, under a number of its own.
    let sql = format!(
        "INSERT OR REPLACE INTO reports (task_id, reason, with_reading, reported_ms)
         VALUES (?1, ?2, ?3, ?4) RETURNING {COLUMNS}"
    );
    connection.prepare_cached(&sql)?.query_row(
        params![
            task_id.to_string(),
            report.reason,
            report.with_reading,
            report.now_ms
        ],
        report_row,
    )
}

fn report_row(row: &Row<'_>) -> Result<ReportRow, rusqlite::Error> {
    Ok(ReportRow {
        report_id: row.get(0)?,
        task_id: parsed(row, 1, |text| text.parse().ok())?,
        reason: row.get(2)?,
        with_reading: row.get(3)?,
        reported_ms: row.get(4)?,
    })
}
