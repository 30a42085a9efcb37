//! What an operator sees and does: how the service does, its tasks, what was done, and nothing of
//! what was asked.

use kaucim_tasks::{KeyTerms, Scope};
use serde_json::{Value, json};

use crate::{
    app::{Setup, TestApp, soon},
    user::User,
};

const OVERVIEW: &str = "/api/v1/admin/overview";
const AUDIT: &str = "/api/v1/admin/audit";
const HISTORY: &str = "/api/v1/admin/history";
const TASKS: &str = "/api/v1/admin/tasks";
const STALLS: &str = "我能和阿明復合嗎？ [[sim fault=stall@60]]";

/// Asks until the answer is as wished, and returns that.
async fn until(who: &User, path: &str, wished: impl Fn(&Value) -> bool) -> Value {
    let met = async {
        loop {
            let answer = who.get(path).await;
            assert_eq!(answer.status, 200, "{path}: {}", answer.body());
            assert!(!answer.body().contains("阿明"), "{path}: {}", answer.body());
            let value = answer.json();
            if wished(&value) {
                return value;
            }
        }
    };
    soon(path, met).await
}

#[tokio::test]
async fn the_overview_tells_how_readings_went_and_not_what_they_said() {
    let app = TestApp::start().await;
    let (temple, operator) = (app.key_holder("temple").await, app.operator().await);
    let task_id = temple.ask("我能和阿明復合嗎？").await;
    let task = temple.finished(&task_id).await;
    let running = temple.ask("會嗎？ [[sim fault=stall@60]]").await;
    let _reader = temple.follow(&running).await;
    let overview = operator.get(OVERVIEW).await;
    assert_eq!(overview.status, 200, "{}", overview.body());
    assert!(!overview.body().contains("阿明"), "{}", overview.body());
    let overview = overview.json();
    assert_eq!(overview["readers"], 1);
    assert_eq!(overview["readings"]["tasks"]["completed"], 1);
    assert_eq!(overview["readings"]["lately"]["origins"]["model"], 1);
    let model = &overview["readings"]["lately"]["models"]["openai:sim"];
    assert_eq!(model["readings"], 1, "{overview}");
    assert_eq!(model["total_ms"], task["result"]["timings"]["total_ms"]);
    assert_eq!(overview["readings"]["spent_today"][1]["readings"], 2);
    assert_eq!(overview["draining"], json!(false));
}

#[tokio::test]
async fn the_audit_is_read_page_by_page_and_names_no_secret() {
    let app = TestApp::start().await;
    let operator = app.operator().await;
    let mut keys = Vec::new();
    for name in ["one", "two", "three"] {
        keys.push(app.key_holder(name).await);
    }
    app.accounts
        .revoke_key("two", "a test")
        .await
        .expect("it is found");
    let first = operator.get(&format!("{AUDIT}?limit=2")).await;
    let page = first.json();
    let acts = |page: &Value| -> Vec<String> {
        let entries = page["entries"].as_array().expect("a list").iter();
        entries
            .map(|entry| entry["act"].as_str().expect("an act").to_owned())
            .collect()
    };
    assert_eq!(acts(&page), ["key_revoked", "key_created"]);
    let next = page["next"].as_i64().expect("there is more");
    let rest = operator.get(&format!("{AUDIT}?cursor={next}")).await;
    assert_eq!(acts(&rest.json()), ["key_created"; 3]);
    assert!(rest.json()["next"].is_null());
    for key in &keys {
        assert!(!(first.body() + &rest.body()).contains(key.secret()));
    }
    for path in [OVERVIEW, AUDIT, HISTORY, TASKS] {
        app.key_holder("one")
            .await
            .get(path)
            .await
            .assert_problem(403, "scope_missing");
        app.guest()
            .await
            .get(path)
            .await
            .assert_problem(403, "scope_missing");
    }
    let admin_alone = KeyTerms {
        scopes: vec![Scope::Admin],
        ..KeyTerms::named("figures")
    };
    let figures = app.holder_of(admin_alone).await;
    assert_eq!(figures.get(OVERVIEW).await.status, 200);
    figures
        .get("/api/v1/async-chat/history")
        .await
        .assert_problem(403, "scope_missing");
}

