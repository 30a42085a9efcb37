//! What a search is compared with: plain BM25 over single characters, as a simple system has it.

use std::{collections::BTreeMap, sync::Arc};

use kaucim_decks::{Deck, Source};

/// The usual constants (Robertson and Zaragoza, 2009).
const K1: f64 = 1.2;
const B: f64 = 0.75;

/// The passages of some decks, and how often each has which character or word.
pub(super) struct Baseline {
    passages: Vec<Passage>,
    /// In how many passages a term stands.
    frequencies: BTreeMap<String, u32>,
    mean_length: f64,
}

struct Passage {
    source: Source,
    terms: BTreeMap<String, u32>,
    length: u32,
}

impl Baseline {
    pub(super) fn new(decks: &[Arc<Deck>]) -> Self {
        let mut frequencies = BTreeMap::new();
        let passages: Vec<_> = decks
            .iter()
            .flat_map(|deck| deck.passages())
            .map(|source| {
                let mut counted = BTreeMap::new();
                let mut length = 0;
                for term in terms(&source.excerpt) {
                    *counted.entry(term).or_insert(0) += 1;
                    length += 1;
                }
                for term in counted.keys() {
                    *frequencies.entry(term.clone()).or_insert(0) += 1;
                }
                Passage {
                    source,
                    terms: counted,
                    length,
                }
            })
            .collect();
        let all: f64 = passages.iter().map(|one| f64::from(one.length)).sum();
        let mean_length = all / passages.len().max(1) as f64;
        Self {
            passages,
            frequencies,
            mean_length,
        }
    }

    /// The best passages whose id passes.
    pub(super) fn search(
        &self,
        query: &str,
        limit: usize,
        passes: impl Fn(&str) -> bool,
    ) -> Vec<Source> {
        let asked: Vec<_> = terms(query).collect();
        let mut scored: Vec<_> = self
            .passages
            .iter()
            .filter(|one| passes(&one.source.id))
            .map(|one| (self.score(one, &asked), one))
            .filter(|(score, _)| *score > 0.0)
            .collect();
        scored.sort_by(|one, other| other.0.total_cmp(&one.0));
        scored.truncate(limit);
        scored
            .into_iter()
            .map(|(_, one)| one.source.clone())
            .collect()
    }

    fn score(&self, passage: &Passage, asked: &[String]) -> f64 {
        let all = self.passages.len() as f64;
        let length = f64::from(passage.length) / self.mean_length;
        let of_term = |term: &String| {
            let Some(count) = passage.terms.get(term) else {
                return 0.0;
            };
            let (count, known) = (f64::from(*count), f64::from(self.frequencies[term]));
            let rarity = ((all - known + 0.5) / (known + 0.5)).ln_1p();
            rarity * count * (K1 + 1.0) / (count + K1 * (1.0 - B + B * length))
        };
        asked.iter().map(of_term).sum()
    }
}

/// Single characters beyond Latin script, else words; in lower case and not otherwise touched.
fn terms(text: &str) -> impl Iterator<Item = String> {
    let mut terms = Vec::new();
    let mut word = String::new();
    for c in text.chars().chain([' ']).flat_map(char::to_lowercase) {
        if c.is_alphanumeric() && c < '\u{1100}' {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            terms.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            terms.push(c.to_string());
        }
    }
    terms.into_iter()
}
