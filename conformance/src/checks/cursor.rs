//! Reading on after a break: without gap or repetition, and whatever a stranger sends as a cursor.

use anyhow::{Context, ensure};
use reqwest::Method;
use serde_json::json;

use crate::{
    check::{Check, Outcome, held, skipped},
    held::Held,
    scene::{Recorded, Scene},
    stream::{Event, Stream},
    target::stream_path,
};

/// How often a reader is cut off in the middle of the text.
const CUTS: usize = 6;

/// What is no place of any reading.
const HOSTILE: &[&str] = &[
    "x",
    "1",
    "-1.0",
    "1.-1",
    "1.2.3",
    "1.0 ",
    "0x1.0",
    "NaN.0",
    "999999.0",
    "18446744073709551616.0",
    "1.18446744073709551616",
    "99999999999999999999999999999999999999.9",
    "0.0; DROP TABLE tasks",
    "../../etc/passwd",
    "%00",
    "\u{661}.\u{660}",
];

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "cursor.kept",
        promise: "A reader who comes back after any kept event gets exactly what follows it.",
        run: |scene| Box::pin(kept(scene)),
    },
    Check {
        name: "cursor.amid_text",
        promise: "A reader who is cut off amid the text reads on without gap or repetition.",
        run: |scene| Box::pin(amid_text(scene)),
    },
    Check {
        name: "cursor.voided",
        promise: "A cursor into a section that was sealed meanwhile gets its section_completed.",
        run: |scene| Box::pin(voided(scene)),
    },
    Check {
        name: "cursor.at_the_end",
        promise: "A reconnect after the terminal event gets 204, which stops a browser.",
        run: |scene| Box::pin(at_the_end(scene)),
    },
    Check {
        name: "cursor.header_first",
        promise: "Last-Event-ID counts before ?last_event_id=; an absent cursor means the start.",
        run: |scene| Box::pin(header_first(scene)),
    },
    Check {
        name: "cursor.hostile",
        promise: "What is no cursor of the task gets reset with id 0.0 and then everything: no error, no silence.",
        run: |scene| Box::pin(hostile(scene)),
    },
];

fn kept_of(events: &[Event]) -> Vec<&Event> {
    events.iter().filter(|event| event.is_kept()).collect()
}

async fn kept(scene: &Scene) -> Outcome {
    let finished = scene.finished().await?;
    let all = kept_of(&finished.events);
    let before_the_end = &all[..all.len().saturating_sub(1)];
    for (place, event) in before_the_end.iter().enumerate() {
        let cursor = event.id.as_deref().context("a kept event has no id")?;
        let rest = scene
            .follow(&finished.task_id, Some(cursor))
            .await?
            .rest()
            .await?;
        let rest: Vec<_> = kept_of(&rest)
            .into_iter()
            .map(|event| &event.data)
            .collect();
        let expected: Vec<_> = all[place + 1..].iter().map(|event| &event.data).collect();
        ensure!(
            rest == expected,
            "after {cursor} come {} kept events, and {} should",
            rest.len(),
            expected.len()
        );
    }
    held(format!(
        "after each of {} kept events",
        before_the_end.len()
    ))
}

/// Follows a reading over several connections, each cut after some text.
async fn amid_text(scene: &Scene) -> Outcome {
    let accepted = scene.ask(json!({})).await?;
    let task_id = accepted["task_id"].as_str().context("no task_id")?;
    let (mut held_now, mut cursor, mut cuts) = (Held::default(), None::<String>, 0);
    while held_now.end.is_none() {
        let mut stream = scene.follow(task_id, cursor.as_deref()).await?;
        let mut pieces = 0;
        loop {
            let Some(event) = stream.next().await? else {
                ensure!(
                    held_now.end.is_some(),
                    "the body ends without a terminal event"
                );
                break;
            };
            held_now
                .take(&event)
                .with_context(|| format!("after the cursor {cursor:?}"))?;
            cursor = event.id.clone().or(cursor);
            pieces += usize::from(event.name == "llm_streaming");
            if cuts < CUTS && pieces > cuts {
                cuts += 1;
                break;
            }
        }
    }
    let end = held_now.end.as_ref().context("no end")?;
    ensure!(end.name == "complete", "the reading ended as {}", end.data);
    ensure!(
        held_now.sealed.len() == 7,
        "{} sections",
        held_now.sealed.len()
    );
    held_now.is_that_of(&end.data["result"]["sections"])?;
    if cuts == 0 {
        return skipped("the reading had no text before it was sealed");
    }
    held(format!("{cuts} cuts amid the text"))
}

