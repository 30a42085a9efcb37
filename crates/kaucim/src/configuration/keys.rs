//! Every key of the configuration: what may overrule it, and whether a running server takes a new
//! value.

use std::collections::BTreeSet;

/// When a changed value counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counts {
    /// On SIGHUP, for whoever asks next.
    OnHangup,
    /// With the next start.
    AtStart,
}

use Counts::{AtStart, OnHangup};

/// In the order in which they are shown. A star is a number, or a name that the operator chooses.
pub(super) const KEYS: &[(&str, Counts)] = &[
    ("listen", AtStart),
    ("data_dir", AtStart),
    ("database", AtStart),
    ("workers", AtStart),
    ("guests", AtStart),
    ("admin_page", AtStart),
    ("public_url", AtStart),
    ("allowed_origins", AtStart),
    ("models.*.model", AtStart),
    ("models.*.url", AtStart),
    ("models.*.api_key", AtStart),
    ("models.*.concurrency", AtStart),
    ("models.*.context", AtStart),
    ("tls.certificate", AtStart),
    ("tls.key", AtStart),
    ("identity.issuer", AtStart),
    ("identity.audience", AtStart),
    ("identity.jwks_url", AtStart),
    ("identity.jwks_file", AtStart),
    ("identity.algorithms", AtStart),
    ("identity.leeway", AtStart),
    ("identity.refresh", AtStart),
    ("identity.keep_keys", AtStart),
    ("identity.scope_claim", AtStart),
    ("identity.scope_prefix", AtStart),
    ("identity.scopes_without_claim", AtStart),
    ("safety.region", AtStart),
    ("resources.*.region", AtStart),
    ("resources.*.matters", AtStart),
    ("resources.*.text.*", AtStart),
    ("embeddings.model", AtStart),
    ("embeddings.url", AtStart),
    ("embeddings.api_key", AtStart),
    ("embeddings.question_prefix", AtStart),
    ("embeddings.passage_prefix", AtStart),
    ("reading.classic", AtStart),
    ("reading.unrepaired", AtStart),
    ("reading.calls", AtStart),
    ("reading.tokens", AtStart),
    ("reading.seconds", AtStart),
    ("reading.temperature", AtStart),
    ("reading.max_tokens", AtStart),
    ("retention.days", AtStart),
    ("limits.per_guest", OnHangup),
    ("limits.per_end_user", OnHangup),
    ("limits.per_account", OnHangup),
    ("limits.streams_per_account", OnHangup),
    ("limits.connections", AtStart),
    ("limits.connections_per_address", OnHangup),
    ("limits.queued", OnHangup),
    ("limits.rates", OnHangup),
    ("limits.guest_rate", OnHangup),
    ("limits.address_rate", OnHangup),
    ("limits.address_daily_rate", OnHangup),
    ("limits.guests_rate", OnHangup),
    ("limits.account_rate", OnHangup),
    ("limits.session_rate", OnHangup),
    ("limits.request_rate", OnHangup),
    ("limits.refusal_rate", OnHangup),
    ("budget.per_key.readings", OnHangup),
    ("budget.per_key.tokens", OnHangup),
    ("budget.per_guest.readings", OnHangup),
    ("budget.per_guest.tokens", OnHangup),
    ("budget.guests.readings", OnHangup),
    ("budget.guests.tokens", OnHangup),
    ("budget.service.readings", OnHangup),
    ("budget.service.tokens", OnHangup),
    ("embed.frame_ancestors", AtStart),
    ("embed.guest_rate", OnHangup),
    ("embed.guests_rate", OnHangup),
    ("embed.per_guest.readings", OnHangup),
    ("embed.per_guest.tokens", OnHangup),
    ("embed.guests.readings", OnHangup),
    ("embed.guests.tokens", OnHangup),
    ("log.filter", AtStart),
    ("log.format", AtStart),
    ("traces.endpoint", AtStart),
    ("traces.authorization", AtStart),
    ("proxies.trusted", AtStart),
    ("proxies.header", AtStart),
];

/// Whether a running server takes up another value on SIGHUP.
pub(crate) fn counts_on_hangup(key: &str) -> bool {
    let found = KEYS.iter().find(|(known, _)| matches(known, key, false));
    found.is_some_and(|(_, counts)| *counts == OnHangup)
}

/// Whether there is such a key, or a table that holds some.
pub(super) fn is_known(key: &str) -> bool {
    KEYS.iter().any(|(known, _)| matches(known, key, true))
}

/// Whether the value is never shown.
pub(crate) fn is_secret(key: &str) -> bool {
    key.ends_with("api_key") || key == "traces.authorization"
}

