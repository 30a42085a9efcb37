//! Someone who asks, reads, loses the connection, comes back, and sometimes cancels; and what they
//! hold against the server.

use std::{collections::BTreeMap, time::Duration};

use fastrand::Rng;
use kaucim_tasks::{
    AccountId, Accounts, Follow, FollowOptions, LookupError, Status, SubmitError, TaskDocument,
    TaskId, Tasks,
};
use serde_json::Value;
use tokio::time::sleep;

use super::{model::Whimsical, trace::Trace};
use crate::{
    app::{Person, ask, submission},
    reader::{Held, Reader},
};

/// Questions that each asks, one after the other.
const QUESTIONS: u32 = 2;

/// One asker, over all lives of the server.
pub(crate) struct Asker {
    name: u64,
    chance: Rng,
    trace: Trace,
    account: Option<AccountId>,
    asked: u32,
    reading: Option<Known>,
    pub finished: Vec<Known>,
}

/// What is known of one question.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub account_id: AccountId,
    pub task_id: TaskId,
    pub question: String,
    held: Held,
    /// Every stored event that was ever seen, by its number.
    seen: BTreeMap<u64, String>,
    cancelled: bool,
}

impl Asker {
    pub(crate) fn new(name: u64, seed: u64, trace: Trace) -> Self {
        Self {
            name,
            chance: Rng::with_seed(seed),
            trace,
            account: None,
            asked: 0,
            reading: None,
            finished: Vec::new(),
        }
    }

    /// Asks and reads until all questions are answered. Dropped when the server dies, it goes on
    /// in the next life with what it has.
    pub(crate) async fn live(&mut self, tasks: &Tasks, accounts: &Accounts) {
        while self.asked < QUESTIONS {
            if self.reading.is_none() {
                let account_id = self.account(accounts).await;
                self.reading = self.ask(tasks, account_id).await;
                continue;
            }
            if let Some(known) = self.read(tasks).await {
                self.finished.push(known);
                self.reading = None;
                self.asked += 1;
            }
        }
    }

    async fn account(&mut self, accounts: &Accounts) -> AccountId {
        loop {
            if let Some(account_id) = self.account {
                return account_id;
            }
            match accounts.open_guest().await {
                Ok((guest, _)) => self.account = Some(guest.account_id),
                Err(_) => sleep(Duration::from_millis(500)).await,
            }
        }
    }

    /// Asks with a key of its own, so that a repeated question is the same one.
    async fn ask(&mut self, tasks: &Tasks, account_id: AccountId) -> Option<Known> {
        let question = format!("{}-{}", self.name, self.asked);
        let person = Person {
            account_id,
            is_guest: true,
        };
        let mut submission = submission(person);
        submission.ask = ask(&format!("Will it come? ({question})"));
        submission.idempotency = Some((question.clone(), [0; 32]));
        match tasks.submit(submission).await {
            Ok(accepted) => {
                self.trace.tell(format_args!("accepted {question}"));
                Some(Known {
                    account_id,
                    task_id: accepted.task_id,
                    question,
                    held: Held::default(),
                    seen: BTreeMap::new(),
                    cancelled: false,
                })
            }
            Err(SubmitError::Store(_)) => {
                sleep(Duration::from_millis(500)).await;
                None
            }
            Err(refused) => panic!("{question} is refused: {refused:?}"),
        }
    }

