//! What the program tells of itself: its log, and where traces are sent.

use reqwest::Url;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::{environment::Environment, exit::Failed, telemetry::Collector};

/// What is logged unless somebody says otherwise.
const FILTER: &str = "warn,kaucim=info,kaucim_tasks=info";

/// How a line of the log is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For programs: an object on each line.
    Json,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LogEntries {
    filter: Option<String>,
    format: Option<LogFormat>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TraceEntries {
    endpoint: Option<String>,
    authorization: Option<SecretString>,
}

/// What the program tells of itself.
#[derive(Debug, Clone)]
pub(crate) struct Telemetry {
    pub log_filter: String,
    pub log_format: LogFormat,
    /// Absent: nobody is sent anything.
    pub traces: Option<Collector>,
}

impl Telemetry {
    /// What is told where the configuration cannot be settled: the log alone.
    pub(crate) fn by_default(environment: &Environment) -> Self {
        Self {
            log_filter: environment.log.clone().unwrap_or_else(|| FILTER.to_owned()),
            log_format: LogFormat::Text,
            traces: None,
        }
    }
}

pub(super) fn settle(
    environment: &Environment,
    log: LogEntries,
    traces: TraceEntries,
) -> Result<Telemetry, Failed> {
    let log_filter = environment.log.clone().or(log.filter);
    let log_filter = log_filter.unwrap_or_else(|| FILTER.to_owned());
    if let Err(error) = log_filter.parse::<tracing_subscriber::EnvFilter>() {
        return Err(Failed::setting(
            "log.filter",
            format!("`{log_filter}` is no filter: {error}"),
            "write levels of parts, such as warn,kaucim=info; or one of off, error, warn, info, debug",
        ));
    }
    let log_format = match environment.log_format.as_deref() {
        None => log.format.unwrap_or_default(),
        Some("text") => LogFormat::Text,
        Some("json") => LogFormat::Json,
        Some(other) => {
            return Err(Failed::setting(
                "log.format",
                format!("KAUCIM_LOG_FORMAT is `{other}`"),
                "set it to text or json",
            ));
        }
    };
    let endpoint = environment.traces.clone().or(traces.endpoint);
    let endpoint = endpoint.map(|text| address(&text)).transpose()?;
    let authorization = traces.authorization;
    Ok(Telemetry {
        log_filter,
        log_format,
        traces: endpoint.map(|endpoint| Collector {
            endpoint,
            authorization,
        }),
    })
}

fn address(text: &str) -> Result<Url, Failed> {
    let url = Url::parse(text).ok();
    let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    url.ok_or_else(|| {
        Failed::setting(
            "traces.endpoint",
            format!("`{text}` is no address of a collector"),
            "write that of its OTLP port for HTTP, such as http://127.0.0.1:4318",
        )
    })
}
