//! Guest sessions: asking without signing up.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    App,
    auth::{Address, IsHttps, principal, refuse_cross_site, session_cookie},
    problem::Problem,
};

/// A guest session. Its secret is in the cookie alone.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Session {
    guest: bool,
}

pub(super) async fn open(
    State(app): State<App>,
    Address(address): Address,
    is_https: IsHttps,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    refuse_cross_site(&headers)?;
    if !app.settings.guests {
        return Err(Problem::Unauthenticated);
    }
    let session = Json(Session { guest: true });
    if principal(&headers, &app)
        .await?
        .is_some_and(|who| who.is_guest)
    {
        return Ok(session.into_response());
    }
    app.limiter.session(address)?;
    let (_, secret) = app.accounts.open_guest().await?;
    Ok((
        [(header::SET_COOKIE, session_cookie(&secret, is_https))],
        session,
    )
        .into_response())
}

pub(super) async fn end(
    State(app): State<App>,
    is_https: IsHttps,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let who = principal(&headers, &app).await?.filter(|who| who.is_guest);
    let who = who.ok_or(Problem::Unauthenticated)?;
    app.tasks.erase_account(who.account_id).await?;
    Ok((
        StatusCode::NO_CONTENT,
        [(header::SET_COOKIE, session_cookie("", is_https))],
    )
        .into_response())
}
