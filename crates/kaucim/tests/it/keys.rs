//! Accounts and keys by the command line, beside a running server.

use std::path::Path;

use reqwest::StatusCode;

use crate::program::{Printed, Server, kaucim, run};

const HISTORY: &str = "/api/v1/async-chat/history";

async fn key(data: &Path, words: &[&str]) -> Printed {
    let mut command = kaucim(data);
    command.arg("key").args(words);
    run(command).await
}

/// A command that makes a key, and prints nothing else on standard output.
async fn made(data: &Path, words: &[&str]) -> String {
    let printed = key(data, words).await;
    assert_eq!(printed.code, Some(0), "{}", printed.stderr);
    assert_eq!(printed.stderr, "");
    let key = printed.stdout.strip_suffix('\n').expect("one line");
    assert!(
        key.len() == 67 && key.starts_with("kc_"),
        "a key alone: {key}"
    );
    key.to_owned()
}

async fn list(data: &Path) -> String {
    let printed = key(data, &["list"]).await;
    assert_eq!(printed.code, Some(0), "{}", printed.stderr);
    printed.stdout
}

async fn status(server: &Server, key: &str, path: &str) -> StatusCode {
    let client = reqwest::Client::builder().no_proxy().build();
    let request = client.expect("a client").get(server.url(path));
    let answer = request.bearer_auth(key).send().await;
    answer.expect("the server answers").status()
}

#[tokio::test]
async fn a_key_may_do_what_it_was_made_for() {
    let server = Server::start(Vec::new()).await;
    let data = server.data.path();
    let plain = made(data, &["create", "--name", "website"]).await;
    let scoped = ["create", "--name", "figures", "--scope", "admin"];
    let figures = made(data, &scoped).await;
    let reads = [
        "create",
        "--name",
        "board",
        "--scope",
        "read",
        "--expires",
        "90d",
    ];
    let reads = made(data, &reads).await;
    for (key, history, metrics) in [(&plain, 200, 403), (&figures, 403, 200), (&reads, 200, 403)] {
        assert_eq!(status(&server, key, HISTORY).await, history);
        assert_eq!(status(&server, key, "/metrics").await, metrics);
    }
    let listed = list(data).await;
    for (key, words) in [
        (&plain, ["ask,read", "website", "never"]),
        (&figures, ["admin", "figures", "never"]),
        (&reads, ["read", "board", "20"]),
    ] {
        let line = listed.lines().find(|line| line.starts_with(&key[..11]));
        let line = line.unwrap_or_else(|| panic!("{key} is listed: {listed}"));
        assert!(words.iter().all(|word| line.contains(word)), "{line}");
        assert!(
            !listed.contains(&key[..16]),
            "no key can be read from a list"
        );
    }
}

#[tokio::test]
async fn a_key_is_revoked_and_rotated_beside_a_running_server() {
    let server = Server::start(Vec::new()).await;
    let data = server.data.path();
    let first = made(data, &["create", "--name", "website"]).await;
    let second = made(data, &["create", "--name", "website"]).await;
    let ambiguous = key(data, &["revoke", "website"]).await;
    assert_eq!(ambiguous.code, Some(2));
    assert!(ambiguous.stderr.contains("2 keys"), "{}", ambiguous.stderr);
    let revoked = key(data, &["revoke", &first[..11]]).await;
    assert_eq!(revoked.code, Some(0), "{}", revoked.stderr);
    assert_eq!(status(&server, &first, HISTORY).await, 401);
    assert_eq!(status(&server, &second, HISTORY).await, 200);
    let third = made(data, &["rotate", "website"]).await;
    assert_eq!(status(&server, &second, HISTORY).await, 401);
    assert_eq!(status(&server, &third, HISTORY).await, 200);
    let gone = key(data, &["revoke", &second]).await;
    assert_eq!(gone.code, Some(2));
    assert!(gone.stderr.contains(&second[..11]), "{}", gone.stderr);
    assert!(!gone.stderr.contains(&second[..20]), "{}", gone.stderr);
    let mut command = kaucim(data);
    command.args(["account", "list"]);
    let accounts = run(command).await.stdout;
    let line = accounts.lines().find(|line| line.starts_with("website"));
    let words: Vec<_> = line.expect("it is listed").split_whitespace().collect();
    assert_eq!(words[1], "1", "one of its keys is good: {accounts}");
}

#[tokio::test]
async fn mistakes_about_keys_are_told() {
    let server = Server::start(Vec::new()).await;
    let data = server.data.path();
    for (words, told) in [
        (
            &["create", "--name", "x", "--scope", "write"][..],
            "no scope",
        ),
        (
            &["create", "--name", "x", "--expires", "soon"],
            "neither a time",
        ),
        (
            &["create", "--name", "x", "--expires", "2020-01-01"],
            "in the past",
        ),
        (
            &["create", "--name", "x", "--account", "\u{202e}"],
            "visible",
        ),
        (&["revoke", "nobody"], "called `nobody`"),
        (&["rotate", "kc_0000"], "called `kc_0000`"),
    ] {
        let printed = key(data, words).await;
        assert_eq!(printed.code, Some(2), "{words:?}: {}", printed.stderr);
        assert!(
            printed.stderr.contains(told),
            "{words:?}: {}",
            printed.stderr
        );
        assert_eq!(printed.stdout, "");
    }
    for code in [0, 2] {
        let mut command = kaucim(data);
        command.args(["account", "create", "--name", "temple"]);
        assert_eq!(run(command).await.code, Some(code), "a name is there once");
    }
    let mut command = kaucim(data);
    command.args(["account", "list"]);
    assert!(run(command).await.stdout.contains("temple"));
}
