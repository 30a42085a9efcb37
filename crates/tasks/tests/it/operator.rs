//! What the operator sees of tasks and models, and does to them; time is paused where it is told.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use kaucim_llm::Model;
use kaucim_tasks::{
    Asker, Clock, Latency, LookupError, ModelHealth, ModelState, Scope, Settings, Status, TaskId,
    Vouched,
};
use tokio::time::sleep;

use crate::{
    app::{App, Built, Person, QUESTION, soon},
    hand::is_embedded,
    model::{Call, Does, Driven, report},
};

async fn paused(workers: usize, classic: bool) -> (App, Arc<Driven>) {
    let model = Driven::new("driven");
    let start = Timestamp::from_second(1_800_000_000).unwrap();
    let built = Built {
        classic,
        settings: Settings {
            clock: Clock::simulated(start, 1),
            ..Settings::default()
        },
        ..Built::workers(workers).model(Arc::clone(&model) as Arc<dyn Model>)
    };
    (built.start_inline().await, model)
}

/// The model writes the first word after some seconds, and the rest after some more.
async fn writes(call: &Call, [first, rest]: [u64; 2]) {
    let whole = report(&kaucim_fortune::SectionId::ALL);
    sleep(Duration::from_secs(first)).await;
    let (begun, end) = whole.split_at(60);
    call.writes(begun);
    sleep(Duration::from_secs(rest)).await;
    call.writes(end);
    call.does(Does::Finishes);
}

async fn health(app: &App) -> ModelHealth {
    let overview = app.tasks.overview().await.unwrap();
    let [model] = <[_; 1]>::try_from(overview.models).expect("one model");
    model
}

async fn reads_to_end(app: &App, person: Person, task_id: TaskId) {
    app.read(person, task_id).await.reads_to_end().await;
}

#[tokio::test(start_paused = true)]
async fn a_model_is_as_well_as_its_last_call() {
    let (app, model) = paused(1, true).await;
    let guest = app.guest().await;
    let before = health(&app).await;
    assert_eq!((before.state, before.calls), (ModelState::Unasked, 0));
    assert_eq!((before.first_token, before.last_failure), (None, None));

    for seconds in [[2, 10], [4, 10], [3, 10]] {
        let task_id = app.ask(guest).await;
        let call = model.call().await;
        assert_eq!(health(&app).await.open_calls, 1);
        writes(&call, seconds).await;
        reads_to_end(&app, guest, task_id).await;
    }
    let well = health(&app).await;
    assert_eq!((well.state, well.calls), (ModelState::Working, 3));
    assert_eq!(well.open_calls, 0);
    let median = |latency: Option<Latency>| latency.expect("some ended well").median_ms / 1000;
    assert_eq!((median(well.first_token), median(well.whole)), (3, 13));
    assert!(well.tokens_per_second.is_some_and(|pace| pace > 0.0));

    let task_id = app.ask(guest).await;
    model.call().await.does(Does::Fails);
    reads_to_end(&app, guest, task_id).await;
    let ill = health(&app).await;
    assert_eq!((ill.state, ill.calls), (ModelState::Failing, 4));
    assert_eq!(ill.failures.get("cut_off"), Some(&1), "{ill:?}");
    assert_eq!(ill.last_failure.expect("it failed").kind, "cut_off");
    assert_eq!(
        ill.whole, well.whole,
        "what failed says nothing of its pace"
    );

    let task_id = app.ask(guest).await;
    let call = model.call().await;
    app.tasks.cancel(guest.account_id, task_id).await.unwrap();
    call.dropped().await;
    let left = async { while health(&app).await.open_calls > 0 {} };
    soon("the end of the call", left).await;
    let left = health(&app).await;
    assert_eq!((left.broken_off, left.state), (1, ModelState::Failing));
}

