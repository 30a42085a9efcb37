//! The full-text index of one deck, in memory, made once without any thread.

use std::{fmt, ops::Range, sync::Arc};

use tantivy::{
    ReloadPolicy, Searcher, TantivyDocument, Term,
    collector::TopDocs,
    directory::RamDirectory,
    query::{BooleanQuery, Query, TermQuery},
    schema::{Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions},
    tokenizer::{PreTokenizedString, Token},
};

use crate::{
    Language, Lot,
    search::{
        passage::{self, Passage},
        terms,
    },
};

/// Bytes that the writer may use, which it does not take unless it needs them.
const WRITER_BYTES: usize = 15_000_000;

/// The passages of a deck, and where its terms occur in them.
pub(crate) struct Index {
    searcher: Searcher,
    field: Field,
    /// A passage's place here is its document's number in the only segment.
    passages: Vec<Passage>,
    /// Which passages are of a lot, by number less one.
    lots: Vec<Range<usize>>,
}

impl Index {
    /// Indexes lots that are numbered from 1 without a gap.
    pub(crate) fn build(lots: &[Arc<Lot>], verse: Language) -> tantivy::Result<Self> {
        let mut schema = Schema::builder();
        let indexing = TextFieldIndexing::default().set_index_option(IndexRecordOption::WithFreqs);
        let field = schema.add_text_field(
            "text",
            TextOptions::default().set_indexing_options(indexing),
        );
        let mut writer = tantivy::Index::builder()
            .schema(schema.build())
            .single_segment_index_writer(RamDirectory::create(), WRITER_BYTES)?;

        let mut passages: Vec<Passage> = Vec::new();
        let mut ranges = Vec::with_capacity(lots.len());
        for lot in lots {
            let start = passages.len();
            passages.extend(passage::passages(lot, verse));
            for passage in &passages[start..] {
                let mut document = TantivyDocument::new();
                document.add_pre_tokenized_text(field, tokens(&passage.text(lot)));
                writer.add_document(document)?;
            }
            ranges.push(start..passages.len());
        }
        let index = writer.finalize()?;
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()?;
        Ok(Self {
            searcher: reader.searcher(),
            field,
            passages,
            lots: ranges,
        })
    }

    /// The passages that share the most telling terms with a query, with their BM25 scores.
    pub(super) fn hits(&self, query: &str, limit: usize) -> Vec<(&Passage, f32)> {
        let terms: Vec<Box<dyn Query>> = terms::of_query(query)
            .into_iter()
            .map(|term| {
                let term = Term::from_field_text(self.field, &term);
                Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs)) as _
            })
            .collect();
        let limit = limit.min(self.passages.len());
        if terms.is_empty() || limit == 0 {
            return Vec::new();
        }
        let best = TopDocs::with_limit(limit).order_by_score();
        match self.searcher.search(&BooleanQuery::union(terms), &best) {
            Ok(hits) => hits
                .into_iter()
                .filter_map(|(score, at)| Some((self.passages.get(at.doc_id as usize)?, score)))
                .collect(),
            Err(error) => {
                tracing::error!(%error, "a deck could not be searched");
                Vec::new()
            }
        }
    }

    /// All passages, lot by lot.
    pub(super) fn passages(&self) -> impl Iterator<Item = &Passage> {
        self.passages.iter()
    }

    /// All passages of a lot of the deck.
    pub(super) fn passages_of(&self, number: u32) -> impl Iterator<Item = &Passage> {
        let at = (number as usize).checked_sub(1);
        let range = at
            .and_then(|at| self.lots.get(at))
            .cloned()
            .unwrap_or_default();
        self.passages[range].iter()
    }
}

impl fmt::Debug for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Index")
            .field("passages", &self.passages.len())
            .finish_non_exhaustive()
    }
}

fn tokens(text: &str) -> PreTokenizedString {
    let tokens = terms::of_text(text)
        .into_iter()
        .enumerate()
        .map(|(position, text)| Token {
            position,
            text,
            ..Token::default()
        })
        .collect();
    PreTokenizedString {
        text: String::new(),
        tokens,
    }
}
