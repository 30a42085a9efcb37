//! Whose turn it is: accounts take turns, and readers are told their true place.

use std::time::Duration;

use kaucim_fortune::SectionId;
use kaucim_tasks::{Limits, TaskId};
use tokio::time::sleep;

use crate::{
    app::{App, Built, Person, ask, soon, submission},
    hand::Hand,
    model::{Call, Does, report},
};

/// What a call was asked: the name of its question, such as `a3`.
fn name_of(call: &Call) -> String {
    let messages = call.request.messages.iter();
    let text: String = messages.map(|message| message.text.as_str()).collect();
    let from = text.find("Question ").expect("the question is quoted") + "Question ".len();
    text[from..].chars().take_while(|c| *c != '?').collect()
}

async fn asks(app: &App, person: Person, name: &str) -> TaskId {
    app.ask_that(person, &format!("Question {name}?")).await
}

/// Answers as many calls as they come, one after the other; returns whose they were.
async fn served(app: &App, calls: usize) -> Vec<String> {
    let mut names = Vec::new();
    for _ in 0..calls {
        let call = app.model.call().await;
        names.push(name_of(&call));
        call.writes(&report(&SectionId::ALL));
        call.does(Does::Finishes);
    }
    names
}

async fn place(app: &App, (person, task_id): (Person, TaskId)) -> Option<u64> {
    let beat = app.read(person, task_id).await.heartbeat().await;
    beat["position"].as_u64()
}

/// Waits until what is known of the queue's order is old.
async fn a_moment_later() {
    tokio::time::advance(Duration::from_secs(3)).await;
}

/// A worker that is busy with the question of a guest.
async fn busy_app() -> (App, Call) {
    let app = Built::workers(1).start_inline().await;
    let first = app.guest().await;
    asks(&app, first, "first").await;
    let call = app.model.call().await;
    (app, call)
}

fn ends(call: &Call) {
    call.writes(&report(&SectionId::ALL));
    call.does(Does::Finishes);
}

