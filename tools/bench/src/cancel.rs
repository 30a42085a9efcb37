//! Cancels of running readings, one after the other and all at once: how soon the reader is told,
//! and how soon the model is left alone.

use std::{collections::HashMap, time::Duration};

use anyhow::{Context, ensure};
use llmsim::Ended;
use tokio::{
    task::JoinSet,
    time::{Instant, sleep, sleep_until},
};

use crate::{
    clock::{between_ms, wall_us},
    connection::{Connection, Streamed},
    cpu::{Cpu, disturbed},
    direct::{Direct, Template},
    events,
    load::{enough, warm_up},
    programs::{Programs, Server, Sim, Writing, client},
    question,
    statistics::Percentiles,
    table::{Goal, Line},
    task::{Task, asking},
};

const CROWD: usize = 1000;
const SINGLES: usize = 100;

/// Long and slow, so that no reading ends by itself.
const WRITING: Writing = Writing {
    rate: 2,
    length: 700,
};

/// The crowd asks over so long a time.
const COMING: Duration = Duration::from_secs(5);

/// How long everybody reads before anything is cancelled; the model writes by then.
const READING: Duration = Duration::from_millis(1500);

/// How long a single reading goes on before it is cancelled.
const SINGLE: Duration = Duration::from_millis(100);

const PATIENCE: Duration = Duration::from_secs(60);

/// What one reader and its cancel came to.
#[derive(Debug)]
struct Outcome {
    name: String,
    cancelled_us: u64,
    answered_us: u64,
    streamed: Streamed,
}

/// From the POST of the cancel, in milliseconds.
#[derive(Debug, Default)]
struct Soon {
    answered: Percentiles,
    told: Percentiles,
    noticed: Percentiles,
    /// How many got one `cancelled`, as the last of all.
    well: Vec<f64>,
    others_percent: Vec<f64>,
}

/// Measures the row on cancels.
pub(crate) async fn measure(programs: &Programs, runs: u32) -> anyhow::Result<Vec<Line>> {
    let sim = programs.start_sim(WRITING).await?;
    let server = programs.start_server(&sim, CROWD).await?;
    let template = warm_up(&sim, &server, &client()?).await?;
    let mut hung_up = Percentiles::default();
    let (mut singles, mut crowd) = (Soon::default(), Soon::default());
    for run in 0..runs {
        hung_up.take(&hang_up(run, &sim, &template).await?);
        let before = Cpu::now(&server, &sim)?;
        let outcomes = one_by_one(run, &sim, &server).await?;
        singles.take(outcomes, &sim).await?;
        let between = Cpu::now(&server, &sim)?;
        singles.others_percent.push(between.others_percent(before));
        let outcomes = at_once(run, &sim, &server).await?;
        crowd.take(outcomes, &sim).await?;
        let after = Cpu::now(&server, &sim)?;
        crowd.others_percent.push(after.others_percent(between));
    }
    server.stop().await?;
    sim.stop().await?;
    let mut lines = singles.lines("one by one", SINGLES, hung_up);
    lines.extend(crowd.lines("1000 at once", CROWD, Percentiles::default()));
    Ok(lines)
}

/// How soon the model notices that a client without a server between hangs up, in milliseconds.
async fn hang_up(run: u32, sim: &Sim, template: &Template) -> anyhow::Result<Vec<f64>> {
    sim.forget_calls().await?;
    let client = client()?;
    let mut hung_up_us = HashMap::new();
    for index in 0..SINGLES {
        let question = format!(
            "{}[[sim ttft=0 rate=20]]",
            question::of(format_args!("{run}-{index}"))
        );
        let recording = template
            .ask((&client, &sim.url), &question, enough(SINGLE))
            .await?;
        hung_up_us.insert(Direct::of(&recording)?.call, wall_us());
    }
    sleep(SINGLE).await;
    let mut noticed_ms = Vec::new();
    for call in sim.calls().await? {
        let hung_up_us = hung_up_us.get(&call.id).context("an unknown call")?;
        let ended_us = call.ended_us.context("the model did not notice")?;
        noticed_ms.push(between_ms(*hung_up_us, ended_us));
    }
    Ok(noticed_ms)
}

async fn one_by_one(run: u32, sim: &Sim, server: &Server) -> anyhow::Result<Vec<Outcome>> {
    sim.forget_calls().await?;
    let credential = server.credential();
    let mut canceller = Connection::open(&server.url).await?;
    let mut outcomes = Vec::new();
    for index in 0..SINGLES {
        let name = format!("{run}-{index}");
        let question = format!("{}[[sim ttft=0 rate=20]]", question::of(&name));
        let mut connection = Connection::open(&server.url).await?;
        let task = Task::ask(&mut connection, &asking(&credential, &question)).await?;
        connection.send(&task.following(&credential)).await?;
        let cancel = async {
            sleep(SINGLE).await;
            let cancelled_us = wall_us();
            let answer = canceller.ask(&task.cancelling(&credential)).await?;
            ensure!(answer.status == 200, "{}: {}", answer.status, answer.body);
            anyhow::Ok((cancelled_us, answer.us))
        };
        let (streamed, cancelled) = tokio::join!(connection.record(enough(PATIENCE)), cancel);
        let (cancelled_us, answered_us) = cancelled?;
        let outcome = Outcome {
            name,
            cancelled_us,
            answered_us,
            streamed: streamed?,
        };
        nothing_follows(&outcome.streamed, &task, &credential, &mut canceller).await?;
        outcomes.push(outcome);
    }
    Ok(outcomes)
}

