//! The Python client and the example that uses it, against the real server. Where there is no Python 3.11, this says so
//! and is left out.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};

use tokio::{process::Command, time::timeout};

use crate::program::{PATIENCE, Printed, Server, asking, model, run};

fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.canonicalize().expect("the workspace")
}

/// Python in the folder of the client, with a server to ask.
fn python(server: &Server, key: &str) -> Command {
    let mut command = Command::new("python3");
    command
        .current_dir(root().join("clients/python"))
        .env("KAUCIM_SERVER", server.url(""))
        .env("KAUCIM_KEY", key)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

async fn succeeds(mut command: Command, arguments: &[&str]) -> Printed {
    command.args(arguments);
    let printed = run(command).await;
    assert_eq!(printed.code, Some(0), "{arguments:?}: {}", printed.stderr);
    printed
}

/// A server with a quick model, and a key for it; `None` where Python is missing.
#[expect(clippy::print_stdout, reason = "who reads the test has to know")]
async fn served() -> Option<(Server, llmsim::Sim, String)> {
    let version = Command::new("python3")
        .args(["-c", "import sys; sys.exit(sys.version_info < (3, 11))"])
        .stdin(Stdio::null())
        .output();
    let version = timeout(PATIENCE, version).await.expect("it ends");
    if !version.is_ok_and(|output| output.status.success()) {
        println!("left out: there is no Python 3.11, so its client was not tried");
        return None;
    }
    let sim = model("rate=2000;ttft=10").await;
    let server = Server::start(asking(&sim, "openai")).await;
    let key = server.key().await;
    Some((server, sim, key))
}

#[tokio::test]
async fn the_client_for_python_loses_nothing() {
    let Some((server, sim, key)) = served().await else {
        return;
    };
    let tests = ["-m", "unittest", "discover", "tests"];
    let printed = succeeds(python(&server, &key), &tests).await;
    assert!(!printed.stderr.contains("skipped"), "{}", printed.stderr);
    sim.stop().await;
}

#[tokio::test]
async fn the_types_for_python_are_what_the_server_says() {
    let Some((server, sim, key)) = served().await else {
        return;
    };
    let document = reqwest::get(server.url("/openapi.json")).await;
    let document = document.expect("an answer").text().await.expect("text");
    let file = server.data.path().join("openapi.json");
    fs::write(&file, document).expect("a file");
    let file = file.display().to_string();
    succeeds(python(&server, &key), &["generate.py", "--check", &file]).await;
    sim.stop().await;
}

#[tokio::test]
async fn a_table_of_questions_becomes_a_table_of_readings() {
    let Some((server, sim, key)) = served().await else {
        return;
    };
    let (questions, out) = (
        root().join("examples/questions.csv"),
        server.data.path().join("readings.csv"),
    );
    let batch = root().join("examples/batch.py");
    let words = [&batch, &questions, &out].map(|path| path.display().to_string());
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    succeeds(python(&server, &key), &words).await;
    let first = fs::read_to_string(&out).expect("the table");
    assert!(
        first.starts_with("question,language,number,note,task_id,"),
        "{first}"
    );
    assert_eq!(
        first.matches(",model,").count(),
        3,
        "three readings: {first}"
    );
    // Started again, it finds what it has asked.
    succeeds(python(&server, &key), &words).await;
    assert_eq!(fs::read_to_string(&out).expect("the table"), first);
    sim.stop().await;
}
