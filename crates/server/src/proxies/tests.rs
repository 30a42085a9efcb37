//! Who the client is, whatever anybody says.

use axum::http::HeaderName;

use super::*;

fn proxies(header: ForwardedHeader) -> Proxies {
    let trusted = ["10.0.0.0/8", "127.0.0.1/32", "fd00::/8"];
    Proxies {
        trusted: trusted
            .iter()
            .map(|network| network.parse().unwrap())
            .collect(),
        header,
    }
}

fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(HeaderName::from_static(name), value.parse().unwrap());
    }
    headers
}

fn client(peer: &str, lines: &[(&'static str, &str)]) -> String {
    let header = match lines.first() {
        Some(("forwarded", _)) => ForwardedHeader::Forwarded,
        _ => ForwardedHeader::XForwardedFor,
    };
    let client = proxies(header).client(peer.parse().unwrap(), &headers(lines));
    client.to_string()
}

#[test]
fn a_stranger_is_not_believed() {
    let spoofed = [("x-forwarded-for", "1.2.3.4")];
    assert_eq!(client("9.9.9.9", &spoofed), "9.9.9.9");
    assert_eq!(
        Proxies::default()
            .client("127.0.0.1".parse().unwrap(), &headers(&spoofed))
            .to_string(),
        "127.0.0.1"
    );
}

#[test]
fn the_right_most_hop_that_is_no_proxy_is_the_client() {
    for (lines, expected) in [
        (&[("x-forwarded-for", "1.2.3.4")][..], "1.2.3.4"),
        (&[("x-forwarded-for", "6.6.6.6, 1.2.3.4")], "1.2.3.4"),
        (
            &[("x-forwarded-for", "6.6.6.6, 1.2.3.4, 10.1.1.1")],
            "1.2.3.4",
        ),
        (
            &[
                ("x-forwarded-for", "6.6.6.6"),
                ("x-forwarded-for", "1.2.3.4,10.0.0.9"),
            ],
            "1.2.3.4",
        ),
        (
            &[("x-forwarded-for", "6.6.6.6, nonsense, 10.1.1.1")],
            "10.1.1.1",
        ),
        (&[("x-forwarded-for", "6.6.6.6, ")], "10.0.0.1"),
        (&[("x-forwarded-for", "10.2.2.2, 10.1.1.1")], "10.2.2.2"),
        (&[("x-forwarded-for", "1.2.3.4:5678")], "1.2.3.4"),
        (
            &[("x-forwarded-for", "[2001:db8:1:2:3:4:5:6]:443")],
            "2001:db8:1:2::",
        ),
        (
            &[("x-forwarded-for", "2001:db8:1:2:ffff::1")],
            "2001:db8:1:2::",
        ),
        (&[("x-forwarded-for", "::ffff:1.2.3.4")], "1.2.3.4"),
        (&[], "10.0.0.1"),
        (
            &[(
                "forwarded",
                "for=6.6.6.6, for=1.2.3.4;proto=https;by=10.0.0.1",
            )],
            "1.2.3.4",
        ),
        (&[("forwarded", "For=\"[2001:db8::7]:1\"")], "2001:db8::"),
        (&[("forwarded", "for=1.2.3.4, for=unknown")], "10.0.0.1"),
        (&[("forwarded", "for=1.2.3.4, for=_hidden")], "10.0.0.1"),
        // Only the header that the proxies write is read.
        (
            &[("forwarded", "proto=https"), ("x-forwarded-for", "6.6.6.6")],
            "10.0.0.1",
        ),
    ] {
        assert_eq!(client("10.0.0.1", lines), expected, "{lines:?}");
    }
}

#[test]
fn a_proxy_says_whether_the_client_spoke_tls_and_whom_it_asked_for() {
    let (proxy, stranger) = ("10.0.0.1".parse().unwrap(), "9.9.9.9".parse().unwrap());
    let common = headers(&[
        ("x-forwarded-proto", "http, https"),
        ("x-forwarded-host", "other.example, temple.example:8443"),
    ]);
    let standard = headers(&[(
        "forwarded",
        "proto=http, host=\"temple.example:8443\";proto=https",
    )]);
    for (header, said) in [
        (ForwardedHeader::XForwardedFor, &common),
        (ForwardedHeader::Forwarded, &standard),
    ] {
        let proxies = proxies(header);
        assert_eq!(proxies.is_https(proxy, said), Some(true));
        let host = proxies.host(proxy, said);
        assert_eq!(host.as_deref(), Some("temple.example:8443"));
        for (peer, said) in [(stranger, said), (proxy, &HeaderMap::new())] {
            assert_eq!(proxies.is_https(peer, said), None);
            assert_eq!(proxies.host(peer, said), None);
        }
    }
    // Only the header that the proxies write is read.
    assert_eq!(
        proxies(ForwardedHeader::Forwarded).host(proxy, &common),
        None
    );
}

#[test]
fn whatever_stands_in_the_header_nobody_panics() {
    let mut random = 0x2545_F491_4F6C_DD1D_u64;
    let alphabet: Vec<char> = "0123456789abcdef.:[],;=\" \tforFOR%_-".chars().collect();
    for _ in 0..20_000 {
        let mut text = String::new();
        for _ in 0..(random % 40) {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            text.push(alphabet[random as usize % alphabet.len()]);
        }
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let Ok(value) = text.parse() else { continue };
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", value);
        for header in [ForwardedHeader::XForwardedFor, ForwardedHeader::Forwarded] {
            let client = proxies(header).client("10.0.0.1".parse().unwrap(), &headers);
            assert!(client.is_ipv4() || client.is_ipv6());
        }
    }
}
