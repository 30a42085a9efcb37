//! The disk is full for a while: questions are refused, readers wait, and nothing is lost.

use std::path::Path;

use tokio::process::Command;

use crate::{
    outage::Outage,
    program::{Server, asking, kaucim, model},
    watch::figures,
};

#[tokio::test]
async fn a_full_disk_stops_nothing_for_good() {
    // The log lies on another disk, so to speak.
    check(&[("KAUCIM_LOG", "off")]).await;
}

#[tokio::test]
async fn a_full_disk_that_holds_the_log_too_stops_nothing_for_good() {
    check(&[]).await;
}

async fn check(more: &[(&'static str, &str)]) {
    let sim = model("rate=150;ttft=20").await;
    let mut environment = asking(&sim, "openai");
    environment.extend(
        more.iter()
            .map(|(name, value)| (*name, (*value).to_owned())),
    );
    let server = Server::start_by(outliving_full_disks, environment).await;
    let mut outage = Outage::before(&server, 3).await;
    limit_files(&server, "0").await;
    outage.meanwhile(&server).await;
    limit_files(&server, "unlimited").await;
    outage.afterwards(&server).await;
    let figures = figures(&server).await;
    let failed = figures
        .lines()
        .find_map(|line| line.strip_prefix("kaucim_failed_commits_total "));
    assert_ne!(failed, Some("0"), "the operator sees it");
    assert!(failed.is_some(), "{figures}");
    sim.stop().await;
}

/// Every file that the server writes is at its limit: what a full disk is to it. The log as well.
async fn limit_files(server: &Server, bytes: &str) {
    // The colon leaves the hard limit, so that it can be lifted again by anybody.
    let limit = format!("--fsize={bytes}:");
    let limited = Command::new("prlimit")
        .args(["--pid", &server.id(), &limit])
        .status()
        .await;
    let is_limited = limited.is_ok_and(|status| status.success());
    assert!(is_limited, "`prlimit {limit}` did not work");
}

/// The program under a shell's `trap`: a write beyond the limit then fails, and kills nobody.
fn outliving_full_disks(data: &Path) -> Command {
    let plain = kaucim(data);
    let plain = plain.as_std();
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""])
        .arg(plain.get_program())
        .env_clear()
        .envs(
            plain
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::piped())
        .kill_on_drop(true);
    command
}
