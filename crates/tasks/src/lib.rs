//! Accepts, queues, runs, cancels and resumes readings, and remembers every sealed step.
//!
//! [`Tasks`] is the handle for readings, [`Accounts`] the one for who may ask; both stand on one
//! [`Store`]. What is durable is a numbered log of [`Event`]s per task; the text of the section
//! being written lives in memory only, and [`Tasks::follow`] shows both as one.

mod accounts;
mod allowances;
mod budget;
mod clock;
mod cluster;
mod cursor;
mod document;
mod draws;
mod estimate;
mod event;
mod export;
mod figures;
mod follow;
mod follow_up;
mod id;
mod keeper;
mod operator;
mod overview;
mod queue;
mod report;
mod stages;
mod store;
mod submission;
mod tail;
mod tasks;
mod turns;
mod worker;

pub use crate::{
    accounts::{
        AccountSummary, Accounts, Act, AuditEntry, COMMAND_LINE, Credential, KeyError, KeySummary,
        KeyTerms, NameError, Pass, Principal, Rotation, Scope, UnknownScope, Vouched, is_seen,
    },
    allowances::Allowances,
    budget::{DailyBudget, DailyBudgets, Spent, Whose},
    clock::Clock,
    cursor::{Cursor, CursorError},
    document::{Failure, OpenText, Summary, TaskDocument, TaskResult, Timings},
    draws::{AlreadyDrawn, DrawError, DrawRefusal, DrawRequest, Drawn, Promised, Revealed},
    event::{Event, Status},
    export::{AccountExport, DrawExport, KeyExport},
    figures::{Commits, Counts, Histogram, Latency, ModelFailure, ModelHealth, ModelState},
    follow::{Follow, FollowOptions, Frame, Phase},
    follow_up::FollowUpRefusal,
    id::{AccountId, DrawId, IdError, TaskId},
    operator::{Asker, FailedTask, TasksNow, UnfinishedTask},
    overview::{Lately, ModelLately, Overview, Pulse},
    report::{Reason, ReasonError, Report, ReportError, ReportedReading, SharedReading},
    store::{
        Backup, BackupError, DatabaseUrl, FolderLock, Storage, Store, StoreError, TransferError,
    },
    submission::{Accepted, Submission, SubmitError},
    tasks::{CancelError, EraseError, Limits, LookupError, Settings, Tasks},
};
