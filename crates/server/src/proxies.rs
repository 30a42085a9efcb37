//! Who is believed about where a request comes from: nobody, but the proxies that are configured.

use std::net::{IpAddr, Ipv6Addr};

use axum::http::HeaderMap;
use ipnet::IpNet;

/// The proxies in front of the server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proxies {
    /// Networks and addresses that are believed.
    pub trusted: Vec<IpNet>,
    pub header: ForwardedHeader,
}

/// Which header the proxies write. Only one is read: a proxy that writes one may pass on the other
/// as a stranger sent it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ForwardedHeader {
    /// `X-Forwarded-For`, `X-Forwarded-Proto` and `X-Forwarded-Host`.
    #[default]
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

impl Proxies {
    pub(crate) fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.trusted
            .iter()
            .any(|network| network.contains(&address))
    }

    /// The client of a request: the right-most hop that is no trusted proxy. What stands further
    /// left was said by that client, and could be anything.
    pub(crate) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer;
        if !self.trusts(peer) {
            return counted_as_one(client);
        }
        for hop in self.hops(headers).iter().rev() {
            // Who cannot be told apart counts as the proxy that has passed it on.
            let Some(address) = address(hop) else { break };
            client = address;
            if !self.trusts(address) {
                break;
            }
        }
        counted_as_one(client)
    }

    /// Whether the client spoke TLS, by the word of the nearest proxy; absent where no proxy that is
    /// trusted says so.
    pub(crate) fn is_https(&self, peer: IpAddr, headers: &HeaderMap) -> Option<bool> {
        let scheme = self.said(peer, headers, ("x-forwarded-proto", "proto"))?;
        Some(scheme.eq_ignore_ascii_case("https"))
    }

    /// The host and port that the client asked for, by the word of the nearest proxy; absent where
    /// none that is trusted says so.
    pub(crate) fn host(&self, peer: IpAddr, headers: &HeaderMap) -> Option<String> {
        self.said(peer, headers, ("x-forwarded-host", "host"))
    }

    /// What the nearest proxy says, in a header of its own or in a member of `Forwarded`.
    fn said(&self, peer: IpAddr, headers: &HeaderMap, names: (&str, &str)) -> Option<String> {
        if !self.trusts(peer) {
            return None;
        }
        match self.header {
            ForwardedHeader::XForwardedFor => list(headers, names.0).pop(),
            ForwardedHeader::Forwarded => {
                let nearest = list(headers, "forwarded").pop()?;
                member(&nearest, names.1)
            }
        }
    }

    /// What each hop was called by the next one, the nearest last.
    fn hops(&self, headers: &HeaderMap) -> Vec<String> {
        match self.header {
            ForwardedHeader::XForwardedFor => list(headers, "x-forwarded-for"),
            ForwardedHeader::Forwarded => list(headers, "forwarded")
                .iter()
                .map(|hop| member(hop, "for").unwrap_or_default())
                .collect(),
        }
    }
}

/// The elements of a header that may come several times.
fn list(headers: &HeaderMap, name: &str) -> Vec<String> {
    headers
        .get_all(name)
        .iter()
        .flat_map(|value| value.to_str().unwrap_or("?").split(','))
        .map(|element| element.trim().to_owned())
        .collect()
}

/// The value of `name=value` among members divided by semicolons.
fn member(hop: &str, name: &str) -> Option<String> {
    let mut members = hop.split(';').filter_map(|member| member.split_once('='));
    let found = members.find(|(known, _)| known.trim().eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.trim().trim_matches('"').to_owned())
}

/// An address as proxies write it: alone, in brackets, with a port.
fn address(hop: &str) -> Option<IpAddr> {
    if let Ok(address) = hop.parse() {
        return Some(address);
    }
    if let Ok(with_port) = hop.parse::<std::net::SocketAddr>() {
        return Some(with_port.ip());
    }
    let inner = hop.strip_prefix('[')?.strip_suffix(']')?;
    inner.parse::<Ipv6Addr>().ok().map(IpAddr::V6)
}

/// What limits count as one: an address of IPv4, a network of 64 bits of IPv6, which one household
/// has for itself.
pub(crate) fn counted_as_one(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let network = u128::from(address) & (u128::MAX << 64);
            IpAddr::V6(Ipv6Addr::from(network))
        }
    }
}

#[cfg(test)]
mod tests;
