//! How long something took, so often: counts by duration, as Prometheus has them.

/// The upper ends of the classes, in milliseconds; what took longer than the last one is counted
/// in all alone.
const BOUNDS_MS: [u64; 12] = [
    100, 250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 60_000, 120_000, 300_000,
];

/// Durations in classes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Histogram {
    /// How many were in each class, the shorter ones not counted in.
    classes: [u64; BOUNDS_MS.len()],
    count: u64,
    sum_ms: u64,
}

impl Histogram {
    pub(crate) fn add(&mut self, ms: u64) {
        if let Some(class) = BOUNDS_MS.iter().position(|bound| ms <= *bound) {
            self.classes[class] += 1;
        }
        self.count += 1;
        self.sum_ms = self.sum_ms.saturating_add(ms);
    }

    /// How many there were, and how long they took together, in milliseconds.
    pub fn all(&self) -> (u64, u64) {
        (self.count, self.sum_ms)
    }

    /// The upper end of each class in milliseconds, and how many took no longer than that.
    pub fn cumulative(&self) -> impl Iterator<Item = (u64, u64)> {
        let mut so_far = 0;
        BOUNDS_MS
            .into_iter()
            .zip(self.classes)
            .map(move |(bound, count)| {
                so_far += count;
                (bound, so_far)
            })
    }

    /// The median of what came since an earlier state of the same histogram, in milliseconds: as
    /// near as the classes allow. `None` when nothing came.
    pub fn median_since(&self, earlier: &Self) -> Option<u64> {
        let count = self
            .count
            .checked_sub(earlier.count)
            .filter(|count| *count > 0)?;
        let (mut before, mut low) = (0, 0);
        for (class, bound) in BOUNDS_MS.into_iter().enumerate() {
            let here = self.classes[class].saturating_sub(earlier.classes[class]);
            if 2 * (before + here) >= count && here > 0 {
                // As if they lay evenly in their class.
                let into = (count.saturating_sub(2 * before)) * (bound - low) / (2 * here);
                return Some(low + into.min(bound - low));
            }
            (before, low) = (before + here, bound);
        }
        Some(low)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_is_as_near_as_the_classes_allow() {
        let mut histogram = Histogram::default();
        assert_eq!(histogram.median_since(&Histogram::default()), None);
        for ms in [700, 800, 900] {
            histogram.add(ms);
        }
        let median = histogram.median_since(&Histogram::default()).unwrap();
        assert!((500..=1_000).contains(&median), "{median}");
        let earlier = histogram.clone();
        for _ in 0..5 {
            histogram.add(10_000);
        }
        let median = histogram.median_since(&earlier).unwrap();
        assert!(
            (8_000..=15_000).contains(&median),
            "of the new ones alone: {median}"
        );
        assert_eq!(histogram.all(), (8, 52_400));
        let long = histogram.clone();
        histogram.add(u64::MAX);
        assert_eq!(
            histogram.median_since(&long),
            Some(300_000),
            "longer than any class"
        );
        assert_eq!(histogram.cumulative().last(), Some((300_000, 8)));
    }
}
