//! Tells other nodes what has become durable, behind the transactions that have made it so: many
//! hints at once, and without a flush of the server's log.

use std::collections::HashMap;

use tokio::{runtime::Handle, sync::mpsc, time::sleep};
use tokio_postgres::Client;

use super::{super::StoreError, hints::AGAIN, url::DatabaseUrl};

/// Notes of transactions that may wait. When there are more, some are lost; a look finds the same.
const WAITING: usize = 4096;

/// Hints that are told together; a notification holds 8000 bytes.
const TOGETHER: usize = 80;

/// Whoever has noted something only for those who follow a task tells nobody where nobody does.
const TELL: &str = "SELECT pg_notify(left('kaucim.' || current_schema(), 63),
        string_agg(ltrim(hint, '~'), ';'))
    FROM unnest(string_to_array($1, ';')) AS hint
    WHERE left(hint, 1) <> '~' OR EXISTS (SELECT 1 FROM interest
        WHERE task_id = split_part(ltrim(hint, '~'), ' ', 1))
    HAVING count(*) > 0";

/// Takes what is to be told. It ends when this is dropped.
pub(super) struct Teller {
    noted: mpsc::Sender<String>,
}

impl Teller {
    pub(super) fn start(url: DatabaseUrl, carrier: &Handle) -> Self {
        let (noted, mut to_tell) = mpsc::channel(WAITING);
        carrier.spawn(async move {
            while let Some(first) = to_tell.recv().await {
                if let Err(error) = tell_on(&url, first, &mut to_tell).await {
                    tracing::debug!(error = %error, "other nodes are not told what has changed");
                    sleep(AGAIN).await;
                }
            }
        });
        Self { noted }
    }

    /// Tells what the trigger `tasks_hint` has noted in a transaction, soon.
    pub(super) fn tell(&self, hints: String) {
        if !hints.is_empty() && self.noted.try_send(hints).is_err() {
            tracing::debug!("more has changed than can be told; a look finds it");
        }
    }
}

/// Tells over one connection, until it is lost or nobody notes anything any more.
async fn tell_on(
    url: &DatabaseUrl,
    first: String,
    to_tell: &mut mpsc::Receiver<String>,
) -> Result<(), StoreError> {
    let (client, connection) = url.settings().connect(url.tls()).await?;
    let telling = async {
        client
            .batch_execute("SET synchronous_commit = off; SET statement_timeout = '5s'")
            .await?;
        let mut next = Some(first);
        while let Some(noted) = next {
            let mut all = vec![noted];
            // What has come while the last ones were told is told together.
            while let Ok(more) = to_tell.try_recv() {
                all.push(more);
            }
            tell(&client, &all).await?;
            next = to_tell.recv().await;
        }
        Ok(())
    };
    tokio::select! {
        told = telling => told,
        lost = connection => Ok(lost?),
    }
}

async fn tell(client: &Client, noted: &[String]) -> Result<(), StoreError> {
    // Of each task the last counts.
    let mut hints = HashMap::new();
    for hint in noted.iter().flat_map(|noted| noted.split(';')) {
        let named = hint.trim_start_matches('~').split(' ').next();
        let is_for_all = !hint.starts_with('~');
        let told_to_all = hints
            .insert(named, (hint, is_for_all))
            .is_some_and(|(_, is_for_all)| is_for_all);
        if told_to_all && !is_for_all {
            // What everybody was to be told they are still to be told.
            hints.insert(named, (hint.trim_start_matches('~'), true));
        }
    }
    let hints: Vec<&str> = hints.into_values().map(|(hint, _)| hint).collect();
    for together in hints.chunks(TOGETHER) {
        client.query(TELL, &[&together.join(";")]).await?;
    }
    Ok(())
}
