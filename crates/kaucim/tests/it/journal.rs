//! The journal of the terminal: what is kept, found again, marked, taken out and erased.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use serde_json::Value;
use tempfile::{TempDir, tempdir};

use crate::program::{Printed, Server, asking, kaucim, model, run};

async fn journal(data: &Path, words: &[&str]) -> Printed {
    let mut command = kaucim(data);
    command.arg("journal").args(words);
    run(command).await
}

/// Likewise, and it succeeds; returns what was printed.
async fn succeeds(data: &Path, words: &[&str]) -> String {
    let printed = journal(data, words).await;
    assert_eq!(printed.code, Some(0), "{words:?}: {}", printed.stderr);
    printed.stdout
}

async fn keep(data: &Path, lot: &str, question: &str) {
    let mut command = kaucim(data);
    command.args(["ask", "--keep", "--lot", lot, question]);
    let printed = run(command).await;
    assert_eq!(printed.code, Some(0), "{}", printed.stderr);
    assert!(printed.stderr.contains("kept: "), "{}", printed.stderr);
}

async fn two_kept() -> TempDir {
    let data = tempdir().expect("a folder");
    keep(data.path(), "1", "Will I find love this year?").await;
    keep(data.path(), "2", "我該換工作嗎？").await;
    data
}

/// The ids that a list shows, in its order.
fn ids(list: &str) -> Vec<String> {
    let ids = list.lines().filter_map(|line| line.split(' ').next());
    ids.map(str::to_owned).collect()
}

#[tokio::test]
async fn a_reading_is_kept_only_when_it_is_wanted() {
    let data = tempdir().expect("a folder");
    for (keeps, is_kept) in [("", false), ("0", false), ("1", true)] {
        let mut command = kaucim(data.path());
        command.env("KAUCIM_KEEP", keeps);
        command.args(["ask", "--lot", "1", "Will I find love this year?"]);
        assert_eq!(run(command).await.code, Some(0));
        let kept = data.path().join("journal").exists();
        assert_eq!(kept, is_kept, "KAUCIM_KEEP={keeps}");
    }
    let folder = data.path().join("journal");
    let mode = |path: &Path| {
        fs::metadata(path)
            .expect("it is there")
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!(mode(&folder), 0o700, "the journal is its owner's alone");
    for file in fs::read_dir(&folder).expect("a folder") {
        assert_eq!(mode(&file.expect("an entry").path()), 0o600);
    }
}

#[tokio::test]
async fn what_was_kept_is_listed_shown_and_found() {
    let data = two_kept().await;
    let list = succeeds(data.path(), &[]).await;
    let lines: Vec<_> = list.lines().collect();
    assert!(
        lines[0].ends_with("我該換工作嗎？"),
        "the newest is first: {list}"
    );
    assert!(lines[1].ends_with("Will I find love this year?"), "{list}");
    assert_eq!(lines.len(), 2);
    assert_eq!(
        succeeds(data.path(), &["--limit", "1"])
            .await
            .lines()
            .count(),
        1
    );

    let newest = succeeds(data.path(), &["show"]).await;
    assert!(
        newest.contains("№2") && newest.contains("我該換工作嗎？"),
        "{newest}"
    );
    let older = succeeds(data.path(), &["show", &ids(&list)[1]]).await;
    for part in [
        "№1",
        "囊裏紅絲月下明",
        "Line by line",
        "In short",
        "without a model",
    ] {
        assert!(older.contains(part), "`{part}` is missing in:\n{older}");
    }
    assert!(!older.contains('\u{1b}'), "a pipe gets no colours");
    let document = succeeds(data.path(), &["show", "--json", &ids(&list)[1]]).await;
    let document: Value = serde_json::from_str(&document).expect("JSON");
    assert_eq!(document["result"]["lot"]["number"], 1);

    // The question of one; the verse of the other, in the other script.
    for (words, lot) in [(&["LOVE"][..], 1), (&["换工作"], 2), (&["红丝", "月下"], 1)] {
        let words = [&["search", "--json"], words].concat();
        let found = succeeds(data.path(), &words).await;
        let found: Value = serde_json::from_str(&found).expect("one line of JSON");
        assert_eq!(found["fortune_number"], lot, "{words:?}");
    }
    assert_eq!(
        succeeds(data.path(), &["search", "love", "金山寺"]).await,
        ""
    );
}

#[tokio::test]
async fn favourites_are_marked_and_listed() {
    let data = two_kept().await;
    let older = ids(&succeeds(data.path(), &[]).await)[1].clone();
    assert_eq!(succeeds(data.path(), &["--favourites"]).await, "");
    succeeds(data.path(), &["favourite", &older]).await;
    let list = succeeds(data.path(), &["list", "--favourites"]).await;
    assert_eq!(ids(&list), std::slice::from_ref(&older));
    assert!(list.contains('♥'), "{list}");
    succeeds(data.path(), &["favourite", "--remove", &older]).await;
    assert_eq!(succeeds(data.path(), &["--favourites"]).await, "");
}

#[tokio::test]
async fn all_of_it_is_exported_and_nothing_is_overwritten() {
    let data = two_kept().await;
    let file = data.path().join("readings.json");
    let name = file.to_str().expect("text");
    succeeds(data.path(), &["export", name]).await;
    let export: Value =
        serde_json::from_str(&fs::read_to_string(&file).expect("a file")).expect("JSON");
    assert_eq!(export["tasks"].as_array().map(Vec::len), Some(2));
    let again = journal(data.path(), &["export", name]).await;
    assert_eq!(again.code, Some(2), "{}", again.stderr);
    assert!(
        again.stderr.contains("hint: name a file"),
        "{}",
        again.stderr
    );
    let text = succeeds(data.path(), &["export", "--text"]).await;
    for part in ["我該換工作嗎？", "Will I find love this year?", "In short"] {
        assert!(text.contains(part), "`{part}` is missing in:\n{text}");
    }
}

#[tokio::test]
async fn nothing_is_erased_unasked_and_what_is_erased_is_gone() {
    let data = two_kept().await;
    let [newer, older] =
        <[String; 2]>::try_from(ids(&succeeds(data.path(), &[]).await)).expect("two readings");
    succeeds(data.path(), &["favourite", &older]).await;
    let unasked = journal(data.path(), &["erase", &older]).await;
    assert_eq!(unasked.code, Some(2));
    assert!(unasked.stderr.contains("--yes"), "{}", unasked.stderr);
    assert_eq!(ids(&succeeds(data.path(), &[]).await).len(), 2);

    succeeds(data.path(), &["erase", "--yes", &older]).await;
    assert_eq!(ids(&succeeds(data.path(), &[]).await), [newer]);
    let left = fs::read_dir(data.path().join("journal")).expect("a folder");
    for file in left {
        let text = fs::read_to_string(file.expect("an entry").path()).expect("text");
        assert!(
            !text.contains("love this year"),
            "its question is still there"
        );
        assert!(!text.contains(&older), "its mark is still there");
    }
    let unknown = journal(data.path(), &["show", &older]).await;
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.stderr.contains("hint: "), "{}", unknown.stderr);
    succeeds(data.path(), &["erase", "--all", "--yes"]).await;
    let empty = journal(data.path(), &[]).await;
    assert_eq!((empty.code, empty.stdout.as_str()), (Some(0), ""));
    assert!(empty.stderr.contains("--keep"), "{}", empty.stderr);
}

