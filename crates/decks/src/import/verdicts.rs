//! Finds verdicts by topic inside free text, only where the pattern leaves no doubt.

use std::{cmp::Reverse, collections::BTreeMap, ops::Range};

use crate::{Topic, import::Report};

/// A label, and the topics that it judges.
type Label = (&'static str, &'static [Topic]);

/// Labels as they stand before a space, by the tradition whose lists they make: a word that is a
/// label in one may be a part of a verdict in another.
const SPACED: [&[Label]; 3] = [
    &[
        ("家宅", &[Topic::Family]),
        ("自身", &[Topic::General]),
        ("求財", &[Topic::Wealth]),
        ("交易", &[Topic::Wealth]),
        ("婚姻", &[Topic::Love]),
        ("六甲", &[Topic::Childbirth]),
        ("行人", &[Topic::Travel]),
        ("田蠶", &[]),
        ("六畜", &[]),
        ("尋人", &[]),
        ("公訟", &[Topic::Lawsuits]),
        ("移徙", &[Topic::Moving]),
        ("失物", &[Topic::LostThings]),
        ("疾病", &[Topic::Health]),
        ("山墳", &[]),
    ],
    &[
        ("凡事", &[Topic::General]),
        ("作事", &[Topic::Career]),
        ("家事", &[Topic::Family]),
        ("家運", &[Topic::Family]),
        ("婚姻", &[Topic::Love]),
        ("求兒", &[Topic::Childbirth]),
        ("六甲", &[Topic::Childbirth]),
        ("求財", &[Topic::Wealth]),
        ("功名", &[Topic::Career, Topic::Study]),
        ("歲君", &[]),
        ("治病", &[Topic::Health]),
        ("出外", &[Topic::Travel]),
        ("經商", &[Topic::Wealth]),
        ("來人", &[]),
        ("行舟", &[]),
        ("移居", &[Topic::Moving]),
        ("失物", &[Topic::LostThings]),
        ("求雨", &[]),
        ("官事", &[Topic::Lawsuits]),
        ("六畜", &[]),
        ("耕作", &[]),
        ("築室", &[]),
        ("墳墓", &[]),
        ("討海", &[]),
        ("作塭", &[]),
        ("魚苗", &[]),
        ("月令", &[]),
        ("尋人", &[]),
        ("遠信", &[]),
    ],
    &[
        ("功名", &[Topic::Career, Topic::Study]),
        ("生意", &[Topic::Wealth]),
        ("六甲", &[Topic::Childbirth]),
        ("疾病", &[Topic::Health]),
        ("婚姻", &[Topic::Love]),
        ("出行", &[Topic::Travel]),
        ("丁口", &[Topic::Family]),
        ("求財", &[Topic::Wealth]),
        ("時運", &[Topic::General]),
        ("失物", &[Topic::LostThings]),
        ("耕作", &[]),
        ("官司", &[Topic::Lawsuits]),
    ],
];

/// Labels as they stand right before their verdict, longer ones before their beginnings.
const DENSE: &[Label] = &[
    ("婚姻", &[Topic::Love]),
    ("婚", &[Topic::Love]),
    ("求財", &[Topic::Wealth]),
    ("謀財", &[Topic::Wealth]),
    ("經營", &[Topic::Wealth]),
    ("謀事", &[Topic::Career]),
    ("求名", &[Topic::Career, Topic::Study]),
    ("久病", &[Topic::Health]),
    ("問醫", &[Topic::Health]),
    ("求醫", &[Topic::Health]),
    ("病", &[Topic::Health]),
    ("訴訟", &[Topic::Lawsuits]),
    ("官事", &[Topic::Lawsuits]),
    ("訟", &[Topic::Lawsuits]),
    ("行人", &[Topic::Travel]),
    ("出外", &[Topic::Travel]),
    ("失物", &[Topic::LostThings]),
    ("尋物", &[Topic::LostThings]),
    ("厝宅", &[Topic::Family]),
    ("孕", &[Topic::Childbirth]),
    ("運途", &[Topic::General]),
    ("貴人", &[]),
    ("田園", &[]),
    ("田厝", &[]),
    ("耕作", &[]),
    ("耕種", &[]),
    ("下種", &[]),
];

/// The verdicts that such a label may have, longer ones before their beginnings.
const DENSE_VERDICTS: &[&str] = &[
    "先凶後吉",
    "先難後易",
    "不吉",
    "不利",
    "不成",
    "不可",
    "不合",
    "不至",
    "未至",
    "平平",
    "平常",
    "平穩",
    "可癒",
    "可勝",
    "必勝",
    "可獲",
    "急癒",
    "遲至",
    "難尋",
    "難得",
    "多端",
    "穩當",
    "成功",
    "成行",
    "生男",
    "生女",
    "吉",
    "凶",
    "兇",
    "平",
    "有",
    "無",
    "成",
    "至",
    "緩",
    "遲",
    "難",
    "現",
    "暗",
    "來",
    "乖",
    "通",
    "好",
    "苦",
    "勝",
];

/// Labels in one text that make it a list of verdicts.
const ENOUGH: usize = 3;

/// A dense list begins within so many bytes of a text; later ones are a part of prose.
const DENSE_BEGIN: usize = 15;

/// A verdict of more characters is something else.
const MAX_CHARACTERS: usize = 40;

