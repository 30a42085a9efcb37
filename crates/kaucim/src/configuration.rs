//! What is meant: flags, environment and file made into one settled configuration.

use std::{num::NonZeroU32, path::PathBuf, str::FromStr};

use kaucim_llm::ModelConfig;
use kaucim_server::Rates;
use kaucim_tasks::Limits;
use secrecy::SecretString;
use serde::Deserialize;

use crate::{
    arguments::{Common, Serve},
    environment::Environment,
    exit::Failed,
};

/// Every key with its default, as it stands in the documentation.
const DEFAULTS: &str = include_str!("../config.default.toml");

/// The settled configuration; nothing below it asks where a value came from.
#[derive(Debug, Clone)]
pub(crate) struct Configuration {
    pub listen: String,
    pub data_dir: PathBuf,
    pub workers: usize,
    pub guests: bool,
    pub models: Models,
    pub reading: kaucim_fortune::Settings,
    pub limits: Limits,
    pub streams_per_account: usize,
    pub rates: Option<Rates>,
}

/// Which models are asked.
#[derive(Debug, Clone)]
pub(crate) enum Models {
    /// No model was named: the first one that the first of these servers lists. A local Ollama, or
    /// whatever speaks either protocol at the URL that was given.
    Found { servers: Vec<ModelConfig> },
    /// These, in this order; none means classic readings.
    Chain(Vec<ModelConfig>),
}

