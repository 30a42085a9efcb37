//! Who is named to somebody in need: what the operator has configured, then what is known of the
//! region.

use std::collections::BTreeMap;

use kaucim_fortune::{Care, Language, Matter, Resource};
use serde::Deserialize;

use crate::exit::Failed;

/// Lines that are well known in their regions.
const KNOWN: &str = include_str!("../../resources.default.toml");

/// A name and a number fit; a notice with more is not read by somebody in need.
const LONGEST: usize = 200;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Safety {
    region: Option<String>,
}

/// Who helps, as it is written in the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ResourceEntry {
    region: String,
    matters: Vec<Matter>,
    text: BTreeMap<Language, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    resources: Vec<ResourceEntry>,
}

/// Settles who is named, or says what cannot be shown.
pub(super) fn settle(safety: Safety, entries: Vec<ResourceEntry>) -> Result<Care, Failed> {
    let region = safety
        .region
        .map(|region| self::region(&region))
        .transpose()
        .map_err(|failed| failed.inside("safety"))?;
    let mut resources = Vec::new();
    for (place, entry) in (1..).zip(entries) {
        let checked = checked(entry);
        resources.extend(checked.map_err(|failed| failed.inside(&format!("resources.{place}")))?);
    }
    let Some(region) = region else {
        return Ok(Care::default());
    };
    resources.retain(|one| one.region == region);
    let is_replaced = |one: &Resource| resources.iter().any(|own| own.matter == one.matter);
    let known: Vec<Resource> = known()?
        .into_iter()
        .filter(|one| one.region == region && !is_replaced(one))
        .collect();
    resources.extend(known);
    if resources.is_empty() {
        return Err(Failed::setting(
            "safety.region",
            format!("nobody is known who helps in `{region}`"),
            "name somebody with [[resources]], or leave the region away",
        ));
    }
    Ok(Care {
        region: Some(region),
        resources,
    })
}

fn known() -> Result<Vec<Resource>, Failed> {
    let Known { resources } = toml::from_str(KNOWN).map_err(|error| Failed::Fault(error.into()))?;
    let mut known = Vec::new();
    for entry in resources {
        known.extend(checked(entry)?);
    }
    Ok(known)
}

/// One for each matter of an entry that can be shown.
fn checked(entry: ResourceEntry) -> Result<Vec<Resource>, Failed> {
    let region = region(&entry.region)?;
    if entry.matters.is_empty() {
        return Err(Failed::setting(
            "matters",
            format!("a resource of `{region}` helps with nothing"),
            "name its matters, such as matters = [\"self_harm\", \"violence\"]",
        ));
    }
    if entry.text.is_empty() {
        return Err(Failed::setting(
            "text",
            format!("a resource of `{region}` has no text"),
            "say who helps, such as text = { en = \"Samaritans: 116 123\" }",
        ));
    }
    let mut text = BTreeMap::new();
    for (language, line) in entry.text {
        text.insert(language, self::line(&region, language, &line)?);
    }
    let matters = entry.matters.into_iter();
    let resources = matters.map(|matter| Resource {
        region: region.clone(),
        matter,
        text: text.clone(),
    });
    Ok(resources.collect())
}

/// A country as two capital letters. Many say UK for what ISO 3166-1 calls GB.
fn region(region: &str) -> Result<String, Failed> {
    match region.trim() {
        "UK" => Ok("GB".to_owned()),
        code if code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase()) => {
            Ok(code.to_owned())
        }
        other => Err(Failed::setting(
            "region",
            format!("`{other}` is no region"),
            "two capital letters name one, such as TW, HK, JP, US or GB",
        )),
    }
}

/// A text that can be shown on a line of its own.
fn line(region: &str, language: Language, line: &str) -> Result<String, Failed> {
    let line = line.trim();
    let characters = line.chars().count();
    let refused = |what: String| {
        let hint = "write a name and a number or an address, on one line";
        Err(Failed::setting(
            format!("text.{language}"),
            format!("the text in {language} of a resource of `{region}` {what}"),
            hint,
        ))
    };
    if !line.chars().any(char::is_alphanumeric) {
        return refused("is empty".to_owned());
    }
    if characters > LONGEST {
        return refused(format!(
            "has {characters} characters; {LONGEST} are allowed"
        ));
    }
    if line.chars().any(is_unshowable) {
        return refused("holds a line break or a character that cannot be shown".to_owned());
    }
    Ok(line.to_owned())
}

