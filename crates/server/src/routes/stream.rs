//! Following a task as server-sent events.

use std::sync::atomic::Ordering::Relaxed;

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use futures::{StreamExt, stream::BoxStream};
use kaucim_tasks::{
    AccountId, Cursor, CursorError, Follow, FollowOptions, Frame, LookupError, Principal, TaskId,
};
use serde::Deserialize;

use super::task::task_id;
use crate::{
    App,
    auth::MayFollow,
    parameters::{Path, Query},
    problem::Problem,
    sse::{self, Encoding},
    streams::OpenStream,
    ui_messages::{Resets, UiMessages},
};

#[derive(Debug, Deserialize)]
pub(super) struct StreamQuery {
    last_event_id: Option<String>,
    partial_text: Option<String>,
    format: Option<String>,
    reset_step: Option<String>,
}

/// What a reader wants the events as.
enum Format {
    Events,
    AiSdk(Resets),
}

pub(super) async fn stream(
    State(app): State<App>,
    who: Result<MayFollow, Problem>,
    Path(id): Path<String>,
    Query(query): Query<StreamQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    match query.format()? {
        Format::Events => events(&app, who, &id, (query, headers)).await,
        Format::AiSdk(resets) => {
            let MayFollow(who) = who?;
            let open = open(&app, &who)?;
            let message = UiMessages::new(task_id(&id)?, resets);
            ui_messages(&app, who.account_id, message, open).await
        }
    }
}

async fn events(
    app: &App,
    who: Result<MayFollow, Problem>,
    id: &str,
    (query, headers): (StreamQuery, HeaderMap),
) -> Result<Response, Problem> {
    let MayFollow(who) = match who {
        // An `EventSource` would give up for good on anything but a clean end.
        Err(Problem::StorageUnavailable) => return Ok(sse::come_back()),
        who => who?,
    };
    let task_id = task_id(id)?;
    if app.draining.is_cancelled() {
        return Ok(sse::come_back());
    }
    let open = open(app, &who)?;
    let cursor = cursor(&headers, query.last_event_id.as_deref());
    let start = cursor.and_then(Result::ok).unwrap_or_default();
    let options = FollowOptions {
        cursor,
        partial_text: query.partial_text.as_deref() != Some("off"),
    };
    match app.tasks.follow(who.account_id, task_id, options).await {
        Ok(Follow::Frames(frames)) => {
            let encoding = Encoding::Events(start);
            let draining = app.draining.clone();
            Ok(sse::stream_of(encoding, frames, draining, open))
        }
        Ok(Follow::Ended) => Ok(StatusCode::NO_CONTENT.into_response()),
        Err(LookupError::NotFound) => Err(Problem::TaskNotFound),
        Err(LookupError::Store(error)) => {
            tracing::warn!(error = %error, "a stream met a storage that does not answer");
            Ok(sse::come_back())
        }
    }
}

/// A task as a message of the AI SDK, always from its start: that is how its clients resume. They
/// know no clean end that means to come back, so whatever is in the way is a problem.
pub(super) async fn ui_messages(
    app: &App,
    account_id: AccountId,
    message: UiMessages,
    open: OpenStream,
) -> Result<Response, Problem> {
    let frames = from_the_start(app, account_id, message.task_id()).await?;
    let encoding = Encoding::UiMessages(message);
    let draining = app.draining.clone();
    Ok(sse::stream_of(encoding, frames, draining, open))
}

/// Every frame of a task, for those who hold nothing of it.
pub(super) async fn from_the_start(
    app: &App,
    account_id: AccountId,
    task_id: TaskId,
) -> Result<BoxStream<'static, Frame>, Problem> {
    if app.draining.is_cancelled() {
        return Err(Problem::Draining);
    }
    let options = FollowOptions {
        cursor: None,
        partial_text: false,
    };
    match app.tasks.follow(account_id, task_id, options).await? {
        Follow::Frames(frames) => Ok(frames),
        // Nobody has read to its end who begins at its start.
        Follow::Ended => Ok(futures::stream::empty().boxed()),
    }
}

/// Counts one more open stream of this account.
pub(super) fn open(app: &App, who: &Principal) -> Result<OpenStream, Problem> {
    let cap = app.streams_per_account.load(Relaxed);
    app.streams.open(who, cap).ok_or(Problem::TooManyStreams)
}

/// How the SDK of the client drops text: `reset_step`.
pub(super) fn resets(reset_step: Option<&str>) -> Result<Resets, Problem> {
    match reset_step {
        None | Some("off") => Ok(Resets::Marked),
        Some("on") => Ok(Resets::Removed),
        Some(_) => Err(Problem::Invalid("`reset_step` is `on` or `off`".to_owned())),
    }
}

impl StreamQuery {
    fn format(&self) -> Result<Format, Problem> {
        let resets = resets(self.reset_step.as_deref())?;
        match self.format.as_deref() {
            None | Some("events") => Ok(Format::Events),
            Some("ai-sdk") => Ok(Format::AiSdk(resets)),
            Some(_) => Err(Problem::Invalid(
                "`format` is `events` or `ai-sdk`".to_owned(),
            )),
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
