//! Following a task as server-sent events.

use std::sync::atomic::Ordering::Relaxed;

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use kaucim_tasks::{Cursor, CursorError, Follow, FollowOptions, LookupError};
use serde::Deserialize;

use super::task::task_id;
use crate::{
    App,
    auth::MayFollow,
    parameters::{Path, Query},
    problem::Problem,
    sse,
};

#[derive(Debug, Deserialize)]
pub(super) struct StreamQuery {
    last_event_id: Option<String>,
    partial_text: Option<String>,
}

pub(super) async fn stream(
    State(app): State<App>,
    who: Result<MayFollow, Problem>,
    Path(id): Path<String>,
    Query(query): Query<StreamQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let MayFollow(who) = match who {
        // An `EventSource` would give up for good on anything but a clean end.
        Err(Problem::StorageUnavailable) => return Ok(sse::come_back()),
        who => who?,
    };
    let task_id = task_id(&id)?;
    if app.draining.is_cancelled() {
        return Ok(sse::come_back());
    }
    let cap = app.streams_per_account.load(Relaxed);
    let open = app.streams.open(&who, cap).ok_or(Problem::TooManyStreams)?;
    let cursor = cursor(&headers, query.last_event_id.as_deref());
    let start = cursor.and_then(Result::ok).unwrap_or_default();
    let partial_text = query.partial_text.as_deref() != Some("off");
    match app
        .tasks
        .follow(
            who.account_id,
            task_id,
            FollowOptions {
                cursor,
                partial_text,
            },
        )
        .await
    {
        Ok(Follow::Frames(frames)) => Ok(sse::stream_of(start, frames, app.draining.clone(), open)),
        Ok(Follow::Ended) => Ok(StatusCode::NO_CONTENT.into_response()),
        Err(LookupError::NotFound) => Err(Problem::TaskNotFound),
        Err(LookupError::Store(error)) => {
            tracing::warn!(error = %error, "a stream met a storage that does not answer");
            Ok(sse::come_back())
        }
    }
}

/// The header counts before the query; an empty one is none, as browsers have it at first.
fn cursor(headers: &HeaderMap, query: Option<&str>) -> Option<Result<Cursor, CursorError>> {
    let header = headers
        .get("last-event-id")
        .map(|id| id.to_str().unwrap_or("?"));
    header.or(query).filter(|id| !id.is_empty()).map(str::parse)
}
