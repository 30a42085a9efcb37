//! Somebody else holds the database for longer than one waits: nothing is lost.

use std::time::Duration;

use rusqlite::Connection;

use crate::{
    outage::Outage,
    program::{Server, asking, model},
};

#[tokio::test]
async fn a_database_that_somebody_locks_stops_nothing_for_good() {
    check("1").await;
}

#[tokio::test]
async fn a_database_that_somebody_locks_while_workers_are_idle_stops_nothing_for_good() {
    check("16").await;
}

async fn check(workers: &str) {
    let sim = model("rate=150;ttft=20").await;
    let mut environment = asking(&sim, "openai");
    environment.push(("KAUCIM_WORKERS", workers.to_owned()));
    let server = Server::start(environment).await;
    let mut outage = Outage::before(&server, 1).await;
    let other = Connection::open(server.data.path().join("kaucim.db")).expect("a database");
    let limit = other.busy_timeout(Duration::from_secs(30));
    limit.expect("a time limit");
    other.execute_batch("BEGIN IMMEDIATE").expect("the lock");
    outage.meanwhile(&server).await;
    other.execute_batch("ROLLBACK").expect("the lock goes");
    outage.afterwards(&server).await;
    sim.stop().await;
}
