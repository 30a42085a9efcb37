//! The simulated model server as a program: starts it, prints its address, waits for a signal.

use std::{net::SocketAddr, process::ExitCode};

use anyhow::Context;
use clap::{CommandFactory, Parser, error::ErrorKind};
use llmsim::{Config, Settings, Sim};
use tokio::signal::unix::{SignalKind, signal};

/// A simulated OpenAI-compatible and Ollama server.
///
/// Every setting can also be given by the model's name (`sim;rate=50;fault=cut@120`) and by the
/// question (`[[sim rate=20 fault=stall@40]]`), which win over what is given here. All settings and
/// faults stand in the README beside the source.
#[derive(Debug, Parser)]
struct Arguments {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:11435")]
    listen: SocketAddr,
    /// Tokens per second; 0 is as fast as possible.
    #[arg(long, default_value = "40")]
    rate: String,
    /// Milliseconds to the first token.
    #[arg(long, default_value = "400")]
    ttft: String,
    /// Another seed, another reading.
    #[arg(long, default_value = "0")]
    seed: String,
    /// What goes wrong: NAME, NAME@TOKEN or NAME@SECTION; may be given several times.
    #[arg(long)]
    fault: Vec<String>,
    /// Answer in this language whatever the request says: zh, zh-Hans, en, ja.
    #[arg(long)]
    language: Option<String>,
    /// About how many tokens an answer has.
    #[arg(long)]
    length: Option<String>,
    /// Pieces of reasoning before the answer.
    #[arg(long)]
    think: Option<String>,
    /// Any other settings, such as `pretty;keys=nested;times=1`.
    #[arg(long, default_value = "")]
    set: String,
}

impl Arguments {
    fn settings(&self) -> Result<Settings, llmsim::BadSetting> {
        let mut text = vec![
            format!("rate={}", self.rate),
            format!("ttft={}", self.ttft),
            format!("seed={}", self.seed),
        ];
        text.extend(self.fault.iter().map(|fault| format!("fault={fault}")));
        let named = [
            ("language", &self.language),
            ("length", &self.length),
            ("think", &self.think),
        ];
        for (key, value) in named {
            text.extend(value.iter().map(|value| format!("{key}={value}")));
        }
        text.push(self.set.clone());
        Settings::default().overruled_by(&text.join(";"))
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let settings = match arguments.settings() {
        Ok(settings) => settings,
        Err(error) => {
            let usage = Arguments::command().error(ErrorKind::ValueValidation, error);
            usage.print()?;
            return Ok(ExitCode::from(2));
        }
    };
    let sim = Sim::start(Config {
        listen: arguments.listen,
        settings,
    })
    .await
    .with_context(|| format!("failed to listen on {}", arguments.listen))?;
    let mut terminate = signal(SignalKind::terminate())?;
    print_address(&sim);
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        _ = terminate.recv() => {}
    }
    sim.stop().await;
    Ok(ExitCode::SUCCESS)
}

#[expect(
    clippy::print_stdout,
    reason = "scripts read the address from standard output"
)]
fn print_address(sim: &Sim) {
    println!("{}", sim.url());
}
