//! Which site this server is to its visitors, and whether the page that sent a request is its own.
//!
//! A cookie is sent by the browser, whoever made the page that asks. So it counts only where the
//! request says that it came from a page of this very site: same scheme, host and port (RFC 6454).

use std::{
    convert::Infallible,
    net::{IpAddr, Ipv6Addr},
    sync::Once,
};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, header, request::Parts, uri::Authority},
};

use crate::{App, auth::Peer, problem::Problem};

/// Where a page comes from, as browsers say it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Origin {
    is_https: bool,
    /// In small letters; IPv6 in brackets.
    host: String,
    port: u16,
}

/// The site that a request was sent to, and what its sender is.
#[derive(Debug)]
pub(crate) struct Site {
    /// Without a slash at its end.
    url: String,
    /// Whether the client spoke TLS, with this server or with a proxy that is believed.
    is_https: bool,
    sender: Sender,
}

/// Who sent a request, as far as its head tells.
#[derive(Debug, PartialEq, Eq)]
enum Sender {
    /// A page of this site, or no page at all.
    Own,
    /// A page of another site, or one that does not say which.
    OtherSite,
    /// Whoever calls this server by a name that is not its own: a page whose name was made to lead
    /// here (DNS rebinding), or a proxy that nobody has named.
    OtherName,
}

impl FromRequestParts<App> for Site {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        Ok(Self::of(parts, app))
    }
}

impl Site {
    pub(crate) fn of(parts: &Parts, app: &App) -> Self {
        let peer = parts.extensions.get::<Peer>();
        let headers = &parts.headers;
        let settings = &app.settings;
        let (address, is_tls, is_local) = match peer {
            Some(peer) => (peer.address.ip(), peer.is_tls, peer.is_local),
            None => (IpAddr::V6(Ipv6Addr::UNSPECIFIED), false, false),
        };
        let host = settings.proxies.host(address, headers);
        let host = host.or_else(|| only(headers, &header::HOST).map(str::to_owned));
        let is_https = if is_tls {
            Some(true)
        } else {
            settings.proxies.is_https(address, headers)
        };
        if let Some(public) = &settings.public_url {
            let own = Origin::of_address(public);
            let is_own_name = own.as_ref().is_some_and(|own| {
                let asked = Origin::of_host(own.is_https, host.as_deref().unwrap_or_default());
                asked.is_some_and(|asked| asked.host == own.host)
            });
            let own: Vec<_> = own.into_iter().collect();
            return Self {
                url: public.trim_end_matches('/').to_owned(),
                is_https: is_https == Some(true),
                sender: sender(headers, &own, is_own_name),
            };
        }
        let host = host.unwrap_or_default();
        // A proxy that nobody has named may have added TLS: where nobody tells, it may be either.
        let schemes: &[bool] = match is_https {
            Some(true) => &[true],
            Some(false) => &[false],
            None => &[false, true],
        };
        let own = schemes.iter().filter_map(|s| Origin::of_host(*s, &host));
        let own: Vec<_> = own.collect();
        let is_private = is_local && settings.proxies.trusted.is_empty();
        let is_own_name = own
            .first()
            .is_some_and(|own| !is_private || own.is_this_machine());
        let scheme = if is_https == Some(true) {
            "https"
        } else {
            "http"
        };
        Self {
            url: format!("{scheme}://{host}"),
            is_https: is_https == Some(true),
            sender: sender(headers, &own, is_own_name),
        }
    }

    pub(crate) fn is_https(&self) -> bool {
        self.is_https
    }

    /// Where visitors find this server, for links.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Refuses what a page of another site has sent.
    pub(crate) fn refuse_others(&self) -> Result<(), Problem> {
        let detail = match self.sender {
            Sender::Own => return Ok(()),
            Sender::OtherSite => {
                "a session cookie counts only on this server's own pages; whoever runs it behind a \
                 proxy sets `public_url`"
            }
            Sender::OtherName => {
                tell_operator();
                "this server goes by another name; whoever runs it behind a proxy sets `public_url`"
            }
        };
        Err(Problem::CrossSite(detail))
    }
}

/// Who sent a request to a site with one of these origins.
fn sender(headers: &HeaderMap, own: &[Origin], is_own_name: bool) -> Sender {
    const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
    if !is_own_name {
        return Sender::OtherName;
    }
    let is_own_page = if headers.contains_key(header::ORIGIN) {
        // Twice, `null` or no text: nobody who may send it sends that.
        let origin = only(headers, &header::ORIGIN).and_then(Origin::of_page);
        origin.is_some_and(|origin| own.contains(&origin))
    } else if headers.contains_key(SEC_FETCH_SITE) {
        matches!(only(headers, &SEC_FETCH_SITE), Some("same-origin" | "none"))
    } else {
        // No browser, or one that sends no cookie from elsewhere (SameSite).
        true
    };
    if is_own_page {
        Sender::Own
    } else {
        Sender::OtherSite
    }
}

/// The value of a header that stands once and is text.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    value.to_str().ok().filter(|_| values.next().is_none())
}

/// Says it once: the operator has to do something, and anybody can send such a request.
fn tell_operator() {
    static TOLD: Once = Once::new();
    TOLD.call_once(|| {
        tracing::warn!(
            "a visitor was refused who called this server by a name that is not its own; if that is \
             where people find it, set public_url"
        );
    });
}

impl Origin {
    /// As `Origin` has it: scheme, host, port, and nothing behind.
    fn of_page(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        Self::of_host(is_https(scheme)?, rest)
    }

    /// Of the site that an address belongs to.
    fn of_address(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        Self::of_host(is_https(scheme)?, &rest[..end])
    }

    /// Of what stands in `Host`.
    fn of_host(is_https: bool, text: &str) -> Option<Self> {
        let authority: Authority = text.parse().ok()?;
        let host = authority.host();
        // Nobody's name belongs here; without one, the text begins with the host.
        let port = match text.strip_prefix(host)?.strip_prefix(':') {
            None if text.len() == host.len() => usual_port(is_https),
            None => return None,
            Some(digits) => digits.parse().ok()?,
        };
        Some(Self {
            is_https,
            host: host.to_ascii_lowercase(),
            port,
        })
    }

    /// Whether the name can lead to nothing but the machine that uses it: `localhost` (RFC 6761)
    /// and addresses of the loopback.
    fn is_this_machine(&self) -> bool {
        let host = self.host.as_str();
        let address = host.trim_start_matches('[').trim_end_matches(']');
        match address.parse::<IpAddr>() {
            Ok(address) => address.to_canonical().is_loopback(),
            Err(_) => host == "localhost" || host.ends_with(".localhost"),
        }
    }
}

fn is_https(scheme: &str) -> Option<bool> {
    match scheme {
        "http" => Some(false),
        "https" => Some(true),
        _ => None,
    }
}

fn usual_port(is_https: bool) -> u16 {
    if is_https { 443 } else { 80 }
}

#[cfg(test)]
mod tests;
