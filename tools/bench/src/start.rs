//! The program before anybody asks: how soon it is ready, and what it holds.

use std::time::Duration;

use tokio::time::sleep;

use crate::{
    programs::{Programs, Writing},
    table::{Goal, Line},
};

/// How often the program is started.
pub(crate) const STARTS: usize = 5;

/// How long it is left alone before its memory is looked at.
const REST: Duration = Duration::from_secs(1);

pub(crate) const WRITING: Writing = Writing {
    rate: 20,
    length: 100,
};

/// Measures row L9, as far as an empty data folder goes.
pub(crate) async fn ready(programs: &Programs) -> anyhow::Result<Vec<Line>> {
    let sim = programs.start_sim(WRITING).await?;
    let mut ready_ms = Vec::new();
    for _ in 0..STARTS {
        let server = programs.start_server(&sim, 16).await?;
        ready_ms.push(server.ready.as_secs_f64() * 1000.0);
        server.stop().await?;
    }
    sim.stop().await?;
    let line = Line::new("L9", "start to ready, empty store, ms", ready_ms);
    Ok(vec![line.goal(Some(Goal::AtMost(100.0)))])
}

/// Measures row L12.
pub(crate) async fn idle(programs: &Programs) -> anyhow::Result<Vec<Line>> {
    let sim = programs.start_sim(WRITING).await?;
    let server = programs.start_server(&sim, 16).await?;
    sleep(REST).await;
    let memory = server.process.memory()?.now;
    server.stop().await?;
    sim.stop().await?;
    let line = Line::new("L12", "memory when idle, MB", vec![memory]);
    Ok(vec![line.goal(Some(Goal::AtMost(40.0)))])
}
