//! Lists of short verdicts with nothing between label and verdict.

use crate::import::{
    labels::{DENSE, DENSE_VERDICTS, Label},
    verdicts::Labelled,
};

/// `求財平,婚姻吉行人至`: known labels with known verdicts, nothing between them.
pub(super) fn dense(text: &str) -> Vec<Labelled> {
    let mut found: Vec<Labelled> = Vec::new();
    let mut at = 0;
    let mut begins = true;
    while let Some(c) = text[at..].chars().next() {
        let one = label_at(&text[at..])
            // A label of one character is one only where a verdict can begin: in 新婚 it is none.
            .filter(|(label, _)| begins || label.chars().count() > 1)
            .and_then(|label| dense_at(text, at, label));
        begins = one.is_some() || !c.is_alphanumeric();
        at = match &one {
            Some(one) => one.range.end,
            None => at + c.len_utf8(),
        };
        if let Some(one) = one
            && found.iter().all(|other| other.label != one.label)
        {
            found.push(one);
        }
    }
    found
}

/// A label with the longest verdict that ends where something else begins.
fn dense_at(text: &str, at: usize, (label, topics): Label) -> Option<Labelled> {
    let start = at + label.len();
    let ends = DENSE_VERDICTS
        .iter()
        .filter(|verdict| text[start..].starts_with(**verdict))
        .map(|verdict| start + verdict.len())
        .filter(|end| {
            let rest = &text[*end..];
            let next = rest.chars().next();
            next.is_none_or(|c| !c.is_alphanumeric()) || label_at(rest).is_some()
        });
    Some(Labelled {
        label,
        topics,
        range: at..ends.max()?,
        certain: true,
    })
}

fn label_at(text: &str) -> Option<Label> {
    DENSE
        .iter()
        .find(|(label, _)| text.starts_with(label))
        .copied()
}
