//! One way of reading a text for patterns: what its characters come to, and how far they may be
//! shown.

use std::collections::VecDeque;

use super::automaton::{Automaton, State};
use crate::script::folded;

/// More marks than this between two characters end whatever had begun. So what is held back has
/// a bound, however many blanks a model writes.
const MOST_MARKS: usize = 12;
/// How many characters before a match are remembered: a clause of Chinese, a few English words.
const CONTEXT: usize = 40;

/// Whether marks and blanks are seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marks {
    /// A verse is the same verse however it is set.
    Skipped,
    /// Each run of them is one blank, and so is the border of a word in Latin script: a claim is
    /// made of whole words and ends where its clause does.
    Blank,
}

/// Where one automaton stands in a text.
#[derive(Debug)]
pub(super) struct Lane {
    marks: Marks,
    state: State,
    /// The last characters as they are compared, and at which byte of the text each began.
    recent: VecDeque<(char, usize)>,
    kept: usize,
    marks_in_a_row: usize,
}

impl Lane {
    pub(super) fn new(automaton: &Automaton, marks: Marks) -> Self {
        let mut lane = Self {
            marks,
            state: automaton.start(),
            recent: VecDeque::new(),
            kept: automaton.longest() + CONTEXT,
            marks_in_a_row: 0,
        };
        lane.blank(automaton, 0);
        lane
    }

    /// Reads the character that begins at this byte. Calls back for every pattern that ends, with
    /// the characters before it.
    pub(super) fn step(
        &mut self,
        automaton: &Automaton,
        c: char,
        start: usize,
        mut found: impl FnMut(usize, &mut dyn Iterator<Item = char>),
    ) {
        match folded(c) {
            Some(c) => {
                self.marks_in_a_row = 0;
                if self.recent.back().is_some_and(|last| is_border(last.0, c)) {
                    self.blank(automaton, start);
                    self.report(automaton, &mut found);
                }
                self.advance(automaton, c, start);
                self.report(automaton, &mut found);
            }
            // Apostrophes are inside of words.
            None if matches!(c, '\'' | '’') => {}
            None => {
                self.marks_in_a_row += 1;
                if self.blank(automaton, start) {
                    self.report(automaton, &mut found);
                }
                if self.marks_in_a_row == MOST_MARKS {
                    self.state = automaton.start();
                }
            }
        }
    }

    /// Up to which byte the text may be shown that was read to the byte `end`, where these
    /// patterns, which are sorted, may be seen.
    pub(super) fn shown(&self, automaton: &Automaton, allowed: &[usize], end: usize) -> usize {
        match automaton.held(self.state, allowed) {
            0 => end,
            held => self.recent[self.recent.len() - held].1,
        }
    }

    /// The text has ended, which is a border like any other.
    pub(super) fn end(
        &mut self,
        automaton: &Automaton,
        at: usize,
        mut found: impl FnMut(usize, &mut dyn Iterator<Item = char>),
    ) {
        if self.blank(automaton, at) {
            self.report(automaton, &mut found);
        }
    }

    /// Reads a blank, unless blanks are not seen or one was read last.
    fn blank(&mut self, automaton: &Automaton, start: usize) -> bool {
        let is_new =
            self.marks == Marks::Blank && self.recent.back().is_none_or(|last| last.0 != ' ');
        if is_new {
            self.advance(automaton, ' ', start);
        }
        is_new
    }

    fn advance(&mut self, automaton: &Automaton, c: char, start: usize) {
        self.state = automaton.next(self.state, c);
        if self.recent.len() == self.kept {
            self.recent.pop_front();
        }
        self.recent.push_back((c, start));
    }

    fn report(
        &self,
        automaton: &Automaton,
        found: &mut impl FnMut(usize, &mut dyn Iterator<Item = char>),
    ) {
        for pattern in automaton.ends(self.state) {
            found(
                pattern,
                &mut self.recent.iter().rev().map(|recent| recent.0),
            );
        }
    }
}

/// Whether a word in Latin script begins or ends between the two.
fn is_border(before: char, after: char) -> bool {
    let is_latin = |c: char| c < '\u{2000}';
    before != ' ' && is_latin(before) != is_latin(after)
}
