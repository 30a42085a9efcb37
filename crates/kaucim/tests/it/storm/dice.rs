//! Chance from a seed, so that a storm can be raised again.

/// SplitMix64: small, and the same everywhere.
pub(super) struct Dice(u64);

impl Dice {
    /// The dice of one player; others with the same seed throw otherwise.
    pub(super) fn new(seed: u64, player: u64) -> Self {
        let mut mixed = Self(player.wrapping_add(1));
        Self(seed ^ mixed.throw())
    }

    /// From 0 on, below `end`.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.throw() % end
    }

    /// True so many times in a hundred.
    pub(super) fn percent(&mut self, times: u64) -> bool {
        self.below(100) < times
    }

    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let index = self.below(from.len() as u64);
        &from[usize::try_from(index).expect("an index")]
    }

    fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
