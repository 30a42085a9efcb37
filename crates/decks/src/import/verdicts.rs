//! Finds verdicts by topic inside free text, only where the pattern leaves no doubt.

mod apart;
mod asked;
mod dense;

use std::{cmp::Reverse, collections::BTreeMap, ops::Range};

use crate::{
    Language, Topic,
    import::{
        Report,
        folded::folded,
        labels::{CHINESE, ENGLISH, JAPANESE, Label},
    },
};

/// Labels in one text that make it a list of verdicts.
const ENOUGH: usize = 3;

/// A dense list begins within so many bytes of a text; later ones are a part of prose, unless
/// they are [`MANY`].
const DENSE_BEGIN: usize = 15;

/// Known labels with known verdicts that are a list wherever they begin.
const MANY: usize = 4;

/// A verdict of more characters is something else; in English, of so many.
const MAX_CHARACTERS: usize = 40;
const MAX_ENGLISH: usize = 200;

/// The verdicts of a text, with their labels and else as they stand, and the part of the text
/// that they take.
#[derive(Debug, Default)]
pub(super) struct Verdicts {
    pub(super) by_topic: BTreeMap<Topic, String>,
    pub(super) span: Option<Range<usize>>,
}

/// Reads the verdicts of a text in a language, and counts what it could not read.
pub(super) fn read(text: &str, language: Language, report: &mut Report) -> Verdicts {
    let traditions: &[&[Label]] = match language {
        Language::Zh | Language::ZhHans => &CHINESE,
        Language::Ja => &[JAPANESE],
        Language::En => &[ENGLISH],
    };
    let plain = match language {
        Language::Zh | Language::ZhHans | Language::Ja => folded(text),
        Language::En => text.to_ascii_lowercase(),
    };
    let most = match language {
        Language::Zh | Language::ZhHans | Language::Ja => MAX_CHARACTERS,
        Language::En => MAX_ENGLISH,
    };
    let mut lists: Vec<_> = traditions
        .iter()
        .map(|labels| apart::apart(&plain, labels, most))
        .collect();
    // The first of the longest lists: sorting is stable.
    lists.sort_by_key(|list| Reverse(list.len()));
    let list = lists.swap_remove(0);
    let mut verdicts = Verdicts::default();
    if list.len() >= ENOUGH {
        verdicts.span = Some(list[0].range.start..list[list.len() - 1].range.end);
        verdicts.add(&list, text, report);
        return verdicts;
    }
    if !matches!(language, Language::Zh | Language::ZhHans) {
        return verdicts;
    }
    let dense = dense::dense(&plain);
    let begins = dense
        .first()
        .is_some_and(|first| first.range.start <= DENSE_BEGIN);
    if dense.len() >= ENOUGH && begins || dense.len() >= MANY {
        verdicts.add(&dense, text, report);
    } else {
        verdicts.add(&asked::asked(&plain), text, report);
    }
    verdicts
}

/// A label and its verdict as they stand in the text.
#[derive(Debug)]
struct Labelled {
    label: &'static str,
    topics: &'static [Topic],
    range: Range<usize>,
    certain: bool,
}

impl Verdicts {
    fn add(&mut self, list: &[Labelled], text: &str, report: &mut Report) {
        for one in list {
            if !one.certain {
                report.verdicts_not_understood += 1;
                continue;
            }
            if one.topics.is_empty() {
                let label = one.label.to_owned();
                *report.verdicts_without_topic.entry(label).or_default() += 1;
            } else {
                report.verdicts += 1;
            }
            for &topic in one.topics {
                let verdict = self.by_topic.entry(topic).or_default();
                if !verdict.is_empty() {
                    verdict.push('\n');
                }
                let said = text[one.range.clone()].trim_end_matches(is_between);
                verdict.push_str(said.trim());
            }
        }
    }
}

