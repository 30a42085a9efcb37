//! One more question about a reading: on its lot, and in agreement with it.
//!
//! There is one, and it has none itself. Who asks about one matter again and again is told no more:
//! 「初筮告，再三瀆，瀆則不告」 (Yijing, hexagram 4, Meng).

use kaucim_fortune::{First, Prepared, Question, Readings};

use crate::{
    AccountId, Event, LookupError, StoreError, Submission, SubmitError, TaskId, TaskResult, Tasks,
    document::Progress,
    store::{
        log::{Stored, decoded},
        row::TaskRow,
    },
    tasks::prepared_from,
};

/// Why a question may not follow a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FollowUpRefusal {
    #[error("no such reading")]
    NotFound,
    #[error("task {0} is unfinished")]
    Running(TaskId),
    /// It was cancelled, or it failed.
    #[error("task {0} has ended without a reading")]
    NoReading(TaskId),
    /// The one that there is, which may be the task that was to be followed.
    #[error("one more question was asked already: task {0}")]
    Asked(TaskId),
}

impl Tasks {
    /// Brings a completed reading of the account's back that was kept elsewhere, as a result, so
    /// that a question can follow it.
    pub async fn bring_back(
        &self,
        account_id: AccountId,
        reading: TaskResult,
    ) -> Result<(), StoreError> {
        let now_ms = self.shared.settings.clock.now_ms();
        let mut events = vec![Event::Lot {
            lot: Box::new(reading.lot.clone()),
            drawn: false,
            readings: Readings::default(),
            deck_disclaimer: None,
        }];
        let sections = reading.sections.iter().cloned();
        events.extend(sections.map(|section| Event::section_completed(section, 0)));
        events.push(Event::Complete {
            result: Box::new(reading.clone()),
        });
        let store = &self.shared.store;
        store.bring_back(account_id, reading, events, now_ms).await
    }

    /// The reading that a submission follows, as it was stored, and whose customer asked it.
    pub(crate) async fn followed(
        &self,
        submission: &Submission,
        first: TaskId,
    ) -> Result<(Prepared, Option<String>), SubmitError> {
        let (row, log) = match self.owned(submission.account_id, first).await {
            Ok(found) => found,
            Err(LookupError::NotFound) => return Err(FollowUpRefusal::NotFound.into()),
            Err(LookupError::Store(error)) => return Err(error.into()),
        };
        // Nobody hears by a second question what another customer asked.
        let named = submission.end_user.as_ref();
        if named.is_some_and(|named| row.end_user.as_ref() != Some(named)) {
            return Err(FollowUpRefusal::NotFound.into());
        }
        let prepared = prepared_from(&row, &added_up(&log)?).ok_or(StoreError::Closed)?;
        Ok((prepared, row.end_user))
    }
}

/// What a model is told of a reading, which is read from its log whenever an attempt begins.
pub(crate) fn told(row: &TaskRow, log: &[Stored]) -> Result<First, StoreError> {
    Ok(First {
        question: Question::new(&row.question).map_err(|_| StoreError::Closed)?,
        sections: added_up(log)?.sections,
    })
}

fn added_up(log: &[Stored]) -> Result<Progress, StoreError> {
    let mut progress = Progress::default();
    for event in decoded(log)? {
        progress.apply(event);
    }
    Ok(progress)
}