#[tokio::test]
async fn tasks_are_shown_by_what_they_do_and_never_by_what_they_say() {
    let app = TestApp::with(Setup {
        workers: 1,
        reading: kaucim_fortune::Settings {
            classic: false,
            ..kaucim_fortune::Settings::default()
        },
        ..Setup::default()
    })
    .await;
    let (temple, operator) = (app.key_holder("temple").await, app.operator().await);
    let guest = app.guest().await;
    let broken = temple.ask("我能和阿明復合嗎？ [[sim fault=401]]").await;
    let end = temple.finished(&broken).await;
    assert_eq!(end["error"]["code"], "models_failed");
    let running = temple.ask(STALLS).await;
    let waiting = guest.ask(STALLS).await;
    let is_writing = |now: &Value| now["running"][0]["phase"] == "writing";
    let now = until(&operator, TASKS, is_writing).await;
    assert_eq!(now["running"][0]["task_id"], running.as_str());
    let asker = json!({ "kind": "account", "name": "temple" });
    assert_eq!(now["running"][0]["asker"], asker);
    assert_eq!(now["queued"][0]["task_id"], waiting.as_str());
    assert_eq!(now["queued"][0]["asker"], json!({ "kind": "guest" }));
    assert_eq!(now["failed"][0]["task_id"], broken.as_str());
    assert_eq!(now["failed"][0]["code"], "models_failed");
    let overview = operator.get(OVERVIEW).await.json();
    let model = &overview["readings"]["models"][0];
    assert_eq!(model["model"], "openai:sim", "{overview}");
    assert_eq!(model["state"], "failing", "the last call that ended");
    assert_eq!(model["last_failure"]["kind"], "refused");
    assert_eq!(model["last_failure"]["status"], 401);
    assert_eq!(model["open_calls"], 1);
    assert_eq!(overview["readings"]["queued"], 1);
    assert!(overview["readings"]["longest_wait_ms"].is_u64());
}

#[tokio::test]
async fn an_operator_cancels_what_is_not_theirs_and_reads_nothing_of_it() {
    let app = TestApp::start().await;
    let (guest, operator) = (app.guest().await, app.operator().await);
    let task_id = guest.ask(STALLS).await;
    let path = format!("{TASKS}/{task_id}/cancel");
    for _ in 0..2 {
        let answer = operator.post(&path, None).await;
        assert_eq!(answer.status, 200, "{}", answer.body());
        assert_eq!(
            answer.json(),
            json!({ "task_id": task_id, "status": "cancelled" })
        );
    }
    let task = guest.finished(&task_id).await;
    assert_eq!(task["status"], "cancelled", "the guest is told");
    let audit = operator.get(AUDIT).await.json();
    assert_eq!(audit["entries"][0]["act"], "task_cancelled");
    assert_eq!(audit["entries"][0]["object"], task_id.as_str());
    let label = &operator.secret()[..11];
    assert_eq!(audit["entries"][0]["actor"], label, "the key that did it");
    assert_ne!(
        audit["entries"][1]["act"], "task_cancelled",
        "recorded once"
    );
    let own = format!("/api/v1/async-chat/task/{task_id}");
    operator
        .get(&own)
        .await
        .assert_problem(404, "task_not_found");
    for id in ["x", "01900000-0000-7000-8000-000000000000"] {
        let never = operator.post(&format!("{TASKS}/{id}/cancel"), None).await;
        never.assert_problem(404, "task_not_found");
    }
}

