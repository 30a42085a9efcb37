//! The stream of a reading: its head, its first bytes, the order of its events and its one end.

use std::time::Duration;

use anyhow::{Context, ensure};
use reqwest::Method;

use crate::{
    check::{Check, Outcome, held, skipped},
    held::SECTIONS,
    scene::Scene,
    target::stream_path,
};

/// Heartbeats are at most 15 seconds apart; a busy machine has some more.
const SILENCE: Duration = Duration::from_secs(17);

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "stream.followed",
        promise: "To its end a stream keeps what is said of names, ids, tokens, seals and resets.",
        run: |scene| Box::pin(followed(scene)),
    },
    Check {
        name: "stream.headers",
        promise: "A stream is text/event-stream in UTF-8, and neither stored nor transformed on its way.",
        run: |scene| Box::pin(headers(scene)),
    },
    Check {
        name: "stream.unbuffered",
        promise: "A stream tells proxies not to hold it back: X-Accel-Buffering: no, Incremental: ?1.",
        run: |scene| Box::pin(unbuffered(scene)),
    },
    Check {
        name: "stream.first_bytes",
        promise: "A stream begins with retry: 2000 and the reader's own cursor as an id without data.",
        run: |scene| Box::pin(first_bytes(scene)),
    },
    Check {
        name: "stream.order",
        promise: "status comes first, the lot before any model runs, sources before the text.",
        run: |scene| Box::pin(order(scene)),
    },
    Check {
        name: "stream.one_end",
        promise: "Exactly one of complete, error and cancelled comes; it is the last, and the body ends.",
        run: |scene| Box::pin(one_end(scene)),
    },
    Check {
        name: "stream.sections",
        promise: "Seven sections are sealed once each, and read as the result has them.",
        run: |scene| Box::pin(sections(scene)),
    },
    Check {
        name: "stream.tokens",
        promise: "The tokens of a section are a beginning of its sealed text wherever a model wrote it.",
        run: |scene| Box::pin(tokens(scene)),
    },
    Check {
        name: "stream.resets",
        promise: "section_reset drops the open text, and what comes after it stands for itself.",
        run: |scene| Box::pin(resets(scene)),
    },
    Check {
        name: "stream.partial_text",
        promise: "partial_text is the answer so far and ends with what was streamed; ?partial_text=off leaves it out.",
        run: |scene| Box::pin(partial_text(scene)),
    },
    Check {
        name: "stream.heartbeat",
        promise: "A heartbeat has no id, names a phase and the time, and is at most 15 seconds after anything else.",
        run: |scene| Box::pin(heartbeat(scene)),
    },
    Check {
        name: "stream.not_held_back",
        promise: "Text comes while it is written, and not all of it at the end.",
        run: |scene| Box::pin(not_held_back(scene)),
    },
    Check {
        name: "stream.alias",
        promise: "The stream is also under /api/v1/async-chat/sse/{task_id}.",
        run: |scene| Box::pin(alias(scene)),
    },
];

async fn followed(scene: &Scene) -> Outcome {
    // Every event was held against the contract when it came.
    match scene.finished().await {
        Ok(finished) => held(format!("{} events", finished.events.len())),
        Err(broken) => anyhow::bail!("{broken:#}"),
    }
}

async fn headers(scene: &Scene) -> Outcome {
    let finished = scene.finished().await?;
    let headers = &finished.headers;
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let kind = header("content-type").unwrap_or_default();
    ensure!(
        kind.replace(' ', "")
            .eq_ignore_ascii_case("text/event-stream;charset=utf-8"),
        "Content-Type: {kind}"
    );
    let cache = header("cache-control").unwrap_or_default();
    for word in ["no-cache", "no-transform"] {
        ensure!(cache.contains(word), "Cache-Control: {cache}");
    }
    ensure!(
        header("content-length").is_none() && header("content-encoding").is_none(),
        "the stream has a length or an encoding"
    );
    // What is compressed on its way waits there for more.
    let path = stream_path(&finished.task_id);
    let request = scene.target.request(Method::GET, &path, &scene.target.key);
    let response = scene
        .target
        .open(request.header("Accept-Encoding", "gzip, br"))
        .await?;
    let encoding = response.headers().get("content-encoding");
    ensure!(
        encoding.is_none(),
        "Content-Encoding: {encoding:?} for who takes one"
    );
    held(format!("{kind}; {cache}; not compressed"))
}

