//! Finds the numbered stories inside a crawl's `reference`.

use std::ops::Range;

/// The stories of a text, `1.…2.…` or `一、…二、…`, outside a part that is something else.
/// None if the numbers do not run from one.
pub(super) fn stories(text: &str, apart: Option<&Range<usize>>) -> Vec<String> {
    let parts = match apart {
        Some(range) => [&text[..range.start], &text[range.end..]],
        None => [text, ""],
    };
    parts.into_iter().flat_map(numbered).collect()
}

fn numbered(text: &str) -> Vec<String> {
    let arabic = (1..100).map(|number| format!("{number}."));
    let han = "一二三四五六七八九"
        .chars()
        .map(|number| format!("{number}、"));
    let stories = split(text, arabic);
    if stories.is_empty() {
        split(text, han)
    } else {
        stories
    }
}

/// Splits at markers that come one after the other.
fn split(text: &str, markers: impl Iterator<Item = String>) -> Vec<String> {
    let mut stories = Vec::new();
    let mut open = None;
    let mut at = 0;
    for marker in markers {
        let found = position(&text[at..], &marker).map(|found| at + found);
        let end = found.unwrap_or(text.len());
        if let Some(start) = open {
            stories.push(story(&text[start..end]));
        }
        let Some(found) = found else { break };
        at = found + marker.len();
        open = Some(at);
    }
    stories.retain(|story| !story.is_empty());
    stories
}

/// Where a marker stands that is not a part of a longer number.
fn position(text: &str, marker: &str) -> Option<usize> {
    text.match_indices(marker).map(|(at, _)| at).find(|at| {
        let before = text[..*at].chars().next_back();
        let after = text[at + marker.len()..].chars().next();
        !before.is_some_and(|c| c.is_ascii_digit()) && !after.is_some_and(|c| c.is_ascii_digit())
    })
}

/// A story without the note on the wording that follows some.
fn story(text: &str) -> String {
    text.split_once('*')
        .map_or(text, |(story, _)| story)
        .trim()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        assert_eq!(stories(text, None), expected);
    }

    #[test]
    fn stories_follow_their_numbers() {
        check(
            "1.燈下讀書2.月下老人（公元12.5年）",
            &["燈下讀書", "月下老人（公元12.5年）"],
        );
        check("一、燈下二、月下*一說", &["燈下", "月下"]);
        check("沒有數字", &[]);
        check("2.不從一起", &[]);
        assert_eq!(stories("1.燈家宅　安。2.月", Some(&(5..20))), ["燈"]);
    }
}
