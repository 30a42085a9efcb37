//! What was measured on which machine, and when.

use anyhow::Context;
use jiff::Timestamp;
use tokio::process::Command;

use crate::process::TICKS_PER_SECOND;

/// Time of all processors so far, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Processors {
    pub(crate) total_us: f64,
    /// Of that, the time in which something ran.
    pub(crate) busy_us: f64,
}

impl Processors {
    pub(crate) fn now() -> anyhow::Result<Self> {
        let stat = std::fs::read_to_string("/proc/stat")?;
        Self::read(&stat).context("the time of the processors could not be read")
    }

    /// The first line of `/proc/stat`; the fourth and fifth number are idle time.
    fn read(stat: &str) -> Option<Self> {
        let numbers = stat
            .lines()
            .next()?
            .strip_prefix("cpu ")?
            .split_whitespace();
        // What stands behind the eighth is counted before, too.
        let ticks: Option<Vec<f64>> = numbers.take(8).map(|ticks| ticks.parse().ok()).collect();
        let ticks = ticks?;
        let total: f64 = ticks.iter().sum();
        let idle: f64 = ticks.iter().skip(3).take(2).sum();
        let microseconds = |ticks: f64| ticks / TICKS_PER_SECOND * 1_000_000.0;
        Some(Self {
            total_us: microseconds(total),
            busy_us: microseconds(total - idle),
        })
    }

    /// How much of the machine was taken since then by others than those who used `own_us`, in
    /// percent.
    pub(crate) fn others_percent(self, since: Self, own_us: f64) -> f64 {
        let others_us = (self.busy_us - since.busy_us - own_us).max(0.0);
        others_us / (self.total_us - since.total_us).max(1.0) * 100.0
    }
}

/// The sentence above the tables.
pub(crate) async fn place_and_time() -> String {
    let read = |path| std::fs::read_to_string(path).unwrap_or_default();
    let (cpus, memory) = (read("/proc/cpuinfo"), read("/proc/meminfo"));
    let values = |name: &str| -> Vec<&str> {
        let fields = cpus.lines().filter_map(|line| line.split_once(':'));
        fields
            .filter(|(field, _)| field.trim() == name)
            .map(|(_, value)| value.trim())
            .collect()
    };
    let model = values("model name")
        .first()
        .copied()
        .unwrap_or("unknown processor");
    let cores = values("processor").len();
    let memory_kb = memory
        .split_whitespace()
        .nth(1)
        .and_then(|kb| kb.parse::<f64>().ok());
    let memory_gb = memory_kb.map_or(0.0, |kb| kb / 1024.0 / 1024.0);
    let now = Timestamp::now().strftime("%Y-%m-%d %H:%M UTC");
    let commit = commit().await;
    let nice = nice(&read("/proc/self/stat")).filter(|nice| nice != "0");
    let nice = nice.map_or_else(String::new, |nice| format!(" run at nice {nice};"));
    format!("{cores} cores ({model}), {memory_gb:.0} GB of memory;{nice} {now}; commit {commit}.")
}

/// The priority that the programs run with, of a line of `/proc/PID/stat`.
fn nice(stat: &str) -> Option<String> {
    let (_, fields) = stat.rsplit_once(") ")?;
    fields.split(' ').nth(16).map(str::to_owned)
}

async fn commit() -> String {
    let git = async |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).output().await.ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| text.trim().to_owned())
    };
    let Some(commit) = git(&["rev-parse", "--short", "HEAD"]).await else {
        return "unknown".to_owned();
    };
    let changed = git(&["status", "--porcelain", "--untracked-files=no"]).await;
    if changed.is_some_and(|changed| changed.is_empty()) {
        commit
    } else {
        format!("{commit} with changes")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_priority_is_read_behind_a_strange_name() {
        let stat = "7 (a ) b) S 1 7 7 0 -1 4194304 100 0 0 0 25 5 0 0 20 -3 4 0 100 1000 200";
        assert_eq!(nice(stat).as_deref(), Some("-3"));
    }

    #[test]
    fn what_others_took_is_what_was_busy_without_us() {
        let before = Processors::read("cpu  10 0 10 80 20 0 0 0 5 5\ncpu0 1 1").unwrap();
        let after = Processors::read("cpu  60 0 40 160 40 5 5 10 55 5\ncpu0 1 1").unwrap();
        assert_eq!((before.total_us, before.busy_us), (1_200_000.0, 200_000.0));
        assert_eq!(after.others_percent(before, 500_000.0), 25.0);
        assert_eq!(Processors::read("cpu0 1 2 3"), None);
    }
}
