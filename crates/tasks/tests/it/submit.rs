//! Accepting a question: what is stored, and what is refused.

use std::collections::HashSet;

use futures::future::join_all;
use kaucim_tasks::{Accepted, Follow, Limits, Status, SubmitError};

use crate::app::{App, Built, ask, submission};

#[tokio::test]
async fn the_first_events_are_there_before_any_worker_runs() {
    let app = App::start(0).await;
    let guest = app.guest().await;
    let mut asked = submission(guest);
    asked.ask = ask("I am pregnant. Will all be well?");
    asked.ask.number = None;
    let accepted = app.submit(asked).await.unwrap();
    assert!(accepted.drawn);
    assert_eq!(accepted.status, Status::Queued);

    let mut reader = app.read(guest, accepted.task_id).await;
    let status = reader.next().await.unwrap();
    assert_eq!(
        (&status["type"], &status["status"]),
        (&"status".into(), &"queued".into())
    );
    let notice = reader.next().await.unwrap();
    assert_eq!(
        (&notice["type"], &notice["kind"]),
        (&"notice".into(), &"safety".into())
    );
    let lot = reader.next().await.unwrap();
    assert_eq!(lot["type"], "lot");
    assert_eq!(lot["lot"]["number"], accepted.lot.number);
    assert_eq!(lot["drawn"], true);
    assert!(reader.next_now().is_none(), "no worker runs");

    let task = app.task(guest, accepted.task_id).await;
    assert_eq!((task.status, task.progress), (Status::Queued, 0));
    assert_eq!(task.last_event_id, "3.0");
    assert_eq!(task.lot, accepted.lot);
    assert_eq!(task.notices.len(), 1);
    assert!(app.model.is_idle().await);
}

#[tokio::test]
async fn of_many_questions_at_once_a_guest_gets_one_accepted() {
    let app = App::start(0).await;
    let guest = app.guest().await;
    let answers = join_all((0..32).map(|_| app.submit(submission(guest)))).await;
    let (accepted, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    let [Ok(Accepted { task_id, .. })] = accepted.as_slice() else {
        panic!("{} were accepted", accepted.len());
    };
    for refused in refused {
        assert!(matches!(refused, Err(SubmitError::TaskRunning(running)) if running == *task_id));
    }
    app.ask(app.guest().await).await;
    app.tasks.cancel(guest.account_id, *task_id).await.unwrap();
    app.ask(guest).await;
}

#[tokio::test]
async fn a_key_holder_is_limited_in_all_and_for_each_customer() {
    let limits = Limits {
        per_account: 3,
        ..Limits::default()
    };
    let app = Built {
        limits,
        ..Built::workers(0)
    }
    .start()
    .await;
    let temple = app.key_holder("temple").await;
    let asks = |end_user: Option<&str>| {
        let mut asked = submission(temple);
        asked.end_user = end_user.map(str::to_owned);
        app.submit(asked)
    };
    let first = asks(Some("an")).await.unwrap().task_id;
    let refused = asks(Some("an")).await;
    assert!(matches!(refused, Err(SubmitError::TaskRunning(running)) if running == first));
    asks(Some("ben")).await.unwrap();
    asks(None).await.unwrap();
    let refused = asks(Some("chi")).await;
    assert!(matches!(refused, Err(SubmitError::TaskRunning(running)) if running == first));
    app.ask(app.key_holder("another temple").await).await;
}

#[tokio::test]
async fn the_queue_has_an_end() {
    let limits = Limits {
        queued: 2,
        ..Limits::default()
    };
    let app = Built {
        limits,
        ..Built::workers(0)
    }
    .start()
    .await;
    let first = app.guest().await;
    let task_id = app.ask(first).await;
    app.ask(app.guest().await).await;
    let third = submission(app.guest().await);
    assert!(matches!(
        app.submit(third.clone()).await,
        Err(SubmitError::QueueFull)
    ));
    app.tasks.cancel(first.account_id, task_id).await.unwrap();
    app.submit(third).await.unwrap();
}

#[tokio::test]
async fn the_same_key_makes_one_task_and_gets_one_answer() {
    let app = App::start(0).await;
    let guest = app.guest().await;
    let mut asked = submission(guest);
    asked.ask.number = None;
    asked.idempotency = Some(("once".to_owned(), [7; 32]));
    let answers = join_all((0..32).map(|_| app.submit(asked.clone()))).await;
    let answers: Vec<Accepted> = answers.into_iter().map(Result::unwrap).collect();
    let tasks: HashSet<_> = answers.iter().map(|accepted| accepted.task_id).collect();
    assert_eq!(tasks.len(), 1, "one task");
    assert!(
        answers.iter().all(|accepted| accepted == &answers[0]),
        "one lot"
    );
    assert_eq!(
        app.tasks
            .history(guest.account_id, None, 9)
            .await
            .unwrap()
            .len(),
        1
    );

    // The first answer, whatever became of the task; and before any limit.
    app.tasks
        .cancel(guest.account_id, answers[0].task_id)
        .await
        .unwrap();
    app.ask(guest).await;
    assert_eq!(app.submit(asked.clone()).await.unwrap(), answers[0]);

    let mut other = asked.clone();
    other.idempotency = Some(("once".to_owned(), [8; 32]));
    assert!(matches!(
        app.submit(other).await,
        Err(SubmitError::IdempotencyMismatch)
    ));

    let another = app.guest().await;
    asked.account_id = another.account_id;
    assert_ne!(app.submit(asked).await.unwrap().task_id, answers[0].task_id);
}

#[tokio::test]
async fn what_is_refused_leaves_nothing_behind() {
    let app = App::start(1).await;
    let guest = app.guest().await;
    let mut asked = submission(guest);
    asked.ask.deity_id = "nobody".to_owned();
    asked.idempotency = Some(("once".to_owned(), [7; 32]));
    assert!(matches!(
        app.submit(asked.clone()).await,
        Err(SubmitError::Ask(_))
    ));
    assert!(
        app.tasks
            .history(guest.account_id, None, 9)
            .await
            .unwrap()
            .is_empty()
    );
    asked.ask.deity_id = "yue_lao".to_owned();
    let task_id = app.submit(asked).await.unwrap().task_id;
    assert!(matches!(
        app.follow(guest, task_id, None).await,
        Ok(Follow::Frames(_))
    ));
}

#[tokio::test]
async fn every_question_wakes_a_worker() {
    let app = App::start(8).await;
    let guests = join_all((0..8).map(|_| app.guest())).await;
    join_all(guests.iter().map(|guest| app.ask(*guest))).await;
    // None of them answers, so each call has a worker of its own.
    let mut calls = Vec::new();
    for _ in 0..8 {
        calls.push(app.model.call().await);
    }
}
