//! Chance that follows from a seed alone.

use crate::faults::Chance;

/// A stream of numbers, the same for the same seed on every machine.
#[derive(Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number; a counter stepped by an odd constant, then mixed twice.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`; 0 when `end` is 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % (end.max(1) as u64)) as usize
    }

    /// Whether it happens this time. What is certain either way draws no number, so that a fault
    /// that is off changes nothing of what comes.
    pub(crate) fn hits(&mut self, chance: Chance) -> bool {
        match chance.per_thousand() {
            0 => false,
            1000 => true,
            some => self.below(1000) < usize::from(some),
        }
    }
}
