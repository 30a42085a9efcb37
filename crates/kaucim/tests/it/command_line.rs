//! What is typed and what is printed: asking in a terminal, keys, decks, the doctor, mistakes.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;
use tempfile::tempdir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::TcpListener,
    process::Command,
    time::timeout,
};

use crate::program::{PATIENCE, Printed, Server, asking, kaucim, model, run};

#[tokio::test]
async fn asks_in_the_terminal() {
    let sim = model("rate=0").await;
    let data = tempdir().expect("a folder");
    let printed = run(ask(data.path(), &["--lot", "1"]).envs_of(&sim)).await;
    assert_eq!(printed.code, Some(0), "{}", printed.stderr);
    for part in ["№1", "Line by line", "In short", "machine-written"] {
        assert!(
            printed.stdout.contains(part),
            "`{part}` is missing in:\n{}",
            printed.stdout
        );
    }
    assert!(!printed.stdout.contains('\u{1b}'), "a pipe gets no colours");
    sim.stop().await;
}

#[tokio::test]
async fn prints_events_as_json_lines() {
    let sim = model("rate=0").await;
    let data = tempdir().expect("a folder");
    let printed = run(ask(data.path(), &["--json", "--lot", "3"]).envs_of(&sim)).await;
    assert_eq!(printed.code, Some(0), "{}", printed.stderr);
    let events: Vec<Value> = printed
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect("each line is JSON"))
        .collect();
    assert_eq!(events[0]["type"], "status");
    assert_eq!(events.last().expect("events")["type"], "complete");
    assert_eq!(events.last().expect("events")["result"]["lot"]["number"], 3);
    sim.stop().await;
}

#[tokio::test]
async fn without_a_model_the_reading_is_classic_and_says_so() {
    let data = tempdir().expect("a folder");
    let printed = run(ask(data.path(), &["--json"])).await;
    assert_eq!(printed.code, Some(0), "{}", printed.stderr);
    let waits = printed.stdout.contains("waiting_for_model");
    assert!(!waits, "there is no model to wait for:\n{}", printed.stdout);
    let last: Value =
        serde_json::from_str(printed.stdout.lines().last().expect("events")).expect("JSON");
    assert_eq!(last["result"]["origin"], "classic");
    assert!(
        last["result"]["disclaimer"]
            .as_str()
            .expect("text")
            .contains("without a model")
    );
}

#[tokio::test]
async fn a_local_ollama_is_found_and_used() {
    let sim = model("rate=0").await;
    let data = tempdir().expect("a folder");
    let mut command = ask(data.path(), &["--json"]);
    command.env("OLLAMA_HOST", sim.addr.to_string());
    let result = result_of(run(command).await);
    assert_eq!(result["model"]["provider"], "ollama");
    assert_eq!(result["origin"], "model");
    sim.stop().await;
}

#[tokio::test]
async fn a_server_that_is_only_a_url_is_asked_for_its_models() {
    let sim = model("rate=0").await;
    let data = tempdir().expect("a folder");
    let mut command = ask(data.path(), &["--json"]);
    command.env("KAUCIM_MODEL_URL", format!("{}/v1", sim.url()));
    let result = result_of(run(command).await);
    assert_eq!(result["model"]["provider"], "openai");
    assert_eq!(result["origin"], "model");
    sim.stop().await;
}

#[tokio::test]
async fn a_chain_goes_on_where_its_first_model_fails() {
    let first = model("rate=0;fault=cut@challenges").await;
    let second = model("rate=0").await;
    let data = tempdir().expect("a folder");
    let config = data.path().join("kaucim.toml");
    let models = format!(
        "[[models]]\nmodel = \"openai:first\"\nurl = \"{}/v1\"\n\
         [[models]]\nmodel = \"ollama:second\"\nurl = \"{}\"\n",
        first.url(),
        second.url()
    );
    fs::write(&config, models).expect("a file");
    let mut command = ask(data.path(), &["--json"]);
    command.arg("--config").arg(&config);
    let result = result_of(run(command).await);
    assert_eq!(result["origin"], "model", "every section is a model's");
    assert_eq!(result["model"]["name"], "second");
    assert_eq!(result["notices"][0]["code"], "model_switched");
    let asks_for = |calls: &[llmsim::Call], section: &str| {
        let call = calls.last().expect("a call").request.to_string();
        call.contains(&format!("\"{section}\":{{"))
    };
    // Ollama's schema names its sections in the same way as OpenAI's.
    let (rest, done) = ("conclusion", "overall_development");
    assert!(
        asks_for(&first.calls()[..1], done),
        "the first is asked for all"
    );
    assert!(asks_for(&second.calls(), rest), "the second for the rest");
    assert!(
        !asks_for(&second.calls(), done),
        "and not for what is sealed"
    );
    first.stop().await;
    second.stop().await;
}

