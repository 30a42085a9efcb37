//! How often each problem was told, for the figures.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

/// Counts since the start, by code. Codes are our own words, so there are few.
#[derive(Default)]
pub(crate) struct Refusals {
    counts: Mutex<BTreeMap<&'static str, u64>>,
}

impl Refusals {
    pub(crate) fn count(&self, code: &'static str) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry(code).or_default() += 1;
    }

    pub(crate) fn all(&self) -> BTreeMap<&'static str, u64> {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.clone()
    }
}
