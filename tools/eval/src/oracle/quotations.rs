//! Whether what a section quotes stands in the lot, in a source or in what the asker said.

use super::texts::{Lot, fold, is_han, is_kana, quotations};

/// Shorter ones are words and not quotations: characters of Chinese, of Japanese, words of English.
const LEAST: (usize, usize, usize) = (8, 12, 6);

/// Lines of verse have so many characters.
const METRES: [usize; 2] = [5, 7];

/// Words that modern prose has and verse has not; a phrase with one of them is no verse.
const PROSE: &str = "的了您你是就也会們们在这這不那它他她和把被讓让很";

/// The first quotation that stands nowhere.
pub(super) fn invented(text: &str, lot: &Lot) -> Option<String> {
    quotations(text)
        .into_iter()
        .find(|quotation| is_long(quotation) && !is_found(quotation, lot))
        .map(|quotation| format!("“{quotation}” stands nowhere"))
}

/// The first couplet in the metre of verse, without quotation marks, that stands nowhere.
pub(super) fn invented_couplet(text: &str, lot: &Lot) -> Option<String> {
    let phrases: Vec<&str> = text
        .split(|c: char| !is_han(c))
        .filter(|phrase| !phrase.is_empty())
        .collect();
    let is_verse = |phrase: &str| {
        METRES.contains(&phrase.chars().count()) && !phrase.contains(|c| PROSE.contains(c))
    };
    phrases
        .windows(2)
        .find(|pair| {
            let same = pair[0].chars().count() == pair[1].chars().count();
            // A full stop or a line break may stand between two lines, but no prose.
            let between = format!("{}，{}", pair[0], pair[1]);
            let adjacent = text.contains(&between)
                || text.contains(&between.replace('，', "、"))
                || text.contains(&between.replace('，', ", "));
            same && adjacent && pair.iter().all(|one| is_verse(one) && !is_found(one, lot))
        })
        .map(|pair| format!("the couplet {} {} stands nowhere", pair[0], pair[1]))
}

fn is_long(quotation: &str) -> bool {
    let count = |is: fn(char) -> bool| quotation.chars().filter(|c| is(*c)).count();
    let (han, kana) = (count(is_han), count(is_kana));
    let words = quotation.split_whitespace().count();
    if kana > 0 {
        han + kana >= LEAST.1
    } else if han > 0 {
        han >= LEAST.0 || METRES.contains(&han)
    } else {
        words >= LEAST.2
    }
}

/// Whether every part of it, cut at dots and line breaks, stands in one of the texts.
fn is_found(quotation: &str, lot: &Lot) -> bool {
    quotation
        .split(['…', '⋯', '\n', '/', '／', '，', '。', ',', ';', '；'])
        .flat_map(|part| part.split("..."))
        .map(fold)
        .filter(|part| part.chars().count() > 1)
        .all(|part| lot.quotable.contains(&part))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lot() -> Lot {
        let verse = vec![fold("雲開月出照前川"), fold("風靜波平好放船")];
        Lot {
            deity: "y".to_owned(),
            number: 7,
            tone: "warning".to_owned(),
            language: "zh".to_owned(),
            quotable: format!(
                "{}|{}",
                verse.concat(),
                fold("The clouds part and the moon comes out over the river")
            ),
            verse,
        }
    }

    #[test]
    fn quotations_are_looked_up() {
        let check = |text: &str, is_right: bool| {
            assert_eq!(invented(text, &lot()).is_none(), is_right, "{text}");
        };
        check("「雲開月出照前川，風靜波平好放船」", true);
        check("“云开月出……好放船”", true);
        check("所謂「緣分」與「順其自然」", true);
        check("「玉樹花開滿院香」", false);
        check("He says “the clouds part and the moon comes out”.", true);
        check("He says “a golden carp leaps over the ninth gate”.", false);
        check("「金の鯉は夜明けに門を越えてゆく」", false);
    }

    #[test]
    fn couplets_are_seen_without_marks() {
        assert!(invented_couplet("玉樹花開滿院香，金風送喜入門堂。", &lot()).is_some());
        assert!(invented_couplet("雲開月出照前川，風靜波平好放船。", &lot()).is_none());
        assert!(invented_couplet("您不妨先看清楚，再慢慢地去決定。", &lot()).is_none());
    }
}