#[tokio::test]
async fn a_damaged_file_hides_no_other_reading() {
    let data = two_kept().await;
    let folder = data.path().join("journal");
    fs::write(folder.join("half.json"), "{\"task_id\":").expect("a file");
    let printed = journal(data.path(), &[]).await;
    assert_eq!(printed.code, Some(0));
    assert_eq!(printed.stdout.lines().count(), 2, "{}", printed.stdout);
    assert!(
        printed.stderr.contains("half.json holds no reading"),
        "{}",
        printed.stderr
    );
}

#[tokio::test]
async fn the_journal_of_a_server_is_that_of_the_key() {
    let sim = model("rate=0").await;
    let server = Server::start(asking(&sim, "openai")).await;
    let here = tempdir().expect("a folder");
    let key = server.key().await;
    let there = async |words: &[&str]| {
        let mut command = kaucim(here.path());
        command
            .env("KAUCIM_SERVER", server.url(""))
            .env("KAUCIM_KEY", &key);
        command.args(words);
        let printed = run(command).await;
        assert_eq!(printed.code, Some(0), "{words:?}: {}", printed.stderr);
        printed.stdout
    };
    there(&["ask", "--lot", "1", "Will I find love this year?"]).await;
    there(&["ask", "--lot", "2", "我該換工作嗎？"]).await;
    let list = ids(&there(&["journal"]).await);
    assert_eq!(list.len(), 2);
    let shown = there(&["journal", "show", &list[1]]).await;
    assert!(
        shown.contains("№1") && shown.contains("In short"),
        "{shown}"
    );
    let found = there(&["journal", "search", "换工作"]).await;
    assert_eq!(ids(&found), [list[0].clone()]);
    there(&["journal", "favourite", &list[1]]).await;
    assert_eq!(
        ids(&there(&["journal", "--favourites"]).await),
        [list[1].clone()]
    );
    let export: Value = serde_json::from_str(&there(&["journal", "export"]).await).expect("JSON");
    assert_eq!(export["tasks"].as_array().map(Vec::len), Some(2));
    there(&["journal", "erase", "--yes", &list[1]]).await;
    assert_eq!(ids(&there(&["journal"]).await), [list[0].clone()]);
    assert_eq!(there(&["journal", "--favourites"]).await, "");
    there(&["journal", "erase", "--all", "--yes"]).await;
    assert_eq!(there(&["journal"]).await, "");
    sim.stop().await;
}

#[tokio::test]
async fn shells_and_man_are_told_of_every_command() {
    let data = tempdir().expect("a folder");
    let printed = async |words: &[&str]| {
        let mut command = kaucim(data.path());
        command.args(words);
        let printed = run(command).await;
        assert_eq!(printed.code, Some(0), "{words:?}: {}", printed.stderr);
        printed.stdout
    };
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = printed(&["completions", shell]).await;
        for word in ["journal", "favourites", "completions", "keep"] {
            assert!(script.contains(word), "{shell} is not told of `{word}`");
        }
    }
    let page = printed(&["man"]).await;
    assert!(page.contains(".TH kaucim 1"), "{page}");
    let folder = data.path().join("man/man1");
    printed(&["man", "--out", folder.to_str().expect("text")]).await;
    for name in [
        "kaucim.1",
        "kaucim-ask.1",
        "kaucim-journal.1",
        "kaucim-journal-erase.1",
    ] {
        assert!(folder.join(name).is_file(), "no page {name}");
    }
}