async fn unbuffered(scene: &Scene) -> Outcome {
    let headers = &scene.finished().await?.headers;
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let incremental = header("incremental").unwrap_or_default();
    ensure!(incremental == "?1", "Incremental: {incremental}");
    match header("x-accel-buffering") {
        Some("no") => held("X-Accel-Buffering: no; Incremental: ?1"),
        Some(other) => anyhow::bail!("X-Accel-Buffering: {other}"),
        // The header is for the proxy, which keeps it to itself.
        None if header("server").is_some_and(|server| server.starts_with("nginx")) => {
            skipped("nginx keeps X-Accel-Buffering to itself; Incremental: ?1 came through")
        }
        None => anyhow::bail!("no X-Accel-Buffering"),
    }
}

async fn first_bytes(scene: &Scene) -> Outcome {
    let finished = scene.finished().await?;
    let opening = &finished.opening;
    ensure!(opening.retry.as_deref() == Some("2000"), "{opening:?}");
    ensure!(opening.id.as_deref() == Some("0.0"), "{opening:?}");
    let cursor = finished.events.iter().find_map(|event| event.id.clone());
    let cursor = cursor.context("no event has an id")?;
    let mut stream = scene.follow(&finished.task_id, Some(&cursor)).await?;
    stream.next().await?;
    let own = stream.opening.id.clone();
    ensure!(
        own.as_ref() == Some(&cursor),
        "after {cursor} it begins with {own:?}"
    );
    held(format!(
        "retry: 2000, id: 0.0; id: {cursor} for a reader who has that"
    ))
}

async fn order(scene: &Scene) -> Outcome {
    let events = &scene.finished().await?.events;
    let names: Vec<&str> = events.iter().map(|event| event.name.as_str()).collect();
    let place = |name: &str| names.iter().position(|one| *one == name);
    ensure!(
        names.first() == Some(&"status"),
        "it begins with {:?}",
        names.first()
    );
    let lot = place("lot").context("no lot")?;
    let text = place("section_started").or_else(|| place("section_completed"));
    let text = text.context("no section")?;
    ensure!(lot < text, "the lot comes after text");
    let generating = events
        .iter()
        .position(|event| event.data["status"] == "generating");
    ensure!(
        generating.is_none_or(|place| lot < place),
        "the lot comes after a model was asked"
    );
    let sources = place("sources").context("no sources")?;
    ensure!(
        lot < sources && sources < text,
        "lot {lot}, sources {sources}, text {text}"
    );
    let mut words = events
        .iter()
        .enumerate()
        .filter(|(_, event)| event.data["kind"] == "safety");
    ensure!(
        words.all(|(place, _)| place < lot),
        "a word of care comes after the lot"
    );
    held(format!(
        "lot {}, sources {}, text {}",
        lot + 1,
        sources + 1,
        text + 1
    ))
}

async fn one_end(scene: &Scene) -> Outcome {
    let finished = scene.finished().await?;
    let ends: Vec<_> = finished
        .events
        .iter()
        .filter(|event| event.is_end())
        .collect();
    ensure!(ends.len() == 1, "{} ends", ends.len());
    let last = finished.events.last().context("no event")?;
    ensure!(last.is_end(), "`{}` comes last", last.name);
    ensure!(
        last.name == "complete",
        "the reading ended as {}",
        last.data
    );
    held(format!(
        "{} events, then {}",
        finished.events.len() - 1,
        last.name
    ))
}

async fn sections(scene: &Scene) -> Outcome {
    let finished = scene.finished().await?;
    let result = &finished.events.last().context("no event")?.data["result"];
    let sealed = finished.held.sealed.len();
    ensure!(sealed == SECTIONS.len(), "{sealed} sections were sealed");
    let sections = result["sections"]
        .as_array()
        .context("no sections in the result")?;
    for ((section, name), index) in sections.iter().zip(SECTIONS).zip(1..) {
        ensure!(
            section["section"] == *name && section["index"] == index,
            "section {index} of the result is {}",
            section["section"]
        );
        let text = section["text"].as_str().unwrap_or_default();
        let whole = result["text"].as_str().unwrap_or_default();
        ensure!(
            whole.contains(text),
            "`text` of the result has no section {index}"
        );
    }
    finished.held.is_that_of(&result["sections"])?;
    held("seven, in order")
}

