//! How well passages are found: judged questions, and figures that must not fall.

mod baseline;
mod judgement;
mod questions;
mod vectors;

use std::{collections::BTreeMap, fmt::Write, sync::Arc};

use kaucim_decks::{
    Deck, Library, Query, Source,
    import::{self, Options},
};
use tempfile::TempDir;

use self::{
    baseline::Baseline,
    judgement::{Figures, judge},
    questions::{Place, Question, STARTER},
    vectors::Made,
};
use crate::corpora::divine_whispers;

/// The real sets that questions are asked of.
const SETS: [(&str, &str); 5] = [
    ("guan_yin", "GuanYin100"),
    ("guan_yu", "GuanYu"),
    ("mazu", "Mazu"),
    ("tianhou", "Tianhou"),
    ("zhu_sheng", "Zhusheng"),
];

/// As many passages as a reading has, and as a page of a search that is judged.
const SOURCES: usize = 6;
const FOUND: usize = 10;

/// The starter deck, and the real sets where they are at hand.
struct Shelf {
    library: Library,
    decks: Vec<Arc<Deck>>,
    _packs: TempDir,
}

impl Shelf {
    fn starter() -> Self {
        Self::open(TempDir::new().unwrap(), &[STARTER])
    }

    fn with_real_sets() -> Option<Self> {
        let corpora = divine_whispers()?;
        let packs = TempDir::new().unwrap();
        let mut deities = vec![STARTER];
        for (deity, folder) in SETS {
            let imported = import::crawl(&corpora.join(folder), &Options::of(deity)).unwrap();
            imported.write(packs.path()).unwrap();
            deities.push(deity);
        }
        Some(Self::open(packs, &deities))
    }

    fn open(packs: TempDir, deities: &[&str]) -> Self {
        let (library, faults) = Library::open(packs.path());
        assert_eq!(faults, []);
        let decks = deities
            .iter()
            .map(|deity| library.deck(deity, None).unwrap())
            .collect();
        Self {
            library,
            decks,
            _packs: packs,
        }
    }

    fn deck(&self, deity: &str) -> &Arc<Deck> {
        questions::deck(&self.decks, deity)
    }

    /// Judges a system by all questions.
    fn judge(&self, system: impl Fn(&Question) -> Vec<Source>) -> Vec<(Question, Figures)> {
        let judged = |question: Question| {
            let figures = judge(&question, &system(&question), &self.decks);
            (question, figures)
        };
        questions::questions(&self.decks)
            .into_iter()
            .map(judged)
            .collect()
    }

    /// What the decks find by words alone.
    fn lexical(&self, question: &Question) -> Vec<Source> {
        self.find(question, (&question.text).into())
    }

    fn find(&self, question: &Question, query: Query<'_>) -> Vec<Source> {
        match &question.place {
            Place::AllDecks => self.library.search(query, None, FOUND),
            Place::Deck(deity) => self.library.search(query, Some(deity), FOUND),
            Place::Drawn { deity, lot, .. } => {
                let deck = self.deck(deity);
                deck.retrieve(*lot, query, question.language, SOURCES)
            }
        }
    }

    /// What plain BM25 over single characters finds; of a drawn lot first.
    fn baseline(&self, all: &Baseline, question: &Question) -> Vec<Source> {
        let text = &question.text;
        let of = |deity: &str| format!("{}/", self.deck(deity).id);
        match &question.place {
            Place::AllDecks => all.search(text, FOUND, |_| true),
            Place::Deck(deity) => {
                let deck = of(deity);
                all.search(text, FOUND, |id| id.starts_with(&deck))
            }
            Place::Drawn { deity, lot, .. } => {
                let deck = of(deity);
                let own = format!("{deck}{lot}/");
                let mut found = all.search(text, SOURCES - 2, |id| id.starts_with(&own));
                let others = |id: &str| id.starts_with(&deck) && !id.starts_with(&own);
                found.extend(all.search(text, SOURCES - found.len(), others));
                found
            }
        }
    }
}

