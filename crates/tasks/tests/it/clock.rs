//! A wall clock that is set back or forward in the middle of a reading.

use std::time::Duration;

use jiff::Timestamp;
use kaucim_fortune::SectionId;
use kaucim_tasks::{Clock, Settings};
use tokio::time::{Instant, sleep};

use crate::{
    app::{App, Built},
    model::{Does, report, report_until},
    reader::Reader,
};

const HOUR: i64 = 3600;

async fn started(workers: usize) -> (App, Clock) {
    let clock = Clock::simulated(Timestamp::from_second(1_800_000_000).unwrap(), 1);
    let built = Built {
        settings: Settings {
            reading_time: Duration::from_mins(5),
            keep_finished: Some(Duration::from_hours(48)),
            clock: clock.clone(),
            ..Settings::default()
        },
        ..Built::workers(workers)
    };
    (built.start_inline().await, clock)
}

/// The next heartbeats come in time, and tell of no time that has not been.
async fn hears_signs_of_life(reader: &mut Reader) {
    for _ in 0..3 {
        let before = Instant::now();
        let beat = reader.heartbeat().await;
        assert!(before.elapsed() <= Duration::from_secs(15));
        assert!(beat["elapsed_ms"].is_u64(), "{beat}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_disturbs_no_reading() {
    for seconds in [-HOUR, 12 * HOUR] {
        let (app, clock) = started(1).await;
        let guest = app.guest().await;
        let task_id = app.ask(guest).await;
        let mut reader = app.read(guest, task_id).await;
        let call = app.model.call().await;
        call.writes(&report_until(&SectionId::ALL[..2], 4));
        reader.until_open("Part").await;
        clock.shift(seconds);
        hears_signs_of_life(&mut reader).await;
        assert!(call.is_read(), "nothing is over early");
        call.writes(" of it comes in time, and so do we\",");
        call.writes(&report(&SectionId::ALL[2..]).replacen('{', "", 1));
        call.does(Does::Finishes);
        // The reader holds that the ids rise, one by one.
        let complete = reader.reads_to_end().await;
        let timings = &complete["result"]["timings"];
        for name in ["queued_ms", "first_token_ms", "total_ms"] {
            let ms = timings[name].as_u64().expect("it is not below nothing");
            assert!(ms < 24 * 3_600_000, "{name} of {timings}");
        }
        assert_eq!(complete["result"]["origin"], "model");
        assert_eq!(complete["result"]["attempts"], 1);
        let replay = app.read(guest, task_id).await.reads_to_end().await;
        assert_eq!(replay, complete);
        // It is neither old nor in nobody's history.
        sleep(Duration::from_mins(11)).await;
        let history = app.tasks.history(guest.account_id, None, 9).await.unwrap();
        assert_eq!(history.len(), 1);
        // Whoever asks next is told of no estimate below nothing, and served.
        let next = app.ask(guest).await;
        app.model.call().await;
        let mut reader = app.read(guest, next).await;
        hears_signs_of_life(&mut reader).await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_time_for_a_reading_is_the_same_whatever_the_clock_says() {
    for seconds in [-HOUR, HOUR] {
        let (app, clock) = started(1).await;
        let guest = app.guest().await;
        let task_id = app.ask(guest).await;
        let mut reader = app.read(guest, task_id).await;
        let call = app.model.call().await;
        let began = Instant::now();
        call.writes(&report_until(&SectionId::ALL[..1], 4));
        reader.until_open("Part").await;
        clock.shift(seconds);
        let end = async {
            loop {
                hears_signs_of_life(&mut reader).await;
            }
        };
        tokio::select! {
            () = end => unreachable!("it has no end"),
            () = sleep(Duration::from_secs(299)) => {}
        }
        assert!(call.is_read(), "not early");
        call.dropped().await;
        assert_eq!(began.elapsed().as_secs(), 300, "not endless");
        let complete = reader.reads_to_end().await;
        assert_eq!(complete["result"]["origin"], "classic");
    }
}

#[tokio::test(start_paused = true)]
async fn questions_keep_their_order_when_the_clock_is_set_back_between_them() {
    let (app, clock) = started(0).await;
    let temple = app.key_holder("temple").await;
    let mut asked = Vec::new();
    for _ in 0..4 {
        asked.push(app.ask(temple).await);
        clock.shift(-HOUR);
    }
    for (task_id, place) in asked.iter().zip(1..) {
        let mut reader = app.read(temple, *task_id).await;
        let beat = reader.heartbeat().await;
        assert_eq!(
            (&beat["position"], &beat["elapsed_ms"]),
            (&place.into(), &0.into())
        );
    }
}
