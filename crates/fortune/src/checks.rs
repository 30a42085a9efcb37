//! Judges a section when its text has ended, before it is sealed.

use crate::{Check, Language, Lot, script::Scripts};

/// Names of the checks; each is also a part of the prompt files, told when it has failed.
pub(crate) const PRESENT: &str = "present";
const LANGUAGE: &str = "language";
const LENGTH: &str = "length";

/// The most characters of a section: several times what the usual token limit of an answer
/// leaves for one, so that only a model that has run away reaches it. Latin script takes about
/// twice as many characters for the same.
const LONGEST: usize = 6_000;
const LONGEST_IN_LATIN: usize = 12_000;

/// A check and what it found wrong, if anything.
pub(crate) struct Finding {
    pub(crate) check: &'static str,
    pub(crate) fault: Option<String>,
}

impl Finding {
    pub(crate) fn passed(&self) -> bool {
        self.fault.is_none()
    }
}

impl From<Finding> for Check {
    fn from(Finding { check, fault }: Finding) -> Self {
        Self {
            check: check.to_owned(),
            passed: fault.is_none(),
            detail: fault,
        }
    }
}

/// Runs every check of a text that has ended.
pub(crate) fn run(text: &str, language: Language, lot: &Lot) -> Vec<Finding> {
    vec![
        Finding {
            check: PRESENT,
            fault: text
                .trim()
                .is_empty()
                .then(|| "there is no text".to_owned()),
        },
        Finding {
            check: LANGUAGE,
            fault: language_fault(text, language, lot),
        },
    ]
}

/// What is wrong with a section of so many characters while it is still open, if anything is.
pub(crate) fn length_finding(characters: usize, language: Language) -> Option<Finding> {
    let longest = match language {
        Language::Zh | Language::ZhHans | Language::Ja => LONGEST,
        Language::En => LONGEST_IN_LATIN,
    };
    (characters > longest).then(|| Finding {
        check: LENGTH,
        fault: Some(format!("longer than {longest} characters")),
    })
}

fn language_fault(text: &str, language: Language, lot: &Lot) -> Option<String> {
    let own = without_verse(text, lot);
    let mut scripts = Scripts::of(&own);
    if scripts == Scripts::default() {
        // Nothing but quotations.
        scripts = Scripts::of(text);
    }
    let Scripts {
        han,
        kana,
        latin,
        other: _,
    } = scripts;
    // A word of Latin script is about four letters, one of Han or kana about one.
    let fits = match language {
        Language::Zh | Language::ZhHans => han * 4 > latin && kana * 10 <= han,
        Language::Ja => kana > 0 && kana * 10 >= han && (han + kana) * 4 > latin,
        Language::En => latin > (han + kana) * 4,
    };
    (!fits).then(|| format!("not in {language}: {han} Han, {kana} kana, {latin} Latin"))
}

/// The text without the lines of the verse that it quotes.
fn without_verse(text: &str, lot: &Lot) -> String {
    let is_mark = |c: char| !c.is_alphanumeric();
    let phrases = lot
        .verse
        .iter()
        .flat_map(|line| line.split(is_mark))
        .filter(|phrase| !phrase.is_empty());
    phrases.fold(text.to_owned(), |text, phrase| text.replace(phrase, ""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn a_section_is_judged_by_its_own_words() {
        let check = |text: &str, language, passed: [bool; 2]| {
            let findings = run(text, language, &sample::lot());
            let found: Vec<bool> = findings.iter().map(Finding::passed).collect();
            assert_eq!(found, passed, "{language}: {text}");
        };
        check("月光照見紅絲，不必著急。", Language::Zh, [true, true]);
        check(
            "可以學 Python，也可以寫信到 someone@example.org 問問。",
            Language::Zh,
            [true, true],
        );
        check(
            "月光の下で、糸は二人を結びます。",
            Language::Zh,
            [true, false],
        );
        check("The moon shines on 月下.", Language::Zh, [true, false]);
        check("月光照见红丝，不必着急。", Language::ZhHans, [true, true]);
        check(
            "月光の下で、糸は二人を結びます。",
            Language::Ja,
            [true, true],
        );
        check(
            "「囊裏紅絲月下明」とあり、縁は近い。",
            Language::Ja,
            [true, true],
        );
        check("月光照見紅絲，不必著急。", Language::Ja, [true, false]);
        check(
            "“囊裏紅絲月下明” and “幾年暗繫兩人行”: it is near.",
            Language::En,
            [true, true],
        );
        check("月光照見紅絲 means well.", Language::En, [true, false]);
        check(" \n\t", Language::En, [false, false]);
        check("…", Language::Zh, [true, false]);
    }
}
