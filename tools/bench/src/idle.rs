//! Ten thousand readers of readings that nobody writes yet: what each holds of the server's
//! memory, and what all of them take of its time.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use anyhow::ensure;
use tokio::{
    task::JoinSet,
    time::{Instant, sleep, sleep_until},
};

use crate::{
    connection::Connection,
    cpu::{Cpu, disturbed},
    programs::{Programs, Server, Sim, Writing},
    question,
    table::{Goal, Line},
    task::{Task, asking},
};

/// Each of its own task.
const READERS: usize = 10_000;

/// So many of the tasks wait for the model, the others in the queue.
const WAITING: usize = 500;

/// They come over so long a time, so that their heartbeats do not beat in step.
const COMING: Duration = Duration::from_secs(10);

/// How long nothing happens but heartbeats, of which there is one every ten seconds.
const IDLE: Duration = Duration::from_secs(30);

const PATIENCE: Duration = Duration::from_secs(60);

/// The model never answers.
const WRITING: Writing = Writing {
    rate: 20,
    length: 100,
};

/// Measures row L6.
pub(crate) async fn measure(programs: &Programs) -> anyhow::Result<Vec<Line>> {
    let sim = programs.start_sim(WRITING).await?;
    let server = programs.start_server(&sim, WAITING).await?;
    let tasks = ask_all(&sim, &server).await?;
    let before_mb = server.process.memory()?.now;
    let heartbeats = Arc::new(AtomicUsize::new(0));
    let mut readers = read_all(&server, &tasks, &heartbeats);
    let began = Instant::now();
    // One comes with the phase, at once.
    while heartbeats.load(Ordering::Relaxed) < READERS {
        ensure!(began.elapsed() < PATIENCE, "not every reader is served");
        sleep(Duration::from_millis(100)).await;
    }
    let joined_mb = server.process.memory()?.now;
    let (before, beats_before, began) = (
        Cpu::now(&server, &sim)?,
        heartbeats.load(Ordering::Relaxed),
        Instant::now(),
    );
    sleep(IDLE).await;
    let after = Cpu::now(&server, &sim)?;
    let idle_us = began.elapsed().as_micros() as f64;
    let beats = heartbeats.load(Ordering::Relaxed) - beats_before;
    let idle_mb = server.process.memory()?.now;
    while readers.try_join_next().is_some() {}
    let left = readers.len();
    drop(readers);
    server.stop().await?;
    sim.stop().await?;
    let others_percent = vec![after.others_percent(before)];
    let disturbed = disturbed(&others_percent);
    let cpu_us = after.server_us(before);
    let line = |measure: &str, value| Line::new("L6", measure, vec![value]);
    let each_kb = |mb: f64| (mb - before_mb) * 1024.0 / READERS as f64;
    Ok(vec![
        line("memory a reader, KB", each_kb(idle_mb)).goal(Some(Goal::AtMost(16.0))),
        line("memory a reader just come, KB", each_kb(joined_mb)),
        line("processor share, % of one", cpu_us / idle_us * 100.0)
            .goal(Some(Goal::AtMost(2.0)))
            .disturbed(disturbed),
        line(
            "processor time a heartbeat, µs",
            cpu_us / beats.max(1) as f64,
        ),
        line("heartbeats a second", beats as f64 / idle_us * 1e6),
        line("machine taken by others, %", others_percent[0]),
        line("readers left of 10000", left as f64).goal(Some(Goal::AtLeast(READERS as f64))),
    ])
}

/// Asks for every reader, and waits until every worker waits for the model.
async fn ask_all(sim: &Sim, server: &Server) -> anyhow::Result<Vec<Task>> {
    let mut connection = Connection::open(&server.url).await?;
    let credential = server.credential();
    let mut tasks = Vec::new();
    for index in 0..READERS {
        let question = format!("{}[[sim fault=hang]]", question::of(index));
        let asking = asking(&credential, &question);
        tasks.push(Task::ask(&mut connection, &asking).await?);
    }
    sim.asked(WAITING).await?;
    Ok(tasks)
}

/// Readers that count heartbeats and keep nothing; one that is left by the server ends.
fn read_all(server: &Server, tasks: &[Task], heartbeats: &Arc<AtomicUsize>) -> JoinSet<()> {
    let began = Instant::now();
    let mut readers = JoinSet::new();
    for (index, task) in tasks.iter().enumerate() {
        let url = server.url.clone();
        let following = task.following(&server.credential());
        let heartbeats = Arc::clone(heartbeats);
        let begin = began + COMING.mul_f64(index as f64 / READERS as f64);
        readers.spawn(async move {
            sleep_until(begin).await;
            if let Err(error) = count(&url, &following, &heartbeats).await {
                crate::report::tell(&format!("a reader was left: {error:#}"));
            }
        });
    }
    readers
}

async fn count(url: &str, following: &str, heartbeats: &AtomicUsize) -> anyhow::Result<()> {
    let mut connection = Connection::open(url).await?;
    connection.send(following).await?;
    loop {
        // Kept no longer than the piece that it holds, so that this program stays small.
        let piece = connection.piece().await?;
        let places = piece.windows(BEAT.len());
        let beats = places.filter(|place| *place == BEAT).count();
        heartbeats.fetch_add(beats, Ordering::Relaxed);
    }
}

const BEAT: &[u8] = b"event: heartbeat\n";
