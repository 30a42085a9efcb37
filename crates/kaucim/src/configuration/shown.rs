//! The settled configuration by its keys, each with its value and where that comes from.

use kaucim_llm::{ModelConfig, Provider};
use kaucim_server::{ForwardedHeader, Rates};
use kaucim_tasks::DailyBudget;
use secrecy::ExposeSecret;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{Configuration, Models, Settled, Sources, file::Written, keys};
use crate::{exit::Failed, identity::KeySource};

/// One key, as it is shown.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Shown {
    pub key: String,
    /// Null where nothing is set.
    pub value: Value,
    pub source: Source,
    /// Whether a value was left out of what is shown.
    pub is_hidden: bool,
    /// Whether SIGHUP makes a running server take a new value.
    pub reloads: bool,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Source {
    Default,
    File { file: String, line: usize },
    Variable { name: String },
    Flag { name: String },
}

/// Every key of a settled configuration; secrets and passwords in addresses are hidden.
pub(crate) fn shown(sources: &Sources) -> Result<Vec<Shown>, Failed> {
    let Settled {
        configuration,
        written,
    } = sources.settle()?;
    let values = values(&configuration, &written);
    let shown = values.into_iter().map(|(key, value)| {
        let has_value = !value.is_null();
        let is_hidden = has_value && keys::is_secret(&key);
        Shown {
            source: source(sources, &written, &configuration, &key),
            value: if is_hidden {
                json!("(hidden)")
            } else {
                without_passwords(value)
            },
            is_hidden,
            reloads: keys::counts_on_hangup(&key),
            key,
        }
    });
    Ok(shown.collect())
}

/// Which keys have other values in another configuration.
pub(crate) fn changed(
    (before, before_written): (&Configuration, &Written),
    (now, now_written): (&Configuration, &Written),
) -> Vec<String> {
    let before = values(before, before_written);
    let now = values(now, now_written);
    let has = |all: &[(String, Value)], one: &(String, Value)| all.contains(one);
    let mut changed: Vec<String> = Vec::new();
    let others = now.iter().filter(|one| !has(&before, one));
    for (key, _) in others.chain(before.iter().filter(|one| !has(&now, one))) {
        if !changed.contains(key) {
            changed.push(key.clone());
        }
    }
    changed
}

fn source(
    sources: &Sources,
    written: &Written,
    configuration: &Configuration,
    key: &str,
) -> Source {
    let said = |name: &&str| sources.says(name);
    let named = |name: &str| {
        let (is_flag, name) = (name.starts_with("--"), name.to_owned());
        if is_flag {
            Source::Flag { name }
        } else {
            Source::Variable { name }
        }
    };
    if let Some(name) = keys::overruling(key).iter().copied().find(said) {
        return named(name);
    }
    // Models that a flag or a variable names have nothing of those in the file.
    let is_of_file = !key.starts_with("models") || !sources.names_models();
    if let (true, Some(line), Some(file)) = (is_of_file, written.line(key), &written.name) {
        let file = file.clone();
        return Source::File { file, line };
    }
    match keys::filling_in(key).filter(said) {
        Some(name) if fills_in(configuration, key, name) => named(name),
        Some(_) | None if is_lifted(configuration, key) && sources.says("KAUCIM_RATE_LIMIT") => {
            named("KAUCIM_RATE_LIMIT")
        }
        Some(_) | None => Source::Default,
    }
}

/// Each of the two protocols has a variable of its own.
fn fills_in(configuration: &Configuration, key: &str, name: &str) -> bool {
    let place = key.split('.').nth(1);
    let place = place.and_then(|part| part.parse::<usize>().ok());
    let model = match (place, &configuration.models) {
        (Some(place), Models::Chain(models)) => models.get(place.wrapping_sub(1)),
        (Some(_), Models::Found { .. }) => None,
        (None, _) => configuration.embeddings.as_ref().map(|one| &one.model),
    };
    let provider = match name {
        "OLLAMA_HOST" => Provider::Ollama,
        _ => Provider::OpenAi,
    };
    model.is_some_and(|model| model.provider == provider)
}

/// Guests have no budgets where their questions are not counted.
fn is_lifted(configuration: &Configuration, key: &str) -> bool {
    let of_guests = [
        "budget.per_guest",
        "budget.guests",
        "embed.per_guest",
        "embed.guests",
    ];
    let is_of_guests = of_guests
        .iter()
        .any(|table| *key == format!("{table}.readings"));
    configuration.rates.is_none() && is_of_guests
}

