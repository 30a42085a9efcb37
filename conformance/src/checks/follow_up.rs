//! One more question about a reading: on its lot, one, and of one's own.

use anyhow::{Context, ensure};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    check::{Check, Outcome, held, skipped},
    scene::Scene,
    target::{Answer, Credential, task_path},
};

/// A task that nobody has.
const ABSENT: &str = "01900000-0000-7000-8000-000000000000";

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "follow_up.once",
        promise: "One more question about a completed reading is 202, a task of its own on its lot; a second is 409 follow_up_asked and names the first.",
        run: |scene| Box::pin(once(scene)),
    },
    Check {
        name: "follow_up.refused",
        promise: "About an unfinished reading it is 409 task_running, about a cancelled one 409 no_reading, about somebody else's 404.",
        run: |scene| Box::pin(refused(scene)),
    },
];

async fn ask_on(
    scene: &Scene,
    task_id: &str,
    who: &Credential,
    key: Option<&str>,
) -> anyhow::Result<Answer> {
    let path = task_path(task_id, "/follow-up");
    let body = json!({ "question": "And in which colour?", "language": "en" });
    let request = scene.target.request(Method::POST, &path, who).json(&body);
    let request = match key {
        Some(key) => request.header("Idempotency-Key", key),
        None => request,
    };
    scene.target.send(request).await
}

fn id_of(accepted: &Value) -> anyhow::Result<&str> {
    accepted["task_id"].as_str().context("no task_id")
}

async fn once(scene: &Scene) -> Outcome {
    // The document of the reading that other checks look at stays as it is.
    let (first, mine) = (scene.ask(json!({})).await?, &scene.target.key);
    let about = id_of(&first)?;
    let events = scene.follow(about, None).await?.rest().await?;
    if events.last().is_none_or(|end| end.name != "complete") {
        return skipped("a reading that could be followed did not come to its end");
    }
    let key = uuid::Uuid::now_v7().to_string();
    let answer = ask_on(scene, about, mine, Some(&key)).await?;
    answer.is(202)?;
    let accepted = answer.json()?;
    for field in ["status", "stream_url", "status_url", "cancel_url"] {
        ensure!(accepted[field].is_string(), "no `{field}` in {accepted}");
    }
    ensure!(accepted["lot"] == first["lot"], "another lot");
    ensure!(accepted["drawn"] == false, "a lot was drawn: {accepted}");
    let second = id_of(&accepted)?;
    let again = ask_on(scene, about, mine, Some(&key)).await?.json()?;
    ensure!(again == accepted, "{again} for {accepted}");
    for about in [about, second] {
        let refused = ask_on(scene, about, mine, None).await?;
        refused.is_refusal(409, "follow_up_asked")?;
        let named = refused.text_of("task_id")?;
        ensure!(named == second, "{named} is named, and not {second}");
    }
    let document = async |id: &str| -> anyhow::Result<Value> {
        scene.target.get(&task_path(id, "")).await?.json()
    };
    let follows = document(second).await?["follows"].take();
    ensure!(follows == *about, "`follows` is {follows}");
    let followed_by = document(about).await?["followed_by"].take();
    ensure!(followed_by == second, "`followed_by` is {followed_by}");
    scene.target.cancel(second).await?;
    held(format!("{second} follows {about}"))
}

async fn refused(scene: &Scene) -> Outcome {
    let key = &scene.target.key;
    let running = scene.ask(json!({})).await?;
    let running = id_of(&running)?;
    let refused = ask_on(scene, running, key, None).await?;
    let status = scene.target.cancel(running).await?;
    if status != "completed" {
        refused.is_refusal(409, "task_running")?;
        let again = ask_on(scene, running, key, None).await?;
        again.is_refusal(409, "no_reading")?;
    }
    let absent = ask_on(scene, ABSENT, key, None).await?;
    absent.is_refusal(404, "task_not_found")?;
    let Some(stranger) = scene.stranger().await else {
        return skipped("the server takes no guests; give --other-key of another account");
    };
    let first = &scene.finished().await?.task_id;
    let of_other = ask_on(scene, first, stranger, None).await?;
    of_other.is_refusal(404, "task_not_found")?;
    ensure!(of_other.json()? == absent.json()?, "{}", of_other.text);
    held("409 task_running, 409 no_reading, 404")
}
