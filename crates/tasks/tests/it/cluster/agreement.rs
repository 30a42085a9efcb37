//! What may not be done twice is done once, at whichever of several nodes.

use futures::future::join_all;
use kaucim_decks::draw::Nonce;
use kaucim_fortune::Question;
use kaucim_tasks::{DrawRequest, SubmitError};

use super::Cluster;
use crate::app::submission;

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
