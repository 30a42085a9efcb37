//! Tickets: one stream of one task, once.

use anyhow::{Context, ensure};
use reqwest::{Method, Response};
use serde_json::json;

use crate::{
    check::{Check, Outcome, held},
    scene::Scene,
    stream::Stream,
    target::{Credential, stream_path, task_path},
};

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "tickets.once",
        promise: "A ticket opens one stream of its task without any other credential; a used one gets 401.",
        run: |scene| Box::pin(once(scene)),
    },
    Check {
        name: "tickets.bound",
        promise: "A ticket is worth nothing for another task, and for nothing but the stream.",
        run: |scene| Box::pin(bound(scene)),
    },
];

async fn ticket(scene: &Scene) -> anyhow::Result<String> {
    let task_id = &scene.finished().await?.task_id;
    let answer = scene
        .target
        .post(&task_path(task_id, "/ticket"), &json!({}))
        .await?;
    answer.is(201)?;
    answer.text_of("expires_at")?;
    answer.text_of("ticket")
}

async fn open(scene: &Scene, path: &str, ticket: &str) -> anyhow::Result<Response> {
    let url = scene.target.with_query(path, &[("ticket", ticket)])?;
    let request = scene.target.request(Method::GET, &url, &Credential::Nobody);
    scene.target.open(request).await
}

async fn once(scene: &Scene) -> Outcome {
    let finished = scene.finished().await?;
    let path = stream_path(&finished.task_id);
    let first = ticket(scene).await?;
    let response = open(scene, &path, &first).await?;
    ensure!(
        response.status().as_u16() == 200,
        "answered {}",
        response.status()
    );
    let events = Stream::new(response, scene.target.patience).rest().await?;
    ensure!(events.last() == finished.events.last(), "it ends otherwise");
    let again = open(scene, &path, &first).await?;
    ensure!(
        again.status().as_u16() == 401,
        "the used one is answered {}",
        again.status()
    );
    let second = ticket(scene).await?;
    let cursor = finished.events.iter().find_map(|event| event.id.clone());
    let cursor = cursor.context("no event has an id")?;
    let response = open(scene, &format!("{path}?last_event_id={cursor}"), &second).await?;
    ensure!(
        response.status().as_u16() == 200,
        "the next one is answered {}",
        response.status()
    );
    let mut stream = Stream::new(response, scene.target.patience);
    stream.rest().await?;
    ensure!(
        stream.opening.id.as_ref() == Some(&cursor),
        "it does not go on after {cursor}"
    );
    held("200, then 401; another one goes on after a cursor")
}

async fn bound(scene: &Scene) -> Outcome {
    let task_id = &scene.finished().await?.task_id;
    let other = scene.ask(json!({})).await?;
    let other = other["task_id"].as_str().context("no task_id")?;
    scene.target.cancel(other).await?;
    let paths = [
        stream_path(other),
        task_path(task_id, ""),
        "/api/v1/async-chat/history".to_owned(),
    ];
    for path in paths {
        let answer = open(scene, &path, &ticket(scene).await?).await?;
        ensure!(
            answer.status().as_u16() == 401,
            "{path} is answered {}",
            answer.status()
        );
    }
    held("another task's stream, the document and the history: 401")
}
