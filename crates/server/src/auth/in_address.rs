//! Credentials in addresses, which are refused on every route: addresses stand in logs, histories
//! and bookmarks.

use axum::extract::{Query, Request};

use crate::{problem::Problem, tokens::is_token};

/// What credentials are called in addresses. A ticket is none: it is made to stand in one.
const NAMES: [&str; 15] = [
    "access-token",
    "access_token",
    "api_key",
    "apikey",
    "auth",
    "authorization",
    "bearer",
    "handoff",
    "id_token",
    "jwt",
    "kaucim_session",
    "key",
    "password",
    "secret",
    "token",
];

/// How secrets of ours begin that belong into a head, a cookie or a body.
const PREFIXES: [&str; 3] = ["kc_", "kg_", "kh_"];

/// Lets a request pass unless its address holds a credential. That is refused beside a good header
/// and on open routes as well, so that nobody gets used to it.
pub(crate) async fn refuse_in_address(request: Request) -> Result<Request, Problem> {
    let pairs = Query::<Vec<(String, String)>>::try_from_uri(request.uri());
    // What cannot be read as pairs is looked at as it is.
    let has_credential = match &pairs {
        Ok(Query(pairs)) => pairs.iter().any(|(name, value)| is_credential(name, value)),
        Err(_) => looks_like_secret(request.uri().query().unwrap_or_default()),
    };
    let mut steps = request.uri().path().split('/');
    if has_credential || steps.any(looks_like_secret) {
        return Err(Problem::CredentialInAddress);
    }
    Ok(request)
}

fn is_credential(name: &str, value: &str) -> bool {
    let is_name = NAMES.iter().any(|known| name.eq_ignore_ascii_case(known));
    is_name || looks_like_secret(name) || looks_like_secret(value)
}

/// Whether it can only hold a key, a token, or the secret of a guest or a link.
fn looks_like_secret(text: &str) -> bool {
    let text = text.trim();
    let is_jwt = text.starts_with("eyJ") && is_token(text);
    is_jwt || PREFIXES.iter().any(|prefix| holds_secret(text, prefix))
}

fn holds_secret(text: &str, prefix: &str) -> bool {
    let mut places = text.match_indices(prefix);
    places.any(|(at, _)| {
        let digits = text[at + prefix.len()..].bytes();
        digits.take_while(u8::is_ascii_hexdigit).count() >= 64
    })
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    async fn is_refused(query: &str) -> bool {
        is_refused_in(&format!("/x?{query}")).await
    }

    async fn is_refused_in(address: &str) -> bool {
        let request = Request::builder().uri(address);
        let request = request.body(Body::empty()).expect("a request");
        refuse_in_address(request).await.is_err()
    }

    #[tokio::test]
    async fn credentials_are_known_by_name_and_by_form_however_they_are_written() {
        let digits = "0123456789abcdef".repeat(4);
        for query in [
            "token=x",
            "q=1&Access_Token=",
            "%74oken=x",
            "KEY",
            "handoff=x",
            &format!("q=kc_{digits}"),
            &format!("kg_{digits}"),
            &format!("q=Bearer+kc_{digits}"),
            &format!("q=%6bh_{digits}"),
            &format!("q=%ff&kc_{digits}"),
            "x=eyJhbGciOiJub25lIn0.e30.",
        ] {
            assert!(is_refused(query).await, "{query}");
        }
        for path in ["/kc_", "/api/v1/async-chat/task/kh_", "/assets/x-kg_"] {
            let address = format!("{path}{digits}");
            assert!(is_refused_in(&address).await, "{address}");
        }
        assert!(!is_refused_in(&format!("/kt_{digits}")).await);
        for query in [
            "",
            "q=the+key+to+it",
            "last_event_id=4.318&partial_text=off",
            "q=kc_0123",
            &format!("ticket=kt_{digits}"),
            "q=eyJ",
            "kiosk",
        ] {
            assert!(!is_refused(query).await, "{query}");
        }
    }
}
