//! One reading and a thousand readers: how much later each holds a token, and what that costs.

use std::time::Duration;

use anyhow::{Context, ensure};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep_until},
};

use crate::{
    connection::{Connection, Streamed},
    cpu::{Cpu, disturbed},
    delivery::Delivery,
    direct::{Direct, Template},
    load::{enough, judge, latencies, warm_up},
    programs::{Programs, Server, Sim, Writing, client},
    statistics::Percentiles,
    table::{Goal, Line},
    task::{Task, asking},
};

const READERS: usize = 1000;
const WORKERS: usize = 16;
const RATE: u32 = 20;

/// The readers come over so long a time, while the model has not begun to write.
const COMING: Duration = Duration::from_secs(2);

/// From the question to the first token.
const FIRST_TOKEN: Duration = Duration::from_secs(4);

const PATIENCE: Duration = Duration::from_secs(60);

/// What was measured, run by run.
#[derive(Debug, Default)]
struct Fanout {
    direct: Percentiles,
    through: Percentiles,
    lossless: Vec<f64>,
    delivery_us: Vec<f64>,
    others_percent: Vec<f64>,
    peak_mb: f64,
}

/// Measures row L5.
pub(crate) async fn measure(
    programs: &Programs,
    length: u32,
    runs: u32,
) -> anyhow::Result<Vec<Line>> {
    let sim = programs.start_sim(Writing { rate: RATE, length }).await?;
    let server = programs.start_server(&sim, WORKERS).await?;
    let template = warm_up(&sim, &server, &client()?).await?;
    let mut fanout = Fanout::default();
    for run in 0..runs {
        let direct = alone(run, &sim, &template).await?;
        fanout.direct.take(&direct.latencies_ms);
        fanout.run(run, &sim, &server).await?;
    }
    fanout.peak_mb = server.process.memory()?.peak;
    server.stop().await?;
    sim.stop().await?;
    Ok(fanout.lines())
}

/// One reader of the model itself.
async fn alone(run: u32, sim: &Sim, template: &Template) -> anyhow::Result<Delivery> {
    sim.forget_calls().await?;
    let question = format!("緣分何時到？（獨問{run}）");
    let recording = template
        .ask((&client()?, &sim.url), &question, enough(PATIENCE))
        .await?;
    Direct::of(&recording)?.delivery(sim).await
}

impl Fanout {
    async fn run(&mut self, run: u32, sim: &Sim, server: &Server) -> anyhow::Result<()> {
        sim.forget_calls().await?;
        let credential = server.credential();
        let mut connections = Vec::new();
        for _ in 0..READERS {
            connections.push(Connection::open(&server.url).await?);
        }
        let mut connection = Connection::open(&server.url).await?;
        let first_ms = FIRST_TOKEN.as_millis();
        let question = format!("緣分何時到？（共問{run}）[[sim ttft={first_ms}]]");
        let asking = asking(&credential, &question);
        let task = Task::ask(&mut connection, &asking).await?;
        let began = Instant::now();
        let following = task.following(&credential);
        let mut readers = JoinSet::new();
        for (index, mut connection) in connections.into_iter().enumerate() {
            let following = following.clone();
            let begin = began + COMING.mul_f64(index as f64 / READERS as f64);
            readers.spawn(async move {
                sleep_until(begin).await;
                connection.send(&following).await?;
                connection.record(enough(PATIENCE)).await
            });
        }
        sleep_until(began + (COMING + FIRST_TOKEN) / 2).await;
        let before = Cpu::now(server, sim)?;
        let streamed = readers.join_all().await;
        let after = Cpu::now(server, sim)?;
        let deliveries = judged(streamed, sim).await?;
        let latencies = latencies(&deliveries);
        ensure!(!latencies.is_empty(), "no reader got anything");
        self.through.take(&latencies);
        self.lossless.push(deliveries.len() as f64);
        self.delivery_us
            .push(after.server_us(before) / latencies.len() as f64);
        self.others_percent.push(after.others_percent(before));
        Ok(())
    }

    fn lines(self) -> Vec<Line> {
        let disturbed = disturbed(&self.others_percent);
        let line = |measure: &str, values, goal| {
            Line::new("L5", measure, values)
                .goal(goal)
                .disturbed(disturbed)
        };
        let at_most = |limit| Some(Goal::AtMost(limit));
        let [direct_p50, direct_p99] = self.direct.0;
        let [p50, p99] = self.through.0;
        vec![
            line("a token, p50, ms", p50, at_most(5.0)).beside(direct_p50),
            line("a token, p99, ms", p99, at_most(15.0)).beside(direct_p99),
            line(
                "processor time a delivery, µs",
                self.delivery_us,
                at_most(10.0),
            ),
            line("machine taken by others, %", self.others_percent, None),
            line("memory at most, MB", vec![self.peak_mb], None),
            line(
                "lossless readers of 1000",
                self.lossless,
                Some(Goal::AtLeast(READERS as f64)),
            )
            .disturbed(false),
        ]
    }
}

/// What was delivered to every reader that lost nothing.
async fn judged(
    streamed: Vec<anyhow::Result<Streamed>>,
    sim: &Sim,
) -> anyhow::Result<Vec<Delivery>> {
    let calls = sim.calls().await?;
    let call = calls.last().context("the model was not asked")?;
    let sent = sim.times(call.id).await?;
    let mut deliveries = Vec::new();
    for (index, streamed) in streamed.into_iter().enumerate() {
        let judged = streamed
            .and_then(|streamed| {
                ensure!(streamed.ended, "the stream stayed open");
                streamed.body()
            })
            .and_then(|recording| judge(&recording, &sent));
        match judged {
            Ok((_, delivery)) => deliveries.push(delivery),
            Err(error) => {
                crate::report::tell(&format!("reader {index} is not lossless: {error:#}"));
            }
        }
    }
    Ok(deliveries)
}
