//! The full-text index of one deck, in memory, made once without any thread.

use std::{collections::BTreeMap, fmt, ops::Range, sync::Arc};

use tantivy::{
    ReloadPolicy, Searcher, TantivyDocument, Term,
    collector::TopDocs,
    directory::RamDirectory,
    query::{BooleanQuery, BoostQuery, Query, TermQuery},
    schema::{Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions},
    tokenizer::{PreTokenizedString, Token},
};

use crate::{
    Grade, Language, Lot, Topic,
    search::{
        lookup::{self, Lookup, Names},
        passage::{self, Passage, Place},
        terms::{self, Term as Wanted},
        topical,
    },
};

/// Bytes that the writer may use, which it does not take unless it needs them.
const WRITER_BYTES: usize = 15_000_000;

/// A single character that more than one passage of so many holds is not looked for.
const COMMON_PART: u64 = 8;

/// The passages of a deck, and where its terms occur in them.
pub(crate) struct Index {
    searcher: Searcher,
    field: Field,
    /// A passage's place here is its document's number in the only segment.
    passages: Vec<Passage>,
    /// Which passages are of a lot, by number less one.
    lots: Vec<Range<usize>>,
    names: Names,
    verdicts: BTreeMap<(Topic, Language), Vec<usize>>,
}

impl Index {
    /// Indexes lots that are numbered from 1 without a gap.
    pub(crate) fn build(
        lots: &[Arc<Lot>],
        grades: &[Grade],
        verse: Language,
    ) -> tantivy::Result<Self> {
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
                document.add_pre_tokenized_text(field, tokens(passage, lot));
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
            names: lookup::names(lots, &ranges, &passages),
            verdicts: topical::all_verdicts(&passages, |number| grade_rank(lots, number, grades)),
            passages,
            lots: ranges,
        })
    }

    /// The passages that share the most telling terms with a query: their positions, with their
    /// BM25 scores.
    pub(super) fn hits(&self, wanted: &[Wanted], limit: usize) -> Vec<(usize, f32)> {
        let most = COMMON_PART.max(self.passages.len() as u64 / COMMON_PART);
        let terms: Vec<_> = wanted
            .iter()
            .filter(|wanted| match self.holders(wanted) {
                0 => false,
                holders => !wanted.is_character() || holders <= most,
            })
            .map(|wanted| self.query(wanted))
            .collect();
        let limit = limit.min(self.passages.len());
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
        at.and_then(|at| self.lots.get(at))
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

/// The terms of a passage, with those of its name.
fn tokens(passage: &Passage, lot: &Lot) -> PreTokenizedString {
    let mut terms = terms::of_text(&passage.text(lot));
    match passage.place {
        Place::Verse => terms.extend(terms::of_text(&lot.title)),
        Place::Allusion(index) => terms.extend(terms::of_text(&lot.allusions[index].title)),
        Place::Commentary(_) | Place::Topic(_) => {}
    }
    let tokens = terms
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
