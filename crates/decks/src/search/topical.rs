//! Finds the verdicts on a query's topic, whatever words they are written in.

use crate::{
    Deck, Language, Lot, Topic,
    search::{
        fold,
        passage::{Passage, Place},
        preferred,
    },
};

/// Characters that are written so in Japanese alone.
const ONLY_JAPANESE: &str = "\
転気験対労栄桜発変応伝売読聴覚観権勧帰検険剣続縁焼軽鉄銭雑霊駅黒歯亀実児壊広拡拠挙撃収処団単巻両満滝沢浄渋済経図円仏釈関陥隠薬訳証総悩働込";

/// The verdicts on the topic of a query: of every lot the one in the language nearest to the
/// query's; the query's own language first, then the best grade, then the lowest number.
pub(super) fn verdicts<'a>(deck: &'a Deck, query: &str) -> Vec<&'a Passage> {
    let topic = Topic::of(query);
    if topic == Topic::General {
        return Vec::new();
    }
    let languages = preferred(language_of(query), deck.language);
    let mut found = Vec::new();
    for lot in deck.lots() {
        let Some(texts) = lot.topics.get(&topic) else {
            continue;
        };
        let Some(nearest) = languages.iter().position(|one| texts.contains_key(one)) else {
            continue;
        };
        let of_topic = deck.index.passages_of(lot.number).filter(|passage| {
            passage.place == Place::Topic(topic) && passage.language == languages[nearest]
        });
        let grade = grade_rank(deck, lot);
        found.extend(of_topic.map(|passage| (nearest, grade, passage)));
    }
    // Stable: the lots come in the order of their numbers.
    found.sort_by_key(|(language, grade, _)| (*language, *grade));
    found.into_iter().map(|(_, _, passage)| passage).collect()
}

/// The place of a lot's grade among the deck's, after all of them for a lot without one.
fn grade_rank(deck: &Deck, lot: &Lot) -> usize {
    let grades = deck.grades();
    grades
        .iter()
        .position(|grade| lot.grade.as_ref() == Some(&grade.word))
        .unwrap_or(grades.len())
}

/// The language that a query's script speaks for.
fn language_of(query: &str) -> Language {
    let any = |is: fn(char) -> bool| query.chars().any(is);
    let is_traditional = |c| fold::simplified(c) != c;
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
