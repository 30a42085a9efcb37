//! What a reading may spend besides calls: tokens, and the time of models.

use std::{sync::Arc, time::Duration};

use kaucim_fortune::SectionId;
use kaucim_llm::{Model, Retrying};
use kaucim_tasks::{Settings, TaskId};
use tokio::time::{Instant, sleep};

use crate::{
    app::{App, Built, Person, soon},
    model::{Call, Does, Driven, report, report_until, words},
    reader::Reader,
};

const FIRST: SectionId = SectionId::ALL[0];

/// What one call may write: its limit of 4096 tokens, and a quarter more.
const ALLOWANCE: u64 = 4096 + 1024 + 1;

fn of_a_minute(workers: usize) -> Built {
    Built {
        settings: Settings {
            reading_time: Duration::from_mins(1),
            ..Settings::default()
        },
        ..Built::workers(workers)
    }
}

/// The tokens, calls and milliseconds that are counted of the only task.
fn counted(app: &App) -> (u64, u32, u64) {
    let sql = "SELECT tokens, calls, called_ms FROM tasks";
    let [tokens, calls, called_ms] = app.hand().numbers(sql);
    (tokens, u32::try_from(calls).unwrap(), called_ms)
}

async fn asked(app: &App) -> (Person, TaskId, Reader) {
    let guest = app.guest().await;
    let task_id = app.ask(guest).await;
    let reader = app.read(guest, task_id).await;
    (guest, task_id, reader)
}

/// Writes a word every second, for as long as somebody reads it; returns when that ended.
async fn writes_for_ever(call: &Call) -> Instant {
    while call.is_read() {
        call.writes("word ");
        sleep(Duration::from_secs(1)).await;
    }
    Instant::now()
}

#[tokio::test(start_paused = true)]
async fn tokens_are_counted_before_a_call_and_settled_after_it() {
    let app = Built::workers(1).start_inline().await;
    let (guest, task_id, _reader) = asked(&app).await;
    let call = app.model.call().await;
    assert_eq!(counted(&app).0, ALLOWANCE);
    call.writes(&report(&SectionId::ALL[..3]));
    call.does(Does::Finishes);
    let _open = app.model.call().await;
    // The first one is known to have written 10.
    assert_eq!(counted(&app).0, 10 + ALLOWANCE);

    let app = Built::workers(1).start_inline_in(app.crashed()).await;
    let call = app.model.call().await;
    assert_eq!(
        counted(&app).0,
        10 + 2 * ALLOWANCE,
        "what was open is spent"
    );
    let mut reader = app.read(guest, task_id).await;
    call.writes(&report(&SectionId::ALL[3..]));
    call.does(Does::Finishes);
    let complete = reader.reads_to_end().await;
    assert_eq!(counted(&app).0, 10 + ALLOWANCE + 10);
    let usage = &complete["result"]["usage"];
    let usage = ["calls", "input_tokens", "output_tokens"].map(|key| usage[key].as_u64());
    assert_eq!(usage, [Some(3), Some(200), Some(20)], "of all attempts");
}

#[tokio::test(start_paused = true)]
async fn crashes_do_not_renew_the_tokens() {
    let mut app = Built::workers(1).start_inline().await;
    let (guest, task_id, _reader) = asked(&app).await;
    for _ in 0..4 {
        app.model.call().await;
        app = Built::workers(1).start_inline_in(app.crashed()).await;
    }
    // Of 24,576 tokens four crashes leave less than one call may write, and then nothing.
    let last = app.model.call().await;
    assert_eq!(u64::from(last.request.max_tokens), 24_576 - 4 * ALLOWANCE);
    assert_eq!(counted(&app).0, 24_576);
    last.does(Does::Fails);
    let mut reader = app.read(guest, task_id).await;
    let complete = reader.reads_to_end().await;
    assert_eq!(complete["result"]["origin"], "classic");
    assert_eq!(complete["result"]["attempts"], 5);
}

#[tokio::test(start_paused = true)]
async fn a_model_that_writes_for_ever_is_stopped_when_its_time_is_up() {
    for (sealed, origin) in [(1, "mixed"), (0, "classic")] {
        let app = of_a_minute(1).start_inline().await;
        let (guest, task_id, mut reader) = asked(&app).await;
        let call = app.model.call().await;
        let began = Instant::now();
        call.writes(&report_until(&SectionId::ALL[..=sealed], 0));
        let reads = async {
            let reset = reader.until("section_reset").await;
            assert_eq!(reset["reason"], "out_of_time");
            assert_eq!(reset["section"], SectionId::ALL[sealed].name());
            assert_eq!(began.elapsed().as_secs(), 60);
            reader.reads_to_end().await
        };
        // A reader that waits for an event for long is not the point here.
        let (complete, ended) = tokio::join!(reads, writes_for_ever(&call));
        assert!(ended - began <= Duration::from_secs(61), "it is hung up on");
        assert_eq!(complete["type"], "complete");
        assert_eq!(complete["result"]["origin"], origin);
        assert_eq!(complete["result"]["usage"]["calls"], 1);
        assert_eq!(reader.held.sealed, app.sealed(guest, task_id).await);
        assert_eq!(reader.held.sealed.len(), 7);
        if sealed == 1 {
            assert_eq!(reader.held.sealed[&1], words(FIRST));
        }
        assert_eq!(counted(&app), (ALLOWANCE, 1, 60_000));
        assert!(app.model.is_idle().await, "no model is asked after it");
    }
}

