//! What the handles below refuse, as the problem that a client is told.

use kaucim_decks::LookupError as LotError;
use kaucim_fortune::AskError;
use kaucim_tasks::{
    DrawError, DrawRefusal, EraseError, FollowUpRefusal, LookupError, ReportError, StoreError,
    SubmitError,
};

use super::Problem;

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        if let StoreError::Unreadable(_) = error {
            // Asking again would not help.
            tracing::error!(error = %error, "what is stored cannot be understood");
            return Self::Internal;
        }
        if let StoreError::AccountGone = error {
            // Whoever asked has ended it elsewhere in this moment.
            return Self::Unauthenticated;
        }
        tracing::warn!(error = %error, "a request met a storage that does not answer");
        Self::StorageUnavailable
    }
}

impl From<LotError> for Problem {
    fn from(error: LotError) -> Self {
        let detail = error.to_string();
        match error {
            LotError::UnknownDeity(_) => Self::UnknownDeity(detail),
            LotError::UnknownDeck { .. } => Self::UnknownDeck(detail),
            LotError::UnknownLot { .. } => Self::UnknownLot(detail),
        }
    }
}

impl From<SubmitError> for Problem {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::Ask(AskError::Lookup(error)) => error.into(),
            SubmitError::Draw(refusal) => refusal.into(),
            SubmitError::FollowUp(refusal) => refusal.into(),
            SubmitError::TaskRunning(task_id) => Self::TaskRunning(task_id),
            SubmitError::QueueFull => Self::QueueFull,
            SubmitError::BudgetSpent {
                whose,
                seconds_left,
            } => Self::BudgetSpent(whose, seconds_left),
            SubmitError::IdempotencyMismatch => Self::IdempotencyMismatch,
            SubmitError::Store(error) => error.into(),
        }
    }
}

impl From<DrawRefusal> for Problem {
    fn from(refusal: DrawRefusal) -> Self {
        match refusal {
            DrawRefusal::NotFound => Self::DrawNotFound,
            DrawRefusal::NotRevealed => Self::DrawNotRevealed,
            DrawRefusal::Asked => Self::DrawAsked,
            DrawRefusal::DeckChanged => Self::DeckChanged,
            DrawRefusal::OtherDeck | DrawRefusal::OtherMatter | DrawRefusal::WithNumber => {
                Self::Invalid(refusal.to_string())
            }
        }
    }
}

impl From<FollowUpRefusal> for Problem {
    fn from(refusal: FollowUpRefusal) -> Self {
        match refusal {
            FollowUpRefusal::NotFound => Self::TaskNotFound,
            FollowUpRefusal::Running(task_id) => Self::TaskRunning(task_id),
            FollowUpRefusal::NoReading(task_id) => Self::NoReading(task_id),
            FollowUpRefusal::Asked(task_id) => Self::FollowUpAsked(task_id),
        }
    }
}

impl From<DrawError> for Problem {
    fn from(error: DrawError) -> Self {
        match error {
            DrawError::Lookup(error) => error.into(),
            DrawError::NotFound => Self::DrawNotFound,
            DrawError::TooMany => Self::TooManyDraws,
            DrawError::Store(error) => error.into(),
        }
    }
}

impl From<LookupError> for Problem {
    fn from(error: LookupError) -> Self {
        match error {
            LookupError::NotFound => Self::TaskNotFound,
            LookupError::Store(error) => error.into(),
        }
    }
}

impl From<ReportError> for Problem {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::NotFound => Self::TaskNotFound,
            ReportError::Running(task_id) => Self::TaskRunning(task_id),
            ReportError::Store(error) => error.into(),
        }
    }
}

impl From<EraseError> for Problem {
    fn from(error: EraseError) -> Self {
        match error {
            EraseError::NotFound => Self::TaskNotFound,
            EraseError::Running(task_id) => Self::TaskRunning(task_id),
            EraseError::Store(error) => error.into(),
        }
    }
}
