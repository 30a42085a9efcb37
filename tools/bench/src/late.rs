//! Readers that come late: how soon, and in how many events, each holds all that was written.

use std::time::Duration;

use anyhow::{Context, ensure};

use crate::{
    clock::{between_ms, wall_us},
    connection::{Connection, request},
    cpu::Cpu,
    events::{self, Event},
    load::{enough, warm_up},
    programs::{self, Programs, Writing, client},
    question,
    reading::Reading,
    record::Enough,
    statistics::percentile,
    table::{Goal, Line},
    task::{Task, asking},
};

const JOINS: usize = 300;

/// The lengths that the model is asked for. Of the short one the verse alone needs more: by the
/// middle of the last section it has about 400 tokens, and the long one about 8000.
const SHORT: u32 = 180;
const LONG: u32 = 10_000;

/// Else a reading would be cut at 4096 tokens.
const CONFIGURATION: &str = "[reading]\nmax_tokens = 20000\n";

/// How long the first reader listens; the model has said all that it will say by then.
const FIRST: Duration = Duration::from_secs(2);

const PATIENCE: Duration = Duration::from_secs(10);

/// What a late reader is sent, and how soon.
#[derive(Debug, Default)]
struct Joined {
    tokens: f64,
    events: f64,
    bytes: f64,
    caught_up_ms: Vec<f64>,
    cpu_us: f64,
    /// A request that is answered at once, for scale.
    healthz_ms: Vec<f64>,
}

/// Measures row L8.
pub(crate) async fn measure(programs: &Programs) -> anyhow::Result<Vec<Line>> {
    let short = join(programs, SHORT).await?;
    let long = join(programs, LONG).await?;
    let p50 = |values: &[f64]| percentile(values, 50.0).into_iter().collect::<Vec<_>>();
    let ratio = |long: Vec<f64>, short: Vec<f64>| {
        let pairs = long.iter().zip(&short);
        pairs.map(|(long, short)| long / short).collect::<Vec<_>>()
    };
    let times = ratio(p50(&long.caught_up_ms), p50(&short.caught_up_ms));
    let events = short.events;
    let tokens = long.tokens / short.tokens;
    let healthz = p50(&short.healthz_ms);
    let mut lines = short.lines(None);
    lines.extend(long.lines(Some(Goal::AtMost(events))));
    let line = |measure: &str, values| Line::new("L8", measure, values);
    lines.push(line(
        &format!("{tokens:.0} times the tokens: times the ms"),
        times,
    ));
    lines.push(line("for scale: GET /healthz, p50, ms", healthz));
    Ok(lines)
}

/// Has a reading written up to the middle of its last section, and joins it again and again.
async fn join(programs: &Programs, length: u32) -> anyhow::Result<Joined> {
    let sim = programs.start_sim(Writing { rate: 0, length }).await?;
    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join(programs::CONFIGURATION), CONFIGURATION)?;
    let server = programs.serve(folder, Some(&sim), 16).await?;
    warm_up(&sim, &server, &client()?).await?;
    sim.forget_calls().await?;
    let credential = server.credential();
    let mut connection = Connection::open(&server.url).await?;
    let question = format!(
        "{}[[sim ttft=0 fault=stall@conclusion]]",
        question::of("late")
    );
    let task = Task::ask(&mut connection, &asking(&credential, &question)).await?;
    let following = task.following(&credential);
    connection.send(&following).await?;
    let first = connection.record(enough(FIRST)).await?.body()?;
    let first = events::parse(&first);
    Reading::of(&first)?;
    let last = place(&first).context("the model wrote nothing")?;
    let calls = sim.calls().await?;
    let mut joined = Joined {
        tokens: calls.last().map_or(0, |call| call.tokens_sent) as f64,
        ..Joined::default()
    };
    let healthz = request("GET", "/healthz", &credential, "");
    let before = Cpu::now(&server, &sim)?;
    for _ in 0..JOINS {
        let mut connection = Connection::open(&server.url).await?;
        let asked_us = wall_us();
        connection.send(&following).await?;
        // The first heartbeat comes when nothing else is left to be sent.
        let until_caught_up = Enough {
            by: tokio::time::Instant::now() + PATIENCE,
            event: Some("heartbeat"),
        };
        let streamed = connection.record(until_caught_up).await?;
        let body = streamed.body()?;
        let events = events::parse(&body);
        Reading::of(&events)?;
        let holds = events.iter().find(|event| event.id == last.id);
        let holds = holds.context("a late reader did not get everything")?;
        joined.caught_up_ms.push(between_ms(asked_us, holds.us));
        joined.events = events.iter().filter(|event| !event.id.is_empty()).count() as f64;
        joined.bytes = streamed.bytes() as f64;
    }
    let after = Cpu::now(&server, &sim)?;
    joined.cpu_us = after.server_us(before) / JOINS as f64;
    for _ in 0..JOINS {
        let mut connection = Connection::open(&server.url).await?;
        let asked_us = wall_us();
        let answer = connection.ask(&healthz).await?;
        ensure!(answer.status == 200, "{}", answer.status);
        joined.healthz_ms.push(between_ms(asked_us, answer.us));
    }
    server.stop().await?;
    sim.stop().await?;
    Ok(joined)
}

/// The last event that says how far the reader is.
fn place<'a>(events: &'a [Event<'a>]) -> Option<&'a Event<'a>> {
    events.iter().rev().find(|event| !event.id.is_empty())
}

impl Joined {
    fn lines(self, events: Option<Goal>) -> Vec<Line> {
        let Self { tokens, .. } = self;
        let line = |measure: &str, values| {
            Line::new("L8", &format!("after {tokens} tokens: {measure}"), values)
        };
        let percentile = |percent| {
            let value = percentile(&self.caught_up_ms, percent);
            value.into_iter().collect()
        };
        vec![
            line("events to catch up", vec![self.events]).goal(events),
            line("kilobytes to catch up", vec![self.bytes / 1000.0]),
            line("GET to all, p50, ms", percentile(50.0)),
            line("GET to all, p99, ms", percentile(99.0)),
            line("processor time a reader, µs", vec![self.cpu_us]),
        ]
    }
}
