//! Tells languages apart by their scripts, and turns Traditional characters into Simplified ones.

mod detect;
mod fold;

pub(crate) use self::{
    detect::{Scripts, Shapes, detect, latin_words},
    fold::{fold, folded},
};

include!(concat!(env!("OUT_DIR"), "/simplified.rs"));

/// Where the table of single characters is wrong or has nothing.
const CORRECTED: [(char, char); 20] = [
    ('參', '参'),
    ('乾', '干'),
    ('擡', '抬'),
    ('査', '查'),
    ('獃', '呆'),
    ('菸', '烟'),
    ('絃', '弦'),
    ('閒', '闲'),
    ('痠', '酸'),
    ('噁', '恶'),
    ('鉅', '巨'),
    ('逕', '径'),
    ('鏇', '旋'),
    ('襬', '摆'),
    ('靦', '腼'),
    ('綵', '彩'),
    ('彷', '彷'),
    ('祇', '祇'),
    ('薰', '薰'),
    ('覆', '覆'),
];

/// The text in Simplified characters, character by character but for the few that depend on
/// their neighbours.
pub(crate) fn to_simplified(text: &str) -> String {
    let mut before = None;
    let mut rest = text.chars().peekable();
    let mut converted = String::with_capacity(text.len());
    while let Some(c) = rest.next() {
        let after = rest.peek().copied();
        let is_kept = match c {
            '著' => {
                is_one_of(after, "作名述者書书稱称錄录")
                    || is_one_of(before, "名巨編编顯显昭土原專专論论合卓")
            }
            '乾' => is_one_of(after, "坤隆卦元"),
            '甚' if after == Some('麼') => {
                converted.push('什');
                before = Some(c);
                continue;
            }
            _ => false,
        };
        converted.push(if is_kept { c } else { simplified_character(c) });
        before = Some(c);
    }
    converted
}

fn is_one_of(c: Option<char>, characters: &str) -> bool {
    c.is_some_and(|c| characters.contains(c))
}

fn simplified_character(c: char) -> char {
    if let Some(corrected) = CORRECTED.iter().find(|pair| pair.0 == c) {
        return corrected.1;
    }
    match SIMPLIFIED.binary_search_by_key(&c, |pair| pair.0) {
        Ok(place) => SIMPLIFIED[place].1,
        Err(_) => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traditional_text_becomes_simplified() {
        assert_eq!(
            to_simplified("緣分已近，莫嫌燈火來時晚"),
            "缘分已近，莫嫌灯火来时晚"
        );
    }
}
