//! Judges what was found: how much of what was wanted, and how far up.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use kaucim_decks::{Deck, Language, Source, Topic};

use super::questions::{Kind, Place, Question, Wanted, deck};

/// How well one question was answered, each from 0 to 1.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Figures {
    /// Of the answers of grade 2 and 3, the part that is among the first five.
    pub(super) recall_at_5: f64,
    /// Of the gain that ten passages could have, discounted by their places (Järvelin and
    /// Kekäläinen, 2002), the part that these have.
    pub(super) ndcg_at_10: f64,
}

/// An answer that was found: which one, and what it is worth to this asker.
type Found = (Wanted, u8);

/// Judges the passages found for a question. Each answer counts once, where it stands first,
/// whatever languages it is found in; in another language than the asker's it is worth a grade
/// less, but for the verse.
pub(super) fn judge(question: &Question, found: &[Source], decks: &[Arc<Deck>]) -> Figures {
    let wanted = all_wanted(question, decks);
    let mut seen = BTreeSet::new();
    let gains: Vec<_> = found
        .iter()
        .map(|source| {
            let found = answer(source, question.language, &wanted, decks);
            found.filter(|(one, _)| seen.insert(one.clone()))
        })
        .collect();
    let good = wanted.iter().filter(|one| one.grade >= 2).count().min(5);
    let found_good = gains
        .iter()
        .take(5)
        .flatten()
        .filter(|(one, _)| one.grade >= 2)
        .count();
    let mut ideal: Vec<_> = wanted.iter().map(|one| one.grade).collect();
    ideal.sort_unstable_by(|one, other| other.cmp(one));
    let grades = gains
        .iter()
        .map(|found| found.as_ref().map_or(0, |(_, grade)| *grade));
    Figures {
        recall_at_5: found_good as f64 / good.max(1) as f64,
        ndcg_at_10: discounted(grades) / discounted(ideal.into_iter()),
    }
}

/// What is wanted, with what every reading wants of its own lot.
fn all_wanted(question: &Question, decks: &[Arc<Deck>]) -> Vec<Wanted> {
    let mut wanted: BTreeMap<_, _> = BTreeMap::new();
    let mut want = |one: Wanted| {
        let place = (one.deity.clone(), one.lot, one.kind.clone());
        let known = wanted.entry(place).or_insert(one.grade);
        *known = one.grade.max(*known);
    };
    if let Place::Drawn { deity, lot, topic } = &question.place {
        let written = deck(decks, deity).lot(*lot).unwrap();
        let topic = match written.topics.contains_key(topic) {
            true => *topic,
            false => Topic::General,
        };
        let has = |kind: &str| written.commentary.iter().any(|one| one.kind == kind);
        let own = [
            (written.topics.contains_key(&topic), Kind::Verdict(topic), 3),
            (has("meaning"), Kind::Other("meaning".to_owned()), 2),
            (
                !written.allusions.is_empty(),
                Kind::Other("allusion".to_owned()),
                2,
            ),
        ];
        for (_, kind, grade) in own.into_iter().filter(|(is_there, _, _)| *is_there) {
            want(Wanted {
                deity: deity.clone(),
                lot: *lot,
                kind,
                grade,
            });
        }
    }
    question.wanted.iter().cloned().for_each(want);
    wanted
        .into_iter()
        .map(|((deity, lot, kind), grade)| Wanted {
            deity,
            lot,
            kind,
            grade,
        })
        .collect()
}

fn answer(
    source: &Source,
    asker: Language,
    wanted: &[Wanted],
    decks: &[Arc<Deck>],
) -> Option<Found> {
    let parts: Vec<_> = source.id.split('/').collect();
    let [deck, lot, kind, language, index] = parts[..] else {
        panic!("`{}` is no passage", source.id);
    };
    let deck = decks.iter().find(|one| one.id == deck)?;
    let lot: u32 = lot.parse().expect("a number");
    let language: Language = language.parse().expect("a language");
    let kind = match kind {
        "topic" => Kind::Verdict(topic_of(deck, lot, language, index.parse().unwrap())),
        other => Kind::Other(other.to_owned()),
    };
    let one = wanted
        .iter()
        .find(|one| one.deity == deck.deity_id && one.lot == lot && one.kind == kind)?;
    let is_read = reads(asker, language) || kind == Kind::Other("verse".to_owned());
    Some((one.clone(), one.grade - u8::from(!is_read)))
}

fn reads(asker: Language, text: Language) -> bool {
    let chinese = |language| matches!(language, Language::Zh | Language::ZhHans);
    asker == text || chinese(asker) && chinese(text)
}

/// Verdicts are numbered in the order of their topics; none of them is cut.
fn topic_of(deck: &Deck, lot: u32, language: Language, index: usize) -> Topic {
    let lot = deck.lot(lot).unwrap();
    let mut topics = lot
        .topics
        .iter()
        .filter(|(_, texts)| texts.contains_key(&language));
    *topics.nth(index).expect("verdicts that are not cut").0
}

fn discounted(grades: impl Iterator<Item = u8>) -> f64 {
    let gain =
        |(place, grade): (usize, u8)| (f64::from(grade).exp2() - 1.0) / (place as f64 + 2.0).log2();
    grades.take(10).enumerate().map(gain).sum()
}
