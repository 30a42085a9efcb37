//! What an operator says about a model, and the way from there to one that can be asked.

use std::{str::FromStr, sync::Arc, time::Duration};

use reqwest::Url;
use secrecy::SecretString;

use crate::{Client, Limits, Model, Retrying};

/// How often a failed call is made again before the next model gets its turn.
const RETRIES: usize = 2;

/// Room for the longest request that is usual and for its whole answer. It is one number for all
/// requests, as Ollama loads a model anew whenever it changes.
const CONTEXT: u32 = 8192;

/// The protocol that a model server speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Provider {
    /// OpenAI's chat completions, spoken by many servers.
    OpenAi,
    /// Ollama's own protocol.
    Ollama,
}

/// All that is needed to ask one model.
///
/// Parsed from `openai:NAME` or `ollama:NAME`, it has the defaults of that provider.
#[derive(Debug, Clone)]
pub struct ModelConfig {
    pub provider: Provider,
    /// The model's name at the provider, such as `qwen3:8b`.
    pub name: String,
    /// Where the server is; with or without `/v1`, a scheme or a slash at the end.
    pub base_url: Option<String>,
    pub api_key: Option<SecretString>,
    pub limits: Limits,
    /// Calls at once; more of them wait for their turn.
    pub concurrency: usize,
    /// How long Ollama shall keep the model in memory after a call. Absent: its own default.
    pub keep_alive: Option<Duration>,
    /// The tokens that Ollama makes room for, prompt and answer together. Absent: its own default,
    /// which on most machines is 4096; what is longer loses its beginning without a word.
    pub context: Option<u32>,
}

/// Why a model cannot be asked as it is configured.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("`{spec}` names no model; it must be `openai:NAME` or `ollama:NAME`")]
    Spec { spec: String },
    #[error("the base URL of {model} cannot be used: {reason}")]
    BaseUrl { model: String, reason: String },
    #[error("the API key of {model} holds characters that no header can carry")]
    ApiKey { model: String },
    #[error("could not set up the HTTP client")]
    Http(#[source] reqwest::Error),
}

/// A model that can be asked: at most `concurrency` calls at once, each tried again twice.
///
/// # Errors
/// When the configuration cannot work. Nothing is connected yet: the server may still be down.
pub fn connect(config: &ModelConfig) -> Result<Arc<dyn Model>, ConfigError> {
    let client = Arc::new(Client::new(config)?);
    Ok(Arc::new(Retrying::new(client, config.concurrency, RETRIES)))
}

impl Provider {
    /// The name in front of the colon.
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::Ollama => "ollama",
        }
    }

    /// Where the server is unless the operator says otherwise.
    pub fn default_base_url(self) -> &'static str {
        match self {
            Self::OpenAi => "https://api.openai.com/v1",
            Self::Ollama => "http://127.0.0.1:11434",
        }
    }

    /// Ollama runs on the operator's own machine, where two calls at once are slower than one.
    fn default_concurrency(self) -> usize {
        match self {
            Self::OpenAi => 8,
            Self::Ollama => 1,
        }
    }
}

impl FromStr for ModelConfig {
    type Err = ConfigError;

    fn from_str(spec: &str) -> Result<Self, ConfigError> {
        let refused = || ConfigError::Spec {
            spec: spec.to_owned(),
        };
        let (provider, name) = spec.trim().split_once(':').ok_or_else(refused)?;
        let provider = match provider {
            "openai" => Provider::OpenAi,
            "ollama" => Provider::Ollama,
            _ => return Err(refused()),
        };
        if name.is_empty() || name.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(refused());
        }
        Ok(Self {
            provider,
            name: name.to_owned(),
            base_url: None,
            api_key: None,
            limits: Limits::default(),
            concurrency: provider.default_concurrency(),
            keep_alive: None,
            context: (provider == Provider::Ollama).then_some(CONTEXT),
        })
    }
}

