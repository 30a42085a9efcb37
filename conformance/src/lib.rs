//! Holds a server against the contract of Kaucim's API: a black box that knows nothing but HTTP.
//!
//! [`hold`] makes the checks; each has a name, the sentence of the contract that it holds, and says
//! what it saw.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use futures::{StreamExt, stream::iter};

mod check;
mod checks;
mod held;
mod scene;
mod stream;
mod target;

pub use crate::check::{Finding, Verdict};
use crate::{check::Check, scene::Scene, target::Target};

/// What is looked at, and how.
#[derive(Debug, Clone)]
pub struct Options {
    /// Base URL of the server, or of a proxy before it.
    pub url: String,
    /// A key with the scopes `ask` and `read`.
    pub key: String,
    /// A key of another account; absent: a guest is somebody else.
    pub other_key: Option<String>,
    /// Whom to ask; absent: whom the server names first.
    pub deity: Option<String>,
    /// Beginnings of the names of checks that are made; none: all.
    pub only: Vec<String>,
    /// How long a stream may say nothing, and any answer may take.
    pub patience: Duration,
    /// Checks at once; most of them wait for a reading.
    pub at_once: usize,
}

/// Names and promises of the checks whose names begin as one of these; none: of all.
pub fn list(only: &[String]) -> Vec<(&'static str, &'static str)> {
    let wanted = wanted(only).into_iter();
    wanted.map(|check| (check.name, check.promise)).collect()
}

/// Makes the checks, and tells each verdict in their order as soon as it is there.
///
/// # Errors
/// When there is nothing to look at: no such check, no server that names somebody to ask.
pub async fn hold(
    options: Options,
    mut tell: impl FnMut(&Verdict) -> anyhow::Result<()>,
) -> anyhow::Result<Vec<Verdict>> {
    let wanted = wanted(&options.only);
    ensure!(
        !wanted.is_empty(),
        "there is no such check; --list names all"
    );
    let target = Target::new(&options.url, options.key, options.patience)?;
    let scene = Scene::find(target, options.deity, options.other_key).await;
    let scene = scene.with_context(|| format!("no server of this contract at {}", options.url))?;
    let made = wanted.into_iter().map(|check| made(check, &scene));
    let mut verdicts = Vec::new();
    let mut coming = iter(made).buffered(options.at_once.max(1));
    while let Some(verdict) = coming.next().await {
        tell(&verdict)?;
        verdicts.push(verdict);
    }
    drop(coming);
    Ok(verdicts)
}

async fn made(check: &Check, scene: &Scene) -> Verdict {
    let before = Instant::now();
    let outcome = (check.run)(scene).await;
    Verdict::of(check, outcome, before.elapsed().as_millis())
}

fn wanted(only: &[String]) -> Vec<&'static Check> {
    let is_wanted = |check: &&Check| {
        only.is_empty()
            || only
                .iter()
                .any(|name| check.name.starts_with(name.as_str()))
    };
    checks::all().into_iter().filter(is_wanted).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_check_has_a_name_of_its_own_and_a_sentence() {
        let all = list(&[]);
        let names: BTreeSet<_> = all.iter().map(|(name, _)| name).collect();
        assert_eq!(names.len(), all.len());
        for (name, promise) in &all {
            assert!(
                name.contains('.') && promise.ends_with('.'),
                "{name}: {promise}"
            );
        }
        let cursors = list(&["cursor".to_owned()]);
        assert!(cursors.len() >= 5 && cursors.len() < all.len());
    }
}
