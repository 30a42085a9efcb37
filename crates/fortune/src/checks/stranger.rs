//! Checks that no lot but the one that was drawn is named or quoted, and no other deity.

mod deities;

use kaucim_decks::english_cardinal;

use self::deities::{GENERAL, SPEAKS, WELL_KNOWN};
use super::{Draft, Subject, quotes::quotes};
use crate::{
    Language,
    script::{fold, to_simplified},
};

/// A shorter title is a word.
const SHORTEST_TITLE: usize = 4;
/// Words of time in which 后 is no empress.
const AFTERWARDS: [&str; 6] = ["后来", "后面", "后期", "后代", "后世", "后续"];
/// One hundred and two.
const MOST_WORDS: usize = 4;
/// How far from a title the word for a lot makes it one, in characters.
const NEAR: usize = 6;

pub(super) fn fault(draft: &Draft<'_>, subject: &Subject<'_>) -> Option<String> {
    number(draft.text, subject)
        .or_else(|| deity(draft.text, subject))
        .or_else(|| title(draft.text, subject))
        .or_else(|| verse(draft.text, subject))
}

fn number(text: &str, subject: &Subject<'_>) -> Option<String> {
    let plain = to_simplified(&text.to_lowercase());
    let known = subject.known.folded();
    let named = numbers(&plain)
        .into_iter()
        .find(|&(number, ref label)| number != subject.lot.number && !known.contains(&fold(label)));
    named.map(|(_, label)| format!("another lot is named: `{label}`"))
}

/// The numbers of lots that are named, and the words that name them; the text is Simplified and in
/// lower case.
fn numbers(text: &str) -> Vec<(u32, String)> {
    let mut found = Vec::new();
    // 第十二签, 第12签, 第十二番, 第十二首签
    for (at, head) in text.match_indices('第') {
        let rest = &text[at + head.len()..];
        let (number, digits) = leading_number(rest);
        let after = rest[digits..].trim_start();
        let is_lot = ["签", "簽", "号签", "首签", "籤", "番くじ", "番の", "番"]
            .iter()
            .any(|word| after.starts_with(word))
            || (after.starts_with(['首', '支']) && is_drawn(&text[..at]));
        if let Some(number) = number.filter(|_| is_lot) {
            let label: String = text[at..]
                .chars()
                .take(2 + rest[..digits].chars().count())
                .collect();
            found.push((number, label));
        }
    }
    // Lot 12, lot no. 12, lot #12, lot, number 12, lot twelve; not: a lot 12 people want.
    for (at, head) in text.match_indices("lot") {
        let before = text[..at].trim_end();
        let is_word = !text[..at].ends_with(char::is_alphanumeric);
        let is_much = before.ends_with(" a") || before == "a";
        let rest = &text[at + head.len()..];
        let Some(rest) = rest.strip_prefix([' ', ',']).map(str::trim_start) else {
            continue;
        };
        let label = ["number ", "no. ", "no ", "nr. ", "#"];
        let numbered = label.iter().find_map(|word| rest.strip_prefix(word));
        let number = leading_number(numbered.unwrap_or(rest));
        let (number, length) = match number {
            (Some(_), _) => number,
            // The lot one draws is any.
            (None, _) if numbered.is_none() && rest.starts_with("one ") => continue,
            (None, _) => english_number(numbered.unwrap_or(rest)),
        };
        if let Some(number) = number
            && is_word
            && !is_much
        {
            let digits = &numbered.unwrap_or(rest)[..length];
            found.push((number, format!("lot {digits}")));
        }
    }
    // 引いたのは二十三番
    for (at, head) in text.match_indices("引いた") {
        let rest: String = text[at + head.len()..].chars().take(NEAR).collect();
        let rest = rest.trim_start_matches(['の', 'は', 'く', 'じ', '、', '第']);
        let (number, digits) = leading_number(rest);
        if let Some(number) = number.filter(|_| rest[digits..].starts_with('番')) {
            found.push((number, format!("{}番", &rest[..digits])));
        }
    }
    found
}

/// Whether something is drawn right before: a second poem may be any, but not one that is drawn.
fn is_drawn(before: &str) -> bool {
    let near: Vec<char> = before.chars().rev().take(NEAR).collect();
    near.contains(&'抽')
        || near.contains(&'求')
        || near.starts_with(&['到'])
        || near.contains(&'签')
}

/// The number that a text begins with, and its length in bytes.
fn leading_number(text: &str) -> (Option<u32>, usize) {
    let is_digit = |c: char| c.is_ascii_digit() || ('０'..='９').contains(&c);
    let digits: String = text.chars().take_while(|&c| is_digit(c)).collect();
    if !digits.is_empty() {
        return (fold(&digits).parse().ok(), digits.len());
    }
    let han: String = text
        .chars()
        .take_while(|&c| "〇零一二三四五六七八九十百廿卅".contains(c))
        .collect();
    (han_number(&han), han.len())
}

