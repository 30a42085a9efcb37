//! How soon the poem shows while every worker is busy with somebody else's reading.

use std::time::Duration;

use anyhow::{Context, ensure};
use tokio::{task::JoinSet, time::Instant};

use crate::{
    clock::between_ms,
    events,
    programs::{Programs, Writing, client},
    reader::Asker,
    reading::Reading,
    record::Enough,
    statistics::percentile,
    table::{Goal, Line},
};

const WORKERS: usize = 4;
const QUESTIONS: usize = 100;
const PATIENCE: Duration = Duration::from_secs(20);

/// Measures row L11.
pub(crate) async fn measure(programs: &Programs) -> anyhow::Result<Vec<Line>> {
    let writing = Writing {
        rate: 5,
        length: 700,
    };
    let sim = programs.start_sim(writing).await?;
    let server = programs.start_server(&sim, WORKERS).await?;
    let asker = Asker::new(client()?, &server, false);
    let enough = |event| Enough {
        by: Instant::now() + PATIENCE,
        event,
    };
    let mut others = JoinSet::new();
    for _ in 0..WORKERS {
        let asker = asker.clone();
        let until_stopped = enough(None);
        others.spawn(async move { asker.ask("緣分何時到？", until_stopped).await });
    }
    sim.asked(WORKERS).await?;
    let mut poems_ms = Vec::new();
    for index in 0..QUESTIONS {
        let question = format!("緣分何時到？（問者{index}）");
        let asked = asker.ask(&question, enough(Some("lot"))).await?;
        let reading = Reading::of(&events::parse(&asked.recording))?;
        let poem_us = reading.poem_us.context("no poem came")?;
        poems_ms.push(between_ms(asked.posted_us, poem_us));
    }
    ensure!(
        sim.calls().await?.len() == WORKERS,
        "the workers were not busy all the time"
    );
    drop(others);
    server.stop().await?;
    sim.stop().await?;
    let goal = Some(Goal::AtMost(20.0));
    let line = |measure, percent| {
        let value = percentile(&poems_ms, percent).into_iter().collect();
        Line::new("L11", measure, value).goal(goal)
    };
    Ok(vec![
        line("POST to poem, workers busy, p50, ms", 50.0),
        line("POST to poem, workers busy, p99, ms", 99.0),
    ])
}
