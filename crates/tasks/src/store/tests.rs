//! The writer's groups, and appends that are refused or repeated.

use std::{sync::mpsc, time::Duration};

use tempfile::TempDir;

use super::{
    log::{Append, Claim, Spent, WriteError},
    row::TaskRow,
    submit::{Allowed, NewTask, Stick},
    *,
};
use crate::{AccountId, DailyBudgets, Event, Status, TaskId, budget::Purse};

fn insert(name: &'static str) -> impl FnOnce(&Connection<'_>) -> Result<(), StoreError> {
    move |connection| {
        connection.execute(
            "INSERT INTO accounts (account_id, kind, name, created_ms) VALUES (?1, 'guest', ?1, 0)",
            &[name.into()],
        )?;
        Ok(())
    }
}

async fn names(store: &Store) -> Vec<String> {
    let sql = "SELECT name FROM accounts ORDER BY name";
    let names = store.read(|connection| connection.rows(sql, &[], |row| row.text(0)));
    names.await.unwrap()
}

type Write = Box<dyn FnOnce(&Connection<'_>) -> Result<(), StoreError> + Send>;

/// Runs writes that come while another one runs, so that they share its commit.
async fn in_one_group<const N: usize>(
    store: &Store,
    writes: [Write; N],
) -> Vec<Result<(), StoreError>> {
    let (open, gate) = mpsc::channel::<()>();
    let first = store.write(move |_| gate.recv().map_err(|_| StoreError::Closed));
    let writes = futures::future::join_all(writes.map(|write| store.write(write)));
    let all_are_queued = async { open.send(()) };
    let (first, outcomes, _) = tokio::join!(first, writes, all_are_queued);
    assert_eq!(first.is_ok(), outcomes[0].is_ok());
    outcomes
}

#[tokio::test]
async fn a_write_that_fails_takes_no_other_with_it() {
    let folder = TempDir::new().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let outcomes = in_one_group(
        &store,
        [
            Box::new(insert("a")),
            Box::new(|connection| insert("b")(connection).and(Err(StoreError::Closed))),
            Box::new(insert("a")),
            Box::new(insert("c")),
        ],
    )
    .await;
    let went_well: Vec<bool> = outcomes.iter().map(Result::is_ok).collect();
    assert_eq!(went_well, [true, false, false, true]);
    assert_eq!(names(&store).await, ["a", "c"]);
}

#[tokio::test]
async fn a_write_that_panics_leaves_a_writer_behind() {
    let store = Store::in_memory().unwrap();
    let writes: [Write; 2] = [
        Box::new(insert("with it")),
        Box::new(|_| panic!("a fault of a write")),
    ];
    for outcome in in_one_group(&store, writes).await {
        outcome.expect_err("the group is undone");
    }
    store.write(insert("after it")).await.unwrap();
    assert_eq!(names(&store).await, ["after it"]);
}

#[tokio::test]
async fn what_is_told_to_have_failed_has_left_nothing() {
    // As a full disk does, whether the write says so or not.
    let undoes = |outcome: Result<(), StoreError>| -> Write {
        Box::new(|connection| {
            let Connection::Embedded(connection) = connection else {
                unreachable!("it is in a folder")
            };
            connection.execute_batch("ROLLBACK")?;
            outcome
        })
    };
    for outcome in [Ok(()), Err(StoreError::Closed)] {
        let folder = TempDir::new().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let writes = [
            Box::new(insert("a")),
            undoes(outcome),
            Box::new(insert("c")),
        ];
        let outcomes = in_one_group(&store, writes).await;
        let went_well: Vec<bool> = outcomes.iter().map(Result::is_ok).collect();
        // The last one has a group of its own.
        assert_eq!(went_well, [false, false, true]);
        assert_eq!(names(&store).await, ["c"]);
    }
}

#[tokio::test]
async fn a_database_is_made_and_found_again() {
    let folder = TempDir::new().unwrap();
    let store = Store::open(folder.path()).unwrap();
    store.write(insert("a")).await.unwrap();
    let beside = Store::open(folder.path()).unwrap();
    beside.write(insert("b")).await.unwrap();
    assert_eq!(names(&store).await, ["a", "b"]);
    drop((store, beside));
    let store = Store::open(folder.path()).unwrap();
    assert_eq!(names(&store).await, ["a", "b"]);
    let version: i64 = store
        .read(|connection| connection.one("PRAGMA user_version", &[], |row| row.number(0)))
        .await
        .unwrap();
    assert_eq!(version, 10);
}

/// A task that was claimed, with one event in its log.
async fn claimed(store: &Store) -> Claim {
    let account_id = AccountId::new();
    let write = move |connection: &Connection<'_>| {
        connection.execute(
            "INSERT INTO accounts (account_id, kind, name, created_ms) VALUES (?1, 'guest', '', 0)",
            &[account_id.into()],
        )
    };
    store.write(write).await.unwrap();
    let task = NewTask {
        task_id: TaskId::new(),
        account_id,
        end_user: None,
        deity_id: "yue_lao".to_owned(),
        fortune_number: 1,
        question: "Will we meet?".to_owned(),
        language: "en".to_owned(),
        context: "{}".to_owned(),
        idempotency: None,
        now_ms: 0,
        events: vec![status(Status::Queued)],
        allowed: Allowed {
            per_account: 1,
            per_end_user: 1,
            queued: 1,
        },
        purse: Purse {
            day: 0,
            budget_id: String::new(),
            is_guest: true,
            budgets: DailyBudgets::default(),
        },
        stick: Stick::Free,
        shared_turn: None,
        follows: None,
    };
    store.submit(task).await.unwrap();
    claim_next(store).await.unwrap().unwrap().claim()
}

