//! Tells the four languages apart, also in a few characters.
//!
//! Scripts come first. Among Han characters, the shapes that only some of the languages write
//! decide (see [`WRITTEN`]), and words that only one of them has. Letters in Latin script are
//! judged by small words.

use super::folded;
use crate::Language;

include!(concat!(env!("OUT_DIR"), "/written.rs"));

/// Characters that Chinese cannot do without and Japanese hardly writes.
const CHINESE: &str = "嗎吗呢吧您你妳她們们這这哪麼么很啊呀嘛沒";
/// Likewise, but Japanese has them in some words.
const OFTEN_CHINESE: &str = "我的了是也就都他在會会還还與与被把給给没";
/// Made in Japan, or written nowhere else, and not in the tables of the standards.
const JAPANESE: &str = "々〆働込峠畑辻枠匂凪雫笹榊頼歴効賛隣戯髪";
/// Simplified shapes that many write in Traditional Chinese as well.
const EITHER: &str = "却着碍冲洒胆凉双烟叶叠踪";
/// Words in characters that Chinese has too.
const JAPANESE_WORDS: [&str; 26] = [
    "仕事",
    "金運",
    "招福",
    "就職",
    "彼氏",
    "家内",
    "縁結",
    "良縁",
    "恋人",
    "片思",
    "両思",
    "復縁",
    "面接",
    "受験",
    "失恋中",
    "合格祈願",
    "待人",
    "縁談",
    "勉強法",
    "転勤",
    "引越",
    "浮気",
    "不倫中",
    "商売",
    "子宝",
    "大吉日",
];
/// Small words of English, and of those languages that are most easily taken for it.
const ENGLISH: &str = " the a an and of to in is it you your i my me we he she they this that for with on as at by from \
    be are was were will would can could may not no do does did have has had what when where who why how if or but so \
    there which their his her our its more than then all any one out up about into am should before after ";
const OTHERS: &str = " le la les des du et est une un je mon ma mes vous nous il elle que qui dans pour pas sur avec \
    der die das und ist nicht ich ein eine zu den mit von auf für sie wir dein \
    el los las y es una que por para con no su mi tu está qué del se lo \
    o os as e é um uma não meu minha do da em di che per non sono mio mia il gli \
    và của là không có được cho tôi bạn yang dan di ini itu saya anda tidak untuk dengan \
    het een en van ik niet je mijn ";

/// How many characters of each script a text has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Scripts {
    pub(crate) han: usize,
    pub(crate) kana: usize,
    pub(crate) latin: usize,
    /// Letters of any other script.
    pub(crate) other: usize,
}

/// What the Han characters of a text tell about its language.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Shapes {
    /// In a shape that only Traditional Chinese, only Simplified Chinese, only Japanese writes.
    pub(crate) traditional: usize,
    pub(crate) simplified: usize,
    pub(crate) japanese: usize,
    /// In a shape that Japanese shares with one of the two, and not with the other.
    pub(crate) traditional_or_japanese: usize,
    pub(crate) simplified_or_japanese: usize,
    /// Characters that Chinese cannot do without.
    pub(crate) chinese: usize,
    pub(crate) often_chinese: usize,
}

impl Scripts {
    pub(crate) fn of(text: &str) -> Self {
        let mut scripts = Self::default();
        for c in text.chars() {
            match c {
                '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' | '\u{ff66}'..='\u{ff9d}' => {
                    scripts.kana += 1;
                }
                '々'
                | '\u{3400}'..='\u{4dbf}'
                | '\u{4e00}'..='\u{9fff}'
                | '\u{f900}'..='\u{faff}'
                | '\u{20000}'..='\u{3ffff}' => scripts.han += 1,
                'a'..='z'
                | 'A'..='Z'
                | '\u{c0}'..='\u{24f}'
                | '\u{1e00}'..='\u{1eff}'
                | '\u{ff21}'..='\u{ff3a}'
                | '\u{ff41}'..='\u{ff5a}' => scripts.latin += 1,
                // The mark of a long vowel stands among kana and tells nothing of its own.
                'ー' => {}
                c if c.is_alphabetic() => scripts.other += 1,
                _ => {}
            }
        }
        scripts
    }
}

