//! One more question about a reading, over HTTP.

use kaucim_tasks::Limits;
use serde_json::{Value, json};

use crate::{
    app::{Setup, TestApp},
    user::{Answer, User, answer, task_path},
};

const AGAIN: &str = "那我該先開口嗎？";

fn path(first: &str) -> String {
    format!("{}/follow-up", task_path(first))
}

async fn ask_on(asker: &User, first: &str, body: &Value) -> Answer {
    asker.post(&path(first), Some(body)).await
}

async fn accepted(asker: &User, first: &str) -> Value {
    let answer = ask_on(asker, first, &json!({ "question": AGAIN })).await;
    assert_eq!(answer.status, 202, "{}", answer.body());
    answer.json()
}

async fn read(asker: &User) -> String {
    let task_id = asker.ask("他還會回來嗎？").await;
    assert_eq!(asker.finished(&task_id).await["status"], "completed");
    task_id
}

fn id(accepted: &Value) -> &str {
    accepted["task_id"].as_str().expect("an id")
}

#[tokio::test]
async fn it_is_a_task_of_its_own_that_knows_the_first() {
    let app = TestApp::start().await;
    let asker = app.guest().await;
    let first = read(&asker).await;
    let accepted = accepted(&asker, &first).await;
    let second = id(&accepted);
    assert_eq!(accepted["status"], "queued");
    assert_eq!(
        (&accepted["drawn"], &accepted["already_drawn"]),
        (&json!(false), &json!(false))
    );
    assert_eq!(accepted["lot"], asker.task(&first).await["lot"]);
    let task = asker.finished(second).await;
    assert_eq!(task["status"], "completed");
    assert_eq!(task["follows"], first.as_str());
    assert_eq!(task["result"]["follows"], first.as_str());
    assert_eq!(task["language"], "zh", "that of the first");
    assert_eq!(task["sections"].as_array().map(Vec::len), Some(7));
    assert_eq!(asker.task(&first).await["followed_by"], second);
    let history = asker.history().await;
    assert_eq!(
        (&history[0]["follows"], &history[1]["follows"]),
        (&json!(first), &Value::Null)
    );
    let export = asker.get("/api/v1/account/export").await.json();
    assert_eq!(export["tasks"][0]["follows"], first.as_str());

    // The model was told of it: question and outcome.
    let calls = app.sim.calls();
    let asked = calls.last().expect("a call").request.to_string();
    assert!(
        asked.contains("<first>\\nquestion: 他還會回來嗎？\\n[conclusion] "),
        "{asked}"
    );
}

