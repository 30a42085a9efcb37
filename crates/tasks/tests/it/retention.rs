//! What is kept, for how long, and that nothing stays of the rest.

use std::time::Duration;

use jiff::Timestamp;
use kaucim_tasks::{Clock, LookupError, Settings, TaskId};
use tempfile::TempDir;
use tokio::time::sleep;

use crate::{
    app::{App, Built, Person, ask, soon, submission},
    model::Fluent,
};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// Between two rounds of the keeper.
const A_ROUND: Duration = Duration::from_mins(11);

/// Readings are kept for a week, and the clock can be set.
struct Kept {
    app: App,
    clock: Clock,
}

impl Kept {
    async fn start() -> Self {
        Self::start_in(TempDir::new().unwrap(), Some(7), 0).await
    }

    /// Some days after the first start.
    async fn start_in(folder: TempDir, days: Option<u64>, later: i64) -> Self {
        let start = Timestamp::from_second(1_800_000_000 + later * DAY).unwrap();
        let clock = Clock::simulated(start, 1);
        let built = Built {
            settings: Settings {
                keep_finished: days.map(|days| Duration::from_hours(24 * days)),
                clock: clock.clone(),
                ..Settings::default()
            },
            ..Built::workers(1).model(Fluent::writer())
        };
        let app = built.start_inline_in(folder).await;
        Self { app, clock }
    }

    /// A question that is answered at once.
    async fn finished(&self, person: Person, question: &str) -> TaskId {
        let task_id = self.app.ask_that(person, question).await;
        self.app.read(person, task_id).await.reads_to_end().await;
        task_id
    }

    async fn is_there(&self, person: Person, task_id: TaskId) -> bool {
        match self.app.tasks.task(person.account_id, task_id).await {
            Ok(_) => true,
            Err(LookupError::NotFound) => false,
            Err(LookupError::Store(error)) => panic!("{error}"),
        }
    }

    fn rows(&self, table: &str) -> u64 {
        self.app.rows(table)
    }