async fn claim_next(store: &Store) -> Result<Option<TaskRow>, StoreError> {
    let claimed = store.claim(AccountId::new(), Duration::from_secs(10), 0);
    claimed.await.map(|claimed| claimed.row)
}

fn status(status: Status) -> Event {
    Event::Status {
        status,
        progress: 5,
    }
}

fn append(claim: Claim, after: u64, events: Vec<Event>) -> Append {
    Append {
        claim,
        after,
        events,
        spent: Spent::default(),
        now_ms: 0,
    }
}

#[tokio::test]
async fn an_append_whose_answer_was_lost_is_done_once() {
    let store = Store::in_memory().unwrap();
    let claim = claimed(&store).await;
    let twice = append(
        claim,
        1,
        vec![status(Status::Retrieving), Event::Cancelled {}],
    );
    let first = store.append(twice.clone()).await.unwrap();
    let second = store.append(twice).await.unwrap();
    let shown = |stored: &[log::Stored]| -> Vec<(u64, String)> {
        let shown = stored.iter().map(|one| (one.sequence, one.data.clone()));
        shown.collect()
    };
    assert_eq!(shown(&first), shown(&second));
    assert_eq!(shown(&first)[1].0, 3);
    let log = store.events_after(claim.task_id, 0).await.unwrap();
    assert_eq!(log.len(), 3);
}

#[tokio::test]
async fn an_append_of_nobody_is_refused() {
    let store = Store::in_memory().unwrap();
    let claim = claimed(&store).await;
    let older = Claim {
        epoch: claim.epoch - 1,
        ..claim
    };
    let unheard_of = Claim {
        task_id: TaskId::new(),
        ..claim
    };
    let event = || vec![status(Status::Retrieving)];
    for (claim, after) in [(older, 1), (unheard_of, 1), (claim, 7)] {
        let refused = store.append(append(claim, after, event())).await;
        assert!(
            matches!(refused, Err(WriteError::Fenced)),
            "{claim:?} {after}"
        );
    }
    store.requeue(claim).await.unwrap();
    let refused = store.append(append(claim, 1, event())).await;
    assert!(
        matches!(refused, Err(WriteError::Fenced)),
        "it was given back"
    );
    let again = claim_next(&store).await.unwrap().unwrap();
    assert_eq!((again.attempts, again.epoch), (2, claim.epoch + 2));
    store.release(again.claim()).await.unwrap();
    let again = claim_next(&store).await.unwrap().unwrap();
    assert_eq!((again.attempts, again.epoch), (2, claim.epoch + 4));
    let stored = store
        .append(append(again.claim(), 1, event()))
        .await
        .unwrap();
    assert_eq!(stored[0].sequence, 2);
}
