//! Asks many cases at once, and keeps what each reader got in the order of the cases.

use std::{collections::BTreeSet, time::Duration};

use futures::{StreamExt, stream};
use llmsim::Sim;
use serde_json::Value;

use crate::{Asker, Case, Known, Program, Reading, oracle::judge, report::Judged};

/// Reads every case, so many at once; each comes with the name of the behaviour that it was asked
/// of and with what stands behind its question.
///
/// # Errors
/// The program cannot be asked at all. A reading that fails is judged as one.
pub async fn run(
    program: &Program,
    questions: Vec<(Case, String, String)>,
    at_once: usize,
    known: &Known,
) -> anyhow::Result<Vec<Judged>> {
    // A reading has minutes of a model's time and waits for those before it.
    let patience = Duration::from_secs(1800);
    let asker = Asker::new(program, patience)?;
    let readings = stream::iter(questions.into_iter().map(|(case, behaviour, behind)| {
        let asker = asker.clone();
        async move {
            let reading = asker.read(&case, &behind).await;
            judged(&case, behaviour, reading, known)
        }
    }));
    Ok(readings.buffered(at_once).collect().await)
}

fn judged(
    case: &Case,
    behaviour: String,
    reading: anyhow::Result<Reading>,
    known: &Known,
) -> Judged {
    match reading {
        Ok(reading) => {
            let violations = judge(&reading, case, known);
            Judged::of(case, behaviour, &reading, violations)
        }
        Err(error) => Judged::failed(case, behaviour, &format!("{error:#}")),
    }
}

/// The system prompts that a simulated model was sent.
pub fn prompts_of(sim: &Sim) -> BTreeSet<String> {
    sim.calls()
        .iter()
        .flat_map(|call| {
            call.request["messages"]
                .as_array()
                .cloned()
                .unwrap_or_default()
        })
        .filter(|message| message["role"] == "system")
        .filter_map(|message| message["content"].as_str().map(str::to_owned))
        .collect()
}

/// Whether a message of this role was ever sent that holds a text.
pub fn was_sent(sim: &Sim, role: &str, text: &str) -> bool {
    let is_it = |message: &Value| {
        message["role"] == *role
            && message["content"]
                .as_str()
                .is_some_and(|content| content.contains(text))
    };
    sim.calls().iter().any(|call| {
        call.request["messages"]
            .as_array()
            .is_some_and(|all| all.iter().any(is_it))
    })
}
