//! Finds the lot that somebody holds in their hand by what stands on it: its number in any
//! script, its stem and branch, its title, its story, or words of its verse.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Lot;

mod cycle;
mod line;
mod number;

pub use self::number::cardinal;

/// Lots that are offered at most.
const MOST: usize = 8;

/// Characters of an entry that are looked at.
const LONGEST: usize = 200;

/// A lot that may be meant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Entry {
    pub number: u32,
    pub how: How,
    /// 1 where the text says exactly this lot and no other; less the surer it could be another,
    /// to three decimals. Whoever takes it for the lot that was meant asks first.
    pub score: f64,
}

/// What of a lot was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum How {
    Number,
    /// 甲子 to 癸亥, or the two stems of a deck of a hundred, where the deck's lots bear them.
    StemBranch,
    Title,
    /// The name of the story that the lot alludes to.
    Story,
    Verse,
}

/// A text in the form in which texts are compared: letters and digits alone, in lower case, those
/// that mean the same as one, and both Chinese scripts as one.
pub fn comparable(text: &str) -> String {
    line::signs(text).into_iter().collect()
}

impl Entry {
    /// Whether this lot, and no other, is what was typed.
    pub fn is_certain(&self) -> bool {
        self.score >= 1.0
    }

    fn new(number: u32, how: How, score: f64) -> Self {
        Self {
            number,
            how,
            score: (score * 1000.0).round() / 1000.0,
        }
    }
}

/// What the lots of one deck can be found by.
#[derive(Debug)]
pub(crate) struct Register {
    count: u32,
    cycle: cycle::Cycle,
    lines: line::Lines,
}

impl Register {
    pub(crate) fn of(lots: &[Arc<Lot>]) -> Self {
        Self {
            count: u32::try_from(lots.len()).expect("the loader refuses more than 10,000 lots"),
            cycle: cycle::Cycle::of(lots),
            lines: line::Lines::of(lots),
        }
    }

    /// The lots that a text may mean, the likeliest first.
    pub(crate) fn find(&self, text: &str) -> Vec<Entry> {
        let text: String = text.chars().take(LONGEST).collect();
        let mut found = self.named(&text);
        if found.is_empty() {
            found = self.lines.find(&text);
        }
        found.truncate(MOST);
        found
    }

    /// Lots that the whole text names: by number, or by stem and branch.
    fn named(&self, text: &str) -> Vec<Entry> {
        let bare = number::bare(text);
        let numbers = number::all(&bare);
        if !numbers.is_empty() {
            let stand = numbers
                .iter()
                .filter(|number| (1..=self.count).contains(*number));
            let score = if numbers.len() == 1 { 1.0 } else { 0.5 };
            return stand
                .map(|number| Entry::new(*number, How::Number, score))
                .collect();
        }
        let by_cycle = self.cycle.find(&bare);
        if !by_cycle.is_empty() {
            return by_cycle;
        }
        self.lines.titled(text).unwrap_or_else(|| {
            let within = number::within(text).filter(|number| (1..=self.count).contains(number));
            within
                .map(|number| Entry::new(number, How::Number, 0.9))
                .into_iter()
                .collect()
        })
    }
}
