//! Listens to what the server tells without being asked. It is never relied on: a hint only makes
//! somebody look sooner who would have looked anyway.

use std::time::Duration;

use futures::{StreamExt, stream};
use tokio::{runtime::Handle, sync::mpsc, time::sleep};
use tokio_postgres::AsyncMessage;

use super::{
    super::{StoreError, heads::Hint},
    url::DatabaseUrl,
};

/// Hints that may wait. When there are more, some are lost, and that is told.
const WAITING: usize = 4096;

/// How long to wait before a lost connection is made again.
pub(super) const AGAIN: Duration = Duration::from_millis(500);

/// What the server tells. It is told until this is dropped.
pub(crate) struct Hints {
    told: mpsc::Receiver<Hint>,
}

impl Hints {
    pub(super) fn listen(url: DatabaseUrl, carrier: &Handle) -> Self {
        let (tell, told) = mpsc::channel(WAITING);
        carrier.spawn(async move {
            while !tell.is_closed() {
                let lost = tokio::select! {
                    () = tell.closed() => return,
                    lost = forward(&url, &tell) => lost,
                };
                if let Err(error) = lost {
                    tracing::debug!(error = %error, "the database's hints are not heard");
                }
                tokio::select! {
                    () = tell.closed() => return,
                    () = sleep(AGAIN) => {}
                }
            }
        });
        Self { told }
    }

    /// The next hint, if one has come.
    pub(crate) fn next_now(&mut self) -> Option<Hint> {
        self.told.try_recv().ok()
    }

    /// The next hint. When none comes any more, it waits for ever.
    pub(crate) async fn next(&mut self) -> Hint {
        match self.told.recv().await {
            Some(hint) => hint,
            None => std::future::pending().await,
        }
    }
}

/// Passes on what one connection hears, until it is lost.
async fn forward(url: &DatabaseUrl, tell: &mpsc::Sender<Hint>) -> Result<(), StoreError> {
    let (client, mut connection) = url.settings().connect(url.tls()).await?;
    let messages = stream::poll_fn(move |context| connection.poll_message(context));
    let mut messages = std::pin::pin!(messages);
    let listen = async {
        // The name of a channel is no value, so the server puts it together.
        let schema = client.query_one("SELECT left('kaucim.' || current_schema(), 63)", &[]);
        let channel: String = schema.await?.get(0);
        let channel = channel.replace('"', "\"\"");
        client.batch_execute(&format!("LISTEN \"{channel}\"")).await
    };
    let mut listen = std::pin::pin!(listen);
    let mut is_listening = false;
    loop {
        tokio::select! {
            listens = &mut listen, if !is_listening => {
                listens?;
                is_listening = true;
                // Nobody knows what was told while nobody listened.
                tell_or_miss(tell, Hint::Missed);
            }
            message = messages.next() => match message {
                None => return Ok(()),
                Some(Err(error)) => return Err(error.into()),
                Some(Ok(AsyncMessage::Notification(told))) => {
                    for hint in told.payload().split(';').filter_map(Hint::parse) {
                        tell_or_miss(tell, hint);
                    }
                }
                Some(Ok(_)) => {}
            },
        }
    }
}

/// A hint that finds no place is lost; whoever has so many before them looks at everything anyway.
fn tell_or_miss(tell: &mpsc::Sender<Hint>, hint: Hint) {
    if tell.try_send(hint).is_err() {
        tracing::debug!("more hints come than can be followed; the next look finds what they told");
    }
}