/// The file as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    listen: Option<String>,
    data_dir: Option<PathBuf>,
    workers: Option<usize>,
    guests: Option<bool>,
    #[serde(default)]
    models: Vec<ModelEntry>,
    #[serde(default)]
    reading: Reading,
    #[serde(default)]
    limits: LimitEntries,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ModelEntry {
    model: String,
    url: Option<String>,
    api_key: Option<SecretString>,
    concurrency: Option<usize>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reading {
    classic: Option<bool>,
    calls: Option<u32>,
    temperature: Option<f32>,
    max_tokens: Option<u32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitEntries {
    per_guest: Option<u32>,
    per_end_user: Option<u32>,
    per_account: Option<u32>,
    streams_per_account: Option<usize>,
    queued: Option<u32>,
    rates: Option<bool>,
    guest_rate: Option<NonZeroU32>,
    account_rate: Option<NonZeroU32>,
    address_rate: Option<NonZeroU32>,
}

impl Configuration {
    /// Settles everything, or says which value cannot be.
    pub(crate) fn settle(
        common: &Common,
        serve: &Serve,
        environment: &Environment,
    ) -> Result<Self, Failed> {
        let file = file(common, environment)?;
        let defaults = parse(DEFAULTS, "the built-in defaults")?;
        if serve.database.is_some() || environment.database.is_some() {
            return Err(Failed::usage(
                "this version stores in SQLite only",
                "leave --database and KAUCIM_DATABASE away",
            ));
        }
        let listen = serve.listen.clone().or_else(|| environment.listen.clone());
        let workers = serve
            .workers
            .or(number(environment.workers.as_ref(), "KAUCIM_WORKERS")?);
        let workers = workers.or(file.workers).or(defaults.workers).unwrap_or(16);
        if workers == 0 {
            return Err(Failed::usage(
                "no worker could ever read",
                "set workers to 1 or more",
            ));
        }
        Ok(Self {
            listen: listen
                .or(file.listen)
                .or(defaults.listen)
                .unwrap_or_default(),
            data_dir: data_dir(common, environment, file.data_dir)?,
            workers,
            guests: file.guests.unwrap_or(true),
            models: models(common, environment, file.models)?,
            reading: reading(&file.reading)?,
            limits: limits(&file.limits, environment)?,
            streams_per_account: number(
                environment.streams_per_user.as_ref(),
                "KAUCIM_STREAMS_PER_USER",
            )?
            .or(file.limits.streams_per_account)
            .unwrap_or(32),
            rates: rates(&file.limits, environment)?,
        })
    }
}

fn file(common: &Common, environment: &Environment) -> Result<File, Failed> {
    let path = common
        .config
        .clone()
        .or_else(|| environment.config.clone().map(PathBuf::from));
    let Some(path) = path else {
        return parse("", "no file");
    };
    let text = std::fs::read_to_string(&path).map_err(|error| {
        Failed::usage(
            format!(
                "could not read the configuration file {}: {error}",
                path.display()
            ),
            "name another file with --config",
        )
    })?;
    parse(&text, &path.display().to_string())
}

fn parse(text: &str, name: &str) -> Result<File, Failed> {
    toml::from_str(text).map_err(|error: toml::de::Error| {
        let start = error.span().map_or(0, |span| span.start);
        let line = text
            .get(..start)
            .map_or(1, |before| before.matches('\n').count() + 1);
        Failed::usage(
            format!(
                "{name}, line {line}: {}",
                error.message().replace('\n', " ")
            ),
            "the README lists every key with its default",
        )
    })
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

fn models(
    common: &Common,
    environment: &Environment,
    entries: Vec<ModelEntry>,
) -> Result<Models, Failed> {
    let url = common
        .model_url
        .clone()
        .or_else(|| environment.model_url.clone());
    let concurrency = number(
        environment.model_concurrency.as_ref(),
        "KAUCIM_MODEL_CONCURRENCY",
    )?;
    let said = common.model.clone().or_else(|| environment.model.clone());
    let entries = match said {
        Some(list) => list
            .split(',')
            .map(|model| ModelEntry::named(model.trim()))
            .collect::<Vec<_>>(),
        None => entries,
    };
    if entries.is_empty() {
        let protocols: &[&str] = match url.as_deref().map(|url| url.trim_end_matches('/')) {
            None => &["ollama:any"],
            Some(url) if url.ends_with("/v1") => &["openai:any", "ollama:any"],
            Some(_) => &["ollama:any", "openai:any"],
        };
        let server = |protocol: &&str| {
            let entry = ModelEntry {
                concurrency,
                url: url.clone(),
                ..ModelEntry::named(protocol)
            };
            model(entry, environment)
        };
        let servers = protocols.iter().map(server).collect::<Result<_, _>>()?;
        return Ok(Models::Found { servers });
    }
    let mut chain = Vec::new();
    let mut url = url;
    let last = entries.len() - 1;
    for (place, entry) in entries.into_iter().enumerate() {
        if entry.model == "classic" {
            if place < last {
                let hint = "put `classic` last: it never fails";
                return Err(Failed::usage(
                    "what follows `classic` would never be asked",
                    hint,
                ));
            }
            break;
        }
        let url = url.take().or(entry.url);
        let concurrency = concurrency.or(entry.concurrency);
        chain.push(model(
            ModelEntry {
                url,
                concurrency,
                ..entry
            },
            environment,
        )?);
    }
    Ok(Models::Chain(chain))
}

impl ModelEntry {
    fn named(model: &str) -> Self {
        Self {
            model: model.to_owned(),
            url: None,
            api_key: None,
            concurrency: None,
        }
    }
}

fn model(entry: ModelEntry, environment: &Environment) -> Result<ModelConfig, Failed> {
    let mut config = ModelConfig::from_str(&entry.model).map_err(|error| {
        Failed::usage(
            error,
            "such as openai:gpt-4o-mini, ollama:qwen3:8b, or classic",
        )
    })?;
    let is_ollama = config.provider == kaucim_llm::Provider::Ollama;
    let of_environment = environment.ollama_host.clone().filter(|_| is_ollama);
    config.base_url = entry
        .url
        .or_else(|| of_environment.map(|host| ollama_url(&host)));
    let key = entry.api_key.or_else(|| {
        environment
            .openai_api_key
            .clone()
            .filter(|_| !is_ollama)
            .map(SecretString::from)
    });
    config.api_key = key;
    if let Some(concurrency) = entry.concurrency {
        config.concurrency = concurrency.max(1);
    }
    Ok(config)
}

/// `OLLAMA_HOST` as Ollama itself reads it: scheme and port may be missing, and the address that
/// a server listens on everywhere is reached at home.
fn ollama_url(host: &str) -> String {
    let (scheme, rest) = host.split_once("://").unwrap_or(("http", host));
    let (authority, path) = rest
        .split_once('/')
        .map_or((rest, ""), |(host, path)| (host, path));
    let authority = authority.replace("0.0.0.0", "127.0.0.1");
    let has_port = authority
        .rsplit_once(':')
        .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let port = if has_port || host.contains("://") {
        ""
    } else {
        ":11434"
    };
    format!("{scheme}://{authority}{port}/{path}")
        .trim_end_matches('/')
        .to_owned()
}

fn reading(file: &Reading) -> Result<kaucim_fortune::Settings, Failed> {
    let default = kaucim_fortune::Settings::default();
    let settings = kaucim_fortune::Settings {
        classic: file.classic.unwrap_or(default.classic),
        calls_per_reading: file.calls.unwrap_or(default.calls_per_reading),
        temperature: file.temperature.unwrap_or(default.temperature),
        max_tokens: file.max_tokens.unwrap_or(default.max_tokens),
    };
    if settings.calls_per_reading == 0 {
        let hint = "set calls to 1 or more, or the model to classic";
        return Err(Failed::usage("no model could ever be called", hint));
    }
    if !(0.0..=2.0).contains(&settings.temperature) {
        return Err(Failed::usage(
            format!("the temperature {} is out of range", settings.temperature),
            "set it to a number from 0 to 2",
        ));
    }
    if settings.max_tokens < 256 {
        return Err(Failed::usage(
            format!("a reading does not fit into {} tokens", settings.max_tokens),
            "set max_tokens to 256 or more; 4096 is the default",
        ));
    }
    Ok(settings)
}

fn limits(file: &LimitEntries, environment: &Environment) -> Result<Limits, Failed> {
    let default = Limits::default();
    let per_user = number(environment.tasks_per_user.as_ref(), "KAUCIM_TASKS_PER_USER")?;
    let queued = number(environment.queue_limit.as_ref(), "KAUCIM_QUEUE_LIMIT")?;
    Ok(Limits {
        per_guest: per_user.or(file.per_guest).unwrap_or(default.per_guest),
        per_account: per_user.or(file.per_account).unwrap_or(default.per_account),
        per_end_user: per_user
            .or(file.per_end_user)
            .unwrap_or(default.per_end_user),
        queued: queued.or(file.queued).unwrap_or(default.queued),
    })
}

fn rates(file: &LimitEntries, environment: &Environment) -> Result<Option<Rates>, Failed> {
    let on = match environment.rate_limit.as_deref() {
        Some("off") => false,
        Some("on") => true,
        Some(other) => {
            return Err(Failed::usage(
                format!("KAUCIM_RATE_LIMIT is `{other}`"),
                "set it to on or off",
            ));
        }
        None => file.rates.unwrap_or(true),
    };
    let default = Rates::default();
    Ok(on.then(|| Rates {
        per_account: file.account_rate.unwrap_or(default.per_account),
        per_guest: file.guest_rate.unwrap_or(default.per_guest),
        per_address: file.address_rate.unwrap_or(default.per_address),
    }))
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
