//! The task as one document, the history, waiting for the whole, erasing, and the open routes.

use anyhow::{Context, ensure};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    check::{Check, Outcome, held, skipped},
    scene::Scene,
    target::{Credential, stream_path, task_path},
};

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "documents.task",
        promise: "The task document has status, times, lot, sections and result, as the stream had them.",
        run: |scene| Box::pin(task(scene)),
    },
    Check {
        name: "documents.last_event_id",
        promise: "last_event_id of the document is a cursor behind everything that is kept.",
        run: |scene| Box::pin(last_event_id(scene)),
    },
    Check {
        name: "documents.history",
        promise: "The history has the caller's tasks, newest first, page by page without overlap.",
        run: |scene| Box::pin(history(scene)),
    },
    Check {
        name: "documents.interpret",
        promise: "interpret answers 200 with the result in one piece, or after a minute 202 with the task.",
        run: |scene| Box::pin(interpret(scene)),
    },
    Check {
        name: "documents.erase",
        promise: "A running task cannot be erased (409); a finished one is gone for good, as if it had never been.",
        run: |scene| Box::pin(erase(scene)),
    },
    Check {
        name: "documents.open_routes",
        promise: "Deities, lots, /healthz, /readyz and /openapi.json are open to anyone.",
        run: |scene| Box::pin(open_routes(scene)),
    },
];

async fn task(scene: &Scene) -> Outcome {
    let finished = scene.finished().await?;
    let document = scene.target.get(&task_path(&finished.task_id, "")).await?;
    document.is(200)?;
    let document = document.json()?;
    ensure!(
        document["status"] == "completed",
        "the status is {}",
        document["status"]
    );
    ensure!(
        document["progress"] == 100,
        "the progress is {}",
        document["progress"]
    );
    for field in ["created_at", "started_at", "finished_at"] {
        let time = document[field].as_str().unwrap_or_default();
        ensure!(
            time.contains('T') && time.ends_with('Z'),
            "{field} is `{time}`"
        );
    }
    finished.held.is_that_of(&document["sections"])?;
    let end = finished.events.last().context("no event")?;
    ensure!(
        document["result"] == end.data["result"],
        "another result than in the stream"
    );
    ensure!(
        document["lot"] == finished.accepted["lot"],
        "another lot than at first"
    );
    held("as the stream had it")
}

async fn last_event_id(scene: &Scene) -> Outcome {
    let finished = scene.finished().await?;
    let document = scene.target.get(&task_path(&finished.task_id, "")).await?;
    let cursor = document.text_of("last_event_id")?;
    let path = format!("{}?last_event_id={cursor}", stream_path(&finished.task_id));
    scene.target.get(&path).await?.is(204)?;
    held(cursor)
}

async fn history(scene: &Scene) -> Outcome {
    let finished = scene.finished().await?;
    let mut seen: Vec<String> = Vec::new();
    let mut cursor: Option<String> = None;
    // The newest ones are enough, however many there are.
    for _ in 0..50 {
        let of_page = cursor
            .as_ref()
            .map_or_else(String::new, |cursor| format!("&cursor={cursor}"));
        let path = format!("/api/v1/async-chat/history?limit=2{of_page}");
        let page = scene.target.get(&path).await?;
        page.is(200)?;
        let page = page.json()?;
        let tasks = page["tasks"].as_array().context("no `tasks`")?;
        ensure!(tasks.len() <= 2, "{} tasks on a page of 2", tasks.len());
        for task in tasks {
            let id = task["task_id"].as_str().context("no task_id")?.to_owned();
            ensure!(!seen.contains(&id), "{id} is on two pages");
            ensure!(
                seen.last().is_none_or(|last| *last > id),
                "{id} is newer than the one before"
            );
            seen.push(id);
        }
        cursor = page["next"].as_str().map(str::to_owned);
        if cursor.is_none() || seen.contains(&finished.task_id) {
            break;
        }
    }
    ensure!(
        seen.contains(&finished.task_id),
        "{} is not there",
        finished.task_id
    );
    held(format!("found as number {}", seen.len()))
}

async fn interpret(scene: &Scene) -> Outcome {
    let body = scene.question(json!({}));
    let answer = scene
        .target
        .post("/api/v1/fortune/interpret", &body)
        .await?;
    let answered = answer.json()?;
    match answer.status.as_u16() {
        202 => {
            let task_id = answer.text_of("task_id")?;
            scene.target.cancel(&task_id).await?;
            held("202 with the task")
        }
        _ => {
            answer.is(200)?;
            let sections = answered["sections"].as_array().map_or(0, Vec::len);
            ensure!(sections == 7, "{sections} sections in {answered}");
            held(format!("200 with the result of {}", answered["task_id"]))
        }
    }
}

async fn erase(scene: &Scene) -> Outcome {
    let accepted = scene.ask(json!({})).await?;
    let task_id = accepted["task_id"].as_str().context("no task_id")?;
    let path = task_path(task_id, "");
    let early = scene.target.delete(&path).await?;
    let was_done = early.status.as_u16() == 204;
    if !was_done {
        early.is_refusal(409, "task_running")?;
        scene.target.cancel(task_id).await?;
        scene.target.delete(&path).await?.is(204)?;
    }
    for path in [path, stream_path(task_id)] {
        scene
            .target
            .get(&path)
            .await?
            .is_refusal(404, "task_not_found")?;
    }
    if was_done {
        return skipped("it was erased, but it was finished before that could be refused");
    }
    held("409 while it ran, 404 after it was erased")
}

async fn open_routes(scene: &Scene) -> Outcome {
    let target = &scene.target;
    let open = async |path: &str| -> anyhow::Result<String> {
        let request = target.request(Method::GET, path, &Credential::Nobody);
        let answer = target.send(request).await?;
        answer.is(200)?;
        Ok(answer.text)
    };
    for path in ["/healthz", "/readyz", "/api/v1/deities"] {
        open(path).await?;
    }
    let deity: Value =
        serde_json::from_str(&open(&format!("/api/v1/deities/{}", scene.deity)).await?)?;
    ensure!(deity["decks"].is_array(), "no decks in {deity}");
    open(&format!("/api/v1/deities/{}/lots/1", scene.deity)).await?;
    let document: Value = serde_json::from_str(&open("/openapi.json").await?)?;
    let routes = document["paths"]
        .as_object()
        .map_or(0, serde_json::Map::len);
    ensure!(routes > 0, "no paths in /openapi.json");
    held(format!("{routes} paths are described"))
}