    /// How often this is held.
    fn traces(&self, of: &str) -> usize {
        self.app.traces(of)
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_older_than_it_is_kept_is_gone_without_a_trace() {
    let kept = Kept::start().await;
    let (old, young) = (kept.app.guest().await, kept.app.guest().await);
    let gone = kept
        .finished(old, "Shall I marry Ottokar Plumbottom?")
        .await;
    let cancelled = kept.app.ask_that(old, "Will Plumbottom call?").await;
    let cancel = kept.app.tasks.cancel(old.account_id, cancelled);
    cancel.await.unwrap();
    kept.clock.shift(3 * DAY);
    let stays = kept.finished(young, "Will Melisande write?").await;
    sleep(A_ROUND).await;
    assert!(kept.is_there(old, gone).await, "not yet");
    assert!(kept.traces("Plumbottom") > 0 && kept.traces("Melisande") > 0);

    kept.clock.shift(4 * DAY);
    sleep(A_ROUND).await;
    assert!(!kept.is_there(old, gone).await && !kept.is_there(old, cancelled).await);
    assert!(kept.is_there(young, stays).await);
    assert_eq!(kept.traces("Plumbottom"), 0);
    assert!(kept.traces("Melisande") > 0);
    assert_eq!(kept.rows("tasks"), 1);
    let others = format!("events WHERE task_id <> '{stays}'");
    assert_eq!(kept.rows(&others), 0);
    // The guest is still somebody.
    kept.finished(old, "May I come again?").await;
}

#[tokio::test(start_paused = true)]
async fn what_is_unfinished_stays_however_old_it_is() {
    let kept = Kept::start().await;
    // With nobody to read it.
    let app = Built::workers(0)
        .start_inline_in(kept.app.stop().await)
        .await;
    let guest = app.guest().await;
    let queued = app.ask(guest).await;
    let folder = app.stop().await;
    let kept = Kept::start_in(folder, Some(7), 900).await;
    sleep(A_ROUND).await;
    assert!(kept.is_there(guest, queued).await);
    let mut reader = kept.app.read(guest, queued).await;
    assert_eq!(reader.reads_to_end().await["type"], "complete");
}

#[tokio::test(start_paused = true)]
async fn a_start_deletes_what_became_old_meanwhile_unless_all_is_kept() {
    let kept = Kept::start().await;
    let guest = kept.app.guest().await;
    let mut tasks = Vec::new();
    // More than are deleted in one transaction.
    for _ in 0..120 {
        tasks.push(kept.finished(guest, "Will it rain on Plumbottom?").await);
    }
    let folder = kept.app.stop().await;
    let kept = Kept::start_in(folder, None, 900).await;
    sleep(A_ROUND).await;
    assert_eq!(kept.rows("tasks"), 120, "everything is kept");
    let kept = Kept::start_in(kept.app.stop().await, Some(7), 900).await;
    sleep(Duration::from_mins(1)).await;
    assert_eq!(kept.rows("tasks"), 0);
    assert_eq!(kept.rows("events"), 0);
    assert_eq!(kept.traces("Plumbottom"), 0);
}

#[tokio::test(start_paused = true)]
async fn what_is_deleted_leaves_no_trace_though_the_storage_fails_after_it() {
    let kept = Kept::start().await;
    let guest = kept.app.guest().await;
    for _ in 0..100 {
        kept.finished(guest, "Will it rain on Plumbottom?").await;
    }
    kept.clock.shift(1);
    kept.finished(guest, "Will it never end?").await;
    let never = "old.question LIKE '%never%'";
    kept.app.hand().breaks_when("DELETE ON tasks", never);
    let kept = Kept::start_in(kept.app.stop().await, Some(7), 900).await;
    sleep(Duration::from_mins(1)).await;
    assert_eq!(kept.rows("tasks"), 1);
    assert_eq!(kept.traces("Plumbottom"), 0);
}

#[tokio::test(start_paused = true)]
async fn open_replays_of_what_is_deleted_end() {
    let kept = Kept::start().await;
    let guest = kept.app.guest().await;
    let task_id = kept.finished(guest, "Will we meet?").await;
    let mut replay = kept.app.read(guest, task_id).await;
    replay.next().await.unwrap();
    kept.clock.shift(8 * DAY);
    sleep(A_ROUND).await;
    assert_eq!(soon("the end", replay.next()).await, None);
    assert_eq!(replay.held.ended, None);
}

#[tokio::test(start_paused = true)]
async fn idempotency_keys_are_kept_for_a_day() {
    // Whether readings are kept or not.
    for days in [None, Some(7)] {
        let kept = Kept::start_in(TempDir::new().unwrap(), days, 0).await;
        let guest = kept.app.guest().await;
        let asked = |key: &str| {
            let mut asked = submission(guest);
            asked.ask = ask("Will we meet?");
            asked.idempotency = Some((key.to_owned(), [7; 32]));
            asked
        };
        let first = kept.app.submit(asked("a")).await.unwrap().task_id;
        kept.app.read(guest, first).await.reads_to_end().await;
        kept.clock.shift(20 * HOUR);
        let second = kept.app.submit(asked("b")).await.unwrap().task_id;
        kept.app.read(guest, second).await.reads_to_end().await;
        sleep(A_ROUND).await;
        assert_eq!(kept.rows("idempotency"), 2);
        assert_eq!(kept.app.submit(asked("a")).await.unwrap().task_id, first);
        kept.clock.shift(4 * HOUR);
        sleep(A_ROUND).await;
        assert_eq!(kept.rows("idempotency WHERE key = 'b'"), 1);
        assert_eq!(kept.rows("idempotency"), 1);
        assert!(kept.is_there(guest, first).await, "its task stays");
        assert_ne!(kept.app.submit(asked("a")).await.unwrap().task_id, first);
    }
}

#[tokio::test(start_paused = true)]
async fn a_question_that_follows_goes_with_its_reading_and_both_stay_while_it_is_read() {
    let kept = Kept::start().await;
    let guest = kept.app.guest().await;
    let follow_up = async |first| {
        let asked = crate::follow_up::following(guest, first);
        kept.app.submit(asked).await.unwrap().task_id
    };
    let (first, other) = (
        kept.finished(guest, "Will Plumbottom write?").await,
        kept.finished(guest, "Will Melisande write?").await,
    );
    kept.clock.shift(6 * DAY);
    let young = follow_up(first).await;
    kept.app.read(guest, young).await.reads_to_end().await;
    let unfinished = follow_up(other).await;
    kept.app.read(guest, unfinished).await.reads_to_end().await;
    // As if it were being read still.
    let still = |finished: &str| {
        let sql = "UPDATE tasks SET status = 'generating', finished_ms = NULL";
        let sql = if finished.is_empty() {
            sql.to_owned()
        } else {
            format!("UPDATE tasks SET status = 'completed', finished_ms = {finished}")
        };
        kept.app
            .hand()
            .run(&format!("{sql} WHERE task_id = '{unfinished}'"));
    };
    let [ended] = kept.app.hand().numbers(&format!(
        "SELECT finished_ms FROM tasks WHERE task_id = '{unfinished}'"
    ));
    still("");
    kept.clock.shift(DAY);
    sleep(A_ROUND).await;
    assert!(!kept.is_there(guest, first).await && !kept.is_there(guest, young).await);
    assert_eq!(kept.traces("Plumbottom"), 0);
    assert!(kept.is_there(guest, other).await && kept.is_there(guest, unfinished).await);
    still(&ended.to_string());
    sleep(A_ROUND).await;
    assert!(!kept.is_there(guest, other).await && !kept.is_there(guest, unfinished).await);
    assert_eq!(kept.rows("tasks"), 0);
}
