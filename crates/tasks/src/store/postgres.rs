//! A PostgreSQL that several nodes share: a few connections, each for one transaction at a time.
//!
//! Transactions are written for a connection that answers at once, as SQLite does. So each runs on
//! a thread that may wait, while one thread of our own carries the bytes of all connections,
//! whichever runtime asks.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    runtime::{Builder, Runtime},
    sync::Semaphore,
    task::spawn_blocking,
    time::timeout,
};

use super::{StoreError, connection::Connection};

mod hints;
mod schema;
mod session;
mod teller;
mod tls;
mod url;

pub(crate) use self::hints::Hints;
pub(super) use self::session::Session;
pub use self::url::DatabaseUrl;
use self::{session::Access, teller::Teller};

/// How long a transaction waits for a connection that is free. Whoever waits longer is told, and
/// comes again when there is less to do.
const WAIT: Duration = Duration::from_secs(10);

/// The connections of this node.
pub(super) struct Postgres {
    url: DatabaseUrl,
    /// Carries the bytes. Absent only while this is dropped.
    runtime: Option<Runtime>,
    idle: Mutex<Vec<Session>>,
    places: Arc<Semaphore>,
    teller: Teller,
}

impl Postgres {
    /// Connects, and brings what is there to the present version.
    pub(super) async fn connect(url: DatabaseUrl) -> Result<Self, StoreError> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("postgres")
            .enable_all()
            .build()
            .map_err(|_| StoreError::Closed)?;
        let postgres = Self {
            places: Arc::new(Semaphore::new(url.connections())),
            teller: Teller::start(url.clone(), runtime.handle()),
            url,
            runtime: Some(runtime),
            idle: Mutex::default(),
        };
        let prepared = spawn_blocking(move || {
            let session = postgres.session()?;
            schema::migrate(&session)?;
            postgres.idle().push(session);
            Ok(postgres)
        });
        prepared.await.map_err(|_| StoreError::Closed)?
    }

    /// Runs `work` in a transaction and returns once it is on the server's disk.
    pub(super) async fn write<T, E>(
        self: &Arc<Self>,
        work: impl FnOnce(&Connection<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.transact(Access::Write, work).await
    }

    /// Runs `work` on the state of one moment.
    pub(super) async fn read<T, E>(
        self: &Arc<Self>,
        work: impl FnOnce(&Connection<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.transact(Access::Read, work).await
    }

    /// What the server tells without being asked, from now on.
    pub(super) fn listen(&self) -> Hints {
        Hints::listen(self.url.clone(), self.runtime().handle())
    }

    async fn transact<T, E>(
        self: &Arc<Self>,
        access: Access,
        work: impl FnOnce(&Connection<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let place = timeout(WAIT, Arc::clone(&self.places).acquire_owned()).await;
        let place = place.ok().and_then(Result::ok).ok_or(StoreError::Busy)?;
        let postgres = Arc::clone(self);
        let done = spawn_blocking(move || {
            // It is gone through with even when the caller goes away.
            let _place = place;
            let session = postgres.begun(access)?;
            let outcome = work(&Connection::Postgres(&session));
            let keeps = outcome.is_ok();
            let ended = session.end(keeps);
            if session.is_good() {
                postgres.idle().push(session);
            }
            let value = outcome?;
            postgres.teller.tell(ended?);
            Ok(value)
        });
        // A panic closes the connection, and with it undoes what was begun.
        done.await.map_err(|_| StoreError::Undone)?
    }

    /// A connection that has begun a transaction. One that has waited may have been cut since; it
    /// is left for the next one.
    fn begun(&self, access: Access) -> Result<Session, StoreError> {
        loop {
            let waiting = self.idle().pop();
            let Some(session) = waiting else { break };
            match session.begin(access) {
                Ok(()) => return Ok(session),
                Err(error) if session.is_good() => return Err(error),
                Err(_) => {}
            }
        }
        let session = self.session()?;
        session.begin(access)?;
        Ok(session)
    }

    fn session(&self) -> Result<Session, StoreError> {
        Session::connect(&self.url, self.runtime().handle())
    }

    fn runtime(&self) -> &Runtime {
        self.runtime.as_ref().expect("it is there until the end")
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Session>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Whoever drops this may not wait. What is cut off here had no transaction open.
            runtime.shutdown_background();
        }
    }
}
