//! What an attempt spends: counted as it happens, and written with the next events.

use std::time::Duration;

use kaucim_fortune::{Budget, Settings, Usage};
use tokio::time::Instant;

use crate::store::{log::Spent, row::TaskRow};

/// What a task has spent, earlier attempts included.
pub(super) struct Ledger {
    usage: Usage,
    tokens: u64,
    /// What the present call may write. It counts until the call has told what it wrote, so that a
    /// crash in between leaves the task no richer.
    reserved: u64,
    called: Duration,
    call_since: Option<Instant>,
    /// Counted, not yet written.
    unwritten: Spent,
}

impl Ledger {
    pub(super) fn of(row: &TaskRow) -> Self {
        Self {
            usage: Usage {
                input_tokens: row.input_tokens,
                output_tokens: row.output_tokens,
                calls: row.calls,
            },
            tokens: row.tokens,
            reserved: 0,
            called: Duration::from_millis(row.called_ms),
            call_since: None,
            unwritten: Spent::default(),
        }
    }

    pub(super) fn usage(&self) -> Usage {
        self.usage
    }

    /// What may still be spent; nothing, when the time is up.
    pub(super) fn budget_left(&self, settings: &Settings, time: Duration) -> Budget {
        if self.called >= time {
            return Budget {
                calls: 0,
                tokens: 0,
            };
        }
        Budget {
            calls: settings.calls_per_reading.saturating_sub(self.usage.calls),
            tokens: settings.tokens_per_reading.saturating_sub(self.tokens),
        }
    }

    /// A call is about to be made, or made again.
    pub(super) fn begin_call(&mut self, tokens: u64) {
        self.usage.calls += 1;
        self.unwritten.calls += 1;
        self.unwritten.tokens += signed(tokens) - signed(self.reserved);
        self.reserved = tokens;
        self.call_since.get_or_insert_with(Instant::now);
    }

    /// The call is over; it wrote so many tokens, and the server said so much of them.
    pub(super) fn end_call(&mut self, tokens: u64, (input_tokens, output_tokens): (u64, u64)) {
        self.unwritten.tokens += signed(tokens) - signed(self.reserved);
        self.reserved = 0;
        self.tokens += tokens;
        self.usage.input_tokens += input_tokens;
        self.usage.output_tokens += output_tokens;
        self.unwritten.input_tokens += input_tokens;
        self.unwritten.output_tokens += output_tokens;
        self.count_time();
        self.call_since = None;
    }

    /// The call was broken off. Nobody knows what it wrote, so all that it might stays counted.
    pub(super) fn abandon_call(&mut self) {
        self.count_time();
        self.call_since = None;
        self.tokens += std::mem::take(&mut self.reserved);
    }

    /// When calls will have taken all the time that they may; `None` while none is made.
    pub(super) fn out_of_time_at(&self, time: Duration) -> Option<Instant> {
        let since = self.call_since?;
        since.checked_add(time.saturating_sub(self.called))
    }

    /// Takes what is to be written now.
    pub(super) fn take(&mut self) -> Spent {
        self.count_time();
        std::mem::take(&mut self.unwritten)
    }

    fn count_time(&mut self) {
        if let Some(since) = &mut self.call_since {
            // Whole milliseconds, so that what is written adds up to what has gone by.
            let gone_ms = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
            let gone = Duration::from_millis(gone_ms);
            self.called += gone;
            *since += gone;
            self.unwritten.called_ms += gone_ms;
        }
    }
}

fn signed(tokens: u64) -> i64 {
    i64::try_from(tokens).unwrap_or(i64::MAX)
}
