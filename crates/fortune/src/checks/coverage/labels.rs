//! Finds which lines a text speaks of by their place: 第一句, 首句, 一句目, 1., Line 1, the last line.

use std::ops::Range;

use crate::script::to_simplified;

/// The lines that are named.
pub(super) struct Labels {
    named: Vec<bool>,
}

const HAN: &str = "一二三四五六七八九十";
const CARDINALS: [&str; 10] = [
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
];
const ORDINALS: [&str; 10] = [
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
];
/// What a line is called, after its number: all texts are Simplified and in lower case here.
const UNITS: [&str; 6] = ["句目", "行目", "句", "行", "联", "段"];
/// What may stand between the numbers of one label; the second row makes a range of them.
const AND: [&str; 12] = [
    "、", ",", "和", "与", "及", "跟", "&", " and ", "第", "句", "と", " ",
];
const TO: [&str; 9] = ["至", "到", "-", "~", "〜", "–", " to ", " through ", "から"];

/// Names of the first line.
const FIRST: [&str; 8] = [
    "首句",
    "起句",
    "初句",
    "开头一句",
    "开篇",
    "最初の句",
    "opening line",
    "opening verse",
];
const SECOND: [&str; 2] = ["次句", "承句"];
/// The turn of a verse of four lines.
const THIRD: [&str; 3] = ["转句", "転句", "the turn"];
const LAST: [&str; 14] = [
    "末句",
    "尾句",
    "结句",
    "結句",
    "合句",
    "最后一句",
    "最後の句",
    "最后の句",
    "结びの句",
    "結びの句",
    "last line",
    "final line",
    "closing line",
    "the last",
];
/// Names of several lines: the first two, the last two, the halves.
const FIRST_TWO: [&str; 9] = [
    "前两句",
    "首两句",
    "前二句",
    "头两句",
    "首联",
    "最初の二句",
    "first two lines",
    "opening couplet",
    "first couplet",
];
const LAST_TWO: [&str; 9] = [
    "后两句",
    "末两句",
    "后二句",
    "尾联",
    "最后の二句",
    "最後の二句",
    "last two lines",
    "closing couplet",
    "final couplet",
];
const FIRST_HALF: [&str; 5] = ["前半", "上半", "前四句", "first half", "first four lines"];
const SECOND_HALF: [&str; 6] = [
    "后半",
    "後半",
    "下半",
    "后四句",
    "second half",
    "last four lines",
];
/// Names of a verse that has but one line.
const WHOLE: [&str; 10] = [
    "这句",
    "这一句",
    "此句",
    "签诗",
    "诗句",
    "この句",
    "詩",
    "the line",
    "the verse",
    "the poem",
];

impl Labels {
    pub(super) fn of(text: &str, count: usize) -> Self {
        let mut labels = Self {
            named: vec![false; count],
        };
        let text = plain(text);
        labels.names(&text);
        labels.numbers(&text);
        labels.markers(&text);
        labels
    }

    pub(super) fn name(&self, line: usize) -> bool {
        self.named[line]
    }

    fn mark(&mut self, lines: Range<usize>) {
        let count = self.named.len();
        self.named[lines.start.min(count)..lines.end.min(count)].fill(true);
    }

    fn names(&mut self, text: &str) {
        let count = self.named.len();
        let last = count.saturating_sub(1);
        let third = if count == 4 { 2..3 } else { 0..0 };
        let names: [(&[&str], Range<usize>); 11] = [
            (&FIRST, 0..1),
            (&SECOND, 1..2),
            (&THIRD, third),
            (&LAST, last..count),
            (&FIRST_TWO, 0..2),
            (&["颔联", "second couplet"], 2..4),
            (&["颈联", "third couplet"], 4..6),
            (&LAST_TWO, count.saturating_sub(2)..count),
            (&FIRST_HALF, 0..count / 2),
            (&SECOND_HALF, count / 2..count),
            (&WHOLE, 0..usize::from(count == 1)),
        ];
        for (words, lines) in names {
            if words.iter().any(|word| text.contains(word)) {
                self.mark(lines);
            }
        }
        for (place, ordinal) in ORDINALS.iter().enumerate() {
            // The second line is the way, the third …
            if text.contains(&format!("{ordinal} line")) || text.contains(&format!("the {ordinal}"))
            {
                self.mark(place..place + 1);
            }
        }
    }

