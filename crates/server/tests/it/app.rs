//! The test app: the real server on a free port, a temporary store, and a simulated model.

use std::{path::Path, pin::pin, sync::Arc, time::Duration};

use kaucim_decks::Library;
use kaucim_fortune::FortuneSystem;
use kaucim_llm::{Model, ModelConfig, connect};
use kaucim_server::{App, serve};
use kaucim_tasks::{Accounts, DailyBudgets, KeyTerms, Limits, Scope, Store, Tasks};
use llmsim::{Config, Sim};
use reqwest::Client;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::user::User;

/// Far longer than anything takes; whoever waits so long is told what for.
const PATIENCE: Duration = Duration::from_secs(30);

/// How the server is set up.
pub(crate) struct Setup {
    pub server: kaucim_server::Settings,
    pub limits: Limits,
    pub budgets: DailyBudgets,
    pub workers: usize,
    pub reading: kaucim_fortune::Settings,
    /// Asked in place of the simulated model.
    pub model: Option<Arc<dyn Model>>,
}

/// A running server with all that belongs to it.
pub(crate) struct TestApp {
    pub url: String,
    /// What its users share, as making one takes a while.
    pub client: Client,
    pub sim: Sim,
    pub tasks: Tasks,
    pub accounts: Accounts,
    folder: TempDir,
    ending: CancellationToken,
    serving: TaskTracker,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            server: kaucim_server::Settings::default(),
            limits: Limits::default(),
            budgets: DailyBudgets::default(),
            workers: 4,
            reading: kaucim_fortune::Settings::default(),
            model: None,
        }
    }
}

impl TestApp {
    pub(crate) async fn start() -> Self {
        Self::with(Setup::default()).await
    }

    pub(crate) async fn with(setup: Setup) -> Self {
        let folder = TempDir::new().expect("a temporary folder can be made");
        let sim = Sim::start(Config::default()).await;
        Self::over(folder, sim.expect("a port is free"), setup).await
    }

    async fn over(folder: TempDir, sim: Sim, setup: Setup) -> Self {
        let store = Store::open(folder.path()).expect("the store opens");
        let model = setup.model.unwrap_or_else(|| simulated(&sim));
        let fortune = FortuneSystem::new(Library::starter(), vec![model], setup.reading);
        let accounts = Accounts::new(store.clone());
        let settings = kaucim_tasks::Settings {
            workers: setup.workers,
            limits: setup.limits,
            budgets: setup.budgets,
            ..kaucim_tasks::Settings::default()
        };
        let tasks = Tasks::start(store, fortune.clone(), settings).await;
        let tasks = tasks.expect("the tasks start");
        let app = App::new(tasks.clone(), accounts.clone(), fortune, setup.server);
        let listener = TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a port is free");
        let address = listener.local_addr().expect("it has an address");
        let ending = CancellationToken::new();
        let serving = TaskTracker::new();
        let ended = ending.clone().cancelled_owned();
        serving.spawn(async move {
            serve(listener, app, ended).await.expect("it serves");
        });
        serving.close();
        let client = Client::builder().no_proxy().build();
        Self {
            url: format!("http://{address}"),
            client: client.expect("a client is made"),
            sim,
            tasks,
            accounts,
            folder,
            ending,
            serving,
        }
    }

    /// Tells the server to end; what is open goes on ending.
    pub(crate) fn begin_to_end(&self) {
        self.ending.cancel();
    }

    /// Waits until the server has returned.
    pub(crate) async fn ended(&self) {
        self.begin_to_end();
        soon("the server to end", self.serving.wait()).await;
    }

    /// Ends the server and starts another one on the same folder.
    pub(crate) async fn restart(self) -> Self {
        self.ended().await;
        soon("the workers to stop", self.tasks.stop()).await;
        let Self {
            folder,
            sim,
            tasks,
            accounts,
            ..
        } = self;
        drop((tasks, accounts));
        Self::over(folder, sim, Setup::default()).await
    }

    /// Does something to the database that no client can.
    pub(crate) fn meddle(&self, sql: &str) {
        let database = rusqlite::Connection::open(self.folder().join("kaucim.db"));
        let database = database.expect("the database opens");
        database.execute_batch(sql).expect("the database obeys");
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The holder of a new key, as they are made: it may ask and read.
    pub(crate) async fn key_holder(&self, name: &str) -> User {
        self.holder_of(KeyTerms::named(name)).await
    }

    /// Somebody who may do everything.
    pub(crate) async fn operator(&self) -> User {
        let terms = KeyTerms {
            scopes: vec![Scope::Ask, Scope::Read, Scope::Admin],
            ..KeyTerms::named("operator")
        };
        self.holder_of(terms).await
    }

    pub(crate) async fn holder_of(&self, terms: KeyTerms) -> User {
        let key = self.accounts.create_key(terms).await;
        User::with_key(self, &key.expect("the store answers"))
    }

    /// Somebody who opened a guest session, as the page does.
    pub(crate) async fn guest(&self) -> User {
        let answer = self.nobody().post("/api/v1/session", None).await;
        assert_eq!(
            answer.status,
            200,
            "a guest session opens: {}",
            answer.body()
        );
        User::with_cookie(self, &answer.cookie())
    }

    /// Somebody without any credential.
    pub(crate) fn nobody(&self) -> User {
        User::without_credential(self)
    }

    /// Asserts that no model was asked.
    #[track_caller]
    pub(crate) fn assert_nothing_spent(&self) {
        let calls = self.sim.calls();
        assert!(calls.is_empty(), "a model was asked: {calls:?}");
    }
}

fn simulated(sim: &Sim) -> Arc<dyn Model> {
    let mut config: ModelConfig = "openai:sim".parse().expect("it names a model");
    config.base_url = Some(format!("{}/v1", sim.url()));
    connect(&config).expect("the address is one")
}

/// Waits for something that takes a moment, and says what was waited for if it never comes.
pub(crate) async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    match tokio::time::timeout(PATIENCE, future.as_mut()).await {
        Ok(value) => value,
        Err(_) => panic!("waited {PATIENCE:?} for {what}"),
    }
}
