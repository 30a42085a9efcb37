//! The commands and examples of `docs/packs.md`, word for word.

use std::{fs, path::Path, process::Stdio};

use tempfile::{TempDir, tempdir};
use tokio::process::Command;

use crate::program::{Printed, kaucim, run};

/// A table with the columns that the map of the document names.
const TABLE: &str = "n,name,luck,first line,second line,meaning,in English,story,what happens,marriage\n\
    1,夜行得燈,上吉,小燈懸夜路,一步一分明,慢慢走，路就明白。,Walk slowly.,鑿壁借光,匡衡鑿壁讀書。,成\n\
    2,雨中守燈,中平,雨來先護火,雨過再登程,時候未到。,It is not yet the time.,,,待\n";

/// A table whose headings are known.
const KNOWN: &str = "籤號,籤題,吉凶,籤詩,解曰\n\
    1,夜行得燈,上吉,燈照前途，風靜船歸,船已近岸。\n2,雨中守燈,下,雨急燈昏，且待天明,時候未到。\n";

/// The blocks of one language, in their order.
fn blocks(language: &str) -> Vec<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/packs.md");
    let document = fs::read_to_string(path).expect("the document");
    let begin = format!("```{language}\n");
    let after = document.split(begin.as_str()).skip(1);
    let block = |after: &str| after.split("```").next().unwrap_or_default().to_owned();
    after.map(block).collect()
}

/// The block of commands in which these words stand.
fn commands(words: &str) -> String {
    let block = blocks("sh").into_iter().find(|block| block.contains(words));
    block.unwrap_or_else(|| panic!("no block with `{words}`"))
}

/// Runs a block as a shell does, in the data folder, until a command fails.
async fn shell(data: &Path, block: &str) -> Printed {
    let plain = kaucim(data);
    let program = Path::new(env!("CARGO_BIN_EXE_kaucim"));
    let folder = program.parent().expect("it is in a folder").display();
    let mut command = Command::new("sh");
    command.arg("-ec").arg(block).env_clear().current_dir(data);
    for (name, value) in plain.as_std().get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    command
        .env("PATH", format!("{folder}:/usr/bin:/bin"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    run(command).await
}

async fn succeeds(data: &Path, block: &str) -> Printed {
    let printed = shell(data, block).await;
    assert_eq!(printed.code, Some(0), "{block}{}", printed.stderr);
    printed
}

/// A data folder with the small complete pack.
fn with_pack() -> TempDir {
    let data = tempdir().expect("a folder");
    let pack = data.path().join("decks/my_lamps");
    fs::create_dir_all(pack.join("lots")).expect("a folder");
    let files = ["deck.toml", "lots/001.toml", "lots/002.toml"];
    for (file, content) in files.into_iter().zip(blocks("toml")) {
        fs::write(pack.join(file), content).expect("a file");
    }
    data
}

fn change(file: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(file).expect("a file");
    assert!(text.contains(from), "{} has no `{from}`", file.display());
    fs::write(file, text.replacen(from, to, 1)).expect("a file");
}

#[tokio::test]
async fn the_small_pack_is_listed_asked_and_refused_as_it_says() {
    let data = with_pack();
    let [good, bad] = <[String; 2]>::try_from(blocks("console")).expect("two");
    let list = "kaucim deck list\n";
    let (listed, ask) = good.split_once("\n$ ").expect("two commands");
    let printed = succeeds(data.path(), list).await;
    let shown = format!("$ {list}{}", printed.stdout);
    assert_eq!(shown, format!("{listed}\n"));
    let reading = succeeds(data.path(), ask).await;
    assert!(reading.stdout.contains("雨來先護火"), "{}", reading.stdout);

    let lots = data.path().join("decks/my_lamps/lots");
    change(
        &lots.join("001.toml"),
        "grade = \"上吉\"",
        "grade = \"大大吉\"",
    );
    change(&lots.join("002.toml"), "雨過再登程", "雨過登程");
    let printed = shell(data.path(), list).await;
    assert_eq!(printed.code, Some(2));
    assert_eq!(format!("$ {list}{}{}", printed.stdout, printed.stderr), bad);
}

#[tokio::test]
async fn a_pack_is_begun_and_lots_are_imported_by_the_documented_commands() {
    let data = tempdir().expect("a folder");
    let begin = commands("kaucim deck new");
    let (new, rest) = begin.split_once('\n').expect("several commands");
    succeeds(data.path(), new).await;
    // Nothing is filled in yet, and both say so.
    for line in rest.lines() {
        let printed = shell(data.path(), line).await;
        assert_eq!(printed.code, Some(2), "{line}: {}", printed.stderr);
    }
    for words in ["--deity mazu\n", "--show-map"] {
        let data = tempdir().expect("a folder");
        fs::write(data.path().join("lots.csv"), KNOWN).expect("a file");
        succeeds(data.path(), &commands(words)).await;
        succeeds(data.path(), "kaucim deck list").await;
    }
}

#[tokio::test]
async fn the_map_imports_a_table_with_its_columns() {
    let data = tempdir().expect("a folder");
    let map = blocks("toml")
        .into_iter()
        .find(|block| block.contains("\nverse = [\"first line\""));
    fs::write(data.path().join("map.toml"), map.expect("a map")).expect("a file");
    fs::write(data.path().join("lots.csv"), TABLE).expect("a file");
    let import = "kaucim deck import lots.csv --deity lamp_god --map map.toml";
    succeeds(data.path(), import).await;
    let deck = data.path().join("decks/imported_lamp_god/deck.toml");
    let deck = fs::read_to_string(deck).expect("a file");
    assert!(
        deck.contains("zh = \"燈公籤\""),
        "named after its deity: {deck}"
    );
    let listed = succeeds(data.path(), "kaucim deck list").await;
    assert!(
        listed.stdout.contains("Second edition, 1998"),
        "{}",
        listed.stdout
    );
}

#[tokio::test]
async fn a_deck_is_taken_out_and_brought_in_again_by_the_documented_commands() {
    let data = with_pack();
    let original = data.path().join("decks/my_lamps");
    succeeds(data.path(), &commands("kaucim deck export")).await;
    let away = data.path().join("away");
    fs::rename(&original, &away).expect("a folder");
    succeeds(data.path(), &commands("--map lots.csv.map.toml\n")).await;
    let lot = |pack: &Path| fs::read_to_string(pack.join("lots/001.toml")).expect("a lot");
    let parsed = |text: &str| text.parse::<toml::Table>().expect("TOML");
    assert_eq!(
        parsed(&lot(&original)),
        parsed(&lot(&away)),
        "nothing is lost"
    );

    // Beside the deck itself it is refused, and told what to write and where.
    let again = commands("--deck my_lamps_again");
    let printed = shell(data.path(), &again).await;
    assert_eq!(printed.code, Some(2));
    let told = "write the same `set = \"…\"` above the first heading of both deck.toml";
    assert!(printed.stderr.contains(told), "{}", printed.stderr);
    fs::remove_dir_all(data.path().join("decks/my_lamps_again")).expect("a folder");
    let set = "set = \"lamps\"\n";
    change(
        &original.join("deck.toml"),
        "format = 1\n",
        &format!("format = 1\n{set}"),
    );
    let map = data.path().join("lots.csv.map.toml");
    change(&map, "[deck]\n", &format!("[deck]\n{set}"));
    succeeds(data.path(), &again).await;
    succeeds(data.path(), "kaucim deck list").await;
}
