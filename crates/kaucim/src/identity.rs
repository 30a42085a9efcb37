//! Keeps the public keys of the operator's identity provider as they are: from a file, or its URL.

use std::{path::PathBuf, time::Duration};

use anyhow::{Context, bail};
use futures::StreamExt;
use kaucim_server::IssuerKeys;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// How often the keys are looked at, though nobody missed one.
const REFRESH: Duration = Duration::from_secs(3600);

/// How soon they may be looked at again: anybody can send a token that names an unknown key.
const AT_THE_EARLIEST: Duration = Duration::from_secs(60);

/// How long the provider has, and how much it may say.
const PATIENCE: Duration = Duration::from_secs(10);
const MOST_BYTES: usize = 256 * 1024;

/// Where the keys are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum KeySource {
    File(PathBuf),
    Url(reqwest::Url),
}

/// Looks after the keys until it is stopped.
pub(crate) struct Keeper {
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Keeper {
    /// Fetches the keys once, so that a file that is wrong is told at the start, and keeps on. A
    /// provider that does not answer yet is asked again.
    pub(crate) async fn start(source: KeySource, keys: IssuerKeys) -> anyhow::Result<Self> {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(PATIENCE)
            .build()?;
        match (renew(&client, &source, &keys).await, &source) {
            (Ok(()), _) => {}
            (Err(error), KeySource::File(_)) => return Err(error),
            (Err(error), KeySource::Url(_)) => told(&error),
        }
        let keeper = Self {
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
        };
        let stop = keeper.stop.clone();
        keeper.tasks.spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = keep(client, source, keys) => {}
            }
        });
        keeper.tasks.close();
        Ok(keeper)
    }

    pub(crate) async fn stop(self) {
        self.stop.cancel();
        self.tasks.wait().await;
    }
}

async fn keep(client: reqwest::Client, source: KeySource, keys: IssuerKeys) {
    let mut looked = Instant::now();
    loop {
        tokio::select! {
            () = sleep_until(looked + REFRESH) => {}
            () = keys.missed() => sleep_until(looked + AT_THE_EARLIEST).await,
        }
        looked = Instant::now();
        if let Err(error) = renew(&client, &source, &keys).await {
            told(&error);
        }
    }
}

fn told(error: &anyhow::Error) {
    tracing::warn!(
        error = format!("{error:#}"),
        "the keys of the identity provider could not be read; those known before stay"
    );
}

async fn renew(
    client: &reqwest::Client,
    source: &KeySource,
    keys: &IssuerKeys,
) -> anyhow::Result<()> {
    let json = match source {
        KeySource::File(path) => tokio::fs::read(path)
            .await
            .with_context(|| format!("could not read {}", path.display()))?,
        KeySource::Url(url) => timeout(PATIENCE, fetched(client, url))
            .await
            .context("the identity provider took too long")??,
    };
    let count = keys.replace(&json)?;
    tracing::debug!(keys = count, "the keys of the identity provider are known");
    Ok(())
}

async fn fetched(client: &reqwest::Client, url: &reqwest::Url) -> anyhow::Result<Vec<u8>> {
    let answer = client.get(url.clone()).send().await?;
    if !answer.status().is_success() {
        bail!("the identity provider answered {}", answer.status());
    }
    let mut bytes = Vec::new();
    let mut pieces = answer.bytes_stream();
    while let Some(piece) = pieces.next().await {
        bytes.extend_from_slice(&piece?);
        if bytes.len() > MOST_BYTES {
            bail!("the identity provider's set of keys is over {MOST_BYTES} bytes");
        }
    }
    Ok(bytes)
}
