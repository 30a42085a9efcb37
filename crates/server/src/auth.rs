//! Who is asking: a bearer key, or the cookie of a guest.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, HeaderValue, Method, header, request::Parts},
};
use kaucim_tasks::{Principal, Scope};
use serde::Deserialize;

pub(crate) use self::in_address::refuse_in_address;
use crate::{App, parameters::Path, problem::Problem, site::Site, tokens::is_token};

mod in_address;

/// Longer secrets than ours are refused before they are hashed.
const SECRET_BYTES: usize = 256;

const COOKIE: &str = "kaucim_session";

/// The same where TLS is spoken: by this beginning of its name browsers know that no other host, a
/// neighbour under one domain, may set it (RFC 6265bis, 4.1.3.2).
const TLS_COOKIE: &str = "__Host-kaucim_session";

/// That of a page which another site embeds: browsers keep one for each of those sites.
const EMBED_COOKIE: &str = "kaucim_embed";

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Someone who may ask.
pub(crate) struct MayAsk(pub Principal);

/// Someone who may ask and has proved it with a key, or a token.
pub(crate) struct MayAskWithKey(pub Principal);

/// Someone who may read their own.
pub(crate) struct MayRead(pub Principal);

/// Someone who may follow the task that the address names: with a ticket for it, or as any reader.
pub(crate) struct MayFollow(pub Principal);

/// Someone who may see how the service does, and end readings in the operator's name.
pub(crate) struct MayAdminister(pub Principal);

/// Where the request comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Address(pub IpAddr);

/// Whether the client spoke TLS, with this server or with a proxy before it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct IsHttps(pub bool);

/// Who is connected, and how; put beside each request by the acceptor.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer {
    pub address: SocketAddr,
    pub is_tls: bool,
    /// Whether the server listens for its own machine only.
    pub is_local: bool,
}

impl FromRequestParts<App> for MayAsk {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        with_scope(parts, app, Scope::Ask).await.map(Self)
    }
}

impl FromRequestParts<App> for MayAskWithKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let who = with_scope(parts, app, Scope::Ask).await?;
        if who.is_guest {
            return Err(refused(parts, app));
        }
        Ok(Self(who))
    }
}

impl FromRequestParts<App> for MayRead {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        with_scope(parts, app, Scope::Read).await.map(Self)
    }
}

impl FromRequestParts<App> for MayFollow {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let query = axum::extract::Query::<TicketQuery>::try_from_uri(&parts.uri);
        // To ask what a stream would be like (HEAD) is not to open it, and uses nothing up.
        let opens = parts.method == Method::GET;
        let ticket = query.ok().and_then(|query| query.0.ticket);
        let Some(ticket) = ticket.filter(|_| opens) else {
            return with_scope(parts, app, Scope::Read).await.map(Self);
        };
        let Path(task_id) = Path::<String>::from_request_parts(parts, app).await?;
        let who = match (task_id.parse(), ticket.len() <= SECRET_BYTES) {
            (Ok(task_id), true) => app.accounts.use_ticket(&ticket, task_id).await?,
            (Ok(_), false) | (Err(_), _) => None,
        };
        // Whose ticket is no good is told so, not helped by a cookie.
        let who = who.filter(|who| app.settings.guests || !who.is_guest);
        let who = who.filter(|who| is_vouched(who, app));
        let Some(who) = who else {
            return Err(refused(parts, app));
        };
        app.limiter.request(&who)?;
        Ok(Self(who))
    }
}

/// Whether the key that signed a token is still believed, where one stands behind a credential.
fn is_vouched(who: &Principal, app: &App) -> bool {
    let Some(key) = who.credential.signed_with() else {
        return true;
    };
    let issuer = app.settings.issuer.as_ref();
    issuer.is_some_and(|issuer| issuer.keys.believes(key))
}

/// The part of a query that says who asks.
#[derive(Deserialize)]
struct TicketQuery {
    ticket: Option<String>,
}

impl FromRequestParts<App> for MayAdminister {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        with_scope(parts, app, Scope::Admin).await.map(Self)
    }
}

impl FromRequestParts<App> for Address {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        app: &App,
    ) -> Result<Self, std::convert::Infallible> {
        Ok(address(parts, app))
    }
}

impl FromRequestParts<App> for IsHttps {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        app: &App,
    ) -> Result<Self, std::convert::Infallible> {
        let is_tls = parts
            .extensions
            .get::<Peer>()
            .is_some_and(|peer| peer.is_tls);
        let proxies = &app.settings.proxies;
        Ok(Self(
            is_tls || proxies.is_https(peer(parts), &parts.headers) == Some(true),
        ))
    }
}

fn address(parts: &Parts, app: &App) -> Address {
    Address(app.settings.proxies.client(peer(parts), &parts.headers))
}

fn peer(parts: &Parts) -> IpAddr {
    let peer = parts.extensions.get::<Peer>();
    peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.address.ip())
}

