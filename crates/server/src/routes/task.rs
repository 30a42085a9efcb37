//! One's own tasks: look, cancel, erase, list.

use axum::{Json, extract::State, http::StatusCode};
use jiff::Timestamp;
use kaucim_tasks::{Pass, Status, Summary, TaskDocument, TaskId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    App,
    auth::{MayAsk, MayRead},
    parameters::{Path, Query},
    problem::Problem,
};

/// What a cancel came to.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Cancelled {
    pub(super) task_id: TaskId,
    pub(super) status: Status,
}

/// What stands for the caller in `?ticket=` of a stream, for one connection.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Ticket {
    ticket: String,
    #[schemars(with = "String")]
    expires_at: Timestamp,
}

/// A page of the history.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct History {
    tasks: Vec<Summary>,
    /// The `cursor` of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<TaskId>,
}

#[derive(Debug, Deserialize)]
pub(super) struct PageQuery {
    cursor: Option<String>,
    limit: Option<u32>,
}

/// What is no identifier names no task.
pub(super) fn task_id(text: &str) -> Result<TaskId, Problem> {
    text.parse().map_err(|_| Problem::TaskNotFound)
}

pub(super) async fn task(
    State(app): State<App>,
    MayRead(who): MayRead,
    Path(id): Path<String>,
) -> Result<Json<TaskDocument>, Problem> {
    Ok(Json(app.tasks.task(who.account_id, task_id(&id)?).await?))
}

pub(super) async fn ticket(
    State(app): State<App>,
    MayRead(who): MayRead,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<Ticket>), Problem> {
    let made = app.accounts.ticket(&who, task_id(&id)?).await?;
    let Pass { secret, expires_at } = made.ok_or(Problem::TaskNotFound)?;
    let ticket = Ticket {
        ticket: secret,
        expires_at,
    };
    Ok((StatusCode::CREATED, Json(ticket)))
}

pub(super) async fn cancel(
    State(app): State<App>,
    MayAsk(who): MayAsk,
    Path(id): Path<String>,
) -> Result<Json<Cancelled>, Problem> {
    let task_id = task_id(&id)?;
    let status = app.tasks.cancel(who.account_id, task_id).await?;
    Ok(Json(Cancelled { task_id, status }))
}

pub(super) async fn erase(
    State(app): State<App>,
    MayAsk(who): MayAsk,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    app.tasks.erase(who.account_id, task_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn history(
    State(app): State<App>,
    MayRead(who): MayRead,
    Query(page): Query<PageQuery>,
) -> Result<Json<History>, Problem> {
    let limit = page.limit.unwrap_or(20);
    if !(1..=100).contains(&limit) {
        return Err(Problem::Invalid("`limit` is 1 to 100".to_owned()));
    }
    let before = page.cursor.map(|cursor| cursor.parse()).transpose();
    let before = before.map_err(|_| Problem::Invalid("`cursor` is `next` of a page".to_owned()))?;
    let tasks = app.tasks.history(who.account_id, before, limit + 1).await?;
    let more = tasks.len() > limit as usize;
    let tasks: Vec<_> = tasks.into_iter().take(limit as usize).collect();
    let next = tasks.last().filter(|_| more).map(|last| last.task_id);
    Ok(Json(History { tasks, next }))
}
