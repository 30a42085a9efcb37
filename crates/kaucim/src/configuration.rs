//! What is meant: flags, environment and file made into one settled configuration.

use std::{path::PathBuf, str::FromStr, time::Duration};

use kaucim_fortune::Unrepaired;
use kaucim_server::{Proxies, Rates};
use kaucim_tasks::{DailyBudgets, DatabaseUrl, Limits};
use serde::Deserialize;

use self::{
    care::{ResourceEntry, Safety},
    embed::EmbedEntries,
    embeddings::EmbeddingsEntry,
    file::Written,
    identity::IdentityEntries,
    limits::{BudgetEntries, LimitEntries, at_least_one, budgets, limits, rates},
    models::ModelEntry,
    proxies::ProxyEntries,
    telemetry::{LogEntries, TraceEntries},
    web::Web,
};
pub(crate) use self::{
    embeddings::Embeddings,
    file::Mistake,
    identity::Identity,
    keys::counts_on_hangup,
    models::Models,
    shown::{Shown, Source, shown},
    sources::{Settled, Sources, check},
    telemetry::{LogFormat, Telemetry},
};
use crate::{
    arguments::{Common, Serve},
    certificate::Certificate,
    environment::Environment,
    exit::Failed,
};

mod care;
mod embed;
mod embeddings;
mod file;
mod identity;
mod keys;
mod limits;
mod models;
mod proxies;
mod shown;
mod sources;
mod telemetry;
mod web;

/// More would take memory before anybody asks.
const MOST_WORKERS: usize = 10_000;

/// Every key with its default, as it stands in the documentation.
pub(crate) const DEFAULTS: &str = include_str!("../config.default.toml");

/// The settled configuration; nothing below it asks where a value came from.
#[derive(Debug, Clone)]
pub(crate) struct Configuration {
    pub listen: String,
    pub data_dir: PathBuf,
    /// A server that several nodes share; absent: SQLite in the data folder.
    pub database: Option<DatabaseUrl>,
    pub workers: usize,
    pub guests: bool,
    pub admin_page: bool,
    pub models: Models,
    /// Absent: passages are found by their words alone.
    pub embeddings: Option<Embeddings>,
    pub reading: kaucim_fortune::Settings,
    /// The time that models may take for one reading.
    pub reading_time: Duration,
    /// How long finished readings are kept; absent: until they are erased.
    pub keep_finished: Option<Duration>,
    pub limits: Limits,
    pub streams_per_account: usize,
    pub connections: usize,
    pub connections_per_address: usize,
    pub rates: Option<Rates>,
    pub budgets: DailyBudgets,
    pub proxies: Proxies,
    pub web: Web,
    /// Absent: without TLS.
    pub certificate: Option<Certificate>,
    /// Absent: keys of our own are the only ones.
    pub identity: Option<Identity>,
    pub telemetry: Telemetry,
}

