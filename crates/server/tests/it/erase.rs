//! Erasing a task: not before it is finished, and then for good.

use futures::StreamExt;
use kaucim_tasks::{Follow, FollowOptions};
use serde_json::Value;

use crate::{
    app::{TestApp, soon},
    user::{stream_path, task_path},
};

#[tokio::test]
async fn a_finished_task_is_erased_for_good() {
    let app = TestApp::start().await;
    let asker = app.guest().await;
    let task_id = asker.ask("我想問與阿明的事 [[sim fault=hang]]").await;
    let problem = asker
        .erase(&task_id)
        .await
        .assert_problem(409, "task_running");
    assert_eq!(problem["task_id"], task_id.as_str());
    asker.cancel(&task_id).await;
    let erased = asker.erase(&task_id).await;
    assert_eq!(erased.status, 204, "{}", erased.body());
    for path in [task_path(&task_id), stream_path(&task_id)] {
        asker.get(&path).await.assert_problem(404, "task_not_found");
    }
    asker
        .cancel(&task_id)
        .await
        .assert_problem(404, "task_not_found");
    asker
        .erase(&task_id)
        .await
        .assert_problem(404, "task_not_found");
    assert_eq!(asker.history().await, [] as [Value; 0]);
    assert_eq!(
        asker.delete("/api/v1/session").await.status,
        204,
        "the session still stands"
    );
}

#[tokio::test]
async fn no_trace_is_left_in_the_store() {
    let app = TestApp::start().await;
    let asker = app.guest().await;
    let task_id = asker.ask("阿明與我會有結果嗎？").await;
    asker.finished(&task_id).await;
    assert!(mentions(&app, "阿明"), "the question was stored");
    asker.erase(&task_id).await;
    let (url, folder) = (app.url.clone(), app.restart().await);
    assert_ne!(url, folder.url, "the database was closed and opened again");
    assert!(
        !mentions(&folder, "阿明"),
        "nothing of it is left in any file"
    );
}

/// Whether any file of the data folder holds this text.
fn mentions(app: &TestApp, text: &str) -> bool {
    let files = std::fs::read_dir(app.folder()).expect("the folder is there");
    let contents = files.map(|file| std::fs::read(file.expect("a file").path()).expect("is read"));
    let text = text.as_bytes();
    contents
        .into_iter()
        .any(|bytes| bytes.windows(text.len()).any(|window| window == text))
}

#[tokio::test]
async fn an_open_replay_ends() {
    let app = TestApp::start().await;
    let asker = app.key_holder("temple").await;
    let task_id = asker.ask("會嗎？").await;
    asker.finished(&task_id).await;
    let who = app
        .accounts
        .authenticate(asker.secret())
        .await
        .expect("the store answers");
    let account_id = who.expect("the key is good").account_id;
    let options = FollowOptions {
        cursor: None,
        partial_text: false,
    };
    let id = task_id.parse().expect("a task id");
    let followed = app
        .tasks
        .follow(account_id, id, options)
        .await
        .expect("it is there");
    let Follow::Frames(frames) = followed else {
        panic!("a reader at the start is not at the end");
    };
    assert_eq!(asker.erase(&task_id).await.status, 204);
    let frames: Vec<_> = soon("the replay to end", frames.collect()).await;
    assert_eq!(frames, [], "nothing of it is shown any more");
}
