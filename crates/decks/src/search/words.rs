//! Where the words of a deck occur: a full-text index in memory, made without any thread.

use std::sync::Arc;

use tantivy::{
    ReloadPolicy, Searcher, TantivyDocument, Term,
    collector::TopDocs,
    directory::RamDirectory,
    query::{BooleanQuery, BoostQuery, Query, TermQuery},
    schema::{Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions},
    tokenizer::{Token, TokenStream, Tokenizer, TokenizerManager},
};

use crate::{
    Lot,
    search::{
        passage::{Passage, Place},
        terms::{self, Term as Wanted},
    },
};

/// Bytes that the writer may use, which it does not take unless it needs them.
const WRITER_BYTES: usize = 15_000_000;

/// A single character that more than one passage of so many holds is not looked for, nor one that
/// so many passages hold: it tells little beside the pairs that it is in, and costs the most.
const COMMON_PART: u64 = 8;
const MOST_HOLDERS: u64 = 1000;

/// How many such characters are looked for where nothing else is.
const RAREST: usize = 4;

/// What the index calls the way in which texts are cut.
const CUT: &str = "terms";

/// The terms of passages. A passage's place among them is its document's number in the only
/// segment.
pub(super) struct Words {
    searcher: Searcher,
    field: Field,
}

impl Words {
    /// Takes in the passages of lots that are numbered from 1 without a gap.
    pub(super) fn of(passages: &[Passage], lots: &[Arc<Lot>]) -> tantivy::Result<Self> {
        let mut schema = Schema::builder();
        let indexing = TextFieldIndexing::default()
            .set_tokenizer(CUT)
            .set_index_option(IndexRecordOption::WithFreqs);
        let options = TextOptions::default().set_indexing_options(indexing);
        let field = schema.add_text_field("text", options);
        let tokenizers = TokenizerManager::new();
        tokenizers.register(CUT, Cut);
        let mut writer = tantivy::Index::builder()
            .schema(schema.build())
            .tokenizers(tokenizers)
            .single_segment_index_writer(RamDirectory::create(), WRITER_BYTES)?;
        for passage in passages {
            let lot = &lots[passage.lot as usize - 1];
            let mut document = TantivyDocument::new();
            document.add_text(field, named(passage, lot));
            writer.add_document(document)?;
        }
        let reader = writer
            .finalize()?
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()?;
        Ok(Self {
            searcher: reader.searcher(),
            field,
        })
    }

    /// The passages that share the most telling terms with a query: their positions, with their
    /// BM25 scores.
    pub(super) fn hits(&self, wanted: &[Wanted], limit: usize) -> Vec<(usize, f32)> {
        let count = self.searcher.num_docs();
        let held = wanted.iter().map(|wanted| (self.holders(wanted), wanted));
        let terms: Vec<_> = telling(held, count)
            .into_iter()
            .map(|wanted| self.query(wanted))
            .collect();
        let limit = limit.min(usize::try_from(count).unwrap_or(usize::MAX));
        if terms.is_empty() || limit == 0 {
            return Vec::new();
        }
        let best = TopDocs::with_limit(limit).order_by_score();
        match self.searcher.search(&BooleanQuery::union(terms), &best) {
            Ok(hits) => hits
                .into_iter()
                .map(|(score, at)| (at.doc_id as usize, score))
                .collect(),
            Err(error) => {
                tracing::error!(%error, "a deck could not be searched");
                Vec::new()
            }
        }
    }

    fn query(&self, wanted: &Wanted) -> Box<dyn Query> {
        let term = Term::from_field_text(self.field, &wanted.text);
        let query = Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs));
        if wanted.is_character() {
            return Box::new(BoostQuery::new(query, wanted.weight));
        }
        query
    }

    /// How many passages hold a term.
    fn holders(&self, wanted: &Wanted) -> u64 {
        let term = Term::from_field_text(self.field, &wanted.text);
        self.searcher.doc_freq(&term).unwrap_or_default()
    }
}

/// Those of the terms that are worth the search, each with how many of so many passages hold it;
/// where pairs and rare characters find nothing, the rarest of the others.
fn telling<'a>(terms: impl Iterator<Item = (u64, &'a Wanted)>, count: u64) -> Vec<&'a Wanted> {
    let most = COMMON_PART.max(count / COMMON_PART);
    let mut held: Vec<_> = terms
        .filter(|(holders, wanted)| *holders > 0 && (!wanted.is_character() || *holders <= most))
        .collect();
    let is_dear =
        |(holders, wanted): &(u64, &Wanted)| wanted.is_character() && *holders > MOST_HOLDERS;
    if held.iter().all(is_dear) {
        held.sort_by_key(|(holders, _)| *holders);
        held.truncate(RAREST);
    } else {
        held.retain(|one| !is_dear(one));
    }
    held.into_iter().map(|(_, wanted)| wanted).collect()
}

/// A passage with its name, on a line of its own.
fn named(passage: &Passage, lot: &Lot) -> String {
    let text = passage.text(lot);
    match passage.place {
        Place::Verse => format!("{text}\n{}", lot.title),
        Place::Allusion(index) => format!("{text}\n{}", lot.allusions[index].title),
        Place::Commentary(_) | Place::Topic(_) => text.into_owned(),
    }
}

/// Cuts texts into terms, for the index.
#[derive(Clone)]
struct Cut;

/// The terms of one text, one after the other.
struct Terms {
    left: std::vec::IntoIter<String>,
    token: Token,
}

impl Tokenizer for Cut {
    type TokenStream<'a> = Terms;

    fn token_stream(&mut self, text: &str) -> Terms {
        Terms {
            left: terms::of_text(text).into_iter(),
            token: Token {
                // The first step makes it the first term's.
                position: usize::MAX,
                ..Token::default()
            },
        }
    }
}

impl TokenStream for Terms {
    fn advance(&mut self) -> bool {
        let Some(text) = self.left.next() else {
            return false;
        };
        self.token.position = self.token.position.wrapping_add(1);
        self.token.text = text;
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The terms of a query of which so many of 100,000 passages hold each.
    fn told(held: &[(&str, u64)]) -> String {
        let term = |text: &str| Wanted {
            text: text.to_owned(),
            weight: if text.chars().count() == 1 { 0.4 } else { 1.0 },
        };
        let terms: Vec<_> = held.iter().map(|(text, _)| term(text)).collect();
        let held = held.iter().map(|(_, holders)| *holders).zip(&terms);
        let telling = telling(held, 100_000);
        let texts: Vec<_> = telling.iter().map(|term| term.text.as_str()).collect();
        texts.join(" ")
    }

    #[test]
    fn characters_that_many_passages_hold_are_the_last_resort() {
        assert_eq!(
            told(&[("月下", 9000), ("月", 1000), ("下", 1001)]),
            "月下 月"
        );
        assert_eq!(told(&[("月下", 0), ("月", 2000), ("下", 1001)]), "下 月");
        assert_eq!(told(&[("月", 12_501), ("下", 12_500)]), "下");
        let many = [
            ("一", 5000),
            ("二", 4000),
            ("三", 3000),
            ("四", 2000),
            ("五", 1500),
        ];
        assert_eq!(told(&many), "五 四 三 二");
        assert_eq!(told(&[("月", 0)]), "");
    }
}