/// The file as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    listen: Option<String>,
    data_dir: Option<PathBuf>,
    database: Option<String>,
    workers: Option<usize>,
    guests: Option<bool>,
    admin_page: Option<bool>,
    #[serde(default)]
    models: Vec<ModelEntry>,
    #[serde(default)]
    safety: Safety,
    #[serde(default)]
    resources: Vec<ResourceEntry>,
    #[serde(default)]
    embeddings: EmbeddingsEntry,
    #[serde(default)]
    reading: Reading,
    #[serde(default)]
    retention: Retention,
    #[serde(default)]
    limits: LimitEntries,
    #[serde(default)]
    budget: BudgetEntries,
    #[serde(default)]
    proxies: ProxyEntries,
    #[serde(default)]
    embed: EmbedEntries,
    allowed_origins: Option<Vec<String>>,
    public_url: Option<String>,
    identity: Option<IdentityEntries>,
    tls: Option<TlsEntries>,
    #[serde(default)]
    log: LogEntries,
    #[serde(default)]
    traces: TraceEntries,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reading {
    classic: Option<bool>,
    unrepaired: Option<Unrepaired>,
    calls: Option<u32>,
    tokens: Option<u64>,
    seconds: Option<u64>,
    temperature: Option<f32>,
    max_tokens: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TlsEntries {
    certificate: PathBuf,
    key: PathBuf,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Retention {
    days: Option<u32>,
}

impl Configuration {
    /// Settles everything, or says which value cannot be, and where it stands.
    pub(crate) fn settle(
        common: &Common,
        serve: &Serve,
        environment: &Environment,
    ) -> Result<Self, Failed> {
        let sources = Sources::new(common, serve, environment);
        sources.settle().map(|settled| settled.configuration)
    }

    /// Settles what a file says beside flags and environment.
    fn settled(sources: &Sources, file: File) -> Result<Self, Failed> {
        let Sources {
            common,
            serve,
            environment,
        } = sources;
        let defaults = parse(DEFAULTS, "the built-in defaults")?;
        let listen = serve.listen.clone().or_else(|| environment.listen.clone());
        let workers = serve
            .workers
            .or(number(environment.workers.as_ref(), "KAUCIM_WORKERS")?);
        let workers = workers.or(file.workers).or(defaults.workers).unwrap_or(16);
        if workers > MOST_WORKERS {
            return Err(Failed::setting(
                "workers",
                format!("{workers} readings at once are more than any machine can make"),
                format!("set workers to {MOST_WORKERS} or fewer"),
            ));
        }
        if workers == 0 {
            return Err(Failed::setting(
                "workers",
                "no worker could ever read",
                "set workers to 1 or more",
            ));
        }
        let streams = environment.streams_per_user.as_ref();
        let streams =
            number(streams, "KAUCIM_STREAMS_PER_USER")?.or(file.limits.streams_per_account);
        Ok(Self {
            listen: listen
                .or(file.listen)
                .or(defaults.listen)
                .unwrap_or_default(),
            data_dir: data_dir(common, environment, file.data_dir)?,
            database: database(serve, environment, file.database)?,
            workers,
            guests: file.guests.unwrap_or(true),
            admin_page: file.admin_page.unwrap_or(true),
            models: models::settle(common, environment, file.models)?,
            embeddings: embeddings::settle(environment, file.embeddings)?,
            reading: kaucim_fortune::Settings {
                care: care::settle(file.safety, file.resources)?,
                ..reading(&file.reading)?
            },
            reading_time: reading_time(&file.reading)?,
            keep_finished: keep_finished(&file.retention)?,
            limits: limits(&file.limits, environment)?,
            streams_per_account: at_least_one("streams_per_account", streams, 32)?,
            connections_per_address: at_least_one(
                "connections_per_address",
                file.limits.connections_per_address,
                1000,
            )?,
            connections: at_least_one("connections", file.limits.connections, 20_000)?,
            rates: file.embed.rates(rates(&file.limits, environment)?)?,
            budgets: file.embed.budgets(budgets(&file.budget, environment)?)?,
            proxies: proxies::settle(file.proxies)?,
            web: web::settle(
                file.allowed_origins,
                file.embed.frame_ancestors()?,
                file.public_url,
            )?,
            identity: identity::settle(file.identity)?,
            telemetry: telemetry::settle(environment, file.log, file.traces)?,
            certificate: file.tls.map(|tls| Certificate {
                chain: tls.certificate,
                key: tls.key,
            }),
        })
    }
}

fn parse(text: &str, name: &str) -> Result<File, Failed> {
    let written = Written::of(text, Some(name.to_owned()));
    written.file().map_err(Failed::from)
}

fn data_dir(
    common: &Common,
    environment: &Environment,
    file: Option<PathBuf>,
) -> Result<PathBuf, Failed> {
    let said = common
        .data_dir
        .clone()
        .or_else(|| environment.data_dir.clone().map(PathBuf::from));
    let of_user = || {
        let of_home = || {
            environment
                .home
                .as_ref()
                .map(|home| PathBuf::from(home).join(".local/share"))
        };
        let shared = environment
            .xdg_data_home
            .as_ref()
            .map(PathBuf::from)
            .or_else(of_home);
        shared.map(|shared| shared.join("kaucim"))
    };
    said.or(file).or_else(of_user).ok_or_else(|| {
        Failed::usage(
            "there is no home folder to keep data in",
            "name one with --data-dir",
        )
    })
}

fn database(
    serve: &Serve,
    environment: &Environment,
    file: Option<String>,
) -> Result<Option<DatabaseUrl>, Failed> {
    let said = serve
        .database
        .clone()
        .or_else(|| environment.database.clone());
    let url = said.or(file).map(|url| url.parse::<DatabaseUrl>());
    url.transpose().map_err(|error| {
        let hint = "write it as postgres://USER:PASSWORD@HOST/NAME; docs/scale.md tells more";
        Failed::setting("database", error, hint)
    })
}

fn reading(file: &Reading) -> Result<kaucim_fortune::Settings, Failed> {
    let default = kaucim_fortune::Settings::default();
    let max_tokens = file.max_tokens.unwrap_or(default.max_tokens);
    let settings = kaucim_fortune::Settings {
        classic: file.classic.unwrap_or(default.classic),
        unrepaired: file.unrepaired.unwrap_or(default.unrepaired),
        calls_per_reading: file.calls.unwrap_or(default.calls_per_reading),
        tokens_per_reading: file.tokens.unwrap_or_else(|| tokens_for(max_tokens)),
        temperature: file.temperature.unwrap_or(default.temperature),
        max_tokens,
        care: default.care,
    };
    if settings.unrepaired == Unrepaired::Classic && !settings.classic {
        return Err(Failed::setting(
            "reading.unrepaired",
            "sections that stay wrong cannot become classic text while that is switched off",
            "set unrepaired to \"best\", or classic to true",
        ));
    }
    if settings.calls_per_reading == 0 {
        let hint = "set calls to 1 or more, or the model to classic";
        let message = "no model could ever be called";
        return Err(Failed::setting("reading.calls", message, hint));
    }
    if !(0.0..=2.0).contains(&settings.temperature) {
        return Err(Failed::setting(
            "reading.temperature",
            format!("the temperature {} is out of range", settings.temperature),
            "set it to a number from 0 to 2",
        ));
    }
    if settings.max_tokens < 256 {
        return Err(Failed::setting(
            "reading.max_tokens",
            format!("a reading does not fit into {} tokens", settings.max_tokens),
            "set max_tokens to 256 or more; 4096 is the default",
        ));
    }
    if settings.tokens_per_reading < u64::from(settings.max_tokens) {
        return Err(Failed::setting(
            "reading.tokens",
            format!(
                "a reading may have {} tokens in all, and one call {}",
                settings.tokens_per_reading, settings.max_tokens
            ),
            "set tokens to max_tokens or more; six times as much is the default",
        ));
    }
    Ok(settings)
}

/// What a reading may have in all when one call may have so many.
fn tokens_for(max_tokens: u32) -> u64 {
    6 * u64::from(max_tokens)
}

fn reading_time(file: &Reading) -> Result<Duration, Failed> {
    match file.seconds.unwrap_or(600) {
        seconds @ 10..=86_400 => Ok(Duration::from_secs(seconds)),
        seconds => Err(Failed::setting(
            "reading.seconds",
            format!("models may not take {seconds} seconds for a reading"),
            "set seconds to a number from 10 to 86400; 600 is the default",
        )),
    }
}

fn keep_finished(file: &Retention) -> Result<Option<Duration>, Failed> {
    match file.days {
        Some(0) => Err(Failed::setting(
            "retention.days",
            "readings that are kept for 0 days would be gone before they are read",
            "set days to 1 or more, or leave it away to keep readings until they are erased",
        )),
        days => Ok(days.map(|days| Duration::from_hours(24 * u64::from(days)))),
    }
}

fn number<T: FromStr>(value: Option<&String>, name: &str) -> Result<Option<T>, Failed> {
    let Some(text) = value else { return Ok(None) };
    text.trim().parse().map(Some).map_err(|_| {
        Failed::usage(
            format!("{name} is `{text}`, which is no number"),
            "set it to a whole number",
        )
    })
}

#[cfg(test)]
mod tests;
