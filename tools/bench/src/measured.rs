//! What was measured of a load, run by run, and the lines of the table that it makes.

use crate::{
    clock::between_ms,
    cpu::disturbed,
    delivery::Delivery,
    load::{Load, latencies},
    reader::Asked,
    reading::Reading,
    statistics::{Percentiles, percentile},
    table::{Goal, Line},
};

/// What was measured, run by run.
#[derive(Debug, Default)]
pub(crate) struct Measured {
    direct: Percentiles,
    through: Percentiles,
    kept_percent: Vec<f64>,
    accepted: Percentiles,
    poem: Percentiles,
    first_event: Percentiles,
    lossless: Vec<f64>,
    pub(crate) cpu_us: f64,
    pub(crate) others_percent: Vec<f64>,
    tokens: usize,
    pub(crate) peak_mb: f64,
}

impl Measured {
    /// Takes in the tokens of a run.
    pub(crate) fn take(&mut self, direct: &[Delivery], through: &[Delivery]) {
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

    /// Takes in how soon the streams of a run began.
    pub(crate) fn first_events(&mut self, readings: &[(Asked, Reading)]) {
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

    pub(crate) fn lines(self, row: &'static str, load: &Load) -> Vec<Line> {
        let Load { streams, goals, .. } = load;
        let at_most = |limit: Option<f64>| limit.map(Goal::AtMost);
        let disturbed = disturbed(&self.others_percent);
        let line = |measure: &str, values, goal| {
            let line = Line::new(row, measure, values).goal(goal);
            line.disturbed(disturbed)
        };
        // A percentile of one stream's one question would be no percentile.
        let since_post = |name: &str, percentiles: Percentiles, goals: [Option<f64>; 2]| {
            let [p50, p99] = percentiles.0;
            let p99 = line(&format!("POST to {name}, p99, ms"), p99, at_most(goals[1]));
            let p50 = line(&format!("POST to {name}, p50, ms"), p50, at_most(goals[0]));
            [Some(p50), (*streams >= 100).then_some(p99)]
        };
        let [direct_p50, direct_p99] = self.direct.0;
        let [p50, p99] = self.through.0;
        let mut lines = vec![
            line("a token, p50, ms", p50, at_most(goals.token_ms[0])).beside(direct_p50),
            line("a token, p99, ms", p99, at_most(goals.token_ms[1])).beside(direct_p99),
            line(
                "tokens/s kept, % of direct",
                self.kept_percent,
                goals.kept_percent.map(Goal::AtLeast),
            ),
        ];
        let soon = [
            since_post("202", self.accepted, [None; 2]),
            since_post("first event", self.first_event, goals.first_event_ms),
            since_post("poem", self.poem, [None; 2]),
        ];
        lines.extend(soon.into_iter().flatten().flatten());
        let cpu_us = self.cpu_us / self.tokens.max(1) as f64;
        lines.extend([
            line(
                "processor time a token, µs",
                vec![cpu_us],
                at_most(goals.cpu_us),
            ),
            line("machine taken by others, %", self.others_percent, None),
            line("memory at most, MB", vec![self.peak_mb], None),
            line(
                &format!("lossless streams of {streams}"),
                self.lossless,
                Some(Goal::AtLeast(*streams as f64)),
            )
            // What is lost is lost, however busy the machine is.
            .disturbed(false),
        ]);
        lines
    }
}
