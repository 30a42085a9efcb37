//! Asking and waiting: the same task, in one piece.

use std::{pin::pin, time::Duration};

use kaucim_server::Settings;

use crate::{
    app::{Setup, TestApp, soon},
    user::{INTERPRET, question},
};

const HANGS: &str = "會嗎？ [[sim fault=hang]]";

#[tokio::test]
async fn the_answer_is_the_result_of_the_task() {
    let app = TestApp::start().await;
    let asker = app.guest().await;
    let answer = asker
        .post(INTERPRET, Some(&question("這段感情會有結果嗎？")))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.body());
    let result = answer.json();
    assert_eq!(result["sections"].as_array().map(Vec::len), Some(7));
    assert_eq!(result["question"], "這段感情會有結果嗎？");
    let task = asker
        .task(result["task_id"].as_str().expect("a task"))
        .await;
    assert_eq!(task["result"], result);
    assert_eq!(task["status"], "completed");
}

#[tokio::test]
async fn what_takes_longer_is_answered_with_the_task() {
    let interpret_wait = Duration::from_millis(100);
    let server = Settings {
        interpret_wait,
        ..Settings::default()
    };
    let app = TestApp::with(Setup {
        server,
        ..Setup::default()
    })
    .await;
    let asker = app.guest().await;
    let answer = asker.post(INTERPRET, Some(&question(HANGS))).await;
    assert_eq!(answer.status, 202, "{}", answer.body());
    let task = answer.json();
    for member in [
        "task_id",
        "status",
        "progress",
        "created_at",
        "lot",
        "last_event_id",
    ] {
        assert!(!task[member].is_null(), "`{member}` is told: {task}");
    }
    assert!(task["result"].is_null(), "there is none yet: {task}");
    let task_id = task["task_id"].as_str().expect("a task");
    let again = asker.post(INTERPRET, Some(&question(HANGS))).await;
    let problem = again.assert_problem(409, "task_running");
    assert_eq!(problem["task_id"], task_id, "the same limits hold");
    assert_eq!(
        asker.cancel(task_id).await.status,
        200,
        "it is a task as any other"
    );
}

#[tokio::test]
async fn who_waits_is_told_of_a_cancel() {
    let app = TestApp::start().await;
    let asker = app.guest().await;
    let body = question(HANGS);
    let waiting = asker.post(INTERPRET, Some(&body));
    let cancelling = async {
        soon(
            "the model to be asked",
            app.sim.until(|calls| calls.len() == 1),
        )
        .await;
        let history = asker.history().await;
        let task_id = history[0]["task_id"].as_str().expect("a task");
        asker.cancel(task_id).await;
        task_id.to_owned()
    };
    let (answer, task_id) = futures::future::join(waiting, cancelling).await;
    let problem = answer.assert_problem(409, "task_cancelled");
    assert_eq!(problem["task_id"], task_id.as_str());
}

#[tokio::test]
async fn who_waits_with_a_key_that_is_revoked_is_told_nothing_more() {
    let app = TestApp::with(Setup {
        server: Settings {
            streams_per_account: 1,
            ..Settings::default()
        },
        ..Setup::default()
    })
    .await;
    let asker = app.key_holder("temple").await;
    let body = question(HANGS);
    let waiting = asker.post(INTERPRET, Some(&body));
    let revoking = async {
        let asked = app.sim.until(|calls| calls.len() == 1);
        soon("the model to be asked", asked).await;
        // Who waits for the whole has a stream open.
        let another = asker.post(INTERPRET, Some(&body)).await;
        another.assert_problem(429, "too_many_streams");
        let revoked = app.accounts.revoke_key(asker.secret(), "a test").await;
        revoked.expect("it is found");
    };
    let (answer, ()) = futures::future::join(waiting, revoking).await;
    answer.assert_problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_reading_that_fails_says_so() {
    let reading = kaucim_fortune::Settings {
        classic: false,
        ..kaucim_fortune::Settings::default()
    };
    let app = TestApp::with(Setup {
        reading,
        ..Setup::default()
    })
    .await;
    let asker = app.guest().await;
    let answer = asker
        .post(INTERPRET, Some(&question("會嗎？ [[sim fault=400]]")))
        .await;
    let problem = answer.assert_problem(502, "reading_failed");
    let task = asker
        .task(problem["task_id"].as_str().expect("a task"))
        .await;
    assert_eq!(task["status"], "failed");
}

#[tokio::test]
async fn who_goes_away_cancels_nothing() {
    let app = TestApp::start().await;
    let asker = app.guest().await;
    {
        let body = question("會嗎？ [[sim rate=800]]");
        let waiting = pin!(asker.post(INTERPRET, Some(&body)));
        let asked = pin!(
            app.sim
                .until(|calls| calls.iter().any(|call| call.tokens_sent > 20))
        );
        let first = futures::future::select(waiting, asked);
        let first = soon("the model to write", first).await;
        assert!(
            matches!(first, futures::future::Either::Right(_)),
            "it takes a while"
        );
    }
    let history = asker.history().await;
    let task = asker
        .finished(history[0]["task_id"].as_str().expect("a task"))
        .await;
    assert_eq!(task["status"], "completed");
    assert_eq!(app.sim.calls().len(), 1, "it was written at once");
}
