//! Whole lines of verses inside what was typed: in any order, as a slip printed in columns is
//! copied, and with other words around them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Entry, How, Line, OF_PART};

/// Signs of the shortest line that is looked for; a shorter one may be anybody's words.
const SHORTEST: usize = 5;

/// Likewise of a line that is written in an alphabet.
const SHORTEST_OF_LETTERS: usize = 16;

/// The lines of all verses, each with the lots that have it.
#[derive(Debug, Default)]
pub(super) struct WholeLines {
    lots: HashMap<Vec<char>, BTreeSet<u32>>,
    /// How long the lines are.
    lengths: BTreeSet<usize>,
}

impl WholeLines {
    pub(super) fn of(lines: &[Line]) -> Self {
        let mut whole = Self::default();
        for verse in lines.iter().filter(|line| line.how == How::Verse) {
            let bounds: Vec<usize> = verse.bounds.iter().copied().collect();
            for line in bounds.windows(2).map(|ends| &verse.signs[ends[0]..ends[1]]) {
                if is_telling(line) {
                    whole.lengths.insert(line.len());
                    let lots = whole.lots.entry(line.to_vec()).or_default();
                    lots.insert(verse.lot);
                }
            }
        }
        whole
    }

    /// The lots of whose verses a line or more is in a text. Certain where lines of the lot are all
    /// there is; else the surer, the more of all lines in the text are of this lot.
    pub(super) fn find(&self, wanted: &[char]) -> Vec<Entry> {
        let mut found: BTreeMap<u32, BTreeSet<usize>> = BTreeMap::new();
        for start in 0..wanted.len() {
            for length in &self.lengths {
                let Some(piece) = wanted.get(start..start + length) else {
                    break;
                };
                for lot in self.lots.get(piece).into_iter().flatten() {
                    found.entry(*lot).or_default().extend(start..start + length);
                }
            }
        }
        let of_any = found.values().flatten().collect::<BTreeSet<_>>().len();
        found
            .iter()
            .map(|(lot, covered)| {
                let score = match covered.len() {
                    all if all == wanted.len() => 1.0,
                    some => OF_PART[2] * part(some, of_any),
                };
                Entry::new(*lot, How::Verse, score)
            })
            .collect()
    }
}

/// Whether a line says which lot it is of, wherever it stands.
fn is_telling(line: &[char]) -> bool {
    let is_of_letters = line.iter().all(char::is_ascii);
    line.len()
        >= if is_of_letters {
            SHORTEST_OF_LETTERS
        } else {
            SHORTEST
        }
}

fn part(some: usize, all: usize) -> f64 {
    let number = |count| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    number(some) / number(all.max(1))
}
