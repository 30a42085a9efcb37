//! A fair choice of one number: uniform, without the bias of a bare remainder, and so that anyone
//! can verify it.

use std::num::NonZeroU32;

mod promise;

pub use self::promise::{Commitment, Nonce, Proof, ProofError, Secret, Terms, UnreadableError};

/// Chooses one of `1..=count`, each equally likely if the bytes of `fill` are uniform.
///
/// Values that would favour the lower numbers are thrown away and asked for again, fewer than
/// every second one at worst.
pub fn uniform(count: NonZeroU32, mut fill: impl FnMut(&mut [u8])) -> u32 {
    let count = u64::from(count.get());
    let values = 1_u64 << u32::BITS;
    let fair = values - values % count;
    loop {
        let mut bytes = [0; 4];
        fill(&mut bytes);
        let value = u64::from(u32::from_be_bytes(bytes));
        if value < fair {
            return u32::try_from(value % count).expect("a remainder of a 32 bit number") + 1;
        }
    }
}

/// Fills the bytes from the operating system's randomness.
pub(crate) fn system(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the operating system has randomness");
}

#[cfg(test)]
mod tests;
