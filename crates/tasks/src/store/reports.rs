//! Reports of bad readings. They go with the reading.

use super::{
    Store, StoreError,
    connection::{Connection, Row},
};
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
            let sql = format!(
                "SELECT finished_ms IS NOT NULL FROM tasks
                 WHERE account_id = ?1 AND task_id = ?2{}",
                connection.for_update()
            );
            let ids = [account_id.into(), task_id.into()];
            match connection.row(&sql, &ids, |row| row.flag(0))? {
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
            connection.row(&sql, &[task_id.into()], report_row)
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
            let sql = format!(
                "SELECT {COLUMNS} FROM reports
                 WHERE report_id < ?1 ORDER BY report_id DESC LIMIT ?2"
            );
            let values = [before.unwrap_or(i64::MAX).into(), limit.into()];
            connection.rows(&sql, &values, report_row)
        })
        .await
    }
}

fn keep(
    connection: &Connection<'_>,
    task_id: TaskId,
    report: &NewReport,
) -> Result<ReportRow, StoreError> {
    // A change is the newest again, under a number of its own.
    connection.execute("DELETE FROM reports WHERE task_id = ?1", &[task_id.into()])?;
    let sql = format!(
        "INSERT INTO reports (task_id, reason, with_reading, reported_ms)
         VALUES (?1, ?2, ?3, ?4) RETURNING {COLUMNS}"
    );
    let values = [
        task_id.into(),
        (&report.reason).into(),
        report.with_reading.into(),
        report.now_ms.into(),
    ];
    connection.one(&sql, &values, report_row)
}

fn report_row(row: &Row<'_>) -> Result<ReportRow, StoreError> {
    Ok(ReportRow {
        report_id: row.number(0)?,
        task_id: row.id(1)?,
        reason: row.text(2)?,
        with_reading: row.flag(3)?,
        reported_ms: row.number(4)?,
    })
}
