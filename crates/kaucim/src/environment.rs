//! The one place that reads the environment: every variable the program knows, by name.

use std::{cell::RefCell, collections::BTreeSet};

/// What the environment says; absent where a variable is not set or empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Environment {
    pub listen: Option<String>,
    pub data_dir: Option<String>,
    pub model: Option<String>,
    pub model_url: Option<String>,
    pub model_concurrency: Option<String>,
    /// The model that makes vectors of passages and questions, and where it is.
    pub embeddings: Option<String>,
    pub embeddings_url: Option<String>,
    pub workers: Option<String>,
    pub database: Option<String>,
    pub config: Option<String>,
    /// A running server that `ask` shall ask, and the key for it.
    pub server: Option<String>,
    pub key: Option<String>,
    pub keep: Option<String>,
    pub tasks_per_user: Option<String>,
    pub streams_per_user: Option<String>,
    pub queue_limit: Option<String>,
    pub rate_limit: Option<String>,
    pub log: Option<String>,
    pub log_format: Option<String>,
    /// The collector that traces are sent to.
    pub traces: Option<String>,
    pub openai_api_key: Option<String>,
    pub ollama_host: Option<String>,
    pub no_color: Option<String>,
    pub home: Option<String>,
    pub xdg_data_home: Option<String>,
    /// The names of those that are set.
    said: BTreeSet<&'static str>,
}

impl Environment {
    /// Whether `ask` keeps its readings without being told so.
    pub(crate) fn keeps(&self) -> bool {
        let off = ["0", "off", "no", "false"];
        self.keep
            .as_deref()
            .is_some_and(|keep| !off.contains(&keep))
    }

    /// Whether a variable is set.
    pub(crate) fn says(&self, name: &str) -> bool {
        self.said.contains(name)
    }

    pub(crate) fn of_process() -> Self {
        #[expect(clippy::disallowed_methods, reason = "this is the one place")]
        Self::from_lookup(|name| std::env::var(name).ok())
    }

    /// Reads through a lookup, so that tests never touch the process's own variables.
    pub(crate) fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Self {
        let said = RefCell::new(BTreeSet::new());
        let set = |name: &'static str| {
            let value = lookup(name).filter(|value| !value.is_empty())?;
            said.borrow_mut().insert(name);
            Some(value)
        };
        let read = Self {
            listen: set("KAUCIM_LISTEN"),
            data_dir: set("KAUCIM_DATA_DIR"),
            model: set("KAUCIM_MODEL"),
            model_url: set("KAUCIM_MODEL_URL"),
            model_concurrency: set("KAUCIM_MODEL_CONCURRENCY"),
            embeddings: set("KAUCIM_EMBEDDINGS"),
            embeddings_url: set("KAUCIM_EMBEDDINGS_URL"),
            workers: set("KAUCIM_WORKERS"),
            database: set("KAUCIM_DATABASE"),
            config: set("KAUCIM_CONFIG"),
            server: set("KAUCIM_SERVER"),
            key: set("KAUCIM_KEY"),
            keep: set("KAUCIM_KEEP"),
            tasks_per_user: set("KAUCIM_TASKS_PER_USER"),
            streams_per_user: set("KAUCIM_STREAMS_PER_USER"),
            queue_limit: set("KAUCIM_QUEUE_LIMIT"),
            rate_limit: set("KAUCIM_RATE_LIMIT"),
            log: set("KAUCIM_LOG"),
            log_format: set("KAUCIM_LOG_FORMAT"),
            traces: set("KAUCIM_TRACES"),
            openai_api_key: set("OPENAI_API_KEY"),
            ollama_host: set("OLLAMA_HOST"),
            no_color: set("NO_COLOR"),
            home: set("HOME"),
            xdg_data_home: set("XDG_DATA_HOME"),
            said: BTreeSet::new(),
        };
        Self {
            said: said.into_inner(),
            ..read
        }
    }
}