async fn with_scope(parts: &Parts, app: &App, scope: Scope) -> Result<Principal, Problem> {
    let who = match principal(&parts.headers, &Site::of(parts, app), app).await {
        Ok(Some(who)) => who,
        Ok(None) | Err(Problem::Unauthenticated) => return Err(refused(parts, app)),
        Err(problem) => return Err(problem),
    };
    app.limiter.request(&who)?;
    if who.may(scope) {
        Ok(who)
    } else {
        Err(Problem::ScopeMissing(scope.name()))
    }
}

/// Counts that somebody was refused, and says so.
fn refused(parts: &Parts, app: &App) -> Problem {
    let Address(address) = address(parts, app);
    let too_often = app.limiter.refusal(address).err();
    too_often.unwrap_or(Problem::Unauthenticated)
}

/// Who proved who they are. A bearer key counts before a cookie; a cookie counts only for pages
/// of this server.
pub(crate) async fn principal(
    headers: &HeaderMap,
    site: &Site,
    app: &App,
) -> Result<Option<Principal>, Problem> {
    if let Some(authorization) = headers.get(header::AUTHORIZATION) {
        let secret = authorization
            .to_str()
            .ok()
            .and_then(bearer)
            .ok_or(Problem::Unauthenticated)?;
        if is_token(secret) {
            return of_token(secret, app).await;
        }
        if secret.len() > SECRET_BYTES {
            return Ok(None);
        }
        let who = app.accounts.authenticate(secret).await?;
        return Ok(who.filter(|who| !who.is_guest));
    }
    let secrets = session_secrets(headers, site, app);
    if secrets.is_empty() || !app.settings.guests {
        return Ok(None);
    }
    site.refuse_others()?;
    for (_, secret) in secrets {
        let who = app.accounts.authenticate(secret).await?;
        if let Some(guest) = who.filter(|who| who.is_guest) {
            return Ok(Some(guest));
        }
    }
    Ok(None)
}

/// Whom a token of the identity provider stands for.
async fn of_token(token: &str, app: &App) -> Result<Option<Principal>, Problem> {
    let Some(issuer) = &app.settings.issuer else {
        return Ok(None);
    };
    match issuer.verify(token) {
        Ok(vouched) => Ok(Some(app.accounts.vouched(vouched).await?)),
        Err(error) => {
            // The token itself is never written down.
            tracing::debug!(error = %error, "a token was refused");
            Ok(None)
        }
    }
}

fn bearer(authorization: &str) -> Option<&str> {
    let (scheme, key) = authorization.split_once(' ')?;
    let key = key.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !key.is_empty()).then_some(key)
}

/// Which cookie holds the secret of a guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Jar {
    /// That of this server's own pages.
    Own,
    /// That of `/embed`, in the frame of another site.
    Embed,
}

/// The secrets in the session cookies, that of the own pages first. Where two of one name come, one
/// of them was planted, and neither counts.
pub(crate) fn session_secrets<'a>(
    headers: &'a HeaderMap,
    site: &Site,
    app: &App,
) -> Vec<(Jar, &'a str)> {
    let secret = |wanted: &str| {
        let cookies = headers.get_all(header::COOKIE).iter();
        let mut named = cookies
            .filter_map(|cookies| cookies.to_str().ok())
            .flat_map(|cookies| cookies.split(';'))
            .filter_map(|cookie| cookie.trim().split_once('='))
            .filter(|(name, _)| *name == wanted)
            .map(|(_, secret)| secret);
        let secret = named.next()?;
        let is_only = named.all(|other| other == secret);
        (is_only && (1..=SECRET_BYTES).contains(&secret.len())).then_some(secret)
    };
    let own = if site.is_https() { TLS_COOKIE } else { COOKIE };
    let own = secret(own).map(|secret| (Jar::Own, secret));
    // Other sites can have browsers send this one, so a browser has to say who sends it.
    let may_embed = !app.settings.frame_ancestors.is_empty() && names_its_page(headers);
    let embed = secret(EMBED_COOKIE).filter(|_| may_embed);
    let embed = embed.map(|secret| (Jar::Embed, secret));
    own.into_iter().chain(embed).collect()
}

/// Whether the request says which page has made it: [`Site`] judges which.
fn names_its_page(headers: &HeaderMap) -> bool {
    headers.contains_key(header::ORIGIN)
        || headers
            .get(SEC_FETCH_SITE)
            .is_some_and(|site| site == "same-origin")
}

/// The cookie that holds a guest's secret; an empty one ends the session. Where TLS is spoken it
/// never travels without, and browsers take that of an embedded page with TLS alone.
pub(crate) fn session_cookie(jar: Jar, secret: &str, IsHttps(is_https): IsHttps) -> HeaderValue {
    let age = if secret.is_empty() {
        0
    } else {
        365 * 24 * 60 * 60
    };
    let (name, terms) = match (jar, is_https) {
        (Jar::Own, false) => (COOKIE, "SameSite=Strict"),
        (Jar::Own, true) => (TLS_COOKIE, "SameSite=Strict; Secure"),
        (Jar::Embed, _) => (EMBED_COOKIE, "SameSite=None; Secure; Partitioned"),
    };
    let cookie = format!("{name}={secret}; Path=/; HttpOnly; Max-Age={age}; {terms}");
    HeaderValue::try_from(cookie).unwrap_or(HeaderValue::from_static(""))
}
