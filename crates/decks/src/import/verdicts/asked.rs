//! Answers in prose to what may be asked.

use crate::import::{
    labels::ASKED,
    verdicts::{Labelled, MAX_CHARACTERS},
};

/// Words before what is asked, which belong to it.
const LEAD_INS: &[&str] = &["如果是", "如果", "若是", "占", "如", "若"];

/// `問婚姻，表示美滿。`: an answer in prose, up to the end of its sentence or the next question.
///
/// Anecdotes are left alone: in 有人問功名，占得此籤 nothing is answered.
pub(super) fn asked(text: &str) -> Vec<Labelled> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices('問') {
        let after = &text[at + '問'.len_utf8()..];
        let Some((label, topics)) = ASKED
            .iter()
            .find(|(label, _)| after.starts_with(label))
            .copied()
        else {
            continue;
        };
        let Some(value) = after[label.len()..].strip_prefix('，') else {
            continue;
        };
        let anecdote = ["占得", "卜得", "抽得", "求得", "得此"];
        if text[..at].ends_with('人') || anecdote.iter().any(|word| value.starts_with(word)) {
            continue;
        }
        let start = text.len() - value.len();
        let end = start + answer(value);
        let length = text[start..end].chars().count();
        found.push(Labelled {
            label,
            topics,
            range: at..end,
            certain: (1..=MAX_CHARACTERS).contains(&length),
        });
    }
    let labels: Vec<_> = found.iter().map(|one| one.label).collect();
    for one in &mut found {
        one.certain &= labels.iter().filter(|label| **label == one.label).count() == 1;
    }
    found
}

/// Where an answer ends.
fn answer(text: &str) -> usize {
    let end = text.find(['。', '；', '」', '\n']).unwrap_or(text.len());
    let mut next = text[..end].match_indices('問').filter_map(|(at, _)| {
        let before = &text[..at];
        let before = LEAD_INS
            .iter()
            .find_map(|word| before.strip_suffix(word))
            .unwrap_or(before);
        before.ends_with('，').then_some(before.len())
    });
    next.next().unwrap_or(end)
}
