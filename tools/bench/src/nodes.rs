//! Several nodes on one PostgreSQL, beside one server on SQLite: what a token takes to readers at
//! the node that writes and to readers at another, what the database does for it, and how soon a
//! killed node's readings go on.

use std::{collections::HashMap, time::Duration};

use anyhow::{Context, ensure};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep, sleep_until},
};

use crate::{
    Arguments,
    clock::{between_ms, wall_us},
    connection::{Connection, Streamed},
    cpu::{Cpu, disturbed},
    delivery::Delivery,
    events,
    load::{enough, judge, latencies, sent, warm_up},
    postgres::{Database, Done},
    programs::{Programs, Server, Sim, Writing, client},
    question,
    statistics::Percentiles,
    table::Line,
    task::{Task, asking},
};

const STREAMS: usize = 60;
const RATE: u32 = 20;

/// Streams are begun over so long a time.
const BEGIN: Duration = Duration::from_secs(2);

/// Readings at once without any pace, each with one reader; the next is asked for when one has
/// ended, for so long a time.
const AT_ONCE: usize = 8;
const SATURATED: Duration = Duration::from_secs(8);

/// As long as a reading may be by default.
const LONG: u32 = 3600;

/// Readings that are written when a node is killed, and about how many tokens each has.
const TAKEN_OVER: usize = 60;
const TAKEN_OVER_LENGTH: u32 = 600;

/// How long they are written before that.
const BEFORE_KILL: Duration = Duration::from_secs(4);

const PATIENCE: Duration = Duration::from_secs(120);

/// Nodes and what they share.
struct Cluster {
    sim: Sim,
    nodes: Vec<Server>,
    /// Absent for a server on SQLite.
    database: Option<Database>,
}

/// A moment of what is measured.
#[derive(Clone, Copy)]
struct Moment {
    cpu: Cpu,
    done: Option<Done>,
    at: Instant,
}

/// What was measured, run by run.
#[derive(Debug, Default)]
struct Figures {
    accepted: Percentiles,
    token: Percentiles,
    lossless: Vec<f64>,
    nodes_us: Vec<f64>,
    database_us: Vec<f64>,
    transactions: Vec<f64>,
    writes: Vec<f64>,
    log_kb: Vec<f64>,
    others_percent: Vec<f64>,
    saturated: Vec<f64>,
}

/// Where a reading is followed, counted from the node that it is asked of, which writes it.
const HERE: usize = 0;
const THERE: usize = 1;

/// Measures a server on SQLite (no nodes) or so many nodes.
pub(crate) async fn measure(
    row: &'static str,
    nodes: Option<usize>,
    programs: &Programs,
    arguments: &Arguments,
) -> anyhow::Result<Vec<Line>> {
    let length = arguments.length;
    let mut lines = Vec::new();
    let places = [(HERE, ""), (THERE, ", read at another node")];
    let places = &places[..if nodes.is_some_and(|nodes| nodes > 1) {
        2
    } else {
        1
    }];
    for (shift, place) in places {
        let schema = format!("{row}_{shift}");
        let database = arguments.database.as_deref();
        let writing = Writing { rate: RATE, length };
        let cluster = Cluster::start(programs, (nodes, database, &schema), writing).await?;
        let mut figures = Figures::default();
        for run in 0..arguments.runs {
            cluster.run(run, *shift, &mut figures).await?;
        }
        for run in 0..arguments.runs {
            figures.saturated.push(cluster.saturate(run, *shift).await?);
        }
        cluster.stop().await?;
        lines.extend(figures.lines(row, place));
    }
    Ok(lines)
}

impl Cluster {
    async fn start(
        programs: &Programs,
        (nodes, server, schema): (Option<usize>, Option<&str>, &str),
        writing: Writing,
    ) -> anyhow::Result<Self> {
        let sim = programs.start_sim(writing).await?;
        let database = match nodes {
            Some(_) => Some(Database::new(server, &schema.to_lowercase()).await?),
            None => None,
        };
        let programs = programs.on(database.as_ref().map(Database::url));
        let mut all = Vec::new();
        for _ in 0..nodes.unwrap_or(1) {
            let node = programs.start_server(&sim, STREAMS).await?;
            warm_up(&sim, &node, &client()?).await?;
            all.push(node);
        }
        Ok(Self {
            sim,
            nodes: all,
            database,
        })
    }

