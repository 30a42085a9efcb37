//! Tokens of the operator's identity provider (JWT, RFC 7519): who is believed, and of whom.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use kaucim_tasks::{Scope, Vouched};
use serde::Deserialize;
use serde_json::Value;

pub use self::keys::{IssuerKeys, KeysError};

mod keys;

/// Longer tokens are refused before they are read.
const TOKEN_BYTES: usize = 8 * 1024;

/// Longer names of a person are refused.
const SUBJECT_BYTES: usize = 255;

/// An identity provider whose tokens are believed.
#[derive(Debug, Clone)]
pub struct Issuer {
    /// What stands in `iss`.
    pub name: String,
    /// What stands in `aud`, alone or among others.
    pub audience: String,
    /// How tokens may be signed. What a token says of itself counts only if it is among these.
    pub algorithms: Vec<TokenAlgorithm>,
    /// How far the clocks of both may differ.
    pub leeway: Duration,
    /// The claim that holds scopes: a text with spaces, or a list.
    pub scope_claim: String,
    /// What stands before `ask`, `read` and `admin` in that claim.
    pub scope_prefix: String,
    /// What those may whose tokens have no such claim.
    pub scopes_without_claim: Vec<Scope>,
    pub keys: IssuerKeys,
}

/// Signatures by a private key whose public one is known here. There is no `none`, and none of
/// those whose secret both sides know: a public key could be taken for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum TokenAlgorithm {
    RS256,
    RS384,
    RS512,
    PS256,
    PS384,
    PS512,
    ES256,
    ES384,
    EdDSA,
}

/// Why a token is worth nothing, for the log; whoever sent it is told no more than that.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TokenError {
    #[error("the token is too long")]
    TooLong,
    #[error("the token is signed by a way that is not allowed")]
    Algorithm,
    #[error("the token names no key that is known")]
    UnknownKey,
    #[error("the token is not valid")]
    Invalid(#[from] jsonwebtoken::errors::Error),
    #[error("the token names nobody")]
    Nobody,
}

/// What a token claims, as far as it is read here.
#[derive(Deserialize)]
struct Claims {
    sub: String,
    exp: u64,
    #[serde(flatten)]
    others: serde_json::Map<String, Value>,
}

impl TokenAlgorithm {
    fn as_library(self) -> Algorithm {
        match self {
            Self::RS256 => Algorithm::RS256,
            Self::RS384 => Algorithm::RS384,
            Self::RS512 => Algorithm::RS512,
            Self::PS256 => Algorithm::PS256,
            Self::PS384 => Algorithm::PS384,
            Self::PS512 => Algorithm::PS512,
            Self::ES256 => Algorithm::ES256,
            Self::ES384 => Algorithm::ES384,
            Self::EdDSA => Algorithm::EdDSA,
        }
    }
}

/// Whether a bearer credential has the form of a token: three parts. Keys have no dots.
pub(crate) fn is_token(bearer: &str) -> bool {
    bearer.matches('.').count() == 2
}

impl Issuer {
    /// Whom the token stands for.
    pub(crate) fn verify(self: &Arc<Self>, token: &str) -> Result<Vouched, TokenError> {
        if token.len() > TOKEN_BYTES {
            return Err(TokenError::TooLong);
        }
        let header = decode_header(token)?;
        let mut allowed = self.algorithms.iter().map(|known| known.as_library());
        if !allowed.any(|allowed| allowed == header.alg) {
            return Err(TokenError::Algorithm);
        }
        let key = self.keys.find(header.kid.as_deref(), header.alg);
        let key = key.ok_or(TokenError::UnknownKey)?;
        let mut validation = Validation::new(header.alg);
        validation.leeway = self.leeway.as_secs();
        validation.validate_nbf = true;
        validation.set_issuer(&[&self.name]);
        validation.set_audience(&[&self.audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        let claims = decode::<Claims>(token, &key, &validation)?.claims;
        if !(1..=SUBJECT_BYTES).contains(&claims.sub.len())
            || claims.sub.chars().any(char::is_control)
        {
            return Err(TokenError::Nobody);
        }
        // The second that is named is good to its end.
        let grace = self.leeway.as_secs() + 1;
        let until = i64::try_from(claims.exp.saturating_add(grace));
        let until = until.ok().and_then(|at| Timestamp::from_second(at).ok());
        Ok(Vouched {
            issuer: self.name.clone(),
            scopes: self.scopes(&claims.others),
            subject: claims.sub,
            // Beyond all calendars is no date either.
            until: until.ok_or(TokenError::Nobody)?,
        })
    }

    fn scopes(&self, claims: &serde_json::Map<String, Value>) -> Vec<Scope> {
        let of_name = |name: &str| name.strip_prefix(&self.scope_prefix)?.parse().ok();
        match claims.get(&self.scope_claim) {
            None => self.scopes_without_claim.clone(),
            Some(Value::String(names)) => names.split(' ').filter_map(of_name).collect(),
            Some(Value::Array(names)) => names
                .iter()
                .filter_map(Value::as_str)
                .filter_map(of_name)
                .collect(),
            // Whatever that is, it allows nothing.
            Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) => Vec::new(),
        }
    }
}
