//! The bytes of one file: what is durable, what programs see, and what lies between the two.

use std::ops::Range;

use crate::random::Random;

/// A power loss tears writes here. SQLite is told the same size.
pub(crate) const SECTOR: usize = 512;

/// The content of a file.
#[derive(Debug, Default)]
pub(crate) struct Bytes {
    /// Is there after any power loss.
    durable: Vec<u8>,
    /// Is what reads see: all that was written, in order.
    seen: Vec<u8>,
    /// Has been written since the last sync, in order.
    unsynced: Vec<Change>,
}

#[derive(Debug)]
enum Change {
    Write { offset: usize, bytes: Vec<u8> },
    Truncate { length: usize },
}

/// What becomes of one change when the power goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Whole,
    Missing,
    Torn,
}

/// How much of its cache a disk still writes when the power goes. One for all files, since a
/// power loss that takes everything and one that takes nothing are worth their own share.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mood {
    /// Changes in a hundred that stay whole.
    whole: usize,
    /// Of the others, those in a hundred that are torn.
    torn: usize,
}

impl Mood {
    pub(crate) fn draw(random: &mut Random) -> Self {
        let whole = [0, 10, 50, 50, 90, 100][random.below(6)];
        let torn = [0, 30, 60, 100][random.below(4)];
        Self { whole, torn }
    }

    fn fate(self, random: &mut Random) -> Fate {
        if random.below(100) < self.whole {
            Fate::Whole
        } else if random.below(100) < self.torn {
            Fate::Torn
        } else {
            Fate::Missing
        }
    }
}

impl Bytes {
    pub(crate) fn seen(&self) -> &[u8] {
        &self.seen
    }

    pub(crate) fn length(&self) -> usize {
        self.seen.len()
    }

    pub(crate) fn write(&mut self, offset: usize, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        put(&mut self.seen, offset, bytes);
        let bytes = bytes.to_vec();
        self.unsynced.push(Change::Write { offset, bytes });
    }

    pub(crate) fn truncate(&mut self, length: usize) {
        self.seen.resize(length, 0);
        self.unsynced.push(Change::Truncate { length });
    }

    /// Makes durable all that was written.
    pub(crate) fn sync(&mut self) {
        for change in self.unsynced.drain(..) {
            change.apply(&mut self.durable);
        }
    }

    /// Writes what chance leaves of the unsynced changes and forgets the rest, while reads go on
    /// seeing all. `tear_last` says that the last change was being written.
    pub(crate) fn settle(&mut self, mood: Mood, tear_last: bool, random: &mut Random) {
        let last = self.unsynced.len();
        for (number, change) in self.unsynced.drain(..).enumerate() {
            let fate = if tear_last && number + 1 == last {
                Fate::Torn
            } else {
                mood.fate(random)
            };
            match fate {
                Fate::Whole => change.apply(&mut self.durable),
                Fate::Missing => change.miss(&mut self.durable, random),
                Fate::Torn => change.tear(&mut self.durable, random),
            }
        }
    }

    /// Reads see what is durable, as after a start of the machine.
    pub(crate) fn forget_cache(&mut self) {
        self.unsynced.clear();
        self.seen.clone_from(&self.durable);
    }

    /// Flips all bits of the bytes in `range`, as far as they exist; says how many.
    pub(crate) fn damage(&mut self, range: Range<usize>) -> usize {
        let flip = |bytes: &mut [u8]| {
            let found = bytes.iter_mut().skip(range.start).take(range.len());
            found.map(|byte| *byte ^= 0xff).count()
        };
        flip(&mut self.durable);
        flip(&mut self.seen)
    }

    /// Whether `needle` stands in what reads see.
    pub(crate) fn shows(&self, needle: &[u8]) -> bool {
        holds(&self.seen, needle)
    }

    /// Whether `needle` stands in anything that a power loss may leave or bring back.
    pub(crate) fn keeps(&self, needle: &[u8]) -> bool {
        let unsynced = self.unsynced.iter().any(|change| match change {
            Change::Write { bytes, .. } => holds(bytes, needle),
            Change::Truncate { .. } => false,
        });
        self.shows(needle) || holds(&self.durable, needle) || unsynced
    }
}

impl Change {
    fn apply(&self, to: &mut Vec<u8>) {
        match self {
            Self::Write { offset, bytes } => put(to, *offset, bytes),
            Self::Truncate { length } => to.resize(*length, 0),
        }
    }

