//! A started program: its first line, its processor time and memory, its end.

use std::{path::Path, process::Stdio, time::Duration};

use anyhow::{Context, ensure};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    time::timeout,
};

/// How long a program may take until it says that it is ready.
const PATIENCE: Duration = Duration::from_secs(20);

/// The kernel's unit of processor time in `/proc`, the same on every Linux machine.
pub(crate) const TICKS_PER_SECOND: f64 = 100.0;

/// A running program; dropped, this process and no other is killed.
#[derive(Debug)]
pub(crate) struct Process {
    pid: u32,
    child: Child,
    /// Kept, so that it can go on printing.
    lines: Lines<BufReader<ChildStdout>>,
}

/// What a process holds in memory, in megabytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Memory {
    pub(crate) now: f64,
    pub(crate) peak: f64,
}

impl Process {
    /// Starts a program whose complaints go into a file.
    pub(crate) fn start(command: &mut Command, complaints: &Path) -> anyhow::Result<Self> {
        let program = command
            .as_std()
            .get_program()
            .to_string_lossy()
            .into_owned();
        let file = std::fs::File::create(complaints)?;
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(file)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("failed to start {program}"))?;
        let stdout = child.stdout.take().context("it has no standard output")?;
        Ok(Self {
            pid: child.id().context("it ended at once")?,
            child,
            lines: BufReader::new(stdout).lines(),
        })
    }

    /// The rest of the first line that begins so.
    pub(crate) async fn says(&mut self, beginning: &str) -> anyhow::Result<String> {
        let said = async {
            while let Some(line) = self.lines.next_line().await? {
                if let Some(rest) = line.strip_prefix(beginning) {
                    return Ok(rest.to_owned());
                }
            }
            anyhow::bail!("it ended without saying `{beginning}`")
        };
        timeout(PATIENCE, said)
            .await
            .context("it was not ready in time")?
    }

    /// Processor time so far, of all its threads, in microseconds.
    pub(crate) fn cpu_us(&self) -> anyhow::Result<f64> {
        cpu_us_of(&self.pid.to_string())
    }

    pub(crate) fn memory(&self) -> anyhow::Result<Memory> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid))?;
        let megabytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            let kilobytes: f64 = line.split_whitespace().next()?.parse().ok()?;
            Some(kilobytes / 1024.0)
        };
        Ok(Memory {
            now: megabytes("VmRSS:").context("its memory could not be read")?,
            peak: megabytes("VmHWM:").context("its peak memory could not be read")?,
        })
    }

    /// Ends it and waits until it is gone.
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        let early = self.child.try_wait()?;
        ensure!(early.is_none(), "it had ended by itself");
        self.child.kill().await?;
        Ok(())
    }
}

/// Lets this program, and those it starts, open as many files as they may at most.
pub(crate) fn open_many_files() -> anyhow::Result<()> {
    let limit = getrlimit(Resource::Nofile);
    let most = Rlimit {
        current: limit.maximum,
        ..limit
    };
    setrlimit(Resource::Nofile, most).context("the limit of open files could not be raised")
}

/// Processor time of this program itself so far, in microseconds.
pub(crate) fn own_cpu_us() -> anyhow::Result<f64> {
    cpu_us_of("self")
}

/// Processor time of a process, of those that it has started, and of those of them that are gone,
/// in microseconds.
pub(crate) fn family_cpu_us(parent: u32) -> anyhow::Result<f64> {
    let mut all = 0.0;
    for entry in std::fs::read_dir("/proc")? {
        let stat = std::fs::read_to_string(entry?.path().join("stat"));
        // What is no process, or has ended since, has none.
        all += stat
            .ok()
            .and_then(|stat| of_family(&stat, parent))
            .unwrap_or(0.0);
    }
    Ok(all)
}

/// What a line of `/proc/PID/stat` adds to that of a parent and its children.
fn of_family(stat: &str, parent: u32) -> Option<f64> {
    let (pid, _) = stat.split_once(' ')?;
    let (_, fields) = stat.rsplit_once(") ")?;
    let fields: Vec<&str> = fields.split(' ').collect();
    let is_parent = pid.parse() == Ok(parent);
    let is_child = fields.get(1)?.parse() == Ok(parent);
    // The two behind its own times are those of children that it has waited for.
    let times = match (is_parent, is_child) {
        (true, _) => 11..15,
        (false, true) => 11..13,
        (false, false) => return None,
    };
    let ticks: Option<Vec<f64>> = fields
        .get(times)?
        .iter()
        .map(|ticks| ticks.parse().ok())
        .collect();
    Some(ticks?.iter().sum::<f64>() / TICKS_PER_SECOND * 1_000_000.0)
}

fn cpu_us_of(process: &str) -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    cpu_us(&stat).context("processor time could not be read")
}

/// User and system time of a line of `/proc/PID/stat`; the program's name in it may hold spaces.
fn cpu_us(stat: &str) -> Option<f64> {
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut ticks = fields.split(' ').skip(11);
    let user: f64 = ticks.next()?.parse().ok()?;
    let system: f64 = ticks.next()?.parse().ok()?;
    Some((user + system) / TICKS_PER_SECOND * 1_000_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_read_behind_a_strange_name() {
        let stat = "7 (a ) b) S 1 7 7 0 -1 4194304 100 0 0 0 25 5 0 0 20 0 4 0 100 1000 200";
        assert_eq!(cpu_us(stat), Some(300_000.0));
        assert_eq!(cpu_us("7 (a) S"), None);
    }

    #[test]
    fn a_family_is_a_parent_with_its_children_and_those_that_are_gone() {
        let stat = |pid: u32, parent: u32| {
            format!(
                "{pid} (postgres: a) b) S {parent} 7 7 0 -1 4194304 100 0 0 0 25 5 40 30 20 0 4 0"
            )
        };
        assert_eq!(of_family(&stat(7, 1), 7), Some(1_000_000.0));
        assert_eq!(of_family(&stat(8, 7), 7), Some(300_000.0));
        assert_eq!(of_family(&stat(9, 8), 7), None);
    }
}
