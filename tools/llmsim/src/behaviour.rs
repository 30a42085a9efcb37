//! How a model behaves that is weak, hostile, or bad at JSON: every way has a name.

mod json;
mod sections;
mod words;

pub use self::json::Json;
pub(crate) use self::sections::{Form, rewrite};
use crate::{
    reading::Language,
    settings::{Fault, FaultKind, Place},
};

/// One way to misbehave in what is written; written `weak:NAME`, `hostile:NAME` or `json:NAME`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    /// It means well, and does not know better.
    Weak(Weak),
    /// It says what must not reach a reader.
    Hostile(Hostile),
    /// What it says is good, and its JSON is not.
    Json(Json),
}

/// What a small model does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weak {
    /// One sentence a section.
    Short,
    /// One word a section.
    OneWord,
    /// Every second section is left out.
    Missing,
    /// Lines of the verse are numbered and not quoted.
    LabelsNumbers,
    /// Likewise, by words: the first line, 第一句.
    LabelsWords,
    /// Likewise, by the names of the parts of a poem: 起句.
    LabelsClassical,
    /// Likewise, bold in Markdown.
    LabelsBold,
    /// The section about the lines names none of them.
    NoLines,
    /// In a Markdown fence, with prose around.
    Fence,
    /// With prose around, and no fence.
    ProseAround,
    /// Keys are translated into the language of the reading.
    TranslatedKeys,
    /// Every third section is in another language.
    LanguageSlip,
    /// Headings and lists in Markdown.
    Markdown,
    /// Chinese and Japanese in the other script.
    ScriptSlip,
}

/// What a hostile model does, in every section it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hostile {
    /// Everything is in this language, whichever is asked for.
    In(Language),
    InKorean,
    InFrench,
    /// The second half of each section is in another language.
    HalfWrongLanguage,
    /// A line that no lot has is quoted as the verse.
    InventedQuotation,
    /// A couplet that no lot has, without quotation marks.
    InventedCouplet,
    /// Lines of another lot of the starter deck.
    OtherLot,
    OtherNumber,
    OtherDeity,
    AsDeity,
    Refusal,
    /// Prose in place of the object.
    RefusalAlone,
    Promise,
    Threat,
    Prognosis,
    Sale,
    Confidence,
    Placeholder,
    /// Each section is the name of its key.
    KeyNames,
    /// All sections are one text.
    SameText,
    /// One sentence, again and again.
    Loop,
    /// The system prompt stands in each section.
    EchoSystem,
    /// Likewise, in place of the object.
    EchoAlone,
    /// It does what is demanded inside the data: see [`DEMANDED`].
    Obedient,
    /// Likewise, and gives away the system prompt.
    ObedientEcho,
    Markup,
    ControlCharacters,
    /// Lines that look like server-sent events.
    Events,
    /// The section is an object as text.
    JsonInside,
}

/// The word that an obedient model writes when a demand in its data holds it.
pub const DEMANDED: &str = "ZEBRA-73";

const WEAK: [(&str, Weak); 14] = [
    ("short", Weak::Short),
    ("one-word", Weak::OneWord),
    ("missing", Weak::Missing),
    ("labels-numbers", Weak::LabelsNumbers),
    ("labels-words", Weak::LabelsWords),
    ("labels-classical", Weak::LabelsClassical),
    ("labels-bold", Weak::LabelsBold),
    ("no-lines", Weak::NoLines),
    ("fence", Weak::Fence),
    ("prose-around", Weak::ProseAround),
    ("translated-keys", Weak::TranslatedKeys),
    ("language-slip", Weak::LanguageSlip),
    ("markdown", Weak::Markdown),
    ("script-slip", Weak::ScriptSlip),
];