    /// 第一句, 第1、2句, 第一句至第四句, 三句目; line 1, line two, lines 1 and 2, lines 1 to 4.
    fn numbers(&mut self, text: &str) {
        for (at, _) in text.char_indices() {
            let rest = &text[at..];
            let before = text[..at].chars().next_back();
            if let Some(numbers) = rest.strip_prefix('第') {
                self.list(numbers, true);
            } else if before.is_none_or(|c| !c.is_alphanumeric()) {
                let heads = [
                    "lines ",
                    "line ",
                    "line #",
                    "line no. ",
                    "verses ",
                    "verse ",
                ];
                if let Some(numbers) = heads.iter().rev().find_map(|head| rest.strip_prefix(head)) {
                    self.list(numbers, false);
                }
            }
            // 一句目 has no 第 before it.
            if before.is_none_or(|c| !c.is_ascii_digit() && !HAN.contains(c))
                && let Some((number, length)) = number(rest)
                && UNITS[..2]
                    .iter()
                    .any(|unit| rest[length..].starts_with(unit))
            {
                self.mark(number - 1..number);
            }
        }
    }

    /// Numbers that belong to one label; those of Chinese have to end in what is counted.
    fn list(&mut self, text: &str, needs_unit: bool) {
        let mut rest = text;
        let mut lines: Vec<Range<usize>> = Vec::new();
        let mut is_range = false;
        while let Some((number, length)) = number(rest) {
            let from = match lines.last() {
                Some(last) if is_range => last.start,
                _ => number - 1,
            };
            lines.push(from..number);
            rest = &rest[length..];
            if UNITS.iter().any(|unit| rest.starts_with(unit)) || !needs_unit {
                lines.drain(..).for_each(|lines| self.mark(lines));
                lines.push(from..number);
            }
            is_range = false;
            while let Some((joint, is_to)) = joint(rest) {
                is_range |= is_to;
                rest = &rest[joint.len()..];
            }
        }
    }

    /// Numbers at the beginning of paragraphs: 1. (1) 一、 ① and the like.
    fn markers(&mut self, text: &str) {
        let is_ornament = |c: char| c.is_whitespace() || "(*#-•·[【「".contains(c);
        for paragraph in text.lines() {
            let paragraph = paragraph.trim_start_matches(is_ornament);
            let first = paragraph.chars().next().unwrap_or_default();
            if ('①'..='⑳').contains(&first) {
                let place = (u32::from(first) - u32::from('①')) as usize;
                self.mark(place..place + 1);
            } else if let Some((number, length)) = number(paragraph)
                && paragraph[length..]
                    .trim_start()
                    .starts_with(['.', ')', '、', ':', ']', '】', '」', '|', '*', '-', '/'])
            {
                self.mark(number - 1..number);
            }
        }
    }
}

/// The number from 1 on that a text begins with, and its length in bytes.
fn number(text: &str) -> Option<(usize, usize)> {
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    if digits > 0 {
        let number = text[..digits]
            .parse()
            .ok()
            .filter(|number| (1..100).contains(number))?;
        return Some((number, digits));
    }
    let word = text
        .find(|c: char| !c.is_ascii_alphabetic())
        .unwrap_or(text.len());
    if let Some(place) = CARDINALS
        .iter()
        .position(|cardinal| *cardinal == &text[..word])
    {
        return Some((place + 1, word));
    }
    let first = text.chars().next()?;
    let place = HAN.chars().position(|han| han == first)?;
    Some((place + 1, first.len_utf8()))
}

/// What stands between two numbers, and whether it makes a range of them.
fn joint(text: &str) -> Option<(&'static str, bool)> {
    let to = TO.into_iter().find(|joint| text.starts_with(joint));
    let and = || AND.into_iter().find(|joint| text.starts_with(joint));
    to.map(|joint| (joint, true))
        .or_else(|| and().map(|joint| (joint, false)))
}

/// One spelling of a text with its marks: plain letters, digits and marks, Simplified characters.
fn plain(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            '。' => '.',
            '\u{3000}' => ' ',
            c => c,
        })
        .collect();
    to_simplified(&plain.to_lowercase())
}
