//! How long requests are: small models have a small memory, and forget the beginning first.

use kaucim_decks::{Library, Lot};

use super::*;

/// About how many tokens a text is, rather too many: a character beyond ASCII is one and a bit, and
/// of ASCII three make one.
fn tokens(request: &Request) -> usize {
    let text: String = request.messages.iter().map(|one| &*one.text).collect();
    let (ascii, other): (Vec<char>, Vec<char>) = text.chars().partition(char::is_ascii);
    ascii.len() / 3 + other.len() * 5 / 4
}

/// The longest first request for any lot, by language.
fn longest(lots: &[Lot]) -> [usize; 4] {
    Language::ALL.map(|language| {
        let of = |lot: &Lot| {
            let mut prepared = sample::prepared("我該換工作嗎？ Shall I?", language);
            prepared.lot = lot.clone();
            tokens(&fresh(&prepared))
        };
        lots.iter().map(of).max().expect("there are lots")
    })
}

#[test]
fn a_request_leaves_room_for_its_answer() {
    let deck = Library::starter().deck("yue_lao", None).unwrap();
    let lots: Vec<Lot> = (1..=deck.count())
        .map(|number| (*deck.lot(number).unwrap()).clone())
        .collect();
    let sizes = longest(&lots);
    assert!(sizes.iter().all(|size| *size <= 1600), "{sizes:?}");
}

/// Sources come on top, 1,500 characters at most, and the answer: all fits into the 8192 tokens that
/// Ollama is asked to make room for.
#[test]
fn a_request_for_a_lot_of_a_real_set_leaves_room_for_its_answer() {
    let Some(library) = sample::real_sets() else {
        return;
    };
    for (deity, _) in sample::REAL_SETS {
        let deck = library.deck(deity, None).unwrap();
        let lots: Vec<Lot> = deck.lots().map(|lot| (**lot).clone()).collect();
        let sizes = longest(&lots);
        println!("{deity}: {sizes:?} tokens in zh, zh-Hans, en, ja");
        assert!(sizes.iter().all(|size| *size <= 3400), "{deity}: {sizes:?}");
    }
}

#[test]
fn the_longest_request_of_all_is_bounded() {
    for language in Language::ALL {
        let text = |characters: usize| "長".repeat(characters);
        let mut prepared = sample::prepared(&text(1000), language);
        prepared.context.insert("story".to_owned(), text(650));
        prepared.lot.commentary[0].text = text(100_000);
        prepared.first = Some(crate::First {
            question: prepared.question.clone(),
            sections: SectionId::ALL
                .map(|id| section(id, &text(100_000)))
                .to_vec(),
        });
        let source = Source {
            id: String::new(),
            kind: "story".to_owned(),
            title: "source".to_owned(),
            excerpt: text(100_000),
            score: 1.0,
        };
        let written = SectionId::ALL.map(|id| section(id, &text(100_000)));
        let faults = [Fault::Check("quotation"), Fault::Check("coverage")];
        let remarks = faults
            .map(|fault| remark(fault, &[&text(100_000)]))
            .to_vec();
        let task = Task {
            prepared: &prepared,
            sources: &[source],
            written: written.iter().take(6).collect(),
            missing: &[SectionId::Conclusion],
            faults: &BTreeMap::from([(SectionId::Conclusion, remarks)]),
            unreadable: true,
        };
        let request = request(&task, &Settings::default());
        let characters: usize = request
            .messages
            .iter()
            .map(|one| one.text.chars().count())
            .sum();
        assert!(characters < 11_100, "{language}: {characters} characters");
    }
}
