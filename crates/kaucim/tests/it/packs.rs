//! `kaucim deck new` and `kaucim deck lint`, as they are typed.

use std::{fs, path::Path};

use serde_json::Value;
use tempfile::{TempDir, tempdir};

use crate::program::{Printed, kaucim, run};

async fn deck(data: &TempDir, arguments: &[&str]) -> Printed {
    let mut command = kaucim(data.path());
    command.arg("deck").args(arguments);
    run(command).await
}

/// Fills in what a new pack leaves empty.
fn fill_in(pack: &Path) {
    let change = |file: &str, pairs: &[(&str, &str)]| {
        let path = pack.join(file);
        let mut text = fs::read_to_string(&path).expect("a file");
        for (from, to) in pairs {
            assert!(text.contains(from), "{file} has no `{from}`");
            text = text.replacen(from, to, 1);
        }
        fs::write(path, text).expect("a file");
    };
    change(
        "deck.toml",
        &[
            ("deity = \"\"", "deity = \"lamp_god\""),
            ("edition = \"\"", "edition = \"First edition\""),
            ("source = \"\"", "source = \"Our own\""),
            ("licence = \"\"", "licence = \"CC0-1.0\""),
            ("zh = \"\"", "zh = \"燈公\""),
            ("zh = \"\"", "zh = \"燈公靈籤\""),
        ],
    );
    for (file, title, verse, meaning) in [
        (
            "lots/001.toml",
            "夜行得燈",
            "小燈懸夜路",
            "慢慢走，路就明白。",
        ),
        (
            "lots/002.toml",
            "雨中守燈",
            "雨來先護火",
            "時候未到，先守住手中所有。",
        ),
    ] {
        change(
            file,
            &[
                ("title = \"\"", &format!("title = \"{title}\"")),
                ("verse = []", &format!("verse = [\"{verse}\"]")),
                ("zh = \"\"", &format!("zh = \"{meaning}\"")),
            ],
        );
    }
    // Both verses have one line of five characters.
    change(
        "deck.toml",
        &[(
            "# metre = { lines = 4, characters = 7 }",
            "metre = { lines = 1, characters = 5 }",
        )],
    );
}

#[tokio::test]
async fn a_new_pack_wants_to_be_filled_in_and_is_served_then() {
    let data = tempdir().expect("a folder");
    let printed = deck(&data, &["new", "my_lamps"]).await;
    assert_eq!(printed.code, Some(0), "{}", printed.stderr);
    let pack = data.path().join("decks/my_lamps");
    assert_eq!(Path::new(printed.stdout.trim()), pack);

    let printed = deck(&data, &["lint", "--json", pack.to_str().expect("text")]).await;
    assert_eq!(printed.code, Some(2));
    let report: Value = serde_json::from_str(&printed.stdout).expect("JSON");
    assert_eq!(report["warnings"], 0, "{report:#}");
    let errors = report["packs"][0]["errors"].as_array().expect("a list");
    let is_empty_yet = |error: &Value| {
        let code = error["code"].as_str().expect("a name");
        ["required", "empty_text"].contains(&code) || code == "id" && error["field"] == "deity"
    };
    assert!(errors.iter().all(is_empty_yet), "{report:#}");

    let printed = deck(&data, &["lint", pack.to_str().expect("text")]).await;
    let (_, picture) = printed
        .stdout
        .split_once("  (no name yet)")
        .expect("a picture");
    insta::assert_snapshot!(picture);

    fill_in(&pack);
    let printed = deck(&data, &["lint", "--strict"]).await;
    assert_eq!(
        printed.code,
        Some(0),
        "{}{}",
        printed.stdout,
        printed.stderr
    );
    let printed = deck(&data, &["list"]).await;
    assert!(printed.stdout.contains("my_lamps"), "{}", printed.stdout);
}