#[tokio::test]
async fn control_c_cancels_and_closes_the_model() {
    let sim = model("rate=20;ttft=10").await;
    let data = tempdir().expect("a folder");
    let mut child = ask(data.path(), &["--json"])
        .envs_of(&sim)
        .spawn()
        .expect("it starts");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let mut last = String::new();
    let reading = async {
        while let Some(line) = lines.next_line().await.expect("text") {
            if line.contains("\"type\":\"llm_streaming\"") && !last.contains("llm_streaming") {
                let id = child.id().expect("it is running").to_string();
                let sent = Command::new("kill").args(["-INT", &id]).status().await;
                assert!(sent.expect("kill").success());
            }
            last = line;
        }
        child.wait().await.expect("a status")
    };
    let status = timeout(PATIENCE, reading).await.expect("it ends");
    assert_eq!(status.code(), Some(1));
    assert!(last.contains("\"type\":\"cancelled\""), "{last}");
    let gone = sim.until(|calls| calls.iter().all(|call| call.ended.is_some()));
    timeout(PATIENCE, gone)
        .await
        .expect("the model's connection is closed");
    sim.stop().await;
}

#[tokio::test]
async fn a_reader_that_has_seen_enough_is_no_error() {
    let sim = model("rate=0").await;
    let data = tempdir().expect("a folder");
    let mut child = ask(data.path(), &[])
        .envs_of(&sim)
        .spawn()
        .expect("it starts");
    let mut first = String::new();
    let mut stdout = BufReader::new(child.stdout.take().expect("piped"));
    stdout.read_line(&mut first).await.expect("a line");
    drop(stdout);
    let output = timeout(PATIENCE, child.wait_with_output())
        .await
        .expect("it ends");
    let words = String::from_utf8(output.expect("a status").stderr).expect("text");
    assert!(!words.contains("error"), "{words}");
    sim.stop().await;
}

#[tokio::test]
async fn asks_a_running_server() {
    let sim = model("rate=0").await;
    let server = Server::start(asking(&sim, "openai")).await;
    let data = tempdir().expect("a folder");
    let mut command = ask(data.path(), &[]);
    command
        .env("KAUCIM_SERVER", server.url(""))
        .env("KAUCIM_KEY", "kc_none");
    let printed = run(command).await;
    assert_eq!(printed.code, Some(2));
    assert!(
        printed.stderr.contains("not a key of that server"),
        "{}",
        printed.stderr
    );
    let mut command = ask(data.path(), &["--lot", "2"]);
    command
        .env("KAUCIM_SERVER", server.url(""))
        .env("KAUCIM_KEY", server.key().await);
    let printed = run(command).await;
    assert_eq!(printed.code, Some(0), "{}", printed.stderr);
    assert!(printed.stdout.contains("In short"), "{}", printed.stdout);
    sim.stop().await;
}

