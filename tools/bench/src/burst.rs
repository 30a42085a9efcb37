//! A crowd that asks at once: how soon each is told that its question is kept, and whose turn it
//! is then.

use std::{collections::HashMap, time::Duration};

use anyhow::{Context, ensure};
use serde_json::Value;
use tempfile::TempDir;
use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};

use crate::{
    clock::between_ms,
    connection::Connection,
    cpu::{Cpu, disturbed},
    programs::{Programs, Server, Sim, Writing},
    question,
    statistics::Percentiles,
    table::{Goal, Line},
    task::{Task, asking},
};

const ACCOUNTS: usize = 200;
const QUESTIONS_EACH: usize = 25;
const QUESTIONS: usize = ACCOUNTS * QUESTIONS_EACH;
const WORKERS: usize = 4;

/// How many questions the model is asked before turns are judged: five of each account.
const ORDERED: usize = 5 * ACCOUNTS;

const PATIENCE: Duration = Duration::from_secs(120);

const WRITING: Writing = Writing {
    rate: 0,
    length: 100,
};

/// How the questions come.
#[derive(Debug, Clone, Copy)]
enum Crowd {
    /// All in the same moment, each on a connection of its own.
    AtOnce,
    /// Each account on one connection, the next question as soon as the last was accepted.
    InTurn,
}

/// Accounts, and a data folder that knows them; making them takes longer than a burst.
struct Accounts {
    credentials: Vec<String>,
    folder: TempDir,
}

/// What was measured, run by run.
#[derive(Debug, Default)]
struct Bursts {
    accepted: Vec<f64>,
    soon: Percentiles,
    rate: Vec<f64>,
    question_us: Vec<f64>,
    others_percent: Vec<f64>,
}

/// Measures row L7.
pub(crate) async fn measure(programs: &Programs, runs: u32) -> anyhow::Result<Vec<Line>> {
    let mut lines = Vec::new();
    let mut leads = Vec::new();
    let crowds = [
        (Crowd::InTurn, "200 connections"),
        (Crowd::AtOnce, "5000 connections"),
    ];
    let accounts = Accounts::make(programs).await?;
    for (crowd, name) in crowds {
        let mut bursts = Bursts::default();
        for run in 0..runs {
            let sim = programs.start_sim(WRITING).await?;
            let server = programs
                .serve(accounts.copy()?, Some(&sim), WORKERS)
                .await?;
            let blockers = block(&sim, &server).await?;
            bursts
                .run(crowd, (&server, &sim), &accounts.credentials)
                .await?;
            // The order does not depend on how busy the machine is.
            if matches!(crowd, Crowd::AtOnce) && run == 0 {
                release(&server, &blockers).await?;
                leads.push(largest_lead(&order(&sim).await?) as f64);
            }
            server.stop().await?;
            sim.stop().await?;
        }
        lines.extend(bursts.lines(name));
    }
    // Four workers may overtake each other at the turn of a round.
    let lead = Line::new("L7", "largest lead of an account, questions", leads);
    lines.push(lead.goal(Some(Goal::AtMost(2.0))));
    Ok(lines)
}

impl Bursts {
    async fn run(
        &mut self,
        crowd: Crowd,
        (server, sim): (&Server, &Sim),
        credentials: &[String],
    ) -> anyhow::Result<()> {
        let ready = ready(crowd, server, credentials).await?;
        let before = Cpu::now(server, sim)?;
        let began = Instant::now();
        let accepted_ms = burst(ready).await;
        let seconds = began.elapsed().as_secs_f64();
        let after = Cpu::now(server, sim)?;
        let accepted = accepted_ms.len() as f64;
        self.soon.take(&accepted_ms);
        self.accepted.push(accepted);
        self.rate.push(accepted / seconds);
        self.question_us
            .push(after.server_us(before) / accepted.max(1.0));
        self.others_percent.push(after.others_percent(before));
        Ok(())
    }

    fn lines(self, name: &str) -> Vec<Line> {
        let disturbed = disturbed(&self.others_percent);
        let line = |measure: &str, values| {
            Line::new("L7", &format!("{name}: {measure}"), values).disturbed(disturbed)
        };
        let [p50, p99] = self.soon.0;
        vec![
            line(&format!("accepted of {QUESTIONS}"), self.accepted)
                .goal(Some(Goal::AtLeast(QUESTIONS as f64)))
                .disturbed(false),
            line("POST to 202, p50, ms", p50),
            line("POST to 202, p99, ms", p99).goal(Some(Goal::AtMost(100.0))),
            line("accepted a second", self.rate),
            line("processor time a question, µs", self.question_us),
            line("machine taken by others, %", self.others_percent),
        ]
    }
}

