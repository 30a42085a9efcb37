//! Clients in JavaScript, run by Node against the real server: our own, and those of others as they
//! are.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};

use tokio::process::Command;

use crate::program::{Server, asking, model, run};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Says what is not looked at here.
#[expect(clippy::print_stderr, reason = "who reads the tests has to know")]
fn left_out(words: &str) {
    eprintln!("{words}");
}

/// Whether Node is there, and runs modules with `fetch`.
async fn has_node() -> bool {
    let mut command = Command::new("node");
    command.args(["-e", "process.exit(typeof fetch === 'function' ? 0 : 1)"]);
    let is_there = command.status().await.is_ok_and(|status| status.success());
    if !is_there {
        left_out("clients in JavaScript are left out: there is no Node 18 or newer");
    }
    is_there
}

/// Where `scripts/need-npm` puts other people's packages, if it could.
fn packages() -> Option<PathBuf> {
    let folder = Path::new(ROOT).join("target/npm");
    let is_there = folder.join("fetched.json").is_file();
    if !is_there {
        left_out("other people's clients are left out: `make npm` fetches them");
    }
    is_there.then(|| folder.canonicalize().expect("a folder"))
}

/// Node, told where the server is and who asks.
struct Node {
    server: String,
    key: String,
}

impl Node {
    /// Runs a script to its end, which has to be a good one; returns what it printed.
    async fn runs(&self, script: &Path, environment: &[(&str, &Path)]) -> String {
        self.is_told(Stdio::null(), script, environment).await
    }

    /// Likewise, of a script that reads.
    async fn is_told(&self, words: Stdio, script: &Path, environment: &[(&str, &Path)]) -> String {
        let mut command = Command::new("node");
        command
            .arg(script)
            .env("KAUCIM_SERVER", &self.server)
            .env("KAUCIM_KEY", &self.key)
            .envs(environment.iter().copied())
            .stdin(words)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let printed = run(command).await;
        let said = format!("{}{}", printed.stdout, printed.stderr);
        assert_eq!(printed.code, Some(0), "{}: {said}", script.display());
        printed.stdout
    }
}

/// The first block of a document, as a module beside an installed client.
fn first_lines_of(readme: &Path, folder: &Path) -> PathBuf {
    let text = fs::read_to_string(readme).expect("a document");
    let block = text.split("```js\n").nth(1).expect("a block");
    let block = block.split("```").next().expect("its end");
    assert!(block.lines().count() <= 10, "ten lines that work");
    let installed = folder.join("node_modules");
    fs::create_dir_all(&installed).expect("a folder");
    let client = readme.parent().expect("a folder");
    let client = client.canonicalize().expect("a folder");
    std::os::unix::fs::symlink(client, installed.join("kaucim")).expect("a link");
    let script = folder.join("first.mjs");
    fs::write(&script, block).expect("a file");
    script
}

#[tokio::test]
async fn clients_in_javascript_read_to_the_end() {
    if !has_node().await {
        return;
    }
    let sim = model("rate=0").await;
    let server = Server::start(asking(&sim, "openai")).await;
    let node = Node {
        server: server.url(""),
        key: server.key().await,
    };
    let own = Path::new(ROOT).join("clients/js");
    node.runs(&own.join("test.mjs"), &[]).await;
    let folder = tempfile::tempdir().expect("a folder");
    let first = first_lines_of(&own.join("README.md"), folder.path());
    let said = node.runs(&first, &[]).await;
    assert!(said.contains("\n## In short\n"), "{said}");

    let words = folder.path().join("words.txt");
    fs::write(&words, "Shall I call him?\n\nAm I too late?\n").expect("a file");
    let words = fs::File::open(words).expect("the file");
    let bot = Path::new(ROOT).join("examples/chat-bot/bot.mjs");
    let said = node.is_told(words.into(), &bot, &[]).await;
    assert_eq!(said.matches("\nIn short\n").count(), 2, "{said}");

    if let Some(packages) = packages() {
        let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/npm");
        let packages: &[(&str, &Path)] = &[("KAUCIM_NPM", &packages)];
        for script in ["ai-sdk.mjs", "openai.mjs"] {
            node.runs(&scripts.join(script), packages).await;
        }
    }
    sim.stop().await;
}
