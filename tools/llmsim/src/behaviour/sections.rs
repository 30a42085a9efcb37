//! Turns the sections of a good reading into those of a weak or a hostile model.

use super::{
    DEMANDED, Hostile, Weak,
    json::paragraphs,
    words::{self, place, said},
};
use crate::{
    random::hash,
    reading::{self, Language},
    request::Ask,
    script::{Section, matter},
};

/// How the sections are to be written in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Object,
    /// In a fence, with prose around.
    Fence,
    /// With prose around.
    Prose,
    /// No object: the texts alone.
    Alone,
}

/// Rewrites the sections as this model would, if it is one that writes other texts.
pub(crate) fn rewrite(behaviour: super::Behaviour, ask: &Ask, sections: &mut Vec<Section>) -> Form {
    match behaviour {
        super::Behaviour::Weak(weak) => weaken(weak, ask, sections),
        super::Behaviour::Hostile(hostile) => corrupt(hostile, ask, sections),
        super::Behaviour::Json(_) => Form::Object,
    }
}

fn weaken(weak: Weak, ask: &Ask, sections: &mut Vec<Section>) -> Form {
    let language = ask.language;
    let is_lines = |one: &&mut Section| one.key.name == "line_by_line_interpretation";
    let mut lines = sections.iter_mut().find(is_lines);
    match weak {
        Weak::Short => each(sections, |one| paragraphs(&one.text).swap_remove(0)),
        Weak::OneWord => each(sections, |_| words::ONE_WORD[place(language)].to_owned()),
        Weak::Missing => {
            let mut count = 0;
            sections.retain(|_| {
                count += 1;
                count % 2 == 1
            });
        }
        Weak::LabelsNumbers => label(lines.as_deref_mut(), &words::LINE_NUMBERS, ask),
        Weak::LabelsWords => label(
            lines.as_deref_mut(),
            &words::LINE_WORDS[place(language)],
            ask,
        ),
        Weak::LabelsClassical => label(
            lines.as_deref_mut(),
            &words::LINE_CLASSICAL[place(language)],
            ask,
        ),
        Weak::LabelsBold => label(lines.as_deref_mut(), &words::LINE_BOLD, ask),
        Weak::NoLines => {
            if let Some(lines) = lines {
                lines.text = reading::section(language, "overall_development", matter(ask));
            }
        }
        Weak::Fence => return Form::Fence,
        Weak::ProseAround => return Form::Prose,
        Weak::TranslatedKeys => {
            for one in sections {
                if let Some(at) = crate::request::SECTIONS
                    .iter()
                    .position(|key| *key == one.key.name)
                {
                    words::KEYS[place(language)][at].clone_into(&mut one.key.name);
                }
            }
        }
        Weak::LanguageSlip => {
            for one in sections.iter_mut().skip(1).step_by(3) {
                one.text = reading::section(language.other(), &one.key.name, matter(ask));
            }
        }
        Weak::Markdown => each(sections, |one| {
            format!("### {}\n\n- **{}**", one.key.name, one.text)
        }),
        Weak::ScriptSlip => {
            let other = match language {
                Language::Zh => Language::ZhHans,
                Language::ZhHans => Language::Zh,
                Language::Ja => Language::Zh,
                Language::En => Language::En,
            };
            each(sections, |one| {
                reading::section(other, &one.key.name, matter(ask))
            });
        }
    }
    Form::Object
}

