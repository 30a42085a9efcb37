//! Starts the real binary, and a simulated model for it to ask.

use std::{fs::File, path::Path, process::Stdio, time::Duration};

use llmsim::{Config, Settings, Sim};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, ChildStdout, Command},
    time::timeout,
};

/// Longer than anything here takes on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A simulated model that behaves as the settings say, such as `rate=50;ttft=100`.
pub(crate) async fn model(settings: &str) -> Sim {
    let settings = Settings::default()
        .overruled_by(settings)
        .expect("known settings");
    let config = Config {
        settings,
        ..Config::default()
    };
    Sim::start(config).await.expect("a free port")
}

/// A command of the program that knows nothing of this machine but a data folder.
pub(crate) fn kaucim(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kaucim"));
    command
        .env_clear()
        .env("KAUCIM_DATA_DIR", data)
        // Nothing answers here, whatever runs on this machine.
        .env("OLLAMA_HOST", "127.0.0.1:1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// The environment that makes the program ask this model.
pub(crate) fn asking(sim: &Sim, protocol: &str) -> Vec<(&'static str, String)> {
    let (model, url) = match protocol {
        "ollama" => ("ollama:sim", sim.url()),
        _ => ("openai:sim", format!("{}/v1", sim.url())),
    };
    vec![
        ("KAUCIM_MODEL", model.to_owned()),
        ("KAUCIM_MODEL_URL", url),
    ]
}

/// What a command printed and returned.
pub(crate) struct Printed {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// Runs a command to its end.
pub(crate) async fn run(mut command: Command) -> Printed {
    let output = timeout(PATIENCE, command.output())
        .await
        .expect("it ends")
        .expect("it starts");
    Printed {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).expect("text"),
        stderr: String::from_utf8(output.stderr).expect("text"),
    }
}

/// A running server with a data folder of its own.
pub(crate) struct Server {
    pub data: TempDir,
    pub address: String,
    environment: Vec<(&'static str, String)>,
    child: Child,
    command: fn(&Path) -> Command,
    // Kept open, so that the server can go on printing.
    _stdout: BufReader<ChildStdout>,
}

impl Server {
    /// Starts `kaucim serve` on a free port and waits until it takes questions.
    pub(crate) async fn start(environment: Vec<(&'static str, String)>) -> Self {
        Self::start_by(kaucim, environment).await
    }

    /// Likewise, with another way to start the program.
    pub(crate) async fn start_by(
        command: fn(&Path) -> Command,
        environment: Vec<(&'static str, String)>,
    ) -> Self {
        let data = tempfile::tempdir().expect("a temporary folder");
        let (child, stdout, address) = serve(
            command(data.path()),
            data.path(),
            "127.0.0.1:0",
            &environment,
        )
        .await;
        Self {
            data,
            address,
            environment,
            child,
            command,
            _stdout: stdout,
        }
    }

    /// Changes the environment of the next start.
    pub(crate) fn set(&mut self, name: &'static str, value: String) {
        self.environment.retain(|(known, _)| *known != name);
        self.environment.push((name, value));
    }

    /// Starts again on the same folder and address.
    pub(crate) async fn start_again(&mut self) {
        let data = self.data.path();
        let command = (self.command)(data);
        let started = serve(command, data, &self.address, &self.environment).await;
        (self.child, self._stdout, self.address) = started;
    }

    /// kill -9.
    pub(crate) async fn kill(&mut self) {
        self.child.kill().await.expect("it was running");
    }

    /// Its process.
    pub(crate) fn id(&self) -> String {
        self.child.id().expect("it is running").to_string()
    }

    /// What it has told so far, on standard error.
    pub(crate) fn words(&self) -> String {
        std::fs::read_to_string(self.data.path().join("stderr.txt")).expect("text")
    }

    /// SIGHUP: it shall look at its files.
    pub(crate) async fn hang_up(&self) {
        let sent = Command::new("kill").args(["-HUP", &self.id()]).status();
        assert!(sent.await.expect("kill").success());
    }

    /// SIGTERM; returns the exit code.
    pub(crate) async fn terminate(&mut self) -> Option<i32> {
        let sent = Command::new("kill")
            .args(["-TERM", &self.id()])
            .status()
            .await
            .expect("kill");
        assert!(sent.success());
        timeout(PATIENCE, self.child.wait())
            .await
            .expect("it ends")
            .expect("a status")
            .code()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A key, made beside the running server.
    pub(crate) async fn key(&self) -> String {
        let mut command = kaucim(self.data.path());
        command.envs(self.environment.iter().cloned());
        command.args(["key", "create", "--name", "test"]);
        let printed = run(command).await;
        assert_eq!(printed.code, Some(0), "{}", printed.stderr);
        printed.stdout.trim().to_owned()
    }
}

async fn serve(
    mut command: Command,
    data: &Path,
    listen: &str,
    environment: &[(&'static str, String)],
) -> (Child, BufReader<ChildStdout>, String) {
    // Into a file: nobody reads it while the server runs, and a full pipe would stop it.
    let words = File::create(data.join("stderr.txt")).expect("a file");
    command
        .args(["serve", "--listen", listen])
        .envs(environment.iter().cloned())
        .stderr(words);
    let mut child = command.spawn().expect("the program starts");
    let mut stdout = BufReader::new(child.stdout.take().expect("piped"));
    let mut line = String::new();
    timeout(PATIENCE, stdout.read_line(&mut line))
        .await
        .expect("it is ready")
        .expect("a line");
    let Some((_, address)) = line.trim().split_once("://") else {
        let words = std::fs::read_to_string(data.join("stderr.txt")).expect("text");
        panic!("the server did not start: {words}");
    };
    let address = address.to_owned();
    (child, stdout, address)
}
