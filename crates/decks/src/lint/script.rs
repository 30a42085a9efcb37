//! Texts in another script than their language is written in.

mod variants;

use std::{collections::HashSet, sync::LazyLock};

use crate::{
    Language,
    lint::Code,
    pack::{Fault, Place, Text},
};

/// Latin words in a row that make prose, and Latin letters in them.
const PROSE_WORDS: usize = 5;
const PROSE_LETTERS: usize = 20;

/// Han characters in a row that are no name.
const LONGEST_NAME: usize = 8;

/// Han characters without any kana that are no short verdict.
const LONGEST_KANJI: usize = 16;

/// Characters that a finding names at most.
const MOST_NAMED: usize = 8;

/// A text, or a great part of it, is in another script than its language.
pub(super) fn error(text: &Text<'_>) -> Option<Fault> {
    let reason = match text.place {
        Place::Verse(line) => {
            format!(
                "line {line} {}",
                foreign_in_verse(text.text, text.language)?
            )
        }
        Place::Deck(_) | Place::AllusionTitle => foreign_in_name(text.text, text.language)?,
        Place::Commentary(_) | Place::Allusion | Place::Topic(_) => {
            foreign(text.text, text.language)?
        }
    };
    Some(text.fault(Code::ForeignScript, reason))
}

/// Single characters are written as in another place, in a text that is not foreign as a whole.
pub(super) fn warning(text: &Text<'_>) -> Option<Fault> {
    if error(text).is_some() {
        return None;
    }
    let (foreign, whose) = match text.language {
        Language::Zh => (
            &*NOT_TRADITIONAL,
            "are Simplified or Japanese; a Traditional text is wanted",
        ),
        Language::ZhHans => (
            &*NOT_SIMPLIFIED,
            "are Traditional or Japanese; a Simplified text is wanted",
        ),
        Language::Ja => (
            &*NOT_JAPANESE,
            "are Simplified Chinese; a Japanese text is wanted",
        ),
        Language::En => return None,
    };
    let mut found: Vec<char> = Vec::new();
    for c in outside_quotations(text.text) {
        if foreign.contains(&c) && !found.contains(&c) {
            found.push(c);
        }
    }
    if found.is_empty() {
        return None;
    }
    let named: String = found.iter().take(MOST_NAMED).collect();
    let more = if found.len() > MOST_NAMED { " …" } else { "" };
    Some(text.fault(Code::ScriptVariant, format!("{named}{more} {whose}")))
}

static NOT_TRADITIONAL: LazyLock<HashSet<char>> =
    LazyLock::new(|| characters(&[variants::SIMPLIFIED, variants::JAPANESE]));
static NOT_SIMPLIFIED: LazyLock<HashSet<char>> =
    LazyLock::new(|| characters(&[variants::TRADITIONAL, variants::JAPANESE]));
static NOT_JAPANESE: LazyLock<HashSet<char>> =
    LazyLock::new(|| characters(&[variants::SIMPLIFIED_NOT_JAPANESE]));

fn characters(tables: &[&str]) -> HashSet<char> {
    tables.iter().flat_map(|table| table.chars()).collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    Han,
    Kana,
    Latin,
    /// Letters of any other script.
    Other,
    /// Digits, punctuation, symbols, signs of sound.
    None,
}

fn script(c: char) -> Script {
    match c {
        // What both writings share: the long vowel, the middle dot, signs of repetition.
        'ー' | '・' | '゛' | '゜' | '゠' => Script::None,
        '\u{3041}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{ff66}'..='\u{ff9d}' => Script::Kana,
        '々'
        | '〇'
        | '\u{2e80}'..='\u{2fdf}'
        | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}' => Script::Han,
        // Signs of sound (注音) belong to Chinese texts.
        '\u{3100}'..='\u{312f}' | '\u{31a0}'..='\u{31bf}' => Script::None,
        '\u{2b0}'..='\u{36f}' => Script::None,
        'a'..='z'
        | 'A'..='Z'
        | '\u{c0}'..='\u{24f}'
        | '\u{1e00}'..='\u{1eff}'
        | 'ａ'..='ｚ'
        | 'Ａ'..='Ｚ' => Script::Latin,
        c if c.is_alphabetic() => Script::Other,
        _ => Script::None,
    }
}

/// How many characters of each script stand in a text.
struct Counts {
    han: usize,
    kana: usize,
    latin: usize,
    other: usize,
}

impl Counts {
    fn of(characters: impl Iterator<Item = char>) -> Self {
        let mut counts = Self {
            han: 0,
            kana: 0,
            latin: 0,
            other: 0,
        };
        for c in characters {
            match script(c) {
                Script::Han => counts.han += 1,
                Script::Kana => counts.kana += 1,
                Script::Latin => counts.latin += 1,
                Script::Other => counts.other += 1,
                Script::None => {}
            }
        }
        counts
    }
}

