//! Finds many patterns in characters that come one by one (Aho and Corasick, 1975).
//!
//! The well-known crate for this works on bytes that are all there, or on a reader that it pulls;
//! it does not tell how much of what was read may still become a match, which is what is asked here.

use std::collections::BTreeMap;

const NONE: u32 = u32::MAX;

/// A set of patterns, each known by its place in the list that it was built from.
#[derive(Debug)]
pub(crate) struct Automaton {
    /// The root first, then by depth.
    nodes: Vec<Node>,
    /// The ways on of every node, sorted by character, one node after the other.
    ways: Vec<(char, u32)>,
    longest: usize,
}

/// A place in the automaton: the longest end of what was read that begins a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct State(u32);

/// A pattern, and how many of its first characters may be seen before it is known to go on.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    pub(crate) text: String,
    pub(crate) shown: usize,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    first_way: u32,
    ways: u16,
    /// How many of the last characters may not be shown here, for the patterns through this place
    /// and for those through any that it falls back to.
    own: u16,
    held: u16,
    /// The pattern that alone can still end on a way from here.
    only: u32,
    /// The place of the longest end of this one that begins a pattern too.
    fallback: u32,
    /// The pattern that ends here.
    pattern: u32,
    /// The next place on the way of fallbacks at which a pattern ends.
    next_end: u32,
}

impl Automaton {
    /// An empty pattern, and one that was there before, is never found.
    pub(crate) fn new(patterns: &[Pattern]) -> Self {
        let mut trie = Trie::default();
        for (place, pattern) in (0..).zip(patterns) {
            trie.insert(place, pattern);
        }
        trie.into_automaton(patterns)
    }

    pub(crate) fn start(&self) -> State {
        State(0)
    }

    pub(crate) fn next(&self, State(mut at): State, c: char) -> State {
        loop {
            if let Some(next) = self.way(at, c) {
                return State(next);
            }
            if at == 0 {
                return State(0);
            }
            at = self.node(at).fallback;
        }
    }

    /// How many of the characters that were read last may not be shown yet. What can become
    /// nothing but an allowed pattern may be; those are sorted.
    pub(crate) fn held(&self, State(mut at): State, allowed: &[usize]) -> usize {
        let mut held = 0;
        while self.node(at).held > held {
            let node = self.node(at);
            if node.only == NONE || allowed.binary_search(&(node.only as usize)).is_err() {
                held = held.max(node.own);
            }
            at = node.fallback;
        }
        held.into()
    }

    /// The patterns that end here, the longest first.
    pub(crate) fn ends(&self, State(at): State) -> impl Iterator<Item = usize> + '_ {
        let first = match self.node(at) {
            node if node.pattern == NONE => node.next_end,
            _ => at,
        };
        let place = |at: u32| (at != NONE).then_some(at);
        std::iter::successors(place(first), move |&at| place(self.node(at).next_end))
            .map(|at| self.node(at).pattern as usize)
    }

    /// Characters of the longest pattern.
    pub(crate) fn longest(&self) -> usize {
        self.longest
    }

    fn node(&self, at: u32) -> &Node {
        &self.nodes[at as usize]
    }

    fn way(&self, at: u32, c: char) -> Option<u32> {
        let node = self.node(at);
        let first = node.first_way as usize;
        let ways = &self.ways[first..first + usize::from(node.ways)];
        ways.binary_search_by_key(&c, |way| way.0)
            .ok()
            .map(|found| ways[found].1)
    }
}

/// The patterns as a tree, while they are put in.
#[derive(Default)]
struct Trie {
    branches: Vec<Branch>,
}

#[derive(Default)]
struct Branch {
    ways: BTreeMap<char, u32>,
    pattern: Option<u32>,
    /// The fewest characters that any pattern through here lets be shown.
    shown: Option<usize>,
    goal: Goal,
}

/// The patterns that a branch leads to.
#[derive(Default, Clone, Copy)]
enum Goal {
    #[default]
    None,
    One(u32),
    Many,
}

impl Goal {
    fn and(self, place: u32) -> Self {
        match self {
            Self::None => Self::One(place),
            Self::One(other) if other == place => self,
            Self::One(_) | Self::Many => Self::Many,
        }
    }
}

impl Trie {
    fn insert(&mut self, place: u32, pattern: &Pattern) {
        if self.branches.is_empty() {
            self.branches.push(Branch::default());
        }
        let mut at = 0;
        let mut way = Vec::new();
        for c in pattern.text.chars() {
            let new = u32::try_from(self.branches.len()).expect("patterns are a few megabytes");
            let next = *self.branches[at].ways.entry(c).or_insert(new);
            if next == new {
                self.branches.push(Branch::default());
            }
            at = next as usize;
            way.push(at);
            let shown = &mut self.branches[at].shown;
            *shown = Some(shown.map_or(pattern.shown, |other| other.min(pattern.shown)));
        }
        if at > 0 {
            let place = *self.branches[at].pattern.get_or_insert(place);
            for at in way {
                self.branches[at].goal = self.branches[at].goal.and(place);
            }
        }
    }

