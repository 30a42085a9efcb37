//! Packs change while the real server runs: open readings keep what they have, new questions get
//! what is there now, and a pack that turned bad is served in its last good version.

use std::{fs, path::PathBuf};

use futures::StreamExt;
use serde_json::Value;
use tokio::{process::Command, time::timeout};

use crate::{
    client::{Asker, Held, events},
    program::{PATIENCE, Server, asking, kaucim, model, run},
};

const DECK: &str = r#"
format = 1
id = "threads"
deity = "yue_lao"
edition = "first"
source = "made for a test"
licence = "CC0-1.0"
count = 7
language = "zh"
blocks = "none"
redraw = "always"
[deity_name]
zh = "月老"
[name]
zh = "線籤"
"#;

/// The verse of a lot, which says which version of the pack it is of.
fn verse(version: &str, number: usize) -> String {
    format!(
        "{version}線{}繫兩人",
        ["甲", "乙", "丙", "丁", "戊", "己", "庚"][number - 1]
    )
}

/// A pack of the server's that is written anew, in one go for each file.
struct Pack(PathBuf);

impl Pack {
    fn of(server: &Server) -> Self {
        let pack = server.data.path().join("decks/threads");
        fs::create_dir_all(pack.join("lots")).expect("a folder");
        Self(pack)
    }

    fn write(&self, version: &str) {
        fs::write(self.0.join("deck.toml"), DECK).expect("a file");
        for number in 1..=7 {
            let lot = format!(
                "number = {number}\ntitle = \"第{number}籤\"\nverse = [\"{}\"]\n",
                verse(version, number)
            );
            fs::write(self.0.join(format!("lots/{number}.toml")), lot).expect("a file");
        }
    }

    fn spoil(&self) {
        fs::write(
            self.0.join("lots/7.toml"),
            "number = 7\ntitle = \"第7籤\"\nverse = []\n",
        )
        .expect("a file");
    }
}

/// The first deck of the deity, as the server shows it.
async fn first_deck(server: &Server) -> Value {
    let url = server.url("/api/v1/deities/yue_lao");
    let answer = reqwest::get(url).await.expect("an answer");
    let deity: Value = answer.json().await.expect("JSON");
    deity["decks"][0].clone()
}

/// Waits until the server's first deck is as wanted.
async fn until(server: &Server, wanted: impl Fn(&Value) -> bool) -> Value {
    let asking = async {
        loop {
            let deck = first_deck(server).await;
            if wanted(&deck) {
                return deck;
            }
        }
    };
    timeout(PATIENCE, asking)
        .await
        .expect("the deck is taken up")
}

async fn hang_up(server: &Server) {
    let sent = Command::new("kill")
        .args(["-HUP", &server.id()])
        .status()
        .await;
    assert!(sent.expect("kill").success());
}

/// The log of the server, once it says so.
async fn until_logged(server: &Server, words: &str) -> String {
    let reading = async {
        loop {
            let log = fs::read_to_string(server.data.path().join("stderr.txt")).expect("text");
            if log.contains(words) {
                return log;
            }
            // A question to the server, so that this is no loop without a pause.
            first_deck(server).await;
        }
    };
    timeout(PATIENCE, reading).await.expect("it is logged")
}

#[tokio::test]
async fn an_open_reading_keeps_its_lot_and_the_next_gets_the_new_text() {
    let sim = model("rate=40;ttft=10").await;
    let server = Server::start(asking(&sim, "openai")).await;
    assert_eq!(first_deck(&server).await["deck_id"], "kaucim_yue_lao");
    let pack = Pack::of(&server);
    pack.write("舊");
    let before = until(&server, |deck| deck["deck_id"] == "threads").await;

    let asker = Asker::of(&server).await;
    let accepted = asker.ask(&server, "Will we meet?").await;
    assert_eq!(accepted["lot"]["verse"][0], verse("舊", 7));
    let opened = asker
        .open(&server, &accepted, None)
        .await
        .expect("a stream");
    let mut events = events(opened);
    let mut held = Held::default();
    let mut is_swapped = false;
    while let Some(event) = timeout(PATIENCE, events.next()).await.expect("an event") {
        if event.name == "llm_streaming" && !is_swapped {
            pack.write("新");
            hang_up(&server).await;
            until(&server, |deck| deck["version"] != before["version"]).await;
            is_swapped = true;
        }
        held.take(&event);
    }
    assert!(is_swapped);
    let result = &held.last.as_ref().expect("a terminal event")["result"];
    held.assert_is(result);
    assert_eq!(
        result["lot"]["verse"][0],
        verse("舊", 7),
        "the old lot to the end"
    );
    assert_eq!(result["lot"]["version"], before["version"]);
    assert_eq!(result["origin"], "model");

    let next = asker.ask(&server, "Will we meet again?").await;
    assert_eq!(next["lot"]["verse"][0], verse("新", 7));
    assert_eq!(next["lot"]["version"], first_deck(&server).await["version"]);
    sim.stop().await;
}

#[tokio::test]
async fn a_pack_that_turned_bad_is_served_as_it_was_until_it_is_mended() {
    let server = Server::start(Vec::new()).await;
    let pack = Pack::of(&server);
    pack.write("舊");
    let good = until(&server, |deck| deck["deck_id"] == "threads").await;

    pack.spoil();
    let log = until_logged(&server, "its last good version is served").await;
    assert!(
        log.contains("lots/7.toml: lot 7: `verse`: missing"),
        "{log}"
    );
    assert_eq!(first_deck(&server).await, good);
    // However often it is read again, it is told once.
    for _ in 0..3 {
        hang_up(&server).await;
    }
    let mut command = kaucim(server.data.path());
    command.arg("doctor");
    let printed = run(command).await;
    assert!(
        printed.stdout.contains("refused: pack `threads`"),
        "{}",
        printed.stdout
    );

    pack.write("新");
    let mended = until(&server, |deck| deck["version"] != good["version"]).await;
    assert_eq!(mended["deck_id"], "threads");
    let log = until_logged(&server, "decks were read again").await;
    assert_eq!(log.matches("`verse`: missing").count(), 1, "{log}");

    fs::remove_dir_all(&pack.0).expect("it is removed");
    until(&server, |deck| deck["deck_id"] == "kaucim_yue_lao").await;
}
