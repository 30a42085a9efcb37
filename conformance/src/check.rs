//! What a check is: a name, the sentence of the contract that it holds, and what came of it.

use futures::future::BoxFuture;
use serde::Serialize;

use crate::scene::{NotFollowed, Scene};

/// Characters of evidence.
const MOST: usize = 300;

/// One check.
pub(crate) struct Check {
    /// `part.name`, as it is asked for and reported.
    pub name: &'static str,
    /// What the contract promises, in one sentence.
    pub promise: &'static str,
    pub run: for<'a> fn(&'a Scene) -> BoxFuture<'a, Outcome>,
}

/// What was seen where a promise held, or why it could not be looked at; an error says how it was
/// broken.
pub(crate) type Outcome = anyhow::Result<Seen>;

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    Held(String),
    Skipped(String),
}

/// What is reported of a check.
#[derive(Debug, Clone, Serialize)]
pub struct Verdict {
    /// As it is asked for.
    pub name: &'static str,
    /// The sentence of the contract that it holds.
    pub promise: &'static str,
    pub result: Finding,
    /// What was seen.
    pub evidence: String,
    /// How long it took.
    pub millis: u128,
}

/// Whether a promise was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    Passed,
    Failed,
    Skipped,
}

/// The promise held, as the evidence says.
pub(crate) fn held(evidence: impl Into<String>) -> Outcome {
    Ok(Seen::Held(evidence.into()))
}

/// It could not be looked at here.
pub(crate) fn skipped(why: impl Into<String>) -> Outcome {
    Ok(Seen::Skipped(why.into()))
}

impl Verdict {
    pub(crate) fn of(check: &Check, outcome: Outcome, millis: u128) -> Self {
        let (result, evidence) = match outcome {
            Ok(Seen::Held(evidence)) => (Finding::Passed, evidence),
            Ok(Seen::Skipped(why)) => (Finding::Skipped, why),
            // Said once, by the check that is for it.
            Err(broken) if broken.is::<NotFollowed>() => (Finding::Skipped, broken.to_string()),
            Err(broken) => (Finding::Failed, format!("{broken:#}")),
        };
        Self {
            name: check.name,
            promise: check.promise,
            result,
            evidence: shortened(&evidence),
            millis,
        }
    }
}

/// One line that can be read, whatever a server has said.
fn shortened(evidence: &str) -> String {
    let mut words = evidence.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = words.char_indices().nth(MOST) {
        words.truncate(end);
        words.push('…');
    }
    words
}
