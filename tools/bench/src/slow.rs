//! Readers that read slowly or not at all, beside others whose tokens they must not delay.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context, ensure};
use reqwest::Client;
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{Instant, timeout, timeout_at},
};

use crate::{
    clock::wall_us,
    cpu::disturbed,
    events,
    load::{Bench, Goals, Load, latencies},
    measured::Measured,
    programs::{Programs, Server, Writing},
    reading::Reading,
    record::Recording,
    statistics::{Percentiles, median},
    table::{Goal, Line},
};

/// One slow reader for so many others.
pub(crate) const ONE_IN: usize = 10;

/// How often a slow reader takes a piece; every other one takes none.
const PAUSE: Duration = Duration::from_secs(1);

/// All that is sent to a slow reader before it has read: the window of its HTTP/2 stream. That of
/// a TCP connection on one machine is megabytes, more than a whole reading.
const WINDOW: u32 = 16 * 1024;

const PATIENCE: Duration = Duration::from_secs(30);

/// Slow readers of the tasks that they were told of.
#[derive(Debug)]
pub(crate) struct SlowReaders {
    url: String,
    key: String,
    readers: Mutex<JoinSet<anyhow::Result<usize>>>,
    over: watch::Sender<bool>,
}

/// Measures the row on slow readers.
pub(crate) async fn measure(
    programs: &Programs,
    length: u32,
    runs: u32,
) -> anyhow::Result<Vec<Line>> {
    let load = Load {
        streams: 100,
        rate: 20,
        length,
        runs,
        partial_text: false,
        goals: Goals::default(),
    };
    let writing = Writing {
        rate: load.rate,
        length,
    };
    let sim = programs.start_sim(writing).await?;
    let server = programs.start_server(&sim, load.streams).await?;
    let bench = Bench::new(&load, &sim, &server).await?;
    let (mut without, mut with) = (Percentiles::default(), Percentiles::default());
    let mut memory_mb = [Vec::new(), Vec::new()];
    let (mut lossless, mut pieces) = (Vec::new(), Vec::new());
    let mut measured = Measured::default();
    for run in 0..runs {
        // Whoever is first changes, so that neither has the younger server.
        for turn in 0..2 {
            let run_number = 2 * run + turn;
            let slow = (run + turn) % 2 == 1;
            let slow = slow.then(|| Arc::new(SlowReaders::new(&server)));
            let deliveries = bench
                .through(run_number, &mut measured, slow.as_ref())
                .await?;
            ensure!(deliveries.len() == load.streams, "a reader lost something");
            let memory = server.process.memory()?.now;
            if let Some(slow) = slow {
                with.take(&latencies(&deliveries));
                memory_mb[1].push(memory);
                let of_readers = slow.end().await?;
                lossless.push(of_readers.len() as f64);
                pieces.extend(of_readers.iter().map(|pieces| *pieces as f64));
            } else {
                without.take(&latencies(&deliveries));
                memory_mb[0].push(memory);
            }
        }
    }
    server.stop().await?;
    sim.stop().await?;
    let disturbed = disturbed(&measured.others_percent);
    let readers = (load.streams / ONE_IN) as f64;
    let line = |measure: &str, values| Line::new("slow", measure, values).disturbed(disturbed);
    let [without_p50, without_p99] = without.0;
    let [with_p50, with_p99] = with.0;
    let change = median(&with_p99).zip(median(&without_p99));
    let change = change.map(|(with, without)| (with / without - 1.0) * 100.0);
    let [without_mb, with_mb] = memory_mb;
    Ok(vec![
        line("without: a token, p50, ms", without_p50),
        line("with: a token, p50, ms", with_p50),
        line("without: a token, p99, ms", without_p99),
        line("with: a token, p99, ms", with_p99),
        line("change of the p99, %", change.into_iter().collect()).goal(Some(Goal::AtMost(10.0))),
        line("without: memory, MB", without_mb),
        line("with: memory, MB", with_mb),
        line(
            "events with text for a slow reader, p50",
            median(&pieces).into_iter().collect(),
        ),
        line("machine taken by others, %", measured.others_percent),
        line("slow readers that lost nothing, of 10", lossless).goal(Some(Goal::AtLeast(readers))),
    ])
}

impl SlowReaders {
    fn new(server: &Server) -> Self {
        Self {
            url: server.url.clone(),
            key: server.key.clone(),
            readers: Mutex::default(),
            over: watch::Sender::new(false),
        }
    }

    /// One more reader, of the stream at this path.
    pub(crate) fn follow(&self, stream_url: &str) {
        let request = (format!("{}{stream_url}", self.url), self.key.clone());
        let over = self.over.subscribe();
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        let never = readers.len().is_multiple_of(2);
        readers.spawn(async move { read(request, never, over).await });
    }

    /// Lets all of them read on to the end; in how many events each was told text.
    async fn end(&self) -> anyhow::Result<Vec<usize>> {
        self.over.send_replace(true);
        let readers =
            std::mem::take(&mut *self.readers.lock().unwrap_or_else(PoisonError::into_inner));
        readers.join_all().await.into_iter().collect()
    }
}

async fn read(
    (url, key): (String, String),
    never: bool,
    mut over: watch::Receiver<bool>,
) -> anyhow::Result<usize> {
    let client = Client::builder()
        .no_proxy()
        .http2_prior_knowledge()
        .http2_initial_stream_window_size(WINDOW)
        .build()?;
    let mut stream = client.get(url).bearer_auth(key).send().await?;
    let mut recording = Recording::default();
    loop {
        let pause = if never { PATIENCE * 10 } else { PAUSE };
        let is_over = timeout(pause, over.wait_for(|over| *over)).await.is_ok();
        let by = Instant::now() + PATIENCE;
        // Over: what is left is read without a pause.
        while let Some(piece) = timeout_at(by, stream.chunk()).await?? {
            recording.bytes.extend_from_slice(&piece);
            recording.came.push((recording.bytes.len(), wall_us()));
            if !is_over {
                break;
            }
        }
        if is_over {
            break;
        }
    }
    let events = events::parse(&recording);
    let last = events.last().context("no event came")?;
    ensure!(last.name == "complete", "the last event is {}", last.name);
    Ok(Reading::of(&events)?.arrivals.len())
}
