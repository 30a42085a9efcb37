//! Ranks the passages of some decks: by the words they share with a query, by what else speaks for
//! them, and by what they mean where that is known.

use std::collections::BTreeMap;

use crate::{
    Deck, Language, Topic,
    search::{
        MEANING,
        passage::{Passage, Place},
        preferred,
        query::Asked,
        topical,
        vectors::Vector,
    },
};

/// What a query that names a passage is worth: more than any words are.
const NAMED: f32 = 100.0;

/// What a passage gains that holds the query as it stands, as a part of its score.
const AS_IT_STANDS: f32 = 0.5;

/// What the best passage of a lot lends to the others of that lot, as a part of its score.
const SUPPORT: f32 = 0.8;

/// Lots whose best passage draws the lot's verse, meaning and story along.
const SUPPORTED_LOTS: usize = 6;

/// What a verdict gains that is on the topic of the query.
const ON_TOPIC: f32 = 8.0;

/// What it gains if the query is a word or two: then the topic is all that is asked for.
const ALL_THAT_IS_ASKED: f32 = 25.0;

/// What is left of the score of a verdict on another topic than the query's.
const OFF_TOPIC: f32 = 0.5;

/// How much less each next verdict gains that shares no word with the query, so that their order
/// shows.
const ONE_BEHIND: f32 = 0.0005;

/// Of each list the best so many passages are looked at, or as many as are wanted.
const POOL: usize = 512;

/// The best so many passages are looked at for the query as it stands.
const READ: usize = 64;

/// The constant of reciprocal rank fusion (Cormack, Clarke and Büttcher, 2009).
const FUSION: f32 = 60.0;

/// What scores of fused lists are multiplied by: what is first in both gets the score of a very
/// good match by words.
const FIRST_OF_BOTH: f32 = 32.0 * (FUSION + 1.0) / (WORDS_WEIGHT + 1.0);

/// How often the list by words counts beside the one by meaning: what it finds, a reader sees.
const WORDS_WEIGHT: f32 = 3.0;

/// A passage that was found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hit<'a> {
    pub(super) deck: &'a Deck,
    pub(super) position: usize,
    /// Of any size; it has a meaning beside others of the same list only.
    pub(super) score: f32,
}

impl<'a> Hit<'a> {
    /// The passage that says the same in the language nearest to the query's.
    pub(super) fn in_nearest_language(self, asked: &Asked<'_>) -> Self {
        let group = group(0, self.deck, self.passage());
        let languages = preferred(asked.language, self.deck.language);
        let distance = |position: &usize| {
            let language = self.deck.index.passage(*position).language;
            languages.iter().position(|one| *one == language)
        };
        let same = self
            .deck
            .index
            .positions_of(self.passage().lot)
            .filter(|at| self::group(0, self.deck, self.deck.index.passage(*at)) == group);
        let position = same.min_by_key(distance).unwrap_or(self.position);
        Self { position, ..self }
    }

    pub(super) fn passage(&self) -> &'a Passage {
        self.deck.index.passage(self.position)
    }
}

/// Where a passage stands: its deck among those that are searched, and its position there.
type Spot = (usize, usize);

/// Passages that say the same, each in a language.
type Group = (usize, u32, Place, u32);

/// What was found of a group: the passage in the language nearest to the query's.
#[derive(Debug, Clone, Copy)]
struct Found {
    spot: Spot,
    /// How far its language is from the query's.
    distance: usize,
    /// That of the best passage of the group.
    score: f32,
}

/// The passages that a query finds, best first; of those that say the same the one in the language
/// nearest to the query's.
pub(super) fn ranked<'a>(decks: &[&'a Deck], asked: &Asked<'_>, limit: usize) -> Vec<Hit<'a>> {
    let by_words = by_words(decks, asked, limit);
    // Who names a lot by its number means that lot.
    let Some(vector) = asked.vector.filter(|_| asked.lookup.number.is_none()) else {
        return listed(decks, by_words);
    };
    let by_meaning = by_meaning(decks, asked, vector, limit);
    if by_meaning.is_empty() {
        return listed(decks, by_words);
    }
    listed(decks, fused(by_words, by_meaning))
}

fn listed<'a>(decks: &[&'a Deck], groups: BTreeMap<Group, Found>) -> Vec<Hit<'a>> {
    let mut hits: Vec<_> = groups
        .into_values()
        .map(|found| Hit {
            deck: decks[found.spot.0],
            position: found.spot.1,
            score: found.score,
        })
        .collect();
    // Stable: what is equal comes in the order of decks and lots.
    hits.sort_by(|one, other| other.score.total_cmp(&one.score));
    hits
}

