//! False alarms on real prose: the classic commentary of the six real sets, and the starter deck.
//! What is counted here is in `docs/checks.md`.

use std::collections::BTreeMap;

use kaucim_decks::{Deck, Lot};

use super::*;
use crate::{
    classic,
    sample::{REAL_SETS, real_sets},
};

/// What a deck says about a lot, by language.
fn texts(lot: &Lot) -> Vec<(Language, &str)> {
    let commentary = lot
        .commentary
        .iter()
        .map(|one| (one.language, one.text.as_str()));
    let allusions = lot
        .allusions
        .iter()
        .map(|one| (one.language, one.text.as_str()));
    commentary.chain(allusions).collect()
}

/// How often each check has failed, of how many texts.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    texts: usize,
    failed: BTreeMap<&'static str, usize>,
}

/// Whether a text is judged as a part of its lot, or as something that was made up about it: then
/// nothing but the verse may be quoted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    ByTheDeck,
    MadeUp,
}

/// What a note of a few characters fails, which is no section.
const OF_SECTIONS: [&str; 2] = [PRESENT, LENGTH];

impl Counts {
    /// Judges the texts of a deck, each as a section of a reading of its lot.
    fn of(deck: &Deck, neighbours: &Arc<Neighbours>, told: Told) -> BTreeMap<Language, Self> {
        let mut counts: BTreeMap<Language, Self> = BTreeMap::new();
        for lot in deck.lots() {
            for (language, text) in texts(lot) {
                let mut reading = Reading::of(1, language, question(language));
                reading.neighbours = Arc::clone(neighbours);
                reading.prepared.lot = (**lot).clone();
                if told == Told::MadeUp {
                    let lot = &mut reading.prepared.lot;
                    lot.commentary.clear();
                    lot.allusions.clear();
                    lot.topics.clear();
                }
                let counts = counts.entry(language).or_default();
                counts.texts += 1;
                let findings = reading.findings(text);
                for Finding { check, fault } in findings
                    .into_iter()
                    .filter(|one| !OF_SECTIONS.contains(&one.check))
                {
                    if let Some(fault) = fault {
                        println!("{} {} {language} {check} {fault}", lot.deck_id, lot.number);
                        *counts.failed.entry(check).or_default() += 1;
                    }
                }
            }
        }
        counts
    }
}

/// What a deck's texts fail, at most; everything else passes.
type Ceilings = &'static [(Language, &'static str, usize)];

#[track_caller]
fn stays_within(counts: BTreeMap<Language, Counts>, ceilings: Ceilings) {
    for (language, Counts { texts, failed }) in counts {
        println!("{language}, {texts} texts: {failed:?}");
        for (check, failed) in failed {
            let ceiling = ceilings
                .iter()
                .find(|one| (one.0, one.1) == (language, check));
            let most = ceiling.map_or(0, |ceiling| ceiling.2);
            assert!(
                failed <= most,
                "{failed} of {texts} texts in {language} fail {check}"
            );
        }
    }
}

/// What the sets fail are no false alarms: old commentary does say who recovers and who dies.
#[test]
fn classic_commentary_raises_no_false_alarms() {
    let Some(library) = real_sets() else {
        return;
    };
    let neighbours = Neighbourhood::new(library.clone()).now();
    for (deity, _) in REAL_SETS {
        let deck = library.deck(deity, None).unwrap();
        let ceilings: Ceilings = match deity {
            "guan_yu" => &[(Language::Zh, PROGNOSIS, 6), (Language::En, PROGNOSIS, 2)],
            "mazu" => &[(Language::Zh, PROGNOSIS, 3)],
            _ => &[],
        };
        println!("{deity}");
        stays_within(Counts::of(&deck, &neighbours, Told::ByTheDeck), ceilings);
    }
}

#[test]
fn the_starter_deck_raises_no_false_alarms() {
    let deck = Library::starter().deck("yue_lao", None).unwrap();
    stays_within(Counts::of(&deck, &NEIGHBOURS, Told::ByTheDeck), &[]);
    // One story quotes an old book, which no lot holds that lacks the story.
    let ceilings = &[(Language::Zh, QUOTATION, 1)];
    stays_within(Counts::of(&deck, &NEIGHBOURS, Told::MadeUp), ceilings);
}

/// Classic readings of a whole deck, in every language.
fn classic_passes(deck: &Deck, neighbours: &Arc<Neighbours>) {
    for lot in deck.lots() {
        for language in Language::ALL {
            let mut reading = Reading::of(1, language, question(language));
            reading.neighbours = Arc::clone(neighbours);
            reading.prepared.lot = (**lot).clone();
            let sections = SectionId::ALL.map(|id| classic::section(id, &reading.prepared));
            let texts = sections.each_ref().map(|one| (one.section, &*one.text));
            for Finding { check, fault } in reading.judge(&texts, run_classic) {
                assert_eq!(fault, None, "{check} {language}: {sections:?}");
            }
        }
    }
}

#[test]
fn classic_readings_pass_the_checks_that_apply_to_them() {
    classic_passes(
        &Library::starter().deck("yue_lao", None).unwrap(),
        &NEIGHBOURS,
    );
    let Some(library) = real_sets() else {
        return;
    };
    let neighbours = Neighbourhood::new(library.clone()).now();
    for (deity, _) in REAL_SETS {
        classic_passes(&library.deck(deity, None).unwrap(), &neighbours);
    }
}
