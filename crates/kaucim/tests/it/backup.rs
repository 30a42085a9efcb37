//! A backup of a running server, by the commands that an operator types, and the way back.

use crate::{
    client::{Asker, Held},
    program::{Server, asking, kaucim, model, run},
};

#[tokio::test]
async fn a_running_server_is_backed_up_and_restored_elsewhere() {
    let sim = model("rate=0").await;
    let mut server = Server::start(asking(&sim, "openai")).await;
    let asker = Asker::of(&server).await;
    let accepted = asker.ask(&server, "緣分何時到？").await;
    let mut held = Held::default();
    for event in asker.read_all(&server, &accepted).await {
        held.take(&event);
    }
    let files = tempfile::tempdir().expect("a temporary folder");
    let file = files.path().join("kaucim-backup.db");
    let mut backup = kaucim(server.data.path());
    let backup = run({
        backup.arg("backup").arg(&file);
        backup
    })
    .await;
    assert_eq!(backup.code, Some(0), "{}", backup.stderr);
    assert_eq!(backup.stdout.trim(), file.display().to_string());

    let mut restore = kaucim(server.data.path());
    restore.arg("restore").arg(&file);
    let refused = run(restore).await;
    assert_eq!(refused.code, Some(3), "a server runs there");
    assert!(
        refused.stderr.contains("hint: stop the server first"),
        "{}",
        refused.stderr
    );

    // What came after the backup is gone with the way back, and kept beside it.
    let later = asker.ask(&server, "何時能搬到新家？").await;
    server.kill().await;
    let mut restore = kaucim(server.data.path());
    restore.arg("restore").arg(&file);
    let restored = run(restore).await;
    assert_eq!(restored.code, Some(0), "{}", restored.stderr);
    assert!(
        restored.stdout.starts_with("restored 1 reading,"),
        "{}",
        restored.stdout
    );
    server.start_again().await;
    held.assert_is(&asker.task(&server, &accepted).await["result"]);
    assert_eq!(asker.task(&server, &later).await["code"], "task_not_found");
    let kept = server.data.path().join("kaucim.db.before-restore-1");
    assert!(kept.is_file(), "what was there is kept");
    sim.stop().await;
}
