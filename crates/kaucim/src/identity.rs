//! Keeps the public keys of the operator's identity provider as they are: from a file, or its URL.

use std::{path::PathBuf, time::Duration};

use anyhow::{Context, bail};
use futures::StreamExt;
use kaucim_server::IssuerKeys;
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    time::{Instant, sleep_until, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// How soon they may be looked at again: anybody can send a token that names an unknown key.
const AT_THE_EARLIEST: Duration = Duration::from_secs(10);

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
    /// Fetches the keys once, so that a file that is wrong is told at the start, and keeps on: after
    /// each pause, on SIGHUP, and when a token names a key that is not known. A provider that does
    /// not answer yet is asked again.
    pub(crate) async fn start(
        source: KeySource,
        keys: IssuerKeys,
        pause: Duration,
    ) -> anyhow::Result<Self> {
        let hangup = signal(SignalKind::hangup())?;
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(PATIENCE)
            .build()?;
        let first = match (renew(&client, &source, &keys).await, &source) {
            (Err(error), KeySource::File(_)) => return Err(error),
            (first, _) => first,
        };
        let mut told = Told::Good;
        told.tell(first, &keys);
        let keeper = Self {
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
        };
        let stop = keeper.stop.clone();
        keeper.tasks.spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = keep(Look { client, source, keys, pause }, hangup, told) => {}
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

/// Where the keys are, where they go, and how often.
struct Look {
    client: reqwest::Client,
    source: KeySource,
    keys: IssuerKeys,
    pause: Duration,
}

/// What the log says of the keys by now; each is said once.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    Good,
    Unread,
    TooOld,
}

async fn keep(look: Look, mut hangup: Signal, mut told: Told) {
    let mut looked = Instant::now();
    loop {
        let earliest = looked + AT_THE_EARLIEST.min(look.pause);
        tokio::select! {
            () = sleep_until(looked + look.pause) => {}
            () = look.keys.missed() => sleep_until(earliest).await,
            _ = hangup.recv() => {}
        }
        looked = Instant::now();
        let renewed = renew(&look.client, &look.source, &look.keys).await;
        told.tell(renewed, &look.keys);
    }
}

impl Told {
    /// Tells what has changed.
    fn tell(&mut self, renewed: anyhow::Result<()>, keys: &IssuerKeys) {
        let error = match renewed {
            Ok(()) if *self == Self::Good => return,
            Ok(()) => {
                *self = Self::Good;
                tracing::info!("the keys of the identity provider can be read again");
                return;
            }
            Err(error) => format!("{error:#}"),
        };
        let now = if keys.are_too_old() {
            Self::TooOld
        } else {
            Self::Unread
        };
        if now == *self {
            tracing::debug!(
                error,
                "the keys of the identity provider still cannot be read"
            );
        } else if now == Self::TooOld {
            tracing::error!(
                error,
                "the keys of the identity provider could not be read for too long: no token is \
                 believed until they can be"
            );
        } else {
            tracing::warn!(
                error,
                "the keys of the identity provider could not be read; those known before stay for \
                 a while"
            );
        }
        *self = now;
    }
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
