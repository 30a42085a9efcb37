//! The test app: tasks on a real store in a temporary folder; its methods read like user actions.

use std::{collections::BTreeMap, fs, path::Path, sync::Arc, time::Duration};

use kaucim_decks::Library;
use kaucim_fortune::{Ask, FortuneSystem, Question};
use kaucim_llm::Model;
use kaucim_tasks::{
    Accepted, AccountId, Accounts, Follow, FollowOptions, KeyTerms, Limits, LookupError, Settings,
    Store, Submission, SubmitError, TaskDocument, TaskId, Tasks,
};
use tempfile::TempDir;

use crate::{
    hand::{self, Hand},
    model::Driven,
    reader::Reader,
};

pub(crate) const QUESTION: &str = "Will we meet?";

pub(crate) struct App {
    pub tasks: Tasks,
    pub accounts: Accounts,
    /// The model, where the test drives it.
    pub model: Arc<Driven>,
    /// Absent for a store in memory.
    pub folder: Option<TempDir>,
}

/// How an app differs from the usual one.
pub(crate) struct Built {
    pub workers: usize,
    pub limits: Limits,
    /// Instead of the driven one.
    pub models: Option<Vec<Arc<dyn Model>>>,
    pub calls_per_reading: u32,
    /// Whether classic text fills in.
    pub classic: bool,
    pub library: Library,
    /// All other settings.
    pub settings: Settings,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Person {
    pub account_id: AccountId,
    pub is_guest: bool,
}

impl Built {
    pub(crate) fn workers(workers: usize) -> Self {
        Self {
            workers,
            limits: Limits::default(),
            models: None,
            calls_per_reading: 8,
            classic: true,
            library: Library::starter(),
            settings: Settings::default(),
        }
    }

    pub(crate) fn model(self, model: Arc<dyn Model>) -> Self {
        Self {
            models: Some(vec![model]),
            ..self
        }
    }

    pub(crate) async fn start(self) -> App {
        let folder = TempDir::new().expect("a temporary folder");
        self.start_in(folder).await
    }

    pub(crate) async fn start_in(self, folder: TempDir) -> App {
        let store = open_in(folder.path()).await;
        self.start_on(store, Some(folder)).await
    }

    pub(crate) async fn start_in_memory(self) -> App {
        self.start_on(in_memory().await, None).await
    }

    /// In a folder, and yet all work of the store is done in its callers, so that time can be
    /// paused.
    pub(crate) async fn start_inline(self) -> App {
        let folder = TempDir::new().expect("a temporary folder");
        self.start_inline_in(folder).await
    }

    pub(crate) async fn start_inline_in(self, folder: TempDir) -> App {
        if hand::server().is_some() {
            // Time stands still while a thread of the runtime works, as it does for a server.
            return self.start_in(folder).await;
        }
        let store = Store::open_inline(folder.path(), "unix").expect("the store opens");
        self.start_on(store, Some(folder)).await
    }

    pub(crate) async fn start_on(self, store: Store, folder: Option<TempDir>) -> App {
        let model = Driven::new("driven");
        let driven = vec![Arc::clone(&model) as Arc<dyn Model>];
        let reading = kaucim_fortune::Settings {
            calls_per_reading: self.calls_per_reading,
            classic: self.classic,
            ..kaucim_fortune::Settings::default()
        };
        let models = self.models.unwrap_or(driven);
        let fortune = FortuneSystem::new(self.library, models, reading);
        let settings = Settings {
            workers: self.workers,
            limits: self.limits,
            ..self.settings
        };
        let accounts = Accounts::new(store.clone());
        let tasks = Tasks::start(store, fortune, settings).await;
        App {
            tasks: tasks.expect("the tasks start"),
            accounts,
            model,
            folder,
        }
    }
}

impl App {
    pub(crate) async fn start(workers: usize) -> Self {
        Built::workers(workers).start().await
    }

    /// Stops as a server does, and leaves the folder to the next.
    pub(crate) async fn stop(self) -> TempDir {
        soon("the workers' end", self.tasks.stop()).await;
        self.folder.expect("the store is in a folder")
    }

    /// The folder as it would be after a power cut now. The caller sees to it that nothing is
    /// being written.
    pub(crate) fn crashed(&self) -> TempDir {
        let crashed = TempDir::new().expect("a temporary folder");
        let Hand::Embedded(still) = self.hand() else {
            hand::copied(self.path(), crashed.path());
            return crashed;
        };
        // One moment of both files: nobody writes, and no log is emptied, while they are copied.
        still.execute_batch("BEGIN IMMEDIATE").expect("the lock");
        for name in ["kaucim.db", "kaucim.db-wal"] {
            fs::copy(self.path().join(name), crashed.path().join(name)).expect("the file is there");
        }
        crashed
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.as_ref().expect("a folder").path()
    }

    /// Another hand on the database.
    pub(crate) fn hand(&self) -> Hand {
        Hand::on(self.path())
    }

