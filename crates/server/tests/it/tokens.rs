//! Tokens of an identity provider: who is let in, and every way not to be.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::json;

use crate::{
    app::{TestApp, soon},
    provider::{Provider, but, claims, now, signed},
    user::{HISTORY, User},
};

#[tokio::test]
async fn whom_the_provider_vouches_for_is_somebody_here() {
    let provider = Provider::new();
    let app = provider.app().await;
    let mei = User::with_key(&app, &provider.token(&claims()));
    let task_id = mei.ask("會嗎？").await;
    mei.finished(&task_id).await;
    // A later token of the same person, with the scopes as a list.
    let later = but("scope", json!(["kaucim:read", "kaucim:nonsense", 7]));
    let later = User::with_key(&app, &provider.token(&later));
    assert_eq!(later.history().await.len(), 1);
    later
        .cancel(&task_id)
        .await
        .assert_problem(403, "scope_missing");
    // Another person, and a key of an account that is called as she is.
    let ling = User::with_key(&app, &provider.token(&but("sub", json!("ling"))));
    let same_name = app.key_holder("mei").await;
    for other in [&ling, &same_name] {
        assert_eq!(other.history().await.len(), 0);
    }
    mei.get("/metrics")
        .await
        .assert_problem(403, "scope_missing");
    let without = User::with_key(&app, &provider.token(&but("scope", json!(null))));
    without
        .get(HISTORY)
        .await
        .assert_problem(403, "scope_missing");
}

/// Tokens that are signed well, and claim what they should not.
fn wrong_claims(provider: &Provider) -> Vec<(&'static str, String)> {
    let mut without_subject = claims();
    let members = without_subject.as_object_mut().expect("an object");
    members.remove("sub");
    vec![
        ("expired", provider.token(&but("exp", json!(now() - 5)))),
        ("not yet", provider.token(&but("nbf", json!(now() + 60)))),
        ("no expiry", provider.token(&but("exp", json!(null)))),
        (
            "expiry as text",
            provider.token(&but("exp", json!("tomorrow"))),
        ),
        (
            "expiry beyond all",
            provider.token(&but("exp", json!(u64::MAX))),
        ),
        (
            "audience",
            provider.token(&but("aud", json!("another service"))),
        ),
        ("no audience", provider.token(&but("aud", json!(null)))),
        (
            "issuer",
            provider.token(&but("iss", json!("https://evil.example"))),
        ),
        ("nobody", provider.token(&but("sub", json!("")))),
        ("no subject", provider.token(&without_subject)),
        (
            "long subject",
            provider.token(&but("sub", json!("x".repeat(300)))),
        ),
        ("control", provider.token(&but("sub", json!("a\nb")))),
        (
            "turned around",
            provider.token(&but("sub", json!("shop\u{202e}nimda"))),
        ),
        ("unseen", provider.token(&but("sub", json!("mei\u{200b}")))),
        (
            "issuer in a list",
            provider.token(&but("iss", json!(["https://login.example"]))),
        ),
        ("no issuer", provider.token(&but("iss", json!(null)))),
        (
            "expired in part",
            provider.token(&but("exp", json!(now() as f64 - 4.5))),
        ),
        ("negative", provider.token(&but("exp", json!(-1)))),
        ("endless", provider.token(&but("exp", json!(1e300)))),
        (
            "not yet in part",
            provider.token(&but("nbf", json!(now() as f64 + 60.5))),
        ),
    ]
}

/// Tokens that claim what they may, and are not signed as they should.
fn wrong_signatures(provider: &Provider) -> Vec<(&'static str, String)> {
    let good = provider.token(&claims());
    let parts: Vec<&str> = good.split('.').collect();
    let other = Provider::new();
    let unsigned = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","kid":"one"}"#);
    // The public key, taken for a secret that both know.
    let confused = EncodingKey::from_secret(&provider.public);
    let shared = EncodingKey::from_secret(b"known to both");
    let forged = URL_SAFE_NO_PAD.encode(but("sub", json!("operator")).to_string());
    vec![
        ("alg none", format!("{unsigned}.{}.", parts[1])),
        (
            "alg none, signed",
            format!("{unsigned}.{}.{}", parts[1], parts[2]),
        ),
        (
            "confusion",
            signed(Algorithm::HS256, Some("one"), &claims(), &confused),
        ),
        (
            "shared",
            signed(Algorithm::HS256, Some("shared"), &claims(), &shared),
        ),
        (
            "not allowed",
            signed(Algorithm::EdDSA, Some("two"), &claims(), &provider.edwards),
        ),
        (
            "wrong kid",
            signed(Algorithm::ES256, Some("two"), &claims(), &provider.elliptic),
        ),
        (
            "unknown kid",
            signed(Algorithm::ES256, Some("x"), &claims(), &provider.elliptic),
        ),
        ("another's key", other.token(&claims())),
        ("forged", format!("{}.{forged}.{}", parts[0], parts[2])),
        ("no signature", format!("{}.{}.", parts[0], parts[1])),
        ("empty", "..".to_owned()),
        ("long", format!("{good}{}", "A".repeat(9000))),
        (
            "100 KB",
            format!("{}.{}.{}", parts[0], "A".repeat(100_000), parts[2]),
        ),
    ]
}

