//! Questions that follow a reading, on several nodes.

use futures::future::join_all;
use kaucim_fortune::SectionId;
use kaucim_tasks::{FollowUpRefusal, SubmitError};

use super::{Cluster, Does, report, report_until};
use crate::follow_up::{follow_up, following, read};

#[tokio::test]
async fn of_two_that_come_to_two_nodes_at_once_one_is_accepted() {
    let Some(cluster) = Cluster::new() else {
        return;
    };
    let (one, other) = (cluster.node(1).await, cluster.node(0).await);
    let temple = one.key_holder("temple").await;
    for _ in 0..8 {
        let first = read(&one, temple).await;
        let asked = [&one, &other].map(|node| node.submit(following(temple, first)));
        let outcomes = join_all(asked).await;
        let accepted: Vec<_> = outcomes.iter().flatten().map(|one| one.task_id).collect();
        assert_eq!(accepted.len(), 1, "{outcomes:?}");
        let refused = outcomes.iter().find_map(|outcome| outcome.as_ref().err());
        assert!(
            matches!(refused, Some(SubmitError::FollowUp(FollowUpRefusal::Asked(asked)))
                if *asked == accepted[0]),
            "{refused:?}"
        );
        // It leaves the worker to the next round.
        let call = one.model.call().await;
        let cancelled = one.tasks.cancel(temple.account_id, accepted[0]).await;
        cancelled.expect("the storage answers");
        call.dropped().await;
    }
}

#[tokio::test]
async fn the_node_that_takes_over_knows_the_first_too() {
    let Some(cluster) = Cluster::new() else {
        return;
    };
    let dying = cluster.node(1).await;
    let guest = dying.guest().await;
    let first = read(&dying, guest).await;
    let second = follow_up(&dying, guest, first).await.task_id;
    let mut reader = dying.read(guest, second).await;
    let call = dying.model.call().await;
    call.writes(&report_until(&SectionId::ALL[..1], 4));
    reader.until_open("Part").await;
    let stop = dying.tasks.stop();
    let taking_over = cluster.node(1).await;
    stop.await;
    let call = taking_over.model.call().await;
    let text = &call.request.messages[1].text;
    assert!(
        text.contains("<first>\nquestion: Will we meet?\n[conclusion] Part 7"),
        "{text}"
    );
    // The words of the first reading pass where they must.
    call.writes(&report(&SectionId::ALL));
    call.does(Does::Finishes);
    let task = taking_over.task(guest, first).await;
    assert_eq!(task.followed_by, Some(second));
}
