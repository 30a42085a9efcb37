//! The program: parses what was typed, settles what it means, runs one command, returns a code.

use std::{io::IsTerminal, process::ExitCode};

use clap::Parser;

mod arguments;
mod certificate;
mod commands;
mod configuration;
mod embeddings;
mod environment;
mod exit;
mod identity;
mod models;
mod moment;
mod output;
mod reload;

use crate::{arguments::Arguments, environment::Environment, exit::Failed};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let environment = Environment::of_process();
    start_log(&environment);
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return Failed::from(anyhow::Error::from(error)).report(),
    };
    match runtime.block_on(commands::run(arguments, &environment)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failed) => failed.report(),
    }
}

/// Logs go to standard error; what people asked and read is never in them.
fn start_log(environment: &Environment) {
    let filter = environment
        .log
        .as_deref()
        .unwrap_or("warn,kaucim=info,kaucim_tasks=info");
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new(filter))
        .with_ansi(std::io::stderr().is_terminal() && environment.no_color.is_none())
        .with_writer(std::io::stderr)
        // A log that cannot be written, on a full disk for one, must not panic who writes it.
        .log_internal_errors(false)
        .init();
}