/// Every key with its value, secrets among them.
fn values(configuration: &Configuration, written: &Written) -> Vec<(String, Value)> {
    let Configuration {
        listen,
        data_dir,
        database,
        workers,
        guests,
        admin_page,
        web,
        embeddings,
        keep_finished,
        certificate,
        proxies,
        telemetry,
        ..
    } = configuration;
    let collector = telemetry.traces.as_ref();
    let authorization = collector.and_then(|collector| collector.authorization.as_ref());
    let traces = json!({
        "endpoint": collector.map(|collector| collector.endpoint.as_str()),
        "authorization": authorization.map(ExposeSecret::expose_secret),
    });
    let tls = certificate.as_ref();
    let embeddings = embeddings.as_ref();
    let of_embeddings = embeddings.map(|one| model(&one.model));
    let embeddings = json!({
        "model": of_embeddings.as_ref().map(|one| &one["model"]),
        "url": of_embeddings.as_ref().map(|one| &one["url"]),
        "api_key": of_embeddings.as_ref().map(|one| &one["api_key"]),
        "question_prefix": embeddings.map(|one| &one.prefixes.question),
        "passage_prefix": embeddings.map(|one| &one.prefixes.passage),
    });
    let header = match proxies.header {
        ForwardedHeader::XForwardedFor => "x-forwarded-for",
        ForwardedHeader::Forwarded => "forwarded",
    };
    let trusted = proxies.trusted.iter().map(ToString::to_string);
    let trusted = trusted.collect::<Vec<_>>();
    let days = keep_finished.map(|kept| kept.as_secs() / (24 * 60 * 60));
    let document = json!({
        "listen": listen,
        "data_dir": data_dir,
        // Its name and place alone.
        "database": database.as_ref().map(ToString::to_string),
        "workers": workers,
        "guests": guests,
        "admin_page": admin_page,
        "public_url": web.public_url,
        "allowed_origins": web.allowed_origins,
        "models": models(&configuration.models),
        "tls": { "certificate": tls.map(|tls| &tls.chain), "key": tls.map(|tls| &tls.key) },
        "identity": identity(configuration),
        "safety": { "region": configuration.reading.care.region },
        "resources": written.json()["resources"],
        "embeddings": embeddings,
        "reading": reading(configuration),
        "retention": { "days": days },
        "limits": limits(configuration),
        "budget": budgets(configuration),
        "embed": embed(configuration),
        "log": { "filter": telemetry.log_filter, "format": telemetry.log_format },
        "traces": traces,
        "proxies": { "trusted": trusted, "header": header },
    });
    let mut values = Vec::new();
    flatten("", &document, &mut values);
    values
}

fn models(models: &Models) -> Vec<Value> {
    match models {
        Models::Chain(chain) => chain.iter().map(model).collect(),
        Models::Found { .. } => Vec::new(),
    }
}

fn model(config: &ModelConfig) -> Value {
    let url = config.base_url.as_deref();
    json!({
        "model": format!("{}:{}", config.provider.name(), config.name),
        "url": url.unwrap_or_else(|| config.provider.default_base_url()),
        "api_key": config.api_key.as_ref().map(|key| key.expose_secret()),
        "concurrency": config.concurrency,
        "context": config.context,
    })
}

fn identity(configuration: &Configuration) -> Value {
    let identity = configuration.identity.as_ref();
    let issuer = identity.map(|identity| &identity.issuer);
    let (url, file) = match identity.map(|identity| &identity.keys) {
        Some(KeySource::Url(url)) => (Some(url.as_str()), None),
        Some(KeySource::File(file)) => (None, Some(file)),
        None => (None, None),
    };
    let algorithms = issuer.map(|one| one.algorithms.iter().map(|one| format!("{one:?}")));
    let scopes = issuer.map(|one| one.scopes_without_claim.iter().map(ToString::to_string));
    json!({
        "issuer": issuer.map(|one| &one.name),
        "audience": issuer.map(|one| &one.audience),
        "jwks_url": url,
        "jwks_file": file,
        "algorithms": algorithms.map(Iterator::collect::<Vec<_>>),
        "leeway": issuer.map(|one| one.leeway.as_secs()),
        "refresh": identity.map(|one| one.pause.as_secs()),
        "keep_keys": identity.map(|one| one.keep_keys.as_secs()),
        "scope_claim": issuer.map(|one| &one.scope_claim),
        "scope_prefix": issuer.map(|one| &one.scope_prefix),
        "scopes_without_claim": scopes.map(Iterator::collect::<Vec<_>>),
    })
}

