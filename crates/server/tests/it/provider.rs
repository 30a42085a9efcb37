//! An identity provider of the tests: its keys, and tokens that it signs.

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

use crate::app::{Setup, TestApp};

/// An identity provider with one key for each of two algorithms.
pub(crate) struct Provider {
    pub elliptic: EncodingKey,
    pub edwards: EncodingKey,
    /// The public half of the first, as it is published.
    pub public: Vec<u8>,
    pub keys: IssuerKeys,
}

impl Provider {
    pub(crate) fn new() -> Self {
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

    /// The set with the first key as it is published, changed so.
    pub(crate) fn published(&self, changes: &Value) -> Vec<u8> {
        let (x, y) = (&self.public[1..33], &self.public[33..65]);
        let mut key = json!({ "kty": "EC", "crv": "P-256", "kid": "one",
            "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y) });
        for (name, value) in changes.as_object().expect("an object") {
            key[name] = value.clone();
        }
        json!({ "keys": [key] }).to_string().into_bytes()
    }

    pub(crate) async fn app(&self) -> TestApp {
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

    pub(crate) fn token(&self, claims: &Value) -> String {
        signed(Algorithm::ES256, Some("one"), claims, &self.elliptic)
    }
}

pub(crate) fn signed(
    algorithm: Algorithm,
    kid: Option<&str>,
    claims: &Value,
    key: &EncodingKey,
) -> String {
    let header = Header {
        kid: kid.map(str::to_owned),
        ..Header::new(algorithm)
    };
    encode(&header, claims, key).expect("it is signed")
}

pub(crate) fn now() -> i64 {
    Timestamp::now().as_second()
}

pub(crate) fn claims() -> Value {
    json!({
        "iss": "https://login.example", "aud": ["other", "kaucim"], "sub": "mei",
        "exp": now() + 3600, "scope": "openid kaucim:ask kaucim:read",
    })
}

/// The usual claims, but for one.
pub(crate) fn but(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}