    /// A write that is missing may leave its length, since the length of a file is kept elsewhere
    /// than its bytes. What stands there then is what the disk held before: anything.
    fn miss(&self, to: &mut Vec<u8>, random: &mut Random) {
        let Self::Write { offset, bytes } = self else {
            return;
        };
        let end = offset + bytes.len();
        if end > to.len() && random.below(4) == 0 {
            let is_junk = random.below(2) == 0;
            while to.len() < end {
                to.push(if is_junk { random.next() as u8 } else { 0 });
            }
        }
    }

    /// A torn write leaves its beginning, or some of its sectors; a truncate is all or nothing.
    fn tear(&self, to: &mut Vec<u8>, random: &mut Random) {
        let Self::Write { offset, bytes } = self else {
            if random.below(2) == 0 {
                self.apply(to);
            }
            return;
        };
        let pieces = sectors(*offset, bytes.len());
        let in_order = random.below(2) == 0;
        let kept = random.below(pieces.len());
        for (number, piece) in pieces.into_iter().enumerate() {
            let stays = if in_order {
                number < kept
            } else {
                random.below(2) == 0
            };
            if stays {
                put(to, offset + piece.start, &bytes[piece]);
            }
        }
        self.miss(to, random);
    }
}

/// The parts of a write of `length` bytes at `offset` that lie in one sector each.
fn sectors(offset: usize, length: usize) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let mut start = 0;
    while start < length {
        let end = (start + SECTOR - (offset + start) % SECTOR).min(length);
        pieces.push(start..end);
        start = end;
    }
    pieces
}

fn put(to: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    let end = offset + bytes.len();
    if to.len() < end {
        to.resize(end, 0);
    }
    to[offset..end].copy_from_slice(bytes);
}

fn holds(bytes: &[u8], needle: &[u8]) -> bool {
    let Some(first) = needle.first() else {
        return true;
    };
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| byte == first) {
        if rest[at..].starts_with(needle) {
            return true;
        }
        rest = &rest[at + 1..];
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: u8 = 1;
    const NEW: u8 = 2;

    /// What power losses leave of one write over old bytes, for many seeds.
    fn after_power_loss(offset: usize, length: usize, mood: Mood) -> Vec<Vec<u8>> {
        let lives = (0..200).map(|seed| {
            let mut bytes = Bytes::default();
            bytes.write(0, &[OLD; 3 * SECTOR]);
            bytes.sync();
            bytes.write(offset, &vec![NEW; length]);
            bytes.settle(mood, false, &mut Random::new(seed));
            bytes.forget_cache();
            bytes.seen().to_vec()
        });
        lives.collect()
    }

    #[test]
    fn a_write_is_torn_between_sectors_and_nowhere_else() {
        let torn = Mood {
            whole: 0,
            torn: 100,
        };
        let mut kinds = std::collections::BTreeSet::new();
        for bytes in after_power_loss(100, 3 * SECTOR - 200, torn) {
            let starts = [100, SECTOR, 2 * SECTOR, 3 * SECTOR - 100];
            for piece in starts.windows(2) {
                let piece = &bytes[piece[0]..piece[1]];
                assert!(piece.iter().all(|byte| *byte == piece[0]), "torn inside");
            }
            assert!(bytes[..100].iter().all(|byte| *byte == OLD), "spilled");
            assert_eq!(bytes[3 * SECTOR - 1], OLD, "spilled");
            kinds.insert(starts.map(|start| bytes[start.min(3 * SECTOR - 101)]));
        }
        assert!(kinds.len() >= 6, "only {kinds:?}");
    }

    #[test]
    fn what_is_synced_stays_and_what_is_not_may_go() {
        for (whole, expected) in [(0, OLD), (100, NEW)] {
            for bytes in after_power_loss(0, SECTOR, Mood { whole, torn: 0 }) {
                assert_eq!(bytes[0], expected);
                assert_eq!(bytes.len(), 3 * SECTOR);
            }
        }
    }

    #[test]
    fn a_missing_write_may_leave_its_length() {
        let missing = Mood { whole: 0, torn: 0 };
        let lives = after_power_loss(3 * SECTOR, SECTOR, missing);
        let longer = lives.iter().filter(|bytes| bytes.len() == 4 * SECTOR);
        assert!((20..100).contains(&longer.count()));
        assert!(lives.iter().all(|bytes| bytes.len() % SECTOR == 0));
    }

    #[test]
    fn later_writes_can_outlive_earlier_ones() {
        let half = Mood { whole: 50, torn: 0 };
        let found = (0..50).any(|seed| {
            let mut bytes = Bytes::default();
            bytes.write(0, &[OLD]);
            bytes.write(1, &[NEW]);
            bytes.settle(half, false, &mut Random::new(seed));
            bytes.forget_cache();
            bytes.seen() == [0, NEW]
        });
        assert!(found, "writes are never reordered");
    }
}