#[tokio::test]
async fn the_last_hour_is_a_list_for_each_figure() {
    let app = TestApp::start().await;
    let operator = app.operator().await;
    let hour = until(&operator, HISTORY, |hour| hour["until"].is_string()).await;
    assert_eq!(hour["every_seconds"], 10);
    let lists = hour.as_object().expect("an object").iter();
    let lists: Vec<_> = lists
        .filter_map(|(name, value)| Some((name, value.as_array()?)))
        .collect();
    assert!(lists.len() >= 9, "{hour}");
    let length = lists[0].1.len();
    for (name, list) in lists {
        assert_eq!(list.len(), length, "{name} is as long as the others");
    }
}

#[tokio::test]
async fn every_metric_is_documented_and_has_the_meaning_of_the_page() {
    let app = TestApp::start().await;
    let (temple, operator) = (app.key_holder("temple").await, app.operator().await);
    let task_id = temple.ask("會嗎？").await;
    temple.finished(&task_id).await;
    let broken = temple.ask("會嗎？ [[sim fault=401]]").await;
    temple.finished(&broken).await;
    let text = operator.get("/metrics").await.body();
    let overview = operator.get(OVERVIEW).await.json();
    let readings = &overview["readings"];
    for figure in [
        format!("kaucim_workers {}", readings["workers"]),
        "kaucim_accepted_total 2".to_owned(),
        "kaucim_ended_total{status=\"completed\"} 2".to_owned(),
        "kaucim_readings_total{origin=\"classic\"} 1".to_owned(),
        "kaucim_fallbacks_total{code=\"classic_filled\"} 1".to_owned(),
        "kaucim_model_up{model=\"openai:sim\"} 0".to_owned(),
        "kaucim_model_calls_total{model=\"openai:sim\"} 2".to_owned(),
        "kaucim_model_failures_total{model=\"openai:sim\",kind=\"refused\"} 1".to_owned(),
        "kaucim_first_token_seconds_count 1".to_owned(),
        "kaucim_model_call_seconds_bucket{model=\"openai:sim\",le=\"+Inf\"} 1".to_owned(),
        "kaucim_queue_oldest_seconds 0".to_owned(),
        "kaucim_failed_commits_total 0".to_owned(),
    ] {
        assert!(
            text.lines().any(|line| line == figure),
            "{figure} is missing in {text}"
        );
    }
    assert_eq!(readings["since_start"]["accepted"], 2);
    assert_eq!(readings["models"][0]["failures"]["refused"], 1);
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/admin.md");
    let document = std::fs::read_to_string(path).expect("the document");
    let mut last = String::new();
    for line in text.lines() {
        if let Some(about) = line.strip_prefix("# HELP ") {
            last = about.split(' ').next().unwrap_or_default().to_owned();
            assert!(
                document.contains(&format!("`{last}`")),
                "docs/admin.md tells of {last}"
            );
        } else if !line.starts_with('#') {
            assert!(line.starts_with(&last), "{line} belongs to {last}");
            let value = line.rsplit(' ').next().expect("a value");
            assert!(value.parse::<f64>().is_ok(), "{line}");
        }
    }
}

#[tokio::test]
async fn the_page_of_operators_is_found_by_no_search_and_can_be_switched_off() {
    let app = TestApp::start().await;
    let page = app.nobody().get("/admin").await;
    assert_eq!(page.status, 200);
    assert_eq!(page.header("x-robots-tag"), "noindex, nofollow");
    assert!(
        page.header("content-security-policy")
            .contains("default-src 'none'")
    );
    assert!(!page.header("content-security-policy").contains("unsafe"));
    for inline in ["<style", " style=", " onclick=", "<script>"] {
        assert!(!page.body().contains(inline), "{inline}");
    }
    let worker = app.nobody().get("/sw.js").await.body();
    assert!(!worker.contains("admin"), "no visitor's device keeps it");
    let off = TestApp::with(Setup {
        server: kaucim_server::Settings {
            admin_page: false,
            ..kaucim_server::Settings::default()
        },
        ..Setup::default()
    })
    .await;
    off.nobody()
        .get("/admin")
        .await
        .assert_problem(404, "not_found");
}
