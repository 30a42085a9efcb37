//! Guest sessions: asking without signing up.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use kaucim_tasks::{Pass, Principal, StoreError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    App,
    auth::{Address, IsHttps, principal, session_cookie},
    body::Json as StrictJson,
    problem::Problem,
    site::Site,
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
    site: Site,
    is_https: IsHttps,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    site.refuse_others()?;
    if !app.settings.guests {
        return Err(Problem::Unauthenticated);
    }
    if present(&headers, &site, &app).await?.is_some() {
        return Ok(Json(Session { guest: true }).into_response());
    }
    app.limiter.session(address)?;
    let (_, secret) = app.accounts.open_guest().await?;
    Ok(opened(&secret, is_https))
}

pub(super) async fn hand_off(
    State(app): State<App>,
    site: Site,
    headers: HeaderMap,
) -> Result<(StatusCode, Json<Handoff>), Problem> {
    let who = guest(&headers, &site, &app).await?;
    app.limiter.request(&who)?;
    let made = app.accounts.handoff(&who).await?;
    let Pass { secret, expires_at } = made.ok_or(Problem::Unauthenticated)?;
    let link = Handoff {
        // What stands behind the hash never reaches a server, a log or another site.
        url: format!("{}/#handoff={secret}", site.url()),
        expires_at,
    };
    Ok((StatusCode::CREATED, Json(link)))
}

/// Uses a link. Whoever had another session here leaves it, with all that only this device could
/// reach: nobody else could ever erase it.
pub(super) async fn redeem(
    State(app): State<App>,
    (Address(address), site, is_https): (Address, Site, IsHttps),
    headers: HeaderMap,
    body: StrictJson<Redeem>,
) -> Result<Response, Problem> {
    site.refuse_others()?;
    if !app.settings.guests {
        return Err(Problem::Unauthenticated);
    }
    app.limiter.session(address)?;
    let present = present(&headers, &site, &app).await?;
    let used = app.accounts.use_handoff(&body.value.handoff).await?;
    let (_, secret) = used.ok_or(Problem::Unauthenticated)?;
    if let Some(who) = present
        && let Err(error) = leave(&app, &who).await
    {
        // The new session is there, and its cookie has to reach its holder.
        tracing::warn!(error = %error, "a session that was left could not be erased");
    }
    Ok(opened(&secret, is_https))
}

/// Takes this device out of a session, and erases what nobody can reach then.
async fn leave(app: &App, who: &Principal) -> Result<(), StoreError> {
    if app.accounts.leave(who).await? {
        app.tasks.erase_account(who.account_id).await?;
    }
    Ok(())
}

/// A session, and the cookie that it is known by.
fn opened(secret: &str, is_https: IsHttps) -> Response {
    let cookie = [(header::SET_COOKIE, session_cookie(secret, is_https))];
    (cookie, Json(Session { guest: true })).into_response()
}

/// The guest whose session this browser holds.
async fn present(
    headers: &HeaderMap,
    site: &Site,
    app: &App,
) -> Result<Option<Principal>, Problem> {
    let who = principal(headers, site, app).await?;
    Ok(who.filter(|who| who.is_guest))
}

async fn guest(headers: &HeaderMap, site: &Site, app: &App) -> Result<Principal, Problem> {
    let who = present(headers, site, app).await?;
    who.ok_or(Problem::Unauthenticated)
}

pub(super) async fn end(
    State(app): State<App>,
    site: Site,
    is_https: IsHttps,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let who = guest(&headers, &site, &app).await?;
    app.tasks.erase_account(who.account_id).await?;
    Ok((
        StatusCode::NO_CONTENT,
        [(header::SET_COOKIE, session_cookie("", is_https))],
    )
        .into_response())
}
