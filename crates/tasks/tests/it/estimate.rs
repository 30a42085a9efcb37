//! What readers may expect: learnt from readings of the same model, kept by the store, and told as
//! an estimate. Time is paused, and goes on by what the tests let models take.

use std::{sync::Arc, time::Duration};

use kaucim_fortune::SectionId;
use kaucim_llm::Model;
use kaucim_tasks::{Clock, Settings};
use serde_json::Value;
use tempfile::TempDir;
use tokio::time::sleep;

use crate::{
    app::{App, Built, Person, ask, submission},
    model::{Call, Does, Driven, report},
};

/// A clock of a later day than the one before.
fn clock(day: i64) -> Clock {
    let start = jiff::Timestamp::from_second(1_800_000_000 + day * 86_400).unwrap();
    Clock::simulated(start, u64::try_from(day).unwrap())
}

async fn started(name: &str, workers: usize, day: i64, folder: TempDir) -> (App, Arc<Driven>) {
    let model = Driven::new(name);
    let built = Built {
        settings: Settings {
            clock: clock(day),
            ..Settings::default()
        },
        ..Built::workers(workers).model(Arc::clone(&model) as Arc<dyn Model>)
    };
    (built.start_inline_in(folder).await, model)
}

/// The model writes the first word, then the rest at the end.
async fn writes(call: &Call, [first, rest]: [u64; 2]) {
    sleep(Duration::from_secs(first)).await;
    call.writes("{");
    let whole = report(&SectionId::ALL);
    let (begun, end) = whole[1..].split_at(60);
    call.writes(begun);
    sleep(Duration::from_secs(rest)).await;
    call.writes(end);
    call.does(Does::Finishes);
}

/// A whole reading that takes so many seconds.
async fn reads(app: &App, model: &Driven, person: Person, seconds: [u64; 2]) -> Value {
    let task_id = app.ask(person).await;
    let call = model.call().await;
    writes(&call, seconds).await;
    app.read(person, task_id).await.reads_to_end().await
}

/// What a heartbeat tells to expect, in whole seconds: until the first text, and in all.
fn told(beat: &Value) -> [Option<u64>; 2] {
    ["estimate_first_token_ms", "estimate_ms"].map(|name| {
        let value = beat.get(name)?;
        let ms = value.as_u64().expect("it is not below nothing");
        Some((ms + 500) / 1000)
    })
}

/// Asks, looks what may be expected, and cancels.
async fn expected(app: &App, model: &Driven, person: Person) -> [Option<u64>; 2] {
    let task_id = app.ask(person).await;
    let call = model.call().await;
    let mut reader = app.read(person, task_id).await;
    let beat = reader.heartbeat().await;
    assert_eq!(beat["phase"], "waiting_for_model");
    let document = app.task(person, task_id).await;
    let shown = document.estimate_ms.map(|ms| (ms + 500) / 1000);
    assert_eq!(shown, told(&beat)[1], "the document says the same");
    app.tasks.cancel(person.account_id, task_id).await.unwrap();
    call.dropped().await;
    told(&beat)
}

#[tokio::test(start_paused = true)]
async fn each_model_is_known_by_its_own_pace_also_after_a_restart() {
    let folder = TempDir::new().unwrap();
    let (app, quick) = started("quick", 1, 1, folder).await;
    let guest = app.guest().await;
    for _ in 0..2 {
        reads(&app, &quick, guest, [2, 8]).await;
        assert_eq!(expected(&app, &quick, guest).await, [None, None]);
    }
    // One that hung for an hour is nobody's pace.
    let mut ended = Value::Null;
    for seconds in [[2, 8], [300, 250], [2, 8]] {
        ended = reads(&app, &quick, guest, seconds).await;
    }
    assert_eq!(ended["result"]["timings"]["total_ms"], 10_000);
    assert_eq!(expected(&app, &quick, guest).await, [Some(2), Some(10)]);

    let (app, slow) = started("slow", 1, 2, app.stop().await).await;
    assert_eq!(expected(&app, &slow, guest).await, [None, None]);
    for _ in 0..3 {
        reads(&app, &slow, guest, [5, 40]).await;
    }
    assert_eq!(expected(&app, &slow, guest).await, [Some(5), Some(45)]);

    let (app, quick) = started("quick", 1, 3, app.stop().await).await;
    assert_eq!(expected(&app, &quick, guest).await, [Some(2), Some(10)]);
    let (app, _) = started("slow", 1, 4, app.stop().await).await;
    let task_id = app.ask(guest).await;
    let document = app.task(guest, task_id).await;
    assert_eq!(document.estimate_ms, None, "nothing is asked of it yet");
}

#[tokio::test(start_paused = true)]
async fn an_estimate_stands_while_the_reading_is_written() {
    let (app, model) = started("one", 1, 1, TempDir::new().unwrap()).await;
    let guest = app.guest().await;
    for _ in 0..3 {
        reads(&app, &model, guest, [2, 50]).await;
    }
    let task_id = app.ask(guest).await;
    let mut reader = app.read(guest, task_id).await;
    let call = model.call().await;
    let beats = async {
        let mut beats = Vec::new();
        loop {
            let beat = reader.heartbeat().await;
            let is_late = beat["elapsed_ms"].as_u64().unwrap() > 60_000;
            beats.push((beat["phase"].as_str().unwrap().to_owned(), told(&beat)));
            if is_late {
                return beats;
            }
        }
    };
    let (_, beats) = tokio::join!(writes(&call, [20, 100]), beats);
    for (phase, told) in beats {
        let first = (phase != "writing").then_some(2);
        assert_eq!(told, [first, Some(52)], "{phase}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_sealed_is_not_counted_again() {
    let (app, model) = started("one", 1, 1, TempDir::new().unwrap()).await;
    let guest = app.guest().await;
    for _ in 0..3 {
        reads(&app, &model, guest, [2, 70]).await;
    }
    let task_id = app.ask(guest).await;
    let call = model.call().await;
    call.writes(&report(&SectionId::ALL[..5]));
    let mut reader = app.read(guest, task_id).await;
    for _ in 0..5 {
        reader.until("section_completed").await;
    }
    // The next process has two of the seven to write.
    let (app, model) = started("one", 1, 2, app.stop().await).await;
    let _call = model.call().await;
    let beat = app.read(guest, task_id).await.heartbeat().await;
    let gone_ms = beat["elapsed_ms"].as_u64().unwrap();
    let left = ["estimate_first_token_ms", "estimate_ms"]
        .map(|name| beat[name].as_u64().unwrap() - gone_ms);
    assert_eq!(left, [2_000, 22_000], "{beat}");
}

#[tokio::test(start_paused = true)]
async fn who_waits_in_the_queue_is_told_with_the_waiting() {
    let (app, model) = started("one", 1, 1, TempDir::new().unwrap()).await;
    let guest = app.guest().await;
    for _ in 0..3 {
        reads(&app, &model, guest, [2, 8]).await;
    }
    app.ask(guest).await;
    let _busy = model.call().await;
    let temple = app.key_holder("temple").await;
    for (question, expected) in [("first", [7, 15]), ("second", [12, 20])] {
        let mut asked = submission(temple);
        asked.ask = ask(question);
        let task_id = app.submit(asked).await.unwrap().task_id;
        let beat = app.read(temple, task_id).await.heartbeat().await;
        assert_eq!(beat["phase"], "queued");
        assert_eq!(told(&beat), expected.map(Some), "{beat}");
    }
}
