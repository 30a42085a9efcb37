//! Every number is as likely as the others, in both ways of drawing; and a bias would be seen.

use super::*;

const DRAWS: u32 = 1_000_000;

/// As many lots as real decks have.
const DECKS: [u32; 4] = [30, 60, 63, 100];

fn count(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap()
}

/// The same bytes in each run: SplitMix64 (Steele, Lea and Flood 2014).
struct Seeded(u64);

impl Seeded {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn fill(&mut self, bytes: &mut [u8]) {
        for piece in bytes.chunks_mut(8) {
            piece.copy_from_slice(&self.next().to_be_bytes()[..piece.len()]);
        }
    }

    fn secret(&mut self) -> Secret {
        let mut bytes = [0; 32];
        self.fill(&mut bytes);
        Secret::from_bytes(bytes)
    }
}

/// Pearson's chi-square of a million draws, and what a fair draw exceeds once in 10^9 runs.
fn chi_square(lots: u32, mut draw: impl FnMut() -> u32) -> (f64, f64) {
    let mut seen = vec![0_u32; lots as usize];
    for _ in 0..DRAWS {
        seen[draw() as usize - 1] += 1;
    }
    let expected = f64::from(DRAWS) / f64::from(lots);
    let chi_square = seen
        .iter()
        .map(|&n| (f64::from(n) - expected).powi(2) / expected)
        .sum();
    // Wilson and Hilferty's approximation of the quantile at six standard deviations.
    let freedom = f64::from(lots - 1);
    let spread = 2.0 / (9.0 * freedom);
    (
        chi_square,
        freedom * (1.0 - spread + 6.0 * spread.sqrt()).powi(3),
    )
}

#[track_caller]
fn assert_fair(lots: u32, draw: impl FnMut() -> u32) {
    let (chi_square, threshold) = chi_square(lots, draw);
    assert!(
        chi_square < threshold,
        "{lots} lots: {chi_square} against {threshold}"
    );
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

#[test]
fn a_million_draws_of_the_holder_alone_are_uniform() {
    for lots in DECKS {
        let mut seeded = Seeded(u64::from(lots));
        assert_fair(lots, || uniform(count(lots), |bytes| seeded.fill(bytes)));
    }
}

#[test]
fn a_million_draws_by_secret_and_nonce_are_uniform() {
    for lots in DECKS {
        let mut seeded = Seeded(u64::from(lots));
        let nonce = Nonce::new("the same for all".to_owned()).unwrap();
        let terms = terms(lots);
        assert_fair(lots, || terms.number(&seeded.secret(), &nonce));
    }
}

/// Also where the secret stays and the nonces follow a rule.
#[test]
fn a_million_nonces_of_one_secret_are_uniform() {
    let secret = Seeded(100).secret();
    let terms = terms(100);
    let mut tried = 0_u32;
    assert_fair(100, || {
        tried += 1;
        terms.number(&secret, &Nonce::new(tried.to_string()).unwrap())
    });
}

/// A byte has 256 values, so that a bare remainder favours the first 56 of 100 numbers. Biases as
/// small as those of two bytes would need more draws to be seen; that none is left, the test on
/// values that are asked for again shows.
#[test]
fn the_bias_of_a_bare_remainder_would_be_seen() {
    for (lots, values) in DECKS.map(|lots| (lots, 256)) {
        let mut seeded = Seeded(u64::from(lots));
        let (chi_square, threshold) = chi_square(lots, || {
            u32::try_from(seeded.next() % values).unwrap() % lots + 1
        });
        assert!(
            chi_square > 2.0 * threshold,
            "{lots} lots from {values} values: {chi_square} against {threshold}"
        );
    }
}

fn terms(lots: u32) -> Terms {
    Terms {
        deck_id: "deck".to_owned(),
        version: "0123456789abcdef".to_owned(),
        count: count(lots),
    }
}