#[tokio::test]
async fn what_cannot_be_followed_is_refused_in_so_many_words() {
    let app = TestApp::start().await;
    let (asker, other) = (app.key_holder("temple").await, app.guest().await);
    let body = json!({ "question": AGAIN });
    let running = asker.ask("會嗎？ [[sim fault=hang]]").await;
    let problem = ask_on(&asker, &running, &body)
        .await
        .assert_problem(409, "task_running");
    assert_eq!(problem["task_id"], running.as_str());
    asker.cancel(&running).await;
    let problem = ask_on(&asker, &running, &body)
        .await
        .assert_problem(409, "no_reading");
    assert_eq!(problem["task_id"], running.as_str());
    assert!(problem["detail"].as_str().expect("a hint").contains("anew"));

    let first = read(&asker).await;
    let of_other = ask_on(&other, &first, &body).await;
    let absent = ask_on(&other, "01900000-0000-7000-8000-000000000000", &body).await;
    assert_eq!(
        of_other.assert_problem(404, "task_not_found"),
        absent.assert_problem(404, "task_not_found")
    );
    ask_on(&asker, "no-id", &body)
        .await
        .assert_problem(404, "task_not_found");

    let second = accepted(&asker, &first).await;
    for about in [first.as_str(), id(&second)] {
        let problem = ask_on(&asker, about, &body)
            .await
            .assert_problem(409, "follow_up_asked");
        assert_eq!(problem["task_id"], second["task_id"]);
    }
    for body in [
        json!({ "question": " " }),
        json!({ "question": "a".repeat(1001) }),
        json!({ "question": AGAIN, "language": "fr" }),
        json!({ "question": AGAIN, "context": { "a": "b".repeat(3000) } }),
        json!({}),
    ] {
        ask_on(&asker, &first, &body)
            .await
            .assert_problem(422, "invalid_request");
    }
    let nobody = app.nobody();
    ask_on(&nobody, &first, &body)
        .await
        .assert_problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_repeat_is_answered_as_the_first_time() {
    let app = TestApp::start().await;
    let asker = app.key_holder("temple").await;
    let (first, other) = (read(&asker).await, read(&asker).await);
    let send = async |about: &str, question: &str| {
        let request = asker.request(reqwest::Method::POST, &path(about));
        let request = request.header("idempotency-key", "once");
        answer(request.json(&json!({ "question": question }))).await
    };
    let accepted = send(&first, AGAIN).await.json();
    assert_eq!(send(&first, AGAIN).await.json(), accepted);
    asker.finished(id(&accepted)).await;
    assert_eq!(send(&first, AGAIN).await.json(), accepted);
    // Other words, and the same words about another reading, are other requests.
    send(&first, "何時？")
        .await
        .assert_problem(422, "idempotency_mismatch");
    send(&other, AGAIN)
        .await
        .assert_problem(422, "idempotency_mismatch");
}

#[tokio::test]
async fn rates_and_limits_are_those_of_questions() {
    let limits = Limits {
        per_guest: 1,
        ..Limits::default()
    };
    let app = TestApp::with(Setup {
        limits,
        ..Setup::default()
    });
    let app = app.await;
    let asker = app.guest().await;
    let first = read(&asker).await;
    let running = asker.ask("會嗎？ [[sim fault=hang]]").await;
    let body = json!({ "question": AGAIN });
    let problem = ask_on(&asker, &first, &body)
        .await
        .assert_problem(409, "task_running");
    assert_eq!(problem["task_id"], running.as_str());
    asker.cancel(&running).await;
    let mut last = None;
    for _ in 0..40 {
        let answer = ask_on(&asker, &running, &body).await;
        if answer.status == 429 {
            last = Some(answer);
            break;
        }
        answer.assert_problem(409, "no_reading");
    }
    last.expect("too many at once")
        .assert_problem(429, "rate_limited");
}

#[tokio::test]
async fn who_erases_the_first_erases_both_once_both_have_ended() {
    let app = TestApp::start().await;
    let asker = app.guest().await;
    let first = read(&asker).await;
    let body = json!({ "question": "那我該先開口嗎？ [[sim fault=hang]]" });
    let second = ask_on(&asker, &first, &body).await.json();
    let second = id(&second);
    let problem = asker
        .erase(&first)
        .await
        .assert_problem(409, "task_running");
    assert_eq!(problem["task_id"], second);
    asker.cancel(second).await;
    assert_eq!(asker.erase(&first).await.status, 204);
    for gone in [first.as_str(), second] {
        asker
            .get(&task_path(gone))
            .await
            .assert_problem(404, "task_not_found");
    }
    assert_eq!(asker.history().await, [] as [Value; 0]);
}

#[tokio::test]
async fn a_restarted_server_goes_on_with_it() {
    let app = TestApp::start().await;
    let asker = app.guest().await;
    let first = read(&asker).await;
    let body = json!({ "question": format!("{AGAIN} [[sim rate=40]]") });
    let second = ask_on(&asker, &first, &body).await.json();
    let mut reader = asker.follow(id(&second)).await;
    reader
        .until(|event| event.name == "section_completed")
        .await;
    let app = app.restart().await;
    let asker = asker.at(&app);
    let task = asker.finished(id(&second)).await;
    assert_eq!(
        (&task["status"], &task["follows"]),
        (&json!("completed"), &json!(first))
    );
    let calls = app.sim.calls();
    for call in &calls[calls.len() - 2..] {
        assert!(call.request.to_string().contains("<first>\\nquestion: "));
    }
}
