//! As fast as it goes: a few streams without any pace, and how many tokens come through.

use std::{collections::HashMap, time::Duration};

use anyhow::Context;
use llmsim::Times;
use tokio::{
    task::JoinSet,
    time::{Instant, sleep_until},
};

use crate::{
    connection::{Connection, Streamed, request},
    cpu::{Cpu, disturbed},
    delivery,
    direct::{Direct, Template},
    events,
    load::{enough, warm_up},
    programs::{Programs, Server, Sim, Writing, client},
    question,
    reading::Reading,
    table::{Goal, Line},
    task::{Task, asking},
};

/// Readings at once, each with one reader; the next is asked for when one has ended.
const STREAMS: usize = 8;

/// As long as a reading may be by default.
const WRITING: Writing = Writing {
    rate: 0,
    length: 3600,
};

/// How long new readings are begun, without the server and through it.
const DIRECT: Duration = Duration::from_secs(4);
const THROUGH: Duration = Duration::from_secs(12);

const PATIENCE: Duration = Duration::from_secs(60);

/// What was measured, run by run.
#[derive(Debug, Default)]
struct Saturation {
    direct_rate: Vec<f64>,
    through_rate: Vec<f64>,
    merged: Vec<f64>,
    token_us: Vec<f64>,
    middle_mb: Vec<f64>,
    grown_percent: Vec<f64>,
    others_percent: Vec<f64>,
    lossless_percent: Vec<f64>,
}

/// One reading through the server, and what the question was called.
struct Read {
    name: String,
    streamed: Streamed,
}

/// What all readings of a run hold.
#[derive(Debug, Default)]
struct Total {
    readings: u32,
    lossless: u32,
    tokens: u32,
    /// Events that brought them.
    pieces: u32,
}

/// Measures row L4.
pub(crate) async fn measure(programs: &Programs, runs: u32) -> anyhow::Result<Vec<Line>> {
    let sim = programs.start_sim(WRITING).await?;
    let server = programs.start_server(&sim, STREAMS).await?;
    let template = warm_up(&sim, &server, &client()?).await?;
    let mut saturation = Saturation::default();
    for run in 0..runs {
        saturation.direct(run, &sim, &template).await?;
        saturation.through(run, &sim, &server).await?;
    }
    server.stop().await?;
    sim.stop().await?;
    Ok(saturation.lines())
}

/// A question that the model begins to answer at once.
fn at_once(name: &str) -> String {
    format!("{}[[sim ttft=0]]", question::of(name))
}

impl Saturation {
    async fn direct(&mut self, run: u32, sim: &Sim, template: &Template) -> anyhow::Result<()> {
        sim.forget_calls().await?;
        let began = Instant::now();
        let mut readers = JoinSet::new();
        for stream in 0..STREAMS {
            let (url, template) = (sim.url.clone(), template.clone());
            readers.spawn(async move {
                let mut connection = Connection::open(&url).await?;
                let mut all = Vec::new();
                for number in 0.. {
                    if began.elapsed() >= DIRECT {
                        break;
                    }
                    let body = template.body(&at_once(&format!("{run}-{stream}-{number}")));
                    let path = "/v1/chat/completions";
                    let asking = request("POST", path, "Accept: */*", &body);
                    connection.send(&asking).await?;
                    all.push(connection.record(enough(PATIENCE)).await?);
                }
                anyhow::Ok(all)
            });
        }
        let all: Vec<_> = readers.join_all().await;
        let seconds = began.elapsed().as_secs_f64();
        let mut tokens = 0;
        for of_stream in all {
            for streamed in of_stream? {
                let direct = Direct::of(&streamed.body()?)?;
                tokens += delivery::told(&sim.times(direct.call).await?);
            }
        }
        self.direct_rate.push(f64::from(tokens) / seconds);
        Ok(())
    }

