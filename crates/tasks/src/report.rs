//! What readers tell the operator of a reading that was bad: one report a reading, which can be changed.

use jiff::Timestamp;
use kaucim_fortune::{Language, Origin, Writer};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    AccountId, Status, StoreError, TaskId, Tasks,
    document::Progress,
    store::{
        log::decoded,
        reports::{NewReport, ReportRow},
    },
    tasks::timestamp,
};

/// Signs of a word why, at most.
const REASON_SIGNS: usize = 500;

/// A word why a reading was bad: 500 signs at most once spaces around it are gone; it may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reason(String);

/// Why it is none.
#[derive(Debug, thiserror::Error)]
#[error("`reason` has over {REASON_SIGNS} characters")]
pub struct ReasonError;

impl Reason {
    pub fn new(text: &str) -> Result<Self, ReasonError> {
        let text = text.trim();
        if text.chars().count() > REASON_SIGNS {
            return Err(ReasonError);
        }
        Ok(Self(text.to_owned()))
    }
}

/// That a reading was reported, as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Report {
    #[schemars(with = "String")]
    pub reported_at: Timestamp,
    /// The owner's word why; absent, where there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Whether the operator may read the question and the reading, too.
    pub with_reading: bool,
}

/// A reported reading, as the operator sees it. What was asked and read is there only where its
/// owner said so.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ReportedReading {
    /// Rises with each report and each change of one.
    pub id: i64,
    pub task_id: TaskId,
    #[schemars(with = "String")]
    pub reported_at: Timestamp,
    /// The word why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub status: Status,
    #[schemars(with = "String")]
    pub created_at: Timestamp,
    pub deity_id: String,
    pub deck_id: String,
    /// The version of the deck.
    pub version: String,
    pub fortune_number: u32,
    pub language: Language,
    /// Who wrote it; absent, where no model did, or it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<Writer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// The code of the error that ended it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Checks that its sections have failed all the same.
    pub failed_checks: Vec<String>,
    /// Absent, where its owner did not share it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reading: Option<SharedReading>,
}

/// What was asked and read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SharedReading {
    pub question: String,
    /// All that was sealed, as plain text.
    pub text: String,
}

/// Why a reading is not reported.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    #[error("no such task")]
    NotFound,
    #[error("task {0} is unfinished")]
    Running(TaskId),
    #[error("the storage does not answer")]
    Store(#[from] StoreError),
}

impl Tasks {
    /// Reports a finished reading of this account to the operator, or changes the report there is.
    pub async fn report(
        &self,
        account_id: AccountId,
        task_id: TaskId,
        reason: Reason,
        with_reading: bool,
    ) -> Result<Report, ReportError> {
        let report = NewReport {
            reason: reason.0,
            with_reading,
            now_ms: self.shared.settings.clock.now_ms(),
        };
        let kept = self
            .shared
            .store
            .report(account_id, task_id, report)
            .await?;
        match kept {
            None => Err(ReportError::NotFound),
            Some(None) => Err(ReportError::Running(task_id)),
            Some(Some(row)) => Ok(row.seen()),
        }
    }

    /// The reports before one, the newest first.
    pub async fn reports(
        &self,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<ReportedReading>, StoreError> {
        let rows = self.shared.store.reports(before, limit).await?;
        let mut reports = Vec::with_capacity(rows.len());
        for row in rows {
            // What was erased meanwhile is reported no more.
            if let Some(reported) = self.reported(row).await? {
                reports.push(reported);
            }
        }
        Ok(reports)
    }

    async fn reported(&self, row: ReportRow) -> Result<Option<ReportedReading>, StoreError> {
        let found = self.shared.store.task_and_events(row.task_id).await?;
        let Some((task, log)) = found else {
            return Ok(None);
        };
        let mut progress = Progress::default();
        for event in decoded(&log)? {
            progress.apply(event);
        }
        let lot = *progress.lot.ok_or(StoreError::Closed)?;
        let failed = progress.sections.iter().flat_map(|section| &section.checks);
        let failed = failed.filter(|check| !check.passed);
        let failed_checks = failed.map(|check| check.check.clone()).collect();
        let texts = progress.sections.iter();
        let texts = texts.map(|section| format!("{}\n{}", section.title, section.text));
        let reading = row.with_reading.then(|| SharedReading {
            question: task.question.clone(),
            text: texts.collect::<Vec<_>>().join("\n\n"),
        });
        let result = progress.result;
        let Report {
            reported_at,
            reason,
            with_reading: _,
        } = row.seen();
        Ok(Some(ReportedReading {
            id: row.report_id,
            task_id: row.task_id,
            reported_at,
            reason,
            status: task.status,
            created_at: timestamp(task.created_ms),
            deity_id: task.deity_id,
            deck_id: lot.deck_id,
            version: lot.version,
            fortune_number: task.fortune_number,
            language: task.language,
            origin: result.as_ref().map(|result| result.origin),
            model: result.and_then(|result| result.model),
            error: progress.failure.map(|failure| failure.code),
            failed_checks,
            reading,
        }))
    }
}

impl ReportRow {
    /// As the owner of the reading sees it.
    pub(crate) fn seen(&self) -> Report {
        Report {
            reported_at: timestamp(self.reported_ms),
            reason: Some(self.reason.clone()).filter(|reason| !reason.is_empty()),
            with_reading: self.with_reading,
        }
    }
}