const HOSTILE: [(&str, Hostile); 32] = [
    ("in-zh", Hostile::In(Language::Zh)),
    ("in-zh-hans", Hostile::In(Language::ZhHans)),
    ("in-en", Hostile::In(Language::En)),
    ("in-ja", Hostile::In(Language::Ja)),
    ("in-korean", Hostile::InKorean),
    ("in-french", Hostile::InFrench),
    ("half-wrong-language", Hostile::HalfWrongLanguage),
    ("invented-quotation", Hostile::InventedQuotation),
    ("invented-couplet", Hostile::InventedCouplet),
    ("other-lot", Hostile::OtherLot),
    ("other-number", Hostile::OtherNumber),
    ("other-deity", Hostile::OtherDeity),
    ("as-deity", Hostile::AsDeity),
    ("refusal", Hostile::Refusal),
    ("refusal-alone", Hostile::RefusalAlone),
    ("promise", Hostile::Promise),
    ("threat", Hostile::Threat),
    ("prognosis", Hostile::Prognosis),
    ("sale", Hostile::Sale),
    ("confidence", Hostile::Confidence),
    ("placeholder", Hostile::Placeholder),
    ("key-names", Hostile::KeyNames),
    ("same-text", Hostile::SameText),
    ("loop", Hostile::Loop),
    ("echo-system", Hostile::EchoSystem),
    ("echo-alone", Hostile::EchoAlone),
    ("obedient", Hostile::Obedient),
    ("obedient-echo", Hostile::ObedientEcho),
    ("markup", Hostile::Markup),
    ("control-characters", Hostile::ControlCharacters),
    ("events", Hostile::Events),
    ("json-inside", Hostile::JsonInside),
];

/// Behaviours that are faults known by other names.
const FAULTS: [(&str, FaultKind, Place); 6] = [
    ("hostile:endless", FaultKind::Endless, Place::Usual),
    (
        "hostile:endless-thinking",
        FaultKind::EndlessThinking,
        Place::Usual,
    ),
    ("hostile:empty", FaultKind::Empty, Place::Usual),
    ("hostile:stall", FaultKind::Stall, Place::Token(1)),
    ("hostile:error", FaultKind::Error200, Place::Usual),
    ("hostile:cut", FaultKind::Cut, Place::Usual),
];

/// The names of all behaviours, the good one first.
pub fn behaviours() -> impl Iterator<Item = String> {
    let weak = WEAK.iter().map(|(name, _)| format!("weak:{name}"));
    let hostile = HOSTILE.iter().map(|(name, _)| format!("hostile:{name}"));
    let json = Json::all().map(|(name, _)| format!("json:{name}"));
    let faults = FAULTS.iter().map(|(name, ..)| (*name).to_owned());
    std::iter::once("good".to_owned())
        .chain(weak)
        .chain(hostile)
        .chain(faults)
        .chain(json)
}

/// The fault that a behaviour is; none for `good`, and `Err` for what has the form of a name and is none.
pub(crate) fn fault_named(name: &str) -> Option<Result<Fault, ()>> {
    if let Some((_, kind, place)) = FAULTS.iter().find(|(known, ..)| *known == name) {
        return Some(Ok(Fault {
            kind: *kind,
            place: place.clone(),
        }));
    }
    let (family, way) = name.split_once(':')?;
    let behaviour = match family {
        "weak" => known(&WEAK, way).map(Behaviour::Weak),
        "hostile" => known(&HOSTILE, way).map(Behaviour::Hostile),
        "json" => Json::all()
            .find(|(known, _)| *known == way)
            .map(|(_, way)| Behaviour::Json(way)),
        _ => return None,
    };
    let fault = behaviour.map(|behaviour| Fault {
        kind: FaultKind::Behaves(behaviour),
        place: Place::Usual,
    });
    Some(fault.ok_or(()))
}

fn known<T: Copy>(names: &[(&str, T)], name: &str) -> Option<T> {
    let found = names.iter().find(|(known, _)| *known == name);
    found.map(|(_, way)| *way)
}

fn name_of<T: Copy + PartialEq>(names: &[(&'static str, T)], way: T) -> &'static str {
    let found = names.iter().find(|(_, known)| *known == way);
    found.map_or("", |(name, _)| name)
}

impl std::fmt::Display for Behaviour {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match *self {
            Self::Weak(way) => write!(f, "weak:{}", name_of(&WEAK, way)),
            Self::Hostile(way) => write!(f, "hostile:{}", name_of(&HOSTILE, way)),
            Self::Json(way) => write!(f, "json:{}", way.name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_behaviour_has_a_name_of_its_own_and_is_found_by_it() {
        let names: Vec<String> = behaviours().collect();
        let different: BTreeSet<_> = names.iter().collect();
        assert_eq!(different.len(), names.len());
        for name in names.iter().skip(1) {
            let fault = fault_named(name).unwrap().unwrap();
            if let FaultKind::Behaves(behaviour) = fault.kind {
                assert_eq!(behaviour.to_string(), *name);
            }
        }
        assert!(Json::all().count() >= 30);
    }

    #[test]
    fn what_only_looks_like_a_behaviour_is_refused() {
        assert!(matches!(fault_named("hostile:friendly"), Some(Err(()))));
        assert!(fault_named("qwen3:8b").is_none());
        assert!(fault_named("good").is_none());
    }
}
