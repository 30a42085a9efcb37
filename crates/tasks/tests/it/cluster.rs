//! Several nodes on one server: whatever is asked of one is seen by all. On SQLite there is one
//! node, and these say that they are skipped.

use std::{sync::Arc, time::Duration};

use futures::future::join_all;
use kaucim_fortune::SectionId;
use kaucim_llm::Model;
use kaucim_tasks::{Settings, Status};
use tokio::time::sleep;

use crate::{
    app::{App, Built, Person, connected, soon},
    hand::{Hand, new_schema, server},
    model::{Call, Does, Fluent, asked, report, report_until, words},
};

mod agreement;
mod follow_up;
mod open_text;
mod tables;

const FIRST: SectionId = SectionId::ALL[0];

/// Nodes on one schema.
struct Cluster {
    address: String,
}

impl Cluster {
    /// Absent where the tests run on SQLite.
    fn new() -> Option<Self> {
        let Some(server) = server() else {
            eprintln!("skipped: several nodes need KAUCIM_TEST_DATABASE");
            return None;
        };
        let address = new_schema(&server);
        Some(Self { address })
    }

    /// A node with so many workers.
    async fn node(&self, workers: usize) -> App {
        let store = connected(&self.address).await;
        Built::workers(workers).start_on(store, None).await
    }

    fn hand(&self) -> Hand {
        Hand::Server(self.address.clone())
    }

    /// Every lease is over, as if all nodes had been silent for that long.
    fn leases_are_over(&self) {
        self.hand().run("UPDATE holders SET lease_ms = 0");
    }
}

/// A task whose first section is sealed and whose second is open.
async fn begun(asked_at: &App, run_by: &App) -> (Person, kaucim_tasks::TaskId, Call) {
    let guest = asked_at.guest().await;
    let task_id = asked_at.ask(guest).await;
    let mut reader = run_by.read(guest, task_id).await;
    let call = run_by.model.call().await;
    call.writes(&report_until(&SectionId::ALL[..2], 4));
    reader.until_open("Part").await;
    (guest, task_id, call)
}

fn rest(call: &Call) {
    call.writes(" of it comes in time, and so do we\",");
    call.writes(&report(&SectionId::ALL[2..]).replacen('{', "", 1));
    call.does(Does::Finishes);
}

#[tokio::test]
async fn a_question_is_asked_of_one_node_read_at_another_and_answered_by_a_third() {
    let Some(cluster) = Cluster::new() else {
        return;
    };
    let (asked_at, read_at, run_by) = (
        cluster.node(0).await,
        cluster.node(0).await,
        cluster.node(1).await,
    );
    let guest = asked_at.guest().await;
    let task_id = asked_at.ask(guest).await;
    let mut first = asked_at.read(guest, task_id).await;
    let mut second = read_at.read(guest, task_id).await;
    let call = run_by.model.call().await;
    call.writes(&report_until(&SectionId::ALL[..2], 4));
    for reader in [&mut first, &mut second] {
        let sealed = reader.until("section_completed").await;
        assert_eq!(sealed["text"], words(FIRST));
    }
    assert_eq!(second.heartbeat().await["phase"], "writing");
    rest(&call);
    let ends = tokio::join!(first.reads_to_end(), second.reads_to_end());
    assert_eq!(ends.0, ends.1);
    assert_eq!(ends.0["result"]["attempts"], 1);
    assert_eq!(first.held.sealed, run_by.sealed(guest, task_id).await);
    assert_eq!(first.held.sealed, second.held.sealed);
    assert_eq!(first.held.sealed.len(), 7);
}

#[tokio::test]
async fn without_any_hint_everything_comes_a_little_later() {
    let Some(cluster) = Cluster::new() else {
        return;
    };
    let (asked_at, run_by) = (cluster.node(0).await, cluster.node(1).await);
    cluster.hand().run("DROP TRIGGER tasks_hint ON tasks");
    let guest = asked_at.guest().await;
    let task_id = asked_at.ask(guest).await;
    let mut reader = asked_at.read(guest, task_id).await;
    let call = run_by.model.call().await;
    call.writes(&report_until(&SectionId::ALL[..2], 4));
    reader.until("section_completed").await;
    asked_at
        .tasks
        .cancel(guest.account_id, task_id)
        .await
        .unwrap();
    assert_eq!(reader.reads_to_end().await["type"], "cancelled");
    call.dropped().await;
}

#[tokio::test]
async fn a_cancel_at_any_node_hangs_up_on_the_model() {
    let Some(cluster) = Cluster::new() else {
        return;
    };
    let (here, there) = (cluster.node(0).await, cluster.node(1).await);
    let (guest, task_id, call) = begun(&here, &there).await;
    let mut reader = there.read(guest, task_id).await;
    let status = here.tasks.cancel(guest.account_id, task_id).await.unwrap();
    assert_eq!(status, Status::Cancelled);
    call.dropped().await;
    assert_eq!(reader.reads_to_end().await["type"], "cancelled");
    assert_eq!(
        there.sealed(guest, task_id).await.len(),
        1,
        "what is sealed stays"
    );
}

