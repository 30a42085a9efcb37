//! The evaluation as a program: asks, judges, prints tables, and says by its exit code how it went.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use clap::{Args, Parser, Subcommand};
use kaucim_eval::{
    Known, Program, Report, Setup, cases, handful, prompts_of, real, run, table, under_a_deadline,
    write_between,
};
use llmsim::{Config, Settings, Sim, behaviours};

/// Where the tables are kept, from the root of the repository.
const DOCUMENT: &str = "docs/evaluation.md";

/// The shortest time that a reading can be given.
const DEADLINE: &str = "[reading]\nseconds = 10\n";

/// Asks the real program a fixed set of questions and judges what its readers get.
///
/// Exit codes: 0 nothing reached a reader that must not, 1 something did, 2 it could not be asked.
#[derive(Debug, Parser)]
#[command(name = "kaucim-eval", version)]
struct Arguments {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Args)]
struct Common {
    /// The program to judge [default: kaucim beside this one]
    #[arg(long, global = true)]
    program: Option<PathBuf>,
    /// Readings at once.
    #[arg(long, global = true, default_value_t = 8)]
    at_once: usize,
    /// Only cases, behaviours or scenarios whose name holds this.
    #[arg(long, global = true, default_value = "")]
    only: String,
    /// Write all readings, judged, into this file as JSON.
    #[arg(long, global = true)]
    json: Option<PathBuf>,
    /// Write the table into docs/evaluation.md, seen from the root of the repository.
    #[arg(long, global = true)]
    write: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Ask all cases of a model: any that is configured, else the simulated one
    Ask(Ask),
    /// Ask a handful of cases of every behaviour of the simulated model
    Behaviours,
    /// Ask a real llama-cpp-python server, and disturb it
    Real(real::Server),
}

#[derive(Debug, Args)]
struct Ask {
    /// `openai:NAME`, `ollama:NAME`, `classic`, or several, separated by commas.
    #[arg(long, env = "KAUCIM_MODEL")]
    model: Option<String>,
    /// Base URL of the first model's server.
    #[arg(long, env = "KAUCIM_MODEL_URL")]
    model_url: Option<String>,
    /// The key of that server.
    #[arg(long, env = "OPENAI_API_KEY", hide_env_values = true)]
    api_key: Option<String>,
    /// A configuration file for the program.
    #[arg(long, env = "KAUCIM_CONFIG")]
    config: Option<PathBuf>,
    /// Another variable of the program's environment, as NAME=VALUE; may be given several times.
    #[arg(long = "set", value_name = "NAME=VALUE")]
    variables: Vec<String>,
    /// The behaviour of the simulated model, where no other is named.
    #[arg(long, default_value = "good")]
    simulated: String,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match evaluate(&arguments).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            tell(&format!("error: {error:#}"));
            ExitCode::from(2)
        }
    }
}

async fn evaluate(arguments: &Arguments) -> anyhow::Result<bool> {
    let Arguments { common, command } = arguments;
    let program = match &common.program {
        Some(program) => program.clone(),
        None => std::env::current_exe()?.with_file_name("kaucim"),
    };
    let (report, name, text) = match command {
        Command::Ask(ask) => {
            let report = ask_all(ask, common, &program).await?;
            let text = table(&report, false);
            (report, "cases", text)
        }
        Command::Behaviours => {
            let report = try_behaviours(common, &program).await?;
            let text = table(&report, true);
            (report, "behaviours", text)
        }
        Command::Real(server) => {
            let sim = simulated("").await?;
            let setup = Setup::asking(&program, "openai:sim", &format!("{}/v1", sim.url()));
            let known = Known::learned(&setup, &sim).await?;
            sim.stop().await;
            let report = real::run(server, &program, &known, &common.only).await?;
            let text = table(&report, true);
            (report, "real", text)
        }
    };
    print(&text);
    if let Some(path) = &common.json {
        std::fs::write(path, serde_json::to_vec_pretty(&report)?)?;
    }
    if common.write {
        write_between(Path::new(DOCUMENT), name, &text)?;
    }
    Ok(report.is_clean())
}

async fn ask_all(ask: &Ask, common: &Common, program: &Path) -> anyhow::Result<Report> {
    let sim = simulated("").await?;
    let model = format!("openai:{}", ask.simulated);
    let mut setup = Setup::asking(program, &model, &format!("{}/v1", sim.url()));
    let mut known = Known::learned(&setup, &sim).await?;
    let name = match &ask.model {
        Some(model) => {
            setup.environment = named(ask, model);
            model.clone()
        }
        None => ask.simulated.clone(),
    };
    for variable in &ask.variables {
        let (name, value) = variable.split_once('=').context("--set takes NAME=VALUE")?;
        setup.environment.push((name.to_owned(), value.to_owned()));
    }
    if let Some(config) = &ask.config {
        setup.configuration = std::fs::read_to_string(config)?;
    }
    let program = Program::start(&setup).await?;
    let questions: Vec<_> = cases()?
        .into_iter()
        .filter(|case| case.id.contains(&common.only))
        .map(|case| (case, name.clone(), String::new()))
        .collect();
    tell(&format!("asking {} questions …", questions.len()));
    known.learn(prompts_of(&sim));
    let readings = run(&program, questions, common.at_once, &known).await?;
    program.stop().await?;
    sim.stop().await;
    Ok(Report { readings })
}

fn named(ask: &Ask, model: &str) -> Vec<(String, String)> {
    let mut environment = vec![("KAUCIM_MODEL".to_owned(), model.to_owned())];
    let others = [
        ("KAUCIM_MODEL_URL", &ask.model_url),
        ("OPENAI_API_KEY", &ask.api_key),
    ];
    for (name, value) in others {
        environment.extend(value.iter().map(|value| (name.to_owned(), value.clone())));
    }
    environment
}

async fn try_behaviours(common: &Common, program: &Path) -> anyhow::Result<Report> {
    let sim = simulated("").await?;
    let mut setup = Setup::asking(program, "openai:sim", &format!("{}/v1", sim.url()));
    let known = Known::learned(&setup, &sim).await?;
    let mut readings = Vec::new();
    for is_short in [false, true] {
        if is_short {
            setup.configuration = DEADLINE.to_owned();
        }
        let mut questions = Vec::new();
        let wanted =
            |name: &String| name.contains(&common.only) && under_a_deadline(name) == is_short;
        for name in behaviours().filter(wanted) {
            let behind = if name == "good" {
                String::new()
            } else {
                format!(" [[sim fault={name}]]")
            };
            let ask = |case| (case, name.clone(), behind.clone());
            questions.extend(handful()?.into_iter().map(ask));
        }
        let program = Program::start(&setup).await?;
        readings.extend(run(&program, questions, common.at_once, &known).await?);
        program.stop().await?;
    }
    sim.stop().await;
    Ok(Report { readings })
}

async fn simulated(settings: &str) -> anyhow::Result<Sim> {
    let settings = Settings::default().overruled_by(settings)?;
    let config = Config {
        settings,
        ..Config::default()
    };
    Ok(Sim::start(config).await?)
}

#[expect(clippy::print_stdout, reason = "the tables are what was asked for")]
fn print(text: &str) {
    println!("{text}");
}

#[expect(
    clippy::print_stderr,
    reason = "a person waits and wants to know for what"
)]
fn tell(text: &str) {
    eprintln!("{text}");
}