impl Shapes {
    pub(crate) fn of(text: &str) -> Self {
        let mut shapes = Self::default();
        for c in text.chars() {
            shapes.chinese += usize::from(CHINESE.contains(c));
            shapes.often_chinese += usize::from(OFTEN_CHINESE.contains(c));
            let count = match written(c) {
                _ if EITHER.contains(c) => continue,
                _ if JAPANESE.contains(c) => &mut shapes.japanese,
                Some([true, _, false]) => &mut shapes.traditional,
                Some([true, _, true]) => &mut shapes.traditional_or_japanese,
                Some([false, true, false]) => &mut shapes.simplified,
                Some([false, true, true]) => &mut shapes.simplified_or_japanese,
                Some([false, false, _]) => &mut shapes.japanese,
                None => continue,
            };
            *count += 1;
        }
        shapes
    }

    /// Characters that Traditional Chinese writes, and Simplified does not.
    pub(crate) fn for_traditional(&self) -> usize {
        self.traditional + self.traditional_or_japanese
    }

    /// Characters that Simplified Chinese writes, and Traditional does not.
    pub(crate) fn for_simplified(&self) -> usize {
        self.simplified + self.simplified_or_japanese
    }

    /// Whether these are the shapes of Japanese: it took some of the Simplified ones and kept some
    /// of the Traditional ones, so the two stand side by side.
    fn are_japanese(&self) -> bool {
        let is_chinese = self.chinese > 0 || self.often_chinese > 1;
        let is_mixed = self.traditional_or_japanese > 0 && self.simplified_or_japanese > 0;
        let is_neither = self.traditional == 0 && self.simplified == 0;
        !is_chinese && is_neither && (is_mixed || self.japanese > 0)
    }
}

/// The language that a question is written in, Traditional Chinese if it cannot be told. Whatever
/// is in Latin script counts as English, the nearest of the four.
pub(crate) fn detect(question: &str) -> Language {
    let Scripts {
        han,
        kana,
        latin,
        other: _,
    } = Scripts::of(question);
    let shapes = Shapes::of(question);
    // A word of Latin script is about four letters, one of Han or kana about one.
    if latin > 4 * (han + kana) {
        return Language::En;
    }
    // A Chinese question may name something Japanese.
    let is_chinese = shapes.chinese + shapes.often_chinese / 2 > kana / 2;
    let has_japanese_word = || JAPANESE_WORDS.iter().any(|word| question.contains(word));
    let is_japanese = if kana > 0 {
        !is_chinese
    } else {
        shapes.are_japanese() || (shapes.chinese + shapes.often_chinese == 0 && has_japanese_word())
    };
    if is_japanese {
        Language::Ja
    } else if shapes.for_simplified() > shapes.for_traditional() {
        Language::ZhHans
    } else {
        Language::Zh
    }
}

/// How many of the words are small words of English, of another language, and words at all.
pub(crate) fn latin_words(text: &str) -> [usize; 3] {
    let mut found = [0; 3];
    let words = text.split(|c: char| !(c.is_alphabetic() || matches!(c, '\'' | '’')));
    for word in words.filter(|word| !word.is_empty()) {
        // Full-width letters are letters.
        let word: String = word
            .to_lowercase()
            .chars()
            .filter_map(|c| if c < '\u{ff00}' { Some(c) } else { folded(c) })
            .collect();
        let word = format!(" {word} ");
        found[0] += usize::from(ENGLISH.contains(&word));
        found[1] += usize::from(OTHERS.contains(&word) && !ENGLISH.contains(&word));
        found[2] += 1;
    }
    found
}

fn written(c: char) -> Option<[bool; 3]> {
    let found = WRITTEN.binary_search_by_key(&c, |entry| entry.0).ok()?;
    Some(WRITTEN[found].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_told_by_its_script() {
        let check = |question: &str, expected| assert_eq!(detect(question), expected, "{question}");
        check("他愛我嗎？", Language::Zh);
        check("他爱我吗？", Language::ZhHans);
        check("我们什么时候能结婚", Language::ZhHans);
        check("我該換工作嗎", Language::Zh);
        check("姻緣", Language::Zh);
        check("姻缘", Language::ZhHans);
        check("工作", Language::Zh);
        check("恋愛はうまくいきますか", Language::Ja);
        check("転職すべきでしょうか？", Language::Ja);
        check("Will I find love?", Language::En);
        check("Does 他 still love me?", Language::En);
        check("我想去 Google Taiwan 工作", Language::Zh);
        check("Où est mon âme sœur ?", Language::En);
        check("12345 ?!", Language::Zh);
        check("🌙", Language::Zh);
    }
}
