//! For operators: how the service does, which tasks there are, and what was done in their name.

use std::collections::BTreeMap;

use axum::{Json, extract::State};
use kaucim_tasks::{AuditEntry, Overview, TasksNow};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::task::{Cancelled, task_id};
use crate::{
    App,
    auth::MayAdminister,
    history::LastHour,
    parameters::{Path, Query},
    problem::Problem,
};

/// How the service does: counts, times and budgets, never what anybody asked.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct AdminOverview {
    version: &'static str,
    draining: bool,
    /// Open event streams.
    readers: usize,
    /// Open connections, and how many there may be.
    connections: usize,
    most_connections: usize,
    /// Problems told since the start, by code.
    problems: BTreeMap<&'static str, u64>,
    readings: Overview,
}

/// A page of the audit, newest first.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Audit {
    entries: Vec<AuditEntry>,
    /// The `cursor` of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<i64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct AuditQuery {
    cursor: Option<i64>,
    limit: Option<u32>,
}

pub(super) async fn overview(
    State(app): State<App>,
    _: MayAdminister,
) -> Result<Json<AdminOverview>, Problem> {
    Ok(Json(AdminOverview {
        version: env!("CARGO_PKG_VERSION"),
        draining: app.draining.is_cancelled(),
        readers: app.streams.count(),
        connections: app.connections.open(),
        most_connections: app.connections.most(),
        problems: app.refusals.all(),
        readings: app.tasks.overview().await?,
    }))
}

pub(super) async fn audit(
    State(app): State<App>,
    _: MayAdminister,
    Query(page): Query<AuditQuery>,
) -> Result<Json<Audit>, Problem> {
    let limit = page.limit.unwrap_or(50);
    if !(1..=200).contains(&limit) {
        return Err(Problem::Invalid("`limit` is 1 to 200".to_owned()));
    }
    let mut entries = app.accounts.audit(page.cursor, limit + 1).await?;
    let more = entries.len() > limit as usize;
    entries.truncate(limit as usize);
    let next = entries.last().filter(|_| more).map(|last| last.id);
    Ok(Json(Audit { entries, next }))
}

pub(super) async fn history(State(app): State<App>, _: MayAdminister) -> Json<LastHour> {
    Json(app.history.last_hour())
}

pub(super) async fn tasks(
    State(app): State<App>,
    _: MayAdminister,
) -> Result<Json<TasksNow>, Problem> {
    Ok(Json(app.tasks.now().await?))
}

pub(super) async fn cancel(
    State(app): State<App>,
    MayAdminister(who): MayAdminister,
    Path(id): Path<String>,
) -> Result<Json<Cancelled>, Problem> {
    let task_id = task_id(&id)?;
    let actor = who.credential.label();
    let status = app.tasks.cancel_for_operator(task_id, actor).await?;
    Ok(Json(Cancelled { task_id, status }))
}
