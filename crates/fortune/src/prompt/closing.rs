//! The end of a request: what is to be written now, and what was wrong with it before.

use kaucim_decks::Tone;

use super::{Task, data::line, part};
use crate::{SectionId, template::fill};

/// The most characters of what was wrong that are quoted for one fault.
const MAX_QUOTED: usize = 200;

/// What was wrong with an earlier version of a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The name of the check that it failed: a part of the prompt files.
    Check(&'static str),
    /// The answer reached its length limit in the middle of it.
    Unfinished,
}

/// What a model is told about a section that it has to write again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Remark {
    pub(crate) fault: Fault,
    /// The words at fault, or those that are wanting.
    pub(crate) quoted: Vec<String>,
}

impl Remark {
    /// Names a fault, and quotes nothing.
    pub(crate) fn of(fault: Fault) -> Self {
        Self {
            fault,
            quoted: Vec::new(),
        }
    }
}

impl Fault {
    fn name(self) -> &'static str {
        match self {
            Self::Check(check) => check,
            Self::Unfinished => "unfinished",
        }
    }
}

/// What is asked for, after everything that is quoted.
pub(super) fn closing(task: &Task<'_>, prompt: &'static str) -> String {
    let parts: Vec<String> = task
        .missing
        .iter()
        .map(|section| format!("- `{section}`: {}", part(prompt, section.name())))
        .collect();
    let values = [
        ("tone", part(prompt, tone(task)).to_owned()),
        ("remarks", remarks(task, prompt).join("\n")),
        ("parts", parts.join("\n")),
        ("form", form(task.missing)),
    ];
    let values = values
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let lines = part(prompt, "closing").lines();
    let lines = lines.map(|line| fill(line, &values));
    let lines: Vec<String> = lines.filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

/// The part that says how to speak of a lot of this grade.
fn tone(task: &Task<'_>) -> &'static str {
    match task.prepared.lot.tone {
        Some(Tone::Good) => "good",
        Some(Tone::Mixed) => "mixed",
        Some(Tone::Warning) => "warning",
        None => "ungraded",
    }
}

fn remarks(task: &Task<'_>, prompt: &'static str) -> Vec<String> {
    let mut lines = Vec::new();
    if task.prepared.first.is_some() {
        lines.push(part(prompt, "first").to_owned());
    }
    if !task.written.is_empty() {
        lines.push(part(prompt, "written").to_owned());
    }
    if task.unreadable {
        lines.push(part(prompt, "unreadable").to_owned());
    }
    let told: Vec<_> = told(task).collect();
    if !told.is_empty() {
        lines.push(part(prompt, "faults").to_owned());
    }
    for (section, remark) in &told {
        let key = [("key", section.name())];
        let what = fill(part(prompt, remark.fault.name()), &key);
        lines.push(format!("- {what}"));
    }
    if told.iter().any(|(_, remark)| !remark.quoted.is_empty()) {
        lines.push(part(prompt, "quoted").to_owned());
    }
    lines
}

/// What was wrong, section by section.
fn told<'a>(task: &'a Task<'a>) -> impl Iterator<Item = (SectionId, &'a Remark)> {
    task.missing.iter().flat_map(|section| {
        let remarks = task.faults.get(section).into_iter().flatten();
        remarks.map(|remark| (*section, remark))
    })
}

/// The words at fault: a model wrote them, so they are data as everything else.
pub(super) fn faults(task: &Task<'_>) -> String {
    let lines: Vec<String> = told(task)
        .filter(|(_, remark)| !remark.quoted.is_empty())
        .map(|(section, remark)| {
            let quoted: Vec<String> = remark.quoted.iter().map(|one| line(one)).collect();
            let quoted: String = quoted.join(" / ").chars().take(MAX_QUOTED).collect();
            format!("[{section} {}] {quoted}", remark.fault.name())
        })
        .collect();
    lines.join("\n")
}

/// The object that is wanted, for models that no schema binds.
fn form(keys: &[SectionId]) -> String {
    let members: Vec<String> = keys.iter().map(|key| format!("\"{key}\": \"…\"")).collect();
    format!("{{{}}}", members.join(", "))
}
