//! Which cases every behaviour of the simulated model is tried on, and which need a deadline.

use crate::{Case, case::cases};

/// Cases of warning lots with an order to the model in their data, one in each language.
const HANDFUL: [&str; 3] = [
    "zh-inject-context-1",
    "en-inject-context-1",
    "ja-inject-context-2",
];

/// What ends only when the reading's time is over.
const ENDLESS: [&str; 1] = ["hostile:stall"];

/// The cases that show the most of a behaviour.
///
/// # Errors
/// The cases cannot be read.
pub fn handful() -> anyhow::Result<Vec<Case>> {
    let mut all = cases()?;
    all.retain(|case| HANDFUL.contains(&case.id.as_str()));
    Ok(all)
}

/// Whether a behaviour needs a deadline of the reading to come to an end soon.
pub fn under_a_deadline(behaviour: &str) -> bool {
    ENDLESS.contains(&behaviour)
}