    async fn stop(self) -> anyhow::Result<()> {
        for node in self.nodes {
            node.stop().await?;
        }
        self.sim.stop().await
    }

    async fn now(&self) -> anyhow::Result<Moment> {
        let done = match &self.database {
            Some(database) => Some(database.done().await?),
            None => None,
        };
        let beside_us = done.map_or(0.0, |done| done.cpu_us);
        Ok(Moment {
            cpu: Cpu::of(&self.nodes, &self.sim, beside_us)?,
            done,
            at: Instant::now(),
        })
    }

    /// Asks at one node and reads there or at another.
    async fn read(
        asked_at: (String, String),
        read_at: (String, String),
        question: String,
    ) -> anyhow::Result<(Task, Streamed)> {
        let (url, credential) = asked_at;
        let mut connection = Connection::open(&url).await?;
        let task = Task::ask(&mut connection, &asking(&credential, &question)).await?;
        let (url, credential) = read_at;
        let mut connection = Connection::open(&url).await?;
        connection.send(&task.following(&credential)).await?;
        let streamed = connection.record(enough(PATIENCE)).await?;
        Ok((task, streamed))
    }

    /// Where to go to at a node, and as who.
    fn door(&self, node: usize) -> (String, String) {
        let node = &self.nodes[node % self.nodes.len()];
        (node.url.clone(), node.credential())
    }

    /// The streams at their pace.
    async fn run(&self, run: u32, shift: usize, figures: &mut Figures) -> anyhow::Result<()> {
        self.sim.forget_calls().await?;
        let before = self.now().await?;
        let mut readers = JoinSet::new();
        for index in 0..STREAMS {
            let begin = before.at + BEGIN.mul_f64(index as f64 / STREAMS as f64);
            let (asked_at, read_at) = (self.door(index), self.door(index + shift));
            let question = question::of(format_args!("{run}-{index}"));
            readers.spawn(async move {
                sleep_until(begin).await;
                (index, Self::read(asked_at, read_at, question).await)
            });
        }
        let all = readers.join_all().await;
        let after = self.now().await?;
        let sent = sent(&self.sim, run).await?;
        let mut deliveries = Vec::new();
        let mut accepted = Vec::new();
        for (index, read) in all {
            let judged = read.and_then(|(task, streamed)| {
                accepted.push(between_ms(task.posted_us, task.accepted_us));
                let sent = sent.get(&index).context("the model was not asked")?;
                Ok(judge(&streamed.body()?, sent)?.1)
            });
            match judged {
                Ok(delivery) => deliveries.push(delivery),
                Err(error) => {
                    crate::report::tell(&format!("stream {index} is not lossless: {error:#}"));
                }
            }
        }
        figures.accepted.take(&accepted);
        figures.take(&deliveries, before, after);
        Ok(())
    }

    /// Tokens a second as fast as it goes.
    async fn saturate(&self, run: u32, shift: usize) -> anyhow::Result<f64> {
        self.sim.forget_calls().await?;
        let began = Instant::now();
        let mut readers = JoinSet::new();
        for stream in 0..AT_ONCE {
            let (asked_at, read_at) = (self.door(stream), self.door(stream + shift));
            readers.spawn(async move {
                let mut all = Vec::new();
                for number in 0.. {
                    if began.elapsed() >= SATURATED {
                        break;
                    }
                    let name = question::of(format_args!("s{run}-{stream}-{number}"));
                    let question = format!("{name}[[sim ttft=0 rate=0 length={LONG}]]");
                    let read = Self::read(asked_at.clone(), read_at.clone(), question).await?;
                    all.push(read.1);
                }
                anyhow::Ok(all)
            });
        }
        let all = readers.join_all().await;
        let seconds = began.elapsed().as_secs_f64();
        let mut ended = 0;
        for of_stream in all {
            for streamed in of_stream? {
                ensure!(streamed.ended, "a stream without pace stayed open");
                ended += 1;
            }
        }
        let mut tokens = 0;
        let calls = self.sim.calls().await?;
        ensure!(calls.len() >= ended, "a reading was not asked of the model");
        for call in calls {
            tokens += crate::delivery::told(&self.sim.times(call.id).await?);
        }
        Ok(f64::from(tokens) / seconds)
    }
}

