//! Bringing decks in and taking them out, as an operator does it.

use std::{
    fs::{self, File},
    path::Path,
};

use tempfile::tempdir;
use tokio::process::Command;

use crate::program::{Printed, kaucim, run};

const TABLE: &str = "籤號,籤題,吉凶,籤詩,解曰,婚姻,備註\n\
    1,夜行得燈,上吉,燈照前途，風靜船歸,船已近岸。,成,x\n\
    2,雨中守燈,下,雨急燈昏，且待天明,時候未到。,待,\n";

/// Memory that a refusal may take, all that the program maps included: KiB.
const MEMORY: u32 = 1_500_000;

async fn deck(data: &Path, arguments: &[&str]) -> Printed {
    let mut command = kaucim(data);
    command.current_dir(data).arg("deck").args(arguments);
    run(command).await
}

#[tokio::test]
async fn a_spreadsheet_goes_in_and_comes_out_again() {
    let data = tempdir().expect("a folder");
    fs::write(data.path().join("lots.csv"), TABLE).expect("a file");
    let printed = deck(data.path(), &["import", "lots.csv", "--deity", "mazu"]).await;
    assert_eq!(printed.code, Some(0), "{}", printed.stderr);
    let pack = data.path().join("decks/imported_mazu");
    assert_eq!(printed.stdout, format!("{}\n", pack.display()));
    for told in [
        "2 lots, 0 without a grade",
        "column `籤詩` is the verse: 2 values",
        "column `備註` is not understood and left out: 1 values, 1 empty",
    ] {
        assert!(
            printed.stderr.contains(told),
            "{told} is not in {}",
            printed.stderr
        );
    }
    let mut ask = kaucim(data.path());
    ask.args(["ask", "--deity", "mazu", "--lot", "1", "行船平安嗎？"]);
    let printed = run(ask).await;
    assert!(printed.stdout.contains("風靜船歸"), "{}", printed.stdout);

    // Two decks of the same verses say that they are editions of one set.
    let metadata = data.path().join("decks/imported_mazu/deck.toml");
    let written = fs::read_to_string(&metadata).expect("text");
    fs::write(&metadata, format!("set = \"lamps\"\n{written}")).expect("a file");
    let printed = deck(data.path(), &["export", "imported_mazu", "--to", "out.csv"]).await;
    assert_eq!(printed.code, Some(0), "{}", printed.stderr);
    assert_eq!(printed.stdout, "out.csv\nout.csv.map.toml\n");
    let again = [
        "import",
        "out.csv",
        "--map",
        "out.csv.map.toml",
        "--deck",
        "again",
    ];
    let printed = deck(data.path(), &again).await;
    assert_eq!(printed.code, Some(0), "{}", printed.stderr);
    let lot = |deck: &str| fs::read(data.path().join("decks").join(deck).join("lots/001.toml"));
    assert_eq!(
        lot("again").expect("a lot"),
        lot("imported_mazu").expect("a lot")
    );
    let printed = deck(data.path(), &["list"]).await;
    assert_eq!(printed.code, Some(0), "{}", printed.stderr);

    let printed = deck(data.path(), &["export", "kaucim_yue_lao"]).await;
    assert_eq!(printed.stdout, "kaucim_yue_lao\n", "{}", printed.stderr);
    assert!(data.path().join("kaucim_yue_lao/lots/001.toml").is_file());
}

#[tokio::test]
async fn the_map_that_would_be_used_is_shown_and_nothing_is_imported() {
    let data = tempdir().expect("a folder");
    fs::write(data.path().join("lots.csv"), TABLE).expect("a file");
    let printed = deck(data.path(), &["import", "lots.csv", "--show-map"]).await;
    assert_eq!(printed.code, Some(0), "{}", printed.stderr);
    assert!(
        printed.stdout.contains("verse = \"籤詩\""),
        "{}",
        printed.stdout
    );
    assert_eq!(printed.stderr, "");
    assert!(!data.path().join("decks").exists());
    fs::write(data.path().join("map.toml"), printed.stdout).expect("a file");
    let with_map = ["import", "lots.csv", "--deity", "mazu", "--map", "map.toml"];
    let printed = deck(data.path(), &with_map).await;
    assert_eq!(printed.code, Some(0), "{}", printed.stderr);
}

