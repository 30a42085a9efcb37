//! From the databases of earlier versions to the present one.

use std::{fs, path::Path};

use jiff::Timestamp;
use kaucim_fortune::SectionId;
use kaucim_tasks::{Clock, Settings, Status, Store, StoreError, TaskId};
use tempfile::TempDir;

use crate::{
    app::{App, Built, Person, ask, submission},
    model::{Call, Does, asked, report, words},
};

/// What the fixture of version 1 holds.
const KEY: &str = "kc_of_the_fixture";
const GUEST: &str = "kg_of_the_fixture";
const FINISHED: &str = "01a214ee-ddb7-77db-9bac-8dd687a3986e";
const RUNNING: &str = "01a214ee-ddd1-7381-9e98-2f081ba12ace";
const QUEUED: &str = "01a214ee-ddd9-7317-b564-4ecfbed75803";

/// An hour after the process of the fixture ended.
const AN_HOUR_LATER_MS: i64 = 1_795_651_128_409;

/// A data folder as version 1 left it.
fn folder_of_version_1() -> TempDir {
    let folder = TempDir::new().unwrap();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/schema-1.sql");
    let sql = fs::read_to_string(fixture).unwrap();
    database(&folder).execute_batch(&sql).unwrap();
    folder
}

fn database(folder: &TempDir) -> rusqlite::Connection {
    rusqlite::Connection::open(folder.path().join("kaucim.db")).unwrap()
}

fn version(folder: &TempDir) -> i64 {
    let database = database(folder);
    let version = database.pragma_query_value(None, "user_version", |row| row.get(0));
    version.unwrap()
}

/// All events of a task, as they are stored.
fn log(folder: &Path, task_id: &str) -> Vec<String> {
    let database = rusqlite::Connection::open(folder.join("kaucim.db")).unwrap();
    let sql = "SELECT data FROM events WHERE task_id = ?1 ORDER BY sequence";
    let mut statement = database.prepare(sql).unwrap();
    let events = statement.query_map([task_id], |row| row.get(0)).unwrap();
    events.collect::<Result<_, _>>().unwrap()
}

async fn started(workers: usize, folder: TempDir) -> App {
    let later = Timestamp::from_millisecond(AN_HOUR_LATER_MS).unwrap();
    let built = Built {
        settings: Settings {
            clock: Clock::simulated(later, 2),
            ..Settings::default()
        },
        ..Built::workers(workers)
    };
    built.start_in(folder).await
}

async fn who(app: &App, secret: &str) -> Person {
    let principal = app.accounts.authenticate(secret).await.unwrap();
    let principal = principal.expect("the secret is still good");
    Person {
        account_id: principal.account_id,
        is_guest: principal.is_guest,
    }
}

fn id(text: &str) -> TaskId {
    text.parse().unwrap()
}

fn answers(call: &Call, sections: &[SectionId]) {
    call.writes(&report(sections));
    call.does(Does::Finishes);
}

#[tokio::test]
async fn what_version_1_finished_reads_as_it_did() {
    let folder = folder_of_version_1();
    let before = log(folder.path(), FINISHED);
    let app = started(0, folder).await;
    let temple = who(&app, KEY).await;
    assert!(!temple.is_guest && who(&app, GUEST).await.is_guest);
    let mut reader = app.read(temple, id(FINISHED)).await;
    let complete = reader.reads_to_end().await;
    assert_eq!(complete["result"]["usage"]["calls"], 2);
    assert_eq!(reader.held.sealed.len(), 7);
    let task = app.task(temple, id(FINISHED)).await;
    assert_eq!(task.status, Status::Completed);
    assert_eq!(task.question, "Will the harvest be good?");
    assert_eq!(log(app.path(), FINISHED), before);
    let history = app.tasks.history(temple.account_id, None, 9).await.unwrap();
    let history: Vec<TaskId> = history.iter().map(|summary| summary.task_id).collect();
    assert_eq!(history, [id(QUEUED), id(FINISHED)]);
}

