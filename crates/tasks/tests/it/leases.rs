//! Who works on a task, and what becomes of it when nobody does any more. A process is a runtime of
//! its own here: one that is not run has died, and may yet come back.

use std::time::Duration;

use kaucim_fortune::SectionId;
use kaucim_tasks::{Settings, Status, Store};
use tokio::{
    runtime::Runtime,
    time::{Instant, sleep},
};

use crate::{
    app::{App, Built, Person, in_memory, soon},
    hand::is_embedded,
    model::{Call, Does, asked, report, report_until, words},
    reader::Reader,
};

const FIRST: SectionId = SectionId::ALL[0];
const LEASE: Duration = Duration::from_secs(10);
const DAY: Duration = Duration::from_hours(24);

/// One of several that work on a store.
fn one_of_several(lease: Duration) -> Built {
    let settings = Settings {
        lease,
        is_alone: false,
        ..Settings::default()
    };
    Built {
        settings,
        ..Built::workers(1)
    }
}

fn process() -> Runtime {
    let mut process = tokio::runtime::Builder::new_current_thread();
    let process = process.enable_all().start_paused(true).build();
    process.unwrap()
}

/// Two processes whose clocks go on only while they run, and their store.
fn two_processes() -> (Runtime, Runtime, Store) {
    let store = Store::in_memory().unwrap();
    (process(), process(), store)
}

/// A task whose first section is sealed and whose second is open.
async fn begun(app: &App) -> (Person, kaucim_tasks::TaskId, Call) {
    let guest = app.guest().await;
    let task_id = app.ask(guest).await;
    let mut reader = app.read(guest, task_id).await;
    let call = app.model.call().await;
    call.writes(&report_until(&SectionId::ALL[..2], 4));
    reader.until_open("Part").await;
    (guest, task_id, call)
}

/// The task is asked to be gone on with, and is read to its end.
async fn is_finished(app: &App, call: &Call, mut reader: Reader) {
    let missing = SectionId::ALL[1..].iter().map(|section| section.name());
    assert_eq!(asked(&call.request), missing.collect::<Vec<_>>());
    call.writes(&report(&SectionId::ALL[1..]));
    call.does(Does::Finishes);
    let complete = reader.reads_to_end().await;
    assert_eq!(complete["type"], "complete");
    assert_eq!(complete["result"]["attempts"], 2);
    assert_eq!(reader.held.sealed[&1], words(FIRST));
    assert!(app.model.is_idle().await);
}

#[test]
fn a_task_of_a_process_that_died_is_taken_over_when_its_lease_is_over() {
    if !is_embedded("its leases are told in its own time; see `cluster`") {
        return;
    }
    let (first, second, store) = two_processes();
    let (there, (guest, task_id, call)) = first.block_on(async {
        let app = one_of_several(LEASE).start_on(store.clone(), None).await;
        let begun = begun(&app).await;
        (app, begun)
    });
    second.block_on(async {
        let began = Instant::now();
        let here = one_of_several(LEASE).start_on(store, None).await;
        let again = here.model.call().await;
        let after = began.elapsed();
        assert!(
            after >= LEASE - Duration::from_millis(100),
            "{after:?} is early"
        );
        // It is looked for four times a lease.
        assert!(after <= LEASE + LEASE / 4, "{after:?} is late");
        let reader = here.read(guest, task_id).await;
        is_finished(&here, &again, reader).await;
    });
    // The first one comes back and goes on as if nothing had been.
    let log = first.block_on(async {
        call.writes(" of it comes in time, and so do we\"}");
        call.dropped().await;
        soon("its end", there.tasks.stop()).await;
        there.task(guest, task_id).await
    });
    assert_eq!(log.status, Status::Completed);
    assert_eq!(log.sections.len(), 7);
    assert_eq!(log.sections[1].text, words(SectionId::ALL[1]));
}

#[test]
fn whoever_waits_frees_what_a_dead_process_holds() {
    if !is_embedded("its leases are told in its own time; see `cluster`") {
        return;
    }
    let (first, second, store) = two_processes();
    let (_there, (guest, task_id, _call)) = first.block_on(async {
        let app = one_of_several(LEASE).start_on(store.clone(), None).await;
        let begun = begun(&app).await;
        (app, begun)
    });
    second.block_on(async {
        // Its own keeper looks after leases at the start, and then not for hours.
        let here = one_of_several(DAY).start_on(store, None).await;
        sleep(Duration::from_mins(1)).await;
        assert!(here.model.is_idle().await, "nobody waits");
        let mut reader = here.read(guest, task_id).await;
        let waits = async {
            loop {
                reader.heartbeat().await;
            }
        };
        let again = tokio::select! {
            again = here.model.call() => again,
            () = waits => unreachable!("it waits for ever"),
        };
        let reader = here.read(guest, task_id).await;
        is_finished(&here, &again, reader).await;
    });
}

