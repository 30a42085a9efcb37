//! From the databases of earlier versions to the present one.

use std::{fs, path::Path};

use jiff::Timestamp;
use kaucim_fortune::SectionId;
use kaucim_tasks::{Clock, Settings, Status, Store, StoreError, TaskId};
use tempfile::TempDir;

use crate::{
    app::{App, Built, Person, ask, submission},
    model::{Call, Does, asked, report},
};

/// What every fixture holds.
const KEY: &str = "kc_of_the_fixture";
const GUEST: &str = "kg_of_the_fixture";

/// A database of an earlier version.
#[derive(Debug, Clone, Copy)]
struct Fixture {
    version: i64,
    finished: &'static str,
    running: &'static str,
    queued: &'static str,
    /// An hour after its process ended.
    later_ms: i64,
    /// A table that the next step makes, to be in its way.
    made_next: &'static str,
}

const FIXTURES: [Fixture; 5] = [
    Fixture {
        version: 1,
        finished: "01a214ee-ddb7-77db-9bac-8dd687a3986e",
        running: "01a214ee-ddd1-7381-9e98-2f081ba12ace",
        queued: "01a214ee-ddd9-7317-b564-4ecfbed75803",
        later_ms: 1_795_651_128_409,
        made_next: "queue",
    },
    Fixture {
        version: 2,
        finished: "01a215bb-1c8c-71d0-a70a-0d0fcc37586f",
        running: "01a215bb-1d4f-77b7-85c2-7e331b814555",
        queued: "01a215bb-1d96-73b5-8826-15fed698c779",
        later_ms: 1_795_664_514_070,
        made_next: "matter_key",
    },
    Fixture {
        version: 3,
        finished: "01a215bb-1c8c-71d0-a70a-0d0fcc37586f",
        running: "01a215bb-1d4f-77b7-85c2-7e331b814555",
        queued: "01a215bb-1d96-73b5-8826-15fed698c779",
        later_ms: 1_795_664_514_070,
        made_next: "audit",
    },
    Fixture {
        version: 7,
        finished: "01a215bb-1c8c-71d0-a70a-0d0fcc37586f",
        running: "01a215bb-1d4f-77b7-85c2-7e331b814555",
        queued: "01a215bb-1d96-73b5-8826-15fed698c779",
        later_ms: 1_795_664_514_070,
        made_next: "person_key",
    },
    Fixture {
        version: 9,
        finished: "01a215bb-1c8c-71d0-a70a-0d0fcc37586f",
        running: "01a215bb-1d4f-77b7-85c2-7e331b814555",
        queued: "01a215bb-1d96-73b5-8826-15fed698c779",
        later_ms: 1_795_664_514_070,
        made_next: "tasks_by_followed",
    },
];

/// The version that databases have now.
const PRESENT: i64 = 10;

impl Fixture {
    /// A data folder as that version left it.
    fn folder(self) -> TempDir {
        let folder = TempDir::new().unwrap();
        let file = format!("tests/fixtures/schema-{}.sql", self.version);
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let sql = fs::read_to_string(fixture).unwrap();
        database(&folder).execute_batch(&sql).unwrap();
        folder
    }

