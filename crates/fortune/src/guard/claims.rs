//! What a reading must never claim, in the few words that can mean nothing else: the guards stop
//! these before they are seen. What needs more of the sentence to be judged, the checks judge.

use std::sync::LazyLock;

use super::automaton::{Automaton, Pattern};
use crate::{
    checks::{PROGNOSIS, PROMISE},
    script::{fold, folded},
};

/// Claims about life and death, body and court. A blank is the border of a clause or of an English
/// word; what stands before the bar may be shown.
const PROGNOSES: [&str; 54] = [
    "你會|死 ",
    "您會|死 ",
    "你會|死掉",
    "您會|死掉",
    "你會|死於",
    "您會|死於",
    "你會|死在",
    "您會|死在",
    "你將|死",
    "您將|死",
    "你必|死",
    "您必|死",
    "你活|不過",
    "您活|不過",
    "你活|不久",
    "您活|不久",
    "你的死|期",
    "您的死|期",
    "你命|不久",
    "您命|不久",
    "你的病|治不好",
    "您的病|治不好",
    "你的病|會好",
    "您的病|會好",
    "你的病|會痊癒",
    "您的病|會痊癒",
    "你會|得癌",
    "您會|得癌",
    "你會|流產",
    "您會|流產",
    "你會|坐牢",
    "您會|坐牢",
    " you will |die ",
    " you are going to |die ",
    " youre going to |die ",
    " youll |die ",
    " you will not |survive ",
    " you wont |survive ",
    " you will never |recover ",
    " your illness will |be cured ",
    " you will be |cured ",
    " you have |cancer ",
    " you will |miscarry ",
    " you will |go to prison ",
    " you will |go to jail ",
    "あなたは|死にます",
    "あなたは|死ぬ",
    "あなたは長く|生きられ",
    "あなたの余|命",
    "あなたの病気は|治",
    "あなたの病は|治",
    "あなたは流|産します",
    "あなたは逮|捕されます",
    "あなたは裁判に|負けます",
];

/// Promises, which a warning lot never makes.
const PROMISES: [&str; 46] = [
    "保證你|",
    "保證您|",
    "我保證|",
    "包你|",
    "包您|",
    "一定會|成功",
    "一定能|成功",
    "必定|成功",
    "必定會|成功",
    "必能|成功",
    "絕對會|成功",
    "肯定會|成功",
    "一定會|實現",
    "必定會|實現",
    "一定會|如願",
    "必定|如願",
    "一定會|復合",
    "必定會|復合",
    "一定會|結婚",
    "一定會|考上",
    "一定會|錄取",
    "一定會|發財",
    "百分之百|會",
    "百分之百|成功",
    "穩賺|不賠",
    " you will certainly |succeed ",
    " you will definitely |succeed ",
    " you will surely |succeed ",
    " guaranteed to |succeed ",
    " success is |guaranteed ",
    " i guarantee |",
    " i promise you |",
    " is guaranteed to |come true ",
    " you are destined to |succeed ",
    " you are certain to |succeed ",
    " you cannot |fail ",
    "必ず|成功します",
    "必ず|成就します",
    "必ず|叶います",
    "必ず|結ばれます",
    "必ず|復縁できます",
    "必ず|合格します",
    "絶対に|成功します",
    "絶対に|叶います",
    "成功を|保証します",
    "必ず|うまくいきます",
];

/// Words before a claim that turn it around, or ask.
const DENIALS: [&str; 43] = [
    "不",
    "未",
    "非",
    "沒",
    "無",
    "勿",
    "別",
    "莫",
    "否",
    "若",
    "如果",
    "以為",
    "擔心",
    "害怕",
    "不是",
    "難道",
    "誰",
    "能不能",
    "會不會",
    "ない",
    "ません",
    "もし",
    " not ",
    " no ",
    " never ",
    " nor ",
    " if ",
    " whether ",
    " nobody ",
    " none ",
    " nothing ",
    " cannot ",
    " cant ",
    " dont ",
    " doesnt ",
    " isnt ",
    " wont ",
    " without ",
    " unless ",
    " fear ",
    " worry ",
    " afraid ",
    " think ",
];

/// The claims that one reading is watched for.
#[derive(Debug)]
pub(super) struct Claims {
    pub(super) automaton: Automaton,
    patterns: Vec<Pattern>,
    prognoses: usize,
}

impl Claims {
    pub(super) fn of(is_warning: bool) -> &'static Self {
        static ALWAYS: LazyLock<Claims> = LazyLock::new(|| Claims::new(&[]));
        static WARNED: LazyLock<Claims> = LazyLock::new(|| Claims::new(&PROMISES));
        if is_warning { &WARNED } else { &ALWAYS }
    }

    fn new(promises: &[&str]) -> Self {
        let patterns: Vec<Pattern> = PROGNOSES
            .iter()
            .chain(promises)
            .map(|text| pattern(text))
            .collect();
        Self {
            automaton: Automaton::new(&patterns),
            patterns,
            prognoses: PROGNOSES.len(),
        }
    }

    /// The check that a claim fails, given what was read up to its end, the last character first;
    /// none where the words before it deny it or ask.
    pub(super) fn check(
        &self,
        claim: usize,
        read: &mut dyn Iterator<Item = char>,
    ) -> Option<(&'static str, &str)> {
        let claimed = self.patterns[claim].text.as_str();
        let is_latin = claimed.contains(|c: char| c.is_ascii_alphabetic());
        // The blank that an English claim begins with belongs to the word before it as well.
        let length = claimed.chars().count() - usize::from(is_latin);
        let mut before: Vec<char> = read
            .skip(length)
            .take_while(|&c| is_latin || c != ' ')
            .take(super::BEFORE)
            .collect();
        before.reverse();
        let before: String = before.into_iter().collect();
        if denials()
            .iter()
            .any(|denial| before.contains(denial.as_str()))
        {
            return None;
        }
        let check = if claim < self.prognoses {
            PROGNOSIS
        } else {
            PROMISE
        };
        Some((check, claimed.trim()))
    }
}

fn denials() -> &'static [String] {
    static FOLDED: LazyLock<Vec<String>> = LazyLock::new(|| {
        let folded = |word: &&str| match word.strip_prefix(' ') {
            Some(_) => (*word).to_owned(),
            None => fold(word),
        };
        DENIALS.iter().map(folded).collect()
    });
    &FOLDED
}

/// The claim as it is compared.
fn pattern(text: &str) -> Pattern {
    let seen = |text: &str| -> String {
        text.chars()
            .filter_map(|c| if c == ' ' { Some(c) } else { folded(c) })
            .collect()
    };
    let (shown, _) = text.split_once('|').expect("every claim has a bar");
    Pattern {
        text: seen(text),
        shown: seen(shown).chars().count(),
    }
}
