//! A load of streams: each measured through the server and without it, in turn.

use std::{collections::HashMap, sync::Arc, time::Duration};

use anyhow::{Context, ensure};
use llmsim::Times;
use reqwest::Client;
use tokio::{
    task::JoinSet,
    time::{Instant, sleep_until, timeout},
};

use crate::{
    cpu::Cpu,
    delivery::{self, Delivery},
    direct::{Direct, Template},
    events,
    measured::Measured,
    programs::{Programs, Server, Sim, Writing, client},
    question,
    reader::Asker,
    reading::Reading,
    record::{Enough, Recording},
    slow::{self, SlowReaders},
    table::Line,
};

/// How much is asked, and how it is judged.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    pub(crate) streams: usize,
    /// Tokens a second of each.
    pub(crate) rate: u32,
    /// About how many tokens of each.
    pub(crate) length: u32,
    pub(crate) runs: u32,
    pub(crate) partial_text: bool,
    pub(crate) goals: Goals,
}

/// What the targets ask for; pairs are p50 and p99.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Goals {
    /// Added to what the client needs without a server.
    pub(crate) token_ms: [Option<f64>; 2],
    pub(crate) first_event_ms: [Option<f64>; 2],
    pub(crate) kept_percent: Option<f64>,
    pub(crate) cpu_us: Option<f64>,
}

/// How long the model is listened to without a server once every stream has begun; its pace does
/// not change after that.
const DIRECT: Duration = Duration::from_secs(3);

/// How long one run may take before what is missing is given up.
const PATIENCE: Duration = Duration::from_secs(120);

/// Streams are begun over so long a time for every hundred of them.
const BEGIN_A_HUNDRED: Duration = Duration::from_secs(1);

/// Questions before the first run, asked at once and answered as fast as possible.
const WARM_UP: usize = 16;

/// What is needed to ask.
pub(crate) struct Bench<'a> {
    load: &'a Load,
    sim: &'a Sim,
    server: &'a Server,
    client: Client,
    template: Template,
}

/// Measures a load.
pub(crate) async fn measure(
    row: &'static str,
    load: &Load,
    programs: &Programs,
) -> anyhow::Result<Vec<Line>> {
    let writing = Writing {
        rate: load.rate,
        length: load.length,
    };
    let sim = programs.start_sim(writing).await?;
    let server = programs
        .start_server(&sim, load.streams.max(WARM_UP))
        .await?;
    let bench = Bench::new(load, &sim, &server).await?;
    let mut measured = Measured::default();
    for run in 0..load.runs {
        let direct = bench.direct(run).await.context("without the server")?;
        let through = bench.through(run, &mut measured, None).await?;
        measured.take(&direct, &through);
    }
    measured.peak_mb = server.process.memory()?.peak;
    server.stop().await?;
    sim.stop().await?;
    Ok(measured.lines(row, load))
}

/// Warms both programs up, and learns how the server asks the model.
pub(crate) async fn warm_up(
    sim: &Sim,
    server: &Server,
    client: &Client,
) -> anyhow::Result<Template> {
    let asker = Asker::new(client.clone(), server, false);
    let question = |index| format!("緣分何時到？（熱身{index}）[[sim rate=0 ttft=0]]");
    let mut readers = JoinSet::new();
    for index in 0..WARM_UP {
        let asker = asker.clone();
        readers.spawn(async move {
            let asked = asker.ask(&question(index), enough(PATIENCE)).await?;
            Reading::of(&events::parse(&asked.recording))
        });
    }
    while let Some(reading) = readers.join_next().await {
        let reading = reading?.context("in the warm-up")?;
        ensure!(reading.poem_us.is_some(), "no poem came in the warm-up");
    }
    let calls = sim.calls().await?;
    // As the server passes brackets on, which in a prompt could be taken for a template's.
    let question = question(0).replace("[[", "〔〔").replace("]]", "〕〕");
    let call = calls
        .iter()
        .find(|call| call.request.to_string().contains(&question))
        .context("the server did not ask the model what it was asked")?;
    Template::new(&call.request, &question)
}

impl<'a> Bench<'a> {
    /// Both programs warmed up.
    pub(crate) async fn new(
        load: &'a Load,
        sim: &'a Sim,
        server: &'a Server,
    ) -> anyhow::Result<Self> {
        let client = client()?;
        let template = warm_up(sim, server, &client).await?;
        Ok(Self {
            load,
            sim,
            server,
            client,
            template,
        })
    }

    /// One run without the server.
    async fn direct(&self, run: u32) -> anyhow::Result<Vec<Delivery>> {
        self.sim.forget_calls().await?;
        let mut readers = JoinSet::new();
        let listen = BEGIN_A_HUNDRED.mul_f64(self.load.streams as f64 / 100.0) + DIRECT;
        let enough = enough(listen);
        for index in 0..self.load.streams {
            let (client, url) = (self.client.clone(), self.sim.url.clone());
            let template = self.template.clone();
            let begin = self.begin(index);
            let question = self.question(run, index);
            readers.spawn(async move {
                sleep_until(begin).await;
                template.ask((&client, &url), &question, enough).await
            });
        }
        let mut deliveries = Vec::new();
        for recording in all(readers).await? {
            let direct = Direct::of(&recording?)?;
            deliveries.push(direct.delivery(self.sim).await?);
        }
        Ok(deliveries)
    }

