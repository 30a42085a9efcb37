//! Guest sessions: asking without signing up.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use kaucim_tasks::{Pass, Principal};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    App,
    auth::{Address, IsHttps, principal, refuse_cross_site, session_cookie},
    body::Json as StrictJson,
    problem::Problem,
};

/// A guest session. Its secret is in the cookie alone.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Session {
    guest: bool,
}

/// A link for a second device.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Handoff {
    url: String,
    #[schemars(with = "String")]
    expires_at: Timestamp,
}

/// What a second device has read out of such a link.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Redeem {
    /// What stands behind `#handoff=`.
    handoff: String,
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

pub(super) async fn hand_off(
    State(app): State<App>,
    is_https: IsHttps,
    headers: HeaderMap,
) -> Result<(StatusCode, Json<Handoff>), Problem> {
    let who = guest(&headers, &app).await?;
    app.limiter.request(&who)?;
    let made = app.accounts.handoff(&who).await?;
    let Pass { secret, expires_at } = made.ok_or(Problem::Unauthenticated)?;
    let base = base_url(&app, is_https, &headers);
    let link = Handoff {
        // What stands behind the hash never reaches a server, a log or another site.
        url: format!("{base}/#handoff={secret}"),
        expires_at,
    };
    Ok((StatusCode::CREATED, Json(link)))
}

pub(super) async fn redeem(
    State(app): State<App>,
    Address(address): Address,
    is_https: IsHttps,
    headers: HeaderMap,
    body: StrictJson<Redeem>,
) -> Result<Response, Problem> {
    refuse_cross_site(&headers)?;
    if !app.settings.guests {
        return Err(Problem::Unauthenticated);
    }
    app.limiter.session(address)?;
    let used = app.accounts.use_handoff(&body.value.handoff).await?;
    let (_, secret) = used.ok_or(Problem::Unauthenticated)?;
    let session = Json(Session { guest: true });
    Ok((
        [(header::SET_COOKIE, session_cookie(&secret, is_https))],
        session,
    )
        .into_response())
}

/// Where this server is, as its clients call it.
fn base_url(app: &App, IsHttps(is_https): IsHttps, headers: &HeaderMap) -> String {
    if let Some(public) = &app.settings.public_url {
        return public.trim_end_matches('/').to_owned();
    }
    let scheme = if is_https { "https" } else { "http" };
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    format!("{scheme}://{}", host.unwrap_or("localhost"))
}

async fn guest(headers: &HeaderMap, app: &App) -> Result<Principal, Problem> {
    let who = principal(headers, app).await?.filter(|who| who.is_guest);
    who.ok_or(Problem::Unauthenticated)
}

pub(super) async fn end(
    State(app): State<App>,
    is_https: IsHttps,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let who = guest(&headers, &app).await?;
    app.tasks.erase_account(who.account_id).await?;
    Ok((
        StatusCode::NO_CONTENT,
        [(header::SET_COOKIE, session_cookie("", is_https))],
    )
        .into_response())
}
