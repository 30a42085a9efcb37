//! A fair choice of one number: uniform, without the bias of a bare remainder.

use std::num::NonZeroU32;

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
mod tests {
    use super::*;

    fn count(number: u32) -> NonZeroU32 {
        NonZeroU32::new(number).unwrap()
    }

    #[test]
    fn biased_values_are_asked_for_again() {
        // 2^32 leaves 96 over when divided by 100: the top 96 values would favour low numbers.
        let mut values = [u32::MAX, u32::MAX - 95, u32::MAX - 96].into_iter();
        let drawn = uniform(count(100), |bytes| {
            bytes.copy_from_slice(&values.next().unwrap().to_be_bytes());
        });
        assert_eq!(drawn, 100);
        assert_eq!(values.next(), None);
    }

    #[test]
    fn ends_of_the_range_are_drawn() {
        assert_eq!(uniform(count(60), |bytes| bytes.fill(0)), 1);
        assert_eq!(uniform(count(1), |bytes| bytes.fill(0x7f)), 1);
        assert_eq!(uniform(count(u32::MAX), |bytes| bytes.fill(0)), 1);
    }

    /// A fair draw exceeds the threshold once in about 10^9 runs.
    #[test]
    fn a_million_draws_are_uniform() {
        let draws = 1_000_000_u32;
        for lots in [7, 60, 100] {
            let mut pool = vec![0_u8; 1 << 16];
            let mut used = pool.len();
            let mut seen = vec![0_u32; lots as usize];
            for _ in 0..draws {
                let number = uniform(count(lots), |bytes| {
                    if used + bytes.len() > pool.len() {
                        system(&mut pool);
                        used = 0;
                    }
                    bytes.copy_from_slice(&pool[used..used + bytes.len()]);
                    used += bytes.len();
                });
                seen[number as usize - 1] += 1;
            }
            let expected = f64::from(draws) / f64::from(lots);
            let chi_square: f64 = seen
                .iter()
                .map(|&n| (f64::from(n) - expected).powi(2) / expected)
                .sum();
            // Wilson and Hilferty's approximation of the quantile at six standard deviations.
            let freedom = f64::from(lots - 1);
            let spread = 2.0 / (9.0 * freedom);
            let threshold = freedom * (1.0 - spread + 6.0 * spread.sqrt()).powi(3);
            assert!(
                chi_square < threshold,
                "{lots} lots: {chi_square} against {threshold}"
            );
        }
    }
}
