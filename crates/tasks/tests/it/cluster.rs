//! Several nodes on one server: whatever is asked of one is seen by all. On SQLite there is one
//! node, and these say that they are skipped.

use std::{sync::Arc, time::Duration};

use futures::future::join_all;
use kaucim_decks::draw::Nonce;
use kaucim_fortune::{Question, SectionId};
use kaucim_llm::Model;
use kaucim_tasks::{DrawRequest, Settings, Status, SubmitError};
use tokio::time::sleep;

use crate::{
    app::{App, Built, Person, connected, soon, submission},
    hand::{Hand, new_schema, server},
    model::{Call, Does, Fluent, asked, report, report_until, words},
};

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
async fn limits_hold_for_all_nodes_together() {
    let Some(cluster) = Cluster::new() else {
        return;
    };
    let nodes = [
        cluster.node(0).await,
        cluster.node(0).await,
        cluster.node(0).await,
    ];
    let guest = nodes[0].guest().await;
    let mut asked = submission(guest);
    asked.idempotency = Some(("once".to_owned(), [7; 32]));
    // The same request at every node at once is one task.
    let answers = join_all((0..24).map(|turn| nodes[turn % 3].submit(asked.clone()))).await;
    let tasks: Vec<_> = answers
        .into_iter()
        .map(|answer| answer.unwrap().task_id)
        .collect();
    assert!(
        tasks.iter().all(|task_id| *task_id == tasks[0]),
        "{tasks:?}"
    );
    // Another one is too many.
    let answers = join_all((0..24).map(|turn| nodes[turn % 3].submit(submission(guest)))).await;
    for refused in answers {
        assert!(matches!(refused, Err(SubmitError::TaskRunning(running)) if running == tasks[0]));
    }
    let [stored] = cluster.hand().numbers("SELECT count(*) FROM tasks");
    assert_eq!(stored, 1);
}

#[tokio::test]
async fn a_matter_has_one_lot_whichever_node_draws() {
    let Some(cluster) = Cluster::new() else {
        return;
    };
    let nodes = [cluster.node(0).await, cluster.node(0).await];
    let guest = nodes[0].guest().await;
    let draw = || DrawRequest {
        account_id: guest.account_id,
        is_guest: true,
        end_user: None,
        deity_id: "yue_lao".to_owned(),
        deck_id: None,
        question: Some(Question::new("Shall I marry?").unwrap()),
    };
    let drawn = join_all((0..16).map(|turn| nodes[turn % 2].tasks.draw(draw()))).await;
    let drawn: Vec<_> = drawn
        .into_iter()
        .map(|drawn| drawn.unwrap().draw.unwrap())
        .collect();
    let draw_id = drawn[0].draw_id;
    assert!(
        drawn.iter().all(|drawn| drawn.draw_id == draw_id),
        "one promise"
    );
    // The first nonce counts, and everybody is shown what follows from it.
    let nonce = |turn: usize| Nonce::new(format!("nonce {turn}")).unwrap();
    let reveal = |turn: usize| {
        nodes[turn % 2]
            .tasks
            .reveal(guest.account_id, draw_id, nonce(turn))
    };
    let revealed = join_all((0..16).map(reveal)).await;
    let proofs: Vec<_> = revealed
        .into_iter()
        .map(|revealed| revealed.unwrap().proof)
        .collect();
    assert!(proofs.iter().all(|proof| *proof == proofs[0]), "{proofs:?}");
}

#[tokio::test]
async fn what_is_good_once_is_used_once_at_all_nodes_together() {
    let Some(cluster) = Cluster::new() else {
        return;
    };
    let nodes = [cluster.node(0).await, cluster.node(0).await];
    let (principal, _) = nodes[0].accounts.open_guest().await.unwrap();
    let link = nodes[0]
        .accounts
        .handoff(&principal)
        .await
        .unwrap()
        .unwrap();
    let uses = (0..16).map(|turn| nodes[turn % 2].accounts.use_handoff(&link.secret));
    let used = join_all(uses).await;
    let used = used
        .into_iter()
        .filter(|used| used.as_ref().unwrap().is_some());
    assert_eq!(used.count(), 1);
}

#[tokio::test]
async fn nodes_that_start_for_the_first_time_at_once_make_one_first_key() {
    let Some(cluster) = Cluster::new() else {
        return;
    };
    let nodes = [cluster.node(0).await, cluster.node(0).await];
    let made = (0..8).map(|turn| nodes[turn % 2].accounts.create_first_key());
    let made = join_all(made).await;
    let made = made.into_iter().filter_map(Result::unwrap);
    assert_eq!(made.count(), 1);
    assert_eq!(nodes[0].accounts.keys().await.unwrap().len(), 1);
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

#[tokio::test]
async fn an_installation_of_one_machine_is_moved_into_a_server() {
    let Some(cluster) = Cluster::new() else {
        return;
    };
    let folder = tempfile::TempDir::new().unwrap();
    let store = kaucim_tasks::Store::open(folder.path()).unwrap();
    let app = Built::workers(1).start_on(store, None).await;
    let holder = app.key_holder("temple").await;
    let finished = app.ask(holder).await;
    let call = app.model.call().await;
    call.writes(&report(&SectionId::ALL));
    call.does(Does::Finishes);
    app.read(holder, finished).await.reads_to_end().await;
    let sealed = app.sealed(holder, finished).await;
    let (guest, task_id, _call) = begun(&app, &app).await;
    let second = app.ask_that(app.guest().await, "Will it be well?").await;
    soon("the end", app.tasks.stop()).await;
    drop(app);

    let node = connected(&cluster.address).await;
    // In the middle, as after a crash.
    Hand::on(folder.path()).run("UPDATE tasks SET status = 'generating' WHERE status = 'queued'");
    assert_eq!(node.take_in(folder.path()).await.unwrap(), 3);
    let again = node.take_in(folder.path()).await;
    assert!(
        matches!(again, Err(kaucim_tasks::TransferError::NotEmpty)),
        "{again:?}"
    );
    let node = Built::workers(1).start_on(node, None).await;
    assert_eq!(node.sealed(holder, finished).await, sealed);
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
