//! Who is named to somebody in need, as the operator has configured it.

use std::{fs, path::Path};

use tempfile::tempdir;

use crate::program::{Printed, kaucim, run};

/// Asks in this language with that configuration, without a model.
async fn asked(data: &Path, config: &str, question: &str, language: &str) -> Printed {
    let file = data.join("kaucim.toml");
    fs::write(&file, config).expect("a file");
    let mut command = kaucim(data);
    command
        .arg("ask")
        .arg("--config")
        .arg(&file)
        .args(["--model", "classic", "--language", language])
        .arg(question);
    run(command).await
}

#[tokio::test]
async fn the_lines_of_the_region_come_with_the_notice() {
    let data = tempdir().expect("a folder");
    let config = "[safety]\nregion = \"TW\"\n\
        [[resources]]\nregion = \"TW\"\nmatters = [\"money\"]\ntext = { en = \"Ask us: 02-1234\" }\n";
    let printed = asked(data.path(), config, "欠債太多，不想活了", "zh").await;
    assert_eq!(printed.code, Some(0), "{}", printed.stderr);
    for line in ["安心專線：1925", "  Ask us: 02-1234"] {
        assert!(printed.stdout.contains(line), "{}", printed.stdout);
    }
    let printed = asked(data.path(), config, "他愛我嗎", "zh").await;
    assert!(!printed.stdout.contains("1925"), "{}", printed.stdout);
}

#[tokio::test]
async fn without_a_region_no_number_is_named() {
    let data = tempdir().expect("a folder");
    let printed = asked(data.path(), "", "I want to die", "en").await;
    assert_eq!(printed.code, Some(0), "{}", printed.stderr);
    assert!(
        printed.stdout.contains("a crisis line"),
        "{}",
        printed.stdout
    );
    assert!(!printed.stdout.contains("988"), "{}", printed.stdout);
}

#[tokio::test]
async fn a_text_that_cannot_be_shown_is_refused_at_the_start() {
    let data = tempdir().expect("a folder");
    let config = "[[resources]]\nregion = \"TW\"\nmatters = [\"law\"]\ntext = { en = \" \" }\n";
    let printed = asked(data.path(), config, "Will I win?", "en").await;
    assert_eq!(printed.code, Some(2), "{}", printed.stderr);
    assert!(
        printed.stderr.contains("is empty\nhint: "),
        "{}",
        printed.stderr
    );
}