/// What shares words with the query, and what belongs to that.
fn by_words(decks: &[&Deck], asked: &Asked<'_>, limit: usize) -> BTreeMap<Group, Found> {
    let mut found: BTreeMap<Spot, f32> = BTreeMap::new();
    for (at, deck) in decks.iter().enumerate() {
        let terms = if asked.lookup.is_number_alone {
            &[][..]
        } else {
            &asked.terms
        };
        let hits = deck.index.hits(terms, limit.max(POOL));
        found.extend(
            hits.into_iter()
                .map(|(position, score)| ((at, position), score)),
        );
        name(&mut found, at, deck, asked);
    }
    strengthen_as_it_stands(&mut found, decks, asked);
    support(&mut found, decks, asked);
    judge(&mut found, decks, asked, limit);
    nearest_languages(decks, asked, found)
}

/// Puts what the query names above all else.
fn name(found: &mut BTreeMap<Spot, f32>, at: usize, deck: &Deck, asked: &Asked<'_>) {
    for position in deck.index.named(&asked.lookup) {
        let score = found.entry((at, position)).or_default();
        *score = score.max(NAMED);
    }
    let Some(number) = asked.lookup.number else {
        return;
    };
    let positions = deck.index.positions_of(number);
    let mut verse =
        positions.filter(|position| deck.index.passage(*position).place == Place::Verse);
    if let Some(position) = verse.next() {
        *found.entry((at, position)).or_default() += NAMED;
    }
}

/// Lifts the best passages that hold the query as it stands.
fn strengthen_as_it_stands(found: &mut BTreeMap<Spot, f32>, decks: &[&Deck], asked: &Asked<'_>) {
    let mut best: Vec<_> = found.iter().map(|(spot, score)| (*spot, *score)).collect();
    best.sort_by(|one, other| other.1.total_cmp(&one.1));
    for ((at, position), _) in best.into_iter().take(READ) {
        let deck = decks[at];
        let passage = deck.index.passage(position);
        let lot = deck.lot_at(passage.lot).expect("its own lot");
        if asked.lookup.stands_in(passage, &passage.text(lot))
            && let Some(score) = found.get_mut(&(at, position))
        {
            *score *= 1.0 + AS_IT_STANDS;
        }
    }
}

/// Lets the passages of a lot support each other: a query that finds one of them means the lot.
fn support(found: &mut BTreeMap<Spot, f32>, decks: &[&Deck], asked: &Asked<'_>) {
    let mut lots: BTreeMap<(usize, u32), f32> = BTreeMap::new();
    for (&(at, position), &score) in found.iter() {
        let lot = decks[at].index.passage(position).lot;
        let best = lots.entry((at, lot)).or_default();
        *best = score.max(*best);
    }
    for (&(at, position), score) in found.iter_mut() {
        let lot = decks[at].index.passage(position).lot;
        *score += SUPPORT * lots[&(at, lot)];
    }
    let mut best: Vec<_> = lots.into_iter().collect();
    best.sort_by(|one, other| other.1.total_cmp(&one.1));
    best.truncate(SUPPORTED_LOTS);
    for ((at, lot), score) in best {
        let deck = decks[at];
        for position in deck.index.positions_of(lot) {
            if is_companion(deck, deck.index.passage(position), asked) {
                found.entry((at, position)).or_insert(SUPPORT * score);
            }
        }
    }
}

/// Lifts the verdicts on the query's topic, and adds those that share no word with it.
fn judge(found: &mut BTreeMap<Spot, f32>, decks: &[&Deck], asked: &Asked<'_>, limit: usize) {
    if asked.topic == Topic::General {
        return;
    }
    let gain = if asked.is_short {
        ALL_THAT_IS_ASKED
    } else {
        ON_TOPIC
    };
    for (&(at, position), score) in found.iter_mut() {
        let passage = decks[at].index.passage(position);
        if passage.place == Place::Topic(asked.topic) {
            *score += gain;
        } else if is_off_topic(passage, asked) {
            *score *= OFF_TOPIC;
        }
    }
    for (at, deck) in decks.iter().enumerate() {
        let mut score = gain;
        for position in topical::verdicts(deck, asked.topic, asked.language).take(limit) {
            found.entry((at, position)).or_insert(score);
            score -= ONE_BEHIND;
        }
    }
}

/// Whether a passage belongs beside whatever was found of its lot.
fn is_companion(deck: &Deck, passage: &Passage, asked: &Asked<'_>) -> bool {
    let lot = deck.lot_at(passage.lot).expect("its own lot");
    let is_read = preferred(asked.language, deck.language)
        .iter()
        .take(2)
        .any(|language| *language == passage.language);
    match passage.place {
        Place::Verse => true,
        Place::Topic(_) => false,
        Place::Allusion(_) => is_read && passage.index == 0,
        Place::Commentary(_) => {
            let kind = passage.kind(lot);
            is_read && passage.index == 0 && (kind == MEANING || kind == "translation")
        }
    }
}

