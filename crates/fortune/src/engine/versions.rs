//! Versions of sections that failed: what a model is told of them, and which is sealed in the end
//! when nothing better has come.

use std::collections::BTreeMap;

use crate::{SectionId, Version, checks, prompt::Remark};

/// What has failed so far in a reading.
#[derive(Debug, Default)]
pub(super) struct Versions {
    /// What was wrong with each section: of the last version first-hand, of earlier ones by name.
    remarks: BTreeMap<SectionId, Vec<Remark>>,
    /// The best whole version of each section that may be sealed, and how far it is from passing.
    best: BTreeMap<SectionId, (u32, Version)>,
}

impl Versions {
    /// Begins with what earlier tries of the reading have left.
    pub(super) fn new(kept: Vec<Version>) -> Self {
        let mut versions = Self::default();
        for version in kept {
            versions.keep(version);
        }
        versions
    }

    pub(super) fn remarks(&self) -> &BTreeMap<SectionId, Vec<Remark>> {
        &self.remarks
    }

    /// A version has failed for this. What failed before stays named, so that a model that mends
    /// one fault does not fall back into another.
    pub(super) fn fail(&mut self, section: SectionId, faults: Vec<Remark>) {
        let told = self.remarks.entry(section).or_default();
        for remark in &mut *told {
            remark.quoted.clear();
        }
        for fault in faults {
            match told.iter_mut().find(|remark| remark.fault == fault.fault) {
                Some(remark) => *remark = fault,
                None => told.push(fault),
            }
        }
    }

    /// Keeps a whole version unless it may never be sealed or an earlier one is as good; says
    /// whether it is kept.
    pub(super) fn keep(&mut self, version: Version) -> bool {
        let Some(distance) = distance(&version) else {
            return false;
        };
        let section = version.section.section;
        let is_better = self
            .best
            .get(&section)
            .is_none_or(|(best, _)| distance < *best);
        if is_better {
            self.best.insert(section, (distance, version));
        }
        is_better
    }

    pub(super) fn take_best(&mut self, section: SectionId) -> Option<Version> {
        self.best.remove(&section).map(|(_, version)| version)
    }
}

/// How far a version is from passing its checks; `None` when it may never be sealed.
fn distance(version: &Version) -> Option<u32> {
    let failed = version.section.checks.iter().filter(|check| !check.passed);
    failed.map(|check| weight(&check.check)).sum()
}

/// How much a failed check weighs; `None` when no reader may be left with such a text.
pub(super) fn weight(check: &str) -> Option<u32> {
    match check {
        // Says what is not true of the lot.
        checks::QUOTATION | checks::STRANGER => Some(4),
        checks::COVERAGE => Some(2),
        checks::REPETITION | checks::AGAIN | checks::LENGTH => Some(1),
        // Another language, no text, a promise, a prognosis, a threat, a sale, a made-up figure, the
        // deity's own voice, the model's own affairs, and whatever was stopped before it was shown.
        _ => None,
    }
}
