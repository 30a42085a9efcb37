//! Starts the two programs: the simulated model, and the server that reads from it.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use llmsim::{Call, Times};
use reqwest::Client;
use tempfile::TempDir;
use tokio::{process::Command, time::sleep};

use crate::process::Process;

/// Where the programs are.
#[derive(Debug, Clone)]
pub(crate) struct Programs {
    server: PathBuf,
    sim: PathBuf,
    /// The address of a PostgreSQL that servers use; absent: SQLite in their data folders.
    database: Option<String>,
}

/// How the simulated model writes when a question says nothing else.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Writing {
    /// Tokens a second.
    pub(crate) rate: u32,
    /// About how many tokens.
    pub(crate) length: u32,
}

/// A running simulated model.
#[derive(Debug)]
pub(crate) struct Sim {
    pub(crate) url: String,
    pub(crate) process: Process,
    client: Client,
    _folder: TempDir,
}

/// A running server on an empty data folder.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) url: String,
    pub(crate) process: Process,
    /// From the start of the program until it said that it was ready.
    pub(crate) ready: Duration,
    /// The credential that everything is asked with.
    pub(crate) key: String,
    folder: TempDir,
}

/// A file of this name in a data folder is the server's configuration.
pub(crate) const CONFIGURATION: &str = "kaucim.toml";

/// From the head of a model's answer to its first token, so that every reader is there in time.
const FIRST_TOKEN_MS: u32 = 300;

/// How long the server may take until it has asked the model.
const PATIENCE: Duration = Duration::from_secs(30);

impl Programs {
    /// The programs named, or those beside this one.
    pub(crate) fn find(server: Option<&Path>, sim: Option<&Path>) -> anyhow::Result<Self> {
        let own = std::env::current_exe()?;
        let place = |named: Option<&Path>, name: &str| {
            let path = named.map_or_else(|| own.with_file_name(name), Path::to_owned);
            ensure!(
                path.is_file(),
                "there is no program {}; build it with `cargo build --release -p {name}`",
                path.display()
            );
            Ok(path)
        };
        Ok(Self {
            server: place(server, "kaucim")?,
            sim: place(sim, "llmsim")?,
            database: None,
        })
    }

    /// The same, with servers that share a PostgreSQL.
    pub(crate) fn on(&self, database: Option<String>) -> Self {
        Self {
            database,
            ..self.clone()
        }
    }

    pub(crate) async fn start_sim(&self, writing: Writing) -> anyhow::Result<Sim> {
        let folder = tempfile::tempdir()?;
        let mut command = Command::new(&self.sim);
        command.args(["--listen", "127.0.0.1:0"]);
        for (flag, value) in [
            ("--rate", writing.rate),
            ("--length", writing.length),
            ("--ttft", FIRST_TOKEN_MS),
        ] {
            command.args([flag, &value.to_string()]);
        }
        let mut process = Process::start(&mut command, &folder.path().join("complaints"))?;
        let rest = process.says("http://").await;
        let rest = rest.context("the simulated model did not start")?;
        Ok(Sim {
            url: format!("http://{rest}"),
            client: client()?,
            process,
            _folder: folder,
        })
    }

    /// Starts the server with so many workers.
    pub(crate) async fn start_server(&self, sim: &Sim, workers: usize) -> anyhow::Result<Server> {
        self.serve(tempfile::tempdir()?, Some(sim), workers).await
    }