/// What stands between two verdicts and belongs to neither.
fn is_between(c: char) -> bool {
    c.is_whitespace() || matches!(c, '，' | '、' | ',' | '；' | ';')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(Topic, &str)]) -> Report {
        let mut report = Report::default();
        let found = read(text, language_of(text), &mut report).by_topic;
        let found: Vec<_> = found
            .iter()
            .map(|(topic, text)| (*topic, text.as_str()))
            .collect();
        assert_eq!(found, expected, "{text}");
        report
    }

    fn language_of(text: &str) -> Language {
        if text.is_ascii() {
            Language::En
        } else if text.contains(|c| ('ぁ'..='ん').contains(&c)) {
            Language::Ja
        } else {
            Language::Zh
        }
    }

    #[test]
    fn spaced_labels_are_read_up_to_the_next() {
        let report = check(
            "家宅　不穩。求財　晚有（早無）交易　成。婚姻　移徙　東。山墳　吉。1.燈下。",
            &[
                (Topic::Wealth, "求財　晚有（早無）\n交易　成。"),
                (Topic::Family, "家宅　不穩。"),
                (Topic::Moving, "移徙　東。"),
            ],
        );
        assert_eq!(report.verdicts_not_understood, 1);
        assert_eq!(report.verdicts_without_topic["山墳"], 1);
        check(
            "功名  早成　晚定生意　半得半失六甲　母子無恙",
            &[
                (Topic::Career, "功名  早成　晚定"),
                (Topic::Study, "功名  早成　晚定"),
                (Topic::Wealth, "生意　半得半失"),
                (Topic::Childbirth, "六甲　母子無恙"),
            ],
        );
    }

    #[test]
    fn a_label_in_its_own_verdict_is_a_word_of_it() {
        let text = "功名　異路功名　易得生意　平平失物　自回功名　晚成";
        let report = check(
            text,
            &[
                (Topic::Wealth, "生意　平平"),
                (Topic::LostThings, "失物　自回"),
            ],
        );
        assert_eq!(
            report.verdicts_not_understood, 2,
            "but not after another label"
        );
    }

    #[test]
    fn labels_of_another_tradition_are_words() {
        check(
            "功名　晚成生意　如交易　當人情失物　自回",
            &[
                (Topic::Career, "功名　晚成"),
                (Topic::Study, "功名　晚成"),
                (Topic::Wealth, "生意　如交易　當人情"),
                (Topic::LostThings, "失物　自回"),
            ],
        );
    }

    #[test]
    fn dense_labels_need_a_known_verdict() {
        check(
            "婚姻成求財平平,行人緩失物東南，病可癒久之，訴訟吉",
            &[
                (Topic::Love, "婚姻成"),
                (Topic::Wealth, "求財平平"),
                (Topic::Travel, "行人緩"),
                (Topic::Lawsuits, "訴訟吉"),
            ],
        );
    }

    #[test]
    fn a_label_inside_another_word_is_none() {
        check(
            "新婚凶,田厝平,貴人現,重婚好,訟可勝,尋物難尋,求財有",
            &[
                (Topic::Wealth, "求財有"),
                (Topic::LostThings, "尋物難尋"),
                (Topic::Lawsuits, "訟可勝"),
            ],
        );
    }

    #[test]
    fn colons_brackets_and_commas_set_labels_apart() {
        let expected = [
            (Topic::Love, "婚姻：待時"),
            (Topic::Wealth, "求財：平平"),
            (Topic::Family, "家宅：安"),
        ];
        check("家宅：安；求財：平平；婚姻：待時", &expected);
        check(
            "家宅：安\n求財：平平\n婚姻：待時\n這是一首好籤。",
            &expected,
        );
        check(
            "【家宅】安【求财】平平【婚姻】待时",
            &[
                (Topic::Love, "【婚姻】待时"),
                (Topic::Wealth, "【求财】平平"),
                (Topic::Family, "【家宅】安"),
            ],
        );
        check(
            "家宅，安穩。求財，平平。婚姻，待時。",
            &[
                (Topic::Love, "婚姻，待時。"),
                (Topic::Wealth, "求財，平平。"),
                (Topic::Family, "家宅，安穩。"),
            ],
        );
        check("只論家宅，只論求財，只論婚姻，都好。", &[]);
    }

    #[test]
    fn slips_in_japanese_and_english_are_read() {
        check(
            "願望　叶いがたし\n失物：出でず\n旅行 さわりなし。商売、利なし。待人　来ず",
            &[
                (Topic::Wealth, "商売、利なし。"),
                (Topic::Travel, "旅行 さわりなし。"),
                (Topic::LostThings, "失物：出でず"),
                (Topic::General, "願望　叶いがたし"),
            ],
        );
        check(
            "Marriage: wait. Travel: go by day; be brave. Lost items: in the east. A good lot.",
            &[
                (Topic::Love, "Marriage: wait."),
                (Topic::Travel, "Travel: go by day; be brave."),
                (Topic::LostThings, "Lost items: in the east."),
            ],
        );
        check(
            "A happy marriage: rare. Good work: rarer. Frequent travel: no.",
            &[],
        );
    }

    #[test]
    fn what_is_asked_in_prose_is_answered_there() {
        check(
            "問婚姻，須待時。如問訴訟，宜和，若問疾病，漸癒。從前有人問功名，占得此籤。",
            &[
                (Topic::Love, "問婚姻，須待時"),
                (Topic::Health, "問疾病，漸癒"),
                (Topic::Lawsuits, "問訴訟，宜和"),
            ],
        );
        let report = check("問婚姻，成。問婚姻，不成。問功名者，看時機。", &[]);
        assert_eq!(report.verdicts_not_understood, 2);
    }

    #[test]
    fn prose_has_no_verdicts() {
        check("求財 不如求己。婚姻吉，功名亦好。", &[]);
        check("這一籤要看時機，婚姻吉，病可癒，訴訟凶。", &[]);
        check("", &[]);
    }
}
