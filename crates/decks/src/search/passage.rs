//! Cuts the texts of a lot into passages short enough to show.

use std::{borrow::Cow, collections::BTreeMap, ops::Range};

use crate::{Language, Lot, Topic};

/// Characters that a passage has at most.
pub(super) const MAX_CHARACTERS: usize = 240;

/// A piece of one of a lot's texts.
#[derive(Debug)]
pub(super) struct Passage {
    pub(super) lot: u32,
    pub(super) language: Language,
    pub(super) place: Place,
    /// Counts within lot, kind and language.
    pub(super) index: u32,
    /// In bytes of the whole text.
    range: Range<usize>,
}

/// Which of a lot's texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Verse,
    Commentary(usize),
    Allusion(usize),
    Topic(Topic),
}

/// All passages of a lot whose verse is in that language.
pub(super) fn passages(lot: &Lot, verse: Language) -> Vec<Passage> {
    let commentary = lot
        .commentary
        .iter()
        .enumerate()
        .map(|(index, commentary)| (Place::Commentary(index), commentary.language));
    let allusions = lot
        .allusions
        .iter()
        .enumerate()
        .map(|(index, allusion)| (Place::Allusion(index), allusion.language));
    let verdicts = lot.topics.iter().flat_map(|(topic, texts)| {
        texts
            .keys()
            .map(|language| (Place::Topic(*topic), *language))
    });
    let places = [(Place::Verse, verse)]
        .into_iter()
        .chain(commentary)
        .chain(allusions);

    let mut counts: BTreeMap<(String, Language), u32> = BTreeMap::new();
    let mut passages = Vec::new();
    for (place, language) in places.chain(verdicts) {
        for range in pieces(&whole(lot, place, language)) {
            let count = counts
                .entry((kind(lot, place).to_owned(), language))
                .or_default();
            passages.push(Passage {
                lot: lot.number,
                language,
                place,
                index: *count,
                range,
            });
            *count += 1;
        }
    }
    passages
}

impl Passage {
    /// The passage itself, of the lot that it was made from.
    pub(super) fn text<'a>(&self, lot: &'a Lot) -> Cow<'a, str> {
        match whole(lot, self.place, self.language) {
            Cow::Borrowed(text) => Cow::Borrowed(&text[self.range.clone()]),
            Cow::Owned(text) => Cow::Owned(text[self.range.clone()].to_owned()),
        }
    }

    /// `verse`, `allusion`, `topic`, or the kind of the commentary.
    pub(super) fn kind<'a>(&self, lot: &'a Lot) -> &'a str {
        kind(lot, self.place)
    }
}

fn kind(lot: &Lot, place: Place) -> &str {
    match place {
        Place::Verse => "verse",
        Place::Commentary(index) => &lot.commentary[index].kind,
        Place::Allusion(_) => "allusion",
        Place::Topic(_) => "topic",
    }
}

fn whole(lot: &Lot, place: Place, language: Language) -> Cow<'_, str> {
    match place {
        Place::Verse => Cow::Owned(lot.verse.join("\n")),
        Place::Commentary(index) => Cow::Borrowed(&lot.commentary[index].text),
        Place::Allusion(index) => Cow::Borrowed(&lot.allusions[index].text),
        Place::Topic(topic) => Cow::Borrowed(&lot.topics[&topic][&language]),
    }
}

/// Cuts a text at sentence ends, else at clause ends or spaces, else where the length forces it.
fn pieces(text: &str) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let mut start = 0;
    loop {
        start += text[start..].len() - text[start..].trim_start().len();
        let rest = &text[start..];
        if rest.is_empty() {
            return pieces;
        }
        let length = piece_length(rest);
        pieces.push(start..start + rest[..length].trim_end().len());
        start += length;
    }
}

fn piece_length(rest: &str) -> usize {
    let Some((longest, _)) = rest.char_indices().nth(MAX_CHARACTERS) else {
        return rest.len();
    };
    let window = &rest[..longest];
    let mut sentence = None;
    let mut clause = None;
    let mut characters = window.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        let next = characters.peek().map(|(_, next)| *next);
        let end = at + c.len_utf8();
        let closes = |c: char| matches!(c, '」' | '』' | '”' | '’' | '）' | ')' | '"');
        match c {
            '。' | '！' | '？' | '!' | '?' | '；' | '\n' if !next.is_some_and(closes) => {
                sentence = Some(end);
            }
            '.' if next.is_some_and(char::is_whitespace) => sentence = Some(end),
            c if closes(c) && text_ends(&window[..at]) => sentence = Some(end),
            '，' | '、' | ',' | ';' | '：' | ' ' | '\u{3000}' => clause = Some(end),
            _ => {}
        }
    }
    sentence.or(clause).unwrap_or(longest)
}

fn text_ends(before: &str) -> bool {
    before.ends_with(['。', '！', '？', '!', '?', '.'])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let found: Vec<_> = pieces(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn long_texts_are_cut_at_sentence_ends() {
        let sentence = format!("{}。", "月".repeat(99));
        check("", &[]);
        check(" 短。 ", &["短。"]);
        let two = sentence.repeat(2);
        check(&sentence.repeat(3), &[&two, &sentence]);
        let quoted = format!("「{}。」{}", "月".repeat(200), "日".repeat(60));
        check(
            &quoted,
            &[&format!("「{}。」", "月".repeat(200)), &"日".repeat(60)],
        );
        check(&"月".repeat(250), &[&"月".repeat(240), &"月".repeat(10)]);
        let words = "moon ".repeat(60);
        check(&words, &[words[..240].trim_end(), words[240..].trim_end()]);
        let english = format!("{}. {}", "a".repeat(150), "b".repeat(150));
        check(
            &english,
            &[&format!("{}.", "a".repeat(150)), &"b".repeat(150)],
        );
    }

    proptest! {
        #[test]
        fn pieces_are_short_and_lose_nothing(text in "[月。， a.\u{10FFFF}」]{0,900}") {
            let found = pieces(&text);
            let kept: String = found.iter().map(|range| &text[range.clone()]).collect();
            let dense = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(dense(&kept), dense(&text));
            for range in found {
                prop_assert!((1..=MAX_CHARACTERS).contains(&text[range].chars().count()));
            }
        }
    }
}
