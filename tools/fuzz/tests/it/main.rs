//! Every target with its corpus, and for a short while with what can be made of it.
//!
//! `KAUCIM_FUZZ_CASES` says how many inputs are made for each target, `KAUCIM_SEED` which ones.

use std::{
    any::Any,
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

use kaucim_fuzz::{Mutator, TARGETS};

/// The most that all corpora may have together; a minimised one is smaller.
const MOST_BYTES: u64 = 300 * 1024;

fn corpora() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

/// The number that a variable holds, or the default where it is not set.
fn number(name: &str, default: u64) -> u64 {
    let Some(value) = std::env::var_os(name).filter(|value| !value.is_empty()) else {
        return default;
    };
    let number = value.to_str().and_then(|text| text.trim().parse().ok());
    number.unwrap_or_else(|| panic!("{name} is no number: {}", value.display()))
}

/// The inputs of a target, by their names.
fn corpus(name: &str) -> Vec<(String, Vec<u8>)> {
    let folder = corpora().join(name);
    let entries = fs::read_dir(&folder).unwrap_or_else(|_| panic!("no {}", folder.display()));
    let mut inputs: Vec<_> = entries
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let input = fs::read(&path).expect("a file");
            (path.display().to_string(), input)
        })
        .collect();
    inputs.sort();
    assert!(!inputs.is_empty(), "{} is empty", folder.display());
    inputs
}

/// Feeds the corpus of a target to it, and then so many inputs that are made of it.
fn look(name: &str, cases: u64) {
    let (_, target) = TARGETS
        .iter()
        .find(|(known, _)| *known == name)
        .expect("a target");
    let corpus = corpus(name);
    for (path, input) in &corpus {
        survives(*target, input, path);
    }
    let inputs: Vec<_> = corpus.into_iter().map(|(_, input)| input).collect();
    let seed = number("KAUCIM_SEED", 1);
    let mut mutator = Mutator::new(&inputs, seed);
    for case in 0..number("KAUCIM_FUZZ_CASES", cases) {
        let input = mutator.input();
        survives(*target, &input, &format!("case {case} of seed {seed}"));
    }
}

/// A failure says which input raised it, in a form that can be put into the corpus.
fn survives(target: fn(&[u8]), input: &[u8], what: &str) {
    let outcome = catch_unwind(AssertUnwindSafe(|| target(input)));
    if let Err(panic) = outcome {
        panic!(
            "{what}: {}\ninput: b\"{}\"",
            words(&*panic),
            input.escape_ascii()
        );
    }
}

fn words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("a panic")
}

#[test]
fn addresses_never_break_the_server() {
    look("address", 1500);
}

#[test]
fn bodies_never_break_the_server() {
    look("body", 600);
}

#[test]
fn chunks_of_models_are_decoded_or_refused() {
    look("chunk", 1500);
}

#[test]
fn cookies_are_never_guessed_and_break_nothing() {
    look("cookie", 1500);
}

#[test]
fn cursors_lead_to_the_end_whatever_they_say() {
    look("cursor", 600);
}

#[test]
fn sources_are_imported_or_refused() {
    look("import", 300);
}

#[test]
fn packs_are_read_or_refused_as_the_linter_says() {
    look("pack", 60);
}

#[test]
fn reports_of_models_become_whole_readings() {
    look("report", 150);
}

#[test]
fn tokens_are_never_guessed_and_break_nothing() {
    look("token", 1500);
}

#[test]
fn every_target_has_a_small_corpus_and_a_binary() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut bytes = 0;
    for (name, _) in TARGETS {
        bytes += corpus(name)
            .iter()
            .map(|(_, input)| input.len() as u64)
            .sum::<u64>();
        let binary = root.join(format!("src/bin/{name}.rs"));
        assert!(binary.is_file(), "no {}", binary.display());
    }
    assert!(bytes <= MOST_BYTES, "the corpora have {bytes} bytes");
}
