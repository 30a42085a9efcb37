//! An orderly stop: open sections are ended, everything else goes back to the queue at once.

use std::time::Duration;

use kaucim_fortune::SectionId;
use kaucim_tasks::{Status, TaskId};
use tokio::time::{Instant, sleep};

use crate::{
    app::{App, Built, Person},
    model::{Call, Does, asked, report, report_until, words},
    reader::Reader,
};

const SECOND: SectionId = SectionId::ALL[1];

/// How often tasks were attempted, and what they are.
fn attempts(app: &App) -> Vec<(String, u32)> {
    let arrivals = "SELECT count(*) FROM tasks";
    let [count] = app.hand().numbers(arrivals);
    let one = |earlier| {
        let sql = "SELECT status, attempts FROM tasks ORDER BY arrival LIMIT 1 OFFSET";
        let row = app.hand().row(&format!("{sql} {earlier}"));
        (row[0].clone(), row[1].parse().unwrap())
    };
    (0..count).map(one).collect()
}

fn waiting(attempts: u32) -> (String, u32) {
    ("queued".to_owned(), attempts)
}

/// A task whose second section is open.
async fn begun(app: &App) -> (Person, TaskId, Reader, Call) {
    let guest = app.guest().await;
    let task_id = app.ask(guest).await;
    let mut reader = app.read(guest, task_id).await;
    let call = app.model.call().await;
    call.writes(&report_until(&SectionId::ALL[..2], 4));
    reader.until_open("Part").await;
    (guest, task_id, reader, call)
}

/// The rest of the second section, and the beginning of the third.
fn seals(call: &Call) {
    let whole = report_until(&SectionId::ALL[1..3], 3);
    let from = whole.find("Part").expect("the section is there") + "Part".len();
    call.writes(&whole[from..]);
}

#[tokio::test(start_paused = true)]
async fn a_stop_lets_an_open_section_be_sealed_and_counts_nothing() {
    let app = Built::workers(1).start_inline().await;
    let (guest, task_id, mut reader, call) = begun(&app).await;
    let queued = app.ask(app.guest().await).await;
    let began = Instant::now();
    let works_on = async {
        sleep(Duration::from_secs(3)).await;
        assert!(call.is_read(), "it may end its section");
        seals(&call);
        call.dropped().await;
        let sealed = reader.until("section_completed").await;
        assert_eq!(sealed["text"], words(SECOND), "readers see it");
        assert!(reader.open_text().is_empty(), "the next one is not begun");
    };
    tokio::join!(app.tasks.stop(), works_on);
    assert_eq!(began.elapsed().as_secs(), 3, "nobody waits any longer");
    assert!(app.model.is_idle().await, "nothing new is claimed");
    assert_eq!(attempts(&app), [waiting(0), waiting(0)]);
    assert_eq!(app.task(guest, task_id).await.open, None);

    let held = reader.held.clone();
    let app = Built::workers(1).start_inline_in(app.stop().await).await;
    let cursor = held.cursor.clone().unwrap();
    let follow = app.follow(guest, task_id, Some(&cursor)).await.unwrap();
    let mut reader = Reader::going_on(follow, held);
    let call = app.model.call().await;
    let missing = SectionId::ALL[2..].iter().map(|section| section.name());
    assert_eq!(asked(&call.request), missing.collect::<Vec<_>>());
    call.writes(&report(&SectionId::ALL[2..]));
    call.does(Does::Finishes);
    let complete = reader.reads_to_end().await;
    assert_eq!(complete["result"]["attempts"], 1);
    assert_eq!(reader.held.sealed, app.sealed(guest, task_id).await);
    assert_eq!(app.model.call().await.request.messages.len(), 2, "{queued}");
}

#[tokio::test(start_paused = true)]
async fn a_section_that_takes_too_long_is_cut() {
    let app = Built::workers(1).start_inline().await;
    let (guest, task_id, reader, call) = begun(&app).await;
    let began = Instant::now();
    let writes = async {
        while call.is_read() {
            call.writes(".");
            sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::join!(app.tasks.stop(), writes);
    let after = began.elapsed().as_millis();
    assert!((5_000..5_200).contains(&after), "{after} ms");
    assert_eq!(attempts(&app), [waiting(0)]);
    let task = app.task(guest, task_id).await;
    assert_eq!((task.sections.len(), task.open), (1, None));
    assert_eq!(task.status, Status::Queued);

    let held = reader.held.clone();
    let app = Built::workers(1).start_inline_in(app.stop().await).await;
    let cursor = held.cursor.clone().unwrap();
    let follow = app.follow(guest, task_id, Some(&cursor)).await.unwrap();
    let mut reader = Reader::going_on(follow, held);
    assert_eq!(reader.next().await.unwrap()["reason"], "interrupted");
    let call = app.model.call().await;
    call.writes(&report(&SectionId::ALL[1..]));
    call.does(Does::Finishes);
    assert_eq!(reader.reads_to_end().await["type"], "complete");
    assert_eq!(reader.held.sealed[&2], words(SECOND));
}

#[tokio::test(start_paused = true)]
async fn a_section_that_fails_its_checks_is_not_waited_for_again() {
    let app = Built::workers(1).start_inline().await;
    let (_, _, mut reader, call) = begun(&app).await;
    let began = Instant::now();
    let fails = async {
        sleep(Duration::from_secs(1)).await;
        // Not the language that was asked for.
        call.writes(&format!(" 月下老人繫紅線。{}\",", "緣分天定。".repeat(20)));
        call.dropped().await;
        assert_eq!(
            reader.until("section_reset").await["reason"],
            "check_failed"
        );
    };
    tokio::join!(app.tasks.stop(), fails);
    assert_eq!(began.elapsed().as_secs(), 1);
    assert_eq!(attempts(&app), [waiting(0)]);
}

#[tokio::test(start_paused = true)]
async fn workers_without_an_open_section_stop_at_once() {
    // One has nothing to do, one waits for the first word, one is between two sections.
    let app = Built::workers(3).start_inline().await;
    let (.., mut reader, between) = begun(&app).await;
    seals_only(&between);
    reader.until("section_completed").await;
    let silent = app.guest().await;
    app.ask(silent).await;
    let call = app.model.call().await;
    let began = Instant::now();
    app.tasks.stop().await;
    assert_eq!(began.elapsed(), Duration::ZERO);
    assert!(!call.is_read() && !between.is_read());
    assert_eq!(attempts(&app), [waiting(0), waiting(0)]);
    app.ask(app.guest().await).await;
    sleep(Duration::from_mins(1)).await;
    assert!(
        app.model.is_idle().await,
        "a question is accepted, not claimed"
    );
    assert_eq!(app.queued(), (3, 3));
}

/// The rest of the second section.
fn seals_only(call: &Call) {
    let whole = report(&[SECOND]);
    let from = whole.find("Part").expect("the section is there") + "Part".len();
    call.writes(&whole[from..whole.len() - 1]);
}
