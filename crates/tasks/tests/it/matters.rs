//! One matter, one lot: whoever asks the same again within a day is shown the lot that was drawn.

use std::{collections::HashSet, fs};

use futures::future::join_all;
use jiff::Timestamp;
use kaucim_decks::Library;
use kaucim_tasks::{Clock, Limits, Settings};

use crate::{
    app::{App, Built, Person, ask, submission},
    draws::{id, request},
    packs::yue_lao,
};

const HOUR: i64 = 3600;

/// The same matter, written in three ways.
const STAY: [&str; 3] = [
    "今年適合換工作嗎？",
    " 今年 適合換工作嗎",
    "今年适合换工作吗!",
];

/// An app without workers whose askers may have many unfinished questions.
async fn app() -> (App, Clock) {
    let clock = Clock::simulated(Timestamp::from_second(1_800_000_000).unwrap(), 1);
    let built = Built {
        settings: Settings {
            clock: clock.clone(),
            ..Settings::default()
        },
        limits: Limits {
            per_guest: 99,
            per_account: 99,
            per_end_user: 99,
            ..Limits::default()
        },
        ..Built::workers(0)
    };
    (built.start().await, clock)
}

#[track_caller]
fn assert_same(accepted: &kaucim_tasks::Accepted, number: u32) {
    assert_eq!(
        (accepted.lot.number, accepted.already_drawn, accepted.drawn),
        (number, true, true)
    );
}

