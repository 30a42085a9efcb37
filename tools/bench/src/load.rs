//! A load of streams: each measured through the server and without it, in turn.

use std::{collections::HashMap, time::Duration};

use anyhow::{Context, ensure};
use llmsim::Times;
use reqwest::Client;
use tokio::{
    task::JoinSet,
    time::{Instant, sleep_until, timeout},
};

use crate::{
    delivery::{self, Delivery},
    direct::{Direct, Template},
    events,
    machine::Processors,
    measured::Measured,
    process::own_cpu_us,
    programs::{Programs, Server, Sim, Writing, client},
    reader::{Asked, Asker},
    reading::Reading,
    record::Enough,
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
struct Bench<'a> {
    load: &'a Load,
    sim: &'a Sim,
    server: &'a Server,
    client: Client,
    template: Template,
}

/// Processor time so far.
#[derive(Debug, Clone, Copy)]
struct Cpu {
    server_us: f64,
    /// Of the server, the simulated model and this program.
    own_us: f64,
    processors: Processors,
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
    let client = client()?;
    let template = warm_up(&sim, &server, &client).await?;
    let bench = Bench {
        load,
        sim: &sim,
        server: &server,
        client,
        template,
    };
    let mut measured = Measured::default();
    for run in 0..load.runs {
        let direct = bench.direct(run).await.context("without the server")?;
        let through = bench.through(run, &mut measured).await?;
        measured.take(&direct, &through);
    }
    measured.peak_mb = server.process.memory()?.peak;
    server.stop().await?;
    sim.stop().await?;
    Ok(measured.lines(row, load))
}

/// Warms both programs up, and learns how the server asks the model.
async fn warm_up(sim: &Sim, server: &Server, client: &Client) -> anyhow::Result<Template> {
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
    let question = question(0);
    let call = calls
        .iter()
        .find(|call| call.request.to_string().contains(&question))
        .context("the server did not ask the model what it was asked")?;
    Template::new(&call.request, &question)
}

impl Bench<'_> {
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

    /// One run through the server.
    async fn through(&self, run: u32, measured: &mut Measured) -> anyhow::Result<Vec<Delivery>> {
        self.sim.forget_calls().await?;
        let asker = Asker::new(self.client.clone(), self.server, self.load.partial_text);
        let before = self.cpu()?;
        let mut readers = JoinSet::new();
        for index in 0..self.load.streams {
            let asker = asker.clone();
            let begin = self.begin(index);
            let question = self.question(run, index);
            readers.spawn(async move {
                sleep_until(begin).await;
                (index, asker.ask(&question, enough(PATIENCE)).await)
            });
        }
        let asked = all(readers).await?;
        let after = self.cpu()?;
        measured.cpu_us += after.server_us - before.server_us;
        let own_us = after.own_us - before.own_us;
        let others = after.processors.others_percent(before.processors, own_us);
        measured.others_percent.push(others);
        let sent = self.sent(run).await?;
        let mut readings = Vec::new();
        let mut deliveries = Vec::new();
        for (index, asked) in asked {
            let checked = asked.and_then(|asked| {
                let sent = sent.get(&index).context("the model was not asked")?;
                let (reading, delivery) = judge(&asked, sent)?;
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

    fn cpu(&self) -> anyhow::Result<Cpu> {
        let server_us = self.server.process.cpu_us()?;
        let own_us = server_us + self.sim.process.cpu_us()? + own_cpu_us()?;
        Ok(Cpu {
            server_us,
            own_us,
            processors: Processors::now()?,
        })
    }

    /// What the model sent for each stream of this run. Where it was asked more than once, the
    /// last call that wrote all counts.
    async fn sent(&self, run: u32) -> anyhow::Result<HashMap<usize, Times>> {
        let mut sent = HashMap::new();
        let questions: HashMap<String, usize> = (0..self.load.streams)
            .map(|index| (self.question(run, index), index))
            .collect();
        for call in self.sim.calls().await? {
            let request = call.request.to_string();
            let asked = request.split_once(BEFORE_NAME).and_then(|(_, rest)| {
                let (name, _) = rest.split_once(BEHIND_NAME)?;
                questions.get(&format!("{BEFORE_NAME}{name}{BEHIND_NAME}"))
            });
            if let Some(index) = asked {
                sent.insert(*index, self.sim.times(call.id).await?);
            }
        }
        Ok(sent)
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
        format!("{BEFORE_NAME}{run}-{index}{BEHIND_NAME}")
    }
}

const BEFORE_NAME: &str = "緣分何時到？（問者";
const BEHIND_NAME: &str = "）";

fn judge(asked: &Asked, sent: &Times) -> anyhow::Result<(Reading, Delivery)> {
    let reading = Reading::of(&events::parse(&asked.recording))?;
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

fn enough(time: Duration) -> Enough {
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
