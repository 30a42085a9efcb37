//! Tries a failed call again while no text has been seen, and bounds the calls at once.

use std::{sync::Arc, time::Duration};

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use futures::{StreamExt, future::BoxFuture, stream::BoxStream};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::sleep,
};

use crate::{Answer, Delta, Error, Limit, Model, ModelName, Request};

const FIRST_DELAY: Duration = Duration::from_millis(500);
const LONGEST_DELAY: Duration = Duration::from_secs(8);

/// A server may ask for more patience than a person has; then the next model gets its turn.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(30);

/// A model whose calls wait for their turn and are made again when they fail before any text.
///
/// Each try yields [`Delta::Calling`] after its turn has come and before the call is made, so a
/// consumer that stops there makes no call.
pub struct Retrying {
    inner: Arc<dyn Model>,
    turns: Semaphore,
    retries: usize,
}

impl Retrying {
    /// Bounds `inner` to `concurrency` calls at once (at least one), each with `retries` more.
    pub fn new(inner: Arc<dyn Model>, concurrency: usize, retries: usize) -> Self {
        let permits = concurrency.clamp(1, Semaphore::MAX_PERMITS);
        Self {
            inner,
            turns: Semaphore::new(permits),
            retries,
        }
    }

    /// Waits for a turn; it is given back when the call is over, and while waiting to try again.
    async fn turn(&self) -> SemaphorePermit<'_> {
        self.turns
            .acquire()
            .await
            .expect("the semaphore is never closed")
    }

    fn delays(&self) -> ExponentialBackoff {
        ExponentialBuilder::new()
            .with_min_delay(FIRST_DELAY)
            .with_max_delay(LONGEST_DELAY)
            .with_max_times(self.retries)
            .with_jitter()
            .build()
    }
}

impl Model for Retrying {
    fn name(&self) -> &ModelName {
        self.inner.name()
    }

    fn generate(&self, request: Request) -> BoxFuture<'_, Result<Answer, Error>> {
        Box::pin(async move {
            let mut delays = self.delays();
            loop {
                let turn = self.turn().await;
                let error = match self.inner.generate(request.clone()).await {
                    Ok(answer) => return Ok(answer),
                    Err(error) => error,
                };
                drop(turn);
                match delay_before_retry(&error, &mut delays) {
                    Some(delay) => sleep(delay).await,
                    None => return Err(error),
                }
            }
        })
    }

    fn generate_stream(&self, request: Request) -> BoxStream<'_, Result<Delta, Error>> {
        let deltas = async_stream::stream! {
            let mut delays = self.delays();
            let mut wrote_text = false;
            loop {
                let turn = self.turn().await;
                let mut deltas = self.inner.generate_stream(request.clone());
                let error = loop {
                    match deltas.next().await {
                        None => return,
                        Some(Err(error)) => break error,
                        Some(Ok(delta)) => {
                            wrote_text |= matches!(delta, Delta::Text(_));
                            yield Ok(delta);
                        }
                    }
                };
                drop((deltas, turn));
                let delay = match wrote_text {
                    true => None,
                    false => delay_before_retry(&error, &mut delays),
                };
                match delay {
                    Some(delay) => sleep(delay).await,
                    None => {
                        yield Err(error);
                        return;
                    }
                }
            }
        };
        deltas.boxed()
    }
}

/// How long to wait before the same call; `None` if it is not to be made again.
fn delay_before_retry(error: &Error, delays: &mut ExponentialBackoff) -> Option<Duration> {
    // Whoever has waited so long gets the next model rather than the same wait.
    let took_too_long = matches!(error, Error::TimedOut(Limit::FirstToken | Limit::WholeCall));
    if took_too_long || !error.is_worth_retrying() {
        return None;
    }
    let asked = match error {
        Error::Unavailable { retry_after, .. } => retry_after.unwrap_or_default(),
        _ => Duration::ZERO,
    };
    // Sooner than it allows, a server would only refuse again.
    if asked > LONGEST_RETRY_AFTER {
        return None;
    }
    delays.next().map(|delay| delay.max(asked))
}
