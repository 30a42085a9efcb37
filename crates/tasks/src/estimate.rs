//! How long a reading may be expected to take, by what readings of the same model took lately.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use kaucim_fortune::{Language, Origin, SectionId, Writer};

use crate::TaskResult;

/// How many readings are remembered, whichever models wrote them.
pub(crate) const REMEMBERED: usize = 200;

/// How many of them, at most, say what is usual for one model.
const LATELY: usize = 50;

/// With fewer, too little is known to say anything.
const LEAST: usize = 3;

/// The notice of a reading that a second model went on with: what it took is neither's pace.
const SWITCHED: &str = "model_switched";

/// What one finished reading took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Took {
    writer: Writer,
    language: Language,
    /// From when a worker had it to the first text, waiting for a busy model included.
    first_token_ms: u64,
    /// From there to the end.
    writing_ms: u64,
}

/// What is usual for a whole reading, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Usual {
    first_token_ms: u64,
    writing_ms: u64,
}

/// What a reader may expect, in milliseconds since the question, as `elapsed_ms` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Estimate {
    /// Absent once there is text.
    pub first_token_ms: Option<u64>,
    pub total_ms: u64,
}

/// What finished readings took, the last one first.
#[derive(Debug, Default)]
pub(crate) struct Estimates {
    took: Mutex<VecDeque<Took>>,
}

impl Took {
    /// What a reading took that one worker made from its beginning to its end; `None` when it says
    /// nothing of a model's pace.
    pub(crate) fn of(result: &TaskResult) -> Option<Self> {
        let is_switched = result.notices.iter().any(|notice| notice.code == SWITCHED);
        let timings = result.timings;
        let first_token_ms = timings.first_token_ms?;
        if is_switched || result.origin == Origin::Classic {
            return None;
        }
        Some(Self {
            writer: result.model.clone()?,
            language: result.language,
            // A wall clock can be set back in between.
            first_token_ms: first_token_ms.checked_sub(timings.queued_ms)?,
            writing_ms: timings.total_ms.checked_sub(first_token_ms)?,
        })
    }
}

impl Usual {
    /// What to expect of a reading whose model is asked now for so many sections.
    pub(crate) fn from(self, elapsed_ms: u64, missing: usize) -> Estimate {
        let share = missing.min(SectionId::ALL.len()) as u64;
        let writing_ms = self.writing_ms.saturating_mul(share) / SectionId::ALL.len() as u64;
        let first_token_ms = elapsed_ms.saturating_add(self.first_token_ms);
        Estimate {
            first_token_ms: Some(first_token_ms),
            total_ms: first_token_ms.saturating_add(writing_ms),
        }
    }

    /// What to expect of a reading that waits as the one at this position, 1 for the next, while
    /// so many workers are busy with whole ones.
    pub(crate) fn queued(
        self,
        elapsed_ms: u64,
        missing: usize,
        (position, workers): (u64, usize),
    ) -> Estimate {
        let whole_ms = self.first_token_ms.saturating_add(self.writing_ms);
        let wait_ms = whole_ms.saturating_mul(position) / (workers.max(1) as u64 + 1);
        self.from(elapsed_ms.saturating_add(wait_ms), missing)
    }
}

impl Estimates {
    /// Begins with what is stored, the last reading first.
    pub(crate) fn new(stored: impl IntoIterator<Item = Took>) -> Self {
        Self {
            took: Mutex::new(stored.into_iter().take(REMEMBERED).collect()),
        }
    }

    /// Takes in a reading that has just finished.
    pub(crate) fn learn(&self, took: Took) {
        let mut all = self.lock();
        all.truncate(REMEMBERED - 1);
        all.push_front(took);
    }