fn corrupt(hostile: Hostile, ask: &Ask, sections: &mut Vec<Section>) -> Form {
    let written =
        |language: Language, one: &Section| reading::section(language, &one.key.name, matter(ask));
    match hostile {
        Hostile::In(language) => each(sections, |one| written(language, one)),
        Hostile::InKorean => each(sections, |_| words::KOREAN.to_owned()),
        Hostile::InFrench => each(sections, |_| words::FRENCH.to_owned()),
        Hostile::HalfWrongLanguage => each(sections, |one| {
            let own = paragraphs(&one.text);
            let other = paragraphs(&written(ask.language.other(), one));
            [&own[..own.len().div_ceil(2)], &other[other.len() / 2..]]
                .concat()
                .concat()
        }),
        Hostile::OtherLot => each(sections, |one| insert(&one.text, &other_lot(ask, one))),
        Hostile::Refusal | Hostile::Placeholder => {
            each(sections, |one| sentence(hostile, ask, one).to_owned());
        }
        Hostile::RefusalAlone => {
            sections.truncate(1);
            each(sections, |one| sentence(hostile, ask, one).to_owned());
            return Form::Alone;
        }
        Hostile::KeyNames => each(sections, |one| one.key.name.clone()),
        Hostile::SameText => {
            let text = reading::section(ask.language, "overall_development", matter(ask));
            each(sections, |_| text.clone());
        }
        Hostile::Loop => each(sections, |one| {
            paragraphs(&one.text).swap_remove(0).repeat(30)
        }),
        Hostile::EchoSystem => each(sections, |one| insert(&one.text, &ask.system)),
        Hostile::EchoAlone => {
            sections.truncate(1);
            each(sections, |_| ask.system.clone());
            return Form::Alone;
        }
        Hostile::Obedient if ask.has_demand => each(sections, |_| DEMANDED.to_owned()),
        Hostile::ObedientEcho if ask.has_demand => {
            each(sections, |_| format!("{DEMANDED} {}", ask.system));
        }
        Hostile::Obedient | Hostile::ObedientEcho => {}
        Hostile::JsonInside => each(sections, |one| {
            serde_json::json!({ one.key.name.as_str(): one.text }).to_string()
        }),
        Hostile::InventedQuotation
        | Hostile::InventedCouplet
        | Hostile::OtherNumber
        | Hostile::OtherDeity
        | Hostile::AsDeity
        | Hostile::Promise
        | Hostile::Threat
        | Hostile::Prognosis
        | Hostile::Sale
        | Hostile::Confidence
        | Hostile::Markup
        | Hostile::ControlCharacters
        | Hostile::Events => {
            each(sections, |one| {
                insert(&one.text, sentence(hostile, ask, one))
            });
        }
    }
    Form::Object
}

fn each(sections: &mut [Section], text: impl Fn(&Section) -> String) {
    for one in sections {
        one.text = text(one);
    }
}

/// One of the sentences, another for another section.
fn sentence(hostile: Hostile, ask: &Ask, one: &Section) -> &'static str {
    let said = said(hostile, ask.language);
    said.get(hash(&one.key.name) as usize % said.len().max(1))
        .copied()
        .unwrap_or_default()
}

/// The text with something behind its first sentence.
fn insert(text: &str, what: &str) -> String {
    let mut parts = paragraphs(text);
    parts.insert(1, format!("{what}\n"));
    parts.concat()
}

/// A line of a lot that was not drawn, quoted.
fn other_lot(ask: &Ask, one: &Section) -> String {
    let is_drawn = |lot: &&[&str; 4]| ask.verse.iter().any(|line| lot.contains(&line.as_str()));
    let [first, second] = &words::OTHER_LOTS;
    let lot = if is_drawn(&first) { second } else { first };
    let (before, behind) = words::QUOTES[place(ask.language)];
    format!(
        "{before}{}{behind}",
        lot[hash(&one.key.name) as usize % lot.len()]
    )
}

/// Names the lines of the verse in place of quoting them.
fn label(lines: Option<&mut Section>, labels: &[&str; 4], ask: &Ask) {
    let Some(lines) = lines else { return };
    let own: Vec<String> = lines
        .text
        .lines()
        .filter_map(|line| {
            let (_, behind) = line.split_once('」')?;
            Some(behind.trim().to_owned())
        })
        .collect();
    let labelled = own.iter().enumerate().map(|(at, line)| {
        let label = labels.get(at).copied().unwrap_or_default();
        format!("{label}{line}")
    });
    let labelled: Vec<String> = labelled.collect();
    if labelled.len() == ask.verse.len() {
        lines.text = labelled.join("\n");
    }
}
