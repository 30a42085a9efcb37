//! Sends stages to a collector, some at a time; a collector that is away costs nothing but them.

use std::{sync::atomic::Ordering::Relaxed, time::Duration};

use anyhow::{Context, bail};
use reqwest::{Client, Url};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::{sleep, timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    otlp,
    stages::{Spans, Stage},
};

/// Stages in one request.
const BATCH: usize = 512;

/// How long the first stage of a request waits for others.
const PAUSE: Duration = Duration::from_secs(1);

/// How long a collector has.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long the last request has when the server ends.
const LAST: Duration = Duration::from_secs(2);

/// Where stages are sent.
#[derive(Debug, Clone)]
pub(crate) struct Collector {
    /// Of the collector, without `/v1/traces`.
    pub endpoint: Url,
    /// The whole value of the header `Authorization`, where it wants one.
    pub authorization: Option<SecretString>,
}

/// Sends stages until it is stopped.
pub(crate) struct Exporter {
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Exporter {
    pub(crate) fn start(collector: Collector, spans: Spans) -> anyhow::Result<Self> {
        let client = Client::builder()
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let sending = Sending {
            client,
            collector,
            spans,
            lost: 0,
            is_away: false,
        };
        tasks.spawn(sending.run(stop.clone()));
        tasks.close();
        Ok(Self { tasks, stop })
    }

    /// Sends what there is, in two seconds at most.
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        self.tasks.wait().await;
    }
}

struct Sending {
    client: Client,
    collector: Collector,
    spans: Spans,
    /// Stages that the collector did not take.
    lost: u64,
    is_away: bool,
}

impl Sending {
    async fn run(mut self, stop: CancellationToken) {
        let mut batch = Vec::new();
        while !stop.is_cancelled() {
            tokio::select! {
                () = stop.cancelled() => break,
                received = self.spans.waiting.recv_many(&mut batch, BATCH) => {
                    if received == 0 {
                        break;
                    }
                }
            }
            // More of them come within moments, unless there are many already.
            let pause = if batch.len() < BATCH {
                PAUSE
            } else {
                Duration::ZERO
            };
            tokio::select! {
                () = stop.cancelled() => break,
                () = sleep(pause) => {}
            }
            self.fill(&mut batch);
            self.send(&mut batch).await;
        }
        let last = async {
            loop {
                self.fill(&mut batch);
                if batch.is_empty() {
                    return;
                }
                self.send(&mut batch).await;
            }
        };
        if timeout(LAST, last).await.is_err() {
            tracing::warn!("the last spans were not taken in time");
        }
    }

    /// What waits already, as far as it fits.
    fn fill(&mut self, batch: &mut Vec<Stage>) {
        while batch.len() < BATCH
            && let Ok(stage) = self.spans.waiting.try_recv()
        {
            batch.push(stage);
        }
    }

    /// Sends them once: a trace is not worth holding others up.
    async fn send(&mut self, batch: &mut Vec<Stage>) {
        let stages = std::mem::take(batch);
        if stages.is_empty() {
            return;
        }
        let count = stages.len() as u64;
        match self.post(&stages).await {
            Ok(()) if self.is_away => {
                self.is_away = false;
                let dropped = self.spans.dropped.swap(0, Relaxed);
                tracing::info!(
                    spans.lost = self.lost,
                    spans.dropped = dropped,
                    "the collector takes spans again; {} were lost",
                    self.lost + dropped
                );
                self.lost = 0;
            }
            Ok(()) => {}
            Err(error) => {
                self.lost += count;
                if !std::mem::replace(&mut self.is_away, true) {
                    tracing::warn!(
                        error = format!("{error:#}"),
                        "the collector does not take spans; readings go on without it"
                    );
                }
            }
        }
    }

    async fn post(&self, stages: &[Stage]) -> anyhow::Result<()> {
        let base = self.collector.endpoint.as_str().trim_end_matches('/');
        let mut request = self.client.post(format!("{base}/v1/traces"));
        if let Some(authorization) = &self.collector.authorization {
            request = request.header("authorization", authorization.expose_secret());
        }
        let answer = request.json(&otlp::request(stages)).send().await;
        let answer = answer
            .map_err(reqwest::Error::without_url)
            .context("no answer")?;
        if !answer.status().is_success() {
            bail!("it answers {}", answer.status());
        }
        Ok(())
    }
}