impl Accounts {
    async fn make(programs: &Programs) -> anyhow::Result<Self> {
        let server = programs.serve(tempfile::tempdir()?, None, WORKERS).await?;
        let credentials = programs.credentials(&server, ACCOUNTS).await?;
        Ok(Self {
            credentials,
            folder: server.stop_and_keep().await?,
        })
    }

    /// A data folder of its own with the same accounts.
    fn copy(&self) -> anyhow::Result<TempDir> {
        let copy = tempfile::tempdir()?;
        for entry in std::fs::read_dir(self.folder.path())? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                std::fs::copy(entry.path(), copy.path().join(entry.file_name()))?;
            }
        }
        Ok(copy)
    }
}

/// Keeps every worker busy, so that nothing is read before all have asked.
async fn block(sim: &Sim, server: &Server) -> anyhow::Result<Vec<Task>> {
    let mut connection = Connection::open(&server.url).await?;
    let asking = asking(&server.credential(), "緣分何時到？[[sim fault=hang]]");
    let mut tasks = Vec::new();
    for _ in 0..WORKERS {
        tasks.push(Task::ask(&mut connection, &asking).await?);
    }
    sim.asked(WORKERS).await?;
    Ok(tasks)
}

async fn release(server: &Server, blockers: &[Task]) -> anyhow::Result<()> {
    let mut connection = Connection::open(&server.url).await?;
    for task in blockers {
        let answer = connection
            .ask(&task.cancelling(&server.credential()))
            .await?;
        ensure!(answer.status == 200, "{}: {}", answer.status, answer.body);
    }
    Ok(())
}

/// Open connections, and what each is going to ask.
async fn ready(
    crowd: Crowd,
    server: &Server,
    credentials: &[String],
) -> anyhow::Result<Vec<(Connection, Vec<String>)>> {
    let connections = match crowd {
        Crowd::AtOnce => QUESTIONS,
        Crowd::InTurn => ACCOUNTS,
    };
    let each = QUESTIONS / connections;
    let mut ready = Vec::new();
    for index in 0..connections {
        let account = index * each / QUESTIONS_EACH;
        let credential = credentials.get(account).context("too few accounts")?;
        let first = index * each % QUESTIONS_EACH;
        let askings = (first..first + each)
            .map(|number| asking(credential, &question(account, number)))
            .collect();
        ready.push((Connection::open(&server.url).await?, askings));
    }
    Ok(ready)
}

/// How soon each question was accepted that was, in milliseconds.
async fn burst(ready: Vec<(Connection, Vec<String>)>) -> Vec<f64> {
    let mut asked = JoinSet::new();
    for (mut connection, askings) in ready {
        asked.spawn(async move {
            let mut tasks = Vec::new();
            for asking in askings {
                tasks.push(Task::ask(&mut connection, &asking).await);
            }
            tasks
        });
    }
    let mut accepted_ms = Vec::new();
    for task in asked.join_all().await.into_iter().flatten() {
        match task {
            Ok(task) => accepted_ms.push(between_ms(task.posted_us, task.accepted_us)),
            Err(error) => crate::report::tell(&format!("a question was not accepted: {error:#}")),
        }
    }
    accepted_ms
}

/// The accounts in the order in which the model got their questions.
async fn order(sim: &Sim) -> anyhow::Result<Vec<usize>> {
    let began = Instant::now();
    loop {
        let calls = sim.calls().await?;
        let accounts: Vec<usize> = calls
            .iter()
            .filter_map(|call| account(&call.request))
            .take(ORDERED)
            .collect();
        if accounts.len() == ORDERED {
            return Ok(accounts);
        }
        ensure!(
            began.elapsed() < PATIENCE,
            "the queue is not served: {} of {ORDERED}",
            accounts.len()
        );
        sleep(Duration::from_secs(1)).await;
    }
}

/// How many more questions of one account than of another had been asked at any time, while all
/// still had some left.
fn largest_lead(order: &[usize]) -> usize {
    let mut asked: HashMap<usize, usize> = HashMap::new();
    let mut largest = 0;
    for account in order {
        *asked.entry(*account).or_default() += 1;
        let most = asked.values().copied().max().unwrap_or_default();
        let all = asked.len() == ACCOUNTS;
        let least = all.then(|| asked.values().copied().min()).flatten();
        largest = largest.max(most - least.unwrap_or_default());
    }
    largest
}

fn question(account: usize, number: usize) -> String {
    question::of(format_args!("{account}-{number}"))
}

fn account(request: &Value) -> Option<usize> {
    let name = question::name(request)?;
    name.split_once('-')?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_a_perfect_order_nobody_leads_by_more_than_one() {
        let rounds: Vec<usize> = (0..3).flat_map(|_| 0..ACCOUNTS).collect();
        assert_eq!(largest_lead(&rounds), 1);
        let one_after_the_other: Vec<usize> = (0..ACCOUNTS * 3).map(|index| index / 3).collect();
        assert_eq!(largest_lead(&one_after_the_other), 3);
    }
}