    /// Starts the server on a data folder, with the configuration in it; without a simulated model its readings are classic.
    pub(crate) async fn serve(
        &self,
        folder: TempDir,
        sim: Option<&Sim>,
        workers: usize,
    ) -> anyhow::Result<Server> {
        let mut command = Command::new(&self.server);
        // What is set for the person who measures must not change what is measured.
        command
            .arg("serve")
            .env_clear()
            .env("KAUCIM_LISTEN", "127.0.0.1:0")
            .env("KAUCIM_DATA_DIR", folder.path())
            .env("KAUCIM_MODEL_CONCURRENCY", workers.to_string())
            .env("KAUCIM_WORKERS", workers.to_string())
            .env("KAUCIM_TASKS_PER_USER", "100000")
            .env("KAUCIM_STREAMS_PER_USER", "100000")
            .env("KAUCIM_RATE_LIMIT", "off")
            .env("KAUCIM_MODEL", sim.map_or("classic", |_| "openai:sim"));
        command.envs(self.shared());
        if let Some(sim) = sim {
            command.env("KAUCIM_MODEL_URL", format!("{}/v1", sim.url));
        }
        let configuration = folder.path().join(CONFIGURATION);
        if configuration.is_file() {
            command.env("KAUCIM_CONFIG", configuration);
        }
        let started = Instant::now();
        let mut process = Process::start(&mut command, &folder.path().join("complaints"))?;
        let address = process.says("kaucim listens on ").await;
        let ready = started.elapsed();
        let address = address.with_context(|| {
            let said = std::fs::read_to_string(folder.path().join("complaints"));
            format!("the server did not start: {}", said.unwrap_or_default())
        })?;
        Ok(Server {
            url: address,
            process,
            ready,
            key: self.create_key(folder.path(), "bench").await?,
            folder,
        })
    }

    /// Credentials of so many new accounts.
    pub(crate) async fn credentials(
        &self,
        server: &Server,
        accounts: usize,
    ) -> anyhow::Result<Vec<String>> {
        let mut credentials = Vec::new();
        for account in 0..accounts {
            let name = format!("bench-{account}");
            let key = self.create_key(server.folder.path(), &name).await?;
            credentials.push(bearer(&key));
        }
        Ok(credentials)
    }

    fn shared(&self) -> Option<(&str, &str)> {
        let url = self.database.as_deref();
        url.map(|url| ("KAUCIM_DATABASE", url))
    }

    async fn create_key(&self, data: &Path, name: &str) -> anyhow::Result<String> {
        let mut command = Command::new(&self.server);
        command.args(["key", "create", "--name", name, "--data-dir"]);
        command.arg(data).env_clear().envs(self.shared());
        let output = command.output().await?;
        ensure!(
            output.status.success(),
            "no key was made: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }
}

impl Sim {
    /// The calls since they were forgotten.
    pub(crate) async fn calls(&self) -> anyhow::Result<Vec<Call>> {
        let answer = self.client.get(format!("{}/sim/calls", self.url));
        Ok(answer.send().await?.error_for_status()?.json().await?)
    }

    pub(crate) async fn times(&self, call: u64) -> anyhow::Result<Times> {
        let answer = self
            .client
            .get(format!("{}/sim/calls/{call}/times", self.url));
        Ok(answer.send().await?.error_for_status()?.json().await?)
    }

    /// Waits until so many calls have begun, and returns them.
    pub(crate) async fn asked(&self, calls: usize) -> anyhow::Result<Vec<Call>> {
        let began = Instant::now();
        loop {
            let seen = self.calls().await?;
            if seen.len() >= calls {
                return Ok(seen);
            }
            ensure!(
                began.elapsed() < PATIENCE,
                "the model was asked {} of {calls} times",
                seen.len()
            );
            sleep(Duration::from_millis(50)).await;
        }
    }

    pub(crate) async fn forget_calls(&self) -> anyhow::Result<()> {
        let answer = self.client.delete(format!("{}/sim/calls", self.url));
        answer.send().await?.error_for_status()?;
        Ok(())
    }

    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        self.process.stop().await.context("the simulated model")
    }
}

impl Server {
    /// The header that says who asks.
    pub(crate) fn credential(&self) -> String {
        bearer(&self.key)
    }

    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        drop(self.stop_and_keep().await?);
        Ok(())
    }

    /// Ends it, and returns its data folder.
    pub(crate) async fn stop_and_keep(self) -> anyhow::Result<TempDir> {
        let Self {
            process, folder, ..
        } = self;
        process.stop().await.context("the server")?;
        Ok(folder)
    }
}

fn bearer(key: &str) -> String {
    format!("Authorization: Bearer {key}")
}

/// A client that goes straight to where it is told to.
pub(crate) fn client() -> anyhow::Result<Client> {
    Ok(Client::builder().no_proxy().build()?)
}