async fn tokens(scene: &Scene) -> Outcome {
    // Every event was held against it when it came.
    let streamed = scene.finished().await?.held.streamed;
    if streamed == 0 {
        return skipped("no model wrote, so there were no tokens");
    }
    held(format!(
        "{streamed} bytes came as tokens and were sealed so"
    ))
}

async fn resets(scene: &Scene) -> Outcome {
    match scene.finished().await?.held.resets {
        0 => skipped("no section was reset in the reading that was followed"),
        resets => held(format!("{resets} resets, and seven sections nevertheless")),
    }
}

async fn partial_text(scene: &Scene) -> Outcome {
    let finished = scene.finished().await?;
    let (mut open, mut seen) = (String::new(), 0);
    for event in &finished.events {
        match event.name.as_str() {
            "section_started" => open.clear(),
            "llm_streaming" => {
                open.push_str(event.text("token")?);
                let partial = event.text("partial_text")?;
                ensure!(
                    partial.ends_with(&open),
                    "partial_text `{partial}` does not end with `{open}`"
                );
                seen += 1;
            }
            _ => {}
        }
    }
    if seen == 0 {
        return skipped("no model wrote, so there were no tokens");
    }
    let mut without = scene.follow(&finished.task_id, None).await?;
    let replayed = without.rest().await?;
    let has_it = replayed
        .iter()
        .any(|event| event.data.get("partial_text").is_some());
    ensure!(!has_it, "?partial_text=off has it as well");
    held(format!("in {seen} events; none where it is off"))
}

async fn heartbeat(scene: &Scene) -> Outcome {
    let finished = scene.finished().await?;
    let beats: Vec<_> = finished
        .events
        .iter()
        .filter(|event| event.name == "heartbeat")
        .collect();
    let phases = [
        "queued",
        "waiting_for_model",
        "thinking",
        "writing",
        "storage_unavailable",
    ];
    for beat in &beats {
        ensure!(beat.id.is_none(), "a heartbeat has an id");
        let phase = beat.text("phase")?;
        ensure!(phases.contains(&phase), "the phase `{phase}`");
        ensure!(
            beat.data["elapsed_ms"].is_u64(),
            "no elapsed_ms in {}",
            beat.data
        );
    }
    let silence = finished.silence.as_millis();
    ensure!(
        finished.silence < SILENCE,
        "{silence} ms without a sign of life"
    );
    if beats.is_empty() {
        return skipped("the reading ended before a heartbeat was due");
    }
    held(format!(
        "{} of them; the longest silence had {silence} ms",
        beats.len()
    ))
}

async fn not_held_back(scene: &Scene) -> Outcome {
    let accepted = scene.ask(serde_json::json!({})).await?;
    let task_id = accepted["task_id"].as_str().context("no task_id")?;
    let mut stream = scene.follow(task_id, None).await?;
    let mut found = skipped("the reading had no text before it was sealed");
    while let Some(event) = stream.next().await? {
        if event.name == "llm_streaming" {
            let document = scene
                .target
                .get(&crate::target::task_path(task_id, ""))
                .await?;
            let status = document.text_of("status")?;
            ensure!(
                status == "generating",
                "the first text comes when the task is {status}: something holds the stream back"
            );
            found = held("the first text came while the task was generating");
            break;
        }
    }
    drop(stream);
    scene.target.cancel(task_id).await?;
    found
}

async fn alias(scene: &Scene) -> Outcome {
    let finished = scene.finished().await?;
    let path = stream_path(&finished.task_id).replace("/stream/", "/sse/");
    let request = scene.target.request(Method::GET, &path, &scene.target.key);
    let response = scene.target.open(request).await?;
    ensure!(
        response.status().as_u16() == 200,
        "answered {}",
        response.status()
    );
    let mut stream = crate::stream::Stream::new(response, scene.target.patience);
    let last = stream.rest().await?.pop().context("no event")?;
    ensure!(
        Some(&last) == finished.events.last(),
        "it ends with {}",
        last.data
    );
    held("with the same end")
}
