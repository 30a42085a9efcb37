//! Stands between the decoder and the readers: stops what may never be seen before any of it is
//! released, and holds nothing back but a beginning that could still become that.

mod automaton;
mod claims;
mod lane;

use std::sync::Arc;

use kaucim_decks::Tone;

pub(crate) use self::automaton::{Automaton, Pattern};
use self::{
    claims::Claims,
    lane::{Lane, Marks},
};
use crate::{
    checks::{Finding, Known},
    neighbours::Neighbours,
};

/// Stands in every system prompt and nowhere else: a model that writes it repeats its prompt.
pub(crate) const CANARY: &str = "zq-lantern-7f3a91c2e4";

/// How many characters before a claim can deny it.
const BEFORE: usize = 32;

/// What one reading is watched for.
#[derive(Debug)]
pub(crate) struct Watch {
    neighbours: Arc<Neighbours>,
    /// Patterns of the neighbours that stand in what belongs to the reading, such as a verse that
    /// two lots share; sorted.
    allowed: Vec<usize>,
    claims: &'static Claims,
}

impl Watch {
    pub(crate) fn new(neighbours: Arc<Neighbours>, known: &Known, tone: Option<Tone>) -> Self {
        let allowed = neighbours.verses_in(known.folded());
        Self {
            neighbours,
            allowed,
            claims: Claims::of(tone == Some(Tone::Warning)),
        }
    }
}

/// Reads the text of one section as it comes.
#[derive(Debug)]
pub(crate) struct Guard {
    watch: Arc<Watch>,
    verses: Lane,
    claims: Lane,
    /// What is not released yet.
    held: String,
    /// Bytes of the section before `held`, and before what may not be shown yet.
    released: usize,
    shown: usize,
}

/// What may be shown, and what was found behind it, if anything was: then the section is over.
#[derive(Debug)]
pub(crate) struct Released {
    pub(crate) text: String,
    pub(crate) hit: Option<Finding>,
}

impl Guard {
    pub(crate) fn new(watch: &Arc<Watch>) -> Self {
        Self {
            verses: Lane::new(watch.neighbours.automaton(), Marks::Skipped),
            claims: Lane::new(&watch.claims.automaton, Marks::Blank),
            watch: Arc::clone(watch),
            held: String::new(),
            released: 0,
            shown: 0,
        }
    }

    /// Takes the next piece of the section; pieces may be cut anywhere.
    pub(crate) fn push(&mut self, piece: &str) -> Released {
        for c in piece.chars() {
            if let Some(hit) = self.step(c) {
                return self.release(Some(hit));
            }
        }
        self.release(None)
    }

    /// The section has ended: what was held back is released, unless its end makes it a match.
    pub(crate) fn end(mut self) -> Released {
        let watch = Arc::clone(&self.watch);
        let mut hit = None;
        let at = self.released + self.held.len();
        self.claims.end(&watch.claims.automaton, at, |claim, read| {
            hit = hit.take().or_else(|| watch.claim(claim, read));
        });
        if hit.is_none() {
            self.shown = at;
        }
        self.release(hit)
    }

    fn step(&mut self, c: char) -> Option<Finding> {
        let watch = &self.watch;
        let start = self.released + self.held.len();
        self.held.push(c);
        let end = self.released + self.held.len();
        let mut hit = None;
        let [verses, claims] = [watch.neighbours.automaton(), &watch.claims.automaton];
        self.verses.step(verses, c, start, |pattern, _| {
            if hit.is_none() && watch.allowed.binary_search(&pattern).is_err() {
                hit = Some(watch.neighbours.finding(pattern));
            }
        });
        self.claims.step(claims, c, start, |claim, read| {
            hit = hit.take().or_else(|| watch.claim(claim, read));
        });
        if hit.is_none() {
            let of_verses = self.verses.shown(verses, &watch.allowed, end);
            let of_claims = self.claims.shown(claims, &[], end);
            self.shown = self.shown.max(of_verses.min(of_claims));
        }
        hit
    }

    fn release(&mut self, hit: Option<Finding>) -> Released {
        let rest = self.held.split_off(self.shown - self.released);
        self.released = self.shown;
        Released {
            text: std::mem::replace(&mut self.held, rest),
            hit,
        }
    }
}

impl Watch {
    /// What else is in the library.
    pub(crate) fn neighbours(&self) -> &Neighbours {
        &self.neighbours
    }

    /// What a text takes from another lot or from the prompt; the text is folded already.
    pub(crate) fn stranger(&self, folded: &str) -> Option<Finding> {
        let automaton = self.neighbours.automaton();
        let mut state = automaton.start();
        folded.chars().find_map(|c| {
            state = automaton.next(state, c);
            let mut ends = automaton.ends(state);
            let stranger = ends.find(|end| self.allowed.binary_search(end).is_err())?;
            Some(self.neighbours.finding(stranger))
        })
    }

    fn claim(&self, claim: usize, read: &mut dyn Iterator<Item = char>) -> Option<Finding> {
        let (check, claimed) = self.claims.check(claim, read)?;
        Some(Finding {
            check,
            fault: Some(format!("stopped at `{claimed}`")),
        })
    }
}

#[cfg(test)]
mod tests;
