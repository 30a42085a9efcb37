//! The public keys of an identity provider (JWKS, RFC 7517), swapped as one.

use std::sync::{Arc, PoisonError, RwLock};

use jsonwebtoken::{
    Algorithm, AlgorithmFamily, DecodingKey,
    jwk::{AlgorithmParameters, Jwk, JwkSet, PublicKeyUse},
};
use tokio::sync::Notify;

/// More keys than any provider has.
const MOST_KEYS: usize = 64;

/// The keys that are known now. A cheap handle: whoever fetches them replaces them.
#[derive(Clone, Default)]
pub struct IssuerKeys {
    known: Arc<RwLock<Vec<Known>>>,
    missed: Arc<Notify>,
}

struct Known {
    kid: Option<String>,
    /// Where the set says which; else any of its family.
    algorithm: Option<Algorithm>,
    key: Arc<DecodingKey>,
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

impl std::fmt::Debug for IssuerKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        f.debug_struct("IssuerKeys")
            .field("known", &known.len())
            .finish()
    }
}

impl IssuerKeys {
    /// Puts a set in the place of the one there is; returns how many keys it has. A set that is
    /// refused changes nothing.
    pub fn replace(&self, json: &[u8]) -> Result<usize, KeysError> {
        let set: JwkSet = serde_json::from_slice(json)?;
        if set.keys.len() > MOST_KEYS {
            return Err(KeysError::TooMany);
        }
        let keys: Vec<_> = set.keys.iter().filter_map(known).collect();
        if keys.is_empty() {
            return Err(KeysError::Empty);
        }
        let count = keys.len();
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(count)
    }

    /// Resolves when a token has named a key that is not known: the provider may have a new one.
    pub async fn missed(&self) {
        self.missed.notified().await;
    }

    /// The key of that name for that algorithm. A token that names none gets the only one there is.
    pub(super) fn find(&self, kid: Option<&str>, algorithm: Algorithm) -> Option<Arc<DecodingKey>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let mut fitting = known.iter().filter(|known| {
            known.key.family() == algorithm.family()
                && known.algorithm.is_none_or(|only| only == algorithm)
                && (kid.is_none() || known.kid.as_deref() == kid)
        });
        let found = fitting.next().map(|known| Arc::clone(&known.key));
        if found.is_none() {
            self.missed.notify_one();
        }
        found.filter(|_| fitting.next().is_none())
    }
}

/// A key for signatures by a private key; nothing else in a set counts.
fn known(jwk: &Jwk) -> Option<Known> {
    match &jwk.algorithm {
        AlgorithmParameters::RSA(_)
        | AlgorithmParameters::EllipticCurve(_)
        | AlgorithmParameters::OctetKeyPair(_) => {}
        // A secret that both sides know, or what the library does not know.
        AlgorithmParameters::OctetKey(_) | AlgorithmParameters::Other(_) | _ => return None,
    }
    let is_for_signatures = jwk
        .common
        .public_key_use
        .as_ref()
        .is_none_or(|usage| *usage == PublicKeyUse::Signature);
    if !is_for_signatures {
        return None;
    }
    let algorithm = match jwk.common.key_algorithm {
        None => None,
        // A key for something else than signatures has no such algorithm.
        Some(named) => Some(named.try_into().ok()?),
    };
    let key = DecodingKey::from_jwk(jwk).ok()?;
    if key.family() == AlgorithmFamily::Hmac {
        return None;
    }
    Some(Known {
        kid: jwk.common.key_id.clone(),
        algorithm,
        key: Arc::new(key),
    })
}
