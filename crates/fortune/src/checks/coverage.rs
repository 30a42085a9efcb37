//! Checks that the section on the lines of the verse speaks of every one of them.

mod labels;

use self::labels::Labels;
use super::{Draft, Subject};
use crate::{Lot, script::fold};

/// So many characters of a line stand for it; half of a shorter one.
const ENOUGH: usize = 8;
/// Fewer characters could be anything.
const LEAST: usize = 3;

pub(super) fn fault(draft: &Draft<'_>, subject: &Subject<'_>) -> Option<String> {
    let verse = &subject.lot.verse;
    let text = fold(draft.text);
    let labels = Labels::of(draft.text, verse.len());
    let missing: Vec<String> = (0..verse.len())
        .filter(|&line| !labels.name(line))
        .filter(|&line| !stands_in(&verse[line], ENOUGH, &text))
        .filter(|&line| !is_translated(line, subject.lot, &text))
        .map(|line| format!("{} (`{}`)", line + 1, verse[line]))
        .collect();
    let is_told = !missing.is_empty();
    is_told.then(|| format!("nothing on line {} of {}", missing.join(", "), verse.len()))
}

/// Whether half of a line stands in the text, or as much as is enough.
fn stands_in(line: &str, enough: usize, text: &str) -> bool {
    let line: Vec<char> = fold(line).chars().collect();
    let length = (line.len() / 2).clamp(LEAST, enough).min(line.len());
    length == 0
        || line
            .windows(length)
            .any(|part| text.contains(&part.iter().collect::<String>()))
}

/// Whether half of what the deck has as a translation of the line stands in the text.
fn is_translated(line: usize, lot: &Lot, text: &str) -> bool {
    let translations = lot
        .commentary
        .iter()
        .filter(|one| one.kind == "translation");
    translations.into_iter().any(|translation| {
        let is_line = |line: &&str| !line.trim().is_empty();
        let lines: Vec<&str> = translation.text.lines().filter(is_line).collect();
        lines.len() == lot.verse.len() && stands_in(lines[line], usize::MAX, text)
    })
}
