//! Takes up limits, rates and budgets of the configuration on SIGHUP, without a restart.

use std::{convert::Infallible, io};

use kaucim_server::{App, Caps};
use kaucim_tasks::{Accounts, Act, Allowances, Tasks};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::{
    configuration::{Settled, Sources, counts_on_hangup},
    exit::Failed,
};

/// What a running server was configured with.
pub(crate) struct Watch {
    hangup: Signal,
    sources: Sources,
    /// What the server started with, and what counts of it now.
    started: Settled,
    present: Settled,
}

/// What takes up the new values.
pub(crate) struct Takers {
    pub app: App,
    pub tasks: Tasks,
    pub accounts: Accounts,
}

impl Watch {
    /// Begins to listen for the signal.
    pub(crate) fn begin(sources: Sources, started: Settled) -> io::Result<Self> {
        Ok(Self {
            hangup: signal(SignalKind::hangup())?,
            sources,
            present: started.clone(),
            started,
        })
    }

    /// Settles the configuration again whenever it is told to. It never ends by itself.
    pub(crate) async fn run(mut self, takers: Takers) -> Infallible {
        loop {
            if self.hangup.recv().await.is_none() {
                std::future::pending::<()>().await;
            }
            // The file is a small one of this machine, and the signal a rare one.
            match self.sources.settle() {
                Ok(settled) => self.take(settled, &takers).await,
                Err(Failed::Usage { message, hint }) => tracing::warn!(
                    hint = hint.unwrap_or_default(),
                    "the configuration stays as it was: {message}"
                ),
                Err(failed) => {
                    tracing::warn!("the configuration stays as it was: {failed:?}");
                }
            }
        }
    }

    /// Takes up what can be, and says of the rest that it cannot. Values are not logged: some are
    /// secrets.
    async fn take(&mut self, settled: Settled, takers: &Takers) {
        let mut left = self.started.changed(&settled);
        left.retain(|key| !counts_on_hangup(key));
        let mut taken = self.present.changed(&settled);
        taken.retain(|key| counts_on_hangup(key));
        if !left.is_empty() {
            let left = left.join(", ");
            tracing::warn!(
                settings.left = left,
                "these settings count with the next start only: {left}"
            );
        }
        if taken.is_empty() {
            return;
        }
        let configuration = &settled.configuration;
        takers.tasks.allow(Allowances {
            limits: configuration.limits.clone(),
            budgets: configuration.budgets,
        });
        takers.app.cap(Caps {
            rates: configuration.rates,
            streams_per_account: configuration.streams_per_account,
            connections_per_address: configuration.connections_per_address,
        });
        let taken = taken.join(", ");
        tracing::info!(
            settings.taken = taken,
            "the configuration was read again; who asks next is held against: {taken}"
        );
        let recorded = takers
            .accounts
            .record(Act::SettingsReloaded, "SIGHUP", &taken);
        if let Err(error) = recorded.await {
            tracing::warn!(error = %error, "that settings were read again is not recorded");
        }
        self.present = settled;
    }
}
