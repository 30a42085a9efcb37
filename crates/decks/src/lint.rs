//! Looks at a pack as a careful editor would: what must be mended, and what somebody should look at.

mod code;
mod coverage;
mod damage;
mod editions;
mod elsewhere;
mod forms;
mod grades;
mod linted;
mod marks;
mod numeral;
mod repeats;
mod script;
mod stems;
mod summary;
mod titles;

use crate::{
    harm,
    pack::{Fault, Pack, Place, Text, texts},
};

pub(crate) use self::editions::{Verses, between, missing_links};
pub use self::{
    code::{Code, Severity},
    linted::{LintError, Linted, folder, pack, starter},
    summary::{Counted, Coverage, Form, GradeCount, Summary},
};

/// What refuses a pack beside the rules of form.
pub(crate) fn errors(pack: &Pack) -> Vec<Fault> {
    let mut faults = Vec::new();
    for text in texts(pack) {
        faults.extend(damage::error(&text));
        faults.extend(script::error(&text));
    }
    damage::of_names(pack, &mut faults);
    repeats::same_lots(pack, &mut faults);
    faults
}

/// What somebody should look at in a pack that is served.
pub(crate) fn warnings(pack: &Pack) -> Vec<Fault> {
    let mut faults = Vec::new();
    for text in texts(pack) {
        faults.extend(harmful(pack, &text));
        faults.extend(script::warning(&text));
        faults.extend(marks::warnings(&text));
    }
    repeats::texts(pack, &mut faults);
    repeats::similar_verses(pack, &mut faults);
    elsewhere::texts(pack, &mut faults);
    forms::check(pack, &mut faults);
    titles::check(pack, &mut faults);
    stems::check(pack, &mut faults);
    coverage::check(pack, &mut faults);
    grades::check(pack, &mut faults);
    editions::of_one(pack, &mut faults);
    faults.sort_by_key(|fault| (fault.lot, fault.code));
    faults
}

/// A verdict that would harm if somebody took it for themselves. A verse is a verse, and a story
/// is about others.
fn harmful(pack: &Pack, text: &Text<'_>) -> Vec<Fault> {
    let about = match text.place {
        Place::Deck(_) | Place::Verse(_) | Place::Allusion | Place::AllusionTitle => {
            return Vec::new();
        }
        Place::Commentary(_) => None,
        Place::Topic(topic) => Some(topic),
    };
    let found = harm::find(text.text, text.language, about);
    let stories = match found[..] {
        [] => return Vec::new(),
        [..] => stories(pack, text.lot),
    };
    found
        .into_iter()
        .filter(|harm| {
            // The whole of a reference may hold its stories once more.
            let around = around(text.text, harm.range.clone());
            !stories.iter().any(|story| story.contains(around))
        })
        .map(|harm| {
            let words = &text.text[harm.range];
            let reason = format!("`{words}` says that {}", harm.kind.told());
            text.fault(Code::Harm, reason)
        })
        .collect()
}

fn stories(pack: &Pack, number: Option<u32>) -> Vec<&str> {
    pack.lots
        .iter()
        .filter(|(_, lot)| Some(lot.number) == number)
        .flat_map(|(_, lot)| &lot.allusion)
        .flat_map(|entry| entry.texts().map(|(_, text)| text))
        .collect()
}

/// Some words and a few characters on either side.
fn around(text: &str, range: std::ops::Range<usize>) -> &str {
    let before = text[..range.start].char_indices().rev().nth(5);
    let after = text[range.end..].char_indices().nth(6);
    let start = before.map_or(0, |(at, _)| at);
    let end = after.map_or(text.len(), |(at, _)| range.end + at);
    &text[start..end]
}

impl Text<'_> {
    fn fault(&self, code: Code, reason: impl Into<String>) -> Fault {
        Fault {
            code,
            file: self.file.to_owned(),
            lot: self.lot,
            field: Some(self.field()),
            reason: reason.into(),
        }
    }
}
