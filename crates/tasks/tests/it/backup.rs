//! Backups of a store in use, and what becomes of readings when one is restored.

use std::{fs, os::unix::fs::PermissionsExt};

use kaucim_fortune::SectionId;
use kaucim_tasks::{BackupError, FolderLock, Status, Store};
use tempfile::TempDir;

use crate::{
    app::{App, Built, QUESTION},
    model::{Does, report, report_until},
};

#[tokio::test]
async fn a_backup_of_a_running_reading_goes_on_elsewhere() {
    let app = App::start(1).await;
    let guest = app.guest().await;
    let task_id = app.ask(guest).await;
    let mut reader = app.read(guest, task_id).await;
    let call = app.model.call().await;
    call.writes(&report_until(&SectionId::ALL[..2], 4));
    reader.until("section_completed").await;
    let copies = TempDir::new().unwrap();
    let copy = copies.path().join("copy.db");
    let backup = Store::back_up(app.path(), &copy).unwrap();
    assert_eq!(backup.tasks, 1);
    assert_eq!(
        fs::metadata(&copy).unwrap().permissions().mode() & 0o777,
        0o600
    );
    // The one that was copied goes on undisturbed.
    call.writes(" of it comes in time, and so do we\"");
    reader.until("section_completed").await;

    let folder = TempDir::new().unwrap();
    let (restored, before) = Store::restore(&copy, folder.path()).unwrap();
    assert_eq!((restored.tasks, before), (1, None));
    let app = Built::workers(1).start_in(folder).await;
    let call = app.model.call().await;
    assert_eq!(
        crate::model::asked(&call.request).len(),
        6,
        "one section was sealed"
    );
    call.writes(&report(&SectionId::ALL[1..]));
    call.does(Does::Finishes);
    let mut reader = app.read(guest, task_id).await;
    assert_eq!(reader.reads_to_end().await["type"], "complete");
}

#[tokio::test]
async fn what_was_there_is_kept_beside_what_is_restored() {
    let app = App::start(0).await;
    let guest = app.guest().await;
    let copies = TempDir::new().unwrap();
    let copy = copies.path().join("copy.db");
    Store::back_up(app.path(), &copy).unwrap();
    let task_id = app.ask(guest).await;
    let folder = app.stop().await;
    let lock = FolderLock::take(folder.path()).unwrap();
    let refused = Store::restore(&copy, folder.path());
    assert!(matches!(refused, Err(BackupError::InUse)), "{refused:?}");
    drop(lock);
    let (_, before) = Store::restore(&copy, folder.path()).unwrap();
    let before = before.expect("it is kept");
    let app = Built::workers(0).start_in(folder).await;
    let gone = app.tasks.task(guest.account_id, task_id).await;
    assert!(gone.is_err(), "the question came after the backup");

    // And the way back from the way back.
    let folder = app.stop().await;
    Store::restore(&before, folder.path()).unwrap();
    let app = Built::workers(0).start_in(folder).await;
    assert_eq!(app.task(guest, task_id).await.status, Status::Queued);
}

#[tokio::test]
async fn a_backup_holds_no_trace_of_what_was_erased() {
    let app = App::start(1).await;
    let guest = app.guest().await;
    let task_id = app.ask(guest).await;
    app.tasks.cancel(guest.account_id, task_id).await.unwrap();
    let copies = TempDir::new().unwrap();
    let holds_it = |name: &str| {
        let copy = copies.path().join(name);
        Store::back_up(app.path(), &copy).unwrap();
        let bytes = fs::read(copy).unwrap();
        bytes
            .windows(QUESTION.len())
            .any(|text| text == QUESTION.as_bytes())
    };
    assert!(holds_it("before.db"), "or this shows nothing");
    app.tasks.erase(guest.account_id, task_id).await.unwrap();
    assert!(!holds_it("after.db"));
}

#[tokio::test]
async fn what_cannot_be_a_backup_is_refused_and_nothing_is_touched() {
    let app = App::start(0).await;
    let files = TempDir::new().unwrap();
    let path = |name: &str| files.path().join(name);
    fs::write(
        path("text.db"),
        "this is not a database at all, and long enough to be looked at",
    )
    .unwrap();
    rusqlite::Connection::open(path("other.db"))
        .unwrap()
        .execute_batch("CREATE TABLE other (a)")
        .unwrap();
    Store::back_up(app.path(), &path("cut.db")).unwrap();
    let whole = fs::read(path("cut.db")).unwrap();
    fs::write(path("cut.db"), &whole[..whole.len() / 2]).unwrap();
    let folder = app.stop().await;
    let before = fs::read(folder.path().join("kaucim.db")).unwrap();
    for name in ["text.db", "other.db", "cut.db", "none.db"] {
        let refused = Store::restore(&path(name), folder.path());
        assert!(refused.is_err(), "{name}");
        assert_eq!(
            fs::read(folder.path().join("kaucim.db")).unwrap(),
            before,
            "{name}"
        );
    }
    let exists = Store::back_up(folder.path(), &path("text.db"));
    assert!(matches!(exists, Err(BackupError::Exists(_))), "{exists:?}");
    let nothing = Store::back_up(files.path(), &path("new.db"));
    assert!(
        matches!(nothing, Err(BackupError::NotADatabase(_))),
        "{nothing:?}"
    );
    assert!(!path("new.db").exists());
}
