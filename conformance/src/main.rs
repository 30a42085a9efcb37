//! The program: what is typed, what is printed, and the exit code.

use std::{
    io::{self, Write},
    process::ExitCode,
    time::Duration,
};

use anyhow::Context;
use clap::Parser;
use kaucim_conformance::{Finding, Options, Verdict, hold, list};
use serde::Serialize;

const AFTER: &str = "\
Some fifteen questions are asked with the key's account; most are cancelled at once. The server should
write with a model, and not faster than a second a reading: what cannot be looked at otherwise is
skipped, and says why.

Exit codes: 0 no promise is broken · 1 one is · 2 wrong usage, or nothing answers · 3 something was
skipped, with --strict";

/// Holds any server, or a proxy before one, against the contract of Kaucim's API.
#[derive(Debug, Parser)]
#[command(name = "kaucim-conformance", version, max_term_width = 100, after_help = AFTER)]
struct Arguments {
    /// Base URL of the server
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8000")]
    url: String,
    /// A key with the scopes `ask` and `read`
    #[arg(long, env = "KAUCIM_KEY", hide_env_values = true, default_value = "")]
    key: String,
    /// A key of another account [default: a guest of the server is somebody else]
    #[arg(long, value_name = "KEY")]
    other_key: Option<String>,
    /// Whom to ask [default: whom the server names first]
    #[arg(long, value_name = "ID")]
    deity: Option<String>,
    /// Only the checks whose names begin so, separated by commas
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    only: Vec<String>,
    /// Seconds that a stream may say nothing, and any answer may take
    #[arg(long, value_name = "SECONDS", default_value_t = 90)]
    patience: u64,
    /// Checks at once
    #[arg(long, value_name = "NUMBER", default_value_t = 4)]
    at_once: usize,
    /// List the checks with what they promise, and make none
    #[arg(long)]
    list: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// Count skipped checks as well
    #[arg(long)]
    strict: bool,
}

/// What programs get.
#[derive(Serialize)]
struct Report<'a> {
    url: &'a str,
    passed: usize,
    failed: usize,
    skipped: usize,
    checks: &'a [Verdict],
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(code) => code,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error:#}");
            ExitCode::from(2)
        }
    }
}

async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    if arguments.list {
        for (name, promise) in list(&arguments.only) {
            print(&format!("{name:<26} {promise}"))?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let options = Options {
        url: arguments.url.clone(),
        key: arguments.key,
        other_key: arguments.other_key,
        deity: arguments.deity,
        only: arguments.only,
        patience: Duration::from_secs(arguments.patience),
        at_once: arguments.at_once,
    };
    let is_told = !arguments.json;
    let tell = |verdict: &Verdict| {
        if is_told {
            print(&line(verdict))
        } else {
            Ok(())
        }
    };
    let verdicts = hold(options, tell).await?;
    let count = |finding| verdicts.iter().filter(|one| one.result == finding).count();
    let report = Report {
        url: &arguments.url,
        passed: count(Finding::Passed),
        failed: count(Finding::Failed),
        skipped: count(Finding::Skipped),
        checks: &verdicts,
    };
    if arguments.json {
        print(&serde_json::to_string_pretty(&report)?)?;
    } else {
        let Report {
            url,
            passed,
            failed,
            skipped,
            ..
        } = report;
        print(&format!(
            "{url}: {passed} passed, {failed} failed, {skipped} skipped"
        ))?;
    }
    Ok(match (report.failed, report.skipped) {
        (1.., _) => ExitCode::from(1),
        (0, 1..) if arguments.strict => ExitCode::from(3),
        (0, _) => ExitCode::SUCCESS,
    })
}

/// One check for people.
fn line(verdict: &Verdict) -> String {
    let Verdict {
        name,
        promise,
        result,
        evidence,
        millis,
    } = verdict;
    match result {
        Finding::Passed => format!("passed   {name} ({millis} ms): {evidence}"),
        Finding::Skipped => format!("skipped  {name}: {evidence}"),
        Finding::Failed => format!("FAILED   {name}: {evidence}\n         promised: {promise}"),
    }
}

fn print(text: &str) -> anyhow::Result<()> {
    writeln!(io::stdout(), "{text}").context("nobody reads what is printed")
}