#[tokio::test]
async fn an_imported_deck_shows_its_own_lot() {
    let Some(corpora) = corpora() else { return };
    let data = tempdir().expect("a folder");
    for (set, deity) in [
        ("YueLao", "yue_lao"),
        ("GuanYin100", "guan_yin"),
        ("GuanYu", "guan_yu"),
        ("Mazu", "mazu"),
        ("Tianhou", "tianhou"),
        ("Zhusheng", "zhu_sheng"),
    ] {
        let mut command = kaucim(data.path());
        command
            .args(["deck", "import"])
            .arg(corpora.join(set))
            .args(["--deity", deity]);
        let printed = run(command).await;
        assert_eq!(printed.code, Some(0), "{set}: {}", printed.stderr);
    }
    let printed = run(ask(data.path(), &["--json", "--lot", "37"])).await;
    assert_eq!(printed.code, Some(0), "{}", printed.stderr);
    let source = fs::read_to_string(corpora.join("YueLao/chuck_37.json")).expect("the source");
    let source: Value = serde_json::from_str(&source).expect("JSON");
    let shown: Value =
        serde_json::from_str(printed.stdout.lines().last().expect("events")).expect("JSON");
    let lot = &shown["result"]["lot"];
    let verse: String = lot["verse"]
        .as_array()
        .expect("lines")
        .iter()
        .map(|line| line.as_str().expect("text"))
        .collect();
    let own: String = source["poem"]
        .as_str()
        .expect("text")
        .chars()
        .filter(is_word)
        .collect();
    assert_eq!(verse.chars().filter(is_word).collect::<String>(), own);
    let commentary = lot["commentary"].to_string();
    let first = source["analysis"]["zh"]
        .as_str()
        .expect("text")
        .chars()
        .take(12);
    assert!(
        commentary.contains(&first.collect::<String>()),
        "{commentary}"
    );
}

#[tokio::test]
async fn mistakes_have_a_sentence_a_hint_and_a_code() {
    let data = tempdir().expect("a folder");
    let mistake = |printed: Printed, code: i32, words: &str| {
        assert_eq!(printed.code, Some(code), "{}", printed.stderr);
        assert!(
            printed.stderr.contains(words),
            "`{words}` is missing in: {}",
            printed.stderr
        );
        assert!(
            printed.stderr.contains("hint: "),
            "no hint in: {}",
            printed.stderr
        );
    };
    let mut command = kaucim(data.path());
    command.args(["ask", "--deity", "nobody", "Why?"]);
    mistake(run(command).await, 2, "unknown deity `nobody`");
    let mut command = kaucim(data.path());
    command.args(["ask", "--lot", "999", "Why?"]);
    mistake(run(command).await, 2, "not 999");
    let mut command = kaucim(data.path());
    command.args(["ask", "  "]);
    mistake(run(command).await, 2, "the question is empty");
    let config = data.path().join("kaucim.toml");
    fs::write(&config, "listn = \"127.0.0.1:1\"\n").expect("a file");
    let mut command = kaucim(data.path());
    command.arg("serve").arg("--config").arg(&config);
    mistake(run(command).await, 2, "line 1: unknown key `listn`");
    let mut command = kaucim(data.path());
    command.args(["serve", "--model", "gpt"]);
    mistake(run(command).await, 2, "`gpt` names no model");
    let mut command = kaucim(Path::new("/proc/nowhere"));
    command.args(["serve", "--listen", "127.0.0.1:0"]);
    mistake(run(command).await, 3, "/proc/nowhere");
    let taken = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let mut command = kaucim(data.path());
    command.args([
        "serve",
        "--listen",
        &taken.local_addr().expect("an address").to_string(),
    ]);
    mistake(run(command).await, 4, "in use");
    fs::write(&config, "[reading]\ncalls = 0\n").expect("a file");
    let mut command = kaucim(data.path());
    command.arg("serve").arg("--config").arg(&config);
    mistake(run(command).await, 2, "no model could ever be called");
    let mut command = kaucim(data.path());
    command.args(["serve", "--model", "classic,openai:never"]);
    mistake(run(command).await, 2, "would never be asked");
    let mut command = kaucim(data.path());
    command.args(["key", "create", "--name", " "]);
    mistake(run(command).await, 2, "visible characters");
    let mut command = ask(data.path(), &[]);
    command
        .env("KAUCIM_SERVER", "127.0.0.1:1")
        .env("KAUCIM_KEY", "kc_none");
    mistake(run(command).await, 2, "KAUCIM_SERVER is");
    fs::write(&config, "[reading]\nclassic = false\n").expect("a file");
    let mut command = kaucim(data.path());
    command
        .arg("serve")
        .args(["--listen", "127.0.0.1:0"])
        .arg("--config")
        .arg(&config);
    mistake(run(command).await, 5, "no model was found");
}

