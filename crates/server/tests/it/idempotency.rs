//! `Idempotency-Key`: a repeated request is the same request.

use std::num::NonZeroU32;

use kaucim_server::{Rates, Settings};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    app::{Setup, TestApp},
    user::{ASK, Answer, INTERPRET, User, answer, question},
};

const HANGS: &str = "會嗎？ [[sim fault=hang]]";

async fn ask_with_key(asker: &User, path: &str, key: &str, body: &Value) -> Answer {
    let request = asker
        .request(Method::POST, path)
        .header("idempotency-key", key);
    answer(request.json(body)).await
}

#[tokio::test]
async fn the_same_key_returns_the_first_answer() {
    let app = TestApp::start().await;
    let asker = app.key_holder("temple").await;
    let mut body = question(HANGS);
    body.as_object_mut()
        .expect("an object")
        .remove("fortune_number");
    let first = ask_with_key(&asker, ASK, "one", &body).await;
    assert_eq!(first.status, 202, "{}", first.body());
    for _ in 0..5 {
        let again = ask_with_key(&asker, ASK, "one", &body).await;
        assert_eq!(again.status, 202, "{}", again.body());
        assert_eq!(again.json(), first.json(), "even the lot that was drawn");
    }
    let other_key = ask_with_key(&asker, ASK, "two", &body).await;
    assert_ne!(other_key.json()["task_id"], first.json()["task_id"]);
    let other_account = app.key_holder("other temple").await;
    let other = ask_with_key(&other_account, ASK, "one", &body).await;
    assert_ne!(
        other.json()["task_id"],
        first.json()["task_id"],
        "keys are an account's own"
    );
    assert_eq!(asker.history().await.len(), 2);
}

#[tokio::test]
async fn the_same_key_with_another_body_is_422() {
    let app = TestApp::start().await;
    let asker = app.key_holder("temple").await;
    ask_with_key(&asker, ASK, "one", &question(HANGS)).await;
    let other = ask_with_key(&asker, ASK, "one", &question("那會嗎？")).await;
    other.assert_problem(422, "idempotency_mismatch");
    let unknown = json!({"deity_id": "nobody", "question": "會嗎？"});
    let other = ask_with_key(&asker, ASK, "one", &unknown).await;
    other.assert_problem(422, "idempotency_mismatch");
    assert_eq!(asker.history().await.len(), 1);
}

#[tokio::test]
async fn a_key_is_looked_at_before_any_limit() {
    let rates = Rates {
        per_guest: NonZeroU32::MIN,
        ..Rates::default()
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
    let guest = app.guest().await;
    let body = question(HANGS);
    let first = ask_with_key(&guest, ASK, "one", &body).await.json();
    let again = ask_with_key(&guest, ASK, "one", &body).await;
    assert_eq!(
        again.status,
        202,
        "neither the unfinished task nor the rate counts: {}",
        again.body()
    );
    assert_eq!(again.json()["task_id"], first["task_id"]);
}

#[tokio::test]
async fn asking_and_interpreting_share_their_keys() {
    let app = TestApp::start().await;
    let guest = app.guest().await;
    let body = question("會嗎？");
    let accepted = ask_with_key(&guest, ASK, "one", &body).await.json();
    let first = ask_with_key(&guest, INTERPRET, "one", &body).await;
    let again = ask_with_key(&guest, INTERPRET, "one", &body).await;
    assert_eq!(first.status, 200, "{}", first.body());
    assert_eq!(first.json()["task_id"], accepted["task_id"]);
    assert_eq!(again.json(), first.json());
    assert_eq!(guest.history().await.len(), 1);
    assert_eq!(app.sim.calls().len(), 1, "it was written once");
}

#[tokio::test]
async fn many_at_once_are_one() {
    let app = TestApp::start().await;
    let asker = app.key_holder("temple").await;
    let body = question(HANGS);
    let all = (0..16).map(|_| ask_with_key(&asker, ASK, "one", &body));
    let all = futures::future::join_all(all).await;
    for answer in &all {
        assert_eq!(answer.status, 202, "{}", answer.body());
        assert_eq!(answer.json()["task_id"], all[0].json()["task_id"]);
    }
    assert_eq!(asker.history().await.len(), 1);
}

#[tokio::test]
async fn a_key_is_1_to_255_visible_characters() {
    let app = TestApp::start().await;
    let asker = app.key_holder("temple").await;
    for key in ["", &"k".repeat(256)] {
        let answer = ask_with_key(&asker, ASK, key, &question(HANGS)).await;
        answer.assert_problem(422, "invalid_request");
    }
    let request = asker.request(Method::POST, ASK).json(&question(HANGS));
    let answer = answer(request.header("idempotency-key", "鑰".as_bytes())).await;
    answer.assert_problem(422, "invalid_request");
    assert!(asker.history().await.is_empty(), "nothing is stored");
    let longest = ask_with_key(&asker, ASK, &"k".repeat(255), &question(HANGS)).await;
    assert_eq!(longest.status, 202, "{}", longest.body());
}
