//! How long things took, with weights, to the tenth of a millisecond.

/// Beyond this nothing is told apart.
const MOST: usize = 200_000;

#[derive(Debug)]
pub(crate) struct Latencies {
    /// Weight by tenths of milliseconds.
    tenths: Vec<f64>,
    all: f64,
}

impl Default for Latencies {
    fn default() -> Self {
        Self {
            tenths: vec![0.0; MOST],
            all: 0.0,
        }
    }
}

impl Latencies {
    pub(crate) fn add(&mut self, microseconds: f64, weight: f64) {
        let tenth = ((microseconds / 100.0) as usize).min(MOST - 1);
        self.tenths[tenth] += weight;
        self.all += weight;
    }

    /// The weight of all.
    pub(crate) fn count(&self) -> f64 {
        self.all
    }

    /// The middle and what one in a hundred exceeds; nothing of nothing is 0.
    pub(crate) fn percentiles_ms(&self) -> [f64; 2] {
        [0.5, 0.99].map(|part| {
            let mut seen = 0.0;
            let reached = self.tenths.iter().position(|weight| {
                seen += weight;
                seen >= self.all * part
            });
            reached.unwrap_or(0) as f64 / 10.0
        })
    }
}