#[tokio::test]
async fn a_faulty_deck_is_refused_and_the_others_are_served() {
    let server = Server::start(Vec::new()).await;
    let lots = server.data.path().join("decks/broken/lots");
    fs::create_dir_all(&lots).expect("a folder");
    fs::write(
        lots.parent().expect("a pack").join("deck.toml"),
        "format = 1\nid = \"broken\"\n",
    )
    .expect("a file");
    let mut command = kaucim(server.data.path());
    command.args(["deck", "list"]);
    let printed = run(command).await;
    assert_eq!(printed.code, Some(2));
    assert!(
        printed.stdout.contains("kaucim_yue_lao"),
        "{}",
        printed.stdout
    );
    assert!(printed.stderr.contains("broken"), "{}", printed.stderr);
    // A server starts with the others, and a second one cannot have the same folder.
    let mut command = kaucim(server.data.path());
    command.args(["serve", "--listen", "127.0.0.1:0"]);
    let printed = run(command).await;
    assert_eq!(printed.code, Some(3), "{}", printed.stderr);
    assert!(
        printed.stderr.contains("another server"),
        "{}",
        printed.stderr
    );
}

#[tokio::test]
async fn the_doctor_says_what_was_found() {
    let sim = model("rate=0").await;
    let data = tempdir().expect("a folder");
    let mut command = kaucim(data.path());
    command.arg("doctor").envs(asking(&sim, "ollama"));
    let printed = run(command).await;
    assert_eq!(printed.code, Some(0), "{}", printed.stderr);
    assert!(
        printed.stdout.contains("ollama:sim: answers"),
        "{}",
        printed.stdout
    );
    let mut command = kaucim(data.path());
    command.arg("doctor");
    let printed = run(command).await;
    assert!(
        printed.stdout.contains("no server lists one"),
        "{}",
        printed.stdout
    );
    sim.stop().await;
}

#[tokio::test]
async fn help_reads_well() {
    let data = tempdir().expect("a folder");
    for topic in [
        &["--help"][..],
        &["ask", "--help"],
        &["draw", "--help"],
        &["journal", "--help"],
        &["journal", "erase", "--help"],
        &["config", "show", "--help"],
        &["config", "check", "--help"],
        &["completions", "--help"],
        &["man", "--help"],
        &["serve", "--help"],
        &["key", "create", "--help"],
        &["key", "rotate", "--help"],
        &["deck", "--help"],
        &["deck", "new", "--help"],
        &["deck", "lint", "--help"],
        &["deck", "import", "--help"],
        &["deck", "export", "--help"],
    ] {
        let mut command = kaucim(data.path());
        let printed = run({
            command.args(topic);
            command
        })
        .await;
        assert_eq!(printed.code, Some(0));
        insta::assert_snapshot!(topic.join("_").replace("--", ""), printed.stdout);
    }
}

trait Envs {
    fn envs_of(self, sim: &llmsim::Sim) -> Self;
}

impl Envs for Command {
    fn envs_of(mut self, sim: &llmsim::Sim) -> Self {
        self.envs(asking(sim, "openai"));
        self
    }
}

fn ask(data: &Path, flags: &[&str]) -> Command {
    let mut command = kaucim(data);
    command
        .arg("ask")
        .args(flags)
        .arg("Will I find love this year?");
    command
}

/// The result of a reading that was printed as JSON lines.
fn result_of(printed: Printed) -> Value {
    assert_eq!(printed.code, Some(0), "{}", printed.stderr);
    let last = printed.stdout.lines().last().expect("events");
    let mut last: Value = serde_json::from_str(last).expect("JSON");
    last["result"].take()
}

fn is_word(c: &char) -> bool {
    c.is_alphanumeric()
}

/// The real sets of lots, which are never part of this project.
#[expect(
    clippy::print_stdout,
    reason = "whoever runs the tests is told what was skipped"
)]
fn corpora() -> Option<PathBuf> {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora/divine-whispers");
    if folder.is_dir() {
        return Some(folder);
    }
    let in_ci = std::env::var_os("CI").is_some_and(|ci| ci == "true");
    assert!(!in_ci, "the real sets are not at {}", folder.display());
    println!("skipped: the real sets are not at {}", folder.display());
    None
}