#[tokio::test(start_paused = true)]
async fn without_classic_text_a_reading_fails_when_its_time_is_up() {
    let built = Built {
        classic: false,
        ..of_a_minute(1)
    };
    let app = built.start_inline().await;
    let (guest, task_id, mut reader) = asked(&app).await;
    let call = app.model.call().await;
    call.writes(&report_until(&SectionId::ALL[..2], 0));
    let (error, _) = tokio::join!(reader.reads_to_end(), writes_for_ever(&call));
    assert_eq!(error["type"], "error");
    assert_eq!(error["code"], "models_failed");
    assert_eq!(
        app.sealed(guest, task_id).await.len(),
        1,
        "what is sealed stays"
    );
}

#[tokio::test(start_paused = true)]
async fn waiting_for_a_model_that_is_busy_costs_no_time() {
    let driven = Driven::new("driven");
    let one_at_once = Retrying::new(Arc::clone(&driven) as Arc<dyn Model>, 1, 0);
    let app = of_a_minute(2)
        .model(Arc::new(one_at_once))
        .start_inline()
        .await;
    let mut readers = Vec::new();
    for _ in 0..3 {
        readers.push(asked(&app).await.2);
    }
    let began = Instant::now();
    for _ in 0..3 {
        let call = driven.call().await;
        assert!(driven.is_idle().await, "one at once");
        sleep(Duration::from_secs(50)).await;
        call.writes(&report(&SectionId::ALL));
        call.does(Does::Finishes);
    }
    assert_eq!(began.elapsed().as_secs(), 150);
    for mut reader in readers {
        let complete = reader.reads_to_end().await;
        assert_eq!(complete["result"]["origin"], "model");
    }
}

#[tokio::test(start_paused = true)]
async fn time_that_an_earlier_attempt_has_used_is_used_after_a_crash() {
    let app = of_a_minute(1).start_inline().await;
    let (guest, task_id, mut reader) = asked(&app).await;
    let call = app.model.call().await;
    sleep(Duration::from_secs(40)).await;
    call.writes(&report_until(&SectionId::ALL[..2], 4));
    reader.until_open("Part").await;
    assert_eq!(counted(&app).2, 40_000);

    let app = of_a_minute(1).start_inline_in(app.crashed()).await;
    let mut reader = app.read(guest, task_id).await;
    let call = app.model.call().await;
    let began = Instant::now();
    call.dropped().await;
    assert_eq!(began.elapsed().as_secs(), 20);
    let complete = reader.reads_to_end().await;
    assert_eq!(complete["result"]["origin"], "mixed");
    assert_eq!(complete["result"]["usage"]["calls"], 2);

    // Nothing is left for a third.
    let app = of_a_minute(0).start_inline().await;
    let (guest, task_id, _) = asked(&app).await;
    let sql = "UPDATE tasks SET called_ms = 60000";
    app.hand().run(sql);
    let app = of_a_minute(1).start_inline_in(app.stop().await).await;
    let mut reader = app.read(guest, task_id).await;
    let complete = soon("the end", reader.reads_to_end()).await;
    assert_eq!(complete["result"]["origin"], "classic");
    assert_eq!(complete["result"]["usage"]["calls"], 0);
}

#[tokio::test(start_paused = true)]
async fn once_its_time_is_up_a_reading_takes_no_more_of_it() {
    let app = of_a_minute(1).start_inline().await;
    let (_, _, mut reader) = asked(&app).await;
    let call = app.model.call().await;
    call.writes(&report_until(&SectionId::ALL[..1], 4));
    reader.until_open("Part").await;
    app.hand().breaks("INSERT ON events");
    // The storage comes back long after the call was broken off.
    sleep(Duration::from_secs(80)).await;
    assert!(!call.is_read());
    app.hand().is_mended();
    assert_eq!(reader.reads_to_end().await["result"]["origin"], "classic");
    assert_eq!(counted(&app), (ALLOWANCE, 1, 60_000));
}
