//! Reports of bad readings over HTTP: by their owners, within a rate, for the operator to read.

use std::num::NonZeroU32;

use kaucim_server::{Rates, Settings};
use serde_json::{Value, json};

use crate::{
    app::{Setup, TestApp},
    user::{User, task_path},
};

const REPORTS: &str = "/api/v1/admin/reports";

fn report_path(task_id: &str) -> String {
    format!("{}/report", task_path(task_id))
}

async fn read(user: &User, question: &str) -> String {
    let task_id = user.ask(question).await;
    user.finished(&task_id).await;
    task_id
}

#[tokio::test]
async fn a_bad_reading_is_reported_to_the_operator() {
    let app = TestApp::start().await;
    let (guest, operator) = (app.guest().await, app.operator().await);
    let task_id = read(&guest, "我能和阿明復合嗎？").await;
    let path = report_path(&task_id);
    let body = json!({ "reason": "與籤詩的意思相反" });
    let told = guest.post(&path, Some(&body)).await;
    assert_eq!(told.status, 200, "{}", told.body());
    assert_eq!(told.json()["reason"], "與籤詩的意思相反");
    assert_eq!(told.json()["with_reading"], false);
    assert_eq!(guest.task(&task_id).await["report"], told.json());

    let listed = operator.get(REPORTS).await;
    assert_eq!(listed.status, 200, "{}", listed.body());
    assert!(!listed.body().contains("阿明"), "{}", listed.body());
    let entry = listed.json()["reports"][0].clone();
    assert_eq!(entry["task_id"], task_id.as_str());
    assert_eq!(entry["reason"], "與籤詩的意思相反");
    assert_eq!(
        (&entry["deity_id"], &entry["fortune_number"]),
        (&json!("yue_lao"), &json!(7))
    );
    assert_eq!(entry["model"]["name"], "sim", "{entry}");
    assert_eq!(entry["reading"], Value::Null);

    let body = json!({ "with_reading": true });
    let changed = guest.post(&path, Some(&body)).await.json();
    assert_eq!(changed["reason"], Value::Null, "it is changed as a whole");
    let listed = operator.get(REPORTS).await.json();
    let reports = listed["reports"].as_array().expect("a list");
    assert_eq!(reports.len(), 1, "one a reading: {listed}");
    assert_eq!(reports[0]["reading"]["question"], "我能和阿明復合嗎？");
    guest.erase(&task_id).await;
    assert_eq!(operator.get(REPORTS).await.json()["reports"], json!([]));
}

#[tokio::test]
async fn only_its_owner_reports_a_reading_and_only_a_finished_one() {
    let app = TestApp::start().await;
    let (guest, other) = (app.guest().await, app.guest().await);
    let task_id = guest.ask("會嗎？ [[sim fault=stall@60]]").await;
    let path = report_path(&task_id);
    let body = json!({});
    let running = guest.post(&path, Some(&body)).await;
    let problem = running.assert_problem(409, "task_running");
    assert_eq!(problem["task_id"], task_id.as_str());
    guest.cancel(&task_id).await;
    let refused = other.post(&path, Some(&body)).await;
    refused.assert_problem(404, "task_not_found");
    assert_eq!(guest.post(&path, Some(&body)).await.status, 200);
    let long = json!({ "reason": "籤".repeat(501) });
    let refused = guest.post(&path, Some(&long)).await;
    refused.assert_problem(422, "invalid_request");
    for user in [guest, app.key_holder("temple").await] {
        user.get(REPORTS).await.assert_problem(403, "scope_missing");
    }
    app.nobody()
        .get(REPORTS)
        .await
        .assert_problem(401, "unauthenticated");
}

#[tokio::test]
async fn reports_have_a_rate_and_pages() {
    let rates = Rates {
        per_guest: NonZeroU32::new(2).expect("two"),
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
    let operator = app.operator().await;
    let mut reported = Vec::new();
    for _ in 0..3 {
        let guest = app.guest().await;
        let task_id = read(&guest, "會嗎？").await;
        let path = report_path(&task_id);
        for status in [200, 200, 429] {
            let answer = guest.post(&path, Some(&json!({}))).await;
            assert_eq!(answer.status, status, "{}", answer.body());
        }
        reported.insert(0, task_id);
    }
    let page = operator.get(&format!("{REPORTS}?limit=2")).await.json();
    let next = page["next"].as_i64().expect("there is more");
    let rest = operator
        .get(&format!("{REPORTS}?cursor={next}"))
        .await
        .json();
    assert_eq!(rest["next"], Value::Null);
    let pages = [&page, &rest].map(|page| page["reports"].as_array().expect("a list").clone());
    let ids: Vec<Value> = pages
        .concat()
        .iter()
        .map(|one| one["task_id"].clone())
        .collect();
    assert_eq!(json!(ids), json!(reported), "the newest first");
}
