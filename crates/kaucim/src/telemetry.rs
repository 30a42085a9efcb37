//! What the program tells of itself: a log for people or programs, and traces for a collector.

use std::io::{self, IsTerminal};

use tracing_subscriber::{EnvFilter, Layer, layer::SubscriberExt, util::SubscriberInitExt};

pub(crate) use self::{
    export::{Collector, Exporter},
    stages::Spans,
};
use crate::{
    configuration::{LogFormat, Telemetry},
    environment::Environment,
};

mod export;
mod otlp;
mod stages;

/// Starts the log, and the collection of spans where traces are sent somewhere. Logs go to standard
/// error; what people asked and read is never in them.
pub(crate) fn start(telemetry: &Telemetry, environment: &Environment) -> Option<Spans> {
    let has_colours = io::stderr().is_terminal() && environment.no_color.is_none();
    let log = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        // A log that cannot be written, on a full disk for one, must not panic who writes it.
        .log_internal_errors(false);
    let filter = EnvFilter::new(&telemetry.log_filter);
    let log = match telemetry.log_format {
        LogFormat::Text => log.with_ansi(has_colours).with_filter(filter).boxed(),
        LogFormat::Json => log
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .with_span_list(false)
            .with_filter(filter)
            .boxed(),
    };
    let (stages, spans) = match telemetry.traces {
        Some(_) => {
            let (stages, spans) = stages::collect();
            (Some(stages), Some(spans))
        }
        None => (None, None),
    };
    tracing_subscriber::registry().with(log).with(stages).init();
    spans
}
