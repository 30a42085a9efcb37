//! The last look at every question: its document, its history and its whole stream.

use std::collections::BTreeMap;

use futures::{StreamExt, stream};
use reqwest::StatusCode;
use serde_json::{Value, json};
use sse_stream::SseStream;
use tokio::time::timeout;

use super::{
    crowd::Crowd,
    oracle::Evidence,
    reader::{Heard, Reader},
};
use crate::program::PATIENCE;

/// Tasks that are looked at side by side.
const LOOKS: usize = 8;

/// Lets the oracle compare everything that readers hold with everything the server shows.
pub(super) async fn pronounce(crowd: &Crowd<'_>) {
    let tasks: Vec<String> = crowd.witness().oracle.tasks().keys().cloned().collect();
    let mut documents = BTreeMap::new();
    let mut looks = stream::iter(tasks)
        .map(async |task_id| (look(crowd, &task_id).await, task_id))
        .buffer_unordered(LOOKS);
    while let Some((evidence, task_id)) = looks.next().await {
        crowd.witness().oracle.judge(&task_id, &evidence);
        let document = &evidence.document;
        let line = json!({
            "status": document["status"], "question": document["question"],
            "language": document["language"], "created_at": document["created_at"],
        });
        documents.insert(task_id, line);
    }
    let lines = history(crowd).await;
    crowd.witness().oracle.judge_history(&lines, &documents);
}

async fn look(crowd: &Crowd<'_>, task_id: &str) -> Evidence {
    let path = format!("task/{task_id}");
    let (_, document) = crowd.answered(|| crowd.client.get(crowd.of(&path))).await;
    let replay = timeout(PATIENCE, replay(crowd, task_id)).await;
    Evidence {
        document,
        replay: replay.unwrap_or_else(|_| panic!("the replay of {task_id} does not end")),
    }
}

async fn replay(crowd: &Crowd<'_>, task_id: &str) -> Vec<Heard> {
    let opened = crowd.open(task_id, &Reader::default()).await;
    let opened = opened.expect("the server is there");
    let mut replay = Vec::new();
    let mut events = SseStream::from_bytes_stream(opened.bytes_stream());
    while let Some(event) = events.next().await {
        let event = event.unwrap_or_else(|error| panic!("the replay of {task_id}: {error}"));
        if let Some(raw) = event.data {
            let heard = Heard::new(event.id, &event.event.unwrap_or_default(), raw);
            replay.push(heard.unwrap_or_else(|words| panic!("the replay of {task_id}: {words}")));
        }
    }
    replay
}

/// All lines of the history, page by page.
async fn history(crowd: &Crowd<'_>) -> Vec<Value> {
    let mut lines = Vec::new();
    let mut path = "history?limit=100".to_owned();
    loop {
        let (status, mut page) = crowd.answered(|| crowd.client.get(crowd.of(&path))).await;
        assert_eq!(status, StatusCode::OK, "the history is refused: {page}");
        let tasks = page["tasks"].as_array_mut().expect("tasks");
        lines.append(tasks);
        match page["next"].as_str() {
            Some(next) => path = format!("history?limit=100&cursor={next}"),
            None => return lines,
        }
    }
}