/// The verdicts of a text, with their labels and else as they stand, and the part of the text
/// that they take.
#[derive(Debug, Default)]
pub(super) struct Verdicts {
    pub(super) by_topic: BTreeMap<Topic, String>,
    pub(super) span: Option<Range<usize>>,
}

/// Reads the verdicts of a text, and counts what it could not read.
pub(super) fn read(text: &str, report: &mut Report) -> Verdicts {
    let mut spaced: Vec<_> = SPACED.iter().map(|labels| spaced(text, labels)).collect();
    // The first of the longest lists: sorting is stable.
    spaced.sort_by_key(|list| Reverse(list.len()));
    let spaced = spaced.swap_remove(0);
    let mut verdicts = Verdicts::default();
    if spaced.len() >= ENOUGH {
        for one in &spaced {
            verdicts.add(one, text, report);
        }
        verdicts.span = Some(spaced[0].range.start..spaced[spaced.len() - 1].range.end);
    } else {
        let dense = dense(text);
        let begins = dense
            .first()
            .is_some_and(|first| first.range.start <= DENSE_BEGIN);
        if dense.len() >= ENOUGH && begins {
            for one in &dense {
                verdicts.add(one, text, report);
            }
        }
    }
    verdicts
}

/// A label and its verdict as they stand in the text.
struct Labelled {
    label: &'static str,
    topics: &'static [Topic],
    range: Range<usize>,
    certain: bool,
}

impl Verdicts {
    fn add(&mut self, one: &Labelled, text: &str, report: &mut Report) {
        if !one.certain {
            report.verdicts_not_understood += 1;
        } else if one.topics.is_empty() {
            *report
                .verdicts_without_topic
                .entry(one.label.to_owned())
                .or_default() += 1;
        } else {
            report.verdicts += 1;
        }
        if !one.certain {
            return;
        }
        for &topic in one.topics {
            let verdict = self.by_topic.entry(topic).or_default();
            if !verdict.is_empty() {
                verdict.push('\n');
            }
            verdict.push_str(text[one.range.clone()].trim());
        }
    }
}

/// `家宅　不安。自身　還願。`: a verdict runs up to the next label.
fn spaced(text: &str, labels: &[Label]) -> Vec<Labelled> {
    let mut starts: Vec<_> = labels
        .iter()
        .flat_map(|(label, topics)| {
            text.match_indices(label).filter_map(move |(start, _)| {
                let after = start + label.len();
                let value = text[after..].trim_start_matches([' ', '\u{3000}']);
                let value = text.len() - value.len();
                (value > after).then_some((start, value, *label, *topics))
            })
        })
        .collect();
    starts.sort_unstable_by_key(|(start, ..)| *start);
    let ends: Vec<_> = starts
        .iter()
        .skip(1)
        .map(|(start, ..)| Some(*start))
        .collect();
    let times = |label: &str| starts.iter().filter(|one| one.2 == label).count();
    starts
        .iter()
        .zip(ends.into_iter().chain([None]))
        .map(|(&(start, value, label, topics), next)| {
            let end = next.unwrap_or_else(|| {
                let sentence = text[value..]
                    .find('。')
                    .map(|at| value + at + '。'.len_utf8());
                sentence.unwrap_or(text.len())
            });
            let length = text[value.min(end)..end].trim().chars().count();
            let certain = (1..=MAX_CHARACTERS).contains(&length) && times(label) == 1;
            Labelled {
                label,
                topics,
                range: start..end,
                certain,
            }
        })
        .collect()
}

/// `求財平,婚姻吉行人至`: known labels with known verdicts, nothing between them.
fn dense(text: &str) -> Vec<Labelled> {
    let mut found: Vec<Labelled> = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        match dense_at(text, at) {
            Some(one) if found.iter().all(|other| other.label != one.label) => {
                at = one.range.end;
                found.push(one);
            }
            Some(one) => at = one.range.end,
            None => at += c.len_utf8(),
        }
    }
    found
}

fn dense_at(text: &str, at: usize) -> Option<Labelled> {
    let (label, topics) = label_at(&text[at..])?;
    let start = at + label.len();
    let verdict = DENSE_VERDICTS
        .iter()
        .find(|verdict| text[start..].starts_with(**verdict))?;
    let end = start + verdict.len();
    let rest = &text[end..];
    let next = rest.chars().next();
    let ends = next.is_none_or(|c| !c.is_alphanumeric()) || label_at(rest).is_some();
    ends.then_some(Labelled {
        label,
        topics,
        range: at..end,
        certain: true,
    })
}

fn label_at(text: &str) -> Option<Label> {
    DENSE
        .iter()
        .find(|(label, _)| text.starts_with(label))
        .copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(Topic, &str)]) -> Report {
        let mut report = Report::default();
        let found = read(text, &mut report).by_topic;
        let found: Vec<_> = found
            .iter()
            .map(|(topic, text)| (*topic, text.as_str()))
            .collect();
        assert_eq!(found, expected, "{text}");
        report
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
    fn prose_has_no_verdicts() {
        check("求財 不如求己。婚姻吉，功名亦好。", &[]);
        check("這一籤要看時機，婚姻吉，病可癒，訴訟凶。", &[]);
        check("", &[]);
    }
}
