//! One history: lives of a server on one disk, and what befalls them.

use std::{sync::Arc, sync::LazyLock, time::Duration};

use fastrand::Rng;
use faultfs::{Chance, Disk, Faults};
use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use kaucim_decks::Library;
use kaucim_fortune::FortuneSystem;
use kaucim_llm::Model;
use kaucim_tasks::{Accounts, Clock, Settings, Store, StoreError, Tasks};
use rusqlite::{Connection, OpenFlags};
use tokio::time::{Instant, sleep, timeout};

use super::{asker::Asker, model::Whimsical, trace::Trace};

/// Those who ask at the same time.
const ASKERS: u64 = 3;

/// Longer than everything takes that is worth waiting for.
const FOR_EVER: Duration = Duration::from_mins(20);

/// One reading takes no more of a model than this.
const READING_TIME: Duration = Duration::from_secs(90);

/// A fault that is put in between two lives, to see that it is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Planted {
    Nothing,
    LosesAnEvent,
    ChangesASection,
    ForgetsAQuestion,
    EndsTwice,
    CountsNoCall,
}

/// What a history was made of.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Amount {
    pub lives: u64,
    pub power_losses: u64,
    pub kills: u64,
    pub stops: u64,
    pub questions: u64,
    pub calls: u64,
}

pub(crate) struct World {
    chance: Rng,
    disk: Disk,
    trace: Trace,
    model: Arc<Whimsical>,
    askers: Vec<Asker>,
    amount: Amount,
    now: Timestamp,
    planted: Planted,
}

/// How a life ends before its time.
#[derive(Debug, Clone, Copy)]
enum Fate {
    /// The power goes in the middle of so many operations of the disk from some moment on.
    PowerAfter(u64),
    Power,
    Kill,
    Stop,
    /// It goes on until everything is answered.
    None,
}

impl World {
    pub(crate) fn new(seed: u64, planted: Planted, is_loud: bool) -> Self {
        let mut chance = Rng::with_seed(seed);
        let trace = Trace::new(is_loud);
        let disk = Disk::new(chance.u64(..));
        let askers = (0..ASKERS).map(|name| Asker::new(name, chance.u64(..), trace.clone()));
        Self {
            askers: askers.collect(),
            model: Whimsical::new(chance.u64(..), trace.clone()),
            disk,
            trace,
            amount: Amount::default(),
            now: "2026-02-17T00:00:00Z".parse().expect("a moment"),
            planted,
            chance,
        }
    }

    pub(crate) fn trace(&self) -> u64 {
        self.trace
            .tell(format_args!("disk {:x}", self.disk.trace()));
        self.trace.number()
    }

    /// Tells the whole history, holds it against the promise, and says how much of it there was.
    pub(crate) fn run(&mut self) -> Amount {
        for _ in 0..self.chance.u8(1..6) {
            let fate = match self.chance.u8(0..10) {
                0..4 => Fate::PowerAfter(self.chance.u64(1..120)),
                4..6 => Fate::Power,
                6..8 => Fate::Kill,
                _ => Fate::Stop,
            };
            self.live(fate);
            self.plant();
        }
        self.live(Fate::None);
        self.judge_database();
        for known in self.askers.iter().flat_map(|asker| &asker.finished) {
            self.amount.questions += 1;
            self.amount.calls += self.model.calls(&known.question).len() as u64;
        }
        self.amount
    }

    /// One life of the server, on a thread and a clock of its own.
    fn live(&mut self, fate: Fate) {
        self.amount.lives += 1;
        match fate {
            Fate::PowerAfter(_) | Fate::Power => self.amount.power_losses += 1,
            Fate::Kill => self.amount.kills += 1,
            Fate::Stop => self.amount.stops += 1,
            Fate::None => {}
        }
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            self.trace.begin(self.amount.lives);
            let began = Instant::now();
            let clock = Clock::simulated(self.now, self.amount.lives);
            let mut dice = self.chance.fork();
            let befalls = befalls(&self.disk, &clock, &mut dice, fate);
            let served = serve(&mut self.askers, &self.disk, &self.model, (&clock, fate));
            tokio::select! {
                biased;
                () = befalls => self.trace.tell(format_args!("{fate:?}")),
                served = timeout(FOR_EVER, served) => assert!(served.is_ok(), "it never ends"),
            }
            let gone = SignedDuration::try_from(began.elapsed()).expect("not that long");
            let set = SignedDuration::from_secs(self.chance.i64(-3600..7200));
            self.now = self.now + gone + set;
        });
        self.trace.end();
        // All that ran is dropped where it stands.
        drop(runtime);
        if !self.disk.is_dead() {
            self.disk.kill();
        }
        self.disk.heal();
        self.disk.start();
    }

    fn database(&self) -> Connection {
        let path = self.disk.folder().join("kaucim.db");
        let flags = OpenFlags::default();
        Connection::open_with_flags_and_vfs(path, flags, faultfs::VFS).expect("it opens")
    }

    /// What the tables say in the end.
    fn judge_database(&self) {
        let database = self.database();
        let one = |sql: &str| -> i64 {
            let row = database.query_row(sql, [], |row| row.get(0));
            row.expect("it can be read")
        };
        let verdict: String = database
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .expect("it can be read");
        assert_eq!(verdict, "ok");
        assert_eq!(
            one("SELECT count(*) FROM tasks WHERE finished_ms IS NULL"),
            0,
            "stuck"
        );
        assert_eq!(one("SELECT length FROM queue"), 0);
        assert_eq!(
            one("SELECT count(*) FROM tasks WHERE holder IS NOT NULL"),
            0
        );
        let asked = self.askers.iter().flat_map(|asker| &asker.finished);
        assert_eq!(
            one("SELECT count(*) FROM tasks"),
            i64::try_from(asked.clone().count()).expect("a few"),
            "a question was taken twice"
        );
        for known in asked {
            let calls: usize = database
                .query_row(
                    "SELECT calls FROM tasks WHERE task_id = ?1",
                    [known.task_id.to_string()],
                    |row| row.get(0),
                )
                .expect("the task is there");
            let made = self.model.calls(&known.question).len();
            assert!(calls >= made, "{made} calls were made and {calls} counted");
        }
    }

    /// Puts the planted fault into the database, where there is something to spoil.
    fn plant(&self) {
        let sql = match self.planted {
            Planted::Nothing => return,
            Planted::LosesAnEvent => {
                "DELETE FROM events WHERE data LIKE '%section_completed%' AND EXISTS
                    (SELECT 1 FROM tasks WHERE tasks.task_id = events.task_id
                     AND last_sequence = sequence);
                 UPDATE tasks SET last_sequence =
                    (SELECT max(sequence) FROM events WHERE events.task_id = tasks.task_id)"
            }
            Planted::ChangesASection => {
                "UPDATE events SET data = replace(data, 'it comes', 'it goes')
                 WHERE data LIKE '%\"section_completed\"%'"
            }
            Planted::ForgetsAQuestion => "DELETE FROM tasks WHERE finished_ms IS NULL",
            Planted::EndsTwice => {
                "UPDATE tasks SET last_sequence = last_sequence + 1 WHERE status = 'completed';
                 INSERT INTO events SELECT task_id, last_sequence, '{\"type\":\"cancelled\"}'
                    FROM tasks WHERE status = 'completed'"
            }
            Planted::CountsNoCall => "UPDATE tasks SET calls = 0",
        };
        // The tables may not be there yet.
        let _ = self.database().execute_batch(sql);
    }
}

