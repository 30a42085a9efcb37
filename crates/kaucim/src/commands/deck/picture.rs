//! A deck drawn in the terminal: its lots, grades, languages and topics.

use std::fmt::Write;

use kaucim_decks::{
    Language, Tone,
    lint::{Coverage, Summary},
};

pub(super) const RED: &str = "\u{1b}[31m";
pub(super) const YELLOW: &str = "\u{1b}[33m";
const GREEN: &str = "\u{1b}[32m";
const FAINT: &str = "\u{1b}[2m";
const PLAIN: &str = "\u{1b}[0m";

/// Cells of the longest bar.
const BAR: usize = 24;

/// Cells of a label.
const LABEL: usize = 26;

/// Cells of a count.
const COUNT: usize = 8;

pub(super) fn painted(colour: bool, paint: &str, words: &str) -> String {
    if colour {
        format!("{paint}{words}{PLAIN}")
    } else {
        words.to_owned()
    }
}

/// The deck at a glance. Colours only repeat what the words say.
pub(super) fn of(summary: &Summary, colour: bool) -> String {
    let mut text = String::new();
    let name = first(summary.name.values()).unwrap_or("(no name yet)");
    let deities: Vec<_> = summary.deities.iter().map(String::as_str).collect();
    let deities = match first(summary.deities.iter()) {
        Some(_) => deities.join(", "),
        None => "nobody yet".to_owned(),
    };
    let special = match summary.special_lots {
        0 => String::new(),
        special => format!(", {special} of them special"),
    };
    // Writing into a string cannot fail.
    let _ = writeln!(
        text,
        "  {name}: {} for {}, {} lots{special}",
        summary.deck_id, deities, summary.lots
    );
    let form = &summary.form;
    let declared = match (form.declared, form.forms) {
        (true, _) => "; the metre is declared".to_owned(),
        (false, 1) => "; no metre is declared".to_owned(),
        (false, forms) => format!("; {forms} forms in all"),
    };
    let ordinary = summary.lots - summary.special_lots;
    let has_verses = summary.coverage.iter().any(|one| one.part == "verse");
    let _ = match has_verses {
        true => writeln!(
            text,
            "  verse   {} in {} of {ordinary}{declared}",
            form.most, form.count
        ),
        false => writeln!(text, "  verse   none yet"),
    };
    grades(summary, colour, &mut text);
    coverage(summary, colour, &mut text);
    text
}

/// The first text, unless it is left empty.
fn first<'a>(mut texts: impl Iterator<Item = &'a String>) -> Option<&'a str> {
    let first = texts.next()?;
    (!first.trim().is_empty()).then_some(first)
}

fn grades(summary: &Summary, colour: bool, text: &mut String) {
    let most = summary.grades.iter().map(|grade| grade.count);
    let most = most.chain([summary.without_grade]).max().unwrap_or(0);
    let width = summary.grades.iter().map(|grade| cells(&grade.word));
    let width = width.max().unwrap_or(0).max(4);
    let mut line = |head: &str, word: &str, tone: Option<Tone>, count: usize| {
        let (paint, tone) = match tone {
            Some(Tone::Good) => (GREEN, "good"),
            Some(Tone::Mixed) => (YELLOW, "mixed"),
            Some(Tone::Warning) => (RED, "warning"),
            None => (FAINT, "no tone"),
        };
        let bar = "█".repeat((count * BAR).div_ceil(most.max(1)));
        let bar = painted(colour, paint, &bar);
        let _ = writeln!(
            text,
            "  {head:<7} {} {tone:<8} {bar} {count}",
            padded(word, width)
        );
    };
    let mut head = "grades";
    for grade in &summary.grades {
        line(head, &grade.word, grade.tone, grade.count);
        head = "";
    }
    if summary.without_grade > 0 {
        line(head, "none", None, summary.without_grade);
    }
}

/// How many lots have what, in which language.
fn coverage(summary: &Summary, colour: bool, text: &mut String) {
    if summary.coverage.is_empty() {
        return;
    }
    let has = |language: &Language| {
        let mut counted = summary.coverage.iter().flat_map(|one| &one.languages);
        counted.any(|one| one.language == *language)
    };
    let languages: Vec<Language> = Language::ALL.into_iter().filter(has).collect();
    let head: String = languages
        .iter()
        .map(|language| format!("{:>COUNT$}", language.code()))
        .collect();
    let _ = writeln!(text, "  {}{head}", padded("lots with", LABEL));
    for part in &summary.coverage {
        let name = part
            .part
            .replace("topics.", "topic ")
            .replace("commentary.", "");
        let counts: String = languages
            .iter()
            .map(|language| cell(part, *language, summary.lots, colour))
            .collect();
        let _ = writeln!(text, "  {}{counts}", padded(&name, LABEL));
    }
}

fn cell(part: &Coverage, language: Language, lots: usize, colour: bool) -> String {
    let counted = part.languages.iter().find(|one| one.language == language);
    match counted.map_or(0, |one| one.lots) {
        0 => painted(colour, FAINT, &format!("{:>COUNT$}", "·")),
        all if all == lots => painted(colour, GREEN, &format!("{:>COUNT$}", "all")),
        some => format!("{some:>COUNT$}"),
    }
}

/// With spaces behind, up to so many cells.
fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(cells(text))))
}

/// Cells of a terminal; a Chinese or Japanese character takes two.
fn cells(text: &str) -> usize {
    text.chars()
        .map(|c| if c < '\u{1100}' { 1 } else { 2 })
        .sum()
}