#[expect(clippy::too_many_lines, reason = "one list of what can go wrong")]
#[tokio::test]
async fn what_cannot_be_imported_or_exported_says_what_to_do() {
    let data = tempdir().expect("a folder");
    fs::write(data.path().join("lots.csv"), TABLE).expect("a file");
    fs::write(
        data.path().join("old.csv"),
        b"\xc5\xd2\xb8\xb9,\xc5\xd2\xb8\xd6\n1,\xbfO\xa9\xfa\n",
    )
    .expect("a file");
    fs::write(
        data.path().join("broken.csv"),
        "籤號,籤詩\n一,燈明\n許多,月缺\n",
    )
    .expect("a file");
    let check = async |arguments: &[&str], words: &str, hint: &str| {
        let printed = deck(data.path(), arguments).await;
        assert_eq!(printed.code, Some(2), "{}", printed.stderr);
        assert!(
            printed.stderr.contains(words),
            "{words} is not in {}",
            printed.stderr
        );
        let hint = format!("hint: {hint}");
        assert!(
            printed.stderr.contains(&hint),
            "{hint} is not in {}",
            printed.stderr
        );
    };
    check(
        &["import", "old.csv", "--deity", "mazu"],
        "it could be big5 (which begins `籤號,籤詩1,燈明`)",
        "say --encoding",
    )
    .await;
    check(
        &["import", "broken.csv", "--deity", "mazu"],
        "broken.csv: line 3: column `籤號`: `許多` is no number",
        "mend these rows",
    )
    .await;
    check(
        &["import", "lots.csv"],
        "nobody says whose lots they are; give --deity",
        "see docs/packs.md",
    )
    .await;
    check(
        &["import", "lots.csv", "--deity", "lamp_god"],
        "the name of deity `lamp_god` is not known",
        "give its name in a map",
    )
    .await;
    check(
        &["import", "absent.csv", "--deity", "mazu"],
        "cannot read `absent.csv`",
        "see that the path",
    )
    .await;
    check(
        &["export", "absent"],
        "there is no deck `absent`; there are kaucim_yue_lao",
        "`kaucim deck list`",
    )
    .await;
    fs::create_dir(data.path().join("kaucim_yue_lao")).expect("a folder");
    let printed = deck(data.path(), &["export", "kaucim_yue_lao"]).await;
    assert_eq!(printed.code, Some(3), "{}", printed.stderr);
    assert!(
        printed.stderr.contains("hint: nothing is overwritten"),
        "{}",
        printed.stderr
    );
}

/// The system refuses memory beyond a limit, and the program ends at the first piece that it does
/// not get: whatever these sources say, they are refused with less.
#[tokio::test]
async fn hostile_sources_are_refused_within_bounded_memory() {
    let data = tempdir().expect("a folder");
    let write =
        |name: &str, content: String| fs::write(data.path().join(name), content).expect("a file");
    let endless = File::create(data.path().join("endless.csv")).expect("a file");
    endless
        .set_len(64 << 30)
        .expect("a length without a content");
    write("values.json", format!("[{}[]]", "[],".repeat(10_000_000)));
    write("values.yaml", format!("[{}[]]", "[],".repeat(10_000_000)));
    write("deep.json", "[".repeat(30_000_000));
    write("deep.yaml", "[".repeat(30_000_000));
    write("columns.csv", "a,".repeat(15_000_000));
    write(
        "rows.csv",
        format!("籤號,籤詩\n{}", "1,a\n".repeat(8_000_000)),
    );
    write(
        "quote.csv",
        format!("籤號,籤詩\n1,\"{}", "燈,\n".repeat(5_000_000)),
    );
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..20 {
        let before = [format!("*a{}", level - 1).as_str()].repeat(10).join(", ");
        bomb = format!("{bomb}a{level}: &a{level} [{before}]\n");
    }
    write("bomb.yaml", bomb);
    let text = "x".repeat(8 << 20);
    write(
        "text.yaml",
        format!("- poem: &a {text}\n{}", "- poem: *a\n".repeat(100_000)),
    );
    let names = [
        "endless.csv",
        "values.json",
        "values.yaml",
        "deep.json",
        "deep.yaml",
        "columns.csv",
        "rows.csv",
        "quote.csv",
        "bomb.yaml",
        "text.yaml",
    ];
    for name in names {
        let mut command = limited(data.path());
        command.args(["deck", "import", name, "--deity", "mazu"]);
        let printed = run(command).await;
        let beginning: String = printed.stderr.chars().take(300).collect();
        assert_eq!(printed.code, Some(2), "{name}: {beginning}");
        assert!(printed.stderr.contains("hint: "), "{name}: {beginning}");
    }
}

/// The program in a shell that limits its memory.
fn limited(data: &Path) -> Command {
    let plain = kaucim(data);
    let mut command = Command::new("sh");
    let script = format!("ulimit -v {MEMORY}; exec \"$0\" \"$@\"");
    command
        .arg("-c")
        .arg(script)
        .arg(env!("CARGO_BIN_EXE_kaucim"));
    command.env_clear().current_dir(data);
    for (name, value) in plain.as_std().get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    command
        .env("PATH", "/usr/bin:/bin")
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    command
}
