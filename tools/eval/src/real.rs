//! A real server of models, llama-cpp-python's, disturbed in the ways in which servers are.

mod process;
mod relay;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use clap::Args;

use self::{process::ModelServer, relay::Relay};
use crate::{Asker, Case, Known, Program, Report, Setup, Violation, cases, judge, report::Judged};

/// Where the server's Python and its model are.
#[derive(Debug, Args)]
pub struct Server {
    /// A Python that has `llama_cpp.server`.
    #[arg(long)]
    pub python: PathBuf,
    /// The model file.
    #[arg(long)]
    pub gguf: PathBuf,
}

/// One way to disturb a server, and what is expected to be asked of it.
struct Scenario {
    name: &'static str,
    /// Tokens that the server's model can read.
    context: u32,
    /// With this status every `response_format` is refused.
    refused: Option<u16>,
    disturbance: Disturbance,
    /// The forms of the first requests, as [`Relay::forms`] names them.
    forms: &'static [&'static str],
}

/// What happens in the middle of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Disturbance {
    None,
    /// Another client asks: this server then breaks off whatever it is writing.
    AnotherClient,
    Killed,
    KilledAndStartedAgain,
}

/// Room for every prompt, counted in the many small tokens of the test model.
const ROOMY: u32 = 16_384;

const SCENARIOS: [Scenario; 7] = [
    Scenario {
        name: "schema",
        context: ROOMY,
        refused: None,
        disturbance: Disturbance::None,
        // OpenAI's form is a 500 there; the other one is taken and remembered.
        forms: &["json_schema+", "json_object+", "json_object+"],
    },
    Scenario {
        name: "schema refused with 400",
        context: ROOMY,
        refused: Some(400),
        disturbance: Disturbance::None,
        forms: &["json_schema+", "json_object+", "none", "none"],
    },
    Scenario {
        name: "schema refused with 500",
        context: ROOMY,
        refused: Some(500),
        disturbance: Disturbance::None,
        forms: &["json_schema+", "json_object+", "none", "none"],
    },
    Scenario {
        name: "another client",
        context: ROOMY,
        refused: None,
        disturbance: Disturbance::AnotherClient,
        forms: &["json_schema+", "json_object+"],
    },
    Scenario {
        name: "context too long",
        context: 512,
        refused: None,
        disturbance: Disturbance::None,
        forms: &["json_schema+"],
    },
    Scenario {
        name: "killed",
        context: ROOMY,
        refused: None,
        disturbance: Disturbance::Killed,
        forms: &["json_schema+", "json_object+"],
    },
    Scenario {
        name: "killed and started again",
        context: ROOMY,
        refused: None,
        disturbance: Disturbance::KilledAndStartedAgain,
        forms: &["json_schema+", "json_object+"],
    },
];

/// A babbling model is given little time, and few words: it would use any of both up.
const CONFIGURATION: &str = "[reading]\nseconds = 90\nmax_tokens = 900\n";

/// One case in each language.
const CASES: [&str; 3] = ["zh-lamp-warning", "en-career", "ja-love"];

/// Runs the scenarios whose name holds `only`.
///
/// # Errors
/// Server or program do not start.
pub async fn run(
    server: &Server,
    program: &Path,
    known: &Known,
    only: &str,
) -> anyhow::Result<Report> {
    let mut report = Report::default();
    for scenario in SCENARIOS.iter().filter(|one| one.name.contains(only)) {
        report
            .readings
            .extend(play(scenario, server, program, known).await?);
    }
    Ok(report)
}

async fn play(
    scenario: &Scenario,
    server: &Server,
    program: &Path,
    known: &Known,
) -> anyhow::Result<Vec<Judged>> {
    let mut model = ModelServer::start(server, scenario.context).await?;
    let relay = Relay::start(model.port, scenario.refused).await?;
    let mut setup = Setup::asking(program, "openai:tiny", &relay.url());
    CONFIGURATION.clone_into(&mut setup.configuration);
    // This server serves one request and breaks it off for the next one.
    let one = ("KAUCIM_MODEL_CONCURRENCY".to_owned(), "1".to_owned());
    setup.environment.push(one);
    let program = Program::start(&setup).await?;
    let asker = Asker::new(&program, Duration::from_secs(600))?;
    let mut readings = Vec::new();
    for case in cases()?
        .iter()
        .filter(|case| CASES.contains(&case.id.as_str()))
    {
        let reading = asker.read(case, "");
        let disturbed = disturb(scenario.disturbance, &relay, &mut model, server);
        let (reading, disturbed) = tokio::join!(reading, disturbed);
        disturbed?;
        readings.push(judged(scenario, case, reading, known));
        if scenario.disturbance == Disturbance::Killed {
            model.start_again(server).await?;
        }
    }
    let forms = relay.forms();
    let expected = scenario.forms;
    if forms.len() < expected.len() || forms[..expected.len()] != *expected {
        readings[0].violations.push(Violation {
            rule: "request",
            section: None,
            detail: format!("asked in the forms {forms:?}, expected {expected:?} first"),
        });
    }
    program.stop().await?;
    model.kill().await?;
    Ok(readings)
}

fn judged(
    scenario: &Scenario,
    case: &Case,
    reading: anyhow::Result<crate::Reading>,
    known: &Known,
) -> Judged {
    let name = scenario.name.to_owned();
    match reading {
        Ok(reading) => {
            let violations = judge(&reading, case, known);
            Judged::of(case, name, &reading, violations)
        }
        Err(error) => Judged::failed(case, name, &format!("{error:#}")),
    }
}

async fn disturb(
    disturbance: Disturbance,
    relay: &Relay,
    model: &mut ModelServer,
    server: &Server,
) -> anyhow::Result<()> {
    if disturbance == Disturbance::None {
        return Ok(());
    }
    relay.until_writing().await;
    match disturbance {
        Disturbance::None => Ok(()),
        Disturbance::AnotherClient => model.ask_besides().await,
        Disturbance::Killed => model.kill().await,
        Disturbance::KilledAndStartedAgain => {
            model.kill().await?;
            model.start_again(server).await
        }
    }
}
