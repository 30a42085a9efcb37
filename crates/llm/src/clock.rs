//! The time limits of one call, and the clock that holds it to them.

use std::{future::Future, time::Duration};

use tokio::time::{Instant, timeout_at};

use crate::{Error, Limit};

/// How long the parts of one call may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Until the connection stands.
    pub connect: Duration,
    /// From the request to the first text or thought, a queue at the server included.
    pub first_token: Duration,
    /// Between one piece of text or thought and the next. A server's pings do not count.
    pub between_tokens: Duration,
    /// From the request to the end of the answer.
    pub whole_call: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            first_token: Duration::from_mins(2),
            between_tokens: Duration::from_secs(30),
            whole_call: Duration::from_mins(5),
        }
    }
}

/// Servers send the usage right after the ending; nobody shall wait long for a number.
const USAGE_LIMIT: Duration = Duration::from_secs(3);

/// Measures one call against its limits.
pub(crate) struct Clock {
    next_token: (Instant, Limit),
    whole_call: Instant,
    between_tokens: Duration,
}

impl Clock {
    /// Starts to measure a call whose answer comes piece by piece.
    pub(crate) fn for_stream(limits: &Limits) -> Self {
        Self {
            next_token: (after(limits.first_token), Limit::FirstToken),
            whole_call: after(limits.whole_call),
            between_tokens: limits.between_tokens,
        }
    }

    /// Starts to measure a call whose answer comes in one piece.
    pub(crate) fn for_whole(limits: &Limits) -> Self {
        let whole_call = after(limits.whole_call);
        let next_token = (whole_call, Limit::WholeCall);
        Self {
            next_token,
            whole_call,
            between_tokens: limits.whole_call,
        }
    }

    /// The model has shown a sign of life, and whoever waits for it is ready for more.
    pub(crate) fn heard(&mut self) {
        self.next_token = (after(self.between_tokens), Limit::BetweenTokens);
    }

    /// The model has said that it is done; the usage comes soon or not at all.
    pub(crate) fn ended(&mut self) {
        let soon = after(USAGE_LIMIT);
        if soon < self.next_token.0 {
            self.next_token = (soon, Limit::BetweenTokens);
        }
    }

    /// Waits for the next part of the call, but not beyond the limit that is nearest.
    pub(crate) async fn within<F: Future>(&self, part: F) -> Result<F::Output, Error> {
        let (next_token, limit) = self.next_token;
        let (deadline, limit) = match next_token < self.whole_call {
            true => (next_token, limit),
            false => (self.whole_call, Limit::WholeCall),
        };
        timeout_at(deadline, part)
            .await
            .map_err(|_| Error::TimedOut(limit))
    }
}

fn after(time: Duration) -> Instant {
    // No clock holds an endless limit; a year is as good.
    Instant::now() + time.min(Duration::from_hours(365 * 24))
}