#[tokio::test]
async fn nothing_that_is_there_is_overwritten() {
    let data = tempdir().expect("a folder");
    let folder = data.path().join("here/my_lamps");
    let path = folder.to_str().expect("text");
    assert_eq!(deck(&data, &["new", path]).await.code, Some(0));
    fs::write(folder.join("deck.toml"), "mine").expect("a file");
    let printed = deck(&data, &["new", path]).await;
    assert_eq!(printed.code, Some(3));
    assert!(
        printed.stderr.contains("stays as it is"),
        "{}",
        printed.stderr
    );
    assert_eq!(
        fs::read_to_string(folder.join("deck.toml")).expect("a file"),
        "mine"
    );
    for bad in ["My Lamps", "..", "a/b c", "kaucim_yue_lao"] {
        let printed = deck(&data, &["new", bad]).await;
        assert_eq!(printed.code, Some(2), "{bad}");
        assert!(printed.stderr.contains("hint: "), "{}", printed.stderr);
    }
}

#[tokio::test]
async fn lint_tells_by_its_code_how_it_went() {
    let data = tempdir().expect("a folder");
    let printed = deck(&data, &["lint"]).await;
    assert_eq!(
        printed.code,
        Some(0),
        "the starter deck: {}",
        printed.stdout
    );
    let packs = data.path().join("decks");
    deck(&data, &["new", "my_lamps"]).await;
    fill_in(&packs.join("my_lamps"));
    let file = packs.join("my_lamps/lots/002.toml");
    let text = fs::read_to_string(&file).expect("a file");

    fs::write(&file, text.replace("時候未到", "病者難治")).expect("a file");
    assert_eq!(
        deck(&data, &["lint"]).await.code,
        Some(0),
        "a warning is no error"
    );
    assert_eq!(deck(&data, &["lint", "--strict"]).await.code, Some(2));
    fs::write(&file, text.replace("時候未到", "時候\u{fffd}到")).expect("a file");
    let one = packs.join("my_lamps");
    for paths in [packs.to_str(), one.to_str()] {
        let printed = deck(&data, &["lint", paths.expect("text")]).await;
        assert_eq!(printed.code, Some(2));
        assert!(
            printed.stdout.contains("error damaged_text (1)"),
            "{}",
            printed.stdout
        );
    }
    for (path, code, words) in [
        ("nowhere", 3, "cannot read"),
        ("my_lamps/lots", 2, "holds no pack"),
    ] {
        let path = packs.join(path);
        let printed = deck(&data, &["lint", path.to_str().expect("text")]).await;
        assert_eq!(printed.code, Some(code), "{}", printed.stderr);
        assert!(printed.stderr.contains(words), "{}", printed.stderr);
    }
}

#[tokio::test]
async fn the_picture_reads_well_without_colours() {
    let data = tempdir().expect("a folder");
    deck(&data, &["new", "my_lamps"]).await;
    let pack = data.path().join("decks/my_lamps");
    fill_in(&pack);
    let file = pack.join("deck.toml");
    let text = fs::read_to_string(&file).expect("a file");
    let grades = "\n[[grades]]\nword = \"上吉\"\ntone = \"good\"\n[[grades]]\nword = \"下\"\n";
    fs::write(&file, text + grades).expect("a file");
    for (lot, grade) in [("lots/001.toml", "上吉"), ("lots/002.toml", "下")] {
        let file = pack.join(lot);
        let text = fs::read_to_string(&file).expect("a file");
        let topic = "\n[topics.love]\nzh = \"把話說清楚。\"\nen = \"Say it clearly.\"\n";
        let text = text.replace("# grade = \"上吉\"", &format!("grade = \"{grade}\"")) + topic;
        fs::write(file, text).expect("a file");
    }
    let printed = deck(&data, &["lint", pack.to_str().expect("text")]).await;
    assert_eq!(printed.code, Some(0), "{}", printed.stderr);
    insta::assert_snapshot!(printed.stdout);
}
