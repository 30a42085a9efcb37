//! Cancelling: the first terminal event wins, and nothing follows it.

use anyhow::{Context, ensure};
use serde_json::json;

use crate::{
    check::{Check, Outcome, held, skipped},
    held::Held,
    scene::Scene,
    target::task_path,
};

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "cancel.running",
        promise: "Cancelling a running task ends its stream with cancelled, and nothing follows it.",
        run: |scene| Box::pin(running(scene)),
    },
    Check {
        name: "cancel.again",
        promise: "Cancelling is idempotent: always 200, with the final status.",
        run: |scene| Box::pin(again(scene)),
    },
    Check {
        name: "cancel.finished",
        promise: "Cancelling what is finished changes nothing and says completed.",
        run: |scene| Box::pin(finished(scene)),
    },
    Check {
        name: "cancel.not_by_leaving",
        promise: "A reader that goes away cancels nothing.",
        run: |scene| Box::pin(not_by_leaving(scene)),
    },
];

async fn running(scene: &Scene) -> Outcome {
    let accepted = scene.ask(json!({})).await?;
    let task_id = accepted["task_id"].as_str().context("no task_id")?;
    let mut stream = scene.follow(task_id, None).await?;
    let mut seen = Held::default();
    let mut status = None;
    while let Some(event) = stream.next().await? {
        seen.take(&event)?;
        let is_written = matches!(event.name.as_str(), "llm_streaming" | "section_completed");
        if is_written && status.is_none() && seen.end.is_none() {
            status = Some(scene.target.cancel(task_id).await?);
        }
    }
    let end = seen.end.context("the body ends without a terminal event")?;
    let Some(status) = status else {
        return skipped("the reading was finished before it could be cancelled");
    };
    let named = match end.name.as_str() {
        "complete" => "completed",
        "error" => "failed",
        other => other,
    };
    ensure!(
        named == status,
        "the stream ends with {}, and cancelling said {status}",
        end.name
    );
    let document = scene.target.get(&task_path(task_id, "")).await?;
    ensure!(
        document.text_of("status")? == status,
        "the document says {}",
        document.text
    );
    seen_in(&document.json()?, &seen.sealed)?;
    if status != "cancelled" {
        return skipped("the reading was finished before it could be cancelled");
    }
    held(format!(
        "cancelled amid the text, {} sections stay",
        seen.sealed.len()
    ))
}

/// What was sealed stays.
fn seen_in(
    document: &serde_json::Value,
    sealed: &std::collections::BTreeMap<u64, String>,
) -> anyhow::Result<()> {
    let sections = document["sections"].as_array().context("no sections")?;
    for (index, text) in sealed {
        let stays = sections
            .iter()
            .any(|section| section["index"] == *index && section["text"] == **text);
        ensure!(
            stays,
            "section {index} was sealed, and is not in the document"
        );
    }
    Ok(())
}

async fn again(scene: &Scene) -> Outcome {
    let accepted = scene.ask(json!({})).await?;
    let task_id = accepted["task_id"].as_str().context("no task_id")?;
    let first = scene.target.cancel(task_id).await?;
    for _ in 0..2 {
        let status = scene.target.cancel(task_id).await?;
        ensure!(status == first, "first {first}, then {status}");
    }
    let events = scene.follow(task_id, None).await?.rest().await?;
    Held::of(&events)?;
    let ends = events.iter().filter(|event| event.is_end()).count();
    ensure!(ends == 1, "{ends} ends after three cancellations");
    held(format!("{first}, three times"))
}

async fn finished(scene: &Scene) -> Outcome {
    let finished = scene.finished().await?;
    let before = scene.target.get(&task_path(&finished.task_id, "")).await?;
    let status = scene.target.cancel(&finished.task_id).await?;
    ensure!(status == "completed", "it says {status}");
    let after = scene.target.get(&task_path(&finished.task_id, "")).await?;
    ensure!(before.json()? == after.json()?, "the document has changed");
    held("completed")
}

async fn not_by_leaving(scene: &Scene) -> Outcome {
    let accepted = scene.ask(json!({})).await?;
    let task_id = accepted["task_id"].as_str().context("no task_id")?;
    let mut stream = scene.follow(task_id, None).await?;
    let mut last = String::new();
    while let Some(event) = stream.next().await? {
        last = event.id.clone().unwrap_or(last);
        if matches!(event.name.as_str(), "llm_streaming" | "section_completed") {
            break;
        }
    }
    drop(stream);
    let rest = scene.follow(task_id, Some(&last)).await?.rest().await?;
    let end = rest.last().context("nothing follows")?;
    ensure!(end.name == "complete", "it ends with {}", end.data);
    held("the only reader left, and the reading was completed")
}
