//! Lists of verdicts whose labels are set apart by a sign.

use crate::import::{labels::Label, verdicts::Labelled};

/// `家宅　不安。自身　還願。`, `家宅：不安；自身：還願`, `【家宅】不安`: a verdict runs up to the
/// next label.
pub(super) fn apart(text: &str, labels: &[Label], most: usize) -> Vec<Labelled> {
    let mut starts: Vec<_> = labels
        .iter()
        .flat_map(|(label, topics)| {
            text.match_indices(label).filter_map(move |(at, _)| {
                let (start, value) = gap(text, at, label)?;
                Some((start, value, *label, *topics))
            })
        })
        .collect();
    starts.sort_unstable_by_key(|(start, ..)| *start);
    // A label that is met again before any other is a word of its own verdict.
    starts.dedup_by_key(|(_, _, label, _)| *label);
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
            let end = next.unwrap_or_else(|| value + sentence(&text[value..]));
            let verdict = &text[value.min(end)..end];
            let length = verdict.trim().chars().count();
            let said = verdict.chars().any(char::is_alphanumeric);
            let certain = said && length <= most && times(label) == 1;
            Labelled {
                label,
                topics,
                range: start..end,
                certain,
            }
        })
        .collect()
}

/// Where a label begins with its bracket, and where its verdict begins after the sign that sets
/// it apart; none if there is no such sign.
fn gap(text: &str, at: usize, label: &str) -> Option<(usize, usize)> {
    let (before, after) = (&text[..at], &text[at + label.len()..]);
    let brackets = [('【', '】'), ('〔', '〕'), ('[', ']'), ('「', '」')];
    for (open, close) in brackets {
        if let (Some(outside), Some(rest)) = (before.strip_suffix(open), after.strip_prefix(close))
        {
            return Some((outside.len(), text.len() - rest.len()));
        }
    }
    let begins = before
        .trim_end_matches(' ')
        .chars()
        .next_back()
        .is_none_or(|c| "。．.；;！!？?\n\u{3000}）)・*-".contains(c));
    // A letter before an English label makes another word of it.
    if label.is_ascii() && !begins {
        return None;
    }
    let spaces = [' ', '\u{3000}', '\t'];
    let rest = after.trim_start_matches(spaces);
    let value = match rest.strip_prefix(['：', ':']) {
        Some(rest) => rest,
        None if label.is_ascii() => return None,
        None if rest.len() < after.len() => rest,
        // Only where a sentence begins: elsewhere a word before a comma is a word.
        None if begins => rest.strip_prefix(['，', '、', ','])?,
        None => return None,
    };
    Some((at, text.len() - value.trim_start_matches(spaces).len()))
}

/// Where the sentence ends that a text begins with.
fn sentence(text: &str) -> usize {
    let mut marks = text.char_indices().filter(|(at, c)| {
        let next = text[at + c.len_utf8()..].chars().next();
        matches!(c, '。' | '\n') || *c == '.' && next.is_none_or(char::is_whitespace)
    });
    marks.next().map_or(text.len(), |(at, c)| match c {
        '\n' => at,
        c => at + c.len_utf8(),
    })
}
