//! Drawing and verifying in a terminal, and lots that are named by words.

use std::{fs, path::Path, process::Stdio};

use serde_json::Value;
use tempfile::tempdir;
use tokio::{io::AsyncWriteExt, process::Command, time::timeout};

use crate::program::{PATIENCE, Printed, Server, asking, kaucim, model, run};

fn draw(data: &Path, flags: &[&str]) -> Command {
    let mut command = kaucim(data);
    command.arg("draw").args(flags);
    command
}

async fn printed(data: &Path, flags: &[&str]) -> Printed {
    run(draw(data, flags)).await
}

async fn drawn(data: &Path, nonce: &str) -> Value {
    let printed = printed(data, &["--json", "--nonce", nonce]).await;
    assert_eq!(printed.code, Some(0), "{}", printed.stderr);
    serde_json::from_str(&printed.stdout).expect("JSON")
}

#[tokio::test]
async fn a_draw_shows_its_lot_and_all_that_proves_it() {
    let data = tempdir().expect("a folder");
    let shown = printed(data.path(), &["--nonce", "the candle flickers"]).await;
    assert_eq!(shown.code, Some(0), "{}", shown.stderr);
    let lines: Vec<_> = shown.stdout.lines().collect();
    // The promise comes before anything else.
    let (name, promised) = lines[0].split_once(' ').expect("a name and a value");
    assert_eq!((name, promised.trim().len()), ("commitment", 64));
    let value = |name: &str| {
        let of_name = |line: &&&str| line.starts_with(&format!("{name} "));
        let line = lines.iter().rev().find(of_name);
        let line = line.unwrap_or_else(|| panic!("no `{name}` in {}", shown.stdout));
        line[name.len()..].trim().to_owned()
    };
    assert_eq!(value("commitment"), promised.trim());
    assert_eq!(value("nonce"), "the candle flickers");
    let number = value("number");
    assert!(
        shown.stdout.contains(&format!("№{number} ")),
        "{}",
        shown.stdout
    );
    assert!(
        lines
            .iter()
            .filter(|line| line.starts_with("      "))
            .count()
            >= 4,
        "a poem"
    );

    let typed = [
        "--verify",
        "--commitment",
        &value("commitment"),
        "--secret",
        &value("secret"),
        "--nonce",
        &value("nonce"),
        "--deck",
        &value("deck"),
        "--version",
        &value("version"),
        "--count",
        &value("count"),
        "--number",
        &number,
    ];
    let verified = printed(data.path(), &typed).await;
    assert_eq!(verified.code, Some(0), "{}", verified.stderr);
    for words in ["the commitment holds", "the number holds"] {
        assert!(verified.stdout.contains(words), "{}", verified.stdout);
    }
    let other: u32 = number.parse::<u32>().expect("a number") % 12 + 1;
    let mut forged = typed.to_vec();
    let other = other.to_string();
    *forged.last_mut().expect("a number") = &other;
    let refused = printed(data.path(), &forged).await;
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.stderr.contains("does not hold: the number"),
        "{}",
        refused.stderr
    );
    let missing = printed(data.path(), &typed[..typed.len() - 2]).await;
    assert_eq!(missing.code, Some(2));
    assert!(missing.stderr.contains("hint: "), "{}", missing.stderr);
}