impl ModelConfig {
    /// The URL of a path below the base URL.
    pub(crate) fn url(&self, path: &str) -> Result<Url, ConfigError> {
        let refused = |reason: &str| ConfigError::BaseUrl {
            model: format!("{}:{}", self.provider.name(), self.name),
            reason: reason.to_owned(),
        };
        let text = self
            .base_url
            .as_deref()
            .map(str::trim)
            .filter(|text| !text.is_empty());
        let text = text.unwrap_or_else(|| self.provider.default_base_url());
        let has_scheme = text.contains("://");
        let full = if has_scheme {
            text.to_owned()
        } else {
            format!("http://{text}")
        };
        let mut url = Url::parse(&full).map_err(|error| refused(&error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(refused("it must begin with http:// or https://"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refused("it must not hold a user or a password"));
        }
        if !has_scheme && self.provider == Provider::Ollama && url.port().is_none() {
            // `OLLAMA_HOST` may be a bare host, which means Ollama's own port.
            let is_set = url.set_port(Some(11434)).is_ok();
            debug_assert!(is_set, "an http URL has a port");
        }
        let base = base_path(self.provider, url.path());
        url.set_path(&format!("{base}{path}"));
        url.set_fragment(None);
        Ok(url)
    }
}

/// The path in front of every endpoint, whichever of the usual forms the operator wrote.
fn base_path(provider: Provider, path: &str) -> String {
    let path = path.trim_end_matches('/');
    let endpoints = [provider.chat_path(), provider.embeddings_path()];
    let path = endpoints
        .iter()
        .find_map(|endpoint| path.strip_suffix(endpoint))
        .unwrap_or(path);
    match provider {
        Provider::OpenAi => match path {
            "" => "/v1".to_owned(),
            path => path.to_owned(),
        },
        Provider::Ollama => {
            let base = path
                .strip_suffix("/v1")
                .or_else(|| path.strip_suffix("/api"));
            base.unwrap_or(path).to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_url(spec: &str, base_url: &str, expected: &str) {
        let mut config: ModelConfig = spec.parse().unwrap();
        config.base_url = Some(base_url.to_owned());
        let found = config.url(config.provider.chat_path()).unwrap();
        assert_eq!(found.as_str(), expected, "{base_url}");
    }

    #[test]
    fn names_may_hold_colons_and_slashes() {
        let config: ModelConfig = "ollama:qwen3:8b".parse().unwrap();
        assert_eq!(
            (config.provider, config.name.as_str()),
            (Provider::Ollama, "qwen3:8b")
        );
        assert_eq!(config.concurrency, 1);
        let config: ModelConfig = "openai:meta/llama-3:free".parse().unwrap();
        assert_eq!(
            (config.provider, config.name.as_str()),
            (Provider::OpenAi, "meta/llama-3:free")
        );
        assert_eq!(config.concurrency, 8);
    }

    #[test]
    fn what_names_no_model_is_refused() {
        for spec in [
            "",
            "openai",
            "openai:",
            "gemini:pro",
            ":x",
            "ollama:a b",
            "classic",
        ] {
            let error = spec.parse::<ModelConfig>().unwrap_err();
            assert!(matches!(error, ConfigError::Spec { .. }), "{spec}");
        }
    }

    #[test]
    fn base_urls_are_taken_in_their_usual_forms() {
        let openai = "openai:x";
        check_url(openai, "", "https://api.openai.com/v1/chat/completions");
        check_url(openai, "http://h:1", "http://h:1/v1/chat/completions");
        check_url(openai, "http://h:1/", "http://h:1/v1/chat/completions");
        check_url(openai, "http://h:1/v1/", "http://h:1/v1/chat/completions");
        check_url(
            openai,
            "https://h/api/openai",
            "https://h/api/openai/chat/completions",
        );
        check_url(
            openai,
            "https://h/v1/chat/completions",
            "https://h/v1/chat/completions",
        );
        check_url(
            openai,
            "https://h/d?api-version=1",
            "https://h/d/chat/completions?api-version=1",
        );
        let ollama = "ollama:x";
        check_url(ollama, "", "http://127.0.0.1:11434/api/chat");
        check_url(ollama, "127.0.0.1:7000", "http://127.0.0.1:7000/api/chat");
        check_url(ollama, "gpu.lan", "http://gpu.lan:11434/api/chat");
        check_url(ollama, "http://h:1/v1", "http://h:1/api/chat");
        check_url(ollama, "https://h/ollama/", "https://h/ollama/api/chat");
    }

    #[test]
    fn urls_with_passwords_or_foreign_schemes_are_refused_without_repeating_them() {
        for base_url in ["http://me:hush@h/v1", "ftp://h", "http://", "http://[::1"] {
            let mut config: ModelConfig = "openai:x".parse().unwrap();
            config.base_url = Some(base_url.to_owned());
            let error = config.url("/models").unwrap_err().to_string();
            assert!(error.starts_with("the base URL of openai:x"), "{error}");
            assert!(!error.contains("hush"), "{error}");
        }
    }
}
