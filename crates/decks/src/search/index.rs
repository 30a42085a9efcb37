//! What a deck is searched by: its passages, their names, its verdicts, and where words occur.

use std::{
    collections::BTreeMap,
    fmt,
    ops::Range,
    sync::{Arc, OnceLock},
};

use crate::{
    Grade, Language, Lot, Topic,
    search::{
        lookup::{self, Lookup, Names},
        passage::{self, Passage},
        terms::Term,
        topical,
        words::Words,
    },
};

/// The passages of a deck, and what they are found by.
pub(crate) struct Index {
    /// Numbered from 1 without a gap.
    lots: Vec<Arc<Lot>>,
    passages: Vec<Passage>,
    /// Which passages are of a lot, by number less one.
    ranges: Vec<Range<usize>>,
    names: Names,
    verdicts: BTreeMap<(Topic, Language), Vec<usize>>,
    /// Made by whoever comes first: it takes longer than all else that a start does.
    words: OnceLock<Words>,
}

impl Index {
    /// Indexes lots that are numbered from 1 without a gap.
    pub(crate) fn of(lots: Vec<Arc<Lot>>, grades: &[Grade], verse: Language) -> Self {
        let mut passages: Vec<Passage> = Vec::new();
        let mut ranges = Vec::with_capacity(lots.len());
        for lot in &lots {
            let start = passages.len();
            passages.extend(passage::passages(lot, verse));
            ranges.push(start..passages.len());
        }
        let grade = |number| grade_rank(&lots, number, grades);
        Self {
            names: lookup::names(&lots, &ranges, &passages),
            verdicts: topical::all_verdicts(&passages, grade),
            lots,
            passages,
            ranges,
            words: OnceLock::new(),
        }
    }

    /// The passages that share the most telling terms with a query: their positions, with their
    /// BM25 scores.
    pub(super) fn hits(&self, wanted: &[Term], limit: usize) -> Vec<(usize, f32)> {
        self.words().hits(wanted, limit)
    }

    /// Makes what the first search would wait for.
    pub(crate) fn warm_up(&self) {
        self.words();
    }

    /// Where words occur; the first one who asks waits until it is known, and so does whoever asks
    /// meanwhile.
    fn words(&self) -> &Words {
        self.words.get_or_init(|| {
            Words::of(&self.passages, &self.lots).expect("an index in memory has no file to fail")
        })
    }

    /// The passages that a query names; positions, each perhaps several times.
    pub(super) fn named<'a>(&'a self, lookup: &'a Lookup) -> impl Iterator<Item = usize> + 'a {
        self.names.named(lookup).map(|position| position as usize)
    }

    /// The positions of the verdicts on a topic in a language, the best grade first.
    pub(super) fn verdicts(&self, topic: Topic, language: Language) -> &[usize] {
        let verdicts = self.verdicts.get(&(topic, language));
        verdicts.map_or(&[], Vec::as_slice)
    }

    /// The passage at a position.
    pub(super) fn passage(&self, position: usize) -> &Passage {
        &self.passages[position]
    }

    /// How many passages there are.
    pub(crate) fn count(&self) -> usize {
        self.passages.len()
    }

    /// All passages, lot by lot.
    pub(super) fn passages(&self) -> &[Passage] {
        &self.passages
    }

    /// The positions of all passages of a lot of the deck.
    pub(super) fn positions_of(&self, number: u32) -> Range<usize> {
        let at = (number as usize).checked_sub(1);
        at.and_then(|at| self.ranges.get(at))
            .cloned()
            .unwrap_or_default()
    }
}

impl fmt::Debug for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Index")
            .field("passages", &self.passages.len())
            .finish_non_exhaustive()
    }
}

/// The place of a lot's grade among the deck's, after all of them for a lot without one.
fn grade_rank(lots: &[Arc<Lot>], number: u32, grades: &[Grade]) -> usize {
    let lot = lots.get((number as usize).wrapping_sub(1));
    let grade = lot.and_then(|lot| lot.grade.as_ref());
    grades
        .iter()
        .position(|one| Some(&one.word) == grade)
        .unwrap_or(grades.len())
}