fn foreign(text: &str, language: Language) -> Option<String> {
    let Counts {
        han,
        kana,
        latin,
        other,
    } = Counts::of(outside_quotations(text));
    if other > 3 {
        return Some(format!(
            "{other} letters of another script stand in a text in {language}"
        ));
    }
    match language {
        Language::Zh | Language::ZhHans => {
            // One の is a fashion; two kana are Japanese.
            if kana > 1 {
                return Some(format!("{kana} kana stand in a text in Chinese"));
            }
            latin_prose(text, han, latin, "Chinese")
        }
        Language::Ja => {
            if han > LONGEST_KANJI && kana * 20 < han {
                return Some("has no kana; it seems to be Chinese".to_owned());
            }
            latin_prose(text, han + kana, latin, "Japanese")
        }
        Language::En => {
            let east = han + kana;
            let longest = longest_run(text, |c| matches!(script(c), Script::Han | Script::Kana));
            if longest > LONGEST_NAME {
                return Some(format!(
                    "{longest} Chinese or Japanese characters in a row stand outside quotations in a text in English"
                ));
            }
            (east * 4 > latin && east > 0).then(|| {
                "is more Chinese or Japanese than English; quotations and names are allowed"
                    .to_owned()
            })
        }
    }
}

/// A name may be written in letters, and an English one hardly in Han.
fn foreign_in_name(text: &str, language: Language) -> Option<String> {
    let Counts {
        han,
        kana,
        latin,
        other,
    } = Counts::of(text.chars());
    let reason = match language {
        Language::Zh | Language::ZhHans if kana > 1 => "has kana, and is said to be Chinese",
        Language::En if latin == 0 && han + kana + other > 0 => {
            "has no Latin letter, and is said to be English"
        }
        Language::Zh | Language::ZhHans | Language::En | Language::Ja => return None,
    };
    Some(reason.to_owned())
}

fn foreign_in_verse(line: &str, language: Language) -> Option<String> {
    let Counts {
        han,
        kana,
        latin,
        other,
    } = Counts::of(line.chars());
    let (count, what) = match language {
        Language::Zh | Language::ZhHans | Language::Ja if latin + other > 0 => {
            (latin + other, "letters")
        }
        Language::Zh | Language::ZhHans if kana > 0 => (kana, "kana"),
        Language::En if han + kana + other > 0 => (han + kana + other, "characters"),
        Language::Zh | Language::ZhHans | Language::Ja | Language::En => return None,
    };
    Some(format!("has {count} {what} of another script"))
}

fn latin_prose(text: &str, own: usize, latin: usize, language: &str) -> Option<String> {
    if latin >= PROSE_LETTERS && latin > 3 * own {
        return Some(format!("is in Latin letters, and is said to be {language}"));
    }
    let mut words = 0;
    let mut letters = 0;
    let visible: String = outside_quotations(text).collect();
    for piece in visible.split(|c: char| c.is_whitespace() || matches!(c, ',' | '.' | '，' | '。'))
    {
        let counts = Counts::of(piece.chars());
        if counts.latin > 0 && counts.han + counts.kana == 0 {
            words += 1;
            letters += counts.latin;
        } else if !piece.is_empty() {
            (words, letters) = (0, 0);
        }
        if words >= PROSE_WORDS && letters >= PROSE_LETTERS {
            return Some(format!(
                "a sentence in Latin letters stands in a text in {language}"
            ));
        }
    }
    None
}

fn longest_run(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    let (mut longest, mut run) = (0, 0);
    for c in outside_quotations(text) {
        run = if belongs(c) { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// The text without what stands in quotation marks, brackets or an address of the web.
fn outside_quotations(text: &str) -> impl Iterator<Item = char> + use<> {
    const PAIRS: [(char, char); 12] = [
        ('「', '」'),
        ('『', '』'),
        ('“', '”'),
        ('《', '》'),
        ('〈', '〉'),
        ('（', '）'),
        ('(', ')'),
        ('【', '】'),
        ('[', ']'),
        ('〔', '〕'),
        ('‘', '’'),
        ('"', '"'),
    ];
    let closing = |opening: char, rest: &str| {
        let (_, close) = PAIRS.iter().find(|(open, _)| *open == opening)?;
        // An apostrophe or a bracket that was forgotten takes no more than a sentence with it.
        rest.char_indices()
            .take(80)
            .find(|(_, c)| c == close)
            .map(|(at, _)| at)
    };
    let mut kept = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        if c == 'h' && (rest.starts_with("http://") || rest.starts_with("https://")) {
            let end = rest
                .find(|c: char| !c.is_ascii_graphic())
                .unwrap_or(rest.len());
            rest = &rest[end..];
            kept.push(' ');
        } else if let Some(end) = closing(c, after) {
            // One place holder, so that what stands on both sides is not joined.
            kept.push(' ');
            rest = &after[end..];
            rest = &rest[rest.chars().next().map_or(0, char::len_utf8)..];
        } else {
            kept.push(c);
            rest = after;
        }
    }
    kept.into_iter()
}

#[cfg(test)]
mod tests;