/// The number that a text begins with in words, such as `twenty-three`, and its length.
fn english_number(text: &str) -> (Option<u32>, usize) {
    let ends = text.match_indices(|c: char| !c.is_ascii_lowercase() && c != '-');
    let ends = ends.map(|(end, _)| end).chain([text.len()]);
    let numbers = ends.take(MOST_WORDS).filter_map(|end| {
        let words = &text[..end];
        let number = english_cardinal(words).filter(|_| !words.ends_with("and"));
        Some((Some(number?), end))
    });
    numbers.last().unwrap_or_default()
}

fn han_number(text: &str) -> Option<u32> {
    let mut total = 0;
    let mut digit = None;
    for c in text.chars() {
        match c {
            '百' => total += digit.take().unwrap_or(1) * 100,
            '十' => total += digit.take().unwrap_or(1) * 10,
            '廿' => total += 20,
            '卅' => total += 30,
            '〇' | '零' => digit = Some(digit.unwrap_or(0) * 10),
            c => {
                let value = "一二三四五六七八九".chars().position(|known| known == c)?;
                digit = Some(digit.map_or(0, |digit| digit * 10) + u32::try_from(value).ok()? + 1);
            }
        }
    }
    let total = total + digit.unwrap_or(0);
    (total > 0).then_some(total)
}

fn deity(text: &str, subject: &Subject<'_>) -> Option<String> {
    // 武則天後來 names no 天后, though both are written 后 in Simplified Chinese.
    let folded = fold(
        &AFTERWARDS
            .iter()
            .fold(text.replace('後', " "), |text, word| {
                text.replace(word, " ")
            }),
    );
    let spaced = spaced(text);
    let own: Vec<String> = subject.lot.deity.values().map(|name| fold(name)).collect();
    let deities = subject.watch.neighbours().deities().iter();
    let others = deities.filter(|name| name.deity != subject.lot.deity_id);
    others
        .map(|name| (name, fold(&name.name)))
        .filter(|(_, other)| !own.iter().any(|own| own.contains(other.as_str())))
        .filter(|(_, other)| !subject.known.holds(other))
        .find(|(name, other)| {
            if other.is_ascii() {
                spaced.contains(&self::spaced(&name.name))
            } else {
                // What the deity's own name holds of another one's is its own.
                let rest = own
                    .iter()
                    .fold(folded.clone(), |rest, own| rest.replace(own.as_str(), " "));
                rest.contains(other.as_str())
            }
        })
        .map(|(name, _)| format!("another deity is named: `{}`", name.name))
        .or_else(|| well_known(&folded, &spaced, &own, subject))
}

/// A deity that many know, though no deck of theirs is in the library.
fn well_known(folded: &str, words: &str, own: &[String], subject: &Subject<'_>) -> Option<String> {
    let is_own = |name: &&str| own.iter().any(|own| own.contains(&fold(name)));
    WELL_KNOWN
        .iter()
        .filter(|(ids, _)| !ids.contains(&subject.lot.deity_id.as_str()))
        .filter(|(_, names)| !names.iter().any(&is_own))
        .filter(|(_, names)| !names.iter().any(|name| subject.known.holds(&fold(name))))
        .flat_map(|(_, names)| names.iter())
        .find(|name| match name.is_ascii() {
            true => is_named(name, words),
            false => folded.contains(&fold(name)),
        })
        .map(|name| format!("another deity is named: `{name}`"))
}

/// Words in lower case, a blank around each.
fn spaced(text: &str) -> String {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    format!(" {} ", words.join(" "))
}

/// Whether a name in Latin script stands among the words; one that a man of history bears as well
/// counts where he is said to speak now.
fn is_named(name: &str, words: &str) -> bool {
    let name = spaced(name);
    let speaks = |verb: &&str| words.contains(&format!("{name}{verb} "));
    words.contains(&name) && (name.trim() != GENERAL || SPEAKS.iter().any(speaks))
}

/// The title of another lot, in marks and beside the word for a lot.
fn title(text: &str, subject: &Subject<'_>) -> Option<String> {
    let word = match subject.language {
        Language::Zh | Language::ZhHans => "签",
        Language::En => "lot",
        Language::Ja => "签",
    };
    let near = |before: &str, after: &str| {
        let before: String = before
            .chars()
            .rev()
            .take(NEAR)
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect();
        let after: String = after.chars().take(NEAR).collect();
        [before, after]
            .iter()
            .any(|side| to_simplified(&side.to_lowercase()).contains(word))
    };
    quotes(text).into_iter().find_map(|quote| {
        let quoted = fold(quote.text);
        if quoted.chars().count() < SHORTEST_TITLE
            || subject.known.holds(&quoted)
            || !near(quote.before, quote.after)
        {
            return None;
        }
        let other = subject
            .watch
            .neighbours()
            .titles()
            .iter()
            .find(|title| title.folded == quoted)?;
        Some(format!(
            "lot {} of `{}` is named: `{}`",
            other.number, other.deck, quote.text
        ))
    })
}

/// A line of another lot, should it come by a way that has no guard.
fn verse(text: &str, subject: &Subject<'_>) -> Option<String> {
    subject.watch.stranger(&fold(text))?.fault
}
