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
    auth::{Address, IsHttps, Jar, principal, session_cookie, session_secrets},
    body::Json as StrictJson,
    parameters::Query,
    problem::Problem,
    qr,
    routes::task::task_id,
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
    /// The same as a picture for the camera of the other device: a QR code, as SVG.
    #[serde(skip_serializing_if = "Option::is_none")]
    qr: Option<String>,
    #[schemars(with = "String")]
    expires_at: Timestamp,
}

/// What a second device has read out of such a link.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Redeem {
    /// What stands behind `#handoff=`.
    handoff: String,
}

/// Where the page is that wants a session.
#[derive(Debug, Deserialize)]
pub(super) struct WhichSession {
    #[serde(default)]
    embedded: bool,
}

pub(super) async fn open(
    State(app): State<App>,
    (Address(address), site, is_https): (Address, Site, IsHttps),
    Query(WhichSession { embedded }): Query<WhichSession>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    site.refuse_others()?;
    if !app.settings.guests {
        return Err(Problem::Unauthenticated);
    }
    if embedded && app.settings.frame_ancestors.is_empty() {
        let why =
            "no site embeds this server: its operator names them as `[embed] frame_ancestors`";
        return Err(Problem::Invalid(why.to_owned()));
    }
    if let Some(who) = present(&headers, &site, &app).await? {
        app.limiter.request(&who)?;
        return Ok(Json(Session { guest: true }).into_response());
    }
    app.limiter.session(address)?;
    let (jar, (_, secret)) = if embedded {
        (Jar::Embed, app.accounts.open_embedded_guest().await?)
    } else {
        (Jar::Own, app.accounts.open_guest().await?)
    };
    Ok(opened(jar, &secret, is_https))
}

/// What the second device is to show.
#[derive(Debug, Deserialize)]
pub(super) struct HandoffQuery {
    task_id: Option<String>,
}

pub(super) async fn hand_off(
    State(app): State<App>,
    (address, site): (Address, Site),
    Query(query): Query<HandoffQuery>,
    headers: HeaderMap,
) -> Result<(StatusCode, Json<Handoff>), Problem> {
    let reading = query.task_id.as_deref().map(task_id).transpose()?;
    let who = guest(&headers, (&site, address), &app).await?;
    let made = app.accounts.handoff(&who).await?;
    let Pass { secret, expires_at } = made.ok_or(Problem::Unauthenticated)?;
    let base = site.url();
    // What stands behind the hash never reaches a server, a log or another site.
    let reading = reading.map(|task_id| format!("&r={task_id}"));
    let url = format!("{base}/#handoff={secret}{}", reading.unwrap_or_default());
    let link = Handoff {
        qr: qr::picture(&url),
        url,
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
    Ok(opened(Jar::Own, &secret, is_https))
}

/// Takes this device out of a session, and erases what nobody can reach then.
async fn leave(app: &App, who: &Principal) -> Result<(), StoreError> {
    if app.accounts.leave(who).await? {
        app.tasks.erase_account(who.account_id).await?;
    }
    Ok(())
}

/// A session, and the cookie that it is known by.
fn opened(jar: Jar, secret: &str, is_https: IsHttps) -> Response {
    let cookie = [(header::SET_COOKIE, session_cookie(jar, secret, is_https))];
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

/// That guest, whose request counts; who is none is counted as refused.
async fn guest(
    headers: &HeaderMap,
    (site, Address(address)): (&Site, Address),
    app: &App,
) -> Result<Principal, Problem> {
    let Some(who) = present(headers, site, app).await? else {
        app.limiter.refusal(address)?;
        return Err(Problem::Unauthenticated);
    };
    app.limiter.request(&who)?;
    Ok(who)
}

pub(super) async fn end(
    State(app): State<App>,
    (address, site, is_https): (Address, Site, IsHttps),
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let who = guest(&headers, (&site, address), &app).await?;
    app.tasks.erase_account(who.account_id).await?;
    gone(&app, (&site, is_https), &headers).await
}

/// The answer when a guest is gone: it takes back the cookie that is worth nothing any more. One of
/// another visit, in the frame of a page or beside it, stays.
pub(super) async fn gone(
    app: &App,
    (site, is_https): (&Site, IsHttps),
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let mut response = StatusCode::NO_CONTENT.into_response();
    for (jar, secret) in session_secrets(headers, site, app) {
        if app.accounts.authenticate(secret).await?.is_none() {
            let cookie = session_cookie(jar, "", is_https);
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    Ok(response)
}
