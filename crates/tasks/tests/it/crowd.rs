//! Many tasks with many readers at once.

use futures::future::join_all;

use crate::{app::Built, model::Fluent};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_in_a_crowd() {
    let app = Built::workers(100).model(Fluent::writer()).start().await;
    let guests = join_all((0..100).map(|_| app.guest())).await;
    let readings = guests.iter().map(|guest| async {
        let task_id = app.ask(*guest).await;
        let mut first = app.read(*guest, task_id).await;
        let mut second = app.read(*guest, task_id).await;
        let both = tokio::join!(first.reads_to_end(), second.reads_to_end());
        assert_eq!(both.0, both.1);
        assert_eq!(both.0["result"]["origin"], "model");
        assert_eq!(first.held.sealed, second.held.sealed);
        assert_eq!(first.held.sealed, app.sealed(*guest, task_id).await);
        assert_eq!(first.held.sealed.len(), 7);
    });
    join_all(readings).await;
}
