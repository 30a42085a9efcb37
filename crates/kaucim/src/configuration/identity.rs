//! The operator's identity provider: whose tokens are believed, and what they may allow.

use std::{path::PathBuf, time::Duration};

use kaucim_server::{Issuer, IssuerKeys, TokenAlgorithm};
use kaucim_tasks::Scope;
use serde::Deserialize;

use crate::{exit::Failed, identity::KeySource};

/// How often the provider's keys are looked at: with the time that it has to answer, a key that it
/// withdraws is believed for a minute at most.
const REFRESH: u64 = 45;
const MOST_REFRESH: u64 = 3600;

/// How long they are believed while they cannot be read.
const KEEP: u64 = 3600;
const MOST_KEEP: u64 = 7 * 24 * 3600;

/// Clocks that differ by more are wrong.
const MOST_LEEWAY: u64 = 600;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IdentityEntries {
    issuer: String,
    audience: String,
    jwks_url: Option<String>,
    jwks_file: Option<PathBuf>,
    algorithms: Option<Vec<TokenAlgorithm>>,
    leeway: Option<u64>,
    refresh: Option<u64>,
    keep_keys: Option<u64>,
    scope_claim: Option<String>,
    scope_prefix: Option<String>,
    scopes_without_claim: Option<Vec<String>>,
}

/// An identity provider, and where its keys are.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    pub issuer: Issuer,
    pub keys: KeySource,
    /// Between two looks at the keys.
    pub pause: Duration,
    /// How long they are believed while they cannot be read.
    pub keep_keys: Duration,
}

pub(super) fn settle(file: Option<IdentityEntries>) -> Result<Option<Identity>, Failed> {
    let Some(file) = file else { return Ok(None) };
    let keys = source(file.jwks_url, file.jwks_file)?;
    if file.issuer.is_empty() || file.audience.is_empty() {
        return Err(Failed::setting(
            "identity.issuer",
            "issuer and audience are empty",
            "write what stands in `iss` and `aud` of a token for this service",
        ));
    }
    let algorithms = file
        .algorithms
        .unwrap_or_else(|| vec![TokenAlgorithm::RS256, TokenAlgorithm::ES256]);
    if algorithms.is_empty() {
        return Err(Failed::setting(
            "identity.algorithms",
            "there is none, so no token could be good",
            "name those of the provider, such as [\"RS256\"]",
        ));
    }
    let leeway = file.leeway.unwrap_or(60);
    if leeway > MOST_LEEWAY {
        return Err(Failed::setting(
            "identity.leeway",
            format!("clocks may not differ by {leeway} seconds"),
            format!("set it to {MOST_LEEWAY} or less, and the clocks right"),
        ));
    }
    let (pause, keep_keys) = times(file.refresh, file.keep_keys)?;
    let names = file.scopes_without_claim.unwrap_or_default();
    let scopes = names.iter().map(|name| name.parse::<Scope>());
    let scopes = scopes.collect::<Result<Vec<_>, _>>();
    let scopes = scopes.map_err(|error| {
        let hint = "name scopes of Kaucim, such as [\"ask\", \"read\"]";
        Failed::setting("identity.scopes_without_claim", error, hint)
    })?;
    let issuer = Issuer {
        name: file.issuer,
        audience: file.audience,
        algorithms,
        leeway: Duration::from_secs(leeway),
        scope_claim: file.scope_claim.unwrap_or_else(|| "scope".to_owned()),
        scope_prefix: file.scope_prefix.unwrap_or_default(),
        scopes_without_claim: scopes,
        keys: IssuerKeys::believed_for(keep_keys),
    };
    Ok(Some(Identity {
        issuer,
        keys,
        pause,
        keep_keys,
    }))
}

/// How often the keys are looked at, and how long they are believed while they cannot be read.
fn times(refresh: Option<u64>, keep: Option<u64>) -> Result<(Duration, Duration), Failed> {
    let refresh = refresh.unwrap_or(REFRESH);
    if !(1..=MOST_REFRESH).contains(&refresh) {
        return Err(Failed::setting(
            "identity.refresh",
            format!("the keys cannot be looked at every {refresh} seconds"),
            format!("set it to a number from 1 to {MOST_REFRESH}; {REFRESH} is the default"),
        ));
    }
    let keep = keep.unwrap_or_else(|| KEEP.max(2 * refresh));
    let least = 2 * refresh;
    if !(least..=MOST_KEEP).contains(&keep) {
        return Err(Failed::setting(
            "identity.keep_keys",
            format!("keys are kept for {keep} seconds and looked at every {refresh}"),
            format!("set keep_keys to a number from {least} to {MOST_KEEP}; {KEEP} is the default"),
        ));
    }
    Ok((Duration::from_secs(refresh), Duration::from_secs(keep)))
}

fn source(url: Option<String>, file: Option<PathBuf>) -> Result<KeySource, Failed> {
    let text = match (url, file) {
        (None, Some(path)) => return Ok(KeySource::File(path)),
        (Some(url), None) => url,
        (None, None) | (Some(_), Some(_)) => {
            return Err(Failed::setting(
                "identity",
                "it has to say where the provider's public keys are, once",
                "set jwks_url, or jwks_file",
            ));
        }
    };
    let url = reqwest::Url::parse(&text).ok().filter(is_safe);
    url.map(KeySource::Url).ok_or_else(|| {
        Failed::setting(
            "identity.jwks_url",
            format!("`{text}` is no address that keys may come from"),
            "write an address that begins with https://",
        )
    })
}

/// Whoever can change the keys on their way can be anybody. On this machine nobody can.
fn is_safe(url: &reqwest::Url) -> bool {
    let is_local = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    url.scheme() == "https" || (url.scheme() == "http" && is_local)
}