/// Comes back to a stream that was cancelled: there is nothing more.
async fn nothing_follows(
    streamed: &Streamed,
    task: &Task,
    credential: &str,
    connection: &mut Connection,
) -> anyhow::Result<()> {
    let body = streamed.body()?;
    let events = events::parse(&body);
    let last = events.last().context("no event came")?;
    let header = format!("{credential}\r\nLast-Event-ID: {}", last.id);
    let answer = connection.ask(&task.following(&header)).await?;
    ensure!(answer.status == 204, "{} after the end", answer.status);
    Ok(())
}

async fn at_once(run: u32, sim: &Sim, server: &Server) -> anyhow::Result<Vec<Outcome>> {
    sim.forget_calls().await?;
    let credential = server.credential();
    let began = Instant::now();
    let cancel_at = began + COMING + READING;
    let mut readers = JoinSet::new();
    for index in 0..CROWD {
        let (url, credential) = (server.url.clone(), credential.clone());
        let begin = began + COMING.mul_f64(index as f64 / CROWD as f64);
        readers.spawn(async move {
            sleep_until(begin).await;
            let name = format!("{run}-all-{index}");
            let mut canceller = Connection::open(&url).await?;
            let mut connection = Connection::open(&url).await?;
            let asking = asking(&credential, &question::of(&name));
            let task = Task::ask(&mut connection, &asking).await?;
            connection.send(&task.following(&credential)).await?;
            let cancelling = task.cancelling(&credential);
            let cancel = async {
                sleep_until(cancel_at).await;
                let cancelled_us = wall_us();
                let answer = canceller.ask(&cancelling).await?;
                ensure!(answer.status == 200, "{}: {}", answer.status, answer.body);
                anyhow::Ok((cancelled_us, answer.us))
            };
            let (streamed, cancelled) = tokio::join!(connection.record(enough(PATIENCE)), cancel);
            let (cancelled_us, answered_us) = cancelled?;
            Ok(Outcome {
                name,
                cancelled_us,
                answered_us,
                streamed: streamed?,
            })
        });
    }
    readers.join_all().await.into_iter().collect()
}

impl Soon {
    async fn take(&mut self, outcomes: Vec<Outcome>, sim: &Sim) -> anyhow::Result<()> {
        // The last of them was cancelled long ago for a model that shall notice within 100 ms.
        sleep(READING).await;
        let mut gone_us = HashMap::new();
        for call in sim.calls().await? {
            let gone = call.ended == Some(Ended::ClientGone);
            if let (true, Some(us), Some(name)) =
                (gone, call.ended_us, question::name(&call.request))
            {
                gone_us.insert(name, us);
            }
        }
        let (mut answered, mut told, mut noticed) = (Vec::new(), Vec::new(), Vec::new());
        for outcome in &outcomes {
            let since = |us| between_ms(outcome.cancelled_us, us);
            answered.push(since(outcome.answered_us));
            match (told_us(&outcome.streamed), gone_us.get(&outcome.name)) {
                (Ok(told_us), Some(us)) => {
                    told.push(since(told_us));
                    noticed.push(since(*us));
                }
                (Err(error), _) => {
                    crate::report::tell(&format!("a cancelled stream is wrong: {error:#}"));
                }
                (Ok(_), None) => crate::report::tell("the model did not notice a cancel"),
            }
        }
        self.well.push(told.len() as f64);
        self.answered.take(&answered);
        self.told.take(&told);
        self.noticed.take(&noticed);
        Ok(())
    }

    fn lines(self, name: &str, cancels: usize, hung_up: Percentiles) -> Vec<Line> {
        let disturbed = disturbed(&self.others_percent);
        let [hung_up_p50, hung_up_p99] = hung_up.0;
        let pair = |what: &str, percentiles: Percentiles, p99_ms: Option<f64>| {
            let [p50, p99] = percentiles.0;
            let line = |percent, values| {
                let measure = format!("{name}: cancel to {what}, {percent}, ms");
                Line::new("cancel", &measure, values).disturbed(disturbed)
            };
            let goal = p99_ms.map(Goal::AtMost);
            [line("p50", p50), line("p99", p99).goal(goal)]
        };
        let [noticed_p50, noticed_p99] = pair("model left alone", self.noticed, Some(100.0));
        let well = format!("{name}: ended by one `cancelled`, of {cancels}");
        let mut lines = Vec::new();
        lines.extend(pair("200", self.answered, None));
        lines.extend(pair("`cancelled` held", self.told, Some(50.0)));
        lines.push(noticed_p50.beside(hung_up_p50));
        lines.push(noticed_p99.beside(hung_up_p99));
        let others = format!("{name}: machine taken by others, %");
        lines.push(Line::new("cancel", &others, self.others_percent));
        let goal = Some(Goal::AtLeast(cancels as f64));
        lines.push(Line::new("cancel", &well, self.well).goal(goal));
        lines
    }
}

/// When the reader held the end, which is the last and stands once.
fn told_us(streamed: &Streamed) -> anyhow::Result<u64> {
    let body = streamed.body()?;
    let events = events::parse(&body);
    let last = events.last().context("no event came")?;
    ensure!(last.name == "cancelled", "the last event is {}", last.name);
    let ends = events.iter().filter(|event| event.name == "cancelled");
    ensure!(ends.count() == 1, "it was cancelled twice");
    ensure!(streamed.ended, "the stream stayed open");
    Ok(last.us)
}