#[tokio::test(start_paused = true)]
async fn what_happened_is_counted_once() {
    let (app, model) = paused(1, false).await;
    let guest = app.guest().await;
    let task_id = app.ask(guest).await;
    let call = model.call().await;
    writes(&call, [2, 6]).await;
    reads_to_end(&app, guest, task_id).await;
    let task_id = app.ask(guest).await;
    model.call().await.does(Does::Fails);
    reads_to_end(&app, guest, task_id).await;
    let task_id = app.ask(guest).await;
    let _call = model.call().await;
    for _ in 0..2 {
        app.tasks.cancel(guest.account_id, task_id).await.unwrap();
    }
    let counts = app.tasks.pulse().await.unwrap().since_start;
    assert_eq!(counts.accepted, 3);
    for status in [Status::Completed, Status::Failed, Status::Cancelled] {
        assert_eq!(counts.ended_as(status), 1, "{status:?}");
    }
    assert_eq!(counts.failures.get("models_failed"), Some(&1));
    assert_eq!(counts.origins.get("model"), Some(&1));
    assert_eq!(counts.first_token.all(), (1, 2_000));
    assert_eq!(counts.total.all(), (1, 8_000));
    assert!(counts.pieces > 0);
}

#[tokio::test(start_paused = true)]
async fn tasks_are_listed_by_what_they_do_and_whose_they_are() {
    let (app, model) = paused(1, true).await;
    let temple = app.key_holder("temple").await;
    let guest = app.guest().await;
    let vouched = Vouched {
        issuer: "https://login.example".to_owned(),
        subject: "mei@example".to_owned(),
        scopes: vec![Scope::Ask],
        until: Timestamp::now() + Duration::from_secs(3600),
        signed_with: "a key".to_owned(),
    };
    let mei = Person {
        account_id: app.accounts.vouched(vouched).await.unwrap().account_id,
        is_guest: false,
    };
    let running = app.ask(temple).await;
    let _call = model.call().await;
    let waiting = [app.ask(guest).await, app.ask(mei).await];
    sleep(Duration::from_secs(90)).await;
    let now = app.tasks.now().await.unwrap();
    let [one] = now.running.as_slice() else {
        panic!("one is running: {now:?}");
    };
    assert_eq!((one.task_id, one.calls, one.attempts), (running, 1, 1));
    let name = "temple".to_owned();
    assert_eq!(one.asker, Asker::Account { name });
    assert_eq!(one.running_ms, Some(90_000));
    let ids: Vec<TaskId> = now.queued.iter().map(|task| task.task_id).collect();
    assert_eq!(ids, waiting, "the next one first");
    assert_eq!(now.queued[0].asker, Asker::Guest);
    assert_eq!(now.queued[1].asker, Asker::Person);
    assert_eq!(now.queued[1].waited_ms, 90_000);
    let overview = app.tasks.overview().await.unwrap();
    assert_eq!((overview.running, overview.queued), (1, 2));
    assert_eq!(overview.longest_wait_ms, Some(90_000));
    let said = serde_json::to_string(&(now, overview)).unwrap();
    for secret in [QUESTION, "mei@example"] {
        assert!(!said.contains(secret), "{said}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_operator_ends_anybodys_task_once_and_it_is_recorded() {
    let (app, model) = paused(1, true).await;
    let guest = app.guest().await;
    let task_id = app.ask(guest).await;
    let call = model.call().await;
    for _ in 0..2 {
        let status = app.tasks.cancel_for_operator(task_id, "kc_1234").await;
        assert_eq!(status.unwrap(), Status::Cancelled);
    }
    call.dropped().await;
    let audit = app.accounts.audit(None, 10).await.unwrap();
    let [one] = audit.as_slice() else {
        panic!("it is recorded once: {audit:?}");
    };
    assert_eq!(
        (one.act.as_str(), one.actor.as_str()),
        ("task_cancelled", "kc_1234")
    );
    assert_eq!(one.object, task_id.to_string());
    app.tasks.erase(guest.account_id, task_id).await.unwrap();
    let gone = app.tasks.cancel_for_operator(task_id, "kc_1234").await;
    assert!(matches!(gone, Err(LookupError::NotFound)), "{gone:?}");
}

#[tokio::test]
async fn the_size_of_the_storage_is_told() {
    if !is_embedded("a server has its own figures of its disk") {
        return;
    }
    let app = App::start(0).await;
    let storage = app.tasks.overview().await.unwrap().storage;
    let file = app.path().join("kaucim.db").metadata().unwrap();
    assert_eq!(storage.database_bytes, Some(file.len()));
    assert!(storage.log_bytes.is_some());
    assert!(storage.free_bytes.is_some_and(|free| free > 0));
    let in_memory = Built::workers(0).start_in_memory().await;
    let storage = in_memory.tasks.overview().await.unwrap().storage;
    assert_eq!(storage.database_bytes, None);
}
