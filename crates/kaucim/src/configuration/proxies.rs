//! Which proxies stand before the server, and what they are believed.

use std::net::IpAddr;

use ipnet::IpNet;
use kaucim_server::{ForwardedHeader, Proxies};
use serde::Deserialize;

use crate::exit::Failed;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProxyEntries {
    trusted: Option<Vec<String>>,
    header: Option<Header>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Header {
    XForwardedFor,
    Forwarded,
}

pub(super) fn settle(file: ProxyEntries) -> Result<Proxies, Failed> {
    let trusted = file.trusted.unwrap_or_default();
    let networks = trusted.iter().map(|text| network(text));
    Ok(Proxies {
        trusted: networks.collect::<Result<_, _>>()?,
        header: match file.header.unwrap_or(Header::XForwardedFor) {
            Header::XForwardedFor => ForwardedHeader::XForwardedFor,
            Header::Forwarded => ForwardedHeader::Forwarded,
        },
    })
}

fn network(text: &str) -> Result<IpNet, Failed> {
    let network = text
        .parse::<IpNet>()
        .or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    let network = network.map_err(|_| {
        Failed::setting(
            "proxies.trusted",
            format!("`{text}` is no address and no network"),
            "write 10.0.0.7, 10.0.0.0/8 or fd00::/8",
        )
    })?;
    if network.prefix_len() == 0 {
        return Err(Failed::setting(
            "proxies.trusted",
            format!("`{text}` names everybody, so anybody could claim any address"),
            "name the proxy's own address or network",
        ));
    }
    Ok(network)
}