/// The passages nearest in meaning.
fn by_meaning(
    decks: &[&Deck],
    asked: &Asked<'_>,
    vector: &Vector,
    limit: usize,
) -> BTreeMap<Group, Found> {
    let mut found = BTreeMap::new();
    for (at, deck) in decks.iter().enumerate() {
        let Some(vectors) = deck.vectors() else {
            continue;
        };
        let nearest = vectors.nearest(vector, limit.max(POOL));
        let fits = |position: usize| {
            let passage = deck.index.passage(position);
            !is_off_topic(passage, asked) && speaks_nearest(deck, passage, asked)
        };
        let nearest = nearest.into_iter().filter(|(position, _)| fits(*position));
        found.extend(nearest.map(|(position, near)| ((at, position), near)));
    }
    nearest_languages(decks, asked, found)
}

/// Whether it is a verdict on something else than what is asked about.
fn is_off_topic(passage: &Passage, asked: &Asked<'_>) -> bool {
    match passage.place {
        Place::Topic(topic) => {
            ![asked.topic, Topic::General].contains(&topic) && asked.topic != Topic::General
        }
        Place::Verse | Place::Commentary(_) | Place::Allusion(_) => false,
    }
}

/// Whether no other passage says the same in a language nearer to the query's.
fn speaks_nearest(deck: &Deck, passage: &Passage, asked: &Asked<'_>) -> bool {
    let lot = deck.lot_at(passage.lot).expect("its own lot");
    let has = |language: Language| match passage.place {
        Place::Verse => true,
        Place::Topic(topic) => lot.topics[&topic].contains_key(&language),
        Place::Allusion(_) => lot.allusions.iter().any(|one| one.language == language),
        Place::Commentary(index) => {
            let kind = &lot.commentary[index].kind;
            let mut all = lot.commentary.iter();
            all.any(|one| one.kind == *kind && one.language == language)
        }
    };
    let nearest = preferred(asked.language, deck.language)
        .into_iter()
        .find(|language| has(*language));
    passage.place == Place::Verse || nearest == Some(passage.language)
}

/// Puts passages together that say the same.
fn nearest_languages(
    decks: &[&Deck],
    asked: &Asked<'_>,
    found: BTreeMap<Spot, f32>,
) -> BTreeMap<Group, Found> {
    let mut groups = BTreeMap::new();
    for ((at, position), score) in found {
        let deck = decks[at];
        let passage = deck.index.passage(position);
        let languages = preferred(asked.language, deck.language);
        let distance = languages
            .iter()
            .position(|language| *language == passage.language)
            .unwrap_or(languages.len());
        let found = Found {
            spot: (at, position),
            distance,
            score,
        };
        groups
            .entry(group(at, deck, passage))
            .and_modify(|kept: &mut Found| kept.meet(found))
            .or_insert(found);
    }
    groups
}

impl Found {
    /// Takes another passage into the group.
    fn meet(&mut self, other: Self) {
        let score = self.score.max(other.score);
        if other.distance < self.distance {
            *self = other;
        }
        self.score = score;
    }
}

/// Translations have the same kind and the same piece; which of several it is counts no more.
fn group(at: usize, deck: &Deck, passage: &Passage) -> Group {
    let lot = deck.lot_at(passage.lot).expect("its own lot");
    let place = match passage.place {
        Place::Commentary(index) => {
            let kind = &lot.commentary[index].kind;
            let first = lot.commentary.iter().position(|one| one.kind == *kind);
            Place::Commentary(first.unwrap_or(index))
        }
        Place::Allusion(_) => Place::Allusion(0),
        place @ (Place::Verse | Place::Topic(_)) => place,
    };
    let piece = match place {
        Place::Topic(_) => 0,
        Place::Verse | Place::Commentary(_) | Place::Allusion(_) => passage.index,
    };
    (at, passage.lot, place, piece)
}

/// Reciprocal rank fusion. What the query names stays first.
fn fused(
    by_words: BTreeMap<Group, Found>,
    by_meaning: BTreeMap<Group, Found>,
) -> BTreeMap<Group, Found> {
    let mut fused = BTreeMap::new();
    for (weight, list) in [(WORDS_WEIGHT, by_words), (1.0, by_meaning)] {
        let mut list: Vec<_> = list.into_iter().collect();
        list.sort_by(|one, other| other.1.score.total_cmp(&one.1.score));
        for (place, (group, mut found)) in list.into_iter().enumerate() {
            let named = if found.score >= NAMED { 1.0 } else { 0.0 };
            let share = weight / (FUSION + place as f32 + 1.0);
            found.score = FIRST_OF_BOTH * (named + share);
            fused
                .entry(group)
                .and_modify(|kept: &mut Found| {
                    let score = kept.score + found.score;
                    kept.meet(found);
                    kept.score = score;
                })
                .or_insert(found);
        }
    }
    fused
}