    async fn started(self, workers: usize, folder: TempDir) -> App {
        let later = Timestamp::from_millisecond(self.later_ms).unwrap();
        let built = Built {
            settings: Settings {
                clock: Clock::simulated(later, 2),
                ..Settings::default()
            },
            ..Built::workers(workers)
        };
        built.start_in(folder).await
    }
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
async fn what_an_earlier_version_finished_reads_as_it_did() {
    for fixture in FIXTURES {
        let folder = fixture.folder();
        let finished = id(fixture.finished);
        let before = log(folder.path(), fixture.finished);
        let app = fixture.started(0, folder).await;
        let temple = who(&app, KEY).await;
        assert!(!temple.is_guest && who(&app, GUEST).await.is_guest);
        let mut reader = app.read(temple, finished).await;
        let complete = reader.reads_to_end().await;
        assert_eq!(complete["result"]["sections"][6]["index"], 7);
        assert_eq!(reader.held.sealed.len(), 7);
        let task = app.task(temple, finished).await;
        assert_eq!(task.status, Status::Completed);
        assert_eq!(task.question, "Will the harvest be good?");
        assert_eq!(log(app.path(), fixture.finished), before);
        let history = app.tasks.history(temple.account_id, None, 9).await.unwrap();
        let history: Vec<TaskId> = history.iter().map(|summary| summary.task_id).collect();
        assert_eq!(history, [id(fixture.queued), finished]);
    }
}

#[tokio::test]
async fn what_an_earlier_version_left_running_or_waiting_is_read_to_its_end() {
    for fixture in FIXTURES {
        let running = id(fixture.running);
        let app = fixture.started(1, fixture.folder()).await;
        let (temple, guest) = (who(&app, KEY).await, who(&app, GUEST).await);
        let sealed = app.sealed(guest, running).await;
        let of_then = "Part 1: \"it comes\", 月 é,\nand it takes its time. 🌙";
        assert_eq!(sealed[&1], of_then);
        let mut reader = app.read(guest, running).await;
        let call = app.model.call().await;
        let missing = SectionId::ALL[1..].iter().map(|section| section.name());
        assert_eq!(asked(&call.request), missing.collect::<Vec<_>>());
        answers(&call, &SectionId::ALL[1..]);
        let complete = reader.reads_to_end().await;
        assert_eq!(complete["result"]["attempts"], 2);
        assert_eq!(complete["result"]["usage"]["calls"], 2);
        assert_eq!(reader.held.sealed[&1], sealed[&1], "sealed is final");

        let mut reader = app.read(temple, id(fixture.queued)).await;
        answers(&app.model.call().await, &SectionId::ALL);
        let complete = reader.reads_to_end().await;
        assert_eq!(complete["result"]["question"], "May I travel in autumn?");
        assert_eq!(complete["result"]["attempts"], 1);
    }
}

#[tokio::test]
async fn the_queue_of_an_earlier_version_is_counted_and_comes_first() {
    for fixture in FIXTURES {
        let app = fixture.started(0, fixture.folder()).await;
        // The one that ran waits again.
        assert_eq!(app.queued(), (2, 2));
        let temple = who(&app, KEY).await;
        let asked = app.ask(temple).await;
        assert_eq!(app.queued(), (3, 3));
        for (task_id, place) in [(id(fixture.queued), 2), (asked, 3)] {
            let beat = app.read(temple, task_id).await.heartbeat().await;
            assert_eq!(beat["position"], place);
        }
        app.tasks.cancel(temple.account_id, asked).await.unwrap();
        app.tasks.erase_account(temple.account_id).await.unwrap();
        assert_eq!(app.queued(), (1, 1));
    }
}

#[tokio::test]
async fn an_idempotency_key_of_an_earlier_version_still_stands_for_its_task() {
    for fixture in FIXTURES {
        let app = fixture.started(0, fixture.folder()).await;
        let mut again = submission(who(&app, KEY).await);
        again.ask = ask("Will the harvest be good?");
        again.idempotency = Some(("harvest".to_owned(), [7; 32]));
        let accepted = app.submit(again).await.unwrap();
        assert_eq!(accepted.task_id, id(fixture.finished));
        assert_eq!(app.queued(), (2, 2));
    }
}

#[tokio::test]
async fn the_people_of_an_earlier_version_draw() {
    for fixture in FIXTURES {
        let app = fixture.started(0, fixture.folder()).await;
        let guest = who(&app, GUEST).await;
        let drawn = app.draws(guest, Some("Shall I stay?")).await;
        let revealed = app.reveals(guest, &drawn, "shaken").await;
        assert_eq!(revealed.proof.verify(), Ok(()));
        assert!(!app.draws(guest, Some("shall I stay")).await.is_new);
    }
}

#[tokio::test]
async fn a_migration_that_fails_leaves_the_old_version_whole() {
    for fixture in FIXTURES {
        let folder = fixture.folder();
        // The step comes to its middle, where this is in its way.
        let table = fixture.made_next;
        let is_in_the_way = format!("CREATE TABLE {table} (of_somebody_else TEXT)");
        database(&folder).execute_batch(&is_in_the_way).unwrap();
        let schema = |folder: &TempDir| -> Vec<String> {
            let database = database(folder);
            let sql = "SELECT coalesce(sql, name) FROM sqlite_schema ORDER BY name";
            let mut statement = database.prepare(sql).unwrap();
            let texts = statement.query_map([], |row| row.get(0)).unwrap();
            texts.collect::<Result<_, _>>().unwrap()
        };
        let before = (schema(&folder), log(folder.path(), fixture.running));
        for _ in 0..2 {
            let refused = Store::open(folder.path()).err();
            assert!(matches!(refused, Some(StoreError::Database(_))));
            assert_eq!(version(&folder), fixture.version);
            let after = (schema(&folder), log(folder.path(), fixture.running));
            assert_eq!(after, before);
        }
        let away = format!("DROP TABLE {table}");
        database(&folder).execute_batch(&away).unwrap();
        drop(Store::open(folder.path()).unwrap());
        assert_eq!(version(&folder), PRESENT);
        assert_eq!(log(folder.path(), fixture.running), before.1);
    }
}

#[test]
fn a_migrated_database_is_like_a_new_one() {
    let new = TempDir::new().unwrap();
    let shape = |folder: &TempDir| -> Vec<(String, String)> {
        drop(Store::open(folder.path()).unwrap());
        let database = database(folder);
        let sql = "SELECT name, coalesce(sql, '') FROM sqlite_schema ORDER BY name";
        let mut statement = database.prepare(sql).unwrap();
        let shape = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
        shape.unwrap().collect::<Result<_, _>>().unwrap()
    };
    let expected = shape(&new);
    for fixture in FIXTURES {
        let old = fixture.folder();
        assert_eq!(shape(&old), expected, "from version {}", fixture.version);
        let database = database(&old);
        let mut statement = database.prepare("PRAGMA foreign_key_check").unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        let broken: Vec<String> = rows.collect::<Result<_, _>>().unwrap();
        assert_eq!(broken, Vec::<String>::new());
    }
}

#[test]
fn a_purse_that_anybody_could_name_is_kept_nowhere() {
    let folder = FIXTURES[3].folder();
    let named = |folder: &TempDir| -> i64 {
        let database = database(folder);
        let count = "SELECT (SELECT count(*) FROM spending WHERE budget_id LIKE 'person%')
            + (SELECT count(*) FROM tasks WHERE budget_id LIKE 'person%')
            + (SELECT count(*) FROM passes WHERE budget_id LIKE 'person%')";
        database.query_row(count, [], |row| row.get(0)).unwrap()
    };
    assert_eq!(named(&folder), 3);
    drop(Store::open(folder.path()).unwrap());
    assert_eq!(named(&folder), 0);
    let database = database(&folder);
    let of_all = "SELECT readings FROM spending WHERE budget_id = 'all'";
    let readings: i64 = database.query_row(of_all, [], |row| row.get(0)).unwrap();
    assert_eq!(readings, 3, "what all have spent stays spent");
}