async fn voided(scene: &Scene) -> Outcome {
    let finished = scene.finished().await?;
    let text = finished
        .events
        .iter()
        .find(|event| event.name == "llm_streaming");
    let Some(text) = text else {
        return skipped("no model wrote, so there was no open text");
    };
    let cursor = text.id.as_deref().context("text without an id")?;
    let rest = scene
        .follow(&finished.task_id, Some(cursor))
        .await?
        .rest()
        .await?;
    let next = kept_of(&rest).first().map(|event| event.data.clone());
    let place = finished
        .events
        .iter()
        .position(|event| event == text)
        .unwrap_or_default();
    let expected = kept_of(&finished.events[place..])
        .first()
        .map(|event| event.data.clone());
    ensure!(next == expected, "after {cursor} comes {next:?}");
    held(format!(
        "{cursor} was amid a section, and its seal or reset comes next"
    ))
}

async fn at_the_end(scene: &Scene) -> Outcome {
    let finished = scene.finished().await?;
    let last = last_id(finished)?;
    let path = stream_path(&finished.task_id);
    let request = scene.target.request(Method::GET, &path, &scene.target.key);
    let answer = scene
        .target
        .send(request.header("Last-Event-ID", last))
        .await?;
    answer.is(204)?;
    let by_query = scene
        .target
        .get(&format!("{path}?last_event_id={last}"))
        .await?;
    by_query.is(204)?;
    held(format!("{last} by header and by query"))
}

async fn header_first(scene: &Scene) -> Outcome {
    let finished = scene.finished().await?;
    let last = last_id(finished)?;
    let path = format!("{}?last_event_id=0.0", stream_path(&finished.task_id));
    let request = scene.target.request(Method::GET, &path, &scene.target.key);
    let answer = scene
        .target
        .send(request.header("Last-Event-ID", last))
        .await?;
    answer
        .is(204)
        .context("the query was believed before the header")?;
    for path in [stream_path(&finished.task_id), path] {
        let answer = scene.target.get(&path).await?;
        answer.is(200)?;
        ensure!(
            answer.text.contains("\nevent: status\n"),
            "it does not begin at the start"
        );
    }
    held("204 by the header beside the start in the query")
}

async fn hostile(scene: &Scene) -> Outcome {
    let finished = scene.finished().await?;
    let whole = kept_of(&finished.events).len();
    let long = "9".repeat(4000);
    for cursor in HOSTILE.iter().copied().chain([long.as_str()]) {
        let shown: String = cursor.chars().take(40).collect();
        let query = [("last_event_id", cursor), ("partial_text", "off")];
        let url = scene
            .target
            .with_query(&stream_path(&finished.task_id), &query)?;
        let request = scene.target.request(Method::GET, &url, &scene.target.key);
        let response = scene.target.open(request).await?;
        let status = response.status().as_u16();
        ensure!(status == 200, "`{shown}` is answered {status}");
        let events = Stream::new(response, scene.target.patience).rest().await;
        let events = events.with_context(|| format!("after `{shown}`"))?;
        let first = events
            .first()
            .with_context(|| format!("nothing after `{shown}`"))?;
        ensure!(
            first.name == "reset",
            "after `{shown}` comes `{}`",
            first.name
        );
        ensure!(
            first.id.as_deref() == Some("0.0"),
            "reset has the id {:?}",
            first.id
        );
        let kept = kept_of(&events).len();
        ensure!(
            kept == whole,
            "after `{shown}` come {kept} kept events of {whole}"
        );
        let strangers = events.iter().find(|event| {
            let task_id = event.data["task_id"].as_str();
            task_id.is_some_and(|task_id| task_id != finished.task_id)
        });
        ensure!(
            strangers.is_none(),
            "after `{shown}` comes another task's {strangers:?}"
        );
    }
    held(format!("{} of them", HOSTILE.len() + 1))
}

fn last_id(finished: &Recorded) -> anyhow::Result<&str> {
    let last = finished.events.last().and_then(|event| event.id.as_deref());
    last.context("the terminal event has no id")
}