#[tokio::test]
async fn what_a_silent_node_held_is_finished_by_another_and_the_first_is_refused() {
    let Some(cluster) = Cluster::new() else {
        return;
    };
    // It renews its lease and looks at it once in hours.
    let settings = Settings {
        lease: Duration::from_hours(24),
        ..Settings::default()
    };
    let silent = Built {
        settings,
        ..Built::workers(1)
    };
    let silent = silent
        .start_on(connected(&cluster.address).await, None)
        .await;
    let (guest, task_id, call) = begun(&silent, &silent).await;
    let other = cluster.node(1).await;
    let mut reader = other.read(guest, task_id).await;
    reader.until("section_completed").await;
    // Neither of them is told.
    cluster.hand().run("DROP TRIGGER tasks_hint ON tasks");
    cluster.leases_are_over();
    let again = other.model.call().await;
    let missing = SectionId::ALL[1..].iter().map(|section| section.name());
    assert_eq!(asked(&again.request), missing.collect::<Vec<_>>());
    call.writes(" of it comes in time, and so do we\"}");
    call.dropped().await;
    again.writes(&report(&SectionId::ALL[1..]));
    again.does(Does::Finishes);
    let complete = reader.reads_to_end().await;
    assert_eq!(complete["result"]["attempts"], 2);
    assert_eq!(reader.held.sealed[&1], words(FIRST));
    assert_eq!(reader.held.sealed, silent.sealed(guest, task_id).await);
    assert!(silent.model.is_idle().await, "it runs once");
}

#[tokio::test]
async fn after_the_server_was_away_for_all_nobody_loses_a_task_to_another() {
    let Some(cluster) = Cluster::new() else {
        return;
    };
    let here = cluster.node(1).await;
    let first = begun(&here, &here).await;
    let there = cluster.node(1).await;
    let second = begun(&there, &there).await;
    for _ in 0..2 {
        cluster.leases_are_over();
        let renewed = "SELECT count(*) FROM holders
            WHERE lease_ms > extract(epoch FROM clock_timestamp()) * 1000";
        let both = async {
            while cluster.hand().numbers(renewed) != [2] {
                sleep(Duration::from_millis(50)).await;
            }
        };
        soon("the leases of both", both).await;
    }
    let nodes = [here, there];
    for (node, (guest, task_id, call)) in nodes.iter().zip([first, second]) {
        rest(&call);
        let complete = node.read(guest, task_id).await.reads_to_end().await;
        assert_eq!(complete["result"]["attempts"], 1);
    }
}

#[tokio::test]
async fn a_node_that_ends_gives_its_tasks_to_the_others_uncounted() {
    let Some(cluster) = Cluster::new() else {
        return;
    };
    let leaving = cluster.node(1).await;
    let (guest, task_id, call) = begun(&leaving, &leaving).await;
    let staying = cluster.node(1).await;
    let mut reader = staying.read(guest, task_id).await;
    // The section that is open is sealed first.
    call.writes(" of it comes in time, and so do we\",");
    soon("its end", leaving.tasks.stop()).await;
    let again = staying.model.call().await;
    again.writes(&report(&SectionId::ALL[2..]));
    again.does(Does::Finishes);
    assert_eq!(reader.reads_to_end().await["result"]["attempts"], 1);
}

#[tokio::test]
async fn connections_that_are_cut_come_back_by_themselves() {
    let Some(cluster) = Cluster::new() else {
        return;
    };
    let (here, there) = (cluster.node(0).await, cluster.node(1).await);
    let (guest, task_id, call) = begun(&here, &there).await;
    let mut reader = here.read(guest, task_id).await;
    reader.until("section_completed").await;
    // Those that listen, and those that wait for work.
    let [cut] = cluster.hand().numbers(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
         WHERE application_name = current_schema() AND pid <> pg_backend_pid()",
    );
    assert!(cut >= 4, "{cut} were cut");
    rest(&call);
    assert_eq!(reader.reads_to_end().await["type"], "complete");
    assert_eq!(reader.held.sealed, there.sealed(guest, task_id).await);
    soon("an answer", here.ask(guest)).await;
    there.model.call().await;
}

#[tokio::test]
async fn many_nodes_at_once_lose_and_double_nothing() {
    let Some(cluster) = Cluster::new() else {
        return;
    };
    let model: Arc<dyn Model> = Fluent::writer();
    let mut nodes = Vec::new();
    for _ in 0..3 {
        let built = Built::workers(8).model(Arc::clone(&model));
        nodes.push(
            built
                .start_on(connected(&cluster.address).await, None)
                .await,
        );
    }
    let readings = (0..60).map(|turn| {
        let (asked_at, read_at) = (&nodes[turn % 3], &nodes[(turn + 1) % 3]);
        async move {
            let guest = asked_at.guest().await;
            let task_id = asked_at.ask(guest).await;
            let mut reader = read_at.read(guest, task_id).await;
            let end = reader.reads_to_end().await;
            assert_eq!(end["result"]["attempts"], 1, "{end}");
            assert_eq!(reader.held.sealed, asked_at.sealed(guest, task_id).await);
            assert_eq!(reader.held.sealed.len(), 7);
        }
    });
    join_all(readings).await;
    let doubled = "SELECT count(*) FROM (SELECT task_id FROM events
        WHERE data LIKE '{\"type\":\"complete\"%' GROUP BY task_id HAVING count(*) > 1) AS twice";
    assert_eq!(cluster.hand().numbers(doubled), [0]);
}