/// The mean of both figures over the questions of one half.
fn mean(judged: &[(Question, Figures)], passes: impl Fn(&Question) -> bool) -> (Figures, usize) {
    let chosen: Vec<_> = judged
        .iter()
        .filter(|(question, _)| passes(question))
        .map(|(_, figures)| *figures)
        .collect();
    let all = chosen.len().max(1) as f64;
    let mean = |figure: fn(&Figures) -> f64| chosen.iter().map(figure).sum::<f64>() / all;
    let figures = Figures {
        recall_at_5: mean(|one| one.recall_at_5),
        ndcg_at_10: mean(|one| one.ndcg_at_10),
    };
    (figures, chosen.len())
}

/// The figures of a system, by halves and by sorts of questions.
fn table(name: &str, judged: &[(Question, Figures)]) -> String {
    let mut groups: BTreeMap<(bool, String), ()> = BTreeMap::new();
    for (question, _) in judged {
        for sort in ["search", question.sort, &question.language.to_string()] {
            groups.insert((!question.is_for_tuning, sort.to_owned()), ());
        }
    }
    let mut text = String::new();
    for (is_held_out, sort) in groups.keys() {
        let passes = |question: &Question| {
            let is_drawn = question.sort == "drawn";
            let is_of_sort = match sort.as_str() {
                "search" => !is_drawn,
                "drawn" => is_drawn,
                sort => !is_drawn && (question.sort == sort || question.language.code() == sort),
            };
            question.is_for_tuning != *is_held_out && is_of_sort
        };
        let (figures, count) = mean(judged, passes);
        let half = if *is_held_out { "held-out" } else { "tuning" };
        let (recall, ndcg) = (figures.recall_at_5, figures.ndcg_at_10);
        writeln!(
            text,
            "{name:<9} {half:<9} {sort:<8} {count:>4} {recall:.3} {ndcg:.3}"
        )
        .unwrap();
    }
    text
}

/// What the words alone find must not fall below this: half, sort, recall@5, nDCG@10.
const FLOORS: [(bool, &str, f64, f64); 4] = [
    (true, "search", 0.678, 0.664),
    (true, "drawn", 0.986, 0.962),
    (false, "search", 0.7, 0.681),
    (false, "drawn", 0.986, 0.941),
];

#[test]
fn what_words_find_does_not_fall() {
    let shelf = Shelf::starter();
    let judged = shelf.judge(|one| shelf.lexical(one));
    println!("{}", table("lexical", &judged));
    for (is_for_tuning, sort, recall, ndcg) in FLOORS {
        let passes = |one: &Question| {
            one.is_for_tuning == is_for_tuning && (one.sort == "drawn") == (sort == "drawn")
        };
        let (figures, _) = mean(&judged, passes);
        // To three decimals, as the floors are written.
        let rounded = |figure: f64| (figure * 1000.0).round() / 1000.0;
        assert!(
            rounded(figures.recall_at_5) >= recall && rounded(figures.ndcg_at_10) >= ndcg,
            "{sort}, tuning half: {is_for_tuning}: {figures:?} is below {recall} and {ndcg}"
        );
    }
}

#[test]
fn words_find_more_than_single_characters() {
    let Some(shelf) = Shelf::with_real_sets() else {
        return;
    };
    let baseline = Baseline::new(&shelf.decks);
    let baseline = shelf.judge(|one| shelf.baseline(&baseline, one));
    let lexical = shelf.judge(|one| shelf.lexical(one));
    println!("{}", table("baseline", &baseline));
    println!("{}", table("lexical", &lexical));
}

/// With vectors of a real model, which `docs/retrieval.md` says how to make.
#[test]
fn meaning_finds_more_than_words() {
    let Some(made) = Made::open() else {
        return;
    };
    let shelves = [Some(Shelf::starter()), Shelf::with_real_sets()];
    let has_all = |shelf: &Shelf| {
        let questions = questions::questions(&shelf.decks);
        made.has_all(&shelf.decks, &questions)
    };
    let Some(shelf) = shelves.into_iter().flatten().take_while(has_all).last() else {
        return;
    };
    for deck in &shelf.decks {
        deck.embed(made.of_deck(deck));
    }
    let find = |one: &Question| {
        let query = Query {
            vector: Some(made.of_question(one)),
            ..Query::from(&one.text)
        };
        shelf.find(one, query)
    };
    let lexical = shelf.judge(|one| shelf.lexical(one));
    let hybrid = shelf.judge(find);
    println!("{}", table("lexical", &lexical));
    println!("{}", table("hybrid", &hybrid));
}