#[tokio::test]
async fn the_same_matter_has_the_same_lot_for_a_day() {
    let (app, clock) = app().await;
    let guest = app.guest().await;
    let first = app.asks(guest, STAY[0], None).await.unwrap();
    assert!(first.drawn && !first.already_drawn);
    for question in STAY {
        clock.shift(7 * HOUR);
        let again = app.asks(guest, question, None).await.unwrap();
        assert_same(&again, first.lot.number);
        let task = app.task(guest, again.task_id).await;
        let notice = &task.notices[0];
        assert_eq!(notice.code, "same_matter");
        assert!(notice.message.contains("一事一"), "{notice:?}");
        let notices = format!(
            "SELECT data FROM events WHERE task_id = '{}' AND data LIKE '%rite%'",
            again.task_id
        );
        assert!(app.hand().row(&notices)[0].contains(r#""kind":"rite","code":"same_matter""#));
    }
    // Asking again does not make the day longer.
    clock.shift(3 * HOUR);
    let anew = app.asks(guest, STAY[0], None).await.unwrap();
    assert!(!anew.already_drawn);
}

#[tokio::test]
async fn another_asker_or_matter_has_a_lot_of_its_own() {
    let (app, _) = app().await;
    let (guest, other) = (app.guest().await, app.guest().await);
    let temple = app.key_holder("temple").await;
    app.asks(guest, STAY[0], None).await.unwrap();
    for (person, question) in [
        (guest, "明年適合換工作嗎？"),
        (other, STAY[0]),
        (temple, STAY[0]),
    ] {
        assert!(
            !app.asks(person, question, None)
                .await
                .unwrap()
                .already_drawn
        );
    }
    for (customer, already) in [
        (Some("an"), false),
        (Some("ben"), false),
        (Some("an"), true),
        (None, true),
    ] {
        let mut asked = submission(temple);
        asked.ask = ask(STAY[0]);
        asked.ask.number = None;
        asked.end_user = customer.map(str::to_owned);
        assert_eq!(
            app.submit(asked).await.unwrap().already_drawn,
            already,
            "{customer:?}"
        );
    }
}

#[tokio::test]
async fn a_number_that_was_typed_is_no_draw() {
    let (app, _) = app().await;
    let guest = app.guest().await;
    let mut typed = submission(guest);
    typed.ask = ask(STAY[0]);
    typed.ask.number = Some(3);
    let held = app.submit(typed.clone()).await.unwrap();
    assert!(!held.drawn && !held.already_drawn);
    let drawn = app.asks(guest, STAY[0], None).await.unwrap();
    assert!(!drawn.already_drawn);
    // And whoever holds a stick is shown that one.
    typed.ask.number = Some(drawn.lot.number % 12 + 1);
    let held = app.submit(typed.clone()).await.unwrap();
    assert_eq!(Some(held.lot.number), typed.ask.number);
}

#[tokio::test]
async fn a_draw_for_a_matter_is_its_lot() {
    let (app, clock) = app().await;
    let guest = app.guest().await;
    let drawn = app.draws(guest, Some(STAY[0])).await;
    let twice = app.draws(guest, Some(STAY[1])).await;
    assert_eq!((twice.is_new, id(&twice)), (false, id(&drawn)));
    let revealed = app.reveals(guest, &drawn, "shaken").await;
    let already = app.draws(guest, Some(STAY[2])).await;
    assert_eq!(id(&already), id(&drawn));
    let lot = already.already.expect("it was drawn");
    assert_eq!((lot.lot.number, lot.asked), (revealed.proof.number, false));
    let asked = app.asks(guest, STAY[0], Some(id(&drawn))).await.unwrap();
    assert!(!asked.already_drawn, "it is the first time");
    assert!(app.draws(guest, Some(STAY[2])).await.already.unwrap().asked);
    clock.shift(23 * HOUR);
    assert_same(
        &app.asks(guest, STAY[1], None).await.unwrap(),
        revealed.proof.number,
    );
    clock.shift(HOUR);
    assert!(app.draws(guest, Some(STAY[0])).await.is_new);
}

#[tokio::test]
async fn a_lot_that_the_server_drew_alone_is_told_when_somebody_draws() {
    let (app, _) = app().await;
    let guest = app.guest().await;
    let first = app.asks(guest, STAY[0], None).await.unwrap();
    let drawn = app.draws(guest, Some(STAY[1])).await;
    assert!(
        drawn.draw.is_none() && !drawn.is_new,
        "there is nothing to verify"
    );
    let already = drawn.already.unwrap();
    assert_eq!(
        (already.lot.number, already.asked),
        (first.lot.number, true)
    );
}

#[tokio::test]
async fn a_draw_without_a_question_becomes_its_questions() {
    let (app, _) = app().await;
    let guest = app.guest().await;
    let drawn = app.draws(guest, None).await;
    let revealed = app.reveals(guest, &drawn, "shaken").await;
    app.asks(guest, STAY[0], Some(id(&drawn))).await.unwrap();
    assert_same(
        &app.asks(guest, STAY[1], None).await.unwrap(),
        revealed.proof.number,
    );
    // A matter that has a lot keeps it, whatever else is drawn.
    let other = app.draws(guest, None).await;
    app.reveals(guest, &other, "shaken").await;
    app.asks(guest, STAY[0], Some(id(&other))).await.unwrap();
    assert_same(
        &app.asks(guest, STAY[2], None).await.unwrap(),
        revealed.proof.number,
    );
}

#[tokio::test]
async fn a_stick_that_waits_is_put_back_when_the_question_comes_without_it() {
    let (app, _) = app().await;
    let guest = app.guest().await;
    let open = app.draws(guest, Some(STAY[0])).await;
    let asked = app.asks(guest, STAY[1], None).await.unwrap();
    assert!(!asked.already_drawn);
    let late = app
        .tasks
        .reveal(guest.account_id, id(&open), crate::draws::nonce("late"));
    assert!(late.await.is_err(), "no second lot for the matter");
    let again = app.draws(guest, Some(STAY[0])).await;
    assert_eq!(again.already.unwrap().lot.number, asked.lot.number);
}

#[tokio::test]
async fn many_at_once_get_one_lot() {
    let (app, _) = app().await;
    for round in 0..4 {
        let temple: Person = app.key_holder(&format!("temple {round}")).await;
        let asked = join_all((0..24).map(|at| app.asks(temple, STAY[at % 3], None))).await;
        let asked: Vec<_> = asked.into_iter().map(Result::unwrap).collect();
        let numbers: HashSet<u32> = asked.iter().map(|one| one.lot.number).collect();
        assert_eq!(numbers.len(), 1);
        assert_eq!(asked.iter().filter(|one| !one.already_drawn).count(), 1);
        let draws = (0..24).map(|_| app.tasks.draw(request(temple, Some("Shall I go?"))));
        let draws: HashSet<_> = join_all(draws)
            .await
            .iter()
            .map(|one| id(one.as_ref().unwrap()))
            .collect();
        assert_eq!(draws.len(), 1);
    }
}

#[tokio::test]
async fn where_the_deck_says_so_each_question_has_a_lot_of_its_own() {
    let packs = yue_lao(&[("same_matter_same_lot", "always")]);
    let built = Built {
        library: Library::open(packs.path()).0,
        ..Built::workers(0)
    };
    let app = built.start().await;
    let temple = app.key_holder("temple").await;
    for _ in 0..3 {
        assert!(!app.asks(temple, STAY[0], None).await.unwrap().already_drawn);
        assert!(app.draws(temple, Some(STAY[0])).await.is_new);
    }
    assert_eq!(
        app.rows("draws WHERE matter IS NOT NULL"),
        0,
        "nothing is remembered"
    );
}

#[tokio::test]
async fn each_deity_of_a_deck_is_asked_by_itself() {
    let own = "deity = \"yue_lao\"";
    let packs = yue_lao(&[(own, "deity = \"yue_lao\"\nalso_for = [\"mazu\"]")]);
    let (library, faults) = Library::open(packs.path());
    assert!(faults.is_empty(), "{faults:?}");
    let built = Built {
        library,
        ..Built::workers(0)
    };
    let app = built.start().await;
    let temple = app.key_holder("temple").await;
    let drawn = app.draws(temple, Some(STAY[0])).await;
    app.reveals(temple, &drawn, "shaken").await;
    let mut of_mazu = request(temple, Some(STAY[0]));
    of_mazu.deity_id = "mazu".to_owned();
    let of_mazu = app.tasks.draw(of_mazu).await.unwrap();
    assert!(of_mazu.is_new && of_mazu.terms == drawn.terms);
}

#[tokio::test]
async fn of_the_question_of_a_draw_nothing_can_be_read() {
    let app = App::start(0).await;
    let guest = app.guest().await;
    app.draws(guest, Some("Shall I marry Ottokar Plumbottom?"))
        .await;
    for file in fs::read_dir(app.path()).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap().to_ascii_lowercase();
        assert!(!bytes.windows(10).any(|at| at == b"plumbottom"));
    }
    assert_eq!(app.rows("draws WHERE length(matter) = 32"), 1);
    assert_eq!(app.rows("matter_key WHERE length(key) = 32"), 1);
}

#[tokio::test]
async fn the_first_answer_says_whether_the_lot_was_drawn_before() {
    let (app, _) = app().await;
    let guest = app.guest().await;
    app.asks(guest, STAY[0], None).await.unwrap();
    let mut again = submission(guest);
    again.ask = ask(STAY[0]);
    again.ask.number = None;
    again.idempotency = Some(("once".to_owned(), [7; 32]));
    let first = app.submit(again.clone()).await.unwrap();
    assert!(first.already_drawn);
    assert_eq!(app.submit(again).await.unwrap(), first);
}

/// The moon blocks may have said no to the first stick.
#[tokio::test]
async fn a_stick_that_was_put_back_leaves_the_matter_to_the_one_that_was_asked_with() {
    let app = App::start(0).await;
    let temple = app.key_holder("temple").await;
    let first = app.draws(temple, Some(STAY[0])).await;
    app.reveals(temple, &first, "shaken").await;
    let second = app.draws(temple, None).await;
    let revealed = app.reveals(temple, &second, "shaken again").await;
    let asked = app.asks(temple, STAY[1], Some(id(&second))).await.unwrap();
    assert_eq!(asked.lot.number, revealed.proof.number);
    let again = app.draws(temple, Some(STAY[2])).await;
    assert_eq!(id(&again), id(&second));
    let lot = again.already.expect("it was asked");
    assert_eq!((lot.lot.number, lot.asked), (revealed.proof.number, true));
    // A lot that was asked with stays the matter's.
    let third = app.draws(temple, None).await;
    app.reveals(temple, &third, "once more").await;
    let _ = app.asks(temple, STAY[0], Some(id(&third))).await;
    assert_eq!(id(&app.draws(temple, Some(STAY[2])).await), id(&second));
}