/// Tokens that are signed well and claim what they may, with another head.
fn wrong_heads(provider: &Provider) -> Vec<(&'static str, String)> {
    let head = Header {
        kid: Some("one".to_owned()),
        ..Header::new(Algorithm::ES256)
    };
    let heads = [
        (
            "critical",
            Header {
                crit: Some(vec!["exp".to_owned()]),
                ..head.clone()
            },
        ),
        (
            "critical, nothing",
            Header {
                crit: Some(Vec::new()),
                ..head.clone()
            },
        ),
        (
            "an event",
            Header {
                typ: Some("secevent+jwt".to_owned()),
                ..head.clone()
            },
        ),
        (
            "no token",
            Header {
                typ: Some("JOSE".to_owned()),
                ..head.clone()
            },
        ),
        (
            "an empty kind",
            Header {
                typ: Some(String::new()),
                ..head.clone()
            },
        ),
        (
            "nested",
            Header {
                cty: Some("JWT".to_owned()),
                ..head.clone()
            },
        ),
    ];
    let signed = |head: &Header| encode(head, &claims(), &provider.elliptic).expect("signed");
    heads
        .iter()
        .map(|(wrong, head)| (*wrong, signed(head)))
        .collect()
}

#[tokio::test]
async fn a_token_of_any_kind_for_access_is_good_with_parts_of_seconds() {
    let provider = Provider::new();
    let app = provider.app().await;
    for kind in [
        None,
        Some("JWT"),
        Some("jwt"),
        Some("at+jwt"),
        Some("application/AT+JWT"),
    ] {
        let head = Header {
            kid: Some("one".to_owned()),
            typ: kind.map(str::to_owned),
            ..Header::new(Algorithm::ES256)
        };
        let mut claims = claims();
        claims["exp"] = json!(now() as f64 + 3600.25);
        claims["nbf"] = json!(now() as f64 - 10.75);
        claims["iat"] = json!(now() as f64 - 10.75);
        let token = encode(&head, &claims, &provider.elliptic).expect("it is signed");
        let answer = User::with_key(&app, &token).get(HISTORY).await;
        assert_eq!(answer.status, 200, "{kind:?}: {}", answer.body());
    }
}

#[tokio::test]
async fn a_token_that_is_wrong_in_anything_is_401() {
    let provider = Provider::new();
    let app = provider.app().await;
    let good = provider.token(&claims());
    let wrong = [
        wrong_claims(&provider),
        wrong_signatures(&provider),
        wrong_heads(&provider),
    ]
    .concat();
    for (wrong, token) in wrong {
        let answer = User::with_key(&app, &token).get(HISTORY).await;
        assert_eq!(answer.status, 401, "{wrong}: {}", answer.body());
        answer.assert_problem(401, "unauthenticated");
    }
    let without_kid = signed(Algorithm::ES256, None, &claims(), &provider.elliptic);
    let mei = User::with_key(&app, &without_kid);
    assert_eq!(
        mei.get(HISTORY).await.status,
        200,
        "there is only one such key"
    );
    let in_address = format!("{HISTORY}?x={good}");
    app.nobody()
        .get(&in_address)
        .await
        .assert_problem(401, "credential_in_url");
    let elsewhere = TestApp::start().await;
    User::with_key(&elsewhere, &good)
        .get(HISTORY)
        .await
        .assert_problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_stream_ends_with_its_token() {
    let provider = Provider::new();
    let app = provider.app().await;
    let short = provider.token(&but("exp", json!(now() + 2)));
    let mei = User::with_key(&app, &short);
    let task_id = mei.ask("會嗎？ [[sim fault=stall@60]]").await;
    let open = mei.follow(&task_id).await;
    soon("the end of the stream", open.rest()).await;
    mei.get(HISTORY)
        .await
        .assert_problem(401, "unauthenticated");
}
