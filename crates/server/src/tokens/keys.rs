//! The public keys of an identity provider (JWKS, RFC 7517), swapped as one.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use jsonwebtoken::{
    Algorithm, AlgorithmFamily, DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyOperations, PublicKeyUse, ThumbprintHash},
};
use serde::Deserialize;
use serde_json::Value;
use tokio::{sync::Notify, time::Instant};

/// More keys than any provider has.
const MOST_KEYS: usize = 64;

/// How long keys are believed that could not be read again, unless it is said otherwise. While the
/// provider is away, nobody gets a new token either.
const BELIEVED: Duration = Duration::from_secs(3600);

/// The keys that are known now. A cheap handle: whoever fetches them replaces them.
#[derive(Clone)]
pub struct IssuerKeys {
    known: Arc<RwLock<Set>>,
    missed: Arc<Notify>,
    believed: Duration,
}

/// The keys of one reading.
#[derive(Default)]
struct Set {
    keys: Vec<Known>,
    /// Absent: never.
    read_at: Option<Instant>,
}

struct Known {
    kid: Option<String>,
    /// What it may be used for.
    algorithms: Vec<Algorithm>,
    key: Arc<DecodingKey>,
    thumbprint: String,
}

/// A key to check a signature with.
pub(super) struct Found {
    pub key: Arc<DecodingKey>,
    /// Of RFC 7638.
    pub thumbprint: String,
}

/// Why there is no such key.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoKey {
    #[error("the provider's keys could not be read for too long")]
    TooOld,
    #[error("the token names no key that is known")]
    Unknown,
}

/// A set of keys that is none.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    #[error("the set of keys is not in the form of RFC 7517")]
    Form(#[from] serde_json::Error),
    #[error("the set has no public key to check signatures with")]
    Empty,
    #[error("the set has more than {MOST_KEYS} keys")]
    TooMany,
}

/// A set as it is published. Each key is read by itself: one that is of no kind known here is in
/// nobody's way.
#[derive(Deserialize)]
struct Published {
    keys: Vec<Value>,
}

impl Default for IssuerKeys {
    fn default() -> Self {
        Self::believed_for(BELIEVED)
    }
}

impl std::fmt::Debug for IssuerKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        f.debug_struct("IssuerKeys")
            .field("known", &known.keys.len())
            .finish_non_exhaustive()
    }
}

impl IssuerKeys {
    /// Keys that are believed for so long after each reading. None is known yet.
    pub fn believed_for(believed: Duration) -> Self {
        Self {
            known: Arc::default(),
            missed: Arc::default(),
            believed,
        }
    }

    /// Puts a set in the place of the one there is; returns how many keys it has. What is no set
    /// changes nothing. One without a key that could be believed is refused, and yet it is what the
    /// provider says: nothing is believed any more.
    pub fn replace(&self, json: &[u8]) -> Result<usize, KeysError> {
        let set: Published = serde_json::from_slice(json)?;
        if set.keys.len() > MOST_KEYS {
            return Err(KeysError::TooMany);
        }
        let keys: Vec<_> = set.keys.into_iter().filter_map(known).collect();
        let count = keys.len();
        let read_at = Some(Instant::now());
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Set { keys, read_at };
        if count == 0 {
            return Err(KeysError::Empty);
        }
        Ok(count)
    }

    /// Resolves when a token has named a key that is not known: the provider may have a new one.
    pub async fn missed(&self) {
        self.missed.notified().await;
    }

    /// Whether they were not read for so long that none is believed.
    pub fn are_too_old(&self) -> bool {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.is_too_old(self.believed)
    }

    /// Whether what this key has signed is still believed.
    pub(crate) fn believes(&self, thumbprint: &str) -> bool {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let mut keys = known.keys.iter();
        !known.is_too_old(self.believed) && keys.any(|key| key.thumbprint == thumbprint)
    }

    /// The key of that name for that algorithm. A token that names none gets the only one there is.
    pub(super) fn find(&self, kid: Option<&str>, algorithm: Algorithm) -> Result<Found, NoKey> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if known.is_too_old(self.believed) {
            return Err(NoKey::TooOld);
        }
        let mut fitting = known.keys.iter().filter(|known| {
            known.algorithms.contains(&algorithm) && (kid.is_none() || known.kid.as_deref() == kid)
        });
        let Some(found) = fitting.next() else {
            self.missed.notify_one();
            return Err(NoKey::Unknown);
        };
        if fitting.next().is_some() {
            return Err(NoKey::Unknown);
        }
        Ok(Found {
            key: Arc::clone(&found.key),
            thumbprint: found.thumbprint.clone(),
        })
    }
}

impl Set {
    fn is_too_old(&self, believed: Duration) -> bool {
        self.read_at.is_none_or(|read| read.elapsed() >= believed)
    }
}

/// A key to check signatures with; nothing else in a set counts.
fn known(published: Value) -> Option<Known> {
    let jwk: Jwk = serde_json::from_value(published).ok()?;
    let common = &jwk.common;
    // Where both say what it is for, both have to (RFC 7517, 4.3).
    let usage = common.public_key_use.as_ref();
    let operations = common.key_operations.as_ref();
    let is_for_checking = usage.is_none_or(|usage| *usage == PublicKeyUse::Signature)
        && operations.is_none_or(|all| all.contains(&KeyOperations::Verify));
    if !is_for_checking {
        return None;
    }
    let mut algorithms = algorithms(&jwk.algorithm);
    if let Some(named) = common.key_algorithm {
        // One that is for something else than signatures is not known to the library.
        let named: Algorithm = named.try_into().ok()?;
        algorithms.retain(|algorithm| *algorithm == named);
    }
    let key = DecodingKey::from_jwk(&jwk).ok()?;
    if algorithms.is_empty() || key.family() == AlgorithmFamily::Hmac {
        return None;
    }
    Some(Known {
        thumbprint: jwk.thumbprint(ThumbprintHash::SHA256).ok()?,
        kid: jwk.common.key_id,
        algorithms,
        key: Arc::new(key),
    })
}

/// What a key of this kind can check (RFC 7518, 3.1; RFC 8037, 3.1).
fn algorithms(kind: &AlgorithmParameters) -> Vec<Algorithm> {
    match kind {
        AlgorithmParameters::RSA(_) => vec![
            Algorithm::RS256,
            Algorithm::RS384,
            Algorithm::RS512,
            Algorithm::PS256,
            Algorithm::PS384,
            Algorithm::PS512,
        ],
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => {
            vec![Algorithm::ES256]
        }
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P384 => {
            vec![Algorithm::ES384]
        }
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => {
            vec![Algorithm::EdDSA]
        }
        // Other curves, secrets that both sides know, and what the library does not know.
        AlgorithmParameters::EllipticCurve(_)
        | AlgorithmParameters::OctetKeyPair(_)
        | AlgorithmParameters::OctetKey(_)
        | AlgorithmParameters::Other(_)
        | _ => Vec::new(),
    }
}