    /// Reads over one connection; returns the question when it has come to its end.
    async fn read(&mut self, tasks: &Tasks) -> Option<Known> {
        let known = self.reading.as_mut()?;
        if self.chance.u8(0..10) == 0 {
            // A page that was reloaded: it holds nothing, and wants all of it again.
            known.held = Held::default();
        }
        let cursor = known.held.cursor.clone();
        let options = FollowOptions {
            cursor: cursor.map(|cursor| cursor.parse()),
            partial_text: self.chance.bool(),
        };
        let follow = match tasks.follow(known.account_id, known.task_id, options).await {
            Ok(Follow::Ended) => {
                assert!(known.held.ended.is_some(), "it has no end for {known:?}");
                return Some(known.clone());
            }
            Ok(follow) => follow,
            Err(LookupError::Store(_)) => {
                sleep(Duration::from_secs(1)).await;
                return None;
            }
            Err(LookupError::NotFound) => panic!("a question is lost: {known:?}"),
        };
        let mut reader = Reader::going_on(follow, known.held.clone());
        let drops_after = self.chance.usize(0..60);
        for _ in 0..drops_after {
            let Some(frame) = reader.frame().await else {
                break;
            };
            if let Some((sequence, data)) = frame
                && known.see(sequence, data)
            {
                let question = &known.question;
                self.trace.tell(format_args!("{question} sees {sequence}"));
            }
            known.held = reader.held.clone();
            if !known.cancelled && self.chance.u16(0..600) == 0 {
                let status = tasks.cancel(known.account_id, known.task_id).await;
                self.trace.tell(format_args!("cancel: {status:?}"));
                known.cancelled = status.is_ok();
            }
        }
        known.held.ended.is_some().then(|| known.clone())
    }
}

impl Known {
    /// Takes in a stored event; true when it was not seen before.
    fn see(&mut self, sequence: u64, data: String) -> bool {
        match self.seen.get(&sequence) {
            None => {
                self.seen.insert(sequence, data);
                true
            }
            Some(before) => {
                assert_eq!(*before, data, "event {sequence} has changed");
                false
            }
        }
    }

    /// Holds what is stored in the end against everything that was seen, and against the model.
    pub(crate) async fn judge(mut self, tasks: &Tasks, model: &Whimsical) {
        let task = tasks.task(self.account_id, self.task_id).await;
        let task = task.expect("the question is still there");
        let options = FollowOptions {
            cursor: None,
            partial_text: true,
        };
        let follow = tasks.follow(self.account_id, self.task_id, options).await;
        let mut reader = Reader::new(follow.expect("it can be read again"));
        let last_seen = self.seen.keys().last().copied();
        while let Some(frame) = reader.frame().await {
            if let Some((sequence, data)) = frame {
                self.see(sequence, data);
            }
        }
        let end = reader.held.ended.as_ref().expect("it has an end");
        assert_eq!(
            self.seen.keys().last().copied(),
            last_seen,
            "something follows the end"
        );
        assert!(
            self.seen.keys().copied().eq(1..=self.seen.len() as u64),
            "a gap"
        );
        let place = reader.held.cursor.as_ref();
        assert_eq!(
            place,
            Some(&task.last_event_id),
            "something is stored behind the end"
        );
        self.judge_document(&task, &reader.held, end);
        self.judge_calls(model, &task);
    }

    fn judge_document(&self, task: &TaskDocument, held: &Held, end: &Value) {
        let expected = match task.status {
            Status::Completed => "complete",
            Status::Failed => "error",
            Status::Cancelled => "cancelled",
            other => panic!("{other:?} is no end of {self:?}"),
        };
        assert_eq!(end["type"], expected);
        assert!(!self.cancelled || task.status.is_final());
        if task.status == Status::Failed {
            assert_eq!(end["code"], "attempts_exhausted", "{end}");
        }
        let stored: BTreeMap<u64, String> = task
            .sections
            .iter()
            .map(|section| (u64::from(section.index), section.text.clone()))
            .collect();
        assert_eq!(stored, held.sealed);
        if let Some(result) = &task.result {
            let told = result.sections.iter().map(|section| &section.text);
            assert!(
                told.eq(stored.values()),
                "the result is not what was sealed"
            );
            assert_eq!(stored.len(), 7);
        }
    }

    /// No more calls than may be made, each counted, and none for what was sealed before.
    fn judge_calls(&self, model: &Whimsical, task: &TaskDocument) {
        let calls = model.calls(&self.question);
        assert!(
            calls.len() <= 8,
            "{} calls for {}",
            calls.len(),
            self.question
        );
        for (earlier, later) in calls.iter().zip(calls.iter().skip(1)) {
            let sealed_then: Vec<_> = later.iter().filter(|one| !earlier.contains(one)).collect();
            assert!(
                sealed_then.is_empty(),
                "what was sealed is asked for: {sealed_then:?}"
            );
        }
        if let Some(result) = &task.result {
            assert!(
                result.usage.calls >= calls.len() as u32,
                "a call was not counted"
            );
        }
    }
}
