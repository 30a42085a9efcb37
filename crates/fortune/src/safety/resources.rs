//! Who helps where the asker is: what the deck names first, then what the operator has configured.

use std::collections::BTreeMap;

use kaucim_decks::{Matter, Resource};

use crate::{Language, script::to_simplified};

/// Who helps, as the operator has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Care {
    /// Where the askers are: a country as two capital letters. Without it nobody is named, since
    /// the number of another country helps nobody.
    pub region: Option<String>,
    /// In the order in which they are shown; those of other regions are not.
    pub resources: Vec<Resource>,
}

/// Everybody who may be named in a notice.
pub(crate) struct Helpers<'a> {
    pub(crate) care: &'a Care,
    /// What the deck of the lot names.
    pub(crate) of_deck: &'a [Resource],
}

impl Helpers<'_> {
    /// Those who help with a matter, a line each, in the language of the reading where there is
    /// such a text.
    pub(super) fn lines(&self, matter: Matter, language: Language) -> Vec<String> {
        let Some(region) = &self.care.region else {
            return Vec::new();
        };
        let mut lines: Vec<String> = Vec::new();
        for resource in self.of_deck.iter().chain(&self.care.resources) {
            if resource.matter != matter || resource.region != *region {
                continue;
            }
            let text = text_in(language, &resource.text);
            // A pack may have written it on several.
            let line = text.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
            lines.extend(line.filter(|line| !lines.contains(line)));
        }
        lines
    }
}

/// The text that a reader of the language is helped by most: a number is read in any language.
fn text_in(language: Language, texts: &BTreeMap<Language, String>) -> Option<String> {
    if let Some(text) = texts.get(&language) {
        return Some(text.clone());
    }
    match language {
        Language::ZhHans if texts.contains_key(&Language::Zh) => {
            return Some(to_simplified(&texts[&Language::Zh]));
        }
        Language::Zh if texts.contains_key(&Language::ZhHans) => {
            return Some(texts[&Language::ZhHans].clone());
        }
        Language::Zh | Language::ZhHans | Language::En | Language::Ja => {}
    }
    let any = || texts.values().next();
    texts.get(&Language::En).or_else(any).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resource(region: &str, matter: Matter, texts: &[(Language, &str)]) -> Resource {
        let texts = texts
            .iter()
            .map(|(language, text)| (*language, (*text).to_owned()));
        Resource {
            region: region.to_owned(),
            matter,
            text: texts.collect(),
        }
    }

    #[test]
    fn the_deck_is_named_first_and_only_the_region_counts() {
        let of_deck = [
            resource("TW", Matter::SelfHarm, &[(Language::Zh, "本廟專線 1234")]),
            resource("JP", Matter::SelfHarm, &[(Language::Ja, "寺の電話 5678")]),
        ];
        let mut care = Care {
            region: Some("TW".to_owned()),
            resources: vec![
                resource("TW", Matter::SelfHarm, &[(Language::Zh, "安心專線 1925")]),
                resource(
                    "TW",
                    Matter::Violence,
                    &[(Language::En, "Protection line 113")],
                ),
            ],
        };
        let lines = |care: &Care, matter, language| {
            let of_deck = &of_deck;
            Helpers { care, of_deck }.lines(matter, language)
        };
        assert_eq!(
            lines(&care, Matter::SelfHarm, Language::ZhHans),
            ["本庙专线 1234", "安心专线 1925"]
        );
        assert_eq!(
            lines(&care, Matter::Violence, Language::Ja),
            ["Protection line 113"]
        );
        assert_eq!(lines(&care, Matter::Law, Language::En), [""; 0]);
        care.region = None;
        assert_eq!(lines(&care, Matter::SelfHarm, Language::Zh), [""; 0]);
    }
}
