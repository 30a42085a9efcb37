//! Tokens of the operator's identity provider (JWT, RFC 7519): who is believed, and of whom.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header};
use kaucim_tasks::{Scope, Vouched, is_seen};
use serde::Deserialize;
use serde_json::Value;

use self::keys::{Found, NoKey};
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
    #[error("the token is of another kind, or says something of itself that has to be understood")]
    Kind,
    #[error("no key to check the token with")]
    Key(#[from] NoKey),
    #[error("the token is not valid")]
    Invalid(#[from] jsonwebtoken::errors::Error),
    #[error("the token names nobody")]
    Nobody,
}

/// What a token claims, as far as it is read here.
#[derive(Deserialize)]
struct Claims {
    sub: String,
    /// One, as text: the library would take a list that holds it.
    iss: String,
    /// Seconds, and parts of them (RFC 7519, 2).
    exp: f64,
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
        if !is_understood(&header) {
            return Err(TokenError::Kind);
        }
        let Found { key, thumbprint } = self.keys.find(header.kid.as_deref(), header.alg)?;
        let mut validation = Validation::new(header.alg);
        validation.leeway = self.leeway.as_secs();
        validation.validate_nbf = true;
        validation.set_issuer(&[&self.name]);
        validation.set_audience(&[&self.audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        let claims = decode::<Claims>(token, &key, &validation)?.claims;
        let is_somebody = (1..=SUBJECT_BYTES).contains(&claims.sub.len())
            && claims.sub.chars().all(is_seen)
            && claims.iss == self.name;
        if !is_somebody {
            return Err(TokenError::Nobody);
        }
        Ok(Vouched {
            issuer: claims.iss,
            scopes: self.scopes(&claims.others),
            subject: claims.sub,
            until: self.until(claims.exp).ok_or(TokenError::Nobody)?,
            signed_with: thumbprint,
        })
    }

    /// When a token is over; the second that is named is good to its end. Beyond all calendars is
    /// no date.
    fn until(&self, expiry: f64) -> Option<Timestamp> {
        const MOST: f64 = 253_402_207_200.0;
        if !(0.0..MOST).contains(&expiry) {
            return None;
        }
        let whole = Duration::from_secs_f64(expiry.ceil()) + self.leeway;
        let seconds = i64::try_from(whole.as_secs() + 1).ok()?;
        Timestamp::from_second(seconds).ok()
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

/// Whether a head says nothing that would have to be understood (`crit`; RFC 7515, 4.1.11), and is
/// that of a token for access, or of one of no said kind (`typ`; RFC 9068, 2.1).
fn is_understood(header: &Header) -> bool {
    let is_critical = header.crit.is_some() || header.extras.inner().contains_key("crit");
    let is_plain = header.cty.is_none() && header.enc.is_none() && header.zip.is_none();
    !is_critical && is_plain && header.typ.as_deref().is_none_or(is_for_access)
}

fn is_for_access(kind: &str) -> bool {
    let kind = kind.to_ascii_lowercase();
    let kind = kind.strip_prefix("application/").unwrap_or(&kind);
    matches!(kind, "jwt" | "at+jwt")
}
