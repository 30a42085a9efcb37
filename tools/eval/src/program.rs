//! Starts the program that is judged, on a data folder of its own with the packs of the set.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context, bail, ensure};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, ChildStdout, Command},
    time::timeout,
};

/// Longer than a start takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// The packs of the set, file by file.
const PACKS: [(&str, &[(&str, &str)]); 3] = [
    (
        "eval_lamps",
        &[
            ("deck.toml", include_str!("../packs/eval_lamps/deck.toml")),
            (
                "lots/001.toml",
                include_str!("../packs/eval_lamps/lots/001.toml"),
            ),
            (
                "lots/002.toml",
                include_str!("../packs/eval_lamps/lots/002.toml"),
            ),
            (
                "lots/003.toml",
                include_str!("../packs/eval_lamps/lots/003.toml"),
            ),
            (
                "lots/004.toml",
                include_str!("../packs/eval_lamps/lots/004.toml"),
            ),
            (
                "lots/005.toml",
                include_str!("../packs/eval_lamps/lots/005.toml"),
            ),
            (
                "lots/006.toml",
                include_str!("../packs/eval_lamps/lots/006.toml"),
            ),
            (
                "lots/007.toml",
                include_str!("../packs/eval_lamps/lots/007.toml"),
            ),
        ],
    ),
    (
        "eval_plain",
        &[
            ("deck.toml", include_str!("../packs/eval_plain/deck.toml")),
            (
                "lots/001.toml",
                include_str!("../packs/eval_plain/lots/001.toml"),
            ),
            (
                "lots/002.toml",
                include_str!("../packs/eval_plain/lots/002.toml"),
            ),
            (
                "lots/003.toml",
                include_str!("../packs/eval_plain/lots/003.toml"),
            ),
        ],
    ),
    (
        "eval_poisoned",
        &[
            (
                "deck.toml",
                include_str!("../packs/eval_poisoned/deck.toml"),
            ),
            (
                "lots/001.toml",
                include_str!("../packs/eval_poisoned/lots/001.toml"),
            ),
            (
                "lots/002.toml",
                include_str!("../packs/eval_poisoned/lots/002.toml"),
            ),
        ],
    ),
];

/// How the program is started.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The program itself.
    pub program: PathBuf,
    /// Which models it asks and all else it is told: `KAUCIM_*`, `OPENAI_API_KEY`, `OLLAMA_HOST`.
    pub environment: Vec<(String, String)>,
    /// Lines of its configuration file.
    pub configuration: String,
}

/// The running program.
#[derive(Debug)]
pub struct Program {
    pub url: String,
    pub key: String,
    child: Child,
    folder: TempDir,
    // Kept open, so that the program can go on printing.
    _stdout: BufReader<ChildStdout>,
}

impl Setup {
    /// The program asking this model at this address, and nothing else.
    pub fn asking(program: &Path, model: &str, url: &str) -> Self {
        let environment = [("KAUCIM_MODEL", model), ("KAUCIM_MODEL_URL", url)];
        Self {
            program: program.to_owned(),
            environment: environment
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            configuration: String::new(),
        }
    }
}

impl Program {
    /// Starts the program and waits until it takes questions.
    ///
    /// # Errors
    /// It does not start; what it said is told.
    pub async fn start(setup: &Setup) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let path = folder.path();
        place_packs(path)?;
        let configuration = path.join("kaucim.toml");
        fs::write(&configuration, &setup.configuration)?;
        let mut child = Command::new(&setup.program)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .env_clear()
            // Nothing answers here, whatever runs on this machine.
            .env("OLLAMA_HOST", "127.0.0.1:1")
            .env("KAUCIM_CONFIG", &configuration)
            .env("KAUCIM_DATA_DIR", path)
            .env("KAUCIM_TASKS_PER_USER", "100000")
            .env("KAUCIM_STREAMS_PER_USER", "100000")
            .env("KAUCIM_RATE_LIMIT", "off")
            .envs(setup.environment.iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(path.join("words"))?)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("failed to start {}", setup.program.display()))?;
        let stdout = child.stdout.take().context("it has no standard output")?;
        let mut stdout = BufReader::new(stdout);
        let mut line = String::new();
        timeout(PATIENCE, stdout.read_line(&mut line))
            .await
            .context("it was not ready in time")??;
        let Some((_, address)) = line.trim().split_once("http://") else {
            bail!(
                "it did not start: {}",
                fs::read_to_string(path.join("words"))?
            );
        };
        let words = fs::read_to_string(path.join("words"))?;
        ensure!(!words.contains("refused"), "a pack was refused: {words}");
        Ok(Self {
            url: format!("http://{address}"),
            key: key(&setup.program, path).await?,
            child,
            folder,
            _stdout: stdout,
        })
    }

    /// What it has said on its standard error so far.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn words(&self) -> std::io::Result<String> {
        fs::read_to_string(self.folder.path().join("words"))
    }

    /// Ends it and waits until it is gone.
    ///
    /// # Errors
    /// It had ended by itself.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        let early = self.child.try_wait()?;
        ensure!(early.is_none(), "it had ended by itself: {}", self.words()?);
        self.child.kill().await?;
        Ok(())
    }
}

fn place_packs(data: &Path) -> std::io::Result<()> {
    for (pack, files) in PACKS {
        let folder = data.join("decks").join(pack);
        fs::create_dir_all(folder.join("lots"))?;
        for (name, text) in files {
            fs::write(folder.join(name), text)?;
        }
    }
    Ok(())
}

async fn key(program: &Path, data: &Path) -> anyhow::Result<String> {
    let output = Command::new(program)
        .args(["key", "create", "--name", "eval", "--data-dir"])
        .arg(data)
        .env_clear()
        .output()
        .await?;
    ensure!(
        output.status.success(),
        "no key was made: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}