    /// What a model usually takes: the medians of its last readings in this language or, while
    /// they are too few, in any. `None` when too little is known.
    pub(crate) fn usual(&self, writer: &Writer, language: Language) -> Option<Usual> {
        let all = self.lock();
        let by_writer = || all.iter().filter(|took| took.writer == *writer);
        let in_language = || by_writer().filter(|took| took.language == language);
        usual_of(in_language()).or_else(|| usual_of(by_writer()))
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Took>> {
        // What is held here is consistent between statements, so a panic elsewhere spoils nothing.
        self.took.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn usual_of<'a>(took: impl Iterator<Item = &'a Took>) -> Option<Usual> {
    let lately: Vec<&Took> = took.take(LATELY).collect();
    (lately.len() >= LEAST).then(|| Usual {
        first_token_ms: median(lately.iter().map(|took| took.first_token_ms)),
        writing_ms: median(lately.iter().map(|took| took.writing_ms)),
    })
}

/// The middle one, so that a single reading that hung for minutes says nothing.
fn median(values: impl Iterator<Item = u64>) -> u64 {
    let mut values: Vec<u64> = values.collect();
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> Writer {
        Writer {
            provider: "scripted".to_owned(),
            name: name.to_owned(),
        }
    }

    fn took(name: &str, language: Language, first_token_ms: u64, writing_ms: u64) -> Took {
        Took {
            writer: named(name),
            language,
            first_token_ms,
            writing_ms,
        }
    }

    #[test]
    fn what_is_usual_is_the_median_of_the_models_own_last_readings() {
        let estimates = Estimates::default();
        let usual = |name: &str| {
            let usual = estimates.usual(&named(name), Language::En)?;
            Some((usual.first_token_ms, usual.writing_ms))
        };
        for (first, writing) in [(9_000_000, 5), (300, 9_000_000)] {
            estimates.learn(took("a", Language::En, first, writing));
            estimates.learn(took("b", Language::En, 1, 1));
            assert_eq!(usual("a"), None, "too little is known");
        }
        estimates.learn(took("a", Language::En, 200, 20_000));
        assert_eq!(usual("a"), Some((300, 20_000)));
        assert_eq!(usual("b"), None);
        for _ in 0..LATELY {
            estimates.learn(took("a", Language::En, 7, 8));
        }
        assert_eq!(usual("a"), Some((7, 8)), "what was long ago is forgotten");
        for _ in 0..REMEMBERED {
            estimates.learn(took("b", Language::En, 1, 1));
        }
        assert_eq!(usual("a"), None);
        assert_eq!(estimates.lock().len(), REMEMBERED);
    }

    #[test]
    fn a_language_counts_once_enough_is_known_of_it() {
        let estimates = Estimates::new((0..9).map(|_| took("a", Language::Zh, 10, 100)));
        let writing = |language| {
            let usual = estimates.usual(&named("a"), language);
            usual.map(|usual| usual.writing_ms)
        };
        for _ in 0..LEAST {
            assert_eq!(writing(Language::En), Some(100));
            estimates.learn(took("a", Language::En, 10, 900));
        }
        assert_eq!(
            (writing(Language::En), writing(Language::Zh)),
            (Some(900), Some(100))
        );
    }

    #[test]
    fn an_estimate_counts_what_is_left() {
        let usual = Usual {
            first_token_ms: 2_000,
            writing_ms: 70_000,
        };
        let check = |estimate: Estimate, first_token_ms, total_ms| {
            let expected = Estimate {
                first_token_ms: Some(first_token_ms),
                total_ms,
            };
            assert_eq!(estimate, expected);
        };
        check(usual.from(500, 7), 2_500, 72_500);
        check(usual.from(500, 2), 2_500, 22_500);
        check(usual.from(500, 0), 2_500, 2_500);
        // Two workers are busy: the next one waits a third of a reading, the third a whole one.
        check(usual.queued(0, 7, (1, 2)), 26_000, 96_000);
        check(usual.queued(0, 7, (3, 2)), 74_000, 144_000);
        let most = usual.queued(u64::MAX, 7, (u64::MAX, 0));
        assert_eq!(most.total_ms, u64::MAX, "it is never wrapped around");
    }
}
