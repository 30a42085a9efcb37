//! What was measured on which machine, and when.

use jiff::Timestamp;
use tokio::process::Command;

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
    format!("{cores} cores ({model}), {memory_gb:.0} GB of memory; {now}; commit {commit}.")
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
