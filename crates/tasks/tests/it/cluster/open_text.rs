//! The text of open sections on its way between nodes.

use std::time::Duration;

use kaucim_fortune::SectionId;
use tokio::time::sleep;

use super::{Cluster, FIRST, begun, rest};
use crate::{
    app::soon,
    model::{Does, report, report_until, words},
};

#[tokio::test]
async fn open_text_is_read_at_other_nodes_while_it_is_written() {
    let Some(cluster) = Cluster::new() else {
        return;
    };
    let nodes = [cluster.node(0).await, cluster.node(0).await];
    let run_by = cluster.node(1).await;
    let guest = nodes[0].guest().await;
    let task_id = nodes[0].ask(guest).await;
    let mut early = nodes[0].read(guest, task_id).await;
    let call = run_by.model.call().await;
    call.writes(&report_until(&SectionId::ALL[..1], 4));
    early.until_open("Part").await;
    // Whoever comes later has it from the beginning, and both go on.
    let mut late = nodes[1].read(guest, task_id).await;
    late.until_open("Part").await;
    call.writes("s, and lines");
    for reader in [&mut early, &mut late] {
        reader.until_open("Parts, and lines").await;
        assert!(reader.held.sealed.is_empty(), "nothing is sealed");
    }
    call.writes(" 1 to 4 say so in time\",");
    call.writes(&report_until(&SectionId::ALL[1..2], 4)[1..]);
    for reader in [&mut early, &mut late] {
        reader.until("section_completed").await;
        reader.until_open("Part").await;
    }
    rest(&call);
    let ends = tokio::join!(early.reads_to_end(), late.reads_to_end());
    assert_eq!(ends.0, ends.1);
    assert_eq!(early.held.sealed, run_by.sealed(guest, task_id).await);
    assert_eq!(late.held.sealed, early.held.sealed);
    // Nothing of it stays between the nodes.
    let gone = async {
        while cluster.hand().numbers("SELECT count(*) FROM open_text") != [0] {
            sleep(Duration::from_millis(50)).await;
        }
    };
    soon("the end of the open text", gone).await;
}

#[tokio::test]
async fn text_that_nobody_follows_elsewhere_is_not_written_for_other_nodes() {
    let Some(cluster) = Cluster::new() else {
        return;
    };
    let (there, run_by) = (cluster.node(0).await, cluster.node(1).await);
    let (guest, task_id, call) = begun(&run_by, &run_by).await;
    let mut reader = run_by.read(guest, task_id).await;
    reader.until_open("Part").await;
    assert_eq!(
        cluster.hand().numbers("SELECT count(*) FROM open_text"),
        [0]
    );
    let mut other = there.read(guest, task_id).await;
    other.until_open("Part").await;
    rest(&call);
    assert_eq!(other.reads_to_end().await, reader.reads_to_end().await);
}

#[tokio::test]
async fn without_the_way_for_open_text_sections_come_as_they_are_sealed_and_it_comes_back() {
    let Some(cluster) = Cluster::new() else {
        return;
    };
    let (here, run_by) = (cluster.node(0).await, cluster.node(1).await);
    cluster.hand().run("ALTER TABLE open_text RENAME TO away");
    let guest = here.guest().await;
    let task_id = here.ask(guest).await;
    let mut reader = here.read(guest, task_id).await;
    let call = run_by.model.call().await;
    call.writes(&report_until(&SectionId::ALL[..2], 4));
    let sealed = reader.until("section_completed").await;
    assert_eq!(sealed["text"], words(FIRST));
    assert_eq!(reader.open_text(), "");
    cluster.hand().run("ALTER TABLE away RENAME TO open_text");
    reader.until_open("Part").await;
    rest(&call);
    assert_eq!(reader.reads_to_end().await["type"], "complete");
    assert_eq!(reader.held.sealed, run_by.sealed(guest, task_id).await);
}

#[tokio::test]
async fn open_text_of_a_claim_that_is_over_is_shown_to_nobody() {
    let Some(cluster) = Cluster::new() else {
        return;
    };
    let (here, run_by) = (cluster.node(0).await, cluster.node(1).await);
    let guest = here.guest().await;
    let task_id = here.ask(guest).await;
    let mut reader = here.read(guest, task_id).await;
    let call = run_by.model.call().await;
    call.writes(&report_until(&SectionId::ALL[..1], 4));
    reader.until_open("Part").await;
    call.does(Does::Panics);
    let reset = reader.until("section_reset").await;
    assert_eq!(reset["attempt"], 2);
    let again = run_by.model.call().await;
    let stale = "INSERT INTO open_text SELECT task_id, 1, last_sequence, 0, last_sequence, 1,
        'conclusion', 1, 'of nobody' FROM tasks";
    cluster.hand().run(stale);
    // Everybody looks for it at once.
    cluster.hand().run(&format!(
        "SELECT pg_notify('kaucim.' || current_schema(), 'text {task_id}')"
    ));
    again.writes(&report(&SectionId::ALL));
    again.does(Does::Finishes);
    while let Some(event) = reader.next().await {
        assert!(!event.to_string().contains("of nobody"), "{event}");
    }
    assert_eq!(reader.held.sealed.len(), 7);
}