/// Controls, and what makes text look like other text.
fn is_unshowable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct File {
        #[serde(default)]
        safety: Safety,
        #[serde(default)]
        resources: Vec<ResourceEntry>,
    }

    fn settled(file: &str) -> Result<Care, Failed> {
        let File { safety, resources } = toml::from_str(file).expect("a file");
        settle(safety, resources)
    }

    fn texts(care: &Care, matter: Matter) -> Vec<String> {
        let mut texts = Vec::new();
        for resource in care.resources.iter().filter(|one| one.matter == matter) {
            texts.extend(resource.text.get(&Language::En).cloned());
        }
        texts
    }

    #[test]
    fn every_known_region_helps_in_every_language() {
        for region in ["TW", "HK", "JP", "US", "GB"] {
            let care = settled(&format!("safety.region = '{region}'")).expect("known lines");
            for matter in [Matter::SelfHarm, Matter::Violence, Matter::Illness] {
                assert!(!texts(&care, matter).is_empty(), "{region} {matter:?}");
            }
            for resource in &care.resources {
                assert_eq!(resource.region, region);
                let languages: Vec<Language> = resource.text.keys().copied().collect();
                assert_eq!(
                    languages,
                    [Language::Zh, Language::En, Language::Ja],
                    "{resource:?}"
                );
            }
        }
    }

    #[test]
    fn without_a_region_nobody_is_named() {
        assert_eq!(settled("").expect("a configuration"), Care::default());
    }

    #[test]
    fn what_is_configured_replaces_what_is_known_of_that_matter() {
        let care = settled(
            "safety.region = 'UK'\n\
             [[resources]]\nregion = 'UK'\nmatters = ['self_harm', 'law']\ntext.en = 'Ask us: 1234'",
        );
        let care = care.expect("a configuration");
        assert_eq!(care.region.as_deref(), Some("GB"));
        assert_eq!(texts(&care, Matter::SelfHarm), ["Ask us: 1234"]);
        assert_eq!(texts(&care, Matter::Law), ["Ask us: 1234"]);
        assert_eq!(texts(&care, Matter::Violence).len(), 2);
    }

    #[test]
    fn what_cannot_be_shown_is_refused_with_a_hint() {
        let check = |file: &str, expected: &str| match settled(file) {
            Err(Failed::Setting { key, message, hint }) => {
                assert!(message.contains(expected) && !hint.is_empty(), "{message}");
                assert!(
                    key.starts_with("safety.region") || key.starts_with("resources.1."),
                    "{key}"
                );
            }
            other => panic!("{file}: {other:?}"),
        };
        let entry = |region: &str, matters: &str, text: &str| {
            format!(
                "[[resources]]\nregion = '{region}'\nmatters = [{matters}]\ntext = {{ {text} }}"
            )
        };
        check("safety.region = 'Taiwan'", "no region");
        check("safety.region = 'tw'", "no region");
        check("safety.region = 'FR'", "nobody is known");
        check(&entry("T1", "'law'", "en = 'Ask'"), "no region");
        check(&entry("TW", "", "en = 'Ask'"), "helps with nothing");
        check(&entry("TW", "'law'", ""), "no text");
        check(&entry("TW", "'law'", "en = ' … '"), "is empty");
        check(
            &entry("TW", "'law'", "en = \"one\\ntwo\""),
            "cannot be shown",
        );
        check(
            &entry("TW", "'law'", "en = \"\\u202E4321\""),
            "cannot be shown",
        );
        let long = format!("zh = '{}'", "問".repeat(201));
        check(
            &entry("TW", "'law'", &long),
            "has 201 characters; 200 are allowed",
        );
    }
}