    /// One run through the server, with slow readers of some of the tasks or without.
    pub(crate) async fn through(
        &self,
        run: u32,
        measured: &mut Measured,
        slow: Option<&Arc<SlowReaders>>,
    ) -> anyhow::Result<Vec<Delivery>> {
        self.sim.forget_calls().await?;
        let asker = Asker::new(self.client.clone(), self.server, self.load.partial_text);
        let before = Cpu::now(self.server, self.sim)?;
        let mut readers = JoinSet::new();
        for index in 0..self.load.streams {
            let asker = asker.clone();
            let begin = self.begin(index);
            let question = self.question(run, index);
            let slow = slow.filter(|_| index % slow::ONE_IN == 0).cloned();
            readers.spawn(async move {
                sleep_until(begin).await;
                let asked = async {
                    let accepted = asker.accept(&question).await?;
                    if let Some(slow) = slow {
                        slow.follow(&accepted.stream_url);
                    }
                    asker.follow(accepted, enough(PATIENCE)).await
                };
                (index, asked.await)
            });
        }
        let asked = all(readers).await?;
        let after = Cpu::now(self.server, self.sim)?;
        measured.cpu_us += after.server_us(before);
        measured.others_percent.push(after.others_percent(before));
        let sent = sent(self.sim, run).await?;
        let mut readings = Vec::new();
        let mut deliveries = Vec::new();
        for (index, asked) in asked {
            let checked = asked.and_then(|asked| {
                let sent = sent.get(&index).context("the model was not asked")?;
                let (reading, delivery) = judge(&asked.recording, sent)?;
                deliveries.push(delivery);
                readings.push((asked, reading));
                Ok(())
            });
            if let Err(error) = checked {
                crate::report::tell(&format!("stream {index} is not lossless: {error:#}"));
            }
        }
        measured.first_events(&readings);
        Ok(deliveries)
    }

    /// When a stream begins: spread evenly, also over the time between two tokens, as no crowd
    /// asks in step.
    fn begin(&self, index: usize) -> Instant {
        const GOLDEN: f64 = 0.618_033_988_75;
        let begun = BEGIN_A_HUNDRED.mul_f64(index as f64 / 100.0);
        let between = Duration::from_secs(1) / self.load.rate;
        Instant::now() + begun + between.mul_f64((index as f64 * GOLDEN).fract())
    }

    /// A question that nobody else asks.
    fn question(&self, run: u32, index: usize) -> String {
        question::of(format_args!("{run}-{index}"))
    }
}

/// What the model sent for each stream of a run. Where it was asked more than once, the last call
/// that wrote all counts.
pub(crate) async fn sent(sim: &Sim, run: u32) -> anyhow::Result<HashMap<usize, Times>> {
    let mut sent = HashMap::new();
    let of_run = format!("{run}-");
    for call in sim.calls().await? {
        let name = question::name(&call.request);
        let index = name.as_deref().and_then(|name| name.strip_prefix(&of_run));
        let asked: Option<usize> = index.and_then(|index| index.parse().ok());
        if let Some(index) = asked {
            sent.insert(index, sim.times(call.id).await?);
        }
    }
    Ok(sent)
}

/// What a reader held, if it lost nothing of what the model sent.
pub(crate) fn judge(recording: &Recording, sent: &Times) -> anyhow::Result<(Reading, Delivery)> {
    let reading = Reading::of(&events::parse(recording))?;
    reading.check(sent)?;
    let delivery = delivery::by_place(&reading.arrivals, sent);
    ensure!(
        delivery.missing == 0,
        "{} tokens never came",
        delivery.missing
    );
    ensure!(
        delivery.latencies_ms.iter().all(|latency| *latency > 0.0),
        "a token came before it was sent: the clock was set, or the matching is wrong"
    );
    Ok((reading, delivery))
}

/// The latencies of all tokens of all streams.
pub(crate) fn latencies(deliveries: &[Delivery]) -> Vec<f64> {
    let all = deliveries.iter();
    all.flat_map(|delivery| delivery.latencies_ms.iter().copied())
        .collect()
}

/// The whole body, if it comes within this time.
pub(crate) fn enough(time: Duration) -> Enough {
    Enough {
        by: Instant::now() + time,
        event: None,
    }
}

/// What all readers return, or an error if they take far longer than they may.
async fn all<T: 'static>(readers: JoinSet<T>) -> anyhow::Result<Vec<T>> {
    timeout(PATIENCE * 2, readers.join_all())
        .await
        .context("the readers did not end")
}