    fn into_automaton(mut self, patterns: &[Pattern]) -> Automaton {
        if self.branches.is_empty() {
            self.branches.push(Branch::default());
        }
        // Branches in the order of their depth, and where each of them comes to stand.
        let mut order = vec![0_usize];
        let mut automaton = Automaton {
            nodes: Vec::with_capacity(self.branches.len()),
            ways: Vec::with_capacity(self.branches.len()),
            longest: patterns
                .iter()
                .map(|one| one.text.chars().count())
                .max()
                .unwrap_or(0),
        };
        let mut depths = vec![0_u16];
        let mut at = 0;
        while at < order.len() {
            let branch = &self.branches[order[at]];
            let first_way = automaton.ways.len() as u32;
            for (&c, &next) in &branch.ways {
                automaton.ways.push((c, order.len() as u32));
                order.push(next as usize);
                depths.push(depths[at].saturating_add(1));
            }
            let shown = branch.shown.unwrap_or(usize::MAX);
            let held = usize::from(depths[at]).saturating_sub(shown) as u16;
            automaton.nodes.push(Node {
                first_way,
                ways: (automaton.ways.len() as u32 - first_way) as u16,
                own: held,
                held,
                only: match branch.goal {
                    Goal::One(place) => place,
                    Goal::None | Goal::Many => NONE,
                },
                fallback: 0,
                pattern: branch.pattern.unwrap_or(NONE),
                next_end: NONE,
            });
            at += 1;
        }
        automaton.link();
        automaton
    }
}

impl Automaton {
    /// Sets the fallbacks, the shallow ones first, and what follows from them.
    fn link(&mut self) {
        for at in 0..self.nodes.len() as u32 {
            let node = *self.node(at);
            let first = node.first_way as usize;
            for way in first..first + usize::from(node.ways) {
                let (c, next) = self.ways[way];
                let State(fallback) = if at == 0 {
                    State(0)
                } else {
                    self.next(State(node.fallback), c)
                };
                let behind = *self.node(fallback);
                let node = &mut self.nodes[next as usize];
                node.fallback = fallback;
                node.held = node.held.max(behind.held);
                node.next_end = if behind.pattern == NONE {
                    behind.next_end
                } else {
                    fallback
                };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn patterns(texts: &[String]) -> Vec<Pattern> {
        let pattern = |text: &String| Pattern {
            text: text.clone(),
            shown: 0,
        };
        texts.iter().map(pattern).collect()
    }

    fn letters(longest: usize) -> impl Strategy<Value = String> {
        prop::collection::vec(prop::sample::select(vec!['a', 'b', '月', '明']), 0..longest)
            .prop_map(String::from_iter)
    }

    proptest! {
        #[test]
        fn it_finds_what_a_plain_search_finds(
            texts in prop::collection::vec(letters(6), 0..12),
            text in letters(60),
        ) {
            let patterns = patterns(&texts);
            let automaton = Automaton::new(&patterns);
            let mut state = automaton.start();
            let mut read = String::new();
            for c in text.chars() {
                read.push(c);
                state = automaton.next(state, c);
                let mut found: Vec<&str> = automaton.ends(state).map(|one| texts[one].as_str()).collect();
                let mut expected: Vec<&str> =
                    texts.iter().map(String::as_str).filter(|one| !one.is_empty() && read.ends_with(one)).collect();
                found.sort_unstable();
                expected.sort_unstable();
                expected.dedup();
                prop_assert_eq!(found, expected);
                let begun = (1..=read.chars().count()).rev().find(|&count| {
                    let end: String = read.chars().skip(read.chars().count() - count).collect();
                    texts.iter().any(|one| one.starts_with(&end))
                });
                prop_assert_eq!(automaton.held(state, &[]), begun.unwrap_or(0));
            }
        }
    }

    #[test]
    fn what_may_be_shown_is_not_held() {
        let pattern = |text: &str, shown| Pattern {
            text: text.to_owned(),
            shown,
        };
        let automaton = Automaton::new(&[pattern("月下花明", 2), pattern("下花", 0)]);
        let mut state = automaton.start();
        let mut held = Vec::new();
        for c in "月下花月下".chars() {
            state = automaton.next(state, c);
            held.push(automaton.held(state, &[]));
        }
        assert_eq!(held, [0, 1, 2, 0, 1]);
    }

    #[test]
    fn what_can_only_be_allowed_is_not_held() {
        let texts = ["月下花明", "月落烏啼", "花明月"];
        let automaton = Automaton::new(&patterns(&texts.map(str::to_owned)));
        let held = |text: &str, allowed: &[usize]| -> Vec<usize> {
            let mut state = automaton.start();
            let step = |c| {
                state = automaton.next(state, c);
                automaton.held(state, allowed)
            };
            text.chars().map(step).collect()
        };
        assert_eq!(held("月下花明", &[]), [1, 2, 3, 4]);
        // It may still be the second one at first, and its end may become the third.
        assert_eq!(held("月下花明", &[0]), [1, 0, 1, 2]);
        assert_eq!(held("月下花明月", &[0]), [1, 0, 1, 2, 3]);
        assert_eq!(held("月下花明月", &[0, 2]), [1, 0, 0, 0, 1]);
    }
}