impl Figures {
    fn take(&mut self, deliveries: &[Delivery], before: Moment, after: Moment) {
        let latencies = latencies(deliveries);
        let tokens = latencies.len() as f64;
        let seconds = (after.at - before.at).as_secs_f64();
        self.token.take(&latencies);
        self.lossless.push(deliveries.len() as f64);
        self.nodes_us.push(after.cpu.server_us(before.cpu) / tokens);
        self.others_percent
            .push(after.cpu.others_percent(before.cpu));
        let (Some(before), Some(after)) = (before.done, after.done) else {
            return;
        };
        self.database_us
            .push((after.cpu_us - before.cpu_us) / tokens);
        self.transactions
            .push((after.transactions - before.transactions) / seconds);
        self.writes.push((after.writes - before.writes) / seconds);
        let bytes = after.log_bytes - before.log_bytes;
        self.log_kb.push(bytes / 1024.0 / STREAMS as f64);
    }

    fn lines(self, row: &'static str, place: &str) -> Vec<Line> {
        let disturbed = disturbed(&self.others_percent);
        let line = |measure: &str, values| {
            Line::new(row, &format!("{measure}{place}"), values).disturbed(disturbed)
        };
        let [token_p50, token_p99] = self.token.0;
        let [accepted_p50, accepted_p99] = self.accepted.0;
        let mut lines = vec![
            line("a token, p50, ms", token_p50),
            line("a token, p99, ms", token_p99),
            line("POST to 202, p50, ms", accepted_p50),
            line("POST to 202, p99, ms", accepted_p99),
            line("processor time of the nodes a token, µs", self.nodes_us),
        ];
        if !self.transactions.is_empty() {
            lines.extend([
                line("the same of PostgreSQL, µs", self.database_us),
                line("transactions a second", self.transactions),
                line("of them writing", self.writes),
                line("PostgreSQL's log, KB a reading", self.log_kb),
            ]);
        }
        lines.extend([
            line("tokens a second as fast as it goes", self.saturated),
            line("machine taken by others, %", self.others_percent),
            line("lossless streams of 60", self.lossless),
        ]);
        lines
    }
}

/// Kills one of three nodes while all write, and sees when its readings go on for readers at the
/// others.
pub(crate) async fn take_over(
    programs: &Programs,
    arguments: &Arguments,
) -> anyhow::Result<Vec<Line>> {
    let (mut soonest, mut all_on) = (Percentiles::default(), Vec::new());
    for run in 0..arguments.runs {
        let writing = Writing {
            rate: RATE,
            length: TAKEN_OVER_LENGTH,
        };
        let place = (Some(3), arguments.database.as_deref(), "takeover");
        let mut cluster = Cluster::start(programs, place, writing).await?;
        let went_on = cluster.kill_one(run).await?;
        soonest.take(&went_on);
        all_on.push(went_on.len() as f64);
        cluster.stop().await?;
    }
    let [p50, p99] = soonest.0;
    let line = |measure: &str, values| Line::new("takeover", measure, values);
    Ok(vec![
        line(
            "from the kill of a node to its readings' next token, p50, ms",
            p50,
        ),
        line("the same, p99, ms", p99),
        line("of 20 readings, those cut in a section", all_on),
    ])
}

impl Cluster {
    /// From the kill until each of the killed node's readings was read on, in milliseconds.
    async fn kill_one(&mut self, run: u32) -> anyhow::Result<Vec<f64>> {
        let mut readers = JoinSet::new();
        for index in 0..TAKEN_OVER {
            let asked_at = self.door(index);
            // Those of the first node are read at the two that stay.
            let read_at = self.door(if index % 3 == 0 { 1 + index % 2 } else { index });
            let question = question::of(format_args!("{run}-{index}"));
            readers.spawn(async move { (index, Self::read(asked_at, read_at, question).await) });
        }
        sleep(BEFORE_KILL).await;
        let killed = self.nodes.remove(0);
        let killed_us = wall_us();
        killed.stop().await?;
        let all: HashMap<_, _> = readers.join_all().await.into_iter().collect();
        let mut went_on = Vec::new();
        for (index, read) in all {
            let recording = read?.1.body()?;
            let events = events::parse(&recording);
            let last = events.last().context("nothing came")?;
            ensure!(last.name == "complete", "reading {index}: {}", last.data);
            if index % 3 != 0 {
                continue;
            }
            let mut later = events.iter().filter(|event| event.us > killed_us);
            if later.any(|event| event.name == "section_reset")
                && let Some(token) = later.find(|event| event.name == "llm_streaming")
            {
                went_on.push(between_ms(killed_us, token.us));
            }
        }
        Ok(went_on)
    }
}
