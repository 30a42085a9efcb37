//! Takes the steps of a reading from the model and hands them to the writer of the log.

use futures::{StreamExt, stream::BoxStream};
use kaucim_fortune::{Error, Step, Writer};
use tokio::sync::{mpsc, oneshot};

/// Steps that may wait for the storage. An answer has fewer, so the model's reader never waits.
pub(super) const STEPS_AHEAD: usize = 16_384;

/// What the reader of the model hands to the writer of the log.
pub(super) enum Handed {
    Step(Result<Step, Error>),
    /// A model is about to be called and may write so many tokens; it waits until that is counted.
    Calling(Writer, u64, oneshot::Sender<()>),
}

/// Reads the model as fast as it writes. A call is made only once it was counted.
pub(super) async fn hand_over(
    mut steps: BoxStream<'static, Result<Step, Error>>,
    hand: mpsc::Sender<Handed>,
) {
    while let Some(step) = steps.next().await {
        let (message, counted) = match step {
            Ok(Step::Calling { writer, tokens }) => {
                let (counted, wait) = oneshot::channel();
                (Handed::Calling(writer, tokens, counted), Some(wait))
            }
            step => (Handed::Step(step), None),
        };
        if hand.send(message).await.is_err() {
            return;
        }
        if let Some(wait) = counted
            && wait.await.is_err()
        {
            return;
        }
    }
}
