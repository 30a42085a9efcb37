//! Tokens of an identity provider: who is let in, and every way not to be.

use std::{sync::Arc, time::Duration};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use kaucim_server::{Issuer, IssuerKeys, Settings, TokenAlgorithm};
use serde_json::{Value, json};

use crate::{
    app::{Setup, TestApp, soon},
    user::{HISTORY, User},
};

/// An identity provider with one key for each of two algorithms.
struct Provider {
    elliptic: EncodingKey,
    edwards: EncodingKey,
    /// The public half of the first, as it is published.
    public: Vec<u8>,
    keys: IssuerKeys,
}

impl Provider {
    fn new() -> Self {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random);
        let pkcs8 = pkcs8.expect("a key");
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref());
        let public = pair.expect("a key").public_key().as_ref().to_vec();
        let of_edwards = Ed25519KeyPair::generate_pkcs8(&random).expect("a key");
        let pair = Ed25519KeyPair::from_pkcs8(of_edwards.as_ref()).expect("a key");
        let (x, y) = (&public[1..33], &public[33..65]);
        let set = json!({ "keys": [
            { "kty": "EC", "crv": "P-256", "kid": "one", "use": "sig", "alg": "ES256",
                "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y) },
            { "kty": "OKP", "crv": "Ed25519", "kid": "two",
                "x": URL_SAFE_NO_PAD.encode(pair.public_key().as_ref()) },
            { "kty": "oct", "kid": "shared", "k": URL_SAFE_NO_PAD.encode(b"known to both") },
        ]});
        let keys = IssuerKeys::default();
        let count = keys.replace(set.to_string().as_bytes()).expect("a set");
        assert_eq!(count, 2, "what both know is no public key");
        Self {
            elliptic: EncodingKey::from_ec_der(pkcs8.as_ref()),
            edwards: EncodingKey::from_ed_der(of_edwards.as_ref()),
            public,
            keys,
        }
    }

    async fn app(&self) -> TestApp {
        let issuer = Issuer {
            name: "https://login.example".to_owned(),
            audience: "kaucim".to_owned(),
            algorithms: vec![TokenAlgorithm::ES256],
            leeway: Duration::from_secs(1),
            scope_claim: "scope".to_owned(),
            scope_prefix: "kaucim:".to_owned(),
            scopes_without_claim: Vec::new(),
            keys: self.keys.clone(),
        };
        let server = Settings {
            issuer: Some(Arc::new(issuer)),
            ..Settings::default()
        };
        TestApp::with(Setup {
            server,
            ..Setup::default()
        })
        .await
    }

    fn token(&self, claims: &Value) -> String {
        signed(Algorithm::ES256, Some("one"), claims, &self.elliptic)
    }
}

fn signed(algorithm: Algorithm, kid: Option<&str>, claims: &Value, key: &EncodingKey) -> String {
    let header = Header {
        kid: kid.map(str::to_owned),
        ..Header::new(algorithm)
    };
    encode(&header, claims, key).expect("it is signed")
}

fn now() -> i64 {
    Timestamp::now().as_second()
}

fn claims() -> Value {
    json!({
        "iss": "https://login.example", "aud": ["other", "kaucim"], "sub": "mei",
        "exp": now() + 3600, "scope": "openid kaucim:ask kaucim:read",
    })
}

/// The usual claims, but for one.
fn but(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

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

#[tokio::test]
async fn a_token_that_is_wrong_in_anything_is_401() {
    let provider = Provider::new();
    let app = provider.app().await;
    let good = provider.token(&claims());
    let wrong = [wrong_claims(&provider), wrong_signatures(&provider)].concat();
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

#[tokio::test]
async fn keys_that_the_provider_replaces_are_replaced_here() {
    let (provider, next) = (Provider::new(), Provider::new());
    let app = provider.app().await;
    let token = next.token(&claims());
    let mei = User::with_key(&app, &token);
    let missed = provider.keys.missed();
    mei.get(HISTORY)
        .await
        .assert_problem(401, "unauthenticated");
    let unknown = signed(Algorithm::ES256, Some("new"), &claims(), &next.elliptic);
    User::with_key(&app, &unknown).get(HISTORY).await;
    soon("somebody to be told of an unknown key", missed).await;
    for none in [
        &b""[..],
        b"{}",
        br#"{"keys":[]}"#,
        br#"{"keys":[{"kty":"oct","k":"AA"}]}"#,
    ] {
        assert!(provider.keys.replace(none).is_err());
    }
    let (x, y) = (&next.public[1..33], &next.public[33..65]);
    let set = json!({ "keys": [{ "kty": "EC", "crv": "P-256", "kid": "one",
        "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y) }] });
    let count = provider.keys.replace(set.to_string().as_bytes());
    assert_eq!(count.expect("a set"), 1);
    assert_eq!(mei.get(HISTORY).await.status, 200);
}
