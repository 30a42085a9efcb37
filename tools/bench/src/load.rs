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
    clock::between_ms,
    delivery::{self, Delivery},
    direct::{Direct, Template},
    events,
    programs::{Programs, Server, Sim, Writing, client},
    reader::{Asked, Asker},
    reading::Reading,
    record::Enough,
    statistics::percentile,
    table::{Goal, Line},
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

/// How long the model is listened to without a server; its pace does not change after that.
const DIRECT: Duration = Duration::from_secs(6);

/// How long one run may take before what is missing is given up.
const PATIENCE: Duration = Duration::from_secs(120);

/// Streams are begun over so long a time for every hundred of them.
const BEGIN_A_HUNDRED: Duration = Duration::from_secs(1);

/// Questions before the first run, asked at once and answered as fast as possible.
const WARM_UP: usize = 16;

/// What was measured, run by run.
#[derive(Debug, Default)]
struct Measured {
    direct: Latencies,
    through: Latencies,
    kept_percent: Vec<f64>,
    accepted: Percentiles,
    poem: Percentiles,
    first_event: Percentiles,
    lossless: Vec<f64>,
    cpu_us: f64,
    tokens: usize,
    peak_mb: f64,
}

type Latencies = Percentiles;

/// The p50 and the p99 of each run.
#[derive(Debug, Default)]
struct Percentiles([Vec<f64>; 2]);

/// What is needed to ask.
struct Bench<'a> {
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
        for index in 0..self.load.streams {
            let (client, url) = (self.client.clone(), self.sim.url.clone());
            let template = self.template.clone();
            let begin = self.begin(index);
            let question = self.question(run, index);
            readers.spawn(async move {
                sleep_until(begin).await;
                let enough = enough(DIRECT);
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
        let cpu_before = self.server.process.cpu_us()?;
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
        measured.cpu_us += self.server.process.cpu_us()? - cpu_before;
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

impl Percentiles {
    fn take(&mut self, values: &[f64]) {
        for (percent, runs) in [50.0, 99.0].into_iter().zip(&mut self.0) {
            runs.extend(percentile(values, percent));
        }
    }
}

impl Measured {
    fn take(&mut self, direct: &[Delivery], through: &[Delivery]) {
        let latencies = |deliveries: &[Delivery]| -> Vec<f64> {
            let all = deliveries.iter();
            all.flat_map(|delivery| delivery.latencies_ms.iter().copied())
                .collect()
        };
        let rate = |deliveries: &[Delivery]| {
            let rates: Vec<f64> = deliveries.iter().filter_map(|d| d.rate).collect();
            percentile(&rates, 50.0)
        };
        let through_latencies = latencies(through);
        self.tokens += through_latencies.len();
        self.direct.take(&latencies(direct));
        self.through.take(&through_latencies);
        self.lossless.push(through.len() as f64);
        if let (Some(direct), Some(through)) = (rate(direct), rate(through)) {
            self.kept_percent.push(through / direct * 100.0);
        }
    }

    fn first_events(&mut self, readings: &[(Asked, Reading)]) {
        let since_post = |moment: fn(&(Asked, Reading)) -> Option<u64>| -> Vec<f64> {
            let moments = readings
                .iter()
                .filter_map(|pair| Some((pair.0.posted_us, moment(pair)?)));
            moments.map(|(posted, us)| between_ms(posted, us)).collect()
        };
        self.accepted
            .take(&since_post(|(asked, _)| Some(asked.accepted_us)));
        self.first_event
            .take(&since_post(|(_, reading)| reading.first_us));
        self.poem.take(&since_post(|(_, reading)| reading.poem_us));
    }

    fn lines(self, row: &'static str, load: &Load) -> Vec<Line> {
        let Load { streams, goals, .. } = load;
        let [direct_p50, direct_p99] = self.direct.0;
        let [p50, p99] = self.through.0;
        let [accepted_p50, accepted_p99] = self.accepted.0;
        let [first_p50, first_p99] = self.first_event.0;
        let [poem_p50, poem_p99] = self.poem.0;
        let at_most = |limit: Option<f64>| limit.map(Goal::AtMost);
        let cpu = self.cpu_us / self.tokens.max(1) as f64;
        let line = |measure: &str, values, goal| Line::new(row, measure, values).goal(goal);
        vec![
            line("a token, p50, ms", p50, at_most(goals.token_ms[0])).beside(direct_p50),
            line("a token, p99, ms", p99, at_most(goals.token_ms[1])).beside(direct_p99),
            line(
                "tokens/s kept, % of direct",
                self.kept_percent,
                goals.kept_percent.map(Goal::AtLeast),
            ),
            line("POST to 202, p50, ms", accepted_p50, None),
            line("POST to 202, p99, ms", accepted_p99, None),
            line(
                "POST to first event, p50, ms",
                first_p50,
                at_most(goals.first_event_ms[0]),
            ),
            line(
                "POST to first event, p99, ms",
                first_p99,
                at_most(goals.first_event_ms[1]),
            ),
            line("POST to poem, p50, ms", poem_p50, None),
            line("POST to poem, p99, ms", poem_p99, None),
            line(
                "processor time a token, µs",
                vec![cpu],
                at_most(goals.cpu_us),
            ),
            line("memory at most, MB", vec![self.peak_mb], None),
            line(
                &format!("lossless streams of {streams}"),
                self.lossless,
                Some(Goal::AtLeast(*streams as f64)),
            ),
        ]
    }
}
