//! Lots by what is printed on them in words: title, story, and lines of the verse, also with a few
//! wrong signs, in another order, or with other words around them.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

mod within;

use self::within::WholeLines;
use super::{Entry, How, MOST};
use crate::{Lot, numerals, search::folded};

/// Texts whose signs are compared one by one, those with the most in common first.
const MOST_COMPARED: usize = 200;

/// Letters of an alphabet say less than signs: so many of them at least are a text to look for.
const FEWEST_LETTERS: usize = 8;

/// How sure a part of a text is whose signs are all right, by how many there are: two, three, more.
const OF_PART: [f64; 3] = [0.4, 0.6, 0.9];

/// All that can be found, in the form in which it is compared.
#[derive(Debug)]
pub(super) struct Lines {
    titles: HashMap<Vec<char>, Vec<u32>>,
    /// Verses, stories, and titles without a number: with one, another sign or a part would be
    /// another lot's title.
    lines: Vec<Line>,
    /// In which texts a sign stands.
    places: HashMap<char, Vec<usize>>,
    whole: WholeLines,
}

#[derive(Debug)]
struct Line {
    lot: u32,
    how: How,
    signs: Vec<char>,
    /// Where lines of the text begin, and where the last one ends.
    bounds: BTreeSet<usize>,
}

/// How well a text stands in a line.
struct Fit {
    distance: usize,
    is_whole: bool,
}

impl Lines {
    pub(super) fn of(lots: &[Arc<Lot>]) -> Self {
        let mut titles: HashMap<_, Vec<u32>> = HashMap::new();
        let mut lines = Vec::new();
        for lot in lots {
            titles
                .entry(signs(&lot.title))
                .or_default()
                .push(lot.number);
            if !lot.title.contains(numerals::is_sign) {
                lines.push(Line::of(lot.number, How::Title, [lot.title.as_str()]));
            }
            let stories = lot.allusions.iter().map(|story| story.title.as_str());
            let stories: BTreeSet<_> = stories.filter(|title| !title.is_empty()).collect();
            lines.push(Line::of(lot.number, How::Verse, &lot.verse));
            lines.extend(
                stories
                    .into_iter()
                    .map(|title| Line::of(lot.number, How::Story, [title])),
            );
        }
        lines.retain(|line| !line.signs.is_empty());
        let mut places: HashMap<char, Vec<usize>> = HashMap::new();
        for (place, line) in lines.iter().enumerate() {
            for sign in line.signs.iter().collect::<BTreeSet<_>>() {
                places.entry(*sign).or_default().push(place);
            }
        }
        Self {
            titles,
            whole: WholeLines::of(&lines),
            lines,
            places,
        }
    }

    /// The lots of exactly this title, if there are any.
    pub(super) fn titled(&self, text: &str) -> Option<Vec<Entry>> {
        let signs = signs(text);
        let lots = self.titles.get(&signs).filter(|_| !signs.is_empty())?;
        let score = if lots.len() == 1 { 1.0 } else { OF_PART[2] };
        let entry = |lot: &u32| Entry::new(*lot, How::Title, score);
        Some(lots.iter().map(entry).collect())
    }

    /// The lots whose texts hold these words, the likeliest first.
    pub(super) fn find(&self, text: &str) -> Vec<Entry> {
        let wanted = signs(text);
        let has_signs = wanted.iter().any(|c| !c.is_ascii());
        if wanted.len() < if has_signs { 2 } else { FEWEST_LETTERS } {
            return Vec::new();
        }
        let alike = self.alike(&wanted).filter_map(|line| {
            let fit = line.fit(&wanted)?;
            Some(Entry::new(line.lot, line.how, fit.score(wanted.len())))
        });
        let mut best: BTreeMap<u32, Entry> = BTreeMap::new();
        for entry in alike.chain(self.whole.find(&wanted)) {
            let known = best.entry(entry.number).or_insert_with(|| entry.clone());
            if entry.score > known.score {
                *known = entry;
            }
        }
        let mut found: Vec<_> = best.into_values().collect();
        found.sort_by(|one, other| other.score.total_cmp(&one.score));
        let as_good = |entry: &&Entry| entry.score == found[0].score;
        if found.iter().filter(as_good).count() > MOST {
            // It stands everywhere, and says nothing of which.
            return Vec::new();
        }
        let are_certain = found.iter().filter(|entry| entry.is_certain()).count();
        if are_certain == 1 {
            // Whole and alone: what is merely alike is not meant.
            found.truncate(1);
        } else {
            for entry in found.iter_mut().take(are_certain) {
                entry.score = OF_PART[2];
            }
        }
        found
    }