/// Flags and variables that count before the file, in this order.
pub(super) fn overruling(key: &str) -> &'static [&'static str] {
    match key {
        "listen" => &["--listen", "KAUCIM_LISTEN"],
        "data_dir" => &["--data-dir", "KAUCIM_DATA_DIR"],
        "database" => &["--database", "KAUCIM_DATABASE"],
        "workers" => &["--workers", "KAUCIM_WORKERS"],
        "models.1.url" => &["--model-url", "KAUCIM_MODEL_URL"],
        "embeddings.model" => &["KAUCIM_EMBEDDINGS"],
        "embeddings.url" => &["KAUCIM_EMBEDDINGS_URL"],
        "limits.per_guest" | "limits.per_end_user" | "limits.per_account" => {
            &["KAUCIM_TASKS_PER_USER"]
        }
        "limits.streams_per_account" => &["KAUCIM_STREAMS_PER_USER"],
        "limits.queued" => &["KAUCIM_QUEUE_LIMIT"],
        "limits.rates" => &["KAUCIM_RATE_LIMIT"],
        "log.filter" => &["KAUCIM_LOG"],
        "log.format" => &["KAUCIM_LOG_FORMAT"],
        "traces.endpoint" => &["KAUCIM_TRACES"],
        of_model if matches("models.*.model", of_model, true) => &["--model", "KAUCIM_MODEL"],
        other if matches("models.*.concurrency", other, false) => &["KAUCIM_MODEL_CONCURRENCY"],
        _ => &[],
    }
}

/// Variables that count where neither those nor the file say anything.
pub(super) fn filling_in(key: &str) -> Option<&'static str> {
    match key {
        "embeddings.url" => Some("OLLAMA_HOST"),
        "embeddings.api_key" => Some("OPENAI_API_KEY"),
        url if matches("models.*.url", url, false) => Some("OLLAMA_HOST"),
        secret if matches("models.*.api_key", secret, false) => Some("OPENAI_API_KEY"),
        _ => None,
    }
}

/// What to do about a key that there is not.
pub(super) fn advice(key: &str) -> String {
    let (table, name) = key.rsplit_once('.').unwrap_or(("", key));
    let beside = KEYS.iter().filter_map(|(known, _)| below(table, known));
    if let Some(nearest) = nearest(name, beside) {
        return format!("did you mean `{nearest}`?");
    }
    let last = |known: &'static str| known.rsplit_once('.').map_or(("", known), |split| split);
    let elsewhere: BTreeSet<_> = KEYS.iter().map(|(known, _)| last(known)).collect();
    let names = elsewhere.iter().map(|(_, name)| *name);
    let Some(nearest) = nearest(name, names) else {
        return "`kaucim config show` prints every key".to_owned();
    };
    let tables = elsewhere.iter().filter(|(_, name)| *name == nearest);
    let tables: Vec<_> = tables.map(|(table, _)| in_brackets(table)).collect();
    format!("`{nearest}` is a key of {}", tables.join(" and of "))
}

fn in_brackets(table: &str) -> String {
    match table.strip_suffix(".*") {
        Some(list) => format!("[[{list}]]"),
        None if table.is_empty() => "no table: it stands before the first one".to_owned(),
        None => format!("[{table}]"),
    }
}

/// The name that comes next below a table in a known key.
fn below(table: &str, known: &'static str) -> Option<&'static str> {
    let depth = if table.is_empty() {
        0
    } else {
        table.split('.').count()
    };
    let is_below = table.is_empty() || matches(known, table, true);
    known.split('.').nth(depth).filter(|_| is_below)
}

fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let distance = |candidate: &str| strsim::damerau_levenshtein(name, candidate);
    let nearest = candidates.min_by_key(|candidate| distance(candidate))?;
    // A third of the letters may be wrong; more of them make another word.
    (distance(nearest) * 3 <= name.len().max(3)).then_some(nearest)
}

/// Whether a key is meant by a known one; or a table above it, where that counts as well.
fn matches(known: &str, key: &str, or_above: bool) -> bool {
    let mut known = known.split('.');
    let all = key.split('.').all(|part| {
        known
            .next()
            .is_some_and(|known| known == "*" || known == part)
    });
    all && (or_above || known.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_told() {
        for (key, told) in [
            ("listn", "did you mean `listen`?"),
            ("limit", "did you mean `limits`?"),
            ("limits.per_gest", "did you mean `per_guest`?"),
            ("models.2.modle", "did you mean `model`?"),
            ("budget.guests.reading", "did you mean `readings`?"),
            ("account_rate", "`account_rate` is a key of [limits]"),
            (
                "guest_rate",
                "`guest_rate` is a key of [embed] and of [limits]",
            ),
            (
                "reading.api_key",
                "`api_key` is a key of [embeddings] and of [[models]]",
            ),
            (
                "tls.listen",
                "`listen` is a key of no table: it stands before the first one",
            ),
            (
                "colour_of_the_roof",
                "`kaucim config show` prints every key",
            ),
        ] {
            assert!(!is_known(key), "{key}");
            assert_eq!(advice(key), told, "{key}");
        }
    }

    #[test]
    fn tables_and_lists_are_known_by_their_keys() {
        for key in ["models", "models.3", "models.3.url", "resources.1.text.ja"] {
            assert!(is_known(key), "{key}");
        }
        assert!(counts_on_hangup("limits.queued"));
        assert!(!counts_on_hangup("models.1.url"));
    }
}
