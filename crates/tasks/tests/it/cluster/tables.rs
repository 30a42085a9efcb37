//! The tables of a server: made once, by whichever node; used by neighbouring versions; and filled
//! from an installation of one machine.

use futures::future::join_all;
use kaucim_fortune::SectionId;
use kaucim_tasks::{Store, StoreError};

use super::{Cluster, FIRST, begun, rest};
use crate::{
    app::{Built, connected, soon},
    hand::Hand,
    model::{Does, asked, report, words},
};

#[tokio::test]
async fn nodes_that_meet_an_empty_database_at_once_make_its_tables_once() {
    // It depends on the moment.
    for _ in 0..5 {
        let Some(cluster) = Cluster::new() else {
            return;
        };
        let stores = join_all((0..6).map(|_| connected(&cluster.address))).await;
        assert_eq!(stores.len(), 6);
        let [rows] = cluster.hand().numbers("SELECT count(*) FROM kaucim_schema");
        assert_eq!(rows, 1);
        cluster.node(0).await.guest().await;
    }
}

#[tokio::test]
async fn nodes_of_two_neighbouring_versions_work_side_by_side() {
    let Some(cluster) = Cluster::new() else {
        return;
    };
    let before = cluster.node(1).await;
    let (guest, task_id, call) = begun(&before, &before).await;
    // What the next version does when it migrates: this one can work with the result.
    cluster.hand().run(
        "ALTER TABLE tasks ADD COLUMN of_the_next_version text;
         CREATE TABLE of_the_next_version (task_id text);
         UPDATE kaucim_schema SET version = version + 1",
    );
    // It tells more than this one understands.
    cluster.hand().run(&format!(
        "SELECT pg_notify('kaucim.' || current_schema(), '{task_id} 1 2 dreaming of more;new {task_id}')"
    ));
    rest(&call);
    let complete = before.read(guest, task_id).await.reads_to_end().await;
    assert_eq!(complete["result"]["attempts"], 1);
    // Another of this version starts beside it, and takes over what this one leaves.
    let (guest, task_id, call) = begun(&before, &before).await;
    let after = cluster.node(1).await;
    call.writes(" of it comes in time, and so do we\",");
    soon("its end", before.tasks.stop()).await;
    let again = after.model.call().await;
    again.writes(&report(&SectionId::ALL[2..]));
    again.does(Does::Finishes);
    let complete = after.read(guest, task_id).await.reads_to_end().await;
    assert_eq!(complete["result"]["attempts"], 1);
    // What it could not work with, it does not touch.
    cluster
        .hand()
        .run("UPDATE kaucim_schema SET oldest = version");
    let refused = Store::connect(&cluster.address.parse().unwrap()).await;
    assert!(matches!(refused.err(), Some(StoreError::TooNew(3))));
}

#[tokio::test]
async fn an_installation_of_one_machine_is_moved_into_a_server() {
    let Some(cluster) = Cluster::new() else {
        return;
    };
    let folder = tempfile::TempDir::new().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let app = Built::workers(1).start_on(store, None).await;
    let holder = app.key_holder("temple").await;
    let finished = app.ask(holder).await;
    let call = app.model.call().await;
    call.writes(&report(&SectionId::ALL));
    call.does(Does::Finishes);
    app.read(holder, finished).await.reads_to_end().await;
    let sealed = app.sealed(holder, finished).await;
    let follows = crate::follow_up::follow_up(&app, holder, finished).await;
    let follows = follows.task_id;
    app.tasks.cancel(holder.account_id, follows).await.unwrap();
    let (guest, task_id, _call) = begun(&app, &app).await;
    let second = app.ask_that(app.guest().await, "Will it be well?").await;
    soon("the end", app.tasks.stop()).await;
    drop(app);

    let node = connected(&cluster.address).await;
    // In the middle, as after a crash.
    Hand::on(folder.path()).run("UPDATE tasks SET status = 'generating' WHERE status = 'queued'");
    assert_eq!(node.take_in(folder.path()).await.unwrap(), 4);
    let again = node.take_in(folder.path()).await;
    assert!(
        matches!(again, Err(kaucim_tasks::TransferError::NotEmpty)),
        "{again:?}"
    );
    let node = Built::workers(1).start_on(node, None).await;
    assert_eq!(node.sealed(holder, finished).await, sealed);
    assert_eq!(node.task(holder, follows).await.follows, Some(finished));
    let call = node.model.call().await;
    let missing = SectionId::ALL[1..].iter().map(|section| section.name());
    assert_eq!(asked(&call.request), missing.collect::<Vec<_>>());
    call.writes(&report(&SectionId::ALL[1..]));
    call.does(Does::Finishes);
    let mut reader = node.read(guest, task_id).await;
    assert_eq!(reader.reads_to_end().await["type"], "complete");
    assert_eq!(reader.held.sealed[&1], words(FIRST));
    let call = node.model.call().await;
    assert_eq!(asked(&call.request).len(), 7, "{second} is the next");
    // And it goes on.
    node.ask(guest).await;
}
