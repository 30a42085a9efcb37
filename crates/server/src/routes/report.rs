//! That a reading was bad: said by its owner, read by the operator.

use axum::{Json, extract::State};
use kaucim_tasks::{Reason, Report, ReportedReading};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::task::task_id;
use crate::{
    App,
    auth::{Address, MayAdminister, MayAsk},
    body::Json as StrictJson,
    parameters::{Path, Query},
    problem::Problem,
};

/// What is told of a bad reading; all of it may be absent.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct ReportReading {
    /// A word why, 500 characters at most.
    #[serde(default)]
    reason: String,
    /// Whether the operator may read the question and the reading, too; absent: no.
    #[serde(default)]
    with_reading: bool,
}

/// A page of reports, newest first.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Reports {
    reports: Vec<ReportedReading>,
    /// The `cursor` of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<i64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ReportsQuery {
    cursor: Option<i64>,
    limit: Option<u32>,
}

pub(super) async fn report(
    State(app): State<App>,
    MayAsk(who): MayAsk,
    Address(address): Address,
    Path(id): Path<String>,
    body: StrictJson<ReportReading>,
) -> Result<Json<Report>, Problem> {
    let task_id = task_id(&id)?;
    let ReportReading {
        reason,
        with_reading,
    } = body.value;
    let reason = Reason::new(&reason).map_err(|error| Problem::Invalid(error.to_string()))?;
    app.limiter.report(&who, address)?;
    let reported = app
        .tasks
        .report(who.account_id, task_id, reason, with_reading);
    Ok(Json(reported.await?))
}

pub(super) async fn reports(
    State(app): State<App>,
    _: MayAdminister,
    Query(page): Query<ReportsQuery>,
) -> Result<Json<Reports>, Problem> {
    let limit = page.limit.unwrap_or(50);
    if !(1..=200).contains(&limit) {
        return Err(Problem::Invalid("`limit` is 1 to 200".to_owned()));
    }
    let mut reports = app.tasks.reports(page.cursor, limit + 1).await?;
    let more = reports.len() > limit as usize;
    reports.truncate(limit as usize);
    let next = reports.last().filter(|_| more).map(|last| last.id);
    Ok(Json(Reports { reports, next }))
}