    /// The texts that have enough signs in common with what is wanted.
    fn alike(&self, wanted: &[char]) -> impl Iterator<Item = &Line> {
        let mut common = vec![0_usize; self.lines.len()];
        for sign in wanted {
            for place in self.places.get(sign).into_iter().flatten() {
                common[*place] += 1;
            }
        }
        let least = wanted.len() - allowed(wanted.len());
        let mut alike: Vec<_> = (0..common.len())
            .filter(|place| common[*place] >= least)
            .collect();
        alike.sort_by_key(|place| std::cmp::Reverse(common[*place]));
        alike.truncate(MOST_COMPARED);
        alike.into_iter().map(|place| &self.lines[place])
    }
}

impl Line {
    fn of(lot: u32, how: How, texts: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let mut all = Vec::new();
        let mut bounds = BTreeSet::from([0]);
        for text in texts {
            all.extend(signs(text.as_ref()));
            bounds.insert(all.len());
        }
        Self {
            lot,
            how,
            signs: all,
            bounds,
        }
    }

    /// How the wanted signs stand in this text, unless too many are wrong.
    fn fit(&self, wanted: &[char]) -> Option<Fit> {
        let exact = self
            .signs
            .windows(wanted.len())
            .enumerate()
            .filter(|(_, window)| *window == wanted)
            .map(|(start, _)| start);
        let ends = |start: usize| [start, start + wanted.len()];
        let is_whole = |start| ends(start).iter().all(|end| self.bounds.contains(end));
        let mut exact = exact.peekable();
        if exact.peek().is_some() {
            return Some(Fit {
                distance: 0,
                is_whole: exact.any(is_whole),
            });
        }
        let distance = distance(wanted, &self.signs);
        (distance <= allowed(wanted.len())).then_some(Fit {
            distance,
            is_whole: false,
        })
    }
}

impl Fit {
    fn score(&self, wanted: usize) -> f64 {
        if self.is_whole {
            return 1.0;
        }
        let of_part = OF_PART[wanted.clamp(2, 4) - 2];
        let wrong = u32::try_from(self.distance).unwrap_or(u32::MAX);
        let wanted = u32::try_from(wanted).unwrap_or(u32::MAX);
        of_part * (1.0 - f64::from(wrong) / f64::from(wanted))
    }
}

/// What counts of a text: letters and digits, with both Chinese scripts as one.
pub(super) fn signs(text: &str) -> Vec<char> {
    folded(text)
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect()
}

/// How many signs may be wrong, missing or too many.
fn allowed(wanted: usize) -> usize {
    match wanted {
        0..4 => 0,
        4..7 => 1,
        7..12 => 2,
        more => more / 5,
    }
}

/// The fewest changes that make the wanted signs a part of a text (Sellers 1980).
fn distance(wanted: &[char], text: &[char]) -> usize {
    let mut above = vec![0; text.len() + 1];
    for (row, sign) in wanted.iter().enumerate() {
        let mut present = Vec::with_capacity(above.len());
        present.push(row + 1);
        for (column, other) in text.iter().enumerate() {
            let replaced = above[column] + usize::from(sign != other);
            present.push(replaced.min(above[column + 1] + 1).min(present[column] + 1));
        }
        above = present;
    }
    above.into_iter().min().unwrap_or(wanted.len())
}