#[tokio::test(start_paused = true)]
async fn accounts_take_turns_however_much_one_asks() {
    let (app, busy) = busy_app().await;
    let crowd = app.key_holder("a").await;
    for number in 1..=16 {
        asks(&app, crowd, &format!("a{number}")).await;
    }
    for name in ["b", "c", "d"] {
        let other = app.key_holder(name).await;
        asks(&app, other, &format!("{name}1")).await;
        asks(&app, other, &format!("{name}2")).await;
    }
    assert_eq!(app.queued(), (22, 22));
    ends(&busy);
    let mut expected: Vec<String> = ["a1", "b1", "c1", "d1", "a2", "b2", "c2", "d2"]
        .map(str::to_owned)
        .into();
    expected.extend((3..=16).map(|number| format!("a{number}")));
    assert_eq!(served(&app, 22).await, expected);
    assert_eq!(app.queued(), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn the_guests_of_one_address_take_turns_as_one() {
    let (app, busy) = busy_app().await;
    let from = async |person: Person, last: u8, name: &str| {
        let mut asked = submission(person);
        asked.address = Some([192, 0, 2, last].into());
        asked.ask = ask(&format!("Question {name}?"));
        app.submit(asked).await.expect("it is accepted");
    };
    for name in ["a1", "a2", "a3", "a4"] {
        from(app.guest().await, 1, name).await;
    }
    from(app.guest().await, 2, "b1").await;
    from(app.guest().await, 2, "b2").await;
    // Keys have turns of their own, wherever they come from.
    from(app.key_holder("c").await, 1, "c1").await;
    asks(&app, app.guest().await, "unknown").await;
    ends(&busy);
    let order = ["a1", "b1", "c1", "unknown", "a2", "b2", "a3", "a4"];
    assert_eq!(served(&app, 8).await, order);
}

#[tokio::test(start_paused = true)]
async fn whoever_asks_again_does_not_overtake_and_who_is_new_waits_a_turn() {
    let (app, busy) = busy_app().await;
    let (a, b) = (app.key_holder("a").await, app.key_holder("b").await);
    for name in ["a1", "a2", "a3", "a4"] {
        asks(&app, a, name).await;
    }
    asks(&app, b, "b1").await;
    ends(&busy);
    assert_eq!(served(&app, 2).await, ["a1", "b1"]);
    // The second turn has begun with this call.
    let second = app.model.call().await;
    assert_eq!(name_of(&second), "a2");
    asks(&app, b, "b2").await;
    asks(&app, b, "b3").await;
    asks(&app, app.key_holder("c").await, "c1").await;
    ends(&second);
    // Both come into the next turn, behind those who came before; what follows takes turns again.
    assert_eq!(served(&app, 5).await, ["a3", "b2", "c1", "a4", "b3"]);
}

#[tokio::test(start_paused = true)]
async fn newcomers_do_not_keep_others_waiting_for_ever() {
    let (app, busy) = busy_app().await;
    let a = app.key_holder("a").await;
    for name in ["a1", "a2", "a3"] {
        asks(&app, a, name).await;
    }
    ends(&busy);
    let mut served_names = Vec::new();
    // As many come as are served.
    for number in 0..12 {
        let call = app.model.call().await;
        served_names.push(name_of(&call));
        asks(&app, app.guest().await, &format!("new{number}")).await;
        ends(&call);
    }
    assert_eq!(served_names[..5], ["a1", "a2", "new0", "a3", "new1"]);
}

#[tokio::test(start_paused = true)]
async fn whoever_was_away_for_long_has_saved_no_turns() {
    let (app, busy) = busy_app().await;
    let (a, b) = (app.key_holder("a").await, app.key_holder("b").await);
    asks(&app, b, "b1").await;
    for number in 1..=4 {
        asks(&app, a, &format!("a{number}")).await;
    }
    ends(&busy);
    assert_eq!(served(&app, 4).await, ["b1", "a1", "a2", "a3"]);
    let last = app.model.call().await;
    for number in 5..=7 {
        asks(&app, a, &format!("a{number}")).await;
    }
    for number in 2..=4 {
        asks(&app, b, &format!("b{number}")).await;
    }
    ends(&last);
    let expected = ["a5", "b2", "a6", "b3", "a7", "b4"];
    assert_eq!(served(&app, 6).await, expected);
}

#[tokio::test(start_paused = true)]
async fn a_task_that_was_interrupted_keeps_its_place() {
    let (app, busy) = busy_app().await;
    let (a, b) = (app.key_holder("a").await, app.key_holder("b").await);
    let first = asks(&app, a, "a1").await;
    asks(&app, b, "b1").await;
    asks(&app, a, "a2").await;
    ends(&busy);
    let call = app.model.call().await;
    assert_eq!(name_of(&call), "a1");
    call.does(Does::Panics);
    let call = app.model.call().await;
    assert_eq!(name_of(&call), "a1", "it is queued again before all others");
    // The same over an orderly stop.
    let app = Built::workers(0).start_inline_in(app.stop().await).await;
    assert_eq!(app.queued(), (3, 3));
    assert_eq!(place(&app, (a, first)).await, Some(1));
    asks(&app, app.key_holder("c").await, "c1").await;
    let app = Built::workers(1).start_inline_in(app.stop().await).await;
    assert_eq!(served(&app, 4).await, ["a1", "b1", "a2", "c1"]);
}

#[tokio::test(start_paused = true)]
async fn every_place_that_is_told_is_the_number_of_those_served_before() {
    let (app, busy) = busy_app().await;
    let mut waiting = Vec::new();
    for (name, questions) in [("a", 5), ("b", 1), ("c", 3), ("d", 2)] {
        let person = app.key_holder(name).await;
        for number in 1..=questions {
            let name = format!("{name}{number}");
            waiting.push((name.clone(), (person, asks(&app, person, &name).await)));
        }
    }
    let mut busy = Some(busy);
    for cancelled in ["c1", "a4", "d2"] {
        // One is cancelled, and one is served: whoever is behind them comes nearer.
        let at = waiting.iter().position(|(name, _)| name == cancelled);
        let (_, (person, task_id)) = waiting.remove(at.expect("it still waits"));
        let cancel = app.tasks.cancel(person.account_id, task_id).await;
        cancel.unwrap();
        ends(&busy.take().expect("a call is open"));
        let call = app.model.call().await;
        waiting.retain(|(name, _)| *name != name_of(&call));
        busy = Some(call);
        assert_eq!(app.queued(), (waiting.len() as u64, waiting.len() as u64));

        a_moment_later().await;
        let mut told = Vec::new();
        for (name, task) in &waiting {
            told.push((place(&app, *task).await.expect("it waits"), name.clone()));
        }
        told.sort();
        let places: Vec<u64> = told.iter().map(|(place, _)| *place).collect();
        assert_eq!(places, (1..=waiting.len() as u64).collect::<Vec<_>>());
        if cancelled == "d2" {
            ends(&busy.take().expect("a call is open"));
            let told: Vec<String> = told.into_iter().map(|(_, name)| name).collect();
            assert_eq!(served(&app, waiting.len()).await, told);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_told_a_place_is_told_the_new_one_when_one_before_it_is_cancelled() {
    let (app, _busy) = busy_app().await;
    let (a, b) = (app.key_holder("a").await, app.key_holder("b").await);
    let first = asks(&app, a, "a1").await;
    let second = asks(&app, b, "b1").await;
    let mut reader = app.read(b, second).await;
    assert_eq!(reader.heartbeat().await["position"], 2);
    app.tasks.cancel(a.account_id, first).await.unwrap();
    assert_eq!(reader.heartbeat().await["position"], 1);
}

#[tokio::test(start_paused = true)]
async fn the_length_of_the_queue_is_counted_right_whatever_happens() {
    let limits = Limits {
        queued: 4,
        ..Limits::default()
    };
    let built = Built {
        limits: limits.clone(),
        ..Built::workers(1)
    };
    let app = built.start_inline().await;
    let (a, b) = (app.key_holder("a").await, app.key_holder("b").await);
    asks(&app, a, "a1").await;
    let call = app.model.call().await;
    assert_eq!(app.queued(), (0, 0), "claimed");
    let cancelled = asks(&app, a, "a2").await;
    for name in ["b1", "b2", "b3"] {
        asks(&app, b, name).await;
    }
    assert_eq!(app.queued(), (4, 4), "submitted");
    let refused = app.submit(submission(a)).await;
    assert!(matches!(refused, Err(kaucim_tasks::SubmitError::QueueFull)));
    app.tasks.cancel(a.account_id, cancelled).await.unwrap();
    assert_eq!(app.queued(), (3, 3), "cancelled");
    call.does(Does::Panics);
    let call = app.model.call().await;
    assert_eq!(app.queued(), (3, 3), "queued again and claimed again");
    drop(call);
    // As after a power cut, with one that ran.
    let after = Built {
        limits,
        ..Built::workers(0)
    };
    let app = after.start_inline_in(app.crashed()).await;
    // On a server nobody is alone, so that the start takes up nothing by itself.
    let reclaimed = async {
        while app.queued() != (4, 4) {
            sleep(Duration::from_secs(1)).await;
        }
    };
    soon("what ran is queued again", reclaimed).await;
    app.tasks.erase_account(b.account_id).await.unwrap();
    assert_eq!(app.queued(), (1, 1), "erased");
    // As much room as there seems to be.
    for name in ["a3", "a4", "a5"] {
        asks(&app, a, name).await;
    }
    app.submit(submission(a))
        .await
        .expect_err("the queue is full");
    let hand = app.hand();
    if let Hand::Embedded(_) = hand {
        hand.run("PRAGMA foreign_keys = on");
    }
    hand.run("DELETE FROM accounts");
    assert_eq!(app.queued(), (0, 0), "queued ones are deleted with theirs");
}
