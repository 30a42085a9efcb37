//! The configuration explains itself, and a running server takes up what it can of a new one.

use std::{fs, path::Path};

use reqwest::StatusCode;
use serde_json::Value;
use tempfile::tempdir;
use tokio::time::timeout;

use crate::{
    client::Asker,
    program::{PATIENCE, Printed, Server, asking, kaucim, model, run},
};

async fn config(data: &Path, flags: &[&str]) -> Printed {
    let mut command = kaucim(data);
    command.arg("config").args(flags);
    run(command).await
}

#[tokio::test]
async fn shows_every_value_and_where_it_is_from() {
    let data = tempdir().expect("a folder");
    let file = data.path().join("kaucim.toml");
    let text =
        "[limits]\nqueued = 7\n[[models]]\nmodel = \"openai:a\"\napi_key = \"sk-not-shown\"\n";
    fs::write(&file, text).expect("a file");
    let file = file.to_str().expect("text");
    let flags = ["show", "--config", file, "--workers", "3"];
    let printed = config(data.path(), &flags).await;
    assert_eq!(printed.code, Some(0), "{}", printed.stderr);
    let line = |key: &str| {
        let mut lines = printed.stdout.lines();
        let line = lines.find(|line| line.starts_with(&format!("{key} ")));
        line.unwrap_or_else(|| panic!("{key} is missing in:\n{}", printed.stdout))
    };
    assert!(line("workers = 3").ends_with("# --workers"));
    assert!(line("limits.queued = 7").ends_with(&format!("# {file}, line 2")));
    assert!(line("data_dir").ends_with("# KAUCIM_DATA_DIR"));
    assert!(line("# public_url is not set").ends_with("# default"));
    line("# models.1.api_key is set, and not shown");
    let flags = [&flags[..], &["--json"]].concat();
    let as_json = config(data.path(), &flags).await;
    let shown: Value = serde_json::from_str(&as_json.stdout).expect("JSON");
    let keys = shown["keys"].as_array().expect("keys");
    let queued = keys.iter().find(|key| key["key"] == "limits.queued");
    let queued = queued.expect("it is there");
    assert_eq!(
        (&queued["value"], &queued["source"]["line"]),
        (&7.into(), &2.into())
    );
    for all in [printed.stdout, as_json.stdout] {
        assert!(!all.contains("sk-not-shown"), "{all}");
    }
}

#[tokio::test]
async fn a_file_is_checked_without_a_start() {
    let data = tempdir().expect("a folder");
    let file = data.path().join("kaucim.toml");
    let file_name = file.to_str().expect("text");
    let printed = config(data.path(), &["defaults"]).await;
    fs::write(&file, printed.stdout).expect("a file");
    let good = config(data.path(), &["check", file_name]).await;
    assert_eq!(good.code, Some(0), "{}{}", good.stdout, good.stderr);
    fs::write(&file, "wrkers = 4\n[limits]\nqueued = 0\n").expect("a file");
    let bad = config(data.path(), &["check", file_name]).await;
    assert_eq!(bad.code, Some(2));
    let expected = format!(
        "{file_name}, line 1: unknown key `wrkers`\n  hint: did you mean `workers`?\n\
         {file_name}, line 3: limits.queued: with a limit of 0 no question could ever be asked\n  \
         hint: set it to 1 or more\n"
    );
    assert_eq!(bad.stdout, expected);
    let as_json = config(data.path(), &["check", file_name, "--json"]).await;
    assert_eq!(as_json.code, Some(2));
    let errors: Value = serde_json::from_str(&as_json.stdout).expect("JSON");
    assert_eq!(errors["errors"][1]["key"], "limits.queued");
    fs::write(
        &file,
        "[tls]\ncertificate = \"/nowhere.pem\"\nkey = \"/nowhere.key\"\n",
    )
    .expect("a file");
    let bad = config(data.path(), &["check", file_name]).await;
    assert!(
        bad.stdout
            .contains("line 2: tls.certificate: could not read"),
        "{}",
        bad.stdout
    );
    let gone = config(data.path(), &["check", "/nowhere.toml"]).await;
    assert_eq!(gone.code, Some(2), "{}", gone.stderr);
    let left = fs::read_dir(data.path()).expect("a folder").count();
    assert_eq!(left, 1, "nothing was made but the file");
}

/// Sends SIGHUP and waits until the log says so.
async fn until_logged(server: &Server, words: &str) -> String {
    let reading = async {
        loop {
            let log = server.words();
            if log.contains(words) {
                return log;
            }
            // A question to the server, so that this is no loop without a pause.
            let answer = reqwest::get(server.url("/healthz")).await;
            assert_eq!(answer.expect("an answer").status(), StatusCode::OK);
        }
    };
    timeout(PATIENCE, reading)
        .await
        .unwrap_or_else(|_| panic!("`{words}` is not logged:\n{}", server.words()))
}

#[tokio::test]
async fn limits_rates_and_budgets_change_while_the_server_runs() {
    let sim = model("rate=2;ttft=10").await;
    let folder = tempdir().expect("a folder");
    let file = folder.path().join("kaucim.toml");
    let write = |text: &str| fs::write(&file, text).expect("a file");
    write("[limits]\nper_account = 1\nstreams_per_account = 1\n");
    let mut environment = asking(&sim, "openai");
    environment.push(("KAUCIM_CONFIG", file.to_str().expect("text").to_owned()));
    let server = Server::start(environment).await;
    let asker = Asker::of(&server).await;
    let first = asker.ask(&server, "Will it rain?").await;
    let status = async |question: &str| asker.try_to_ask(&server, question).await.status();
    assert_eq!(status("And tomorrow?").await, StatusCode::CONFLICT);

    // A stream that is open stays so, whatever happens to the limits.
    let open = asker.open(&server, &first, None).await.expect("a stream");
    write("[limits]\nper_account = 2\nstreams_per_account = 2\naccount_rate = 2\n");
    server.hang_up().await;
    let log = until_logged(&server, "the configuration was read again").await;
    for key in [
        "limits.per_account",
        "limits.streams_per_account",
        "limits.account_rate",
    ] {
        assert!(log.contains(key), "{key}: {log}");
    }
    assert_eq!(status("And tomorrow?").await, StatusCode::ACCEPTED);
    let second = asker.open(&server, &first, None).await.expect("a stream");
    assert_eq!(second.status(), StatusCode::OK);
    let third = asker.open(&server, &first, None).await.expect("an answer");
    assert_eq!(third.status(), StatusCode::TOO_MANY_REQUESTS);

    write("[limits]\nper_account = 0\n");
    server.hang_up().await;
    until_logged(&server, "the configuration stays as it was").await;
    assert_eq!(
        status("And now?").await,
        StatusCode::CONFLICT,
        "two are unfinished"
    );
    assert_eq!(
        status("And then?").await,
        StatusCode::TOO_MANY_REQUESTS,
        "two a minute"
    );

    write("workers = 3\n[budget]\nper_key = { readings = 1 }\n");
    server.hang_up().await;
    let log = until_logged(&server, "these settings count with the next start only").await;
    assert!(log.contains("next start only: workers"), "{log}");
    let taken = until_logged(&server, "budget.per_key.readings").await;
    assert!(!taken.contains("And tomorrow?"), "no question is logged");
    let refused = asker.try_to_ask(&server, "And after that?").await;
    let refused: Value = refused.json().await.expect("JSON");
    assert_eq!(refused["code"], "budget_spent", "{refused}");
    drop((open, second));
    sim.stop().await;
}