/// Serves until every asker has all answers, or until it is told to stop; then judges the answers.
async fn serve(
    askers: &mut [Asker],
    disk: &Disk,
    model: &Arc<Whimsical>,
    (clock, fate): (&Clock, Fate),
) {
    let (tasks, accounts) = loop {
        match start(disk, model, clock).await {
            Ok(started) => break started,
            Err(_) => sleep(Duration::from_secs(1)).await,
        }
    };
    let all = join_all(askers.iter_mut().map(|asker| asker.live(&tasks, &accounts)));
    if let Fate::Stop = fate {
        // Some histories end before they are stopped.
        let _ = timeout(Duration::from_secs(15), all).await;
        tasks.stop().await;
        return;
    }
    all.await;
    if let Fate::None = fate {
        disk.heal();
        for known in askers.iter().flat_map(|asker| asker.finished.clone()) {
            known.judge(&tasks, model).await;
        }
    } else {
        std::future::pending::<()>().await;
    }
}

async fn start(
    disk: &Disk,
    model: &Arc<Whimsical>,
    clock: &Clock,
) -> Result<(Tasks, Accounts), StoreError> {
    static LIBRARY: LazyLock<Library> = LazyLock::new(Library::starter);
    let store = Store::open_inline(&disk.folder(), faultfs::VFS)?;
    let models = vec![Arc::clone(model) as Arc<dyn Model>];
    let reading = kaucim_fortune::Settings::default();
    let fortune = FortuneSystem::new(LIBRARY.clone(), models, reading);
    let settings = Settings {
        workers: 2,
        reading_time: READING_TIME,
        clock: clock.clone(),
        ..Settings::default()
    };
    let accounts = Accounts::by_clock(store.clone(), clock.clone());
    Ok((Tasks::start(store, fortune, settings).await?, accounts))
}

/// What befalls a life: faults that come and go, a clock that is set, and its end.
async fn befalls(disk: &Disk, clock: &Clock, dice: &mut Rng, fate: Fate) {
    for _ in 0..dice.u8(0..4) {
        sleep(Duration::from_millis(dice.u64(0..8000))).await;
        match dice.u8(0..4) {
            0 => clock.shift(dice.i64(-3600..3600)),
            _ => {
                disk.set_faults(some_faults(dice));
                sleep(Duration::from_millis(dice.u64(0..15_000))).await;
                disk.heal();
            }
        }
    }
    sleep(Duration::from_millis(dice.u64(0..8000))).await;
    match fate {
        Fate::PowerAfter(operations) => {
            disk.cut_power_after(operations);
            // Where nothing is written any more, it goes all the same.
            for _ in 0..1000 {
                if disk.is_dead() {
                    break;
                }
                sleep(Duration::from_millis(20)).await;
            }
            disk.cut_power();
            // The process does not notice at once.
            sleep(Duration::from_millis(dice.u64(0..500))).await;
        }
        Fate::Power => disk.cut_power(),
        Fate::Kill => disk.kill(),
        Fate::Stop | Fate::None => std::future::pending().await,
    }
}

fn some_faults(dice: &mut Rng) -> Faults {
    let sometimes = Chance::in_thousand(dice.u16(20..1000));
    let none = Faults::NONE;
    match dice.u8(0..6) {
        0 => Faults {
            no_space: Chance::ALWAYS,
            ..none
        },
        1 => Faults {
            write_error: sometimes,
            ..none
        },
        2 => Faults {
            sync_error: sometimes,
            sync_error_forgets: dice.bool(),
            ..none
        },
        3 => Faults {
            read_error: sometimes,
            ..none
        },
        4 => Faults {
            locked: sometimes,
            ..none
        },
        _ => Faults {
            write_error: sometimes,
            read_error: sometimes,
            sync_error: sometimes,
            ..none
        },
    }
}
