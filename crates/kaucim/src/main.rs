//! The program: parses what was typed, settles what it means, runs one command, returns a code.

use std::process::ExitCode;

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
mod telemetry;

use crate::{arguments::Arguments, environment::Environment, exit::Failed};

/// That of musl takes one lock for all threads.
#[cfg(target_env = "musl")]
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let environment = Environment::of_process();
    let spans = telemetry::start(&commands::telemetry(&arguments, &environment), &environment);
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return Failed::from(anyhow::Error::from(error)).report(),
    };
    match runtime.block_on(commands::run(arguments, &environment, spans)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failed) => failed.report(),
    }
}
