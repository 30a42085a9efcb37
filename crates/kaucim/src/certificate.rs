//! The certificate that the server shows, read again when its files change, and on SIGHUP.

use std::{
    convert::Infallible,
    io,
    path::PathBuf,
    time::{Duration, SystemTime},
};

use anyhow::Context;
use kaucim_server::Tls;
use tokio::{
    signal::unix::{SignalKind, signal},
    time::sleep,
};

/// How often the files are looked at: whoever renews certificates does so days before they end.
const LOOK: Duration = Duration::from_secs(60);

/// Where certificate and key are, in PEM form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Certificate {
    pub chain: PathBuf,
    pub key: PathBuf,
}

impl Certificate {
    pub(crate) fn load(&self) -> anyhow::Result<Tls> {
        let (chain, key) = self.read()?;
        let tls = Tls::new(&chain, &key);
        tls.with_context(|| format!("could not use {}", self.chain.display()))
    }

    /// Shows what the files hold whenever they have changed. It ends only where it could not begin.
    pub(crate) async fn keep(&self, tls: Tls) -> io::Result<Infallible> {
        let mut hangup = signal(SignalKind::hangup())?;
        let mut seen = self.changed();
        loop {
            tokio::select! {
                () = sleep(LOOK) => {}
                _ = hangup.recv() => {}
            }
            let now = self.changed();
            if now == seen {
                continue;
            }
            let replaced = self.read().and_then(|(chain, key)| {
                tls.replace(&chain, &key)?;
                Ok(())
            });
            match replaced {
                Ok(()) => {
                    seen = now;
                    tracing::info!("the certificate was read again");
                }
                // One of the two may not be written yet.
                Err(error) => tracing::warn!(
                    error = format!("{error:#}"),
                    "the new certificate cannot be used; the one before is shown"
                ),
            }
        }
    }

    fn changed(&self) -> [Option<SystemTime>; 2] {
        [&self.chain, &self.key].map(|path| path.metadata().and_then(|file| file.modified()).ok())
    }

    fn read(&self) -> anyhow::Result<(Vec<u8>, Vec<u8>)> {
        let read = |path: &PathBuf| {
            std::fs::read(path).with_context(|| format!("could not read {}", path.display()))
        };
        Ok((read(&self.chain)?, read(&self.key)?))
    }
}
