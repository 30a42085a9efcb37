//! Classic readings of the six real sets, which are never copied into the repository.

use std::{collections::BTreeSet, env, path::PathBuf, sync::LazyLock};

use kaucim_decks::{
    Library, harm,
    import::{self, Options},
};
use kaucim_fortune::{FortuneResult, FortuneSystem, Language, SectionId, Settings};

use crate::model::ask;

const SETS: [(&str, &str); 6] = [
    ("guan_yin", "GuanYin100"),
    ("guan_yu", "GuanYu"),
    ("mazu", "Mazu"),
    ("tianhou", "Tianhou"),
    ("yue_lao", "YueLao"),
    ("zhu_sheng", "Zhusheng"),
];

/// The folder of the sets; `None`, with a note, where they are not at hand.
fn corpora() -> Option<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = root.join("../shared/corpora/divine-whispers");
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(
        env::var_os("CI").is_none_or(|ci| ci != "true"),
        "{} is absent",
        folder.display()
    );
    eprintln!("skipped: {} is absent", folder.display());
    None
}

/// The six sets, imported once for all tests.
static SYSTEM: LazyLock<Option<FortuneSystem>> = LazyLock::new(|| {
    let corpora = corpora()?;
    let packs = tempfile::TempDir::new().unwrap();
    for (deity, folder) in SETS {
        let imported = import::crawl(&corpora.join(folder), &Options::of(deity)).unwrap();
        imported.write(packs.path()).unwrap();
    }
    let (library, faults) = Library::open(packs.path());
    assert!(faults.is_empty(), "{faults:?}");
    Some(FortuneSystem::new(library, Vec::new(), Settings::default()))
});

/// Readings of every seventh lot of each set, for a question in a language.
async fn readings(
    system: &FortuneSystem,
    question: &str,
    language: Language,
) -> Vec<FortuneResult> {
    let mut readings = Vec::new();
    for (deity, _) in SETS {
        let deck_id = format!("imported_{deity}");
        let deck = system.library().deck(deity, Some(&deck_id)).unwrap();
        for number in (1..=deck.count()).step_by(7) {
            let mut ask = ask(question);
            ask.deity_id = deity.to_owned();
            ask.deck_id = Some(deck_id.clone());
            ask.number = Some(number);
            ask.language = Some(language);
            readings.push(system.ask_fortune(ask).await.unwrap());
        }
    }
    readings
}

const QUESTIONS: [(&str, Language); 7] = [
    ("姻緣", Language::Zh),
    ("媽媽的病會好嗎", Language::Zh),
    ("工作会顺利吗", Language::ZhHans),
    ("Will I find love?", Language::En),
    ("Will my surgery go well?", Language::En),
    ("転職すべきでしょうか", Language::Ja),
    ("今年の運勢", Language::Ja),
];

#[tokio::test]
async fn nothing_is_said_twice_and_no_place_stays_empty() {
    let Some(system) = &*SYSTEM else { return };
    for (question, language) in QUESTIONS {
        for result in readings(system, question, language).await {
            let mut seen = BTreeSet::new();
            for section in &result.sections {
                let text = &section.text;
                assert!(text.chars().count() > 10 && !text.contains("{{"), "{text}");
                for line in text.lines() {
                    assert!(seen.insert(line), "twice: {line}\n\n{}", result.text);
                }
            }
        }
    }
}

#[tokio::test]
async fn harsh_words_stand_among_the_notes_and_nowhere_else() {
    let Some(system) = &*SYSTEM else { return };
    let mut quoted = 0;
    for (question, language) in QUESTIONS {
        for result in readings(system, question, language).await {
            for section in &result.sections {
                let mut text = section.text.clone();
                for line in &result.lot.verse {
                    text = text.replace(line.as_str(), "");
                }
                let found = Language::ALL.map(|language| harm::find(&text, language, None).len());
                let found: usize = found.into_iter().sum();
                if section.section == SectionId::SupplementaryNotes {
                    quoted += found;
                } else {
                    let number = result.lot.number;
                    assert_eq!(found, 0, "{} {number}: {text}", result.lot.deck_id);
                }
            }
        }
    }
    assert!(quoted > 0, "no harsh words are quoted at all");
}

#[tokio::test]
async fn whoever_is_in_danger_is_given_the_verse_and_no_verdict() {
    let Some(system) = &*SYSTEM else { return };
    for (question, language) in [
        ("我好想死", Language::Zh),
        ("My husband hits me", Language::En),
        ("もう死にたい", Language::Ja),
    ] {
        for result in readings(system, question, language).await {
            let verdicts = result.lot.topics.values().flat_map(|texts| texts.values());
            let commentary = result.lot.commentary.iter().map(|one| &one.text);
            for text in verdicts
                .chain(commentary)
                .filter(|text| text.chars().count() > 8)
            {
                assert!(!result.text.contains(text.as_str()), "{text}");
            }
            for line in &result.lot.verse {
                assert!(result.sections[0].text.contains(line.as_str()), "{line}");
            }
        }
    }
}
