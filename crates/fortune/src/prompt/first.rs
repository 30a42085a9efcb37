//! What a model is told of the reading that a question follows: enough to agree with it, and no
//! more than a small model can keep in mind.

use super::cut;
use crate::{First, Language, Section, SectionId, safety};

/// The most characters of the question, of a section that says what came of it, and of any other.
/// Latin script takes about twice as many for the same.
const MAX_QUESTION: usize = 120;
const MAX_OUTCOME: usize = 200;
const MAX_OTHER: usize = 40;

/// What came of a reading: told first, and at more length.
const OUTCOME: [SectionId; 2] = [SectionId::Conclusion, SectionId::SuggestedActions];

/// The question and the sections of the first reading, one a line; nothing where there is none.
pub(super) fn first(first: Option<&First>, language: Language) -> String {
    let Some(First { question, sections }) = first else {
        return String::new();
    };
    let times = match language {
        Language::Zh | Language::ZhHans | Language::Ja => 1,
        Language::En => 2,
    };
    let is_outcome = |section: &&Section| OUTCOME.contains(&section.section);
    let outcome = OUTCOME
        .iter()
        .flat_map(|id| sections.iter().filter(move |one| one.section == *id))
        .map(|section| told(section, MAX_OUTCOME * times));
    let others = sections
        .iter()
        .filter(|section| !is_outcome(section))
        .map(|section| told(section, MAX_OTHER * times));
    let question = format!("question: {}", cut(question.as_str(), MAX_QUESTION * times));
    let lines: Vec<String> = [question]
        .into_iter()
        .chain(outcome)
        .chain(others)
        .collect();
    lines.join("\n")
}

/// Where a deck filled in, its old words stand in a section too.
fn told(section: &Section, most: usize) -> String {
    let text = cut(&section.text, most);
    let mark = safety::mark_of_any(&text);
    format!("[{}{mark}] {text}", section.section)
}