    async fn through(&mut self, run: u32, sim: &Sim, server: &Server) -> anyhow::Result<()> {
        sim.forget_calls().await?;
        let before = Cpu::now(server, sim)?;
        let began = Instant::now();
        let mut readers = JoinSet::new();
        for stream in 0..STREAMS {
            let (url, credential) = (server.url.clone(), server.credential());
            readers.spawn(async move {
                let mut connection = Connection::open(&url).await?;
                let mut all = Vec::new();
                for number in 0.. {
                    if began.elapsed() >= THROUGH {
                        break;
                    }
                    let name = format!("{run}-{stream}-{number}");
                    let asking = asking(&credential, &at_once(&name));
                    let task = Task::ask(&mut connection, &asking).await?;
                    connection.send(&task.following(&credential)).await?;
                    let streamed = connection.record(enough(PATIENCE)).await?;
                    all.push(Read { name, streamed });
                }
                anyhow::Ok(all)
            });
        }
        sleep_until(began + THROUGH / 2).await;
        let middle_mb = server.process.memory()?.now;
        sleep_until(began + THROUGH).await;
        let end_mb = server.process.memory()?.now;
        let all: Vec<_> = readers.join_all().await;
        let seconds = began.elapsed().as_secs_f64();
        let after = Cpu::now(server, sim)?;
        self.middle_mb.push(middle_mb);
        self.grown_percent
            .push((end_mb - middle_mb) / middle_mb * 100.0);
        self.others_percent.push(after.others_percent(before));
        let mut total = Total::default();
        let sent = sent(sim).await?;
        for of_stream in all {
            for read in of_stream? {
                total.add(&read, &sent);
            }
        }
        let tokens = f64::from(total.tokens.max(1));
        self.through_rate.push(tokens / seconds);
        self.merged.push(tokens / f64::from(total.pieces.max(1)));
        self.token_us.push(after.server_us(before) / tokens);
        self.lossless_percent
            .push(f64::from(total.lossless) / f64::from(total.readings.max(1)) * 100.0);
        Ok(())
    }

    fn lines(self) -> Vec<Line> {
        let disturbed = disturbed(&self.others_percent);
        let line = |measure: &str, values, goal| {
            Line::new("L4", measure, values)
                .goal(goal)
                .disturbed(disturbed)
        };
        vec![
            line(
                "tokens/s, end to end",
                self.through_rate,
                Some(Goal::AtLeast(60_000.0)),
            ),
            line("tokens/s, directly from the model", self.direct_rate, None),
            line("tokens an event", self.merged, None),
            line("processor time a token, µs", self.token_us, None),
            line("machine taken by others, %", self.others_percent, None),
            line("memory in the middle, MB", self.middle_mb, None),
            line(
                "memory grown from the middle to the end, %",
                self.grown_percent,
                Some(Goal::AtMost(5.0)),
            )
            .disturbed(false),
            line(
                "lossless readings, %",
                self.lossless_percent,
                Some(Goal::AtLeast(100.0)),
            )
            .disturbed(false),
        ]
    }
}

async fn sent(sim: &Sim) -> anyhow::Result<HashMap<String, Times>> {
    let mut sent = HashMap::new();
    for call in sim.calls().await? {
        if let Some(name) = question::name(&call.request) {
            sent.insert(name, sim.times(call.id).await?);
        }
    }
    Ok(sent)
}

impl Total {
    fn add(&mut self, read: &Read, sent: &HashMap<String, Times>) {
        self.readings += 1;
        let judged = || {
            let sent = sent.get(&read.name).context("the model was not asked")?;
            let body = read.streamed.body()?;
            let reading = Reading::of(&events::parse(&body))?;
            reading.check(sent)?;
            anyhow::Ok((delivery::told(sent), reading.arrivals.len()))
        };
        match judged() {
            Ok((tokens, pieces)) => {
                self.lossless += 1;
                self.tokens += tokens;
                self.pieces += pieces as u32;
            }
            Err(error) => {
                crate::report::tell(&format!("{} is not lossless: {error:#}", read.name));
            }
        }
    }
}