#[tokio::test]
async fn a_draw_is_verified_from_a_file_or_standard_input() {
    let data = tempdir().expect("a folder");
    let draw_of = drawn(data.path(), "搖籤 🙏").await;
    assert_eq!(draw_of["nonce"], "搖籤 🙏");
    assert_eq!(draw_of["lot"]["number"], draw_of["number"]);
    let file = data.path().join("draw.json");
    fs::write(&file, draw_of.to_string()).expect("a file");
    let path = file.to_str().expect("text");
    let verified = printed(data.path(), &["--verify", path]).await;
    assert_eq!(verified.code, Some(0), "{}", verified.stderr);

    for flags in [&["--verify"][..], &["--verify", "-"]] {
        let mut forged = draw_of.clone();
        forged["secret"] = "0f".repeat(32).into();
        for (text, code) in [
            (draw_of.to_string(), 0),
            (forged.to_string(), 1),
            ("{}".to_owned(), 2),
        ] {
            let mut command = draw(data.path(), flags);
            let mut child = command.stdin(Stdio::piped()).spawn().expect("it starts");
            let mut stdin = child.stdin.take().expect("piped");
            stdin.write_all(text.as_bytes()).await.expect("it is read");
            drop(stdin);
            let output = timeout(PATIENCE, child.wait_with_output()).await;
            let output = output.expect("it ends").expect("a status");
            let words = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(code), "{text}: {words}");
        }
    }
    let absent = printed(data.path(), &["--verify", "/nowhere"]).await;
    assert_eq!(absent.code, Some(2));
    let unknown = printed(data.path(), &["--deity", "nobody"]).await;
    assert_eq!(unknown.code, Some(2));
    let long = "x".repeat(129);
    let long = printed(data.path(), &["--nonce", &long]).await;
    assert_eq!(long.code, Some(2), "{}", long.stderr);
}

#[tokio::test]
async fn what_a_server_reveals_is_verified_here() {
    let sim = model("rate=0").await;
    let server = Server::start(asking(&sim, "openai")).await;
    let key = server.key().await;
    let client = reqwest::Client::new();
    let post = async |path: &str, body: Value| -> Value {
        let request = client.post(server.url(path)).bearer_auth(&key).json(&body);
        let answer = request.send().await.expect("an answer");
        assert!(answer.status().is_success(), "{}", answer.status());
        answer.json().await.expect("JSON")
    };
    let promise = post("/api/v1/deities/yue_lao/draw", serde_json::json!({})).await;
    let draw_id = promise["draw_id"].as_str().expect("a draw");
    let path = format!("/api/v1/draws/{draw_id}/reveal");
    let revealed = post(&path, serde_json::json!({ "nonce": "mine" })).await;
    assert_eq!(revealed["commitment"], promise["commitment"]);
    let file = server.data.path().join("draw.json");
    fs::write(&file, revealed.to_string()).expect("a file");
    let verified = printed(
        server.data.path(),
        &["--verify", file.to_str().expect("text")],
    )
    .await;
    assert_eq!(verified.code, Some(0), "{}", verified.stderr);
    sim.stop().await;
}

#[tokio::test]
async fn a_lot_is_named_by_words_here_and_at_a_server() {
    let sim = model("rate=0").await;
    let server = Server::start(asking(&sim, "openai")).await;
    let key = server.key().await;
    let data = tempdir().expect("a folder");
    let ask = async |lot: &str, is_remote: bool| {
        let mut command = kaucim(data.path());
        command.args(["ask", "--json", "--lot", lot, "Shall I wait?"]);
        command.envs(asking(&sim, "openai"));
        if is_remote {
            command
                .env("KAUCIM_SERVER", server.url(""))
                .env("KAUCIM_KEY", &key);
        }
        run(command).await
    };
    for is_remote in [false, true] {
        for (words, number) in [("第三籤", 3), ("囊里红丝月下明", 1), ("lot twelve", 12)]
        {
            let printed = ask(words, is_remote).await;
            assert_eq!(printed.code, Some(0), "{words}: {}", printed.stderr);
            let last = printed.stdout.lines().last().expect("events");
            let last: Value = serde_json::from_str(last).expect("JSON");
            assert_eq!(last["result"]["lot"]["number"], number, "{words}");
        }
        for (words, told) in [
            ("紅絲", "could be lot"),
            ("囊裏紅絲月上明", "could be lot 1 ("),
            ("囊裏紅絲月下", "if that is your slip, say --lot 1\n"),
            ("thirteen moons", "no lot of the deck"),
        ] {
            let printed = ask(words, is_remote).await;
            assert_eq!(printed.code, Some(2), "{words}: {}", printed.stderr);
            assert!(printed.stderr.contains(told), "{words}: {}", printed.stderr);
            assert!(printed.stderr.contains("hint: "), "{}", printed.stderr);
        }
    }
    sim.stop().await;
}
