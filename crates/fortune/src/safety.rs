//! Decides by rules, never by a model, which questions need a word of care before anything else.
//! Every question is served; what differs is what is said first, and who can help.

mod fold;
mod harsh;
mod lexicon;
mod messages;
mod resources;

use std::collections::{BTreeMap, BTreeSet};

use kaucim_decks::Matter;

use self::harsh::{HARSH_WORDS, is_harsh};
pub use self::resources::Care;
pub(crate) use self::{
    harsh::{mark, mark_of_any},
    resources::Helpers,
};
use crate::{Language, Lot, Notice, NoticeKind, wording::choose};

/// The gravest first.
const MATTERS: [Matter; 6] = [
    Matter::SelfHarm,
    Matter::Violence,
    Matter::Illness,
    Matter::Pregnancy,
    Matter::Law,
    Matter::Money,
];

/// The notices for a question and what was told with it, the gravest first. Each names those who
/// help with its matter.
pub(crate) fn notices(
    question: &str,
    context: &BTreeMap<String, String>,
    language: Language,
    helpers: &Helpers<'_>,
) -> Vec<Notice> {
    let mut text = question.to_owned();
    for value in context.values() {
        text.push('\n');
        text.push_str(value);
    }
    let found = lexicon::matters(&text);
    let matters = MATTERS.into_iter().filter(|matter| found.contains(matter));
    matters
        .map(|matter| {
            let said = choose(language, messages::notice(matter)).to_owned();
            let lines = [said].into_iter().chain(helpers.lines(matter, language));
            let lines: Vec<String> = lines.collect();
            notice(code(matter), lines.join("\n"))
        })
        .collect()
}

/// The notice that stands beside a lot whose words would harm if they were taken for a prognosis.
pub(crate) fn of_lot(lot: &Lot, language: Language) -> Option<Notice> {
    let message = choose(language, messages::HARSH_WORDS);
    is_harsh(lot).then(|| notice(HARSH_WORDS, message.to_owned()))
}

/// What a model is told about a delicate question, a line for each matter: `matter: how`. Empty
/// for any other.
pub(crate) fn guidance(notices: &[Notice], language: Language) -> String {
    let touched = touched(notices);
    let told = MATTERS
        .into_iter()
        .filter(|matter| touched.contains(matter));
    let lines: Vec<String> = told
        .map(|matter| {
            let how = choose(language, messages::guidance(matter));
            format!("{}: {how}", code(matter))
        })
        .collect();
    lines.join("\n")
}

/// The matters that a question touches, as its notices say.
pub(crate) fn touched(notices: &[Notice]) -> BTreeSet<Matter> {
    let is_told = |matter: &Matter| notices.iter().any(|notice| notice.code == code(*matter));
    MATTERS.into_iter().filter(is_told).collect()
}

fn notice(code: &str, message: String) -> Notice {
    Notice {
        kind: NoticeKind::Safety,
        code: code.to_owned(),
        message,
    }
}

/// The public name, as in `code` of a notice.
fn code(matter: Matter) -> &'static str {
    match matter {
        Matter::SelfHarm => "self_harm",
        Matter::Violence => "violence",
        Matter::Illness => "illness",
        Matter::Pregnancy => "pregnancy",
        Matter::Law => "law",
        Matter::Money => "money",
    }
}

#[cfg(test)]
mod tests;
