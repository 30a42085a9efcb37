//! Which origins are the server's own, however they are written.

use super::*;

fn page(text: &str) -> Option<Origin> {
    Origin::of_page(text)
}

#[test]
fn an_origin_is_scheme_host_and_port() {
    assert_eq!(
        page("https://Temple.example"),
        page("https://temple.example:443")
    );
    assert_eq!(page("http://[::1]"), page("http://[::1]:80"));
    for (one, other) in [
        ("https://temple.example", "http://temple.example"),
        ("https://temple.example", "https://temple.example:8443"),
        ("https://temple.example", "https://temple.example."),
        ("http://127.0.0.1:8000", "http://127.0.0.1"),
    ] {
        assert!(page(one).is_some() && page(other).is_some());
        assert_ne!(page(one), page(other));
    }
    for none in [
        "",
        "null",
        "temple.example",
        "https://",
        "https://temple.example/",
        "https://temple.example:",
        "https://temple.example:99999",
        "https://mei@temple.example",
        "https://temple.example https://evil.example",
        "file://temple.example",
        "HTTPS://temple.example",
    ] {
        assert_eq!(page(none), None, "{none}");
    }
    let of_address = Origin::of_address("https://temple.example:443/lots/?a#b");
    assert_eq!(of_address, page("https://temple.example"));
}

#[test]
fn names_of_this_machine_lead_nowhere_else() {
    let check = |host: &str| Origin::of_host(false, host).unwrap().is_this_machine();
    for own in [
        "localhost:8000",
        "LOCALHOST",
        "temple.localhost",
        "127.0.0.1:1",
        "127.9.9.9",
        "[::1]:8000",
        "[::ffff:127.0.0.1]",
    ] {
        assert!(check(own), "{own}");
    }
    for other in [
        "temple.example",
        "localhost.evil.example",
        "notlocalhost",
        "127.0.0.1.evil.example",
        "0.0.0.0",
        "10.0.0.1",
        "[fd00::1]",
    ] {
        assert!(!check(other), "{other}");
    }
}

#[test]
fn a_page_says_once_and_readably_where_it_is_from() {
    let own = [page("https://temple.example").unwrap()];
    let check = |lines: &[(&'static str, &[u8])]| {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            let value = axum::http::HeaderValue::from_bytes(value).unwrap();
            headers.append(HeaderName::from_static(name), value);
        }
        sender(&headers, &own, true)
    };
    let good: &[u8] = b"https://temple.example";
    for lines in [
        &[][..],
        &[("origin", good)],
        &[("origin", good), ("sec-fetch-site", b"cross-site")],
        &[("sec-fetch-site", b"same-origin")],
        &[("sec-fetch-site", b"none")],
    ] {
        assert_eq!(check(lines), Sender::Own, "{lines:?}");
    }
    for lines in [
        &[("origin", good), ("origin", good)][..],
        &[("origin", good), ("origin", b"https://evil.example")],
        &[("origin", b"null")],
        &[("origin", b"")],
        &[("origin", b"https://t\xffmple.example")],
        &[("origin", b"null"), ("sec-fetch-site", b"same-origin")],
        &[("sec-fetch-site", b"same-site")],
        &[("sec-fetch-site", b"none"), ("sec-fetch-site", b"none")],
        &[("sec-fetch-site", b"\xff")],
    ] {
        assert_eq!(check(lines), Sender::OtherSite, "{lines:?}");
    }
    let by_another_name = sender(&HeaderMap::new(), &own, false);
    assert_eq!(by_another_name, Sender::OtherName);
}
