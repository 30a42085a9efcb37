//! Which models are asked: the chain that was named, or where to look for one.

use std::str::FromStr;

use kaucim_llm::ModelConfig;
use secrecy::SecretString;
use serde::Deserialize;

use super::number;
use crate::{arguments::Common, environment::Environment, exit::Failed};

/// Which models are asked.
#[derive(Debug, Clone)]
pub(crate) enum Models {
    /// No model was named: the first one that the first of these servers lists. A local Ollama, or
    /// whatever speaks either protocol at the URL that was given.
    Found { servers: Vec<ModelConfig> },
    /// These, in this order; none means classic readings.
    Chain(Vec<ModelConfig>),
}

/// A model as it is written in the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ModelEntry {
    pub(super) model: String,
    pub(super) url: Option<String>,
    pub(super) api_key: Option<SecretString>,
    pub(super) concurrency: Option<usize>,
    pub(super) context: Option<u32>,
}

/// Settles which models are asked, by flags, environment and file.
pub(super) fn settle(
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
                return Err(Failed::setting(
                    format!("models.{}.model", place + 1),
                    "what follows `classic` would never be asked",
                    hint,
                ));
            }
            break;
        }
        let url = url.take().or(entry.url);
        let concurrency = concurrency.or(entry.concurrency);
        let settled = model(
            ModelEntry {
                url,
                concurrency,
                ..entry
            },
            environment,
        );
        chain.push(settled.map_err(|failed| failed.inside(&format!("models.{}", place + 1)))?);
    }
    Ok(Models::Chain(chain))
}

impl ModelEntry {
    pub(super) fn named(model: &str) -> Self {
        Self {
            model: model.to_owned(),
            url: None,
            api_key: None,
            concurrency: None,
            context: None,
        }
    }
}

pub(super) fn model(entry: ModelEntry, environment: &Environment) -> Result<ModelConfig, Failed> {
    let mut config = ModelConfig::from_str(&entry.model).map_err(|error| {
        Failed::setting(
            "model",
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
        if concurrency == 0 {
            return Err(Failed::setting(
                "concurrency",
                "with a concurrency of 0 no model could ever be called",
                "set concurrency (KAUCIM_MODEL_CONCURRENCY) to 1 or more",
            ));
        }
        config.concurrency = concurrency;
    }
    if let Some(tokens) = entry.context {
        if !is_ollama {
            let hint = "give the server that speaks OpenAI's protocol its context itself";
            return Err(Failed::setting(
                "context",
                "`context` is for Ollama's models alone",
                hint,
            ));
        }
        config.context = (tokens > 0).then_some(tokens);
    }
    Ok(config)
}

/// `OLLAMA_HOST` as Ollama itself reads it: scheme and port may be missing, and the address that
/// a server listens on everywhere is reached at home.
pub(super) fn ollama_url(host: &str) -> String {
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
