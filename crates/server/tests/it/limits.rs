//! How much one may have at once, and how often one may ask.

use std::num::NonZeroU32;

use kaucim_server::{Rates, Settings};
use kaucim_tasks::Limits;
use serde_json::json;

use crate::{
    app::{Setup, TestApp, soon},
    user::{ASK, Answer, User, question, stream_path},
};

const HANGS: &str = "會嗎？ [[sim fault=hang]]";

async fn ask(asker: &User, end_user: Option<&str>) -> Answer {
    let mut body = question(HANGS);
    body["end_user"] = json!(end_user);
    asker.post(ASK, Some(&body)).await
}

#[track_caller]
fn assert_waits(answer: &Answer, code: &str) {
    let problem = answer.assert_problem(429, code);
    let seconds: u64 = answer.header("retry-after").parse().expect("seconds");
    assert!(seconds > 0, "it says when to come back");
    assert_eq!(problem["retry_after"], seconds);
}

#[tokio::test]
async fn a_guest_has_one_unfinished_reading() {
    let app = TestApp::start().await;
    let guest = app.guest().await;
    let task_id = guest.ask(HANGS).await;
    let problem = ask(&guest, None).await.assert_problem(409, "task_running");
    assert_eq!(
        problem["task_id"],
        task_id.as_str(),
        "the running one is named"
    );
    // A guest has no customers to hide behind.
    ask(&guest, Some("someone"))
        .await
        .assert_problem(409, "task_running");
    app.guest().await.ask(HANGS).await;
    guest.cancel(&task_id).await;
    guest.ask(HANGS).await;
}

#[tokio::test]
async fn an_end_user_has_one_unfinished_reading() {
    let app = TestApp::start().await;
    let asker = app.key_holder("temple").await;
    let first = ask(&asker, Some("mei")).await.json();
    let problem = ask(&asker, Some("mei"))
        .await
        .assert_problem(409, "task_running");
    assert_eq!(problem["task_id"], first["task_id"]);
    assert_eq!(ask(&asker, Some("ling")).await.status, 202);
    assert_eq!(ask(&asker, None).await.status, 202);
    assert_eq!(ask(&asker, None).await.status, 202);
    let other = app.key_holder("other temple").await;
    assert_eq!(
        ask(&other, Some("mei")).await.status,
        202,
        "names are an account's own"
    );
}

#[tokio::test]
async fn an_account_has_so_many_unfinished_readings() {
    let limits = Limits {
        per_account: 3,
        ..Limits::default()
    };
    let app = TestApp::with(Setup {
        limits,
        ..Setup::default()
    })
    .await;
    let asker = app.key_holder("temple").await;
    let first = ask(&asker, None).await.json();
    assert_eq!(ask(&asker, Some("mei")).await.status, 202);
    assert_eq!(ask(&asker, None).await.status, 202);
    let problem = ask(&asker, Some("ling"))
        .await
        .assert_problem(409, "task_running");
    assert_eq!(problem["task_id"], first["task_id"], "the oldest is named");
    let same_account = User::with_key(&app, app.key_holder("temple").await.secret());
    ask(&same_account, None)
        .await
        .assert_problem(409, "task_running");
}

#[tokio::test]
async fn who_asks_too_often_is_told_when_to_come_back() {
    let two = NonZeroU32::MIN.saturating_add(1);
    let four = two.saturating_add(2);
    let rates = Rates {
        per_account: two,
        per_guest: two,
        per_address: four,
    };
    let server = Settings {
        rates: Some(rates),
        ..Settings::default()
    };
    let app = TestApp::with(Setup {
        server,
        ..Setup::default()
    })
    .await;
    let asker = app.key_holder("temple").await;
    assert_eq!(ask(&asker, None).await.status, 202);
    assert_eq!(ask(&asker, None).await.status, 202);
    assert_waits(&ask(&asker, None).await, "rate_limited");
    assert_eq!(asker.history().await.len(), 2, "nothing more is stored");

    // Two of the four of this address.
    let (one, other) = (app.guest().await, app.guest().await);
    for guest in [&one, &other] {
        let task_id = guest.ask(HANGS).await;
        guest.cancel(&task_id).await;
    }
    assert_waits(&ask(&one, None).await, "rate_limited");
    let session = app.nobody().post("/api/v1/session", None).await;
    assert_waits(&session, "rate_limited");
}

#[tokio::test]
async fn a_full_queue_takes_nothing_more() {
    let limits = Limits {
        queued: 1,
        ..Limits::default()
    };
    let app = TestApp::with(Setup {
        limits,
        workers: 1,
        ..Setup::default()
    })
    .await;
    let asker = app.key_holder("temple").await;
    let running = asker.ask(HANGS).await;
    soon(
        "the only worker to be busy",
        app.sim.until(|calls| calls.len() == 1),
    )
    .await;
    asker.ask(HANGS).await;
    assert_waits(&ask(&asker, None).await, "queue_full");
    assert_eq!(asker.history().await.len(), 2, "nothing more is stored");
    asker.cancel(&running).await;
    soon(
        "the next to be taken up",
        app.sim.until(|calls| calls.len() == 2),
    )
    .await;
    assert_eq!(ask(&asker, None).await.status, 202, "there is room again");
}

#[tokio::test]
async fn an_account_has_so_many_open_streams() {
    let server = Settings {
        streams_per_account: 2,
        ..Settings::default()
    };
    let app = TestApp::with(Setup {
        server,
        ..Setup::default()
    })
    .await;
    let asker = app.key_holder("temple").await;
    let task_id = asker.ask(HANGS).await;
    let one = asker.follow(&task_id).await;
    let _two = asker.follow(&task_id).await;
    let path = stream_path(&task_id);
    assert_waits(&asker.get(&path).await, "too_many_streams");
    let other = app.key_holder("other temple").await;
    let others_task = other.ask(HANGS).await;
    other.follow(&others_task).await;
    drop(one);
    let free = async {
        loop {
            let request = asker.request(reqwest::Method::GET, &path).send().await;
            if request.expect("the server answers").status() == 200 {
                return;
            }
        }
    };
    soon("the closed stream to count no more", free).await;
}
