//! Texts that were damaged on their way, and places that were never filled in.

use crate::{
    lint::Code,
    pack::{Fault, Pack, Text},
};

/// What stands where nothing was written yet, in small letters.
const PLACEHOLDERS: [&str; 28] = [
    "placeholder",
    "placeholder text",
    "dummy text",
    "佔位",
    "占位",
    "佔位符",
    "todo",
    "tbd",
    "tba",
    "fixme",
    "xxx",
    "n/a",
    "na",
    "none",
    "null",
    "undefined",
    "nan",
    "lorem ipsum",
    "untitled",
    "待補",
    "待补",
    "待填",
    "未填",
    "暫無",
    "暂无",
    "未入力",
    "未定",
    "準備中",
];

/// Words that begin a note to oneself, in small letters: the rest says what is to be written.
const NOTES: [&str; 8] = ["todo", "tbd", "tba", "fixme", "xxx", "待補", "待补", "待填"];

/// Characters that UTF-8 becomes when it is read as GBK or Shift JIS, and that are rare otherwise.
const MISREAD: [char; 10] = ['縺', '繧', '縲', '銆', '锛', '鈥', '鐨', '闂', '锟', '斤'];

/// What damaged a text, or that it was never written.
pub(super) fn error(text: &Text<'_>) -> Option<Fault> {
    damaged(text.text)
        .map(|reason| text.fault(Code::DamagedText, reason))
        .or_else(|| {
            is_placeholder(text.text).then(|| {
                let reason = format!(
                    "`{}` stands where a text is wanted; write it, or leave the key out",
                    text.text.trim()
                );
                text.fault(Code::Placeholder, reason)
            })
        })
}

/// Likewise of what has no language: edition, source, licence, titles, grades and kinds.
pub(super) fn of_names(pack: &Pack, faults: &mut Vec<Fault>) {
    let deck = &pack.deck;
    for (field, text) in [
        ("edition", &deck.edition),
        ("source", &deck.source),
        ("licence", &deck.licence),
    ] {
        if let Some((code, reason)) = of_name(text) {
            faults.push(Fault::of_deck(code, field, reason));
        }
    }
    for grade in &deck.grades {
        if let Some((code, reason)) = of_name(&grade.word) {
            faults.push(Fault::of_deck(code, "grades", reason));
        }
    }
    for (file, lot) in &pack.lots {
        let place = (file.as_str(), lot.number);
        if let Some((code, reason)) = of_name(&lot.title) {
            faults.push(Fault::of_lot(code, place, "title", reason));
        }
        for entry in &lot.commentary {
            if let Some((code, reason)) = of_name(&entry.kind) {
                faults.push(Fault::of_lot(code, place, "commentary.kind", reason));
            }
        }
    }
}

fn of_name(text: &str) -> Option<(Code, String)> {
    if let Some(reason) = damaged(text) {
        return Some((Code::DamagedText, reason));
    }
    let is_left = !text.trim().is_empty() && is_placeholder(text);
    is_left.then(|| {
        let reason = format!("`{}` stands where a text is wanted", text.trim());
        (Code::Placeholder, reason)
    })
}

/// Words for "not written", or nothing that could be read aloud.
fn is_placeholder(text: &str) -> bool {
    let text = text.trim().to_lowercase();
    let bare = text.trim_matches(|c: char| !c.is_alphanumeric());
    let is_dashes = bare.is_empty()
        && !text.is_empty()
        && !text.contains(['○', '●', '◯', '☰', '☱', '☲', '☳', '☴', '☵', '☶', '☷']);
    is_dashes
        || PLACEHOLDERS.contains(&bare)
        || bare.starts_with("lorem ipsum")
        || NOTES.iter().any(|word| is_note(bare, word))
}

/// `TODO: 補上`, `fixme (the second line)`; not a word that merely begins so.
fn is_note(bare: &str, word: &str) -> bool {
    bare.strip_prefix(word).is_some_and(|rest| {
        rest.trim_start()
            .starts_with([':', '：', '(', '（', '-', '—', '!'])
    })
}

fn damaged(text: &str) -> Option<String> {
    if text.contains('\u{fffd}') {
        return Some("a character was lost (U+FFFD); copy the text again as UTF-8".to_owned());
    }
    if let Some(c) = text.chars().find(|c| is_private(*c)) {
        let code = u32::from(c);
        return Some(format!(
            "U+{code:04X} is no character that others can read; a font of its own showed it"
        ));
    }
    misread(text).map(|words| {
        format!("`{words}` was UTF-8, read as something else; copy the text again as UTF-8")
    })
}

fn is_private(c: char) -> bool {
    let code = u32::from(c);
    let is_no_character = code & 0xfffe == 0xfffe || (0xfdd0..=0xfdef).contains(&code);
    let is_for_fonts = matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..);
    let is_override =
        matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fff9}'..='\u{fffb}');
    is_no_character || is_for_fonts || is_override
}

/// Characters that are the bytes of one UTF-8 character, each shown as Windows-1252 would.
fn misread(text: &str) -> Option<String> {
    let characters: Vec<char> = text.chars().collect();
    for (at, c) in characters.iter().enumerate() {
        let length = match byte(*c) {
            Some(0xc2 | 0xc3) => 2,
            Some(0xe0..=0xef) => 3,
            Some(0xf0..=0xf4) => 4,
            Some(_) | None => continue,
        };
        let Some(piece) = characters.get(at..at + length) else {
            continue;
        };
        let is_utf8 = piece[1..]
            .iter()
            .all(|c| byte(*c).is_some_and(|byte| (0x80..=0xbf).contains(&byte)));
        if is_utf8 {
            return Some(piece.iter().collect());
        }
    }
    let rare: Vec<char> = characters
        .into_iter()
        .filter(|c| MISREAD.contains(c))
        .collect();
    let is_often = rare.len() >= 3 && rare.len() * 8 > text.chars().count();
    is_often.then(|| rare.into_iter().take(3).collect())
}

/// The byte that Windows-1252 shows as this character.
fn byte(c: char) -> Option<u8> {
    const FROM_80: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž',
        '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}',
        'ž', 'Ÿ',
    ];
    match FROM_80.iter().position(|shown| *shown == c) {
        Some(place) => u8::try_from(0x80 + place).ok(),
        None => u8::try_from(u32::from(c)).ok().filter(|byte| *byte >= 0xa0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damage_is_told_from_rare_writing() {
        for text in [
            "月缺\u{fffd}",
            "\u{e123}燈",
            "ä¸\u{ad}å›½",
            "donâ€™t",
            "cafÃ©",
            "縺薙ｓ縺ｫ縺｡縺ｯ",
        ] {
            assert!(damaged(text).is_some(), "{text}");
        }
        for text in [
            "月缺花殘",
            "café à la carte",
            "«École»",
            "naïve…",
            "甲子 ○○○　○○○",
            "繧繝彩色",
            "𠮷野",
            "São Paulo – “fine”",
            "ㄕˇ",
        ] {
            assert_eq!(damaged(text), None, "{text}");
        }
    }

    #[test]
    fn what_was_never_written_is_told() {
        for text in [
            "TODO",
            " tbd. ",
            "--",
            "……",
            "（待補）",
            "Lorem ipsum dolor sit amet",
            "N/A",
            "TODO: 補上",
            "待補：第二句",
            "fixme (ask the temple)",
            "placeholder",
        ] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in [
            "無",
            "○●○",
            "吉",
            "To do this, wait.",
            "待補漏時再動身",
            "TODOS: a town",
            "none of it is lost",
            "1",
        ] {
            assert!(!is_placeholder(text), "{text}");
        }
    }
}
