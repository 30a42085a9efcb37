//! Finds the verdicts on a query's topic, whatever words they are written in.

use std::collections::BTreeMap;

use crate::{
    Deck, Language, Topic,
    search::{
        fold,
        passage::{Passage, Place},
        preferred,
        rank::Hit,
    },
};

/// Characters that are written so in Japanese alone.
const ONLY_JAPANESE: &str = "\
産転気験対労栄桜発変応伝売読聴覚観権勧帰検険剣続縁焼軽鉄銭雑霊駅黒歯亀実児壊広拡拠挙撃収処団単巻両満滝沢浄渋済経図円仏釈関陥隠薬訳証総悩働込\
亜悪圧囲壱艶仮価懐楽寛犠郷暁駆勲薫恵掲渓蛍継芸倹圏厳効鉱砕剤桟賛従獣粛奨乗剰畳縄壌嬢譲粋酔穂瀬摂専戦繊荘捜挿巣痩騒帯択弾遅鋳庁徴勅逓稲徳弐脳覇拝廃抜浜払辺歩豊褒毎揺様頼覧猟涙塁戻齢暦歴渕穣篭蝋噛頬填撹繋蝿鴎巌潅焔諌峠畑辻匂隣";

/// Verdicts that are asked what a question is about whose words do not tell it.
const VOTES: usize = 5;

/// The part of all their scores that makes a topic.
const MAJORITY: f32 = 0.5;

/// The positions of the verdicts on a topic: of every lot the one in the language nearest to the
/// query's; the query's own language first, then the best grade, then the lowest number.
pub(super) fn verdicts(
    deck: &Deck,
    topic: Topic,
    language: Language,
) -> impl Iterator<Item = usize> + '_ {
    let languages = match topic {
        Topic::General => Vec::new(),
        _ => preferred(language, deck.language),
    };
    (0..languages.len()).flat_map(move |nearest| {
        let nearer = languages[..nearest].to_vec();
        let all = deck.index.verdicts(topic, languages[nearest]);
        all.iter().copied().filter(move |position| {
            let lot = deck.lot_at(deck.index.passage(*position).lot);
            let texts = lot.and_then(|lot| lot.topics.get(&topic));
            texts.is_some_and(|texts| !nearer.iter().any(|nearer| texts.contains_key(nearer)))
        })
    })
}

/// The positions of all verdicts, by topic and language, the best grade first.
pub(super) fn all_verdicts(
    passages: &[Passage],
    grade: impl Fn(u32) -> usize,
) -> BTreeMap<(Topic, Language), Vec<usize>> {
    let mut verdicts: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (position, passage) in passages.iter().enumerate() {
        if let Place::Topic(topic) = passage.place {
            let of_topic = verdicts.entry((topic, passage.language)).or_default();
            of_topic.push(position);
        }
    }
    for positions in verdicts.values_mut() {
        // Stable: within a grade the lots come in the order of their numbers.
        positions.sort_by_key(|position| grade(passages[*position].lot));
    }
    verdicts
}

/// The topic that the first verdicts among the hits speak for, each by its score; `General` unless
/// one of them has half of all.
pub(super) fn voted(hits: &[Hit<'_>]) -> Topic {
    let mut votes: BTreeMap<Topic, f32> = BTreeMap::new();
    let verdicts = hits.iter().filter_map(|hit| match hit.passage().place {
        Place::Topic(topic) => Some((topic, hit.score)),
        Place::Verse | Place::Commentary(_) | Place::Allusion(_) => None,
    });
    for (topic, score) in verdicts.take(VOTES) {
        *votes.entry(topic).or_default() += score;
    }
    let all: f32 = votes.values().sum();
    votes
        .into_iter()
        .find(|(_, score)| *score >= MAJORITY * all && all > 0.0)
        .map_or(Topic::General, |(topic, _)| topic)
}

/// The language that a query's script speaks for.
pub(super) fn language_of(query: &str) -> Language {
    let any = |is: fn(char) -> bool| query.chars().any(is);
    let is_traditional = |c| fold::compared(c) != c;
    let is_kana = |c| ('\u{3041}'..='\u{30ff}').contains(&c);
    let is_han = |c| c >= '\u{3400}' && char::is_alphabetic(c);
    let only_japanese = any(|c| ONLY_JAPANESE.contains(c));
    // Chinese writes 恋 beside Simplified characters alone.
    let mixed = query.contains('恋') && any(is_traditional);
    if any(is_kana) || only_japanese || mixed {
        Language::Ja
    } else if any(is_han) {
        Language::Zh
    } else {
        Language::En
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn script_tells_the_language() {
        for (query, language) in [
            ("工作", Language::Zh),
            ("发财", Language::Zh),
            ("我愛Google", Language::Zh),
            ("転職", Language::Ja),
            ("恋愛", Language::Ja),
            ("恋爱", Language::Zh),
            ("結婚したい", Language::Ja),
            ("job", Language::En),
            ("", Language::En),
        ] {
            assert_eq!(language_of(query), language, "{query}");
        }
    }
}
