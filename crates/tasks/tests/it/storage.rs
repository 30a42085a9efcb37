//! The store when it fails, comes back, is broken, or is somebody else's.

use kaucim_fortune::SectionId;
use kaucim_tasks::{FolderLock, Store, StoreError};
use tempfile::TempDir;

use crate::{
    app::{App, Built},
    hand::{Hand, is_embedded},
    model::{Does, report, report_until, words},
};

/// Until it is removed, no event can be stored.
fn break_writes(app: &App, how: &str) {
    match app.hand() {
        Hand::Embedded(_) => app.hand().run(&format!(
            "CREATE TRIGGER broken BEFORE INSERT ON events BEGIN SELECT raise({how}, 'broken'); END"
        )),
        Hand::Server(_) => app.hand().breaks("INSERT ON events"),
    }
}

#[tokio::test]
async fn what_is_not_stored_is_not_shown_and_a_task_goes_on_later() {
    for how in ["ABORT", "ROLLBACK"] {
        let app = App::start(1).await;
        let guest = app.guest().await;
        let task_id = app.ask(guest).await;
        let mut reader = app.read(guest, task_id).await;
        let call = app.model.call().await;
        let [first, second, ..] = SectionId::ALL;
        call.writes(&report_until(&[first], 4));
        reader.until_open("Part").await;
        break_writes(&app, how);
        call.writes("s, and lines 1 to 4 say so in time\",");
        call.writes(&report_until(&[second], 4)[1..]);
        while reader.heartbeat().await["phase"] != "storage_unavailable" {}
        assert!(reader.held.sealed.is_empty());
        assert_eq!(
            reader.open_text(),
            "Parts, and lines 1 to 4 say so in time",
            "the next section waits for this one"
        );
        assert!(
            app.submit(crate::app::submission(app.guest().await))
                .await
                .is_err()
        );

        app.hand().is_mended();
        reader.until("section_completed").await;
        reader.until_open("Part").await;
        call.writes(" of it comes in time, and so do we\"");
        call.writes(&report(&SectionId::ALL[2..]).replacen('{', ",", 1));
        call.does(Does::Finishes);
        assert_eq!(reader.reads_to_end().await["type"], "complete");
        assert_eq!(reader.held.sealed, app.sealed(guest, task_id).await);
    }
}

#[tokio::test]
async fn a_task_is_cancelled_while_it_waits_for_the_storage() {
    let app = App::start(1).await;
    let guest = app.guest().await;
    let task_id = app.ask(guest).await;
    let mut reader = app.read(guest, task_id).await;
    let call = app.model.call().await;
    let only = "new.data LIKE '%section_completed%'";
    app.hand().breaks_when("INSERT ON events", only);
    call.writes(&report(&[SectionId::Conclusion]));
    while reader.heartbeat().await["phase"] != "storage_unavailable" {}
    app.tasks.cancel(guest.account_id, task_id).await.unwrap();
    call.dropped().await;
    assert_eq!(reader.reads_to_end().await["type"], "cancelled");
}

#[tokio::test]
async fn a_stop_does_not_wait_for_the_storage() {
    let app = App::start(1).await;
    let guest = app.guest().await;
    let task_id = app.ask(guest).await;
    let mut reader = app.read(guest, task_id).await;
    let call = app.model.call().await;
    break_writes(&app, "ABORT");
    call.writes(&report(&[SectionId::Conclusion]));
    while reader.heartbeat().await["phase"] != "storage_unavailable" {}
    app.stop().await;
}

#[tokio::test]
async fn a_log_that_cannot_be_read_ends_its_task_and_no_other() {
    let app = App::start(0).await;
    let (guest, other) = (app.guest().await, app.guest().await);
    let broken = app.ask(guest).await;
    let whole = app.ask(other).await;
    app.hand().run(&format!(
        "UPDATE events SET data = '{{}}' WHERE task_id = '{broken}' AND sequence = 2"
    ));
    let app = Built::workers(1).start_in(app.stop().await).await;
    let call = app.model.call().await;
    call.writes(&report(&SectionId::ALL));
    call.does(Does::Finishes);
    let mut reader = app.read(other, whole).await;
    assert_eq!(reader.reads_to_end().await["type"], "complete");
    assert_eq!(reader.held.sealed[&7], words(SectionId::Conclusion));
    let status = format!("SELECT status FROM tasks WHERE task_id = '{broken}'");
    assert_eq!(app.hand().row(&status), ["failed"]);
}

#[test]
fn a_database_of_a_newer_version_is_refused() {
    let folder = TempDir::new().unwrap();
    drop(Store::open(folder.path()).unwrap());
    drop(Store::open(folder.path()).unwrap());
    let database = rusqlite::Connection::open(folder.path().join("kaucim.db")).unwrap();
    for version in [99, -1] {
        database
            .pragma_update(None, "user_version", version)
            .unwrap();
        let refused = Store::open(folder.path()).err();
        assert!(matches!(refused, Some(StoreError::TooNew(found)) if found == version));
    }
}

#[test]
fn what_is_no_database_is_refused_and_left_alone() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("kaucim.db");
    let letter = "Dear database, you are a letter. ".repeat(200);
    std::fs::write(&path, &letter).unwrap();
    assert!(matches!(
        Store::open(folder.path()).err(),
        Some(StoreError::Database(_))
    ));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), letter);
    assert!(Store::open(&folder.path().join("nowhere")).is_err());
}

#[test]
fn a_folder_has_one_server() {
    let folder = TempDir::new().unwrap();
    let lock = FolderLock::take(folder.path()).unwrap();
    assert!(lock.is_some());
    assert!(FolderLock::take(folder.path()).unwrap().is_none());
    drop(lock);
    assert!(FolderLock::take(folder.path()).unwrap().is_some());
}

#[tokio::test]
async fn a_finished_reading_whose_end_cannot_be_read_ends_its_readers_all_the_same() {
    let app = App::start(1).await;
    let guest = app.guest().await;
    let task_id = app.ask(guest).await;
    app.tasks.cancel(guest.account_id, task_id).await.unwrap();
    app.hand()
        .run("UPDATE events SET data = 'garbage' WHERE data LIKE '%\"cancelled\"%'");
    if is_embedded("the doctor looks into files") {
        assert!(Store::examine(app.path()).is_err(), "the doctor finds it");
    }
    let folder = app.stop().await;
    let app = Built::workers(1).start_in(folder).await;
    let mut reader = app.read(guest, task_id).await;
    while reader.next().await.is_some() {}
    assert_eq!(
        reader.held.ended, None,
        "the end is not known, but nothing is waited for"
    );
}

#[tokio::test]
async fn a_database_of_another_program_is_refused_and_left_alone() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("kaucim.db");
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("CREATE TABLE other (a)").unwrap();
    drop(other);
    let refused = Store::open(folder.path()).map(|_| ());
    assert!(matches!(refused, Err(StoreError::Foreign)), "{refused:?}");
    let other = rusqlite::Connection::open(&path).unwrap();
    let tables: u32 = other
        .query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0))
        .unwrap();
    assert_eq!(tables, 1);
}
