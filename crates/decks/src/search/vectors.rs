//! Vectors that say what a text means, small enough to keep and compared without an index.

use std::fmt;

/// The direction in which a text lies, of length 1, in a byte for each dimension.
///
/// The bytes are the values in steps of `scale`; with a hundred dimensions and more, a product of
/// two vectors is wrong by less than a thousandth.
#[derive(Clone, PartialEq)]
pub struct Vector {
    scale: f32,
    values: Box<[i8]>,
}

/// The vectors of the passages of a deck, in their order.
#[derive(Default)]
pub(crate) struct Vectors {
    dimension: usize,
    /// One for each passage; 0 for a passage without a vector.
    scales: Vec<f32>,
    values: Vec<i8>,
}

impl Vector {
    /// Brings the values to length 1; `None` if they have no direction, or are no numbers.
    pub fn new(values: &[f32]) -> Option<Self> {
        let length = values
            .iter()
            .map(|value| f64::from(*value).powi(2))
            .sum::<f64>()
            .sqrt();
        let largest = values
            .iter()
            .fold(0.0, |most: f32, value| most.max(value.abs()));
        if !(length.is_finite() && length > 0.0 && largest > 0.0) {
            return None;
        }
        let step = largest / 127.0;
        let values = values.iter().map(|value| (value / step).round() as i8);
        let scale = (f64::from(step) / length) as f32;
        Self::from_parts(scale, values.collect())
    }

    /// Takes a vector apart that was put together with [`scale`](Self::scale) and
    /// [`values`](Self::values); `None` if it is none.
    pub fn from_parts(scale: f32, values: Vec<i8>) -> Option<Self> {
        (scale.is_finite() && scale > 0.0 && !values.is_empty()).then(|| Self {
            scale,
            values: values.into(),
        })
    }

    /// The size of the steps that the values are counted in.
    pub fn scale(&self) -> f32 {
        self.scale
    }

    /// The values in steps of the scale.
    pub fn values(&self) -> &[i8] {
        &self.values
    }
}

impl fmt::Debug for Vector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vector")
            .field("dimension", &self.values.len())
            .finish_non_exhaustive()
    }
}

impl Vectors {
    /// Keeps one vector for each passage; those of another dimension than the first one's are
    /// left out.
    pub(crate) fn new(vectors: Vec<Option<Vector>>) -> Self {
        let dimension = vectors
            .iter()
            .flatten()
            .map(|vector| vector.values.len())
            .next()
            .unwrap_or_default();
        let mut kept = Self {
            dimension,
            scales: Vec::with_capacity(vectors.len()),
            values: Vec::with_capacity(vectors.len() * dimension),
        };
        for vector in vectors {
            match vector {
                Some(vector) if vector.values.len() == dimension => {
                    kept.scales.push(vector.scale);
                    kept.values.extend_from_slice(&vector.values);
                }
                Some(_) | None => {
                    kept.scales.push(0.0);
                    kept.values.resize(kept.values.len() + dimension, 0);
                }
            }
        }
        kept
    }

    /// How many passages have a vector.
    pub(crate) fn count(&self) -> usize {
        self.scales.iter().filter(|scale| **scale > 0.0).count()
    }

    /// How near a passage is, from -1 to 1; `None` without a vector of the same dimension.
    pub(super) fn nearness(&self, position: usize, to: &Vector) -> Option<f32> {
        let scale = *self.scales.get(position)?;
        if to.values.len() != self.dimension || scale == 0.0 {
            return None;
        }
        let start = position * self.dimension;
        let values = &self.values[start..start + self.dimension];
        Some(product(values, &to.values) as f32 * scale * to.scale)
    }

    /// The nearest passages, nearest first, with their nearness.
    pub(super) fn nearest(&self, to: &Vector, limit: usize) -> Vec<(usize, f32)> {
        if to.values.len() != self.dimension || limit == 0 {
            return Vec::new();
        }
        let passages = self.values.chunks_exact(self.dimension.max(1));
        let mut found: Vec<_> = passages
            .zip(&self.scales)
            .enumerate()
            .filter(|(_, (_, scale))| **scale > 0.0)
            .map(|(position, (values, scale))| {
                (
                    position,
                    product(values, &to.values) as f32 * scale * to.scale,
                )
            })
            .collect();
        let by_nearness = |one: &(usize, f32), other: &(usize, f32)| {
            other.1.total_cmp(&one.1).then(one.0.cmp(&other.0))
        };
        if found.len() > limit {
            found.select_nth_unstable_by(limit, by_nearness);
            found.truncate(limit);
        }
        found.sort_unstable_by(by_nearness);
        found
    }
}

impl fmt::Debug for Vectors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vectors")
            .field("dimension", &self.dimension)
            .field("count", &self.count())
            .finish_non_exhaustive()
    }
}

/// The sum of products; it cannot overflow below 130,000 dimensions.
fn product(one: &[i8], other: &[i8]) -> i32 {
    one.iter()
        .zip(other)
        .map(|(one, other)| i32::from(i16::from(*one) * i16::from(*other)))
        .sum()
}