    /// How often this is held: in the files, or in what a server shows of its tables.
    pub(crate) fn traces(&self, of: &str) -> usize {
        if let Hand::Server(_) = self.hand() {
            let sql = format!(
                "SELECT (SELECT count(*) FROM tasks WHERE question LIKE '%{of}%')
                    + (SELECT count(*) FROM events WHERE data LIKE '%{of}%')
                    + (SELECT count(*) FROM reports WHERE reason LIKE '%{of}%')"
            );
            let [found] = self.hand().numbers(&sql);
            return usize::try_from(found).expect("a count");
        }
        let files = fs::read_dir(self.path()).expect("the folder");
        let files = files.map(|file| fs::read(file.expect("a file").path()).expect("it is read"));
        let of = of.as_bytes();
        let found = files.map(|bytes| bytes.windows(of.len()).filter(|at| *at == of).count());
        found.sum()
    }

    /// How many tasks wait, by what the store has counted (where it keeps count) and by what there
    /// is.
    pub(crate) fn queued(&self) -> (u64, u64) {
        let hand = self.hand();
        let waiting = "(SELECT count(*) FROM tasks WHERE status = 'queued')";
        let counted = match &hand {
            Hand::Embedded(_) => "length",
            Hand::Server(_) => waiting,
        };
        let [counted, waiting] = hand.numbers(&format!("SELECT {counted}, {waiting} FROM queue"));
        (counted, waiting)
    }

    pub(crate) async fn guest(&self) -> Person {
        let (principal, _) = self.accounts.open_guest().await.expect("a guest session");
        Person {
            account_id: principal.account_id,
            is_guest: true,
        }
    }

    pub(crate) async fn key_holder(&self, name: &str) -> Person {
        let key = self
            .accounts
            .create_key(KeyTerms::named(name))
            .await
            .expect("a key");
        let found = self.accounts.authenticate(&key).await.expect("the store");
        Person {
            account_id: found.expect("the key is good").account_id,
            is_guest: false,
        }
    }

    /// Asks the usual question, which is accepted.
    pub(crate) async fn ask(&self, person: Person) -> TaskId {
        self.submit(submission(person))
            .await
            .expect("accepted")
            .task_id
    }

    /// Asks that, which is accepted.
    pub(crate) async fn ask_that(&self, person: Person, question: &str) -> TaskId {
        let asked = Submission {
            ask: ask(question),
            ..submission(person)
        };
        self.submit(asked).await.expect("accepted").task_id
    }

    pub(crate) async fn submit(&self, submission: Submission) -> Result<Accepted, SubmitError> {
        self.tasks.submit(submission).await
    }

    /// Reads a task from its start.
    pub(crate) async fn read(&self, person: Person, task_id: TaskId) -> Reader {
        let frames = self.follow(person, task_id, None).await;
        Reader::new(frames.expect("the task is there"))
    }

    pub(crate) async fn follow(
        &self,
        person: Person,
        task_id: TaskId,
        cursor: Option<&str>,
    ) -> Result<Follow, LookupError> {
        let options = FollowOptions {
            cursor: cursor.map(str::parse),
            partial_text: false,
        };
        self.tasks.follow(person.account_id, task_id, options).await
    }

    pub(crate) async fn task(&self, person: Person, task_id: TaskId) -> TaskDocument {
        let task = self.tasks.task(person.account_id, task_id).await;
        task.expect("the task is there")
    }

    /// What is sealed, as a reader holds it.
    pub(crate) async fn sealed(&self, person: Person, task_id: TaskId) -> BTreeMap<u64, String> {
        let sections = self.task(person, task_id).await.sections;
        sections
            .into_iter()
            .map(|section| (u64::from(section.index), section.text))
            .collect()
    }
}

/// The store of a folder, or of the schema that it stands for.
pub(crate) async fn open_in(folder: &Path) -> Store {
    match hand::server() {
        None => Store::open(folder).expect("the store opens"),
        Some(server) => connected(&hand::address_in(folder, &server)).await,
    }
}

/// A store that is gone with its last handle, or one that nobody else knows.
pub(crate) async fn in_memory() -> Store {
    match hand::server() {
        None => Store::in_memory().expect("the store opens"),
        Some(server) => connected(&hand::new_schema(&server)).await,
    }
}

pub(crate) async fn connected(address: &str) -> Store {
    let address = address.parse().expect("an address");
    Store::connect(&address).await.expect("the server answers")
}

pub(crate) fn submission(person: Person) -> Submission {
    Submission {
        account_id: person.account_id,
        is_guest: person.is_guest,
        address: None,
        budget_id: person.account_id.to_string(),
        end_user: None,
        ask: ask(QUESTION),
        draw_id: None,
        follows: None,
        idempotency: None,
    }
}

pub(crate) fn ask(question: &str) -> Ask {
    Ask {
        deity_id: "yue_lao".to_owned(),
        deck_id: None,
        number: Some(1),
        question: Question::new(question).expect("a question"),
        language: None,
        context: BTreeMap::new(),
        resume: None,
    }
}

/// Waits for what must come; says what did not, rather than to wait for ever.
pub(crate) async fn soon<T>(what: &str, coming: impl Future<Output = T>) -> T {
    match tokio::time::timeout(Duration::from_secs(30), coming).await {
        Ok(come) => come,
        Err(_) => panic!("{what} has not come"),
    }
}
