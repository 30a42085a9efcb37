//! All about the caller, to take away or to erase.

use async_stream::try_stream;
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures::Stream;
use kaucim_tasks::{AccountExport, AccountId, LookupError, StoreError, TaskDocument};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    App,
    auth::{IsHttps, MayAsk},
    problem::Problem,
    routes::session::gone,
    site::Site,
};

/// How many readings are listed at once while they are written out.
const PAGE: u32 = 50;

/// The form of an export; it is written out piece by piece.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Export {
    account: AccountExport,
    /// Newest first.
    tasks: Vec<TaskDocument>,
}

pub(super) async fn export(
    State(app): State<App>,
    MayAsk(who): MayAsk,
) -> Result<Response, Problem> {
    let account = app.tasks.account(who.account_id).await?;
    let account = account.ok_or(Problem::Unauthenticated)?;
    let body = Body::from_stream(whole(app, who.account_id, account));
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static("attachment; filename=\"kaucim-export.json\""),
    );
    Ok(response)
}

/// The export, a reading at a time, so that a long history takes no memory. Where the storage
/// fails, it breaks off and is no JSON: half of it is not to be taken for the whole.
fn whole(
    app: App,
    account_id: AccountId,
    account: AccountExport,
) -> impl Stream<Item = Result<Bytes, StoreError>> + Send + 'static {
    try_stream! {
        let account = serde_json::to_string(&account)?;
        yield Bytes::from(format!("{{\"account\":{account},\"tasks\":["));
        let (mut before, mut comma) = (None, "");
        loop {
            let page = app.tasks.history(account_id, before, PAGE).await?;
            let Some(last) = page.last() else { break };
            before = Some(last.task_id);
            for summary in page {
                let task = match app.tasks.task(account_id, summary.task_id).await {
                    Ok(task) => task,
                    // It was erased meanwhile.
                    Err(LookupError::NotFound) => continue,
                    Err(LookupError::Store(error)) => Err(error)?,
                };
                let task = serde_json::to_string(&task)?;
                yield Bytes::from(format!("{comma}{task}"));
                comma = ",";
            }
        }
        yield Bytes::from_static(b"]}");
    }
}

pub(super) async fn erase(
    State(app): State<App>,
    MayAsk(who): MayAsk,
    (site, is_https): (Site, IsHttps),
    headers: HeaderMap,
) -> Result<Response, Problem> {
    app.tasks.erase_account(who.account_id).await?;
    if who.is_guest {
        return gone(&app, (&site, is_https), &headers).await;
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}