fn reading(configuration: &Configuration) -> Value {
    let reading = &configuration.reading;
    let unrepaired = match reading.unrepaired {
        kaucim_fortune::Unrepaired::Best => "best",
        kaucim_fortune::Unrepaired::Classic => "classic",
    };
    json!({
        "classic": reading.classic,
        "unrepaired": unrepaired,
        "calls": reading.calls_per_reading,
        "tokens": reading.tokens_per_reading,
        "seconds": configuration.reading_time.as_secs(),
        // As it was written: 0.7, and not the nearest number of twice the length.
        "temperature": reading.temperature.to_string().parse::<f64>().ok(),
        "max_tokens": reading.max_tokens,
    })
}

fn limits(configuration: &Configuration) -> Value {
    let limits = &configuration.limits;
    let rates = configuration.rates.as_ref();
    let rate = |of: fn(&Rates) -> std::num::NonZeroU32| rates.map(of);
    json!({
        "per_guest": limits.per_guest,
        "per_end_user": limits.per_end_user,
        "per_account": limits.per_account,
        "streams_per_account": configuration.streams_per_account,
        "connections": configuration.connections,
        "connections_per_address": configuration.connections_per_address,
        "queued": limits.queued,
        "rates": rates.is_some(),
        "guest_rate": rate(|rates| rates.per_guest),
        "address_rate": rate(|rates| rates.per_address),
        "address_daily_rate": rate(|rates| rates.per_address_daily),
        "guests_rate": rate(|rates| rates.guests),
        "account_rate": rate(|rates| rates.per_account),
        "session_rate": rate(|rates| rates.sessions),
        "request_rate": rate(|rates| rates.requests),
        "refusal_rate": rate(|rates| rates.refusals),
    })
}

fn budgets(configuration: &Configuration) -> Value {
    let budgets = &configuration.budgets;
    json!({
        "per_key": budget(budgets.per_key),
        "per_guest": budget(budgets.per_guest),
        "guests": budget(budgets.guests),
        "service": budget(budgets.service),
    })
}

fn embed(configuration: &Configuration) -> Value {
    let rates = configuration.rates.as_ref();
    json!({
        "frame_ancestors": configuration.web.frame_ancestors,
        "guest_rate": rates.map(|rates| rates.per_embedded_guest),
        "guests_rate": rates.map(|rates| rates.embedded_guests),
        "per_guest": budget(configuration.budgets.per_embedded_guest),
        "guests": budget(configuration.budgets.embedded_guests),
    })
}

fn budget(budget: DailyBudget) -> Value {
    json!({ "readings": budget.readings, "tokens": budget.tokens })
}

/// Tables become keys with dots; tables of a list are counted from one.
fn flatten(above: &str, value: &Value, values: &mut Vec<(String, Value)>) {
    let below = |name: &str| match above {
        "" => name.to_owned(),
        above => format!("{above}.{name}"),
    };
    match value {
        Value::Object(table) => {
            for (name, value) in table as &Map<String, Value> {
                flatten(&below(name), value, values);
            }
        }
        Value::Array(list) if list.first().is_some_and(Value::is_object) => {
            for (place, value) in (1..).zip(list) {
                flatten(&below(&format!("{place}")), value, values);
            }
        }
        // No list of tables is there: nothing to show, but of models that there is none.
        Value::Null if above == "resources" => {}
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            values.push((above.to_owned(), value.clone()))
        }
    }
}

/// An address may hold a name and a password before its host.
fn without_passwords(value: Value) -> Value {
    let Value::String(text) = &value else {
        return value;
    };
    let url = reqwest::Url::parse(text).ok();
    let Some(mut url) = url.filter(|url| url.password().is_some()) else {
        return value;
    };
    // It cannot fail where there is one.
    let _ = url.set_password(Some("hidden"));
    Value::String(url.into())
}