#[tokio::test]
async fn what_version_1_left_running_or_waiting_is_read_to_its_end() {
    let app = started(1, folder_of_version_1()).await;
    let (temple, guest) = (who(&app, KEY).await, who(&app, GUEST).await);
    let sealed = app.sealed(guest, id(RUNNING)).await;
    let of_then = "Part 1: \"it comes\", 月 é,\nand it takes its time. 🌙";
    assert_eq!(sealed[&1], of_then);
    let mut reader = app.read(guest, id(RUNNING)).await;
    let call = app.model.call().await;
    let missing = SectionId::ALL[1..].iter().map(|section| section.name());
    assert_eq!(asked(&call.request), missing.collect::<Vec<_>>());
    answers(&call, &SectionId::ALL[1..]);
    let complete = reader.reads_to_end().await;
    assert_eq!(complete["result"]["attempts"], 2);
    assert_eq!(complete["result"]["usage"]["calls"], 2);
    assert_eq!(reader.held.sealed[&1], sealed[&1], "sealed is final");

    let mut reader = app.read(temple, id(QUEUED)).await;
    answers(&app.model.call().await, &SectionId::ALL);
    let complete = reader.reads_to_end().await;
    assert_eq!(complete["result"]["question"], "May I travel in autumn?");
    assert_eq!(complete["result"]["attempts"], 1);
}

#[tokio::test]
async fn the_queue_of_version_1_is_counted_and_comes_first() {
    let app = started(0, folder_of_version_1()).await;
    // The one that ran waits again.
    assert_eq!(app.queued(), (2, 2));
    let temple = who(&app, KEY).await;
    let asked = app.ask(temple).await;
    assert_eq!(app.queued(), (3, 3));
    for (task_id, place) in [(id(QUEUED), 2), (asked, 3)] {
        let beat = app.read(temple, task_id).await.heartbeat().await;
        assert_eq!(beat["position"], place);
    }
    app.tasks.cancel(temple.account_id, asked).await.unwrap();
    app.tasks.erase_account(temple.account_id).await.unwrap();
    assert_eq!(app.queued(), (1, 1));
}

#[tokio::test]
async fn an_idempotency_key_of_version_1_still_stands_for_its_task() {
    let app = started(0, folder_of_version_1()).await;
    let mut again = submission(who(&app, KEY).await);
    again.ask = ask("Will the harvest be good?");
    again.idempotency = Some(("harvest".to_owned(), [7; 32]));
    let accepted = app.submit(again).await.unwrap();
    assert_eq!(accepted.task_id, id(FINISHED));
    assert_eq!(app.queued(), (2, 2));
}

#[tokio::test]
async fn a_migration_that_fails_leaves_the_old_version_whole() {
    let folder = folder_of_version_1();
    // The step comes to its middle, where this is in its way.
    let is_in_the_way = "CREATE TABLE queue (of_somebody_else TEXT)";
    database(&folder).execute_batch(is_in_the_way).unwrap();
    let schema = |folder: &TempDir| -> Vec<String> {
        let database = database(folder);
        let sql = "SELECT coalesce(sql, name) FROM sqlite_schema ORDER BY name";
        let mut statement = database.prepare(sql).unwrap();
        let texts = statement.query_map([], |row| row.get(0)).unwrap();
        texts.collect::<Result<_, _>>().unwrap()
    };
    let before = (schema(&folder), log(folder.path(), RUNNING));
    for _ in 0..2 {
        let refused = Store::open(folder.path()).err();
        assert!(matches!(refused, Some(StoreError::Database(_))));
        assert_eq!(version(&folder), 1);
        assert_eq!((schema(&folder), log(folder.path(), RUNNING)), before);
    }
    database(&folder).execute_batch("DROP TABLE queue").unwrap();
    drop(Store::open(folder.path()).unwrap());
    assert_eq!(version(&folder), 2);
    assert_eq!(log(folder.path(), RUNNING), before.1);
}

#[test]
fn a_migrated_database_is_like_a_new_one() {
    let (old, new) = (folder_of_version_1(), TempDir::new().unwrap());
    let shape = |folder: &TempDir| -> Vec<(String, String)> {
        drop(Store::open(folder.path()).unwrap());
        let database = database(folder);
        let sql = "SELECT name, coalesce(sql, '') FROM sqlite_schema ORDER BY name";
        let mut statement = database.prepare(sql).unwrap();
        let shape = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
        shape.unwrap().collect::<Result<_, _>>().unwrap()
    };
    assert_eq!(shape(&old), shape(&new));
    let broken: Vec<String> = {
        let database = database(&old);
        let mut statement = database.prepare("PRAGMA foreign_key_check").unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    };
    assert_eq!(broken, Vec::<String>::new());
}