#[tokio::test(start_paused = true)]
async fn a_task_whose_model_is_silent_for_minutes_is_not_taken_over() {
    let store = in_memory().await;
    let there = one_of_several(LEASE).start_on(store.clone(), None).await;
    let (guest, task_id, call) = begun(&there).await;
    let here = one_of_several(LEASE).start_on(store, None).await;
    let mut waiting = here.read(guest, task_id).await;
    tokio::select! {
        () = sleep(Duration::from_mins(8)) => {}
        () = async { loop { waiting.heartbeat().await; } } => unreachable!("it waits for ever"),
    }
    assert!(here.model.is_idle().await);
    assert!(call.is_read());
    call.writes(" of it comes in time, and so do we\"}");
    call.does(Does::Finishes);
    there.model.call().await;
    assert_eq!(there.sealed(guest, task_id).await.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_cannot_be_renewed_is_not_lost_to_oneself() {
    for readers in [0, 3] {
        let app = Built::workers(1).start_inline().await;
        let (guest, task_id, call) = begun(&app).await;
        app.hand().breaks("INSERT ON holders");
        let mut waiting = Vec::new();
        for _ in 0..readers {
            waiting.push(app.read(guest, task_id).await);
        }
        let wait = waiting.iter_mut().map(|reader| async {
            loop {
                reader.heartbeat().await;
            }
        });
        let wait = futures::future::join_all(wait);
        let mended = async {
            sleep(Duration::from_mins(1)).await;
            app.hand().is_mended();
            sleep(Duration::from_mins(1)).await;
        };
        tokio::select! {
            () = mended => {}
            _ = wait, if readers > 0 => unreachable!("they wait for ever"),
        }
        assert!(call.is_read(), "{readers} readers took it from its worker");
        call.writes(" of it comes in time, and so do we\",");
        call.writes(&report(&SectionId::ALL[2..]).replacen('{', "", 1));
        call.does(Does::Finishes);
        let complete = app.read(guest, task_id).await.reads_to_end().await;
        assert_eq!(complete["result"]["attempts"], 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_lost_its_task_stops() {
    // Told by the keeper, or by the store when it writes.
    for (lease, writes) in [(LEASE, false), (DAY, true)] {
        let built = Built {
            settings: Settings {
                lease,
                ..Settings::default()
            },
            ..Built::workers(1)
        };
        let app = built.start_inline().await;
        let (guest, task_id, call) = begun(&app).await;
        let behind_its_back =
            "UPDATE tasks SET epoch = epoch + 1, status = 'queued', holder = NULL";
        app.hand().run(behind_its_back);
        if writes {
            call.writes(" of it comes in time, and so do we\"}");
        }
        call.dropped().await;
        let reader = app.read(guest, task_id).await;
        is_finished(&app, &app.model.call().await, reader).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_task_that_could_not_be_given_back_is_queued_when_the_storage_is_mended() {
    let app = Built::workers(1).start_inline().await;
    let (guest, task_id, call) = begun(&app).await;
    app.hand()
        .breaks_when("UPDATE OF status ON tasks", "new.status = 'queued'");
    call.does(Does::Panics);
    sleep(Duration::from_secs(25)).await;
    assert!(app.model.is_idle().await, "it is not queued");
    let mut waiting = app.read(guest, task_id).await;
    let phase = waiting.heartbeat().await["phase"].clone();
    // Nodes of a server show what is stored, and that it is queued could not be.
    if is_embedded("the phase of what could not be given back") {
        assert_eq!(phase, "queued");
    }
    app.hand().is_mended();
    let again = app.model.call().await;
    let reader = app.read(guest, task_id).await;
    is_finished(&app, &again, reader).await;
    assert_eq!(waiting.reads_to_end().await["type"], "complete");
    assert_eq!(app.queued(), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_task_whose_row_cannot_be_read_ends_and_blocks_nobody() {
    let app = Built::workers(1).start_inline().await;
    let busy = app.guest().await;
    app.ask(busy).await;
    let call = app.model.call().await;
    let (guest, other) = (app.guest().await, app.guest().await);
    let (unreadable, next) = (app.ask(guest).await, app.ask(other).await);
    let mut waiting = app.read(guest, unreadable).await;
    waiting.heartbeat().await;
    let meddles = format!("UPDATE tasks SET language = 'xx' WHERE task_id = '{unreadable}'");
    app.hand().run(&meddles);
    call.writes(&report(&SectionId::ALL));
    call.does(Does::Finishes);

    let call = app.model.call().await;
    call.writes(&report(&SectionId::ALL));
    call.does(Does::Finishes);
    let complete = app.read(other, next).await.reads_to_end().await;
    assert_eq!(complete["type"], "complete");
    let error = waiting.reads_to_end().await;
    assert_eq!(
        (&error["type"], &error["code"]),
        (&"error".into(), &"internal".into())
    );
    let stored = app.hand().row(&format!(
        "SELECT status, (SELECT data FROM events WHERE task_id = '{unreadable}'
            ORDER BY sequence DESC LIMIT 1) FROM tasks WHERE task_id = '{unreadable}'"
    ));
    assert_eq!(stored[0], "failed");
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&stored[1]).unwrap(),
        error
    );
    assert_eq!(app.queued(), (0, 0));
}
